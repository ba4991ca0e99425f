package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
)

// hopFilter asks the relationships of one node, many at a time, for the conditions that
// each relationship of a trail must fulfil.
type hopFilter struct {
	tests []expr.Evaluator
	each  int   // slot of the relationship
	reads []int // slots of the row that the conditions read

	in   *batch.Batch
	row  uint16
	view batch.Batch
	sel  [2][]uint16
}

// newHopFilter returns nil where there is no condition.
func newHopFilter(o *plan.VarExpand, tests []expr.Evaluator, slots int) *hopFilter {
	if len(tests) == 0 {
		return nil
	}
	return &hopFilter{tests: tests, each: o.Each, reads: o.Reads, view: batch.Batch{Columns: make([]batch.Vector, slots)}}
}

// start begins with a row.
func (f *hopFilter) start(in *batch.Batch, row int) {
	f.in, f.row = in, uint16(row)
}

// keep appends the relationships that pass to those in dst. w is where they were found.
func (f *hopFilter) keep(r *run, w *walker, nodes []graph.NodeID, edges []graph.EdgeID, dst *level) error {
	for len(nodes) > 0 {
		n := min(len(nodes), r.size)
		if err := f.keepSome(r, w, nodes[:n], edges[:n], dst); err != nil {
			return err
		}
		nodes, edges = nodes[n:], edges[n:]
	}
	return nil
}

func (f *hopFilter) keepSome(r *run, w *walker, nodes []graph.NodeID, edges []graph.EdgeID, dst *level) error {
	for _, s := range f.reads {
		f.view.Columns[s].Repeat(&f.in.Columns[s], int(f.row), len(nodes))
	}
	each := &f.view.Columns[f.each]
	each.Reset(batch.Edges, len(nodes))
	for i, id := range edges {
		each.Edges[i] = w.edge(id, nodes[i])
	}
	f.view.Len, f.view.Sel = len(nodes), nil
	for n, test := range f.tests {
		sel := &f.sel[n%2]
		var err error
		if *sel, err = expr.Filter(&r.ec, test, &f.view, (*sel)[:0]); err != nil {
			return err
		}
		if f.view.Sel = *sel; len(*sel) == 0 {
			return nil
		}
	}
	for _, i := range f.view.Sel {
		dst.keptNodes, dst.keptEdges = append(dst.keptNodes, nodes[i]), append(dst.keptEdges, edges[i])
	}
	return nil
}
