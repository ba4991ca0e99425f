package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
)

// expandExists keeps the rows for which a relationship exists, or does not.
type expandExists struct {
	between
	spec    *plan.ExpandExists
	input   operator
	scratch [2][]graph.NodeID
	walk    walker
	sel     []uint16
}

func (c *compiler) expandExists(o *plan.ExpandExists) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	h, err := c.hop(&o.Hop)
	if err != nil {
		return nil, err
	}
	return func(i *instance) operator {
		return &expandExists{between: between{hop: h}, spec: o, input: in(i)}
	}, nil
}

func (o *expandExists) open(r *run) error {
	if err := o.resolve(r); err != nil {
		return err
	}
	o.reset()
	return o.input.open(r)
}

func (o *expandExists) next(r *run) (*batch.Batch, error) {
	for {
		in, err := o.input.next(r)
		if err != nil || in == nil {
			return nil, err
		}
		if err := o.keep(r, in); err != nil {
			return nil, err
		}
		if len(o.sel) > 0 {
			in.Sel = o.sel
			return in, nil
		}
	}
}

func (o *expandExists) keep(r *run, in *batch.Batch) error {
	if err := o.renew(r); err != nil {
		return err
	}
	from, err := r.nodes(&in.Columns[o.spec.From], in, &o.scratch[0], o.spec.Place)
	if err != nil {
		return err
	}
	var to []graph.NodeID
	if o.spec.To != plan.NoSlot {
		if to, err = r.nodes(&in.Columns[o.spec.To], in, &o.scratch[1], o.spec.Place); err != nil {
			return err
		}
	}
	o.sel = o.sel[:0]
	for _, row := range r.rowsOf(in.Sel, in.Len) {
		var exists bool
		if to != nil {
			exists = len(o.find(r, from[row], to[row], 1)) > 0
			if o.refused != nil {
				return o.refused
			}
		} else {
			exists = o.any(r, from[row])
		}
		if exists != o.spec.Negated {
			o.sel = append(o.sel, row)
		}
		if err := r.step(); err != nil {
			return err
		}
	}
	return nil
}

// any tells whether n has a relationship that matches.
func (o *expandExists) any(r *run, n graph.NodeID) bool {
	if n == graph.NoNode || !o.possible {
		return false
	}
	if !o.sieves() {
		return r.tx.Degree(n, o.spec.Direction, o.types) > 0
	}
	o.walk.start(r, &o.hop, n)
	for {
		nodes, _ := o.walk.next(r, &o.hop, int(graph.NoEdge))
		if nodes == nil {
			return false
		}
		for _, other := range nodes {
			r.hits++
			if o.labelled(r, other) {
				return true
			}
		}
	}
}

func (o *expandExists) close(r *run) {
	o.forgetTable(r)
	o.input.close(r)
}
