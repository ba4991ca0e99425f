package function

import (
	"math"
	"strconv"
	"strings"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

type convert func(c *Call, x value.Value) (value.Value, error)

// conversionFunctions are the functions between the scalar types: each plain, giving null
// instead of an error (OrNull), and for each element of a list.
func conversionFunctions() []Function {
	var all []Function
	for _, f := range []struct {
		name   string
		result Type
		to     convert
	}{
		{"toBoolean", Boolean, toBoolean},
		{"toInteger", Integer, toInteger},
		{"toFloat", Float, toFloat},
		{"toString", String, toString},
	} {
		all = append(all,
			Function{Name: f.name, MinArgs: 1, MaxArgs: 1, Args: []Type{Any}, Result: f.result, NullIn: true, Eval: eval1(f.to)},
			Function{Name: f.name + "OrNull", MinArgs: 1, MaxArgs: 1, Args: []Type{Any}, Result: f.result, NullIn: true, Eval: eval1(orNull(f.to))},
			Function{Name: f.name + "List", MinArgs: 1, MaxArgs: 1, Args: []Type{Any}, Result: List, NullIn: true, Eval: eval1(eachOf(f.name+"List", f.to))},
		)
	}
	return all
}

// orNull gives null where to fails.
func orNull(to convert) convert {
	return func(c *Call, x value.Value) (value.Value, error) {
		y, err := to(c, x)
		if e := failure.Of(err); e != nil && e.Type != failure.ResourceError {
			return value.Null, nil
		}
		return y, err
	}
}

// eachOf converts the elements of a list; what cannot be converted becomes null.
func eachOf(name string, to convert) convert {
	one := orNull(to)
	return func(c *Call, x value.Value) (value.Value, error) {
		list, err := argList(name, x)
		if err != nil {
			return value.Null, err
		}
		if err = c.ReserveElements(len(list)); err != nil {
			return value.Null, err
		}
		out := make([]value.Value, len(list))
		for i, e := range list {
			if e.IsNull() {
				continue
			}
			if out[i], err = one(c, e); err != nil {
				return value.Null, err
			}
		}
		return value.List(out), nil
	}
}

func toBoolean(_ *Call, x value.Value) (value.Value, error) {
	switch x.Kind() {
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
	case value.KindNull, value.KindFloat, value.KindBytes, value.KindList, value.KindMap, value.KindNode, value.KindEdge, value.KindPath,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return value.Null, wrongType("toBoolean", "a boolean, an integer or a string", x)
}

func toInteger(_ *Call, x value.Value) (value.Value, error) {
	switch x.Kind() {
	case value.KindInt:
		return x, nil
	case value.KindBool:
		if x.AsBool() {
			return value.Int(1), nil
		}
		return value.Int(0), nil
	case value.KindFloat:
		i, ok := truncate(x.AsFloat())
		if !ok {
			return value.Null, overflow("toInteger")
		}
		return value.Int(i), nil
	case value.KindString:
		return parseInteger(x.AsString()), nil
	case value.KindNull, value.KindBytes, value.KindList, value.KindMap, value.KindNode, value.KindEdge, value.KindPath,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return value.Null, wrongType("toInteger", "a number, a boolean or a string", x)
}

// truncate drops the fraction of f; ok is false where the rest is no 64-bit integer.
func truncate(f float64) (i int64, ok bool) {
	if f >= -1<<63 && f < 1<<63 {
		return int64(f), true
	}
	return 0, false
}

// parseInteger reads a decimal number and drops its fraction; null where it is none.
func parseInteger(s string) value.Value {
	s = strings.TrimSpace(s)
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return value.Int(i)
	}
	f, ok := parseFloat(s)
	if !ok {
		return value.Null
	}
	i, ok := truncate(f)
	if !ok {
		return value.Null
	}
	return value.Int(i)
}

// parseFloat reads a decimal number, without the further forms that Go knows.
func parseFloat(s string) (float64, bool) {
	if strings.ContainsFunc(s, func(r rune) bool { return (r < '0' || r > '9') && !strings.ContainsRune("+-.eE", r) }) {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

func toFloat(_ *Call, x value.Value) (value.Value, error) {
	switch x.Kind() {
	case value.KindFloat:
		return x, nil
	case value.KindInt:
		return value.Float(float64(x.AsInt())), nil
	case value.KindString:
		f, ok := parseFloat(strings.TrimSpace(x.AsString()))
		if !ok {
			return value.Null, nil
		}
		return value.Float(f), nil
	case value.KindNull, value.KindBool, value.KindBytes, value.KindList, value.KindMap, value.KindNode, value.KindEdge, value.KindPath,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return value.Null, wrongType("toFloat", "a number or a string", x)
}

func toString(c *Call, x value.Value) (value.Value, error) {
	if x.Kind() == value.KindEnum {
		return value.String(c.Catalogue.EnumText(x)), nil
	}
	text, ok := Text(x)
	if !ok {
		return value.Null, wrongType("toString", "a string, a number, a boolean, a temporal value, a point or a value of an enum", x)
	}
	return value.String(text), nil
}

// Text renders a string, number, boolean, temporal value or point as toString() does.
func Text(x value.Value) (string, bool) {
	switch x.Kind() {
	case value.KindString:
		return x.AsString(), true
	case value.KindInt:
		return strconv.FormatInt(x.AsInt(), 10), true
	case value.KindFloat:
		return FormatFloat(x.AsFloat()), true
	case value.KindBool:
		return strconv.FormatBool(x.AsBool()), true
	case value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration:
		return x.TemporalText(), true
	case value.KindPoint:
		return pointText(x.AsPoint()), true
	case value.KindNull, value.KindBytes, value.KindList, value.KindMap, value.KindNode, value.KindEdge, value.KindPath, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return "", false
}

// exponents takes the plus and the leading zero out of exponents.
var exponents = strings.NewReplacer("e+", "e", "e-0", "e-")

// FormatFloat renders f so that it reads as a float again and gives the same one: 1.0,
// 0.25, 1.5e-7, 1e21.
func FormatFloat(f float64) string {
	switch a := math.Abs(f); {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case a != 0 && (a < 1e-5 || a >= 1e16):
		return exponents.Replace(strconv.FormatFloat(f, 'e', -1, 64))
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}
