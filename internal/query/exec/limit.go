package exec

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/value"
)

// count computes the operand of SKIP or LIMIT, which the text has at spec; nil is 0.
func count(r *run, e expr.Evaluator, spec ast.Expr, clause string) (int64, error) {
	if e == nil {
		return 0, nil
	}
	v, err := expr.Const(&r.ec, e)
	if err != nil {
		return 0, err
	}
	if v.Kind() != value.KindInt {
		return 0, failure.New(failure.SyntaxError, failure.Runtime, "InvalidArgumentType",
			"%s expects an integer, not a value of type %s", clause, v.Kind()).At(spec.Span())
	}
	if v.AsInt() < 0 {
		return 0, failure.New(failure.SyntaxError, failure.Runtime, "NegativeIntegerArgument",
			"%s expects an integer that is not negative, not %d", clause, v.AsInt()).At(spec.Span())
	}
	return v.AsInt(), nil
}

// skip drops the first rows.
type skip struct {
	spec  *plan.Skip
	input operator
	count expr.Evaluator
	left  int64
}

func (c *compiler) skip(o *plan.Skip) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	e, err := c.expr(nil, o.Count)
	if err != nil {
		return nil, err
	}
	return func(i *instance) operator { return &skip{spec: o, input: in(i), count: e} }, nil
}

func (o *skip) open(r *run) (err error) {
	if o.left, err = count(r, o.count, o.spec.Count, "SKIP"); err != nil {
		return err
	}
	return o.input.open(r)
}

func (o *skip) next(r *run) (*batch.Batch, error) {
	for {
		in, err := o.input.next(r)
		if err != nil || in == nil {
			return nil, err
		}
		n := int64(in.Rows())
		if n <= o.left {
			o.left -= n
			continue
		}
		if o.left > 0 {
			in.Sel = r.rowsOf(in.Sel, in.Len)[o.left:]
			o.left = 0
		}
		return in, nil
	}
}

func (o *skip) close(r *run) { o.input.close(r) }

// limit keeps the first rows.
type limit struct {
	spec  *plan.Limit
	input operator
	count expr.Evaluator
	left  int64
	ended bool
}

func (c *compiler) limit(o *plan.Limit) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	e, err := c.expr(nil, o.Count)
	if err != nil {
		return nil, err
	}
	return func(i *instance) operator { return &limit{spec: o, input: in(i), count: e} }, nil
}

func (o *limit) open(r *run) (err error) {
	o.ended = false
	if o.left, err = count(r, o.count, o.spec.Count, "LIMIT"); err != nil {
		return err
	}
	return o.input.open(r)
}

func (o *limit) next(r *run) (*batch.Batch, error) {
	if o.left == 0 {
		return nil, o.exhaust(r)
	}
	in, err := o.input.next(r)
	if err != nil || in == nil {
		o.ended = true
		return nil, err
	}
	if n := int64(in.Rows()); n > o.left {
		in.Sel = r.rowsOf(in.Sel, in.Len)[:o.left]
	}
	o.left -= int64(in.Rows())
	return in, nil
}

// exhaust takes the rest of the rows where something below writes.
func (o *limit) exhaust(r *run) error {
	for o.spec.Exhaust && !o.ended {
		in, err := o.input.next(r)
		if err != nil {
			return err
		}
		o.ended = in == nil
	}
	return nil
}

func (o *limit) close(r *run) { o.input.close(r) }
