package message

import (
	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/bolt/wire"
)

// Route asks which servers to talk to.
type Route struct {
	Address      string // of the routing context: where the client thinks it connects to
	Bookmarks    []string
	Database     string
	Impersonated string
}

// Decode reads the fields of a ROUTE.
func (m *Route) Decode(d *packstream.Decoder, v wire.Version) error {
	*m = Route{}
	var err error
	if m.Address, err = routingAddress(d); err != nil {
		return err
	}
	if m.Bookmarks, err = texts(d, nil); err != nil {
		return err
	}
	if !v.AtLeast(wire.V44) {
		m.Database, err = optional(d)
		return err
	}
	return entries(d, func(key []byte) error {
		var err error
		switch string(key) {
		case "db":
			m.Database, err = optional(d)
			return err
		case "imp_user":
			m.Impersonated, err = optional(d)
			return err
		}
		return d.Skip()
	})
}

// RouteReply is a routing table of one server, which is all that a database on one
// machine has.
type RouteReply struct {
	Address  string // host:port
	Database string // from 4.4 on; empty before
	TTL      int64  // seconds
}

// Append appends the message to dst.
func (r *RouteReply) Append(dst []byte) []byte {
	dst = appendSuccess(dst, 1)
	entries := 2
	if r.Database != "" {
		entries++
	}
	dst = packstream.AppendMapHeader(packstream.AppendString(dst, "rt"), entries)
	dst = packstream.AppendInt(packstream.AppendString(dst, "ttl"), r.TTL)
	if r.Database != "" {
		dst = packstream.AppendString(packstream.AppendString(dst, "db"), r.Database)
	}
	dst = packstream.AppendListHeader(packstream.AppendString(dst, "servers"), 3)
	for _, role := range [...]string{"WRITE", "READ", "ROUTE"} {
		dst = packstream.AppendMapHeader(dst, 2)
		dst = packstream.AppendListHeader(packstream.AppendString(dst, "addresses"), 1)
		dst = packstream.AppendString(dst, r.Address)
		dst = packstream.AppendString(packstream.AppendString(dst, "role"), role)
	}
	return dst
}
