package property

import (
	"encoding/binary"
	"math"
	"slices"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// Packer packs properties that come one by one, ascending by key without repetitions.
type Packer struct{ blob []byte }

// Reset begins a new blob in the memory of the one before.
func (p *Packer) Reset() { p.blob = begin(p.blob[:0]) }

// Int adds an integer.
func (p *Packer) Int(key graph.KeyID, n int64) {
	b := p.key(key)
	at := len(b)
	b = b[:at+numberBytes]
	size := numberBytes
	switch {
	case n == int64(int8(n)):
		b[at], b[at+1], size = tagInt8, byte(n), 2
	case n == int64(int16(n)):
		b[at], size = tagInt16, 3
		binary.LittleEndian.PutUint16(b[at+1:], uint16(n))
	case n == int64(int32(n)):
		b[at], size = tagInt32, 5
		binary.LittleEndian.PutUint32(b[at+1:], uint32(n))
	default:
		b[at] = tagInt64
		binary.LittleEndian.PutUint64(b[at+1:], uint64(n))
	}
	p.blob = b[:at+size]
}

// Float adds a float.
func (p *Packer) Float(key graph.KeyID, f float64) {
	p.blob = binary.LittleEndian.AppendUint64(append(p.key(key), tagFloat), math.Float64bits(f))
}

// Bool adds a truth value.
func (p *Packer) Bool(key graph.KeyID, b bool) {
	tag := byte(tagFalse)
	if b {
		tag = tagTrue
	}
	p.blob = append(p.key(key), tag)
}

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

// numberBytes is what a number takes at most, with its tag.
const numberBytes = 9

// key appends a key, and makes room for a number.
func (p *Packer) key(key graph.KeyID) []byte {
	b := p.blob
	if cap(b)-len(b) < numberBytes+binary.MaxVarintLen32 {
		b = slices.Grow(b, blobStart)
	}
	if key < 0x80 {
		return append(b, byte(key))
	}
	return binary.AppendUvarint(b, uint64(key))
}

// blobStart is how much memory a Packer takes at least.
const blobStart = 256

// Blob returns the blob, nothing if no property has a value. It is good until Reset.
func (p *Packer) Blob() []byte { return end(p.blob, 0) }
