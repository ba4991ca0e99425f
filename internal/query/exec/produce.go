package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
)

// produce gives the columns of the result.
type produce struct {
	spec  *plan.Produce
	input operator
	view  batch.Batch
	last  finite // what the rows come from, nil where that never knows its end
}

// finite is an operator that may know that it has no more rows without being asked for them.
type finite interface{ over() bool }

// finiteBelow returns what the rows of o come from, one by one, if that may know its end.
func finiteBelow(o operator) finite {
	for {
		p, ok := o.(*project)
		if !ok {
			f, _ := o.(finite)
			return f
		}
		o = p.input
	}
}

// over tells that next has nothing more, if that is known.
func (o *produce) over() bool { return o.last != nil && o.last.over() }

func (c *compiler) produce(o *plan.Produce) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	return func(i *instance) operator {
		input := in(i)
		return &produce{spec: o, input: input, view: batch.Batch{Columns: make([]batch.Vector, len(o.Slots))}, last: finiteBelow(input)}
	}, nil
}

func (o *produce) open(r *run) error { return o.input.open(r) }

func (o *produce) next(r *run) (*batch.Batch, error) {
	in, err := o.input.next(r)
	if err != nil || in == nil {
		return nil, err
	}
	o.view.Len, o.view.Sel = in.Len, in.Sel
	for i, s := range o.spec.Slots {
		o.view.Columns[i] = in.Columns[s]
	}
	return &o.view, nil
}

func (o *produce) close(r *run) { o.input.close(r) }

// empty takes all rows and gives none.
type empty struct{ input operator }

func (c *compiler) empty(o *plan.Empty) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	return func(i *instance) operator { return &empty{input: in(i)} }, nil
}

func (o *empty) open(r *run) error { return o.input.open(r) }

func (o *empty) next(r *run) (*batch.Batch, error) { return nil, drain(r, o.input) }

// drain takes every row of an operator and drops it.
func drain(r *run, from operator) error {
	for {
		in, err := from.next(r)
		if err != nil || in == nil {
			return err
		}
		r.ec.Recycle()
		if err := r.check(); err != nil {
			return err
		}
	}
}

func (o *empty) close(r *run) { o.input.close(r) }
