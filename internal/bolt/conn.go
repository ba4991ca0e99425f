package bolt

import (
	"context"
	"net"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/bolt/message"
	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/bolt/state"
	"memgraphd/internal/bolt/wire"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// lingerMax is how long a connection waits for the client to read a last failure.
const lingerMax = time.Second

// conn is one connection. What stands below the name of an owner belongs to it.
type conn struct {
	srv      *Server
	nc       net.Conn // the socket: deadlines and closing; bytes travel through stream
	door     door
	welcomed atomic.Bool // there is what welcome makes
	standing standing    // owned by Server.mu

	// Set before the goroutines part.
	stream    channel
	transport transport
	encrypted bool
	due       time.Time // end of the time for the login
	version   wire.Version
	manifest  bool // the version was agreed on by the manifest

	// Made by welcome.
	id     string
	log    *zap.Logger
	in     *inbox
	ctx    context.Context
	cancel context.CancelFunc

	closing  sync.Once
	loggedIn atomic.Bool                   // which limits hold
	identity atomic.Pointer[auth.Identity] // who has logged in; nil: nobody, in a server without users
	retiring atomic.Bool                   // no further request is begun
	deaf     atomic.Bool                   // what still arrives is dropped
	resets   atomic.Int32                  // RESETs that arrived and did not have their turn

	asked  atomic.Uint64 // messages that were taken; the executor alone changes it
	since  atomic.Int64  // tick since which the executor works, 0 while it waits
	active atomic.Bool   // in the list of the monitor

	live struct {
		sync.Mutex
		session  Session // what may be interrupted; nil: nothing
		over     bool    // no watcher is to be started
		watchers sync.WaitGroup
	}

	hold hold // of a plain socket

	// Whoever reads: the executor, or a watcher or the monitor while the executor works.
	reading   atomic.Bool // taken by the one that reads
	buf       []byte
	dechunker wire.Dechunker
	reserved  int64 // bytes of the incomplete message in the budget

	// The executor.
	mail      *mail // that it works on
	out       output
	state     state.State
	session   Session
	results   []openResult
	nextQID   int64
	inTx      bool
	address   string         // that the client named in its routing context
	utcTimes  bool           // instants with a zone travel in the form of 5.0
	filter    message.Filter // of HELLO
	txFilter  message.Filter // of BEGIN
	decoder   packstream.Decoder
	records   *message.Records
	sink      func(*batch.Batch, batch.Entities) error // c.send, bound once
	give      func(*batch.Reply) error                 // c.giveReply, bound once
	waits     func()                                   // c.wait, bound once
	pause     pause
	statement message.Run
	decoded   bool  // statement is that of the RUN whose turn it is
	prompt    bool  // the last statement was answered at once
	pulled    int   // how many records are asked for by what is answered at once
	frame     frame // of the last reply that came at once
	latest    latest
	// parameters is the memory for those of a statement outside of a transaction.
	parameters []value.Entry
	opening    message.Begin
	fetch      message.Fetch
	summary    message.Summary // of the result that has just ended
	sent       bool            // the PULL that is answered has sent a record
	linger     bool            // a last failure is on its way
}

func newConn(s *Server, nc net.Conn, number uint64) *conn {
	c := &conn{srv: s, nc: nc, door: door{number: number}}
	c.setChannel(nc, transportTCP)
	return c
}

// serve talks to the client to the end.
func (c *conn) serve() {
	defer c.srv.forget(c)
	defer c.dismantle()
	defer c.hush()
	defer c.guard()
	c.deadline()
	n, ok := c.establish(c.door.first[:])
	if ok && c.deliver(c.door.first[:n]) {
		c.execute()
		c.part()
	}
	if !c.loggedIn.Load() && !c.srv.o.Now().Before(c.due) {
		c.srv.turnAway(turnedLate)
	}
}

// hush ends the context of the connection where it has one.
func (c *conn) hush() {
	if c.welcomed.Load() {
		c.cancel()
	}
}

// deadline gives the client its time to log in.
func (c *conn) deadline() {
	c.due = c.srv.o.Now().Add(c.srv.o.LoginTimeout)
	c.set(c.nc.SetDeadline(c.due))
}

// set ends a connection whose socket refuses a setting: it is closed already, or cannot
// be guarded.
func (c *conn) set(err error) {
	if err != nil {
		c.closeSocket()
	}
}

// guard ends the connection, and it alone, where a goroutine of it panics.
func (c *conn) guard() {
	if p := recover(); p != nil {
		c.decline(zap.ErrorLevel, "a connection failed by a bug", zap.Any("panic", p), zap.ByteString("stack", debug.Stack()))
		c.kill()
	}
}

// part ends the conversation: the client gets a moment to read a last failure, because a
// socket that is closed with unread bytes in it drops what was sent.
func (c *conn) part() {
	c.deaf.Store(true)
	c.hangup()
	c.set(c.nc.SetDeadline(c.srv.o.Now().Add(lingerMax)))
	c.sayGoodbye()
	if !c.linger || c.out.err != nil {
		c.closeSocket()
	}
	c.live.Lock()
	c.live.over = true
	c.live.Unlock()
	c.live.watchers.Wait()
	for c.fill() {
		continue
	}
	c.srv.release(c.reserved)
}

// closeSocket ends both directions; both goroutines notice.
func (c *conn) closeSocket() {
	c.closing.Do(func() {
		if c.hold.on.Load() {
			c.srv.serving.Go(c.closeNow)
			return
		}
		c.closeNow()
	})
}

func (c *conn) closeNow() {
	if err := c.nc.Close(); err != nil {
		c.decline(zap.DebugLevel, "closing failed", zap.Error(err))
	}
}

// retire ends the connection as soon as the current request is done.
func (c *conn) retire() {
	c.retiring.Store(true)
	if c.welcomed.Load() {
		c.srv.release(c.in.close())
	}
	if !c.loggedIn.Load() {
		c.closeSocket()
		return
	}
	c.set(c.nc.SetReadDeadline(c.srv.o.Now())) // ends a read, and no write
}

// kill ends the connection at once.
func (c *conn) kill() {
	c.retiring.Store(true)
	c.hangup()
	c.closeSocket()
}

// hangup ends the running request and every one that waits.
func (c *conn) hangup() {
	if !c.welcomed.Load() {
		return
	}
	c.cancel()
	c.interrupt()
	c.srv.release(c.in.close())
}

// interrupt ends the call that the engine is working on.
func (c *conn) interrupt() {
	c.live.Lock()
	defer c.live.Unlock()
	if c.live.session != nil {
		c.live.session.Interrupt()
	}
}

// setSession makes s the session that is used and interrupted; nil for none.
func (c *conn) setSession(s Session) {
	c.live.Lock()
	defer c.live.Unlock()
	c.session, c.live.session = s, s
}

// release gives bytes back to the budget.
func (s *Server) release(n int64) {
	if s.budget != nil && n != 0 {
		s.budget.Release(n)
	}
}
