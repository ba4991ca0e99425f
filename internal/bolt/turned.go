package bolt

import "sync/atomic"

// turned is why a client was refused something.
type turned uint8

const (
	turnedForeign turned = iota // speaks something unknown
	turnedTLS                   // wants TLS where there is none, or fails in it
	turnedPlain                 // comes without TLS where it is required
	turnedHTTP                  // sends an HTTP request that cannot be answered as it wishes
	turnedEvicted               // too many are not logged in
	turnedLate                  // does not log in in time
	turnedFull                  // too many are logged in
	turnedMessage               // sends a message beyond the limits
	turnedUnread                // does not read its results
	turnedResults               // leaves too many results open
	turnedLogin                 // has no user, or not the right password
	reasons                     // how many there are
)

// refusals count what was refused, by reason.
type refusals struct{ counts [reasons]atomic.Uint64 }

func (r *refusals) add(why turned) { r.counts[why].Add(1) }

// turnAway counts a connection or a login that is refused.
func (s *Server) turnAway(why turned) {
	s.refused.Add(1)
	s.refusals.add(why)
}

// Refusals are the numbers of what was refused since the start, by reason.
type Refusals struct {
	Foreign       uint64 // connections that spoke something unknown
	TLS           uint64 // failed TLS handshakes, and those where TLS is not set up
	Plain         uint64 // logins without TLS where it is required
	HTTP          uint64 // HTTP requests and WebSockets
	Evicted       uint64 // connections closed because too many were not logged in
	LoginTimeouts uint64 // connections closed because they did not log in in time
	Connections   uint64 // logins beyond the most connections, of all or of one address
	Messages      uint64 // messages beyond the limits of size, depth and elements
	WriteTimeouts uint64 // connections closed because the client did not read
	Results       uint64 // statements beyond the most open results
	Logins        uint64 // logins without a user, or without the right password
}

func (r *refusals) read() Refusals {
	at := func(why turned) uint64 { return r.counts[why].Load() }
	return Refusals{
		Foreign: at(turnedForeign), TLS: at(turnedTLS), Plain: at(turnedPlain), HTTP: at(turnedHTTP),
		Evicted: at(turnedEvicted), LoginTimeouts: at(turnedLate), Connections: at(turnedFull),
		Messages: at(turnedMessage), WriteTimeouts: at(turnedUnread), Results: at(turnedResults),
		Logins: at(turnedLogin),
	}
}
