package expr

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// not is NOT x.
type not struct {
	at
	x Evaluator
}

func (e *not) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	m := c.mark()
	defer c.release(m)
	t, err := c.truth(e.x, in)
	if err != nil {
		return err
	}
	out.Reset(batch.Bools, in.Len)
	for _, r := range c.rows(in) {
		out.Bools[r] = !t.bools[r]
	}
	out.Nulls.Or(t.nulls)
	return nil
}

// junction is x AND y, or x OR y: decides is the truth value of a side that decides alone.
type junction struct {
	at
	x, y    Evaluator
	decides value.Ternary
}

func (e *junction) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	m := c.mark()
	defer c.release(m)
	x, err := c.truth(e.x, in)
	if err != nil {
		return err
	}
	open := c.rowLists.get()
	open.rows = open.rows[:0]
	out.Reset(batch.Bools, in.Len)
	for _, r := range c.rows(in) {
		if x.at(r) == e.decides {
			out.Bools[r] = e.decides == value.Yes
			continue
		}
		open.rows = append(open.rows, r)
	}
	if len(open.rows) == 0 {
		return nil
	}
	y, err := c.truth(e.y, c.sub(in, open.rows))
	if err != nil {
		return err
	}
	if e.decides == value.No {
		for _, r := range open.rows {
			put(out, r, min(x.at(r), y.at(r)))
		}
		return nil
	}
	for _, r := range open.rows {
		put(out, r, max(x.at(r), y.at(r)))
	}
	return nil
}

// filter of an AND narrows the rows by one side after the other; a row at which the left
// side is unknown is lost whatever the right one says.
func (e *junction) filter(c *Context, in *batch.Batch, sel []uint16) ([]uint16, error) {
	if e.decides == value.Yes {
		return filterColumn(c, e, in, sel)
	}
	m := c.mark()
	defer c.release(m)
	left := c.rowLists.get()
	var err error
	if left.rows, err = Filter(c, e.x, in, left.rows[:0]); err != nil || len(left.rows) == 0 {
		return sel, err
	}
	return Filter(c, e.y, c.sub(in, left.rows), sel)
}

// xor is x XOR y.
type xor struct {
	at
	x, y Evaluator
}

func (e *xor) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	m := c.mark()
	defer c.release(m)
	x, err := c.truth(e.x, in)
	if err != nil {
		return err
	}
	y, err := c.truth(e.y, in)
	if err != nil {
		return err
	}
	out.Reset(batch.Bools, in.Len)
	for _, r := range c.rows(in) {
		out.Bools[r] = x.bools[r] != y.bools[r]
	}
	out.Nulls.Or(x.nulls)
	out.Nulls.Or(y.nulls)
	return nil
}

// isNull is x IS NULL, or x IS NOT NULL where not is set.
type isNull struct {
	at
	x   Evaluator
	not bool
}

func (e *isNull) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	m := c.mark()
	defer c.release(m)
	v, err := c.view(e.x, in)
	if err != nil {
		return err
	}
	out.Reset(batch.Bools, in.Len)
	for _, r := range c.rows(in) {
		out.Bools[r] = v.IsNull(int(r)) != e.not
	}
	return nil
}

func (s *scope) isNull(e *ast.IsNull) (compiled, error) {
	x, err := s.compile(e.X)
	if err != nil {
		return compiled{}, err
	}
	return folded(&isNull{at{e.At}, x.e, e.Not}, x.fixed), nil
}

func (s *scope) unary(e *ast.Unary) (compiled, error) {
	x, err := s.compile(e.X)
	if err != nil {
		return compiled{}, err
	}
	if e.Op == "NOT" {
		return folded(&not{at{e.At}, x.e}, x.fixed), nil
	}
	if k, ok := literalOf(x.e); ok {
		if y, ok := signed(e.Op, k); ok {
			return compiled{&constant{at{e.At}, y}, true}, nil
		}
	}
	return folded(&sign{at{e.At}, e.Op, x.e}, x.fixed), nil
}

func (s *scope) binary(e *ast.Binary) (compiled, error) {
	xy, fixed, err := s.all(e.X, e.Y)
	if err != nil {
		return compiled{}, err
	}
	x, y, where := xy[0], xy[1], at{e.At}
	switch e.Op {
	case "AND":
		return folded(&junction{where, x, y, value.No}, fixed), nil
	case "OR":
		return folded(&junction{where, x, y, value.Yes}, fixed), nil
	case "XOR":
		return folded(&xor{where, x, y}, fixed), nil
	case "+":
		return folded(&plus{arithmetic{where, add, x, y}}, fixed), nil
	case "||":
		return folded(newConcat(where, x, y), fixed), nil
	case "-", "*", "/", "%", "^":
		return folded(&arithmetic{where, operatorOf(e.Op), x, y}, fixed), nil
	case "IN":
		return folded(newMembership(where, x, y), fixed), nil
	case "STARTS WITH", "ENDS WITH", "CONTAINS":
		return folded(&textTest{where, e.Op, x, y}, fixed), nil
	case "=~":
		m, err := newMatch(where, x, y)
		return folded(m, fixed), err
	}
	panic("expr: operator " + e.Op + " is not known")
}
