package expr

import (
	"slices"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/function"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// call is a function call.
type call struct {
	at
	f    *function.Function
	args []Evaluator
}

func (s *scope) call(e *ast.Call) (compiled, error) {
	f, ok := function.Lookup(e.Name)
	switch {
	case !ok:
		return compiled{}, failure.Syntax("UnknownFunction", "there is no function %s()", e.Name).At(e.At)
	case f.IsAggregate():
		return compiled{}, failure.Syntax("InvalidAggregation", "%s() is an aggregate and cannot stand here", f.Name).At(e.At)
	case len(e.Args) < f.MinArgs || f.MaxArgs != function.Variadic && len(e.Args) > f.MaxArgs:
		return compiled{}, argumentCount(f, len(e.Args), e.At)
	}
	if name := strings.ToLower(e.Name); name == "exists" {
		if p, ok := e.Args[0].(*ast.PatternPredicate); ok {
			return s.compile(p)
		}
	}
	args, fixed, err := s.all(e.Args...)
	if err != nil {
		return compiled{}, err
	}
	if f.Name == "coalesce" {
		return folded(&coalesce{at{e.At}, args}, fixed), nil
	}
	return folded(&call{at{e.At}, f, args}, fixed && !f.Volatile), nil
}

func argumentCount(f *function.Function, n int, span token.Span) error {
	return failure.Syntax("InvalidNumberOfArguments", "%s() was given %d arguments", f.Name, n).At(span).
		WithHint("it takes %s", arity(f))
}

func arity(f *function.Function) string {
	switch {
	case f.MaxArgs == function.Variadic:
		return "at least " + countOf(f.MinArgs)
	case f.MinArgs == f.MaxArgs:
		return countOf(f.MinArgs)
	}
	return "from " + countOf(f.MinArgs) + " to " + countOf(f.MaxArgs)
}

func countOf(n int) string {
	text, _ := function.Text(value.Int(int64(n)))
	return text
}

func (e *call) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	if in.Rows() == 0 {
		allNull(out, in)
		return nil
	}
	m := c.mark()
	defer c.release(m)
	switch len(e.args) {
	case 0:
		return e.rows(c, in, nil, out)
	case 1:
		v, err := c.view(e.args[0], in)
		if err != nil {
			return err
		}
		if done, err := e.column(c, in, v, out); done {
			return place(err, e.where)
		}
		one := [1]operand{{v: v}}
		return e.rows(c, in, one[:], out)
	}
	var few [4]operand
	args := few[:0]
	for _, a := range e.args {
		x, err := c.load(a, in)
		if err != nil {
			return err
		}
		args = append(args, x)
	}
	return e.rows(c, in, args, out)
}

// column computes a whole column, where the function and its argument allow it.
func (e *call) column(c *Context, in *batch.Batch, v, out *batch.Vector) (done bool, err error) {
	if e.f.OnNodes != nil || e.f.OnEdges != nil {
		v = c.entities(v, c.rows(in))
	}
	switch {
	case v.Kind == batch.Nodes && e.f.OnNodes != nil:
		return true, c.overNodes(v.Nodes, in, out, func(dst []value.Value, ids []graph.NodeID) error {
			return e.f.OnNodes(&c.Call, dst, ids)
		})
	case v.Kind == batch.Edges && e.f.OnEdges != nil:
		return true, c.overEdges(v.Edges, in, out, func(dst []value.Value, edges []graph.Edge) error {
			return e.f.OnEdges(&c.Call, dst, edges)
		})
	case e.f.OnFloat == nil:
		return false, nil
	}
	n, ok := c.numbers(operand{v: v}, in)
	if !ok {
		return false, nil
	}
	rows := c.rows(in)
	n = c.asFloats(n, rows)
	out.Reset(batch.Floats, in.Len)
	out.Nulls.Or(n.nulls)
	for _, r := range rows {
		out.Floats[r] = e.f.OnFloat(n.floats[r])
	}
	return true, nil
}

// rows computes row by row.
func (e *call) rows(c *Context, in *batch.Batch, args []operand, out *batch.Vector) error {
	out.Prepare(batch.Values, in.Len)
	c.args = slices.Grow(c.args[:0], len(args))[:len(args)]
	xs := c.args
	for _, r := range c.rows(in) {
		for i := range args {
			xs[i] = args[i].at(r)
		}
		y, err := e.f.Apply(&c.Call, xs)
		if err != nil {
			return place(err, e.where)
		}
		out.Values[r] = y
	}
	return nil
}
