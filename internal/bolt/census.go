package bolt

import (
	"container/list"
	"net/netip"

	"go.uber.org/zap"

	"memgraphd/internal/origin"
)

// census counts the connections: all, those of each address, and those that are not logged
// in, oldest first. Server.mu guards it.
type census struct {
	conns     map[*conn]struct{}
	waiting   *list.List // of *conn
	sessions  [transports]int
	addresses map[netip.Prefix]*neighbours
}

// neighbours are the connections from one address.
type neighbours struct {
	address netip.Prefix
	open    int        // all of them
	in      int        // logged in
	waiting *list.List // of *conn: not logged in, oldest first
}

// standing is what the census keeps with a connection. The places are nil where it is not
// among those that wait.
type standing struct {
	place     *list.Element // in census.waiting
	placeHere *list.Element // in neighbours.waiting
	here      *neighbours   // nil: it comes from no address
	in        bool          // counts as logged in
}

func newCensus() census {
	return census{conns: map[*conn]struct{}{}, waiting: list.New(), addresses: map[netip.Prefix]*neighbours{}}
}

// inLocked returns how many are logged in.
func (n *census) inLocked() int {
	sum := 0
	for _, count := range n.sessions {
		sum += count
	}
	return sum
}

// enterLocked counts a new connection, and returns one that has to go for it.
func (s *Server) enterLocked(c *conn) (evicted *conn) {
	n := &s.census
	n.conns[c] = struct{}{}
	if from := origin.OfConn(c.nc.RemoteAddr()); from.IsValid() {
		here := n.addresses[from]
		if here == nil {
			here = &neighbours{address: from, waiting: list.New()}
			n.addresses[from] = here
		}
		here.open++
		c.standing.here = here
	}
	return s.enqueueLocked(c)
}

// enqueueLocked counts c among those that are not logged in, and returns the one that has
// to go for it: the oldest of its address, or of all. A client that means well needs
// milliseconds for its login.
func (s *Server) enqueueLocked(c *conn) (evicted *conn) {
	at := &c.standing
	at.place = s.census.waiting.PushBack(c)
	queue, most := s.census.waiting, s.limits.UnauthenticatedMax
	if at.here != nil {
		at.placeHere = at.here.waiting.PushBack(c)
		if at.here.waiting.Len() > s.limits.UnauthenticatedPerAddressMax {
			queue, most = at.here.waiting, s.limits.UnauthenticatedPerAddressMax
		}
	}
	if queue.Len() <= most {
		return nil
	}
	evicted, _ = queue.Front().Value.(*conn)
	s.dequeueLocked(evicted)
	return evicted
}

// dequeueLocked takes c from those that are not logged in.
func (s *Server) dequeueLocked(c *conn) {
	at := &c.standing
	if at.place != nil {
		s.census.waiting.Remove(at.place)
	}
	if at.placeHere != nil {
		at.here.waiting.Remove(at.placeHere)
	}
	at.place, at.placeHere = nil, nil
}

func (s *Server) evict(c *conn) {
	if c == nil {
		return
	}
	s.turnAway(turnedEvicted)
	c.decline(zap.DebugLevel, "closed before the login: too many connections are not logged in")
	c.closeSocket()
}

// login moves c among those that are logged in; it reports how many may be, and of whom,
// if there are too many.
func (s *Server) login(c *conn) (whose string, most int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := &c.standing
	if s.census.inLocked() >= s.limits.ConnectionsMax {
		return "the server serves", s.limits.ConnectionsMax, false
	}
	if at.here != nil {
		if at.here.in >= s.limits.ConnectionsPerAddressMax {
			return "one address may have", s.limits.ConnectionsPerAddressMax, false
		}
		at.here.in++
	}
	at.in = true
	s.census.sessions[c.transport]++
	s.dequeueLocked(c)
	return "", 0, true
}

// departLocked takes c from those that are logged in.
func (s *Server) departLocked(c *conn) {
	at := &c.standing
	if !at.in {
		return
	}
	at.in = false
	s.census.sessions[c.transport]--
	if at.here != nil {
		at.here.in--
	}
}

// logoff moves c back among those that are not logged in.
func (s *Server) logoff(c *conn) {
	s.mu.Lock()
	s.departLocked(c)
	evicted := s.enqueueLocked(c)
	s.mu.Unlock()
	s.evict(evicted)
}

// forget ends the count of c.
func (s *Server) forget(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.departLocked(c)
	s.dequeueLocked(c)
	delete(s.census.conns, c)
	s.requests += c.asked.Load()
	if here := c.standing.here; here != nil {
		if here.open--; here.open == 0 {
			delete(s.census.addresses, here.address)
		}
	}
}
