package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/value"
)

// unwind makes a row of every element of a list.
type unwind struct {
	spec    *plan.Unwind
	input   operator
	list    expr.Evaluator
	out     output
	scratch batch.Vector

	in    *batch.Batch
	lists *batch.Vector
	at    int
	place int // place in the list of row at
	rows  []uint16
}

func (c *compiler) unwind(o *plan.Unwind) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	e, err := c.expr(o.Scope, o.List)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		return &unwind{spec: o, input: in(i), list: e, out: newOutput(slots, o.Carry)}
	}, nil
}

func (o *unwind) open(r *run) error {
	o.in = nil
	return o.input.open(r)
}

func (o *unwind) next(r *run) (*batch.Batch, error) {
	for {
		if err := r.check(); err != nil {
			return nil, err
		}
		if o.in == nil {
			in, err := o.input.next(r)
			if err != nil || in == nil {
				return nil, err
			}
			if o.lists, err = expr.View(&r.ec, o.list, in, &o.scratch); err != nil {
				return nil, err
			}
			o.in, o.at, o.place = in, 0, 0
		}
		o.rows = o.rows[:0]
		col := &o.out.batch.Columns[o.spec.Slot]
		col.Reset(batch.Values, 0)
		if err := o.fill(r, col); err != nil {
			return nil, err
		}
		in := o.in
		if o.at >= in.Rows() {
			o.in = nil
		}
		if len(o.rows) > 0 {
			col.Narrow(nil)
			return o.out.gather(in, o.rows), nil
		}
	}
}

// fill takes the elements of as many rows as fit.
func (o *unwind) fill(r *run, col *batch.Vector) error {
	for len(o.rows) < r.size && o.at < o.in.Rows() {
		row := o.in.Row(o.at)
		v := o.lists.Value(row)
		if v.IsNull() {
			o.at++
			continue
		}
		if v.Kind() != value.KindList {
			return failure.RuntimeType("InvalidArgumentType", "UNWIND expects a list, not a value of type %s", v.Kind()).
				At(o.spec.List.Span())
		}
		list := v.AsList()[o.place:]
		n := min(len(list), r.size-len(o.rows))
		col.Values = append(col.Values, list[:n]...)
		for range n {
			o.rows = append(o.rows, uint16(row))
		}
		if o.place += n; n == len(list) {
			o.at++
			o.place = 0
		}
	}
	return nil
}

func (o *unwind) close(r *run) { o.input.close(r) }
