package bolt

import (
	"context"
	"errors"
	"net"
)

// Shutdown stops the server: it accepts nothing more, lets every connection finish the
// request that it works on, and closes it. When ctx ends first, running requests are
// interrupted, and the error of ctx is returned. No goroutine is left afterwards.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.stopping = true
	listeners := s.listeners
	s.listeners = map[net.Listener]struct{}{}
	s.mu.Unlock()
	var err error
	for l := range listeners {
		if e := l.Close(); e != nil && !errors.Is(e, net.ErrClosed) {
			err = errors.Join(err, e)
		}
	}
	for _, c := range s.all() {
		c.retire()
	}
	done := make(chan struct{})
	go func() {
		s.serving.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		err = errors.Join(err, ctx.Err())
		for _, c := range s.all() {
			c.kill()
		}
		<-done
	}
	s.cancel()
	s.watching.Wait()
	return err
}

// all returns the open connections.
func (s *Server) all() []*conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	conns := make([]*conn, 0, len(s.census.conns))
	for c := range s.census.conns {
		conns = append(conns, c)
	}
	return conns
}
