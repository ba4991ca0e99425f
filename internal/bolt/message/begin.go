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
