package expr

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// concat is x || y: two strings, or two lists, one after the other.
type concat struct{ plus }

func newConcat(where at, x, y Evaluator) *concat {
	return &concat{plus{arithmetic{where, add, x, y}}}
}

func (e *concat) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	if in.Rows() == 0 {
		allNull(out, in)
		return nil
	}
	m := c.mark()
	defer c.release(m)
	x, y, err := c.loadBoth(e.x, e.y, in)
	if err != nil {
		return err
	}
	out.Reset(batch.Values, in.Len)
	for _, r := range c.rows(in) {
		z, err := e.one(c, x.at(r), y.at(r))
		if err != nil {
			return place(err, e.where)
		}
		out.Values[r] = z
	}
	return nil
}

// one computes one row.
func (e *concat) one(c *Context, x, y value.Value) (value.Value, error) {
	switch {
	case x.IsNull() || y.IsNull():
		return value.Null, nil
	case x.Kind() == value.KindString && y.Kind() == value.KindString:
		return e.texts(c, x, y)
	case x.Kind() == value.KindList && y.Kind() == value.KindList:
		return e.lists(c, x, y)
	}
	return value.Null, pairError(e.where, "the operator ||", x, y)
}
