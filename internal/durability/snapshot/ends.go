package snapshot

import (
	"encoding/binary"
	"math"
	"unsafe"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
)

// endsBuilder collects the relationships of nodes in one direction into the payload of one
// block. It also remembers which types were used at all, over all its blocks.
type endsBuilder struct {
	kind  blockKind
	first uint64 // slot of the first node
	last  uint64 // slot of the last node

	types   []graph.TypeID
	placeOf []uint32 // by type: its place in types and 1, 0 where it has none
	nodes   []byte   // encoded
	others  []uint32
	edges   []uint32

	groups []endsGroup // of the node at hand
	used   idSet
}

// endsGroup is relationships of one type: the place of the type, and how many there are.
type endsGroup struct {
	place uint32
	count int
}

// endBytes is about what one relationship of a node takes in a block.
const endBytes = 7

// reset begins a new block of a kind.
func (b *endsBuilder) reset(kind blockKind) {
	for _, t := range b.types {
		b.placeOf[t] = 0
	}
	b.kind, b.types, b.nodes = kind, b.types[:0], b.nodes[:0]
	b.others, b.edges, b.groups = b.others[:0], b.edges[:0], b.groups[:0]
}

// size returns about how many bytes the payload has.
func (b *endsBuilder) size() int { return len(b.nodes) + endBytes*len(b.edges) }

// add adds relationships of one type to the node at hand.
func (b *endsBuilder) add(t graph.TypeID, others []graph.NodeID, edges []graph.EdgeID) {
	place := b.place(t)
	if last := len(b.groups) - 1; last >= 0 && b.groups[last].place == place {
		b.groups[last].count += len(edges)
	} else {
		b.groups = append(b.groups, endsGroup{place, len(edges)})
	}
	b.others = append(b.others, numbersOf(others)...)
	b.edges = append(b.edges, numbersOf(edges)...)
}

// place returns the place of a type in the list of the block.
func (b *endsBuilder) place(t graph.TypeID) uint32 {
	if int(t) >= len(b.placeOf) {
		b.placeOf = append(b.placeOf, make([]uint32, int(t)+1-len(b.placeOf))...)
	}
	if b.placeOf[t] == 0 {
		b.used.add(uint32(t))
		b.types = append(b.types, t)
		b.placeOf[t] = uint32(len(b.types))
	}
	return b.placeOf[t] - 1
}

// end ends the node at hand, whose slot is given; slots ascend within a block.
func (b *endsBuilder) end(id graph.NodeID) {
	if len(b.groups) == 0 {
		return
	}
	gap := uint64(0)
	if len(b.nodes) == 0 {
		b.first = uint64(id)
	} else {
		gap = uint64(id) - b.last - 1
	}
	b.last = uint64(id)
	b.nodes = appendShort(b.nodes, gap)
	b.nodes = appendShort(b.nodes, uint64(len(b.groups)))
	for _, g := range b.groups {
		b.nodes = appendShort(b.nodes, uint64(g.place))
		b.nodes = appendShort(b.nodes, uint64(g.count))
	}
	b.groups = b.groups[:0]
}

// append appends the payload.
func (b *endsBuilder) append(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(b.types)))
	for _, t := range b.types {
		dst = binary.AppendUvarint(dst, uint64(t))
	}
	dst = appendSection(dst, b.nodes)
	return appendPacked(appendPacked(dst, b.others), b.edges)
}

// endsReader reads one block of relationships by their nodes after the other.
type endsReader struct {
	types  []graph.TypeID
	nodes  codec.Reader
	others packedReader
	edges  packedReader
	first  uint64 // slot of the first node
	at     uint64 // slot that the next node has at least
	most   uint64 // slot that no node is behind: that of the first node of the next block
	left   uint32 // relationships

	groups []storage.EdgeGroup
}

// open begins with a block, whose nodes are not behind slot most, and lends its columns to to.
func (x *endsReader) open(h blockHeader, payload []byte, names *nameTable, most uint64, to *storage.Ends) error {
	r := codec.NewReader(payload)
	x.types = x.types[:0]
	for range r.Count(1) {
		x.types = append(x.types, known(&r, names.types))
	}
	x.nodes = section(&r)
	x.others, x.edges = takePacked(&r, h.count), takePacked(&r, h.count)
	x.first, x.at, x.most, x.left = h.first, h.first, most, h.count
	to.Others, to.Edges = &x.others, &x.edges
	return r.End()
}

// next gives the next node; it lends its memory, and the columns must be read before the next
// one. There is none where more is false.
func (x *endsReader) next(to *storage.Ends) (more bool, err error) {
	r := &x.nodes
	if r.Left() == 0 {
		if x.left > 0 {
			r.Fail("fewer relationships than the header says")
		}
		return false, r.Err()
	}
	gap, short := x.shortNode()
	if !short {
		gap = x.node()
	}
	slot := x.at + gap
	switch {
	case slot < x.at || slot >= math.MaxUint32:
		r.Fail("id of a node out of range")
	case slot > x.most:
		r.Fail("the next block begins within this one")
	}
	if r.Err() != nil {
		return false, r.Err()
	}
	x.at = slot + 1
	x.left -= uint32(x.groups[len(x.groups)-1].End)
	to.Node, to.Groups, to.Shared = graph.NodeID(slot), x.groups, slot == x.first || slot == x.most
	return true, nil
}

// shortNode takes a node with one group whose numbers take no more than a byte, that of its
// relationships two, and returns its distance from the node before. short is false, and
// nothing taken, where the next node is another.
func (x *endsReader) shortNode() (gap uint64, short bool) {
	b := x.nodes.Rest()
	if len(b) < 5 || (b[0]|b[2])&0x80 != 0 || b[1] != 1 || int(b[2]) >= len(x.types) {
		return 0, false
	}
	n, size := uint32(b[3]), 4
	if n >= 0x80 {
		n, size = n&0x7f|uint32(b[4])<<7, 5
	}
	if n == 0 || n > x.left || size == 5 && b[4] >= 0x80 {
		return 0, false
	}
	gap, t := uint64(b[0]), x.types[b[2]]
	x.nodes.Take(size)
	x.groups = append(x.groups[:0], storage.EdgeGroup{Type: t, End: int(n)})
	return gap, true
}

// node is shortNode for any node; it fails where there is none.
func (x *endsReader) node() (gap uint64) {
	r := &x.nodes
	gap = r.Uvarint()
	x.groups = x.groups[:0]
	n := uint64(0)
	for range r.Count(2) {
		place, count := r.Uvarint(), r.Uvarint()
		if place >= uint64(len(x.types)) || count == 0 || count > uint64(x.left)-n {
			r.Fail("a group of an unknown type, or with more relationships than there are")
			return gap
		}
		n += count
		x.groups = append(x.groups, storage.EdgeGroup{Type: x.types[place], End: int(n)})
	}
	if n == 0 {
		r.Fail("a node without relationships")
	}
	return gap
}

// numbersOf returns ids as the numbers that they are.
func numbersOf[T ~uint32](ids []T) []uint32 {
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(ids))), len(ids))
}
