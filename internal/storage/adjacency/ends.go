package adjacency

import (
	"slices"
	"sync/atomic"
	"unsafe"

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

// Degrees sets dst[i] to the number of relationships at refs[i] of some types, nil for all,
// as Degree counts them. Where ends is not nil, only those count whose other end is in that set
// of nodes: bit i%64 of word i/64 stands for node i, and nodes beyond the last word are not in it.
func (b Blocks) Degrees(dst []int64, refs []arena.Ref, types []graph.TypeID, f Filter, ends []uint64) {
	blocks := b.Arena.Blocks()
	for i, ref := range refs {
		if ref == 0 {
			dst[i] = 0
			continue
		}
		head := (*uint32)(blocks.Pointer(ref))
		w := atomic.LoadUint32(head)
		if w&largeForm != 0 || len(types) > 1 {
			dst[i] = b.degreeTo(ref, types, f, ends)
			continue
		}
		s := small{at: unsafe.Pointer(head), cap: int(w & fieldMask), groups: int(w >> fieldBits & fieldMask)}
		from, end := s.find(types)
		switch {
		case s.marks() != 0:
			dst[i] = b.degreeTo(ref, types, f, ends)
		case ends == nil || from == end:
			dst[i] = int64(end - from)
		default:
			others := unsafe.Slice((*graph.NodeID)(unsafe.Pointer(s.word(1+s.groups+from))), end-from)
			dst[i] = int64(countIn(others, ends))
		}
	}
}

// degreeTo is Degrees for one node whatever its blocks are.
func (b Blocks) degreeTo(ref arena.Ref, types []graph.TypeID, f Filter, ends []uint64) int64 {
	if ends == nil {
		return int64(b.Degree(ref, types, f))
	}
	return int64(CountTo(b.Segments(nil, ref, types, f), ends))
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
