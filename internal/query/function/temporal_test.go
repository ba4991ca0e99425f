package function_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/function"
	"memgraphd/internal/query/sema"
	"memgraphd/internal/storage/value"
	"memgraphd/internal/storage/value/valuetest"
)

// temporalNames are the functions that make temporal values.
func temporalNames() []string {
	var names []string
	for _, name := range function.Names() {
		family, _, _ := strings.Cut(name, ".")
		switch strings.ToLower(family) {
		case "date", "time", "localtime", "datetime", "localdatetime", "duration", "timestamp":
			names = append(names, name)
		}
	}
	return names
}

// TestTemporalFunctionsTakeAnything calls the temporal functions with what they expect and
// with what they do not: each gives a value of its type that can be represented, null, or an
// error of the statement.
func TestTemporalFunctionsTakeAnything(t *testing.T) {
	names := temporalNames()
	if len(names) != 5*5+2+5+1 {
		t.Errorf("%d functions: %v", len(names), names)
	}
	rapid.Check(t, func(t *rapid.T) {
		f, _ := function.Lookup(rapid.SampledFrom(names).Draw(t, "name"))
		args := rapid.SliceOfN(temporalArgument(2), f.MinArgs, f.MaxArgs).Draw(t, "arguments")
		c := &function.Call{Now: time.Unix(1_700_000_000, 5), Began: time.Unix(1_600_000_000, 0)}
		x, err := f.Apply(c, args)
		switch {
		case err != nil:
			if failure.Of(err) == nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
		case x.IsNull():
		case !representable(x):
			t.Fatalf("%s makes %s", f.Name, x.TemporalText())
		}
	})
}

// representable reports whether x is what it says within its limits; integers are.
func representable(x value.Value) bool {
	switch x.Kind() {
	case value.KindDate:
		return x.AsDate().Valid()
	case value.KindTime:
		return x.AsTime().Valid()
	case value.KindLocalTime:
		return x.AsLocalTime().Valid()
	case value.KindDateTime:
		return x.AsDateTime().Valid()
	case value.KindLocalDateTime:
		return x.AsLocalDateTime().Valid()
	case value.KindDuration:
		return x.AsDuration().Valid()
	case value.KindInt:
		return true
	case value.KindNull, value.KindBool, value.KindFloat, value.KindString, value.KindBytes, value.KindList, value.KindMap,
		value.KindNode, value.KindEdge, value.KindPath, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return false
}

// temporalArgument draws an argument; maps nest as deep as depth.
func temporalArgument(depth int) *rapid.Generator[value.Value] {
	numbers := rapid.OneOf(rapid.Int64Range(-2, 70), rapid.Int64Range(1900, 2100), rapid.Int64())
	all := []*rapid.Generator[value.Value]{
		valuetest.Instants(),
		valuetest.Instants(),
		rapid.Map(numbers, value.Int),
		rapid.Map(numbers, value.Int),
		rapid.Map(rapid.Float64(), value.Float),
		rapid.Map(rapid.SampledFrom([]string{
			"2015-07-21", "12:00", "12:00:00.5+01:00", "2015-W30-2T12", "2015-07-21T12:00[Europe/Stockholm]", "P1Y2M3DT4.5S",
			"Europe/Stockholm", "+01:00", "day", "weekYear", "microsecond", "millennium", "", "x",
		}), value.String),
		rapid.Map(rapid.String(), value.String),
		rapid.Just(value.Null),
		rapid.Just(value.True),
	}
	if depth > 0 {
		keys := rapid.SampledFrom([]string{
			"year", "month", "day", "week", "dayOfWeek", "quarter", "dayOfQuarter", "ordinalDay", "hour", "minute", "second",
			"millisecond", "microsecond", "nanosecond", "timezone", "date", "time", "datetime", "epochSeconds", "epochMillis",
			"years", "months", "days", "hours", "seconds", "nanoseconds", "YEAR", "x",
		})
		all = append(all, rapid.Custom(func(t *rapid.T) value.Value {
			var entries []value.Entry
			for range rapid.IntRange(0, 4).Draw(t, "entries") {
				entries = append(entries, value.Entry{Key: keys.Draw(t, "key"), Value: temporalArgument(depth-1).Draw(t, "value")})
			}
			return value.Map(entries)
		}))
	}
	return rapid.OneOf(all...)
}

// TestFields reads every field of temporal values of every kind; the names that are
// suggested are those that can be read, and the types are what was said of them.
func TestFields(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := valuetest.Instants().Filter(value.Value.IsTemporal).Draw(t, "x")
		of := map[value.Kind]function.Type{
			value.KindDate: function.Date, value.KindTime: function.Time, value.KindLocalTime: function.LocalTime,
			value.KindDateTime: function.DateTime, value.KindLocalDateTime: function.LocalDateTime, value.KindDuration: function.Duration,
		}[x.Kind()]
		name := rapid.SampledFrom(function.Signatures.Fields(sema.Type(of))).Draw(t, "name")
		if rapid.Bool().Draw(t, "capitals") {
			name = strings.ToUpper(name)
		}
		result, ok := function.Signatures.Field(sema.Type(of), name)
		y, err := function.Field(x, name)
		switch {
		case failure.Of(err) != nil && failure.Of(err).Detail == "IntegerOverflow":
		case err != nil || !ok:
			t.Fatalf("%s of %s: %v", name, x.TemporalText(), err)
		case y.Kind() != value.KindInt && y.Kind() != value.KindString,
			(result == sema.String) != (y.Kind() == value.KindString):
			t.Fatalf("%s of %s is a %s", name, x.TemporalText(), y.Kind())
		}
	})
}
