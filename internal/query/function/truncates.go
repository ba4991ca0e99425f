package function

import (
	"strings"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/spelling"
	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// truncation is date.truncate(unit[, instant[, map]]): the begin of the unit in which the
// instant lies, which is now where it is left out, with the fields of the map replaced.
func (k *instant) truncation() Function {
	name := k.name + ".truncate"
	return Function{
		Name: name, MinArgs: 1, MaxArgs: 3, Args: []Type{String, Instant, Map}, Result: k.of,
		Eval: func(c *Call, args []value.Value) (value.Value, error) {
			if args[0].IsNull() || len(args) > 1 && args[1].IsNull() {
				return value.Null, nil
			}
			u, err := unitOf(name, args[0])
			if err != nil {
				return value.Null, err
			}
			var x value.Value
			switch {
			case len(args) == 1:
				if x, err = dateTimes().now(c, name, atStatement, c.Zone); err != nil {
					return value.Null, err
				}
			case !args[1].IsInstant():
				return value.Null, wrongType(name, "a temporal instant", args[1])
			default:
				x = args[1]
			}
			var f temporal.Fields
			if len(args) == 3 && !args[2].IsNull() {
				if args[2].Kind() != value.KindMap {
					return value.Null, wrongType(name, "a map of fields", args[2])
				}
				var null bool
				if f, null, err = fieldsOf(name, args[2]); err != nil || null {
					return value.Null, err
				}
			}
			y, err := k.truncate(u, PartsOf(x), &f, c.reference())
			return y, unfit(name, err)
		},
	}
}

// unitOf returns the unit that is called x.
func unitOf(name string, x value.Value) (temporal.Unit, error) {
	if x.Kind() != value.KindString {
		return 0, wrongType(name, "a unit of time as a string", x)
	}
	text := x.AsString()
	u, ok := temporal.UnitNamed(text)
	if ok {
		return u, nil
	}
	var known []string
	for u := temporal.UnitMillennium; u <= temporal.UnitMicrosecond; u++ {
		known = append(known, u.String())
	}
	err := failure.Argument("InvalidArgumentValue", "%s(): there is no unit of time `%s`", name, text)
	if like := spelling.Nearest(text, known); like != "" {
		return 0, err.WithHint("did you mean '%s'?", like)
	}
	return 0, err.WithHint("the units are %s", strings.Join(known, ", "))
}
