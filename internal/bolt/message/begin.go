package message

import (
	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/bolt/wire"
)

// Begin opens an explicit transaction.
type Begin struct {
	Extra Extra
}

// Decode reads the fields of a BEGIN.
func (m *Begin) Decode(d *packstream.Decoder, v wire.Version) error { return m.Extra.decode(d, v) }

// BeginReply is the metadata of the SUCCESS to a BEGIN.
type BeginReply struct {
	Database string // the one that was chosen for a client that named none, from 5.8 on
}

// Append appends the message to dst.
func (r *BeginReply) Append(dst []byte) []byte {
	if r.Database == "" {
		return appendSuccess(dst, 0)
	}
	dst = appendSuccess(dst, 1)
	return packstream.AppendString(packstream.AppendString(dst, "db"), r.Database)
}
