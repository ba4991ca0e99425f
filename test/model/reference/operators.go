package reference

import (
	"math"
	"math/big"
	"regexp"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/value"
)

// operation computes what has operators.
func (r *run) operation(e ast.Expr, s scope) (value.Value, error) {
	switch e := e.(type) {
	case *ast.Unary:
		return r.unary(e, s)
	case *ast.Binary:
		return r.binary(e, s)
	case *ast.Comparison:
		return r.comparison(e, s)
	case *ast.IsNull:
		x, err := r.eval(e.X, s)
		return value.Bool(x.IsNull() != e.Not), err
	case *ast.Case:
		return r.caseOf(e, s)
	default:
		return value.Null, unsupported(e)
	}
}

func (r *run) unary(e *ast.Unary, s scope) (value.Value, error) {
	if e.Op == "NOT" {
		t, err := r.truth(e.X, s, "NOT")
		return (-t).value(), err
	}
	x, err := r.eval(e.X, s)
	switch {
	case err != nil || x.IsNull():
		return value.Null, err
	case x.Kind() == value.KindDuration:
		return value.Null, unsupported(e)
	case !isNumber(x):
		return value.Null, typeError(e, "the sign of %s", x.Kind())
	case e.Op == "+":
		return x, nil
	case x.Kind() == value.KindFloat:
		return value.Float(-x.AsFloat()), nil
	}
	return whole(e, new(big.Int).Neg(big.NewInt(x.AsInt())))
}

// whole returns an integer unless it is too large.
func whole(e ast.Expr, i *big.Int) (value.Value, error) {
	if !i.IsInt64() {
		return value.Null, fail(e, "ArithmeticError", "the result is no 64-bit integer")
	}
	return value.Int(i.Int64()), nil
}

func (r *run) binary(e *ast.Binary, s scope) (value.Value, error) {
	switch e.Op {
	case "AND", "OR":
		return r.junction(e, s)
	case "XOR":
		x, err := r.truth(e.X, s, "XOR")
		if err != nil {
			return value.Null, err
		}
		y, err := r.truth(e.Y, s, "XOR")
		return (-x * y).value(), err
	}
	x, err := r.eval(e.X, s)
	if err != nil {
		return value.Null, err
	}
	y, err := r.eval(e.Y, s)
	if err != nil {
		return value.Null, err
	}
	switch e.Op {
	case "IN":
		return member(e, x, y)
	case "STARTS WITH", "ENDS WITH", "CONTAINS", "=~":
		return texts(e, x, y)
	case "+":
		return plus(e, x, y)
	case "||":
		return joined(e, x, y)
	}
	return arithmetic(e, x, y)
}

// junction is AND or OR.
func (r *run) junction(e *ast.Binary, s scope) (value.Value, error) {
	decides := no
	if e.Op == "OR" {
		decides = yes
	}
	first, second := e.X, e.Y
	if r.o.Order.Reverse {
		first, second = second, first
	}
	x, err := r.truth(first, s, e.Op)
	if err != nil {
		return value.Null, err
	}
	if x == decides && !r.o.Order.Eager {
		return x.value(), nil
	}
	y, err := r.truth(second, s, e.Op)
	if err != nil {
		return value.Null, err
	}
	if e.Op == "OR" {
		return max(x, y).value(), nil
	}
	return min(x, y).value(), nil
}

func member(e *ast.Binary, x, list value.Value) (value.Value, error) {
	if list.IsNull() {
		return value.Null, nil
	}
	if list.Kind() != value.KindList {
		return value.Null, typeError(e, "IN needs a list, not %s", list.Kind())
	}
	found := no
	for _, y := range list.AsList() {
		found = max(found, equals(x, y))
	}
	return found.value(), nil
}

// texts compares strings; anything else gives null.
func texts(e *ast.Binary, x, y value.Value) (value.Value, error) {
	if x.Kind() != value.KindString || y.Kind() != value.KindString {
		return value.Null, nil
	}
	a, b := x.AsString(), y.AsString()
	switch e.Op {
	case "STARTS WITH":
		return value.Bool(strings.HasPrefix(a, b)), nil
	case "ENDS WITH":
		return value.Bool(strings.HasSuffix(a, b)), nil
	case "CONTAINS":
		return value.Bool(strings.Contains(a, b)), nil
	}
	re, err := regexp.Compile(b)
	if err != nil {
		return value.Null, fail(e, "ArgumentError", "no regular expression: %v", err)
	}
	re.Longest()
	at := re.FindStringIndex(a)
	return value.Bool(at != nil && at[0] == 0 && at[1] == len(a)), nil
}

