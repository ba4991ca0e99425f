package storage

import (
	"slices"
	"sync/atomic"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
)

// loops tells whether any relationship that was ever put into the store leads from a node to
// itself. It is set before anyone can see the first one, and never taken back: so where it is
// not set, no view has one.
type loops struct{ any atomic.Bool }

// note tells that a relationship from src to dst is being put into the store.
func (l *loops) note(src, dst graph.NodeID) {
	if src == dst && !l.any.Load() {
		l.any.Store(true)
	}
}

// noteAll is note for relationships of a node to others.
func (l *loops) noteAll(id graph.NodeID, others []uint32) {
	if !l.any.Load() && slices.Contains(others, uint32(id)) {
		l.any.Store(true)
	}
}

// MayLoop reports whether n may have a relationship with itself. It looks at the one block of
// those in a direction, Out or In, of a node with few, and takes no for an answer only from there.
func (tx *Tx) MayLoop(n graph.NodeID, dir graph.Direction) bool {
	s := tx.store
	if !s.loops.any.Load() {
		return false
	}
	rec := s.nodes.at(n)
	return rec != nil && s.adjacency.MayLead(arena.Ref(rec.adjacent(dir).Load()), n)
}
