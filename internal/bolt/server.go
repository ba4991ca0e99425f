package bolt

import (
	"container/list"
	"context"
	"errors"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/storage/memory"
)

// Server accepts connections and serves them.
type Server struct {
	o       Options
	budget  *memory.Budget
	buffers buffers
	monitor monitor

	ctx      context.Context // ended when connections must end
	cancel   context.CancelFunc
	serving  sync.WaitGroup // a connection each
	watching sync.WaitGroup // the monitor

	lastID  atomic.Uint64
	refused atomic.Uint64

	mu        sync.Mutex
	listeners map[net.Listener]struct{}
	conns     map[*conn]struct{}
	waiting   *list.List // of *conn: not logged in, oldest first
	stopping  bool
}

// New returns a server. It holds a goroutine until Shutdown.
func New(o Options) (*Server, error) {
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return nil, err
	}
	s := &Server{
		o:         o,
		listeners: map[net.Listener]struct{}{},
		conns:     map[*conn]struct{}{},
		waiting:   list.New(),
	}
	if o.Budget != nil {
		s.budget = o.Budget.Child("messages", 0)
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.monitor.start(o.WriteTimeout)
	s.watching.Go(func() { s.monitor.run(s.ctx) })
	return s, nil
}

// ErrStopped is returned by Serve after Shutdown.
var ErrStopped = errors.New("bolt: the server was stopped")

// Stats are the numbers of a Server at one moment.
type Stats struct {
	Connections     int    // open
	Unauthenticated int    // of them not logged in
	Accepted        uint64 // since the start
	Refused         uint64 // logins refused and connections evicted since the start
}

// Stats returns the current numbers.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stats{
		Connections: len(s.conns), Unauthenticated: s.waiting.Len(),
		Accepted: s.lastID.Load(), Refused: s.refused.Load(),
	}
}

// Serve accepts connections from l until Shutdown, whose effect it reports as
// ErrStopped. It survives every error of accepting that may pass, such as too many open
// files.
func (s *Server) Serve(l net.Listener) error {
	s.mu.Lock()
	if s.stopping {
		s.mu.Unlock()
		return errors.Join(ErrStopped, l.Close())
	}
	s.listeners[l] = struct{}{}
	s.mu.Unlock()
	var pause time.Duration
	for {
		nc, err := l.Accept()
		if err == nil {
			pause = 0
			s.admit(nc)
			continue
		}
		if s.stopped() || errors.Is(err, net.ErrClosed) {
			return ErrStopped
		}
		if pause == 0 {
			s.o.Log.Warn("a connection could not be accepted; the server goes on", zap.Error(err))
		}
		pause = min(max(2*pause, 5*time.Millisecond), time.Second)
		select {
		case <-time.After(pause):
		case <-s.ctx.Done():
		}
	}
}

func (s *Server) stopped() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopping
}

// admit starts serving a new connection. Where too many are not logged in, the oldest of
// them has to go: a client that means well needs milliseconds for its login.
func (s *Server) admit(nc net.Conn) {
	c := newConn(s, nc, "bolt-"+strconv.FormatUint(s.lastID.Add(1), 10))
	s.mu.Lock()
	if s.stopping {
		s.mu.Unlock()
		c.closeSocket()
		return
	}
	s.conns[c] = struct{}{}
	evicted := s.enqueueLocked(c)
	s.serving.Go(c.serve)
	s.mu.Unlock()
	s.evict(evicted)
}

// enqueueLocked counts c among those that are not logged in, and returns the one that
// has to go for it.
func (s *Server) enqueueLocked(c *conn) (evicted *conn) {
	c.place = s.waiting.PushBack(c)
	if s.waiting.Len() <= s.o.UnauthenticatedMax {
		return nil
	}
	oldest := s.waiting.Front()
	evicted, _ = s.waiting.Remove(oldest).(*conn)
	evicted.place = nil
	return evicted
}

func (s *Server) evict(c *conn) {
	if c == nil {
		return
	}
	s.refused.Add(1)
	c.log.Debug("closed before the login: too many connections are not logged in")
	c.closeSocket()
}

// login moves c among those that are logged in; it reports false if there are too many.
func (s *Server) login(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.conns)-s.waiting.Len() >= s.o.ConnectionsMax {
		return false
	}
	s.leaveLocked(c)
	return true
}

// logoff moves c back among those that are not logged in.
func (s *Server) logoff(c *conn) {
	s.mu.Lock()
	evicted := s.enqueueLocked(c)
	s.mu.Unlock()
	s.evict(evicted)
}

// forget ends the count of c.
func (s *Server) forget(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leaveLocked(c)
	delete(s.conns, c)
}

func (s *Server) leaveLocked(c *conn) {
	if c.place != nil {
		s.waiting.Remove(c.place)
		c.place = nil
	}
}
