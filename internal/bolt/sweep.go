package bolt

import "time"

// sweepsPerTimeout is how often the sweep runs within a write timeout.
const sweepsPerTimeout = 4

// sweep is the one goroutine that looks for clients that stopped reading. It counts
// ticks instead of reading a clock, so that a write costs no system call for its
// deadline; a write may last between one and one and a quarter of the timeout.
func (s *Server) sweep() {
	defer s.sweeping.Done()
	ticker := time.NewTicker(max(s.o.WriteTimeout/sweepsPerTimeout, time.Millisecond))
	defer ticker.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-ticker.C:
		}
		tick := s.tick.Add(1)
		for _, c := range s.all() {
			if since := c.out.blocked.Load(); since != 0 && tick-since > sweepsPerTimeout {
				c.log.Info("closed: the client does not read its results")
				c.kill()
			}
		}
	}
}
