package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/plan"
)

// filter keeps the rows for which all predicates are true, in the batch of its input.
type filter struct {
	input operator
	tests []expr.Evaluator
	sel   [2][]uint16
}

func (c *compiler) filter(o *plan.Filter) (factory, error) {
	tests, err := c.exprs(o.Scope, o.Predicates...)
	if err != nil {
		return nil, err
	}
	c.noteZones(o, tests)
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	return func(i *instance) operator { return &filter{input: in(i), tests: tests} }, nil
}

func (o *filter) open(r *run) error { return o.input.open(r) }

func (o *filter) next(r *run) (*batch.Batch, error) {
	for {
		in, err := o.input.next(r)
		if err != nil || in == nil {
			return nil, err
		}
		for n, test := range o.tests {
			sel := &o.sel[n%2]
			if *sel, err = expr.Filter(&r.ec, test, in, (*sel)[:0]); err != nil {
				return nil, err
			}
			if in.Sel = *sel; len(in.Sel) == 0 {
				break
			}
		}
		if in.Rows() > 0 {
			return in, nil
		}
		if err := r.check(); err != nil {
			return nil, err
		}
	}
}

func (o *filter) close(r *run) { o.input.close(r) }
