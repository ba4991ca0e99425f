package column

import (
	"unsafe"

	"memgraphd/internal/storage/graph"
)

// GroupShift is the number of bits of a node id that tell the nodes of one group apart.
const GroupShift = 10

// GroupNodes is the number of nodes of a group.
const GroupNodes = 1 << GroupShift

const slotMask = GroupNodes - 1

// Bits is a set of slots of a group.
type Bits [GroupNodes / 64]uint64

// Has reports whether slot i is in b.
func (b *Bits) Has(i uint32) bool { return b[i>>6&15]>>(i&63)&1 == 1 }

// Add puts slot i into b.
func (b *Bits) Add(i uint32) { b[i>>6&15] |= 1 << (i & 63) }

// Kind is the type of what a chunk holds.
type Kind uint8

// The kinds of chunks.
const (
	None Kind = iota
	Ints
	Floats
	Bools
	Strings
	Mixed
)

// Chunk is one property of the nodes of one group.
type Chunk struct {
	kind      Kind
	low, high int64 // of ints
	nulls     *Bits // slots without a value; nil where all have one
	// Exactly one of these is set, except for none and mixed.
	one   *[GroupNodes]uint8
	two   *[GroupNodes]uint16
	four  *[GroupNodes]uint32
	eight *[GroupNodes]uint64
	real  *[GroupNodes]float64
	truth *[GroupNodes]bool

	text string   // of strings: all of them
	ends []uint32 // of strings: text i ends before ends[i]
}

// Kind returns the type of the values.
func (c *Chunk) Kind() Kind { return c.kind }

// Whole reports whether every slot has a value.
func (c *Chunk) Whole() bool { return c.nulls == nil }

// Null reports whether a node of the group has no value.
func (c *Chunk) Null(id graph.NodeID) bool { return c.nulls != nil && c.nulls.Has(uint32(id)&slotMask) }

// Range returns the least and the greatest integer of a chunk of ints.
func (c *Chunk) Range() (low, high int64) { return c.low, c.high }

// Bytes returns about how much memory the chunk takes.
func (c *Chunk) Bytes() int64 {
	n := int64(unsafe.Sizeof(*c)) + int64(len(c.text)) + 4*int64(cap(c.ends))
	for _, part := range [...]struct {
		present bool
		bytes   int64
	}{
		{c.nulls != nil, GroupNodes / 8},
		{c.one != nil, GroupNodes},
		{c.two != nil, 2 * GroupNodes},
		{c.four != nil, 4 * GroupNodes},
		{c.eight != nil, 8 * GroupNodes},
		{c.real != nil, 8 * GroupNodes},
		{c.truth != nil, GroupNodes},
	} {
		if part.present {
			n += part.bytes
		}
	}
	return n
}

// Text returns text number i.
func (c *Chunk) Text(i int) string {
	from := uint32(0)
	if i > 0 {
		from = c.ends[i-1]
	}
	return c.text[from:c.ends[i]]
}
