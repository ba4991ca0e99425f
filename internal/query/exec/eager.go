package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
)

// eager takes all rows before it gives the first one.
type eager struct {
	input  operator
	rows   keep
	out    output
	loaded bool
	chunk  int
}

func (c *compiler) eager(o *plan.Eager) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		return &eager{input: in(i), rows: keep{slots: o.Carry}, out: newOutput(slots, nil)}
	}, nil
}

func (o *eager) open(r *run) error {
	o.rows.clear(r)
	o.loaded, o.chunk = false, 0
	return o.input.open(r)
}

// load takes every row of an operator.
func load(r *run, from operator, into *keep) error {
	for {
		in, err := from.next(r)
		if err != nil || in == nil {
			return err
		}
		if err := into.add(r, in); err != nil {
			return err
		}
		r.ec.Recycle()
	}
}

func (o *eager) next(r *run) (*batch.Batch, error) {
	if !o.loaded {
		o.loaded = true
		if err := load(r, o.input, &o.rows); err != nil {
			return nil, err
		}
	}
	if o.chunk == o.rows.used {
		return nil, nil
	}
	o.rows.show(&o.out.batch, o.chunk)
	o.chunk++
	return &o.out.batch, nil
}

func (o *eager) close(r *run) {
	o.rows.clear(r)
	o.input.close(r)
}
