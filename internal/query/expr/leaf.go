package expr

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/value"
)

// at is the place that every evaluator which can fail embeds.
type at struct{ where token.Span }

func (a at) span() token.Span { return a.where }

// single is an Evaluator whose value is the same at every row of a batch.
type single interface {
	single(c *Context) (value.Value, error)
}

// column reads a column.
type column struct {
	at
	slot int
}

func (e *column) Eval(_ *Context, in *batch.Batch, out *batch.Vector) error {
	out.Copy(&in.Columns[e.slot], in.Sel)
	return nil
}

// constant is a value known when the plan is made.
type constant struct {
	at
	x value.Value
}

func (e *constant) Eval(_ *Context, in *batch.Batch, out *batch.Vector) error {
	out.Fill(e.x, in.Len)
	return nil
}

//nolint:unparam // other single values can fail
func (e *constant) single(*Context) (value.Value, error) { return e.x, nil }

// literal is a value that the plan cache took out of the text.
type literal struct {
	at
	n int
}

func (e *literal) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	out.Fill(c.Literals[e.n-1], in.Len)
	return nil
}

//nolint:unparam // other single values can fail
func (e *literal) single(c *Context) (value.Value, error) { return c.Literals[e.n-1], nil }

// param is a parameter.
type param struct {
	at
	name string
}

func (e *param) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	return evalSingle(c, e, in, out)
}

func (e *param) single(c *Context) (value.Value, error) {
	if c.Params.Kind() == value.KindMap {
		if x, ok := c.Params.Field(e.name); ok {
			return x, nil
		}
	}
	return value.Null, failure.New(failure.ParameterMissing, failure.CompileTime, "MissingParameter",
		"the parameter $%s was not given", e.name).At(e.where)
}

// once is a larger expression without variables: it is computed for one row only.
type once struct{ e Evaluator }

func (e *once) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	return evalSingle(c, e, in, out)
}

func (e *once) single(c *Context) (value.Value, error) { return Const(c, e.e) }

func (e *once) span() token.Span { return spanOf(e.e) }

// evalSingle fills out with the one value of e, which is not asked for where no row counts.
func evalSingle(c *Context, e single, in *batch.Batch, out *batch.Vector) error {
	if in.Rows() == 0 {
		allNull(out, in)
		return nil
	}
	x, err := e.single(c)
	if err != nil {
		return err
	}
	out.Fill(x, in.Len)
	return nil
}
