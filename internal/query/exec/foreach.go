package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/value"
)

// foreach runs a body for each element of a list, one element after the other, for each
// row of its input.
type foreach struct {
	spec    *plan.Foreach
	input   operator
	body    operator
	arg     *argument
	list    expr.Evaluator
	scratch batch.Vector
	row     batch.Batch
}

func (c *compiler) foreach(o *plan.Foreach) (factory, error) {
	inputs, err := c.ops(o.Input, o.Body)
	if err != nil {
		return nil, err
	}
	e, err := c.expr(o.Scope, o.List)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		f := &foreach{spec: o, input: inputs[0](i), body: inputs[1](i), list: e}
		f.arg = i.arguments[o.Argument]
		f.row.Columns = make([]batch.Vector, slots)
		return f
	}, nil
}

func (o *foreach) open(r *run) error { return o.input.open(r) }

func (o *foreach) next(r *run) (*batch.Batch, error) {
	in, err := o.input.next(r)
	if err != nil || in == nil {
		return nil, err
	}
	lists, err := expr.View(&r.ec, o.list, in, &o.scratch)
	if err != nil {
		return nil, err
	}
	for _, row := range r.rowsOf(in.Sel, in.Len) {
		v := lists.Value(int(row))
		if v.IsNull() {
			continue
		}
		if v.Kind() != value.KindList {
			return nil, failure.RuntimeType("InvalidArgumentType", "FOREACH expects a list, not a value of type %s", v.Kind()).
				At(o.spec.List.Span())
		}
		if err := o.elements(r, in, int(row), v.AsList()); err != nil {
			return nil, err
		}
	}
	return in, nil
}

// elements runs the body for each element of the list of a row.
func (o *foreach) elements(r *run, in *batch.Batch, row int, list []value.Value) error {
	o.row.Len, o.row.Sel = 1, nil
	for _, s := range o.spec.Argument.Slots {
		if s != o.spec.Slot {
			o.row.Columns[s].Repeat(&in.Columns[s], row, 1)
		}
	}
	for _, x := range list {
		if err := r.step(); err != nil {
			return err
		}
		o.row.Columns[o.spec.Slot].Fill(x, 1)
		o.arg.give(&o.row, r.rowsOf(nil, 1))
		if err := o.body.open(r); err != nil {
			return err
		}
		if err := drain(r, o.body); err != nil {
			return err
		}
	}
	return nil
}

func (o *foreach) close(r *run) {
	o.input.close(r)
	o.body.close(r)
}
