package expr

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// subscript is x[index]: an element of a list, counted from its end where the index is
// negative; an entry of a map; a property of a node or relationship.
type subscript struct {
	at
	x, index Evaluator
}

func (s *scope) subscript(e *ast.Subscript) (compiled, error) {
	xs, fixed, err := s.all(e.X, e.Index)
	if err != nil {
		return compiled{}, err
	}
	return folded(&subscript{at{e.At}, xs[0], xs[1]}, fixed), nil
}

func (e *subscript) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	if in.Rows() == 0 {
		allNull(out, in)
		return nil
	}
	m := c.mark()
	defer c.release(m)
	x, err := c.load(e.x, in)
	if err != nil {
		return err
	}
	index, err := c.load(e.index, in)
	if err != nil {
		return err
	}
	if x.v != nil && index.v == nil && index.x.Kind() == value.KindString && isEntities(x.v) {
		k := keyOf(index.x.AsString())
		return place(c.properties(x.v, in, &k, out), e.where)
	}
	out.Prepare(batch.Values, in.Len)
	for _, r := range c.rows(in) {
		y, err := e.one(c, x.at(r), index.at(r))
		if err != nil {
			return place(err, e.where)
		}
		out.Values[r] = y
	}
	return nil
}

func isEntities(v *batch.Vector) bool { return v.Kind == batch.Nodes || v.Kind == batch.Edges }

func (e *subscript) one(c *Context, x, index value.Value) (value.Value, error) {
	switch k := x.Kind(); {
	case k == value.KindNull:
		return value.Null, nil
	case k == value.KindList:
		return element(x.AsList(), index)
	case k != value.KindMap && k != value.KindNode && k != value.KindEdge && k != value.KindPoint && !x.IsTemporal() && !x.IsVirtual():
		return value.Null, failure.RuntimeType("InvalidArgumentType",
			"[] needs a list, a map, a node, a relationship, a point or a temporal value, not a value of type %s", k)
	case index.IsNull():
		return value.Null, nil
	case index.Kind() != value.KindString:
		return value.Null, failure.RuntimeType("MapElementAccessByNonString",
			"a %s is accessed by a string, not by a value of type %s", k, index.Kind())
	}
	name := keyOf(index.AsString())
	return c.field(x, &name)
}

func element(list []value.Value, index value.Value) (value.Value, error) {
	if index.IsNull() {
		return value.Null, nil
	}
	if index.Kind() != value.KindInt {
		return value.Null, failure.RuntimeType("InvalidArgumentType", "a list is accessed by an integer, not by a value of type %s", index.Kind())
	}
	i := index.AsInt()
	if i < 0 {
		i += int64(len(list))
	}
	if i < 0 || i >= int64(len(list)) {
		return value.Null, nil
	}
	return list[i], nil
}

// slice is x[from..to]; a bound is nil where it was left out.
type slice struct {
	at
	x, from, to Evaluator
}

func (s *scope) slice(e *ast.Slice) (compiled, error) {
	x, err := s.compile(e.X)
	if err != nil {
		return compiled{}, err
	}
	out := &slice{at: at{e.At}, x: x.e}
	fixed := x.fixed
	for _, bound := range []struct {
		e  ast.Expr
		to *Evaluator
	}{{e.From, &out.from}, {e.To, &out.to}} {
		if bound.e == nil {
			continue
		}
		b, err := s.compile(bound.e)
		if err != nil {
			return compiled{}, err
		}
		*bound.to = b.e
		fixed = fixed && b.fixed
	}
	return folded(out, fixed), nil
}

func (e *slice) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	if in.Rows() == 0 {
		allNull(out, in)
		return nil
	}
	m := c.mark()
	defer c.release(m)
	x, err := c.load(e.x, in)
	if err != nil {
		return err
	}
	from, to := operand{x: value.Int(0)}, operand{x: value.Int(1 << 62)}
	if e.from != nil {
		if from, err = c.load(e.from, in); err != nil {
			return err
		}
	}
	if e.to != nil {
		if to, err = c.load(e.to, in); err != nil {
			return err
		}
	}
	out.Prepare(batch.Values, in.Len)
	for _, r := range c.rows(in) {
		y, err := e.one(x.at(r), from.at(r), to.at(r))
		if err != nil {
			return err
		}
		out.Values[r] = y
	}
	return nil
}

func (e *slice) one(x, from, to value.Value) (value.Value, error) {
	if x.IsNull() {
		return value.Null, nil
	}
	if x.Kind() != value.KindList {
		return value.Null, typeError(e.where, "a slice", "a list", x)
	}
	for _, bound := range [2]value.Value{from, to} {
		if !bound.IsNull() && bound.Kind() != value.KindInt {
			return value.Null, typeError(e.where, "a slice", "integers as bounds", bound)
		}
	}
	if from.IsNull() || to.IsNull() {
		return value.Null, nil
	}
	list := x.AsList()
	low, high := position(from.AsInt(), len(list)), position(to.AsInt(), len(list))
	if low >= high {
		return value.List(nil), nil
	}
	return value.List(list[low:high:high]), nil
}

// position turns a bound of a slice into a place between 0 and n.
func position(i int64, n int) int {
	if i < 0 {
		i += int64(n)
	}
	return int(min(max(i, 0), int64(n)))
}
