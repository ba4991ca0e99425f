package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/graph"
)

// warmRows is how many nodes are loaded together, before the first of them is looked at.
const warmRows = 32

// warm loads what will be looked at of the nodes of some rows from place at on, where that
// is the first of warmRows of them: the processor waits for all of them at once then.
func (h *hop) warm(r *run, in *batch.Batch, from []graph.NodeID, at int) {
	if at%warmRows != 0 || !h.possible {
		return
	}
	end := min(at+warmRows, in.Rows())
	if end-at < warmRows/4 {
		return // a few rows are not worth it
	}
	var nodes [warmRows]graph.NodeID
	n := 0
	for ; at < end; at++ {
		if id := from[in.Row(at)]; id != graph.NoNode && (n == 0 || nodes[n-1] != id) {
			nodes[n] = id
			n++
		}
	}
	h.warmNodes(r, nodes[:n])
}

// warmNodes is warm for nodes that are at hand, at most warmRows of them at a time.
func (h *hop) warmNodes(r *run, nodes []graph.NodeID) {
	if h.spec.Direction != graph.In {
		r.tx.Warm(nodes, graph.Out, h.types)
	}
	if h.spec.Direction != graph.Out {
		r.tx.Warm(nodes, graph.In, h.types)
	}
}
