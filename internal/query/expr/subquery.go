package expr

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// subquery is a pattern predicate, a pattern comprehension, or EXISTS and its like: a plan
// of its own answers it for the rows of a batch.
type subquery struct {
	at
	plan  Subplan
	outer []int // the columns of the variables that the plan reads
}

func (s *scope) subquery(e ast.Expr) (compiled, error) {
	if s.env.Subqueries == nil {
		return compiled{}, failure.Syntax("UnexpectedSyntax", "a pattern cannot stand in this expression").At(e.Span())
	}
	plan, err := s.env.Subqueries(e)
	if err != nil {
		return compiled{}, place(err, e.Span())
	}
	out := &subquery{at: at{e.Span()}, plan: plan}
	if s.env.Info != nil {
		for _, sym := range s.env.Info.Outer[e] {
			slot, ok := s.symbol(sym)
			if !ok {
				slot = NoSlot
			}
			out.outer = append(out.outer, slot)
		}
	}
	return compiled{e: out}, nil
}

func (e *subquery) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	if err := e.plan.Run(c, in, e.outer, out); err != nil {
		return place(err, e.where)
	}
	return nil
}

// List returns elements as a list, unless it would be nested too deep.
func List(elements []value.Value) (value.Value, error) { return makeList(elements) }
