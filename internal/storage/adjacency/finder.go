package adjacency

import (
	"slices"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
)

// Finder finds relationships one after the other, without a search where they follow each
// other in a block. Its view must stay open as long as it is used.
type Finder struct {
	blocks Blocks

	ref    arena.Ref // block that was looked at last, 0 if it was a directory
	at     int       // place after the relationship that was found last
	others []uint32  // of the block, as far as they were published when it was looked at
	edges  []uint32
}

// NewFinder returns a finder in b.
func (b Blocks) NewFinder() *Finder { return &Finder{blocks: b} }

// Find is Blocks.Find.
func (f *Finder) Find(ref arena.Ref, t graph.TypeID, id graph.EdgeID) (graph.NodeID, bool) {
	if ref == f.ref && f.at < len(f.edges) && f.edges[f.at] == uint32(id) {
		f.at++
		return graph.NodeID(f.others[f.at-1]), true
	}
	return f.search(ref, t, id)
}

func (f *Finder) search(ref arena.Ref, t graph.TypeID, id graph.EdgeID) (graph.NodeID, bool) {
	f.ref = 0
	if ref == 0 {
		return 0, false
	}
	head, large := f.blocks.load(ref)
	if large {
		return f.blocks.findLarge(ref, t, id)
	}
	s := f.blocks.small(ref, head)
	from := 0
	for i := range s.groups {
		group, end := s.group(i)
		if group != t {
			from = end
			continue
		}
		at := slices.Index(s.edges()[from:end], uint32(id))
		if at < 0 {
			return 0, false
		}
		f.ref, f.at = ref, from+at+1
		f.others, f.edges = s.others()[:end], s.edges()[:end]
		return graph.NodeID(f.others[f.at-1]), true
	}
	return 0, false
}
