package message

import (
	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/bolt/wire"
)

// Hello opens the conversation.
type Hello struct {
	UserAgent string
	Auth      Auth   // up to 5.0
	Routing   bool   // the client asks for routing by the server
	Address   string // of the routing context: where the client thinks it connects to
	PatchUTC  bool   // 4.4: instants with a zone as of 5.0
	Filter    Filter // from 5.2 on
}

// Decode reads the fields of a HELLO.
func (m *Hello) Decode(d *packstream.Decoder, v wire.Version) error {
	*m = Hello{}
	return entries(d, func(key []byte) error {
		var err error
		switch string(key) {
		case "user_agent":
			m.UserAgent, err = optional(d)
			return err
		case "routing":
			m.Routing = d.Peek() == packstream.TypeMap
			m.Address, err = routingAddress(d)
			return err
		case "patch_bolt":
			return m.patches(d)
		}
		if !v.AtLeast(wire.V51) {
			if ok, err := m.Auth.field(d, key); ok {
				return err
			}
		}
		if v.AtLeast(wire.V52) {
			if ok, err := m.Filter.field(d, key); ok {
				return err
			}
		}
		return d.Skip()
	})
}

func (m *Hello) patches(d *packstream.Decoder) error {
	names, err := texts(d, nil)
	for _, name := range names {
		m.PatchUTC = m.PatchUTC || name == "utc"
	}
	return err
}

// routingAddress reads a routing context and returns its address.
func routingAddress(d *packstream.Decoder) (address string, err error) {
	err = entries(d, func(key []byte) error {
		if string(key) != "address" {
			return d.Skip()
		}
		address, err = optional(d)
		return err
	})
	return address, err
}

// HelloReply is the metadata of the SUCCESS to a HELLO.
type HelloReply struct {
	Server       string // agent string; some drivers insist on the prefix "Neo4j/"
	ConnectionID string
	PatchUTC     bool // the patch was asked for and is granted
}

// Append appends the message to dst.
func (r *HelloReply) Append(dst []byte) []byte {
	n := 3
	if r.PatchUTC {
		n++
	}
	dst = appendSuccess(dst, n)
	dst = packstream.AppendString(packstream.AppendString(dst, "server"), r.Server)
	dst = packstream.AppendString(packstream.AppendString(dst, "connection_id"), r.ConnectionID)
	dst = packstream.AppendMapHeader(packstream.AppendString(dst, "hints"), 1)
	dst = packstream.AppendBool(packstream.AppendString(dst, "telemetry.enabled"), false)
	if r.PatchUTC {
		dst = packstream.AppendListHeader(packstream.AppendString(dst, "patch_bolt"), 1)
		dst = packstream.AppendString(dst, "utc")
	}
	return dst
}
