package storage

import (
	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
)

// EndColumn is relationships of many nodes as columns: that from the node at Places[i] of those that
// were asked about, by Edges[i], to Nodes[i].
type EndColumn struct {
	Places []uint16
	Nodes  []graph.NodeID
	Edges  []graph.EdgeID
	Looked int // relationships that were looked at
}

// Reset empties e.
func (e *EndColumn) Reset() {
	e.Places, e.Nodes, e.Edges, e.Looked = e.Places[:0], e.Nodes[:0], e.Edges[:0], 0
}

// AppendEnds makes e the relationships of the first of ids in the direction dir, Out or In, and
// returns of how many: up to the first that does not give them in one piece (see Run), and up to the
// first with which e would have more than room relationships. Where ends is not nil, only relationships count whose other
// end it has: bit i%64 of word i/64 stands for node i. There are at most 65,536 ids.
func (tx *Tx) AppendEnds(e *EndColumn, ids []graph.NodeID, dir graph.Direction, types []graph.TypeID, ends []uint64, room int) int {
	e.Reset()
	if tx.guard != nil {
		return 0
	}
	e.room(room)
	at := 0
	done := len(ids)
	var refs [warmBatch]arena.Ref
loop:
	for base := 0; base < len(ids); base += warmBatch {
		some := ids[base:min(base+warmBatch, len(ids))]
		tx.store.touch(refs[:len(some)], some, dir, types)
		blocks := tx.store.adjacency.Runs() // now, so that it has the blocks of all refs
		for i, ref := range refs[:len(some)] {
			nodes, edges, ok := blocks.Run(ref, types)
			if !ok || len(nodes) > room-at {
				done = base + i
				break loop
			}
			e.Looked += len(nodes)
			at = e.put(at, uint16(base+i), nodes, edges, ends)
		}
	}
	e.Places, e.Nodes, e.Edges = e.Places[:at], e.Nodes[:at], e.Edges[:at]
	return done
}

// room makes e as long as n relationships.
func (e *EndColumn) room(n int) {
	if cap(e.Nodes) < n {
		*e = EndColumn{Places: make([]uint16, n), Nodes: make([]graph.NodeID, n), Edges: make([]graph.EdgeID, n)}
	}
	e.Places, e.Nodes, e.Edges = e.Places[:n], e.Nodes[:n], e.Edges[:n]
}

// put puts relationships of the node at a place from at on, and returns where the next come.
func (e *EndColumn) put(at int, place uint16, nodes []graph.NodeID, edges []graph.EdgeID, ends []uint64) int {
	for i, n := range nodes {
		if ends != nil && (int(n/64) >= len(ends) || ends[n/64]>>(n%64)&1 == 0) {
			continue
		}
		e.Places[at], e.Nodes[at], e.Edges[at] = place, n, edges[i]
		at++
	}
	return at
}
