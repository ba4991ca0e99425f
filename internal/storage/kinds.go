package storage

import (
	"memgraphd/internal/storage/adjacency"
	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
)

// A node's kinds tell of which types its relationships may be, so that one without those that are
// looked for is passed over without a look at its adjacency: bit t % 16 stands for type t of those
// that go out, and bit 16 + t % 16 of those that come in. They have at least the bits of what is in
// the adjacency, in any view: a writer sets a bit before others can see the relationship.
const inKinds = adjacency.KindsMax

// kinds returns the bits of some types in a direction; nil means all.
func kinds(types []graph.TypeID, dir graph.Direction) (mask uint32) {
	if types == nil {
		mask = 1<<adjacency.KindsMax - 1
	}
	for _, t := range types {
		mask |= adjacency.Kind(t)
	}
	switch dir {
	case graph.In:
		return mask << inKinds
	case graph.Both:
		return mask | mask<<inKinds
	case graph.Out:
	}
	return mask
}

// addKind notes a relationship of type t in direction dir, Out or In, that is about to be added.
func (n *node) addKind(t graph.TypeID, dir graph.Direction) {
	n.addKinds(adjacency.Kind(t), dir)
}

// addKinds is addKind for types by their bits.
func (n *node) addKinds(mask uint32, dir graph.Direction) {
	if dir == graph.In {
		mask <<= inKinds
	}
	if mask&^n.kinds.Load() != 0 {
		n.kinds.Or(mask)
	}
}

// renewKinds takes the bits away that the adjacency of direction dir, Out or In, does not have
// any more. The caller holds the latch.
func (s *Store) renewKinds(n *node, dir graph.Direction) {
	have := s.adjacency.Kinds(arena.Ref(n.adjacent(dir).Load()))
	gone := kinds(nil, graph.Out) &^ have
	if dir == graph.In {
		gone <<= inKinds
	}
	if n.kinds.Load()&gone != 0 {
		n.kinds.And(^gone)
	}
}

// LinkTest asks of nodes whether they may have relationships.
type LinkTest struct {
	all  uint32   // bits that a node must have
	some []uint32 // of each of which it must have one bit
}

// Reset makes t pass every node.
func (t *LinkTest) Reset() { t.all, t.some = 0, t.some[:0] }

// Ask adds that a node must have a relationship in a direction of one of types; nil means any.
func (t *LinkTest) Ask(types []graph.TypeID, dir graph.Direction) {
	if mask := kinds(types, dir); mask&(mask-1) == 0 {
		t.all |= mask
	} else {
		t.some = append(t.some, mask)
	}
}

// Linked moves those of ids that pass t to the front, and returns how many they are. A node may
// pass that has no such relationship in the view; none that has them is left out.
func (tx *Tx) Linked(ids []graph.NodeID, t *LinkTest) int {
	records := tx.store.nodes.records.Pages()
	n := 0
	for _, id := range ids {
		rec := records.At(uint32(id))
		if rec == nil {
			continue
		}
		ids[n] = id
		if rec.kinds.Load()&t.all == t.all {
			n++
		}
	}
	for _, mask := range t.some {
		kept := 0
		for _, id := range ids[:n] {
			ids[kept] = id
			if records.At(uint32(id)).kinds.Load()&mask != 0 {
				kept++
			}
		}
		n = kept
	}
	return n
}
