package expr

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/value"
)

// view returns a column with the value of e: a column of in or a scratch vector.
func (c *Context) view(e Evaluator, in *batch.Batch) (*batch.Vector, error) {
	if s, ok := e.(*column); ok {
		return &in.Columns[s.slot], nil
	}
	v := c.vectors.get()
	return v, e.Eval(c, in, v)
}

// operand is the value of an expression at the rows of a batch: a column, or one value
// for all of them.
type operand struct {
	v *batch.Vector // nil: x at every row
	x value.Value
}

// load computes e. At least one row of in must count.
func (c *Context) load(e Evaluator, in *batch.Batch) (operand, error) {
	if s, ok := e.(single); ok {
		x, err := s.single(c)
		return operand{x: x}, err
	}
	v, err := c.view(e, in)
	return operand{v: v}, err
}

// loadBoth computes the operands of an operator with two.
func (c *Context) loadBoth(first, second Evaluator, in *batch.Batch) (x, y operand, err error) {
	if x, err = c.load(first, in); err != nil {
		return x, y, err
	}
	y, err = c.load(second, in)
	return x, y, err
}

// loadAll appends the operands of es to dst.
func (c *Context) loadAll(dst []operand, es []Evaluator, in *batch.Batch) ([]operand, error) {
	for _, e := range es {
		x, err := c.load(e, in)
		if err != nil {
			return dst, err
		}
		dst = append(dst, x)
	}
	return dst, nil
}

// at returns the value at a row.
func (o *operand) at(row uint16) value.Value {
	if o.v == nil {
		return o.x
	}
	return o.v.Value(int(row))
}

// isNull reports whether the operand is null at every row.
func (o *operand) isNull() bool { return o.v == nil && o.x.IsNull() }

// allNull makes every row of out null.
func allNull(out *batch.Vector, in *batch.Batch) { out.Reset(batch.Values, in.Len) }

// numbers is an operand that holds only integers, or only floats, and nulls.
type numbers struct {
	kind   batch.Kind // Ints or Floats
	ints   []int64
	floats []float64
	nulls  *batch.Bitmap
}

// numbers returns o as a column of numbers; ok is false where it holds anything else. A
// single value becomes a column.
func (c *Context) numbers(o operand, in *batch.Batch) (n numbers, ok bool) {
	v := o.v
	switch {
	case v == nil && (o.x.Kind() == value.KindInt || o.x.Kind() == value.KindFloat):
		v = c.vectors.get()
		v.Fill(o.x, in.Len)
	case v == nil:
		return numbers{}, false
	case v.Kind == batch.Values:
		narrow := c.vectors.get()
		if !narrowNumbers(narrow, v.Values, c.rows(in)) {
			return numbers{}, false
		}
		v = narrow
	}
	switch v.Kind {
	case batch.Ints:
		return numbers{kind: batch.Ints, ints: v.Ints, nulls: &v.Nulls}, true
	case batch.Floats:
		return numbers{kind: batch.Floats, floats: v.Floats, nulls: &v.Nulls}, true
	case batch.Values, batch.Nodes, batch.Edges, batch.Bools, batch.Strings:
	}
	return numbers{}, false
}

// narrowNumbers copies values that are all integers, or all floats, and nulls.
func narrowNumbers(out *batch.Vector, xs []value.Value, rows []uint16) bool {
	if narrowInts(out, xs, rows) {
		return true
	}
	out.Reset(batch.Floats, len(xs))
	for _, r := range rows {
		switch x := &xs[r]; {
		case x.Kind() == value.KindFloat:
			out.Floats[r] = x.AsFloat()
		case x.IsNull():
			out.Nulls.Add(int(r))
		default:
			return false
		}
	}
	return true
}

func narrowInts(out *batch.Vector, xs []value.Value, rows []uint16) bool {
	out.Reset(batch.Ints, len(xs))
	for _, r := range rows {
		switch x := &xs[r]; {
		case x.Kind() == value.KindInt:
			out.Ints[r] = x.AsInt()
		case x.IsNull():
			out.Nulls.Add(int(r))
		default:
			return false
		}
	}
	return true
}

// asFloats returns n as floats.
func (c *Context) asFloats(n numbers, rows []uint16) numbers {
	if n.kind == batch.Floats {
		return n
	}
	v := c.vectors.get()
	v.Reset(batch.Floats, len(n.ints))
	for _, r := range rows {
		v.Floats[r] = float64(n.ints[r])
	}
	return numbers{kind: batch.Floats, floats: v.Floats, nulls: n.nulls}
}

// truths is a column of truth values.
type truths struct {
	bools []bool
	nulls *batch.Bitmap
}

// placed is an evaluator that knows where it stands in the text.
type placed interface{ span() token.Span }

// spanOf returns where e stands in the text, as far as it is known.
func spanOf(e Evaluator) token.Span {
	if p, ok := e.(placed); ok {
		return p.span()
	}
	return token.Span{}
}

// truth computes a condition. A value that is neither boolean nor null is an error.
func (c *Context) truth(e Evaluator, in *batch.Batch) (truths, error) {
	v, err := c.view(e, in)
	if err != nil {
		return truths{}, err
	}
	if v.Kind == batch.Bools {
		return truths{v.Bools, &v.Nulls}, nil
	}
	out := c.vectors.get()
	out.Reset(batch.Bools, in.Len)
	for _, r := range c.rows(in) {
		switch x := v.Value(int(r)); {
		case x.Kind() == value.KindBool:
			out.Bools[r] = x.AsBool()
		case x.IsNull():
			out.Bools[r] = false
			out.Nulls.Add(int(r))
		default:
			return truths{}, typeError(spanOf(e), "a condition", "a boolean", x)
		}
	}
	return truths{out.Bools, &out.Nulls}, nil
}

// at returns the truth value at a row.
func (t *truths) at(row uint16) value.Ternary {
	switch {
	case t.nulls.Has(int(row)):
		return value.Unknown
	case t.bools[row]:
		return value.Yes
	}
	return value.No
}

// put writes a truth value into a vector of Bools, whose row is not null yet.
func put(out *batch.Vector, row uint16, t value.Ternary) {
	out.Bools[row] = t == value.Yes
	if t == value.Unknown {
		out.Nulls.Add(int(row))
	}
}
