package packstream

import (
	"encoding/hex"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
	"memgraphd/internal/storage/value/valuetest"
)

func stockholm(tb testing.TB) *temporal.Zone {
	tb.Helper()
	z, err := temporal.LookupZone("Europe/Stockholm")
	if err != nil {
		tb.Fatal(err)
	}
	return z
}

// TestStructures holds the bytes of every structure.
func TestStructures(t *testing.T) {
	f := func(v value.Value, want string) {
		t.Helper()
		data := Append(nil, v)
		if got := strings.ToUpper(hex.EncodeToString(data)); got != want {
			t.Errorf("%s is %s, want %s", v.Kind(), got, want)
		}
		back, err := decode(data, generous)
		if err != nil || back.Kind() != v.Kind() || !value.Same(back, v) {
			t.Errorf("%s came back as %v: %v", want, back.Kind(), err)
		}
	}
	f(value.Date(temporal.Date{Days: -1}), "B144FF")
	f(value.Date(temporal.Date{Days: temporal.MinDays}), "B144CBFFFFFFAAF5CEC326")
	f(value.Time(temporal.Time{Nanos: temporal.NanosPerDay - 1, Offset: -64_800}), "B254CB00004E94914EFFFFCAFFFF02E0")
	f(value.LocalTime(temporal.LocalTime{Nanos: 1}), "B17401")
	f(value.LocalDateTime(temporal.LocalDateTime{Seconds: -1, Nanos: 999_999_999}), "B264FFCA3B9AC9FF")
	f(value.DateTime(temporal.DateTime{Seconds: 1, Nanos: 2}), "B349010200")
	f(value.DateTime(temporal.DateTime{Seconds: 1, Zone: temporal.FixedZone(3600)}), "B3490100C90E10")
	f(value.DateTime(temporal.DateTime{Zone: stockholm(t)}), "B3690000D010"+strings.ToUpper(hex.EncodeToString([]byte("Europe/Stockholm"))))
	f(value.Duration(temporal.Duration{Months: 14, Days: -3, Seconds: 1, Nanos: 2}), "B4450EFD0102")
	f(value.Point(value.PointValue{SRID: value.WGS84, X: 1, Y: -2}), "B358C910E6C13FF0000000000000C1C000000000000000")
	f(value.Point(value.PointValue{SRID: value.Cartesian3D, X: 1, Y: 1, Z: 1}),
		"B459C923C5C13FF0000000000000C13FF0000000000000C13FF0000000000000")
}

// TestOldDateTimes holds the forms of instants up to 4.4 without the patch.
func TestOldDateTimes(t *testing.T) {
	f := func(v temporal.DateTime, want string) {
		t.Helper()
		data := AppendDateTime(nil, v, LocalDateTimes)
		if got := strings.ToUpper(hex.EncodeToString(data)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		back, err := decode(data, generous)
		if err != nil || !value.Same(back, value.DateTime(v)) {
			t.Errorf("%s came back as %v: %v", want, back.Kind(), err)
		}
	}
	f(temporal.DateTime{Seconds: 1, Zone: temporal.FixedZone(3600)}, "B346C90E1100C90E10")
	f(temporal.DateTime{Seconds: 1}, "B346010000")
	f(temporal.DateTime{Zone: stockholm(t)}, "B366C90E1000D010"+strings.ToUpper(hex.EncodeToString([]byte("Europe/Stockholm"))))
}

// TestInstants sends every kind in every form, with its extremes.
func TestInstants(t *testing.T) {
	check := func(t rapid.TB, v value.Value) {
		t.Helper()
		if v.Kind() == value.KindEnum {
			return // a map stands for it
		}
		forms := [][]byte{Append(nil, value.List([]value.Value{v}))}
		refused := false
		switch {
		case v.Kind() == value.KindDateTime:
			forms = append(forms, AppendDateTime(AppendListHeader(nil, 1), v.AsDateTime(), LocalDateTimes))
			_, err := temporal.LookupZone(v.AsDateTime().Zone.Name())
			refused = !v.AsDateTime().Zone.Fixed() && err != nil
		case v.Kind() == value.KindPoint:
			refused = v.AsPoint().Check() != nil
		}
		for _, data := range forms {
			back, err := decode(data, generous)
			if refused {
				if err == nil {
					t.Fatalf("% X is accepted", data)
				}
				continue
			}
			if err != nil || !value.Same(back, value.List([]value.Value{v})) {
				t.Fatalf("% X: %v", data, err)
			}
			if _, err = decode(data[:len(data)-1], generous); err == nil {
				t.Fatalf("% X is accepted without its last byte", data)
			}
		}
	}
	for _, v := range valuetest.Samples() {
		check(t, v)
	}
	rapid.Check(t, func(t *rapid.T) { check(t, valuetest.Instants().Draw(t, "value")) })
}

// TestDurationsCarry holds the sum of seconds and nanoseconds.
func TestDurationsCarry(t *testing.T) {
	for _, c := range []struct {
		seconds, nanos, wantSeconds int64
		wantNanos                   int32
		ok                          bool
	}{
		{0, 0, 0, 0, true},
		{1, -1, 0, 999_999_999, true},
		{1, 2_000_000_001, 3, 1, true},
		{0, math.MinInt64, -9_223_372_037, 145_224_192, true},
		{math.MaxInt64, 999_999_999, math.MaxInt64, 999_999_999, true},
		{math.MaxInt64, 1_000_000_000, 0, 0, false},
		{math.MinInt64, -1, 0, 0, false},
		{math.MinInt64, 0, math.MinInt64, 0, true},
	} {
		data := AppendInt(AppendInt(AppendStructHeader(nil, 4, TagDuration), 0), 0)
		got, err := decode(AppendInt(AppendInt(data, c.seconds), c.nanos), generous)
		if (err == nil) != c.ok {
			t.Errorf("%d s %d ns: %v", c.seconds, c.nanos, err)
			continue
		}
		want := value.Duration(temporal.Duration{Seconds: c.wantSeconds, Nanos: c.wantNanos})
		if c.ok && !value.Same(got, want) {
			t.Errorf("%d s %d ns became %+v", c.seconds, c.nanos, got.AsDuration())
		}
	}
}
