package bolt

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// glanceMost is how often a glance reads from one socket.
const glanceMost = 16

// hold is how a connection is served whose bytes travel in a plain socket: the executor stays
// inside of one call of the poller, whose function reads and answers whenever there is
// something to read. Between two requests it waits without a read that finds nothing, which
// every net.Conn.Read begins with, because the poller forgets at its beginning what it has seen.
//
// Nobody else can wait for the socket meanwhile, but anybody can look at it:
//
//  1. While a request works for long, the monitor glances at the socket once a tick.
//  2. An end of the stream that came along with a request raises no event of its own. So where a
//     request was answered, the monitor looks for one when it finds the connection at rest.
//  3. Where requests work for long, the executor reads before it waits after all: the client has
//     often answered during the write, and who waits for the poller then waits for a time slice. It
//     goes on with that as long as it finds something.
//  4. Closing the socket waits until the executor leaves the call, so a goroutine does it.
type hold struct {
	raw syscall.RawConn
	on  atomic.Bool // the executor is in the call
	fd  uintptr     // of the socket, while it is
	// again tells the executor that its wait was ended so that it reads once more.
	again atomic.Bool
	luck  luck // of reading before the wait; only the executor uses it

	mu sync.Mutex // held by who glances, and by the executor as it comes to rest

	look  func(fd uintptr) // what settle does with the socket, bound once
	ended bool             // what look has found
}

// converse answers the client until the conversation ends.
func (c *conn) converse(raw syscall.RawConn) {
	h := &c.hold
	h.raw, h.look = raw, h.seeEnd
	h.on.Store(true)
	c.out.to = &straight{hold: h, nc: c.nc}
	defer c.letHoldGo()
	for !c.rest() { // what came with the handshake
		if !c.work() {
			return
		}
	}
	for {
		err := raw.Read(c.turn)
		if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) || !h.again.CompareAndSwap(true, false) {
			return
		}
		var due time.Time
		if !c.loggedIn.Load() {
			due = c.due
		}
		c.set(c.nc.SetReadDeadline(due))
		if c.retiring.Load() { // its deadline may be the one that was just taken away
			return
		}
	}
}

// letHoldGo ends the hold; no glance is under way when it returns.
func (c *conn) letHoldGo() {
	c.out.reclaim() // a nudge may be writing, if a bug of the engine has ended the call
	c.out.to = c.stream
	c.hold.mu.Lock()
	defer c.hold.mu.Unlock()
	c.hold.on.Store(false)
}

// straightMost is the most that is written past the net package, in bytes: what a socket has
// room for.
const straightMost = 4 << 10

// straight writes to a socket that is held.
type straight struct {
	hold *hold
	nc   net.Conn
}

// Write writes p; it waits only where the socket has no room for it.
func (s *straight) Write(p []byte) (int, error) {
	done := 0
	if len(p) > 0 && len(p) <= straightMost {
		n, errno := writeNow(s.hold.fd, p)
		if done = max(n, 0); errno == 0 && done == len(p) {
			return done, nil
		}
	}
	n, err := s.nc.Write(p[done:]) // which says what is wrong, too
	return done + n, err
}

// turn reads and answers what there is. It reports whether the conversation is over; if not,
// the poller calls it again when more has come.
func (c *conn) turn(fd uintptr) (over bool) {
	c.hold.fd = fd
	for ahead := false; ; {
		c.buf = c.readBuffer(c.buf)
		n, errno := readNow(fd, c.buf)
		if ahead {
			c.hold.luck.found(errno != syscall.EAGAIN)
		}
		if errno == syscall.EAGAIN {
			return false
		}
		if errno != 0 || n == 0 {
			return true
		}
		drained := n < len(c.buf)
		answered, open := c.answerRead(fd, c.buf[:n])
		if !open {
			return true
		}
		ahead = drained && answered
		if ahead && (!c.srv.monitor.crowded() || !c.hold.luck.tries()) {
			return false
		}
	}
}

// luck remembers whether reading before the wait is of use to a connection.
type luck struct {
	misses  uint8 // reads in a row that found nothing, up to missesMost
	skipped uint8 // reads that were not tried since the last one
}

const (
	missesMost  = 4  // from then on only now and then a read is tried
	skippedMost = 16 // that is, after so many that were not
)

// tries decides about the next read.
func (l *luck) tries() bool {
	if l.misses < missesMost {
		return true
	}
	l.skipped = (l.skipped + 1) % skippedMost
	return l.skipped == 0
}

// found notes what came of a read.
func (l *luck) found(something bool) {
	switch {
	case something:
		l.misses = 0
	case l.misses < missesMost:
		l.misses++
	}
}

// answerRead answers what has just been read, as answerAll does.
func (c *conn) answerRead(fd uintptr, input []byte) (answered, open bool) {
	if answered, open = c.answerStraight(fd, input); answered {
		return true, open && c.finish()
	}
	if !c.deaf.Load() && !c.deliver(input) {
		return false, false
	}
	return c.answerAll()
}

// finish ends what answerStraight has begun. It reports false at the end of the conversation.
func (c *conn) finish() (open bool) {
	if c.out.sealed > 0 || c.pause.straight { // there was no room for it, or others have read meanwhile
		c.pause.straight = false
		c.srv.monitor.begin(c)
		c.flush()
		c.out.release()
		if !c.rest() {
			_, open = c.answerAll()
			return open
		}
		return true
	}
	c.out.release()
	return true
}

// answerAll answers what has been read, writes the replies and comes to rest. It reports whether
// there was a message, and false at the end of the conversation.
func (c *conn) answerAll() (answered, open bool) {
	for {
		got, open := c.in.take(c.mail, now)
		if got == nil {
			return answered, open
		}
		if !c.answer(got) {
			return true, false
		}
		answered = true
		c.flush()
		c.out.release()
		if c.rest() {
			return true, true
		}
	}
}

// rest reports whether nothing is left to answer, and if so, no glance reads from now on.
func (c *conn) rest() bool {
	c.hold.mu.Lock()
	defer c.hold.mu.Unlock()
	c.srv.monitor.end(c)
	return c.in.empty()
}

// glance reads what there is while the executor works, so that a RESET, a GOODBYE or the end of
// the stream ends its work. The monitor calls it.
func (c *conn) glance() {
	h := &c.hold
	if !h.mu.TryLock() {
		return
	}
	defer h.mu.Unlock()
	for range glanceMost {
		if !h.on.Load() || c.since.Load() == 0 || !c.retiring.Load() && !c.in.hasRoom() {
			return
		}
		c.buf = c.readBuffer(c.buf)
		var n int
		var errno syscall.Errno
		closed := h.raw.Control(func(fd uintptr) { n, errno = readNow(fd, c.buf) })
		if closed != nil || errno == syscall.EAGAIN {
			return
		}
		ended := errno != 0 || n == 0
		if !ended && !c.deaf.Load() {
			ended = !c.deliver(c.buf[:n]) && !c.retiring.Load()
		}
		if ended {
			c.kill()
			return
		}
	}
}

// settle wakes the executor of a connection at rest if the stream has ended behind the last
// request. The monitor calls it.
func (c *conn) settle() {
	h := &c.hold
	if !h.on.Load() {
		return
	}
	if h.raw.Control(h.look) == nil && h.ended {
		h.again.Store(true)
		c.set(c.nc.SetReadDeadline(c.srv.o.Now()))
	}
}

// seeEnd finds out whether nothing but the end of the stream is left to read.
func (h *hold) seeEnd(fd uintptr) { h.ended = endedNow(fd) }