// plus adds numbers, joins strings, and joins lists with lists or elements.
func plus(e *ast.Binary, x, y value.Value) (value.Value, error) {
	list := value.KindList
	switch {
	case x.IsNull() || y.IsNull():
		return value.Null, nil
	case x.Kind() == list && y.Kind() == list:
		return value.List(append(append([]value.Value{}, x.AsList()...), y.AsList()...)), nil
	case x.Kind() == list:
		return value.List(append(append([]value.Value{}, x.AsList()...), y)), nil
	case y.Kind() == list:
		return value.List(append([]value.Value{x}, y.AsList()...)), nil
	case isNumber(x) && isNumber(y), isTemporal(x) && !joins(y), isTemporal(y) && !joins(x):
		return arithmetic(e, x, y)
	case joins(x) && joins(y):
		return value.String(textOf(x) + textOf(y)), nil
	}
	return value.Null, typeError(e, "%s + %s", x.Kind(), y.Kind())
}

// joined is x || y, of two strings or two lists.
func joined(e *ast.Binary, x, y value.Value) (value.Value, error) {
	switch k := x.Kind(); {
	case x.IsNull() || y.IsNull():
		return value.Null, nil
	case k == y.Kind() && (k == value.KindString || k == value.KindList):
		return plus(e, x, y)
	}
	return value.Null, typeError(e, "%s || %s", x.Kind(), y.Kind())
}

// joins tells whether a value can stand beside a string in x + y.
func joins(v value.Value) bool { return v.Kind() == value.KindString || isNumber(v) }

func arithmetic(e *ast.Binary, x, y value.Value) (value.Value, error) {
	switch {
	case x.IsNull() || y.IsNull():
		return value.Null, nil
	case isTemporal(x) || isTemporal(y):
		return shifted(e, x, y)
	case !isNumber(x) || !isNumber(y):
		return value.Null, typeError(e, "%s %s %s", x.Kind(), e.Op, y.Kind())
	case x.Kind() == value.KindInt && y.Kind() == value.KindInt && e.Op != "^":
		return integers(e, x.AsInt(), y.AsInt())
	}
	a, b := x.Number(), y.Number()
	switch e.Op {
	case "+":
		return value.Float(a + b), nil
	case "-":
		return value.Float(a - b), nil
	case "*":
		return value.Float(a * b), nil
	case "/":
		return value.Float(a / b), nil
	case "%":
		return value.Float(math.Mod(a, b)), nil
	}
	return value.Float(math.Pow(a, b)), nil
}

// integers computes with integers of any size and sees whether the result fits.
func integers(e *ast.Binary, x, y int64) (value.Value, error) {
	a, b, z := big.NewInt(x), big.NewInt(y), new(big.Int)
	switch e.Op {
	case "+":
		return whole(e, z.Add(a, b))
	case "-":
		return whole(e, z.Sub(a, b))
	case "*":
		return whole(e, z.Mul(a, b))
	}
	if y == 0 {
		return value.Null, fail(e, "ArithmeticError", "division by zero")
	}
	if e.Op == "/" {
		return whole(e, z.Quo(a, b))
	}
	return whole(e, z.Rem(a, b))
}

// comparison is a chain: a < b <= c means a < b AND b <= c.
func (r *run) comparison(e *ast.Comparison, s scope) (value.Value, error) {
	values, err := r.all(e.Operands, s)
	if err != nil {
		return value.Null, err
	}
	all := yes
	for i, op := range e.Ops {
		x, y := values[i], values[i+1]
		switch op {
		case "=":
			all = min(all, equals(x, y))
		case "<>", "!=":
			all = min(all, -equals(x, y))
		default:
			all = min(all, compares(op, x, y))
		}
	}
	return all.value(), nil
}

func (r *run) caseOf(e *ast.Case, s scope) (value.Value, error) {
	subject := value.Null
	if e.Subject != nil {
		var err error
		if subject, err = r.eval(e.Subject, s); err != nil {
			return value.Null, err
		}
	}
	for i, when := range e.When {
		var hit truth
		var err error
		if e.Subject == nil {
			hit, err = r.truth(when, s, "WHEN")
		} else {
			hit, err = r.caseHit(when, subject, s)
		}
		if err != nil {
			return value.Null, err
		}
		if hit == yes {
			return r.eval(e.Then[i], s)
		}
	}
	if e.Else == nil {
		return value.Null, nil
	}
	return r.eval(e.Else, s)
}
