package exec

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/sema"
	"memgraphd/internal/storage/value"
)

// subProgram is a plan that runs within an expression.
type subProgram struct {
	plan *plan.Plan
	root factory
}

// subInstance is a subProgram with the state of one execution.
type subInstance struct {
	program *subProgram
	root    operator
	arg     *argument
	args    batch.Batch
	row     []value.Value
}

// subplan is what an evaluator holds: it finds the operators of the execution through the
// graph in its Context.
type subplan struct{ number int }

// subquery compiles the plan of an expression.
func (c *compiler) subquery(e ast.Expr) (expr.Subplan, error) {
	p := c.plan.Subplans[e]
	if p == nil {
		panic("exec: a subquery has no plan")
	}
	s := &subProgram{plan: p}
	number := len(c.program.subs)
	c.program.subs = append(c.program.subs, s)
	inner := &compiler{program: c.program, plan: p}
	var err error
	s.root, err = inner.op(p.Root)
	return &subplan{number}, err
}

// Run gives each row of the plan for one outer row.
func (s *subplan) Run(c *expr.Context, outer func(*sema.Symbol) value.Value, yield func([]value.Value) (bool, error)) error {
	r := c.Graph.(*run)
	i := r.subs[s.number]
	p := i.program.plan
	i.args.Len, i.args.Sel = 1, nil
	for n, sym := range p.Params {
		i.args.Columns[p.Args[n]].Fill(outer(sym), 1)
	}
	i.arg.give(&i.args, nil)
	if err := i.root.open(r); err != nil {
		return err
	}
	for {
		b, err := i.root.next(r)
		if err != nil || b == nil {
			return err
		}
		for n := range b.Rows() {
			row := b.Row(n)
			i.row = i.row[:0]
			for _, slot := range p.Outputs {
				i.row = append(i.row, b.Columns[slot].Value(row))
			}
			more, err := yield(i.row)
			if err != nil || !more {
				return err
			}
		}
	}
}
