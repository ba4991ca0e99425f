package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/plan"
)

// project computes columns in the batch of its input.
type project struct {
	spec  *plan.Project
	input operator
	exprs []expr.Evaluator
}

func (c *compiler) project(o *plan.Project) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	exprs, err := c.columns(o.Scope, o.Columns)
	if err != nil {
		return nil, err
	}
	return func(i *instance) operator { return &project{spec: o, input: in(i), exprs: exprs} }, nil
}

// columns compiles the expressions of columns.
func (c *compiler) columns(scope *plan.Scope, list []plan.Column) ([]expr.Evaluator, error) {
	out := make([]expr.Evaluator, len(list))
	for i, col := range list {
		var err error
		if out[i], err = c.expr(scope, col.Expr); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (o *project) open(r *run) error { return o.input.open(r) }

func (o *project) next(r *run) (*batch.Batch, error) {
	in, err := o.input.next(r)
	if err != nil || in == nil {
		return nil, err
	}
	for i, e := range o.exprs {
		if err := e.Eval(&r.ec, in, &in.Columns[o.spec.Columns[i].Slot]); err != nil {
			return nil, err
		}
	}
	return in, nil
}

func (o *project) close(r *run) { o.input.close(r) }
