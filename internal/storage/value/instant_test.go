package value

import (
	"math"
	"reflect"
	"testing"

	"memgraphd/internal/storage/temporal"
)

func TestInstantsOrder(t *testing.T) {
	duration := func(months, days, seconds int64, nanos int32) Value {
		return Duration(temporal.Duration{Months: months, Days: days, Seconds: seconds, Nanos: nanos})
	}
	at := func(seconds int64, offset int32) Value {
		return DateTime(temporal.DateTime{Seconds: seconds, Zone: temporal.FixedZone(offset)})
	}
	ascending := []Value{
		at(-5, 0), at(10, -3600), at(10, 0), at(10, 3600), at(11, -7200),
		LocalDateTime(temporal.LocalDateTime{Seconds: -1, Nanos: 5}), LocalDateTime(temporal.LocalDateTime{Nanos: 1}),
		Date(temporal.Date{Days: -1}), Date(temporal.Date{Days: 3}),
		Time(temporal.Time{Nanos: 10, Offset: 60}), Time(temporal.Time{Nanos: 9, Offset: 0}), Time(temporal.Time{Nanos: 5, Offset: -60}),
		LocalTime(temporal.LocalTime{Nanos: 1}), LocalTime(temporal.LocalTime{Nanos: 2}),
		duration(math.MinInt64, 0, 0, 0), duration(-1, 0, 0, 0), duration(0, 0, 0, 0), duration(0, 30, 0, 0),
		duration(0, 0, 2629746, 0), duration(1, 0, 0, 0), duration(1, 0, 0, 1), duration(0, 31, 0, 0), duration(math.MaxInt64, 0, 0, 0),
		Point(PointValue{SRID: WGS84, X: 1}), Point(PointValue{SRID: WGS84, X: 1, Y: 2}), Point(PointValue{SRID: Cartesian}),
		String(""),
	}
	for i, a := range ascending {
		for j, b := range ascending {
			if got := Order(a, b); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("Order(%d, %d) = %d", i, j, got)
			}
			if (Hash(a) == Hash(b)) != (i == j) {
				t.Errorf("hashes of %d and %d", i, j)
			}
		}
	}
}

func TestInstantsCompare(t *testing.T) {
	if c, _, ok := Compare(Date(temporal.Date{Days: 1}), Date(temporal.Date{Days: 2})); c >= 0 || !ok {
		t.Error("dates have an order")
	}
	d := Duration(temporal.Duration{Days: 1})
	if _, _, ok := Compare(d, d); ok {
		t.Error("durations have none")
	}
	if Equal(d, Duration(temporal.Duration{Days: 1})) != Yes || Equal(d, Duration(temporal.Duration{Seconds: 86400})) != No {
		t.Error("durations are equal part by part")
	}
	zero := Point(PointValue{SRID: Cartesian, X: math.Copysign(0, -1)})
	if same := Point(PointValue{SRID: Cartesian}); !Same(zero, same) || Hash(zero) != Hash(same) {
		t.Error("0 and -0 are the same coordinate")
	}
}

// TestShape holds a Value to what the compiler keeps in registers: four fields, three words.
func TestShape(t *testing.T) {
	if fields, size := reflect.TypeFor[Value]().NumField(), reflect.TypeFor[Value]().Size(); fields > 4 || size > 24 {
		t.Errorf("%d fields in %d bytes", fields, size)
	}
	instant := LocalDateTime(temporal.LocalDateTime{Nanos: 999_999_999})
	for v, want := range map[*Value]int{
		{}: 0, &instant: 0, new(List(nil)): 1, new(List([]Value{instant})): 1,
		new(Map([]Entry{{Key: "k", Value: List([]Value{instant, Null})}})): 2,
	} {
		if v.Depth() != want {
			t.Errorf("a %s of depth %d, want %d", v.Kind(), v.Depth(), want)
		}
	}
}
