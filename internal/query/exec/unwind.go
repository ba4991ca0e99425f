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
	fanOut
	spec    *plan.Unwind
	list    expr.Evaluator
	scratch batch.Vector
	lists   *batch.Vector
	place   int // place in the list of row at
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
		return &unwind{fanOut: newFanOut(in(i), newOutput(slots, o.Carry)), spec: o, list: e}
	}, nil
}

func (o *unwind) open(r *run) error {
	o.rewind()
	return o.input.open(r)
}

func (o *unwind) next(r *run) (*batch.Batch, error) { return o.made(r, o) }

func (o *unwind) begin(r *run, in *batch.Batch) (err error) {
	o.place = 0
	o.lists, err = expr.View(&r.ec, o.list, in, &o.scratch)
	return err
}

func (o *unwind) emit(b *batch.Batch) { b.Columns[o.spec.Slot].Narrow(nil) }

// fill takes the elements of as many rows as fit.
func (o *unwind) fill(r *run) error {
	col := &o.out.batch.Columns[o.spec.Slot]
	col.Reset(batch.Values, 0)
	for o.room(r) {
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
