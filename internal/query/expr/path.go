package expr

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/sema"
	"memgraphd/internal/storage/value"
)

// shortestPath is shortestPath(…), a path or null, or allShortestPaths(…), a list.
type shortestPath struct {
	subquery
	all bool
}

func (s *scope) shortestPath(e *ast.ShortestPath) (compiled, error) {
	c, err := s.subquery(e)
	if err != nil {
		return compiled{}, err
	}
	q, _ := c.e.(*subquery)
	return compiled{e: &shortestPath{subquery: *q, all: e.Part.Select.Kind == ast.SelectAllShortestPaths}}, nil
}

func (e *shortestPath) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	out.Reset(batch.Values, in.Len)
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
		found, err := e.path(c, outer)
		if err != nil {
			return place(err, e.where)
		}
		out.Values[row] = found
	}
	return nil
}

// path computes one value.
func (e *shortestPath) path(c *Context, outer func(*sema.Symbol) value.Value) (value.Value, error) {
	if e.all {
		return e.list(c, outer)
	}
	found := value.Null
	err := e.plan.Run(c, outer, func(row []value.Value) (bool, error) {
		found = row[0]
		return false, nil
	})
	return found, err
}
