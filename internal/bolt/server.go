package bolt

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/storage/memory"
)

// Server accepts connections and serves them.
type Server struct {
	o        Options
	doorLog  *zap.Logger // of clients that are not logged in, with few lines a second
	budget   *memory.Budget
	buffers  buffers
	monitor  monitor
	courtesy courtesy

	ctx      context.Context // ended when connections must end
	cancel   context.CancelFunc
	serving  sync.WaitGroup // a connection each
	watching sync.WaitGroup // the monitor

	lastID    atomic.Uint64
	refused   atomic.Uint64
	lastPlain atomic.Int64 // when a login without TLS was last warned of

	refusals refusals
	_        [64]byte // what everybody reads is not in one line of memory with what changes
	origins  origins

	mu        sync.Mutex
	listeners map[net.Listener]struct{}
	census    census
	requests  uint64           // messages of clients that have gone
	limits    ConnectionLimits // those in force
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
		doorLog:   sampled(o.Log),
		listeners: map[net.Listener]struct{}{},
		census:    newCensus(),
		limits:    o.connectionLimits(),
	}
	var err error
	if s.origins, err = newOrigins(o.WebSocketOrigins); err != nil {
		return nil, fmt.Errorf("bolt: Options.WebSocketOrigins: %w", err)
	}
	if o.Budget != nil {
		s.budget = o.Budget.Child("messages", 0)
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.monitor.start(o.WriteTimeout, o.KeepAlive)
	s.courtesy.start(o.Now, o.Since)
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
	Refused         uint64 // logins refused and connections turned away since the start

	TCP, TLS, WebSocket int    // logged in, by transport
	Requests            uint64 // messages of clients since the start
	Refusals            Refusals
}

// Stats returns the current numbers.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := s.requests
	for c := range s.census.conns {
		requests += c.asked.Load()
	}
	return Stats{
		Connections: len(s.census.conns), Unauthenticated: s.census.waiting.Len(),
		Accepted: s.lastID.Load(), Refused: s.refused.Load(),
		TCP: s.census.sessions[transportTCP], TLS: s.census.sessions[transportTLS], WebSocket: s.census.sessions[transportWebSocket],
		Requests: requests, Refusals: s.refusals.read(),
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

// admit starts serving a new connection.
func (s *Server) admit(nc net.Conn) {
	c := newConn(s, nc, s.lastID.Add(1))
	s.mu.Lock()
	if s.stopping {
		s.mu.Unlock()
		c.closeSocket()
		return
	}
	evicted := s.enterLocked(c)
	s.serving.Go(c.serve)
	s.mu.Unlock()
	s.evict(evicted)
}
