package online

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"memgraphd/internal/durability/backup"
)

const (
	leaseDefault = time.Minute
	// sessionsMax bounds the sessions at one time.
	sessionsMax = 8
	// describeMax bounds how long the files may take to be listed.
	describeMax = time.Minute
)

// Options are what a Server needs.
type Options struct {
	// Open makes a source of the running server for one session; required.
	Open func(ctx context.Context, holder string) (backup.Source, error)
	// Lease is how long a session lives without a call; 0 means a minute.
	Lease time.Duration
}

// Server has the sessions of those who read the files of this server. Its methods may be
// called concurrently.
type Server struct {
	o Options

	mu       sync.Mutex
	closed   bool
	opening  int // sessions that are being opened
	sessions map[string]*session
}

// NewServer returns a server without sessions. Close ends those that there are by then.
func NewServer(o Options) *Server {
	if o.Lease <= 0 {
		o.Lease = leaseDefault
	}
	return &Server{o: o, sessions: make(map[string]*session)}
}

// UnknownSessionError reports a session that there is not, or not any more.
type UnknownSessionError struct {
	Lease time.Duration
}

// Error says what to do.
func (e *UnknownSessionError) Error() string {
	return fmt.Sprintf("there is no such session: one ends by itself after %v without a call, and with the server; "+
		"begin another one: what was stored by the former is not sent again", e.Lease)
}

var errClosed = errors.New("the server is stopping")

// begin opens a session.
func (s *Server) begin(holder string) (id string, d backup.Description, err error) {
	if err = s.reserve(); err != nil {
		return "", backup.Description{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), describeMax)
	defer cancel()
	source, err := s.o.Open(ctx, holder)
	if err == nil {
		if d, err = source.Describe(ctx); err != nil {
			err = errors.Join(err, source.Close())
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opening--
	if err != nil {
		return "", backup.Description{}, err
	}
	if s.closed {
		return "", backup.Description{}, errors.Join(errClosed, source.Close())
	}
	var secret [16]byte
	_, _ = rand.Read(secret[:]) // never fails
	id = hex.EncodeToString(secret[:])
	one := &session{server: s, id: id, source: source}
	one.timer = time.AfterFunc(s.o.Lease, one.expire)
	s.sessions[id] = one
	return id, d, nil
}

// reserve takes the place of a session that is to be opened.
func (s *Server) reserve() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	if len(s.sessions)+s.opening >= sessionsMax {
		return fmt.Errorf("%d backups read this server at the moment, and no more can; a session that nobody calls ends after %v",
			sessionsMax, s.o.Lease)
	}
	s.opening++
	return nil
}

// use gives a session to fn and begins its lease anew. It does not end meanwhile.
func (s *Server) use(id string, fn func(*session) error) error {
	s.mu.Lock()
	one := s.sessions[id]
	if one == nil {
		s.mu.Unlock()
		return &UnknownSessionError{Lease: s.o.Lease}
	}
	one.calls++
	s.mu.Unlock()
	err := fn(one)
	s.mu.Lock()
	one.calls--
	last := one.ended && one.calls == 0
	if !one.ended {
		one.timer.Reset(s.o.Lease)
	}
	s.mu.Unlock()
	if last {
		err = errors.Join(err, one.close())
	}
	return err
}

// end ends a session, after the calls that it still serves. It reports false for one that
// has ended.
func (s *Server) end(id string) (bool, error) {
	s.mu.Lock()
	one := s.sessions[id]
	if one == nil {
		s.mu.Unlock()
		return false, nil
	}
	idle := s.dropLocked(one)
	s.mu.Unlock()
	if idle {
		return true, one.close()
	}
	return true, nil
}

// dropLocked forgets a session, and reports whether nobody uses it, so that the caller has
// to close it.
func (s *Server) dropLocked(one *session) (idle bool) {
	delete(s.sessions, one.id)
	one.ended = true
	one.timer.Stop()
	return one.calls == 0
}

// Close ends all sessions. Calls that run are to have ended before.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	var idle []*session
	for _, one := range s.sessions {
		if s.dropLocked(one) {
			idle = append(idle, one)
		}
	}
	s.mu.Unlock()
	var err error
	for _, one := range idle {
		err = errors.Join(err, one.close())
	}
	return err
}

// decode reads a file that a session's description named.
func decode(text string) (backup.SourceFile, error) {
	var file backup.SourceFile
	if err := json.Unmarshal([]byte(text), &file); err != nil {
		return file, fmt.Errorf("the file is not one of the session's description: %w", err)
	}
	return file, file.Check()
}
