package property

import (
	"encoding/binary"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// Packer packs properties that come one by one, ascending by key without repetitions.
type Packer struct{ blob []byte }

// Reset begins a new blob in the memory of the one before.
func (p *Packer) Reset() { p.blob = begin(p.blob[:0]) }

// Int adds an integer.
func (p *Packer) Int(key graph.KeyID, n int64) { p.blob = appendInt(p.key(key), n) }

// Text adds a string.
func (p *Packer) Text(key graph.KeyID, text []byte) {
	blob := append(p.key(key), tagString)
	if len(text) < 0x80 {
		blob = append(blob, byte(len(text)))
	} else {
		blob = binary.AppendUvarint(blob, uint64(len(text)))
	}
	p.blob = append(blob, text...)
}

// Value adds a storable value; null adds nothing.
func (p *Packer) Value(key graph.KeyID, v value.Value) {
	if !v.IsNull() {
		p.blob = AppendValue(p.key(key), v)
	}
}

func (p *Packer) key(key graph.KeyID) []byte {
	if key < 0x80 {
		return append(p.blob, byte(key))
	}
	return binary.AppendUvarint(p.blob, uint64(key))
}

// Blob returns the blob, nothing if no property has a value. It is good until Reset.
func (p *Packer) Blob() []byte { return end(p.blob, 0) }
