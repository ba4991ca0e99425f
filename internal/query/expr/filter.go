package expr

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// filterer is an Evaluator of a condition that finds the rows where it is true without
// making a column of it.
type filterer interface {
	filter(c *Context, in *batch.Batch, sel []uint16) ([]uint16, error)
}

// Filter appends to sel the rows of in that count and where e is true, in order. What it
// returns is never nil, which would select everything.
func Filter(c *Context, e Evaluator, in *batch.Batch, sel []uint16) ([]uint16, error) {
	if sel == nil {
		sel = make([]uint16, 0, batch.Size)
	}
	if f, ok := e.(filterer); ok {
		return f.filter(c, in, sel)
	}
	return filterColumn(c, e, in, sel)
}

// filterColumn is Filter by way of a column of truth values.
func filterColumn(c *Context, e Evaluator, in *batch.Batch, sel []uint16) ([]uint16, error) {
	if in.Rows() == 0 {
		return sel, nil
	}
	m := c.mark()
	defer c.release(m)
	t, err := c.truth(e, in)
	if err != nil {
		return sel, err
	}
	return selectTrue(sel, c.rows(in), t), nil
}

// Const computes an expression that needs no row: the operand of SKIP or LIMIT, a file name.
func Const(c *Context, e Evaluator) (value.Value, error) {
	m := c.mark()
	defer c.release(m)
	in := c.batches.get()
	in.Len, in.Sel, in.Columns = 1, nil, in.Columns[:0]
	v, err := c.view(e, in)
	if err != nil {
		return value.Null, err
	}
	return v.Value(0), nil
}

// View returns a column with the value of e at the rows of in that count: a column of in
// itself where e is one, scratch otherwise. It must not be written to.
func View(c *Context, e Evaluator, in *batch.Batch, scratch *batch.Vector) (*batch.Vector, error) {
	if s, ok := e.(*column); ok {
		return &in.Columns[s.slot], nil
	}
	return scratch, e.Eval(c, in, scratch)
}
