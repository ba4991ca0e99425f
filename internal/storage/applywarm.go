package storage

import (
	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
)

// WarmApply loads what Apply will look at first for the relationships that commits make, so
// that it does not wait for memory one by one. It returns a number without meaning, which
// keeps the loads from being left out.
func (s *Store) WarmApply(commits []change.Commit) uint32 {
	var refs [4 * warmBatch]arena.Ref
	records := s.nodes.records.Pages()
	limit := s.nodes.limit.Load()
	n := 0
	for i := range commits {
		for k := range commits[i].Ops {
			op := &commits[i].Ops[k]
			if op.Kind != change.CreateEdge || n+2 > len(refs) {
				continue
			}
			if uint64(op.Node) < limit {
				refs[n] = arena.Ref(records.At(uint32(op.Node)).adjacent(graph.Out).Load())
				n++
			}
			if uint64(op.Edge.Dst) < limit {
				refs[n] = arena.Ref(records.At(uint32(op.Edge.Dst)).adjacent(graph.In).Load())
				n++
			}
		}
	}
	sum := uint32(0)
	for _, ref := range refs[:n] {
		if ref != 0 {
			sum += s.adjacency.Touch(ref)
		}
	}
	return sum
}
