// Package valuetest draws temporal values, points and values of enums for the tests of what carries them.
package valuetest

import (
	"math"

	"pgregory.net/rapid"

	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// Instants draws temporal values, points and values of enums of every kind, ordinary ones and extremes.
func Instants() *rapid.Generator[value.Value] {
	return rapid.OneOf(
		rapid.Map(days(), func(d int64) value.Value { return value.Date(temporal.Date{Days: d}) }),
		rapid.Map(rapid.Int64Range(0, temporal.NanosPerDay-1), func(n int64) value.Value {
			return value.LocalTime(temporal.LocalTime{Nanos: n})
		}),
		rapid.Custom(func(t *rapid.T) value.Value {
			n := rapid.Int64Range(0, temporal.NanosPerDay-1).Draw(t, "nanoseconds")
			return value.Time(temporal.Time{Nanos: n, Offset: offsets().Draw(t, "offset")})
		}),
		rapid.Custom(func(t *rapid.T) value.Value {
			s, n := instant(t)
			return value.LocalDateTime(temporal.LocalDateTime{Seconds: s, Nanos: n})
		}),
		rapid.Custom(func(t *rapid.T) value.Value {
			s, n := instant(t)
			zone := zones().Draw(t, "zone")
			return value.DateTime(temporal.DateTime{Seconds: s - int64(zone.OffsetAt(s)), Nanos: n, Zone: zone})
		}),
		rapid.Custom(duration),
		rapid.Custom(point),
		rapid.Custom(func(t *rapid.T) value.Value {
			return value.Enum(rapid.Uint32().Draw(t, "enum"), rapid.Uint32Range(0, 3).Draw(t, "number"))
		}),
	)
}

// Samples returns the extremes of each kind, in the order of values.
func Samples() []value.Value {
	const first, last = temporal.MinDays * temporal.SecondsPerDay, (temporal.MaxDays+1)*temporal.SecondsPerDay - 1
	const noon = temporal.NanosPerDay / 2
	named := func(name string, offset int32) *temporal.Zone {
		z, _ := temporal.StoredZone([]byte(name), offset)
		return z
	}
	at := func(s int64, n int32, z *temporal.Zone) value.Value {
		return value.DateTime(temporal.DateTime{Seconds: s, Nanos: n, Zone: z})
	}
	local := func(s int64, n int32) value.Value {
		return value.LocalDateTime(temporal.LocalDateTime{Seconds: s, Nanos: n})
	}
	date := func(d int64) value.Value { return value.Date(temporal.Date{Days: d}) }
	clock := func(n int64, offset int32) value.Value { return value.Time(temporal.Time{Nanos: n, Offset: offset}) }
	span := func(months, days, seconds int64, nanos int32) value.Value {
		return value.Duration(temporal.Duration{Months: months, Days: days, Seconds: seconds, Nanos: nanos})
	}
	place := func(srid uint32, x, y, z float64) value.Value {
		return value.Point(value.PointValue{SRID: srid, X: x, Y: y, Z: z})
	}
	return []value.Value{
		at(first-temporal.MaxOffset, 0, temporal.FixedZone(temporal.MaxOffset)), at(0, 0, temporal.FixedZone(-1)),
		at(0, 0, nil), at(0, 0, temporal.FixedZone(3600)), at(0, 0, named("Nowhere/Here", 3600)), at(0, 1, nil),
		at(4_600_000_000, 5, nil), at(last+temporal.MaxOffset, 999_999_999, temporal.FixedZone(-temporal.MaxOffset)),
		local(first, 0), local(-4_600_000_001, 999_999_999), local(-1, 999_999_999), local(0, 0), local(4_600_000_000, 0),
		local(4_600_000_000, 1), local(last, 999_999_999),
		date(temporal.MinDays), date(-1), date(0), date(math.MaxInt32), date(math.MaxInt32 + 1), date(temporal.MaxDays),
		clock(0, temporal.MaxOffset), clock(noon+60*temporal.NanosPerSecond, 60), clock(noon+61*temporal.NanosPerSecond, 61),
		clock(temporal.NanosPerDay-1, -temporal.MaxOffset),
		value.LocalTime(temporal.LocalTime{}), value.LocalTime(temporal.LocalTime{Nanos: temporal.NanosPerDay - 1}),
		span(math.MinInt64, math.MinInt64, math.MinInt64, 0), span(0, 0, math.MinInt64, 0), span(0, 0, -1, 999_999_999), span(-1, 30, 37_746, 0),
		span(0, 0, 0, 0), span(0, 0, 0, 1), span(0, 1, 0, 0), span(0, 0, math.MaxInt64, 0),
		span(math.MaxInt64, math.MaxInt64, math.MaxInt64, 999_999_999),
		place(value.WGS84, -180, -90, 0), place(value.WGS84, 180, 90, 0), place(value.WGS84Height, 1, 2, -3),
		place(value.Cartesian, math.NaN(), 0, 0), place(value.Cartesian, math.Inf(-1), 0, 0), place(value.Cartesian, 0, -1, 0),
		place(value.Cartesian, math.Copysign(0, -1), 0, 0), place(value.Cartesian, math.Inf(1), math.NaN(), 0),
		place(value.Cartesian3D, 1, 2, math.Inf(-1)), place(value.Cartesian3D, 1, 2, 3),
		value.Enum(0, 0), value.Enum(0, 1), value.Enum(0, math.MaxUint32), value.Enum(1, 0), value.Enum(math.MaxUint32, math.MaxUint32),
	}
}

// days draws days, most of them of our time, and never the very first and last, which a
// zone may put into another year.
func days() *rapid.Generator[int64] {
	return rapid.OneOf(rapid.Int64Range(-20_000, 40_000), rapid.Int64Range(temporal.MinDays+1, temporal.MaxDays-1))
}

// instant draws local seconds and nanoseconds.
func instant(t *rapid.T) (seconds int64, nanos int32) {
	day, second := days().Draw(t, "day"), rapid.Int64Range(0, temporal.SecondsPerDay-1).Draw(t, "second")
	return day*temporal.SecondsPerDay + second, fractions().Draw(t, "nanoseconds")
}

func fractions() *rapid.Generator[int32] {
	return rapid.OneOf(rapid.Just(int32(0)), rapid.Int32Range(0, temporal.NanosPerSecond-1))
}

func offsets() *rapid.Generator[int32] {
	return rapid.OneOf(
		rapid.Map(rapid.Int32Range(-72, 72), func(n int32) int32 { return 900 * n }),
		rapid.Int32Range(-temporal.MaxOffset, temporal.MaxOffset),
	)
}

func zones() *rapid.Generator[*temporal.Zone] {
	return rapid.Custom(func(t *rapid.T) *temporal.Zone {
		name := rapid.SampledFrom([]string{"", "", "Europe/Stockholm", "Nowhere/Here"}).Draw(t, "name")
		z, _ := temporal.StoredZone([]byte(name), offsets().Draw(t, "offset"))
		return z
	})
}

func duration(t *rapid.T) value.Value {
	part := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(-100, 100), rapid.Int64())
	return value.Duration(temporal.Duration{
		Months: part.Draw(t, "months"), Days: part.Draw(t, "days"),
		Seconds: part.Draw(t, "seconds"), Nanos: fractions().Draw(t, "nanoseconds"),
	})
}

func point(t *rapid.T) value.Value {
	part := rapid.OneOf(
		rapid.Float64Range(-90, 90), rapid.Float64(),
		rapid.SampledFrom([]float64{0, 1, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1)}),
	)
	p := value.PointValue{SRID: rapid.SampledFrom([]uint32{
		value.WGS84, value.WGS84Height, value.Cartesian, value.Cartesian3D,
	}).Draw(t, "system")}
	p.X, p.Y = part.Draw(t, "x"), part.Draw(t, "y")
	if p.ThreeD() {
		p.Z = part.Draw(t, "z")
	}
	return value.Point(p)
}
