package expr

import (
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/function"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/value"
)

// place puts err at span, unless it has a place already. The refusal of a memory budget
// becomes an error of the statement.
func place(err error, span token.Span) error {
	if err == nil {
		return nil
	}
	if e := failure.Of(function.LimitReached(err)); e != nil {
		return e.At(span)
	}
	return err
}

// typeError says that an operator cannot take x.
func typeError(span token.Span, operator, expected string, x value.Value) error {
	return failure.RuntimeType("InvalidArgumentType", "%s expects %s, not a value of type %s", operator, expected, x.Kind()).At(span)
}

// pairError says that an operator cannot take x and y together.
func pairError(span token.Span, operator string, x, y value.Value) error {
	return failure.RuntimeType("InvalidArgumentType", "%s cannot be applied to values of type %s and %s", operator, x.Kind(), y.Kind()).At(span)
}

// overflow says that the result of an operator is no 64-bit integer.
func overflow(span token.Span) error {
	return failure.New(failure.ArithmeticError, failure.Runtime, "IntegerOverflow", "the result does not fit into an integer").At(span)
}

// divisionByZero says that an integer was divided by zero.
func divisionByZero(span token.Span) error {
	return failure.New(failure.ArithmeticError, failure.Runtime, "DivisionByZero", "an integer cannot be divided by zero").At(span)
}
