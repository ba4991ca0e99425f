package expr

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/function"
	"memgraphd/internal/storage/value"
)

// plus is x + y: the sum of numbers, the concatenation of strings (a number beside a
// string is written out), the concatenation of lists, or a list with one element more.
type plus struct{ arithmetic }

func (e *plus) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
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
	if m, ok := c.numbers(x, in); ok {
		if n, ok := c.numbers(y, in); ok {
			return e.fast(c, in, m, n, out)
		}
	}
	out.Reset(batch.Values, in.Len)
	for _, r := range c.rows(in) {
		z, err := e.join(c, x.at(r), y.at(r))
		if err != nil {
			return place(err, e.where)
		}
		out.Values[r] = z
	}
	return nil
}

// join computes one row of any types.
func (e *plus) join(c *Context, x, y value.Value) (value.Value, error) {
	switch {
	case x.Kind() == value.KindList || y.Kind() == value.KindList:
		return e.lists(c, x, y)
	case x.IsNull() || y.IsNull():
		return value.Null, nil
	case x.Kind() == value.KindString || y.Kind() == value.KindString:
		return e.texts(c, x, y)
	}
	return e.one(x, y)
}

// lists joins two lists, or a list and an element; null beside a list gives null.
func (e *plus) lists(c *Context, x, y value.Value) (value.Value, error) {
	if x.IsNull() || y.IsNull() {
		return value.Null, nil
	}
	a, b := elementsOf(x), elementsOf(y)
	if err := c.ReserveElements(len(a) + len(b)); err != nil {
		return value.Null, err
	}
	all := make([]value.Value, 0, len(a)+len(b))
	return makeList(append(append(all, a...), b...))
}

// elementsOf returns the elements of a list, or the one value.
func elementsOf(x value.Value) []value.Value {
	if x.Kind() == value.KindList {
		return x.AsList()
	}
	return []value.Value{x}
}

// makeList returns the elements as a list, unless it would be nested too deep.
func makeList(elements []value.Value) (value.Value, error) {
	list := value.List(elements)
	if list.Depth() > function.DepthMax {
		return value.Null, function.TooDeep()
	}
	return list, nil
}

// stringMax is the largest size of a string that is put together, in bytes.
const stringMax = 1 << 30

func (e *plus) texts(c *Context, x, y value.Value) (value.Value, error) {
	if x.IsTemporal() || y.IsTemporal() {
		return value.Null, failure.RuntimeType("InvalidArgumentType", "the operator + cannot be applied to values of type %s and %s",
			x.Kind(), y.Kind()).WithHint("write the temporal value out with toString()").At(e.where)
	}
	if !joins(x) || !joins(y) {
		return value.Null, pairError(e.where, "the operator +", x, y)
	}
	a, _ := function.Text(x)
	b, _ := function.Text(y)
	if len(a)+len(b) > stringMax {
		return value.Null, failure.New(failure.ResourceError, failure.Runtime, "StringTooLong", "a string can have %d bytes", stringMax)
	}
	if err := c.Reserve(int64(len(a) + len(b))); err != nil {
		return value.Null, err
	}
	return value.String(a + b), nil
}

// joins reports whether x can be part of a string that is put together.
func joins(x value.Value) bool { return x.Kind() == value.KindString || x.IsNumber() }
