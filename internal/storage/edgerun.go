package storage

import (
	"memgraphd/internal/storage/adjacency"
	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
)

// EdgeRunScan walks over the relationships of a view in the order of their ids, as columns.
type EdgeRunScan struct {
	tx     *Tx
	at, to uint64
	finder *adjacency.Finder
	refs   []arena.Ref
}

// ScanEdgeRuns walks over the relationships from ≤ id < to.
func (tx *Tx) ScanEdgeRuns(from, to graph.EdgeID) *EdgeRunScan {
	return &EdgeRunScan{tx: tx, at: uint64(from), to: uint64(to), finder: tx.store.adjacency.NewFinder()}
}

// Next puts up to n of the next relationships into run and returns how many; 0 is the end.
// plain reports that none of them has properties or a generation other than 0.
//
// What it looks at is spread over memory where relationships were not made in the order of
// their nodes, so it loads each kind of thing for all of them before it uses the first.
func (c *EdgeRunScan) Next(run *EdgeRun, n int) (got int, plain bool) {
	plain = true
	run.IDs = run.IDs[:0]
	for len(run.IDs) == 0 && c.at < min(c.to, c.tx.store.edges.limit.Load()) {
		run.IDs, run.Types, run.Sources, run.Targets = run.IDs[:0], run.Types[:0], run.Sources[:0], run.Targets[:0]
		plain = c.collect(run, n)
		c.link(run)
	}
	return len(run.IDs), plain
}

// link finds the end nodes of what was collected.
func (c *EdgeRunScan) link(run *EdgeRun) {
	s := c.tx.store
	c.refs = c.refs[:0]
	records := s.nodes.records.Pages()
	for _, src := range run.Sources {
		c.refs = append(c.refs, arena.Ref(records.At(uint32(src)).out.Load()))
	}
	for _, ref := range c.refs {
		if ref != 0 {
			s.adjacency.Touch(ref)
		}
	}
	kept := 0
	for i, id := range run.IDs {
		dst, ok := c.finder.Find(c.refs[i], run.Types[i], id)
		if !ok {
			continue // no view holds it any more
		}
		run.IDs[kept], run.Types[kept], run.Sources[kept] = id, run.Types[i], run.Sources[i]
		run.Targets = append(run.Targets, dst)
		kept++
	}
	run.IDs, run.Types, run.Sources = run.IDs[:kept], run.Types[:kept], run.Sources[:kept]
}

// collect takes ids, types and start nodes of what the view holds.
func (c *EdgeRunScan) collect(run *EdgeRun, n int) (plain bool) {
	t := &c.tx.store.edges
	view := (*edgeFilter)(c.tx)
	plain = true
	to := min(c.to, t.limit.Load())
	for c.at < to && len(run.IDs) < n {
		first := graph.EdgeID(c.at)
		end := min((c.at>>chunkShift+1)<<chunkShift, to, c.at+uint64(n-len(run.IDs)))
		ch := t.chunk(first)
		kind := ch.kind.Load()
		if kind == 0 {
			c.at = (c.at>>chunkShift + 1) << chunkShift
			continue
		}
		for ; c.at < end; c.at++ {
			id := graph.EdgeID(c.at)
			src := t.source(id)
			// The slot before the state: a new relationship has its state before its slot.
			if src == graph.NoNode || t.group(id).Load() != 0 && !view.VisibleEdge(id) {
				continue
			}
			run.IDs = append(run.IDs, id)
			run.Types = append(run.Types, graph.TypeID(kind-1))
			run.Sources = append(run.Sources, src)
		}
		plain = plain && ch.props.Load() == 0 && ch.gens.Load() == 0
	}
	return plain
}
