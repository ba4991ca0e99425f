package expr

import (
	"math"
	"math/bits"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// operator is an arithmetic operator.
type operator uint8

const (
	add operator = iota
	subtract
	multiply
	divide
	remainder
	power
)

// String returns the operator as it is written.
func (o operator) String() string { return "+-*/%^"[o : o+1] }

// operatorOf returns the operator that is written as text.
func operatorOf(text string) operator {
	for o := add; o <= power; o++ {
		if o.String() == text {
			return o
		}
	}
	panic("expr: operator " + text + " is not known")
}

// arithmetic is an operator between two numbers.
//
// Integers stay integers and fail where the result does not fit; with a float among the
// operands, and always for "^", the result is a float as IEEE 754 has it.
type arithmetic struct {
	at
	op   operator
	x, y Evaluator
}

func (e *arithmetic) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	if in.Rows() == 0 {
		allNull(out, in)
		return nil
	}
	m := c.mark()
	defer c.release(m)
	x, y, done, err := e.load(c, in, out)
	if err != nil || done {
		return err
	}
	return e.slow(c, in, x, y, out)
}

// load computes the operands, and the result as well where both are columns of numbers.
func (e *arithmetic) load(c *Context, in *batch.Batch, out *batch.Vector) (x, y operand, done bool, err error) {
	if x, err = c.load(e.x, in); err != nil {
		return x, y, false, err
	}
	if y, err = c.load(e.y, in); err != nil {
		return x, y, false, err
	}
	if x.isNull() || y.isNull() {
		allNull(out, in)
		return x, y, true, nil
	}
	m, ok := c.numbers(x, in)
	if !ok {
		return x, y, false, nil
	}
	n, ok := c.numbers(y, in)
	if !ok {
		return x, y, false, nil
	}
	return x, y, true, e.fast(c, in, m, n, out)
}

// fast computes columns of numbers.
func (e *arithmetic) fast(c *Context, in *batch.Batch, x, y numbers, out *batch.Vector) error {
	rows := c.rows(in)
	if x.kind == batch.Ints && y.kind == batch.Ints && e.op != power {
		out.Reset(batch.Ints, in.Len)
		out.Nulls.Or(x.nulls)
		out.Nulls.Or(y.nulls)
		return e.ints(out, x.ints, y.ints, rows)
	}
	x, y = c.asFloats(x, rows), c.asFloats(y, rows)
	out.Reset(batch.Floats, in.Len)
	out.Nulls.Or(x.nulls)
	out.Nulls.Or(y.nulls)
	e.floats(out.Floats, x.floats, y.floats, rows)
	return nil
}

// ints computes integers; what goes wrong at a null row does not matter.
func (e *arithmetic) ints(out *batch.Vector, x, y []int64, rows []uint16) error {
	z := out.Ints
	switch e.op {
	case add:
		for _, r := range rows {
			a, b := x[r], y[r]
			z[r] = a + b
			if (a^z[r])&(b^z[r]) < 0 && !out.Nulls.Has(int(r)) {
				return overflow(e.where)
			}
		}
	case subtract:
		for _, r := range rows {
			a, b := x[r], y[r]
			z[r] = a - b
			if (a^b)&(a^z[r]) < 0 && !out.Nulls.Has(int(r)) {
				return overflow(e.where)
			}
		}
	case multiply:
		for _, r := range rows {
			p, ok := product(x[r], y[r])
			if !ok && !out.Nulls.Has(int(r)) {
				return overflow(e.where)
			}
			z[r] = p
		}
	case divide, remainder:
		return e.quotients(out, x, y, rows)
	case power:
	}
	return nil
}

func (e *arithmetic) quotients(out *batch.Vector, x, y []int64, rows []uint16) error {
	for _, r := range rows {
		if out.Nulls.Has(int(r)) {
			continue
		}
		a, b := x[r], y[r]
		switch {
		case b == 0:
			return divisionByZero(e.where)
		case e.op == remainder && b == -1:
			out.Ints[r] = 0
		case e.op == remainder:
			out.Ints[r] = a % b
		case b == -1 && a == math.MinInt64:
			return overflow(e.where)
		default:
			out.Ints[r] = a / b
		}
	}
	return nil
}

