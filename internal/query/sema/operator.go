package sema

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
)

// operands is a pair of types between which an arithmetic operator is defined. result is
// the type that comes out, where it does not follow from the operands.
type operands struct{ x, y, result Type }

// calculations lists what op can be applied to. "+" besides joins strings and lists.
func calculations(op string) []operands {
	switch op {
	case "+":
		return []operands{{Number, Number, 0}, {Instant, Duration, 0}, {Duration, Instant, 0}, {Duration, Duration, Duration}}
	case "-":
		return []operands{
			{Number, Number, 0},
			{Instant, Duration, 0},
			{Duration, Duration, Duration},
			{Date, Date, Duration},
			{Time, Time, Duration},
			{LocalTime, LocalTime, Duration},
			{DateTime, DateTime, Duration},
			{LocalDateTime, LocalDateTime, Duration},
		}
	case "*":
		return []operands{{Number, Number, 0}, {Duration, Number, Duration}, {Number, Duration, Duration}}
	case "/":
		return []operands{{Number, Number, 0}, {Duration, Number, Duration}}
	default:
		return []operands{{Number, Number, 0}}
	}
}

// of returns the type of x op y, of which each holds at least one type of the pair.
func (p operands) of(op string, x, y Type) Type {
	switch {
	case p.result != 0:
		return p.result
	case p.x == Number:
		return arithmetic(op, x&Number, y&Number)
	default:
		return (p.x & x & Instant) | (p.y & y & Instant)
	}
}

// arithmetic returns the type of x op y between numbers.
func arithmetic(op string, x, y Type) Type {
	switch {
	case op == "^":
		return Float
	case x == Integer && y == Integer:
		return Integer
	case x == Float || y == Float:
		return Float
	default:
		return Number
	}
}

// calculation analyses x op y, of which the types are known, and fails where no values of
// these types go together.
func (a *analyzer) calculation(e *ast.Binary, x, y Type) static {
	const calculable = Number | Temporal
	var left, right, result Type
	for _, p := range calculations(e.Op) {
		left |= p.x
		if x&p.x == 0 {
			continue
		}
		right |= p.y
		if y&p.y != 0 {
			result |= p.of(e.Op, x, y)
		}
	}
	a.expect(e.X, of(x), left, "the operator "+e.Op)
	if result == 0 {
		a.unsuitable(e, x, y, right)
	}
	if (x|y)&^calculable != 0 && e.Op != "^" {
		return of(Any)
	}
	return of(result)
}

// unsuitable fails because y cannot stand beside x, which takes the types of right.
func (a *analyzer) unsuitable(e *ast.Binary, x, y, right Type) {
	err := failure.Syntax("InvalidArgumentType", "the operator %s expects %s, but this is %s", e.Op, right, y)
	if x&^Number != 0 {
		err = failure.Syntax("InvalidArgumentType", "the operator %s expects %s beside %s, but this is %s", e.Op, right, x, y)
	}
	if x&^Temporal == 0 && y&^(Number|String) == 0 && right&Duration != 0 {
		err = err.WithHint("an amount of time is written as duration({days: 1}) or duration('P1D')")
	}
	a.fail(e.Y.Span(), err)
}

// plus analyses x + y, which adds numbers and durations, joins strings and extends lists.
func (a *analyzer) plus(e *ast.Binary, x, y static) static {
	lists := List | EdgeList
	switch {
	case (x.t|y.t)&^(Number|Temporal) == 0:
		return a.calculation(e, x.t, y.t)
	case x.t&^lists == 0 && y.t&^lists == 0:
		return static{t: List, elem: x.elem | y.elem}
	case x.t&^lists == 0, y.t&^lists == 0:
		return of(List)
	case x.t == String && y.t&^(Temporal|Point) == 0, y.t == String && x.t&^(Temporal|Point) == 0:
		at, t := e.Y, y.t
		if y.t == String {
			at, t = e.X, x.t
		}
		a.fail(at.Span(), failure.Syntax("InvalidArgumentType", "a string cannot be joined with %s", t).
			WithHint("write it out with toString()"))
		return of(String)
	case x.t == String && y.t&lists == 0, y.t == String && x.t&lists == 0:
		return of(String)
	default:
		return of(Any)
	}
}
