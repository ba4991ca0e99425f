package reference

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/value"
)

// numberFunction finds a function of numbers.
func numberFunction(name string) function {
	plain := map[string]func(float64) float64{
		"ceil": math.Ceil, "floor": math.Floor, "sqrt": math.Sqrt, "exp": math.Exp, "log": math.Log,
		"log10": math.Log10, "sin": math.Sin, "cos": math.Cos, "round": math.Round,
	}
	if f := plain[name]; f != nil {
		return ofNumber(func(_ *ast.Call, x value.Value) (value.Value, error) { return value.Float(f(x.Number())), nil })
	}
	switch name {
	case "abs":
		return ofNumber(func(e *ast.Call, x value.Value) (value.Value, error) {
			if x.Kind() == value.KindFloat {
				return value.Float(math.Abs(x.AsFloat())), nil
			}
			return whole(e, new(big.Int).Abs(big.NewInt(x.AsInt())))
		})
	case "sign":
		return ofNumber(func(_ *ast.Call, x value.Value) (value.Value, error) {
			f := x.Number()
			return value.Int(int64(btoi(f > 0) - btoi(f < 0))), nil
		})
	case "isnan":
		return ofNumber(func(_ *ast.Call, x value.Value) (value.Value, error) { return value.Bool(isNaN(x)), nil })
	case "rand":
		return func(r *run, _ *ast.Call, _ []value.Value) (value.Value, error) {
			if r.random == nil {
				r.random = rand.New(rand.NewPCG(1, 1))
			}
			return value.Float(r.random.Float64()), nil
		}
	case "e":
		return func(*run, *ast.Call, []value.Value) (value.Value, error) { return value.Float(math.E), nil }
	case "pi":
		return func(*run, *ast.Call, []value.Value) (value.Value, error) { return value.Float(math.Pi), nil }
	}
	return nil
}

func ofNumber(f func(*ast.Call, value.Value) (value.Value, error)) function {
	return func(_ *run, e *ast.Call, args []value.Value) (value.Value, error) {
		if !isNumber(args[0]) {
			return wrongType(e, args[0])
		}
		if len(args) > 1 {
			return value.Null, unsupported(e)
		}
		return f(e, args[0])
	}
}

// conversion finds a function between types: plain, giving null instead of an error, or for
// each element of a list.
func conversion(name string) function {
	one := func(name string) func(*ast.Call, value.Value) (value.Value, error) {
		switch name {
		case "tointeger":
			return toInteger
		case "tofloat":
			return toFloat
		case "toboolean":
			return toBoolean
		case "tostring":
			return toString
		}
		return nil
	}
	if f := one(name); f != nil {
		return func(_ *run, e *ast.Call, args []value.Value) (value.Value, error) { return f(e, args[0]) }
	}
	if base, ok := strings.CutSuffix(name, "ornull"); ok && one(base) != nil {
		return func(_ *run, e *ast.Call, args []value.Value) (value.Value, error) {
			v, _ := one(base)(e, args[0])
			return v, nil
		}
	}
	if base, ok := strings.CutSuffix(name, "list"); ok && one(base) != nil {
		return func(_ *run, e *ast.Call, args []value.Value) (value.Value, error) {
			if args[0].Kind() != value.KindList {
				return wrongType(e, args[0])
			}
			var out []value.Value
			for _, x := range args[0].AsList() {
				v := value.Null
				if !x.IsNull() {
					v, _ = one(base)(e, x)
				}
				out = append(out, v)
			}
			return value.List(out), nil
		}
	}
	return nil
}

func toInteger(e *ast.Call, x value.Value) (value.Value, error) {
	switch k := x.Kind(); k { //nolint:exhaustive // the others are told apart below
	case value.KindInt:
		return x, nil
	case value.KindBool:
		return value.Int(int64(btoi(x.AsBool()))), nil
	case value.KindFloat:
		f := math.Trunc(x.AsFloat())
		if math.IsNaN(f) || f >= 1<<63 || f < -1<<63 {
			return value.Null, fail(e, "ArithmeticError", "no 64-bit integer")
		}
		return value.Int(int64(f)), nil
	case value.KindString:
		s := strings.TrimSpace(x.AsString())
		if i, err := strconv.ParseInt(s, 10, 64); err == nil {
			return value.Int(i), nil
		}
		f, ok := decimal(s)
		if f = math.Trunc(f); !ok || f >= 1<<63 || f < -1<<63 {
			return value.Null, nil
		}
		return value.Int(int64(f)), nil
	}
	return wrongType(e, x)
}

// decimal reads a decimal number.
func decimal(s string) (float64, bool) {
	if strings.Trim(s, "0123456789+-.eE") != "" || strings.ContainsAny(s, "_xXpPnNiI") {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

func toFloat(e *ast.Call, x value.Value) (value.Value, error) {
	switch {
	case isNumber(x):
		return value.Float(x.Number()), nil
	case x.Kind() == value.KindString:
		if f, ok := decimal(strings.TrimSpace(x.AsString())); ok {
			return value.Float(f), nil
		}
		return value.Null, nil
	}
	return wrongType(e, x)
}

func toBoolean(e *ast.Call, x value.Value) (value.Value, error) {
	switch k := x.Kind(); k { //nolint:exhaustive // the others are told apart below
	case value.KindBool:
		return x, nil
	case value.KindInt:
		return value.Bool(x.AsInt() != 0), nil
	case value.KindString:
		switch strings.ToLower(strings.TrimSpace(x.AsString())) {
		case "true", "t":
			return value.True, nil
		case "false", "f":
			return value.False, nil
		}
		return value.Null, nil
	}
	return wrongType(e, x)
}

func toString(e *ast.Call, x value.Value) (value.Value, error) {
	if isTemporal(x) {
		return value.String(x.TemporalText()), nil
	}
	if k := x.Kind(); k == value.KindPoint {
		return value.String(pointText(x.AsPoint())), nil
	} else if k != value.KindString && k != value.KindBool && !isNumber(x) {
		return wrongType(e, x)
	}
	return value.String(textOf(x)), nil
}

// textOf writes a string, number or boolean as it stands inside of strings.
func textOf(x value.Value) string {
	switch k := x.Kind(); k { //nolint:exhaustive // the others are told apart below
	case value.KindString:
		return x.AsString()
	case value.KindBool:
		return strconv.FormatBool(x.AsBool())
	case value.KindInt:
		return strconv.FormatInt(x.AsInt(), 10)
	}
	f := x.AsFloat()
	switch a := math.Abs(f); {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 0):
		return map[bool]string{true: "Infinity", false: "-Infinity"}[f > 0]
	case a != 0 && (a < 1e-5 || a >= 1e16):
		digits, power, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
		n, _ := strconv.Atoi(power)
		return digits + "e" + strconv.Itoa(n)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}
