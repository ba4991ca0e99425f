package function

import (
	"slices"
	"strings"
	"sync"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/spelling"
	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// Fields of temporal values are read like properties: d.year, t.offset. Their names are
// found without regard to case.

// instantField is one field of temporal instants.
type instantField struct {
	name string
	of   Type                           // the types that have it
	get  func(p *temporal.Parts) int64  // of a number
	text func(p *temporal.Parts) string // of a string
}

// The types with a day, with a time of day, and with an offset.
const (
	dayed   = Date | LocalDateTime | DateTime
	clocked = LocalTime | Time | LocalDateTime | DateTime
	zoned   = Time | DateTime
)

// instantFields lists the fields of instants.
func instantFields() []instantField {
	dayOfWeek := func(p *temporal.Parts) int64 { return int64(p.Date.DayOfWeek()) }
	dayOfQuarter := func(p *temporal.Parts) int64 { return int64(p.Date.DayOfQuarter()) }
	return []instantField{
		{name: "year", of: dayed, get: func(p *temporal.Parts) int64 { return p.Date.Year() }},
		{name: "quarter", of: dayed, get: func(p *temporal.Parts) int64 { return int64(p.Date.Quarter()) }},
		{name: "month", of: dayed, get: func(p *temporal.Parts) int64 { return int64(p.Date.Month()) }},
		{name: "week", of: dayed, get: func(p *temporal.Parts) int64 {
			_, week := p.Date.Week()
			return int64(week)
		}},
		{name: "weekYear", of: dayed, get: func(p *temporal.Parts) int64 {
			year, _ := p.Date.Week()
			return year
		}},
		{name: "dayOfQuarter", of: dayed, get: dayOfQuarter},
		{name: "quarterDay", of: dayed, get: dayOfQuarter},
		{name: "day", of: dayed, get: func(p *temporal.Parts) int64 { return int64(p.Date.Day()) }},
		{name: "ordinalDay", of: dayed, get: func(p *temporal.Parts) int64 { return int64(p.Date.OrdinalDay()) }},
		{name: "dayOfWeek", of: dayed, get: dayOfWeek},
		{name: "weekDay", of: dayed, get: dayOfWeek},
		{name: "hour", of: clocked, get: func(p *temporal.Parts) int64 { return int64(p.Time.Clock().Hour) }},
		{name: "minute", of: clocked, get: func(p *temporal.Parts) int64 { return int64(p.Time.Clock().Minute) }},
		{name: "second", of: clocked, get: func(p *temporal.Parts) int64 { return int64(p.Time.Clock().Second) }},
		{name: "millisecond", of: clocked, get: func(p *temporal.Parts) int64 { return int64(p.Time.Clock().Nanosecond) / 1e6 }},
		{name: "microsecond", of: clocked, get: func(p *temporal.Parts) int64 { return int64(p.Time.Clock().Nanosecond) / 1e3 }},
		{name: "nanosecond", of: clocked, get: func(p *temporal.Parts) int64 { return int64(p.Time.Clock().Nanosecond) }},
		{name: "timezone", of: zoned, text: func(p *temporal.Parts) string { return p.Zone.String() }},
		{name: "offset", of: zoned, text: func(p *temporal.Parts) string { return string(temporal.AppendOffset(nil, p.Offset)) }},
		{name: "offsetMinutes", of: zoned, get: func(p *temporal.Parts) int64 { return int64(p.Offset / 60) }},
		{name: "offsetSeconds", of: zoned, get: func(p *temporal.Parts) int64 { return int64(p.Offset) }},
		{name: "epochSeconds", of: DateTime, get: epochSeconds},
		{name: "epochMillis", of: DateTime, get: func(p *temporal.Parts) int64 {
			return epochSeconds(p)*1e3 + int64(p.Time.Clock().Nanosecond)/1e6
		}},
	}
}

// epochSeconds counts the seconds of an instant since 1970-01-01T00:00:00Z.
func epochSeconds(p *temporal.Parts) int64 {
	return temporal.NewLocalDateTime(p.Date, p.Time).Seconds - int64(p.Offset)
}

// instantFieldTable finds the fields of instants by their names in lower case.
var instantFieldTable = sync.OnceValue(func() map[string]instantField {
	table := make(map[string]instantField)
	for _, f := range instantFields() {
		table[strings.ToLower(f.name)] = f
	}
	return table
})

// durationFields finds the fields of durations by their names in lower case.
var durationFields = sync.OnceValue(func() map[string]temporal.DurationComponent {
	fields := make(map[string]temporal.DurationComponent)
	for c := temporal.YearsIn; c <= temporal.NanosecondsOfSecond; c++ {
		fields[strings.ToLower(c.String())] = c
	}
	return fields
})

// dayFields are the fields of durations that Memgraph has: whole days of 24 hours, and what
// does not make a whole day in each of the smaller units.
var dayFields = sync.OnceValue(func() map[string]temporal.DurationComponent {
	return map[string]temporal.DurationComponent{
		"day": temporal.DaysIn, "hour": temporal.HoursIn, "minute": temporal.MinutesIn, "second": temporal.SecondsIn,
		"millisecond": temporal.MillisecondsIn, "microsecond": temporal.MicrosecondsIn, "nanosecond": temporal.NanosecondsIn,
	}
})

// Field reads a field of a temporal value.
func Field(x value.Value, name string) (value.Value, error) {
	if x.Kind() == value.KindDuration {
		return durationField(x.AsDuration(), name)
	}
	f, ok := find(instantFieldTable(), name)
	if !ok || f.of&typeOf(x.Kind()) == 0 {
		return value.Null, noField(x.Kind(), name)
	}
	p := PartsOf(x)
	if f.text != nil {
		return value.String(f.text(&p)), nil
	}
	return value.Int(f.get(&p)), nil
}

func durationField(d temporal.Duration, name string) (value.Value, error) {
	c, ok := find(durationFields(), name)
	if !ok {
		if c, ok = find(dayFields(), name); !ok {
			return value.Null, noField(value.KindDuration, name)
		}
		if c == temporal.DaysIn {
			return value.Int(d.Days + d.Seconds/temporal.SecondsPerDay), nil
		}
		d.Seconds %= temporal.SecondsPerDay
	}
	n, err := d.Number(c)
	if err != nil {
		return value.Null, failure.New(failure.ArithmeticError, failure.Runtime, "IntegerOverflow", "%s: %s", name, err).WithCause(err)
	}
	return value.Int(n), nil
}

// find looks a name up without regard to case.
func find[T any](table map[string]T, name string) (T, bool) {
	x, ok := table[name]
	if !ok {
		x, ok = table[strings.ToLower(name)]
	}
	return x, ok
}

func noField(k value.Kind, name string) *failure.Error {
	err := failure.Argument("UnknownField", "a value of type %s has no field `%s`", k, name)
	names := fieldNames(typeOf(k))
	if like := spelling.Nearest(name, names); like != "" {
		return err.WithHint("did you mean `%s`?", like)
	}
	return err.WithHint("it has %s", strings.Join(names, ", "))
}

// fieldType returns the type of a field of points, or of temporal values of one type.
func fieldType(of Type, name string) (Type, bool) {
	if of == Point {
		return pointFieldType(name)
	}
	if of == Duration {
		_, ok := find(durationFields(), name)
		if !ok {
			_, ok = find(dayFields(), name)
		}
		return Integer, ok
	}
	f, ok := find(instantFieldTable(), name)
	switch {
	case !ok || f.of&of == 0:
		return 0, false
	case f.text != nil:
		return String, true
	}
	return Integer, true
}

// fieldNames lists the fields of points, or of temporal values of one type.
func fieldNames(of Type) []string {
	if of == Point {
		return pointFields(&value.PointValue{SRID: value.WGS84Height})
	}
	var names []string
	if of == Duration {
		for c := temporal.YearsIn; c <= temporal.NanosecondsOfSecond; c++ {
			names = append(names, c.String())
		}
		return names
	}
	for _, f := range instantFields() {
		if f.of&of != 0 {
			names = append(names, f.name)
		}
	}
	return names
}

// typeOf returns the static type of temporal values of a kind, 0 for other kinds.
func typeOf(k value.Kind) Type {
	i := slices.Index([]value.Kind{
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration,
	}, k)
	if i < 0 {
		return 0
	}
	return Date << i
}
