package adjacency

import (
	"slices"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
)

// MayLead reports whether a relationship at ref may lead to n, in any view. Where there are
// more than SmallMax it does not look.
func (b Blocks) MayLead(ref arena.Ref, n graph.NodeID) bool {
	if ref == 0 {
		return false
	}
	head, large := b.load(ref)
	if large {
		return true
	}
	s := b.small(ref, head)
	return slices.Contains(s.others()[:s.count()], uint32(n))
}

// DegreeTo is Degree for the relationships whose other end is in a set of nodes: bit i%64 of
// word i/64 stands for node i, and nodes beyond the last word are not in it.
func (b Blocks) DegreeTo(ref arena.Ref, types []graph.TypeID, f Filter, ends []uint64) int {
	if ref == 0 {
		return 0
	}
	head, large := b.load(ref)
	if large {
		return CountTo(b.segmentsLarge(nil, ref, types, f), ends)
	}
	s := b.small(ref, head)
	if s.marks() != 0 {
		return CountTo(b.Segments(nil, ref, types, f), ends)
	}
	n, from := 0, 0
	others := nodeIDs(s.others())
	for i := range s.groups {
		t, end := s.group(i)
		if types == nil || slices.Contains(types, t) {
			n += countIn(others[from:end], ends)
		}
		from = end
	}
	if s.marks() != 0 { // which were put there since
		return CountTo(b.Segments(nil, ref, types, f), ends)
	}
	return n
}

// CountTo counts the relationships whose other end is in a set of nodes, all where ends is nil.
func CountTo(segments []Segment, ends []uint64) int {
	n := 0
	for _, s := range segments {
		if ends == nil {
			n += len(s.Nodes)
		} else {
			n += countIn(s.Nodes, ends)
		}
	}
	return n
}

func countIn(nodes []graph.NodeID, set []uint64) int {
	n := 0
	for _, id := range nodes {
		if int(id/64) < len(set) {
			n += int(set[id/64] >> (id % 64) & 1)
		}
	}
	return n
}
