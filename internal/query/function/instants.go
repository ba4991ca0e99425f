package function

import (
	"errors"
	"strings"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// instant is one of the five types of temporal instants and the functions that make it.
type instant struct {
	name string // of the functions: date, date.truncate
	of   Type
	// parse reads a text.
	parse func(text string) (value.Value, error)
	// from makes the value of another instant.
	from func(p *temporal.Parts, r temporal.Reference) (value.Value, error)
	// choose makes the value of fields.
	choose func(f *temporal.Fields, r temporal.Reference) (value.Value, error)
	// truncate cuts an instant to a unit and replaces fields.
	truncate func(u temporal.Unit, p temporal.Parts, f *temporal.Fields, r temporal.Reference) (value.Value, error)
}

// instantFunctions are the functions that make instants: of the clock, of a text, of a map
// and of another instant.
func instantFunctions() []Function {
	var all []Function
	for _, k := range []*instant{dates(), localTimes(), times(), localDateTimes(), dateTimes()} {
		all = append(all, Function{
			Name: k.name, MaxArgs: 1, Args: []Type{String | Map | Instant}, Result: k.of, NullIn: true, Eval: k.eval,
		}, k.truncation())
		for _, clock := range []struct {
			suffix string
			read   reading
		}{{".statement", atStatement}, {".transaction", atTransaction}, {".realtime", atOnce}} {
			all = append(all, Function{
				Name: k.name + clock.suffix, MaxArgs: 1, Args: []Type{String | Map}, Result: k.of, NullIn: true,
				Volatile: clock.read == atOnce, Eval: k.clock(k.name+clock.suffix, clock.read),
			})
		}
	}
	all = append(all, epochFunctions()...)
	return append(all, Function{Name: "timestamp", MaxArgs: 1, Args: []Type{Temporal}, Result: Integer, NullIn: true, Eval: timestamp})
}

// eval is date([text, map or instant]).
func (k *instant) eval(c *Call, args []value.Value) (value.Value, error) {
	if len(args) == 0 {
		return k.now(c, k.name, atStatement, c.Zone)
	}
	x := args[0]
	switch {
	case x.Kind() == value.KindString:
		y, err := k.parse(x.AsString())
		return y, unfit(k.name, err)
	case x.Kind() == value.KindMap && isZone(x):
		zone, err := zoneOf(k.name, x.AsMap()[0].Value)
		if err != nil {
			return value.Null, err
		}
		return k.now(c, k.name, atStatement, zone)
	case x.Kind() == value.KindMap:
		f, null, err := fieldsOf(k.name, x)
		if err != nil || null {
			return value.Null, err
		}
		y, err := k.choose(&f, c.reference())
		return y, unfit(k.name, err)
	case x.IsInstant():
		p := PartsOf(x)
		y, err := k.from(&p, c.reference())
		return y, unfit(k.name, err)
	}
	return value.Null, wrongType(k.name, "a string, a map or a temporal instant", x)
}

// isZone reports whether a map has nothing but a time zone, in which case the clock is read.
func isZone(m value.Value) bool {
	entries := m.AsMap()
	return len(entries) == 1 && strings.EqualFold(entries[0].Key, "timezone") && !entries[0].Value.IsNull()
}

// PartsOf takes a temporal instant apart.
func PartsOf(x value.Value) temporal.Parts {
	switch x.Kind() {
	case value.KindDate:
		return x.AsDate().Parts()
	case value.KindTime:
		return x.AsTime().Parts()
	case value.KindLocalTime:
		return x.AsLocalTime().Parts()
	case value.KindDateTime:
		return x.AsDateTime().Parts()
	case value.KindLocalDateTime:
		return x.AsLocalDateTime().Parts()
	case value.KindNull, value.KindBool, value.KindInt, value.KindFloat, value.KindString, value.KindBytes, value.KindList,
		value.KindMap, value.KindNode, value.KindEdge, value.KindPath, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return temporal.Parts{}
}

// unfit makes an error of package temporal one of the statement.
func unfit(name string, err error) error {
	if err == nil {
		return nil
	}
	detail := "InvalidArgumentValue"
	if _, ok := errors.AsType[*temporal.RangeError](err); ok {
		detail = "NumberOutOfRange"
	}
	if _, ok := errors.AsType[*temporal.UnknownZoneError](err); ok {
		detail = "UnknownTimeZone"
	}
	return failure.Argument(detail, "%s(): %s", name, err).WithCause(err)
}

// boxed turns the result of a function of package temporal into a value.
func boxed[T any](box func(T) value.Value) func(T, error) (value.Value, error) {
	return func(x T, err error) (value.Value, error) {
		if err != nil {
			return value.Null, err
		}
		return box(x), nil
	}
}
