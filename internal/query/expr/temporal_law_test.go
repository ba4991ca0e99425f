package expr_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
	"memgraphd/internal/storage/value/valuetest"
)

// temporalLaws must hold for any a and b of the kinds that they are for, unless a result
// cannot be represented.
var temporalLaws = []struct {
	a, b []value.Kind // b: nil for the kind of a
	law  string
}{
	{unzoned, nil, "a + (b - a) = b"},
	{zoned, nil, "a + (b - a) = b OR a.timezone <> b.timezone OR a.offset <> b.offset"},
	{unzoned, nil, "(a < b) = ((a - b).days < 0 OR (a - b).seconds < 0)"},
	{zoned, nil, "(a < b) = ((a - b).days < 0 OR (a - b).seconds < 0) OR a.offset <> b.offset OR a.timezone <> b.timezone"},
	{instants, nil, "(a < b) = (b > a) AND (a <= b) = (a < b OR a = b) AND (a = b) = (b = a) AND (a <> b) = (NOT a = b)"},
	{instants, durations, "a - b = a + -b"},
	{durations, durations, "a + b = b + a AND (a + b) - b = a AND a - b = -(b - a)"},
	{durations, durations, "a * 2 = a + a AND a * -1 = -a AND a / 1 = a AND 0 * a = duration({})"},
	{durations, nil, "a.days = -9223372036854775808 OR duration(toString(a)) = a AND duration({months: a.months, days: a.days, seconds: a.seconds, nanoseconds: a.nanosecondsOfSecond}) = a"},
	{[]value.Kind{value.KindDate}, nil, "date(toString(a)) = a AND date({year: a.year, month: a.month, day: a.day}) = a"},
	{[]value.Kind{value.KindDate}, nil, "date({year: a.weekYear, week: a.week, dayOfWeek: a.dayOfWeek}) = a"},
	{[]value.Kind{value.KindDate}, nil, "date({year: a.year, ordinalDay: a.ordinalDay}) = date({year: a.year, quarter: a.quarter, dayOfQuarter: a.dayOfQuarter})"},
	{[]value.Kind{value.KindLocalTime}, nil, "localtime(toString(a)) = a AND localtime({hour: a.hour, minute: a.minute, second: a.second, nanosecond: a.nanosecond}) = a"},
	{[]value.Kind{value.KindTime}, nil, "time(toString(a)) = a AND time({time: localtime(a), timezone: a.offset}) = a"},
	{[]value.Kind{value.KindLocalDateTime}, nil, "localdatetime(toString(a)) = a AND localdatetime({date: date(a), time: localtime(a)}) = a"},
	{[]value.Kind{value.KindDateTime}, nil, "a.timezone = 'Nowhere/Here' OR datetime(toString(a)) = a"},
	{[]value.Kind{value.KindDateTime}, nil, "a.timezone = 'Nowhere/Here' OR datetime({epochSeconds: a.epochSeconds, nanosecond: a.nanosecond, timezone: a.timezone}) = a"},
	{dated, nil, "date.truncate('month', a) <= date(a) AND date.truncate('week', a).dayOfWeek = 1 AND date.truncate('quarter', a).dayOfQuarter = 1"},
	{dated, nil, "duration.between(a, a) = duration({})"},
	{[]value.Kind{value.KindDate, value.KindLocalDateTime}, nil, "duration.inDays(a, b) = -duration.inDays(b, a)"},
	// Days are counted in the zone of the first, whose clock may change between the two.
	{[]value.Kind{value.KindDateTime}, nil, "duration.inDays(a, b) = -duration.inDays(b, a) OR a.timezone <> b.timezone"},
}

var (
	unzoned   = []value.Kind{value.KindDate, value.KindLocalTime, value.KindLocalDateTime}
	zoned     = []value.Kind{value.KindTime, value.KindDateTime}
	dated     = []value.Kind{value.KindDate, value.KindLocalDateTime, value.KindDateTime}
	instants  = slices.Concat(unzoned, zoned)
	durations = []value.Kind{value.KindDuration}
)

func TestTemporalLaws(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		law := rapid.SampledFrom(temporalLaws).Draw(rt, "law")
		a := ofKind(law.a).Draw(rt, "a")
		if law.b == nil {
			law.b = []value.Kind{a.Kind()}
		}
		b := ofKind(law.b).Draw(rt, "b")
		f := newFixture()
		f.set("a", value.List([]value.Value{a}))
		f.set("b", value.List([]value.Value{b}))
		e, err := f.compile(law.law)
		if err != nil {
			rt.Fatalf("%s: %v", law.law, err)
		}
		xs, err := f.eval(f.context(), e, nil)
		switch failed := failure.Of(err); {
		case err == nil && !xs[0].IsTrue():
			rt.Fatalf("%s is %s for %s and %s", law.law, show(xs[0]), show(a), show(b))
		case failed != nil && slices.Contains([]string{"TemporalOverflow", "IntegerOverflow"}, failed.Detail):
		case err != nil:
			rt.Fatalf("%s for %s and %s: %v", law.law, show(a), show(b), err)
		}
	})
}

// ofKind draws a temporal value of one of some kinds.
func ofKind(kinds []value.Kind) *rapid.Generator[value.Value] {
	return valuetest.Instants().Filter(func(x value.Value) bool { return slices.Contains(kinds, x.Kind()) })
}
