package expr

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/sema"
	"memgraphd/internal/storage/value"
)

// subquery is a pattern predicate, a pattern comprehension or EXISTS: its plan runs once
// for each row.
type subquery struct {
	at
	plan    Subplan
	outer   []binding
	collect bool // the list of all results, not whether there is one
}

// binding is a variable of the enclosing scope and the column that it stands in.
type binding struct {
	symbol *sema.Symbol
	slot   int
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
	_, out.collect = e.(*ast.PatternComprehension)
	if s.env.Info != nil {
		for _, sym := range s.env.Info.Outer[e] {
			if slot, ok := s.symbol(sym); ok {
				out.outer = append(out.outer, binding{sym, slot})
			}
		}
	}
	return compiled{e: out}, nil
}

func (e *subquery) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	kind := batch.Bools
	if e.collect {
		kind = batch.Values
	}
	out.Reset(kind, in.Len)
	row := 0
	outer := func(s *sema.Symbol) value.Value {
		for _, b := range e.outer {
			if b.symbol == s {
				return in.Columns[b.slot].Value(row)
			}
		}
		return value.Null
	}
	for i := range in.Rows() {
		row = in.Row(i)
		if e.collect {
			list, err := e.list(c, outer)
			if err != nil {
				return place(err, e.where)
			}
			out.Values[row] = list
			continue
		}
		found := false
		err := e.plan.Run(c, outer, func([]value.Value) (bool, error) {
			found = true
			return false, nil
		})
		if err != nil {
			return place(err, e.where)
		}
		out.Bools[row] = found
	}
	return nil
}

func (e *subquery) list(c *Context, outer func(*sema.Symbol) value.Value) (value.Value, error) {
	var results []value.Value
	err := e.plan.Run(c, outer, func(row []value.Value) (bool, error) {
		if len(results) == cap(results) {
			if err := c.ReserveElements(max(2*len(results), 4)); err != nil {
				return false, err
			}
		}
		results = append(results, row[0])
		return true, nil
	})
	if err != nil {
		return value.Null, err
	}
	return makeList(results)
}
