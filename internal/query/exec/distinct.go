package exec

import (
	"slices"

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
	// ints has what is distinct of one column as long as that holds integers only, but for
	// those that it cannot have.
	ints  intSet
	mixed bool
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
	o.held, o.mixed = 0, len(o.columns) != 1
	o.ints.empty(r)
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
		if o.sel, err = o.fresh(r, in, o.sel[:0]); err != nil {
			return nil, err
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

// fresh appends the rows of in that have not been met before to sel.
func (o *distinct) fresh(r *run, in *batch.Batch, sel []uint16) ([]uint16, error) {
	rows := r.rowsOf(in.Sel, in.Len)
	if !o.mixed && allInts(o.columns[0], rows) {
		near, err := o.ints.add(r, o.columns[0], rows, sel)
		if err != nil || len(o.ints.rest) == 0 {
			return near, err
		}
		all, err := o.assign(r, in, o.ints.rest, near)
		slices.Sort(all)
		return all, err
	}
	if !o.mixed {
		o.ints.spill(r, o.groups)
		o.mixed = true
	}
	return o.assign(r, in, rows, sel)
}

// assign appends those of rows to sel that make new groups.
func (o *distinct) assign(r *run, in *batch.Batch, rows, sel []uint16) ([]uint16, error) {
	known := uint32(o.groups.Len())
	some := *in
	if len(rows) < in.Rows() {
		some.Sel = rows
	}
	o.ids = o.groups.Assign(o.ids[:0], &some, o.columns)
	if more := o.groups.Bytes() - o.held; more > 1<<16 {
		if err := r.reserve(more); err != nil {
			return sel, err
		}
		o.held += more
	}
	for i, row := range rows {
		if o.ids[i] == known {
			known++
			sel = append(sel, row)
		}
	}
	return sel, nil
}

func (o *distinct) close(r *run) {
	o.ints.empty(r)
	r.release(o.held)
	o.held = 0
	o.input.close(r)
}