// product returns a*b; ok is false where it does not fit.
func product(a, b int64) (p int64, ok bool) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	high := int64(hi) - (a >> 63 & b) - (b >> 63 & a)
	return int64(lo), high == int64(lo)>>63
}

func (e *arithmetic) floats(z, x, y []float64, rows []uint16) {
	switch e.op {
	case add:
		for _, r := range rows {
			z[r] = x[r] + y[r]
		}
	case subtract:
		for _, r := range rows {
			z[r] = x[r] - y[r]
		}
	case multiply:
		for _, r := range rows {
			z[r] = x[r] * y[r]
		}
	case divide:
		for _, r := range rows {
			z[r] = x[r] / y[r]
		}
	case remainder:
		for _, r := range rows {
			z[r] = math.Mod(x[r], y[r])
		}
	case power:
		for _, r := range rows {
			z[r] = math.Pow(x[r], y[r])
		}
	}
}

// slow computes row by row, where the rows hold different types.
func (e *arithmetic) slow(c *Context, in *batch.Batch, x, y operand, out *batch.Vector) error {
	out.Reset(batch.Values, in.Len)
	for _, r := range c.rows(in) {
		z, err := e.one(x.at(r), y.at(r))
		if err != nil {
			return err
		}
		out.Values[r] = z
	}
	return nil
}

// one computes one row.
func (e *arithmetic) one(x, y value.Value) (value.Value, error) {
	switch {
	case x.IsNull() || y.IsNull():
		return value.Null, nil
	case x.IsTemporal() || y.IsTemporal():
		return e.temporal(x, y)
	case !x.IsNumber() || !y.IsNumber():
		return value.Null, pairError(e.where, "the operator "+e.op.String(), x, y)
	case x.Kind() == value.KindInt && y.Kind() == value.KindInt && e.op != power:
		one := batch.Vector{Kind: batch.Ints, Ints: []int64{0}}
		err := e.ints(&one, []int64{x.AsInt()}, []int64{y.AsInt()}, firstRow[:])
		return value.Int(one.Ints[0]), err
	}
	var z [1]float64
	e.floats(z[:], []float64{x.Number()}, []float64{y.Number()}, firstRow[:])
	return value.Float(z[0]), nil
}

// firstRow selects row 0.
var firstRow = [1]uint16{0}

// sign is -x or +x.
type sign struct {
	at
	op string
	x  Evaluator
}

func (e *sign) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	m := c.mark()
	defer c.release(m)
	v, err := c.view(e.x, in)
	if err != nil {
		return err
	}
	out.Reset(batch.Values, in.Len)
	for _, r := range c.rows(in) {
		x := v.Value(int(r))
		if x.IsNull() {
			continue
		}
		y, ok := signed(e.op, x)
		switch {
		case !ok && x.Kind() == value.KindDuration:
			return failure.New(failure.ArithmeticError, failure.Runtime, "TemporalOverflow", "the duration %s cannot be negated", x.AsDuration()).At(e.where)
		case !x.IsNumber() && x.Kind() != value.KindDuration:
			return typeError(e.where, "the operator "+e.op, "a number or a duration", x)
		case !ok:
			return overflow(e.where)
		}
		out.Values[r] = y
	}
	return nil
}

// signed returns -x or +x of a number or a duration; ok is false where there is no such value.
func signed(op string, x value.Value) (y value.Value, ok bool) {
	switch {
	case !x.IsNumber() && x.Kind() != value.KindDuration:
		return value.Null, false
	case op == "+":
		return x, true
	case x.Kind() == value.KindDuration:
		d, err := x.AsDuration().Neg()
		return value.Duration(d), err == nil
	case x.Kind() == value.KindFloat:
		return value.Float(-x.AsFloat()), true
	case x.AsInt() == math.MinInt64:
		return value.Null, false
	}
	return value.Int(-x.AsInt()), true
}
