package exec

import (
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// pathRule keeps the rows whose path repeats no node but, where that is allowed, the first
// as the last.
type pathRule struct {
	spec  *plan.PathRule
	input operator
	sel   []uint16
	nodes []graph.NodeID
}

func (c *compiler) pathRule(o *plan.PathRule) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	return func(i *instance) operator { return &pathRule{spec: o, input: in(i)} }, nil
}

func (o *pathRule) open(r *run) error { return o.input.open(r) }

func (o *pathRule) next(r *run) (*batch.Batch, error) {
	for {
		in, err := o.input.next(r)
		if err != nil || in == nil {
			return nil, err
		}
		o.sel = none(o.sel)
		for _, row := range r.rowsOf(in.Sel, in.Len) {
			if v := in.Columns[o.spec.Slot].Value(int(row)); v.Kind() == value.KindPath && o.fits(v.AsPath()) {
				o.sel = append(o.sel, row)
			}
		}
		if len(o.sel) > 0 {
			in.Sel = o.sel
			return in, nil
		}
	}
}

// fits tells whether p repeats nothing that it must not.
func (o *pathRule) fits(p *value.PathValue) bool {
	nodes := p.Nodes
	if last := len(nodes) - 1; o.spec.Mode == ast.Simple && last > 0 && nodes[0] == nodes[last] {
		nodes = nodes[1:]
	}
	o.nodes = append(o.nodes[:0], nodes...)
	slices.Sort(o.nodes)
	return len(slices.Compact(o.nodes)) == len(nodes)
}

func (o *pathRule) close(r *run) { o.input.close(r) }
