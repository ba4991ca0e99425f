package function

import (
	"strings"
	"sync"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// durationFunctions make durations: of a text, of a map, and of the time between instants.
func durationFunctions() []Function {
	all := []Function{{
		Name: "duration", MinArgs: 1, MaxArgs: 1, Args: []Type{String | Map | Duration}, Result: Duration, NullIn: true,
		Eval: eval1(durationOf),
	}}
	for _, f := range []struct {
		name string
		of   func(from, to temporal.Parts) (temporal.Duration, error)
	}{
		{"between", temporal.Between},
		{"inMonths", func(from, to temporal.Parts) (temporal.Duration, error) { return temporal.InMonths(from, to), nil }},
		{"inDays", func(from, to temporal.Parts) (temporal.Duration, error) { return temporal.InDays(from, to), nil }},
		{"inSeconds", func(from, to temporal.Parts) (temporal.Duration, error) { return temporal.InSeconds(from, to), nil }},
	} {
		full := "duration." + f.name
		all = append(all, Function{
			Name: full, MinArgs: 2, MaxArgs: 2, Args: []Type{Instant}, Result: Duration, NullIn: true,
			Eval: func(_ *Call, args []value.Value) (value.Value, error) {
				for _, x := range args {
					if !x.IsInstant() {
						return value.Null, wrongType(full, "temporal instants", x)
					}
				}
				y, err := boxed(value.Duration)(f.of(PartsOf(args[0]), PartsOf(args[1])))
				return y, unfit(full, err)
			},
		})
	}
	return all
}

// durationOf is duration(text, map or duration).
func durationOf(_ *Call, x value.Value) (value.Value, error) {
	const name = "duration"
	var d temporal.Duration
	var err error
	switch {
	case x.Kind() == value.KindDuration:
		return x, nil
	case x.Kind() == value.KindString:
		d, err = temporal.ParseDuration(x.AsString())
	case x.Kind() == value.KindMap:
		parts, failed := amountsOf(name, x)
		if failed != nil {
			return value.Null, failed
		}
		d, err = parts.Duration()
	default:
		return value.Null, wrongType(name, "a string, a map or a duration", x)
	}
	if err != nil {
		return value.Null, unfit(name, err)
	}
	return value.Duration(d), nil
}

// amountKeys finds the units of durations by their names in lower case, in the plural or,
// as in Memgraph, in the singular.
var amountKeys = sync.OnceValue(func() map[string]temporal.DurationUnit {
	keys := make(map[string]temporal.DurationUnit)
	for u := temporal.Years; u <= temporal.Nanoseconds; u++ {
		keys[u.String()] = u
		keys[strings.TrimSuffix(u.String(), "s")] = u
	}
	return keys
})

// amountsOf reads the map of which a duration is made. An amount that is null counts as not
// given.
func amountsOf(name string, m value.Value) (*temporal.DurationParts, error) {
	parts := &temporal.DurationParts{}
	var seen [temporal.Nanoseconds + 1]bool
	for _, e := range m.AsMap() {
		u, ok := amountKeys()[strings.ToLower(e.Key)]
		if !ok {
			return nil, unknownAmount(name, e.Key)
		}
		if seen[u] {
			return nil, failure.Argument("InvalidArgumentValue", "%s(): %s are given twice", name, u)
		}
		seen[u] = true
		switch x := e.Value; {
		case x.IsNull():
		case x.Kind() == value.KindInt:
			parts[u] = temporal.WholeAmount(x.AsInt())
		case x.Kind() == value.KindFloat:
			var err error
			if parts[u], err = temporal.FloatAmount(x.AsFloat()); err != nil {
				return nil, unfit(name, err)
			}
		default:
			return nil, failure.Argument("InvalidArgumentType", "%s(): %s must be a number, but are a value of type %s", name, u, x.Kind())
		}
	}
	return parts, nil
}

func unknownAmount(name, key string) *failure.Error {
	var known []string
	for u := temporal.Years; u <= temporal.Nanoseconds; u++ {
		known = append(known, u.String())
	}
	return unknownField(name, key, known)
}
