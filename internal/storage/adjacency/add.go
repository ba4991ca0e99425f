package adjacency

import (
	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
)

// Group is the relationships of one type among those of a node: it begins where the group
// before it ends, and has the entries before End.
type Group struct {
	Type graph.TypeID
	End  int
}

// Add puts relationships of one node in one direction, which come in groups of different
// types, to those at ref, 0 for none, and returns where they are now. others[i] is the other
// end of edges[i]. There must be at least one, and none may be unsettled.
func (b *Builder) Add(ref arena.Ref, groups []Group, others, edges []uint32) arena.Ref {
	if ref == 0 {
		b.ends = append(b.ends[:0], groups...)
		return b.form(others, edges)
	}
	from := 0
	for _, g := range groups {
		for i := from; i < g.End; i++ {
			e := Entry{Type: g.Type, Node: graph.NodeID(others[i]), Edge: graph.EdgeID(edges[i])}
			ref = b.blocks.Insert(ref, e, settled{}, &b.garbage)
		}
		from = g.End
	}
	b.garbage.Recycle(b.blocks.Arena)
	return ref
}

// settled is a State in which nothing is unsettled.
type settled struct{}

// Marks implements State.
func (settled) Marks(graph.EdgeID) int { return 0 }

// Dead implements State.
func (settled) Dead(graph.EdgeID) bool { return false }
