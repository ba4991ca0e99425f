package adjacency

import (
	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
)

// KindsMax is the number of bits that types fall on.
const KindsMax = 16

// Kind returns the bit of a type: several share one.
func Kind(t graph.TypeID) uint32 { return 1 << (t % KindsMax) }

// Kinds returns the bits of the types that the relationships at ref have or had.
func (b Blocks) Kinds(ref arena.Ref) (mask uint32) {
	if ref == 0 {
		return 0
	}
	head, large := b.load(ref)
	if large {
		d := b.directory(ref)
		for i := range d.groups {
			mask |= Kind(graph.TypeID(d.group(i)[groupType]))
		}
		return mask
	}
	s := b.small(ref, head)
	for i := range s.groups {
		t, _ := s.group(i)
		mask |= Kind(t)
	}
	return mask
}
