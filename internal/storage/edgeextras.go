package storage

import "memgraphd/internal/storage/graph"

// AppendExtraEdges appends the relationships from ≤ id < to of the view that may have
// properties or a generation other than 0, in the order of their ids.
func (tx *Tx) AppendExtraEdges(dst []graph.EdgeID, from, to graph.EdgeID) []graph.EdgeID {
	t := &tx.store.edges
	view := (*edgeFilter)(tx)
	end := min(uint64(to), t.limit.Load())
	for at := uint64(from); at < end; {
		first := graph.EdgeID(at)
		next := min((at>>chunkShift+1)<<chunkShift, end)
		ch := t.chunk(first)
		if ch.kind.Load() == 0 || ch.props.Load() == 0 && ch.gens.Load() == 0 {
			at = next
			continue
		}
		for ; at < next; at++ {
			id := graph.EdgeID(at)
			// The slot before the state: a new relationship has its state before its slot, a dead one loses it
			// after its slot.
			if t.source(id) != graph.NoNode && (t.group(id).Load() == 0 || view.VisibleEdge(id)) {
				dst = append(dst, id)
			}
		}
	}
	return dst
}
