package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
)

// distinct keeps the first of the rows that are the same, in the batch of its input.
type distinct struct {
	spec    *plan.Distinct
	input   operator
	groups  *batch.Groups
	columns []*batch.Vector
	ids     []uint32
	sel     []uint16
	held    int64
}

func (c *compiler) distinct(o *plan.Distinct) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	return func(i *instance) operator {
		return &distinct{spec: o, input: in(i), columns: make([]*batch.Vector, len(o.Slots))}
	}, nil
}

func (o *distinct) open(r *run) error {
	r.release(o.held)
	o.held = 0
	if o.groups == nil || o.groups.Len() > 1<<16 {
		o.groups = batch.NewGroups(len(o.columns))
	} else {
		o.groups.Reset()
	}
	return o.input.open(r)
}

func (o *distinct) next(r *run) (*batch.Batch, error) {
	for {
		in, err := o.input.next(r)
		if err != nil || in == nil {
			return nil, err
		}
		for i, s := range o.spec.Slots {
			o.columns[i] = &in.Columns[s]
		}
		known := uint32(o.groups.Len())
		o.ids = o.groups.Assign(o.ids[:0], in, o.columns)
		if more := o.groups.Bytes() - o.held; more > 1<<16 {
			if err := r.reserve(more); err != nil {
				return nil, err
			}
			o.held += more
		}
		o.sel = o.sel[:0]
		for i, row := range r.rowsOf(in.Sel, in.Len) {
			if o.ids[i] == known {
				known++
				o.sel = append(o.sel, row)
			}
		}
		if len(o.sel) > 0 {
			in.Sel = o.sel
			return in, nil
		}
		if err := r.check(); err != nil {
			return nil, err
		}
	}
}

func (o *distinct) close(r *run) {
	r.release(o.held)
	o.held = 0
	o.input.close(r)
}
