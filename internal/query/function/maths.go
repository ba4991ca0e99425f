package function

import (
	"math"

	"memgraphd/internal/storage/value"
)

// mathFunctions are the functions of numbers.
func mathFunctions() []Function {
	all := []Function{
		{Name: "abs", MinArgs: 1, MaxArgs: 1, Args: []Type{Number}, Result: Number, NullIn: true, Eval: eval1(abs)},
		{Name: "sign", MinArgs: 1, MaxArgs: 1, Args: []Type{Number}, Result: Integer, NullIn: true, Eval: eval1(sign)},
		{Name: "isNaN", MinArgs: 1, MaxArgs: 1, Args: []Type{Number}, Result: Boolean, NullIn: true, Eval: eval1(isNaN)},
		{Name: "round", MinArgs: 1, MaxArgs: 3, Args: []Type{Number, Integer, String}, Result: Float, NullIn: true, Eval: round},
		{Name: "atan2", MinArgs: 2, MaxArgs: 2, Args: []Type{Number}, Result: Float, NullIn: true, Eval: atan2},
		{Name: "rand", Result: Float, Volatile: true, Eval: randFloat},
		{Name: "e", Result: Float, Eval: constant(math.E)},
		{Name: "pi", Result: Float, Eval: constant(math.Pi)},
	}
	for _, f := range []struct {
		name string
		of   func(float64) float64
	}{
		{"ceil", math.Ceil},
		{"floor", math.Floor},
		{"sqrt", math.Sqrt},
		{"exp", math.Exp},
		{"log", math.Log},
		{"log10", math.Log10},
		{"sin", math.Sin},
		{"cos", math.Cos},
		{"tan", math.Tan},
		{"cot", func(x float64) float64 { return 1 / math.Tan(x) }},
		{"sinh", math.Sinh},
		{"cosh", math.Cosh},
		{"tanh", math.Tanh},
		{"coth", func(x float64) float64 { return 1 / math.Tanh(x) }},
		{"asin", math.Asin},
		{"acos", math.Acos},
		{"atan", math.Atan},
		{"haversin", func(x float64) float64 { return (1 - math.Cos(x)) / 2 }},
		{"degrees", func(x float64) float64 { return x * 180 / math.Pi }},
		{"radians", func(x float64) float64 { return x * math.Pi / 180 }},
	} {
		all = append(all, Function{
			Name: f.name, MinArgs: 1, MaxArgs: 1, Args: []Type{Number}, Result: Float, NullIn: true,
			Eval: ofFloat(f.name, f.of), OnFloat: f.of,
		})
	}
	return all
}

func ofFloat(name string, of func(float64) float64) func(*Call, []value.Value) (value.Value, error) {
	return func(_ *Call, args []value.Value) (value.Value, error) {
		x, err := argFloat(name, args[0])
		if err != nil {
			return value.Null, err
		}
		return value.Float(of(x)), nil
	}
}

func constant(f float64) func(*Call, []value.Value) (value.Value, error) {
	return func(*Call, []value.Value) (value.Value, error) { return value.Float(f), nil }
}

func abs(_ *Call, x value.Value) (value.Value, error) {
	switch k := x.Kind(); {
	case k == value.KindInt && x.AsInt() == math.MinInt64:
		return value.Null, overflow("abs")
	case k == value.KindInt && x.AsInt() < 0:
		return value.Int(-x.AsInt()), nil
	case k == value.KindInt:
		return x, nil
	case k == value.KindFloat:
		return value.Float(math.Abs(x.AsFloat())), nil
	default:
		return value.Null, wrongType("abs", "a number", x)
	}
}

func sign(_ *Call, x value.Value) (value.Value, error) {
	if !x.IsNumber() {
		return value.Null, wrongType("sign", "a number", x)
	}
	switch {
	case x.Number() > 0:
		return value.Int(1), nil
	case x.Number() < 0:
		return value.Int(-1), nil
	}
	return value.Int(0), nil
}

func isNaN(_ *Call, x value.Value) (value.Value, error) {
	f, err := argFloat("isNaN", x)
	return value.Bool(math.IsNaN(f)), err
}

func atan2(_ *Call, args []value.Value) (value.Value, error) {
	y, err := argFloat("atan2", args[0])
	if err != nil {
		return value.Null, err
	}
	x, err := argFloat("atan2", args[1])
	if err != nil {
		return value.Null, err
	}
	return value.Float(math.Atan2(y, x)), nil
}

func randFloat(c *Call, _ []value.Value) (value.Value, error) {
	random, err := c.random("rand")
	if err != nil {
		return value.Null, err
	}
	return value.Float(random.Float64()), nil
}
