package bolt

import (
	"errors"
	"fmt"
	"os"
	"time"

	"memgraphd/internal/bolt/message"
)

const (
	readSize      = 4 << 10
	readSizeLarge = 64 << 10
	// freePartial is how much of an incomplete message the budget is not asked for.
	freePartial = 64 << 10
)

// watch starts a goroutine that reads while the executor works, so that a RESET, a
// GOODBYE or the end of the stream ends its work. It hands reading back as soon as it
// has a message for an executor that waits.
func (c *conn) watch() {
	c.live.Lock()
	defer c.live.Unlock()
	if c.live.over || !c.reading.CompareAndSwap(false, true) {
		return
	}
	c.live.watchers.Go(func() {
		defer c.guard()
		for c.in.await() && c.fill() {
			if c.handBack() {
				return
			}
		}
		if c.deaf.Load() { // the executor parts from the client
			return
		}
		if c.retiring.Load() {
			c.attend()
		}
		c.kill()
	})
}

// attend waits for the end of the stream while the last request is worked on. What
// arrives is dropped.
func (c *conn) attend() {
	for {
		_, err := c.stream.Read(c.buf)
		if err == nil {
			continue
		}
		if c.deaf.Load() || !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
		c.set(c.nc.SetReadDeadline(time.Time{})) // it was set by retire, for an executor that waits
		if c.deaf.Load() {
			c.set(c.nc.SetReadDeadline(c.srv.o.Now().Add(lingerMax)))
		}
	}
}

// handBack leaves reading to the executor if it has nothing to do; a message wakes it.
func (c *conn) handBack() bool {
	c.in.mu.Lock()
	defer c.in.mu.Unlock()
	if !c.in.waiting || len(c.in.filling.letters) == 0 {
		return false
	}
	c.reading.Store(false)
	c.in.arrived.Signal()
	return true
}

// fill reads once from the socket and delivers what came. It reports false at the end of
// the conversation. What comes for a connection that is deaf is dropped.
func (c *conn) fill() bool {
	c.buf = c.readBuffer(c.buf)
	n, err := c.stream.Read(c.buf)
	if err != nil {
		return false
	}
	return c.deaf.Load() || c.deliver(c.buf[:n])
}

// readBuffer returns a large buffer in the middle of a large message.
func (c *conn) readBuffer(buf []byte) []byte {
	size := readSize
	if c.dechunker.Partial() > readSize {
		size = readSizeLarge
	}
	if len(buf) != size {
		return make([]byte, size)
	}
	return buf
}

// deliver puts the messages that end in input into the inbox; the executor sees them all
// at once. It reports false at the end of the conversation.
func (c *conn) deliver(input []byte) bool {
	c.in.mu.Lock()
	defer c.in.mu.Unlock()
	limit := c.srv.o.LoginMessageMax
	if c.loggedIn.Load() {
		limit = c.srv.o.MessageMax
	}
	for {
		body, rest, owned, err := c.dechunker.Next(input, limit)
		if err == nil {
			err = c.reserve(body, owned)
		}
		if err != nil {
			return c.poisonLocked(err)
		}
		if body == nil {
			return true
		}
		kind := message.Peek(body)
		if kind == message.KindGoodbye {
			return false
		}
		if kind == message.KindReset {
			c.resets.Add(1)
			c.interrupt()
		}
		l := letter{}
		if owned {
			l.own, l.reserved, c.reserved = body, c.reserved, 0
		}
		if !c.in.putLocked(l, body) {
			c.srv.release(l.reserved)
			return false
		}
		input = rest
	}
}

// reserve asks the budget for what a large message takes: twice while it grows, because
// what it outgrew waits for the collector, and once when it is complete.
func (c *conn) reserve(body []byte, owned bool) error {
	if c.srv.budget == nil {
		return nil
	}
	held := 2 * c.dechunker.Held()
	if owned {
		held = cap(body)
	}
	need := max(int64(held-freePartial), 0)
	if need > c.reserved {
		if err := c.srv.budget.Reserve(need - c.reserved); err != nil {
			return err
		}
	} else {
		c.srv.release(c.reserved - need)
	}
	c.reserved = need
	return nil
}

// poisonLocked tells the executor why the stream cannot be continued; what still arrives
// is dropped.
func (c *conn) poisonLocked(err error) bool {
	c.srv.refusals.add(turnedMessage)
	code := message.CodeInvalid
	if limit := asMemoryLimit(err); limit != nil {
		code = message.CodeMemory
	}
	failure := &message.Failure{Code: code, Message: fmt.Sprintf("MessageTooLarge: %s", err)}
	c.deaf.Store(true)
	c.interrupt()
	return c.in.putLocked(letter{failure: failure}, nil)
}
