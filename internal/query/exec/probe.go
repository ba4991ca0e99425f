package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// probe evaluates conditions over many candidates at once: the relationships that lead on
// from a node, say. A candidate is a row of a batch of its own, whose columns the caller
// fills; what the conditions read of the row outside is the same in each of its rows.
type probe struct {
	tests []expr.Evaluator
	reads []int // columns of the row outside
	batch batch.Batch
	sel   [2][]uint16

	in     *batch.Batch
	row    int
	filled int // rows that the columns in reads have
}

// newProbe makes a probe for a plan with slots columns.
func newProbe(slots int, tests []expr.Evaluator, reads []int) probe {
	p := probe{tests: tests, reads: reads}
	if len(tests) > 0 {
		p.batch.Columns = make([]batch.Vector, slots)
	}
	return p
}

// outer makes row of in the row outside.
func (p *probe) outer(in *batch.Batch, row int) { p.in, p.row, p.filled = in, row, 0 }

// active tells whether there is anything to evaluate.
func (p *probe) active() bool { return len(p.tests) > 0 }

// nodes makes a column for n nodes; nil where nobody reads it.
func (p *probe) nodes(slot, n int) []graph.NodeID {
	if slot == plan.NoSlot {
		return nil
	}
	v := &p.batch.Columns[slot]
	v.Prepare(batch.Nodes, n)
	return v.Nodes
}

// node makes a column of n times the same node.
func (p *probe) node(slot, n int, id graph.NodeID) {
	for i := range p.nodes(slot, n) {
		p.batch.Columns[slot].Nodes[i] = id
	}
}

// edges makes a column for n relationships; nil where nobody reads it.
func (p *probe) edges(slot, n int) []graph.Edge {
	if slot == plan.NoSlot {
		return nil
	}
	v := &p.batch.Columns[slot]
	v.Prepare(batch.Edges, n)
	return v.Edges
}

// values makes a column for n values; nil where nobody reads it.
func (p *probe) values(slot, n int) []value.Value {
	if slot == plan.NoSlot {
		return nil
	}
	v := &p.batch.Columns[slot]
	v.Prepare(batch.Values, n)
	return v.Values
}

// ready makes a batch of n candidates, whose columns have been filled.
func (p *probe) ready(n int) *batch.Batch {
	if p.filled < n && len(p.reads) > 0 {
		p.filled = max(n, min(4*p.filled, batch.Size))
		for _, s := range p.reads {
			p.batch.Columns[s].Repeat(&p.in.Columns[s], p.row, p.filled)
		}
	}
	p.batch.Len, p.batch.Sel = n, nil
	return &p.batch
}

// pass returns the candidates among n for which all conditions are true.
func (p *probe) pass(r *run, n int) ([]uint16, error) {
	b := p.ready(n)
	for i, test := range p.tests {
		sel := &p.sel[i%2]
		var err error
		if *sel, err = expr.Filter(&r.ec, test, b, (*sel)[:0]); err != nil {
			return nil, err
		}
		if b.Sel = *sel; len(b.Sel) == 0 {
			break
		}
	}
	return b.Sel, nil
}
