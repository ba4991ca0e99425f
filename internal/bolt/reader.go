package bolt

import (
	"fmt"
	"runtime/debug"

	"go.uber.org/zap"

	"memgraphd/internal/bolt/message"
)

const (
	readSize      = 4 << 10
	readSizeLarge = 64 << 10
	// freePartial is how much of an incomplete message the budget is not asked for.
	freePartial = 64 << 10
)

// read takes messages from the socket until it ends. The first n bytes of buf have
// arrived already.
func (c *conn) read(buf []byte, n int) {
	defer c.hangup()
	defer func() {
		c.srv.release(c.reserved)
		if p := recover(); p != nil {
			c.log.Error("reading from the client failed", zap.Any("panic", p), zap.ByteString("stack", debug.Stack()))
			c.closeSocket()
		}
	}()
	for {
		if n > 0 && !c.deaf.Load() && !c.deliver(buf[:n]) {
			if !c.deaf.Load() && !c.retiring.Load() {
				return
			}
			c.deaf.Store(true)
		}
		buf = c.readBuffer(buf)
		var err error
		if n, err = c.nc.Read(buf); err != nil {
			return
		}
	}
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
// at once. It reports false when nothing more is to be read.
func (c *conn) deliver(input []byte) bool {
	c.in.lock()
	defer c.in.unlock()
	limit := c.srv.o.LoginMessageMax
	if c.loggedIn.Load() {
		limit = c.srv.o.MessageMax
	}
	for {
		body, rest, owned, err := c.dechunker.Next(input, limit)
		if err == nil {
			err = c.reserve(len(body))
		}
		if err != nil {
			return c.poisonLocked(err)
		}
		if body == nil {
			return true
		}
		switch message.Peek(body) {
		case message.KindReset:
			c.resets.Add(1)
			c.interrupt()
		case message.KindGoodbye:
			return false
		default:
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

// reserve asks the budget for what a large message takes, complete or not.
func (c *conn) reserve(complete int) error {
	need := int64(max(c.dechunker.Partial(), complete) - freePartial)
	if c.srv.budget == nil || need <= c.reserved {
		return nil
	}
	if err := c.srv.budget.Reserve(need - c.reserved); err != nil {
		return err
	}
	c.reserved = need
	return nil
}

// poisonLocked tells the executor why the stream cannot be continued; what still arrives
// is dropped.
func (c *conn) poisonLocked(err error) bool {
	code := message.CodeInvalid
	if limit := asMemoryLimit(err); limit != nil {
		code = message.CodeMemory
	}
	failure := &message.Failure{Code: code, Message: fmt.Sprintf("MessageTooLarge: %s", err)}
	c.deaf.Store(true)
	c.interrupt()
	return c.in.putLocked(letter{failure: failure}, nil)
}
