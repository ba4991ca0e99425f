package function

import (
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// Apply computes f for one row: null where f says so, Eval otherwise.
func (f *Function) Apply(c *Call, args []value.Value) (value.Value, error) {
	if f.NullIn {
		for i := range args {
			if args[i].IsNull() {
				return value.Null, nil
			}
		}
	}
	return f.Eval(c, args)
}

// wrongType says that name cannot take x.
func wrongType(name, expected string, x value.Value) *failure.Error {
	return failure.RuntimeType("InvalidArgumentValue", "%s() expects %s, not a value of type %s", name, expected, x.Kind())
}

// outOfRange says that a number given to name is not one that it can take.
func outOfRange(name, format string, args ...any) *failure.Error {
	e := failure.Argument("NumberOutOfRange", format, args...)
	e.Message = name + "(): " + e.Message
	return e
}

// overflow says that the result of name is no 64-bit integer.
func overflow(name string) *failure.Error {
	return failure.New(failure.ArithmeticError, failure.Runtime, "IntegerOverflow",
		"the result of %s() does not fit into an integer", name)
}

func argString(name string, x value.Value) (string, error) {
	if x.Kind() != value.KindString {
		return "", wrongType(name, "a string", x)
	}
	return x.AsString(), nil
}

func argInt(name string, x value.Value) (int64, error) {
	if x.Kind() != value.KindInt {
		return 0, wrongType(name, "an integer", x)
	}
	return x.AsInt(), nil
}

func argFloat(name string, x value.Value) (float64, error) {
	if !x.IsNumber() {
		return 0, wrongType(name, "a number", x)
	}
	return x.Number(), nil
}

func argList(name string, x value.Value) ([]value.Value, error) {
	if x.Kind() != value.KindList {
		return nil, wrongType(name, "a list", x)
	}
	return x.AsList(), nil
}

// argCount reads a number of characters or elements, which may not be negative.
func argCount(name string, x value.Value) (int64, error) {
	n, err := argInt(name, x)
	if err == nil && n < 0 {
		err = outOfRange(name, "%d is negative", n)
	}
	return n, err
}

// eval1 makes an Eval of a function of one value.
func eval1(f func(c *Call, x value.Value) (value.Value, error)) func(*Call, []value.Value) (value.Value, error) {
	return func(c *Call, args []value.Value) (value.Value, error) { return f(c, args[0]) }
}
