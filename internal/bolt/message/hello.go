package message

import (
	"slices"
	"time"

	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/bolt/wire"
)

// Hello opens the conversation.
type Hello struct {
	UserAgent string
	Auth      Auth   // up to 5.0
	Routing   bool   // the client asks for routing by the server
	Address   string // of the routing context: where the client thinks it connects to
	PatchUTC  bool   // 4.3 and 4.4: instants with a zone as of 5.0
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
			return m.patches(d, v)
		}
		if !v.AtLeast(wire.V51) {
			if ok, err := m.Auth.field(d, key); ok {
				return err
			}
		}
		if v.AtLeast(wire.V52) {
			if ok, err := m.Filter.field(d, v, key); ok {
				return err
			}
		}
		return d.Skip()
	})
}

func (m *Hello) patches(d *packstream.Decoder, v wire.Version) error {
	names, err := texts(d, nil)
	if v.AtLeast(wire.V43) && !v.AtLeast(wire.V50) {
		m.PatchUTC = slices.Contains(names, "utc")
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
	Version      wire.Version
	Server       string // agent string; some drivers insist on the prefix "Neo4j/"
	ConnectionID string
	PatchUTC     bool // the patch was asked for and is granted
	Manifest     bool // the version was agreed on by the manifest
	// Silence is after how long without a byte the client may take the server for dead;
	// 0 for never. It is told from 5.0 on, see KeepsAlive.
	Silence time.Duration
}

// KeepsAlive reports whether a server may send an empty chunk while a client of v waits.
// Earlier versions have it too, but mgclient, which speaks up to 4.4, takes it for a
// message that is empty.
func KeepsAlive(v wire.Version) bool { return v.AtLeast(wire.V50) }

// Append appends the message to dst.
func (r *HelloReply) Append(dst []byte) []byte {
	n := 2
	hinted := r.Version.AtLeast(wire.V43)
	for _, also := range [...]bool{hinted, r.PatchUTC, r.Manifest} {
		if also {
			n++
		}
	}
	dst = appendSuccess(dst, n)
	dst = packstream.AppendString(packstream.AppendString(dst, "server"), r.Server)
	dst = packstream.AppendString(packstream.AppendString(dst, "connection_id"), r.ConnectionID)
	if hinted {
		dst = r.appendHints(packstream.AppendString(dst, "hints"))
	}
	if r.PatchUTC {
		dst = packstream.AppendListHeader(packstream.AppendString(dst, "patch_bolt"), 1)
		dst = packstream.AppendString(dst, "utc")
	}
	if r.Manifest {
		dst = packstream.AppendString(packstream.AppendString(dst, "protocol_version"), r.Version.String())
	}
	return dst
}

// appendHints appends what a client of the version may care about.
func (r *HelloReply) appendHints(dst []byte) []byte {
	silence := int64(0)
	if KeepsAlive(r.Version) {
		silence = int64(r.Silence / time.Second)
	}
	telemetry, ssr := r.Version.AtLeast(wire.V54), r.Version.AtLeast(wire.V58)
	n := 0
	for _, has := range [...]bool{silence > 0, telemetry, ssr} {
		if has {
			n++
		}
	}
	dst = packstream.AppendMapHeader(dst, n)
	if silence > 0 {
		dst = packstream.AppendInt(packstream.AppendString(dst, "connection.recv_timeout_seconds"), silence)
	}
	if telemetry {
		dst = packstream.AppendBool(packstream.AppendString(dst, "telemetry.enabled"), false)
	}
	if ssr {
		dst = packstream.AppendBool(packstream.AppendString(dst, "ssr.enabled"), false)
	}
	return dst
}
