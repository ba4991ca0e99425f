package temporal

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func localTimes() *rapid.Generator[LocalTime] {
	return rapid.Custom(func(t *rapid.T) LocalTime {
		unit := rapid.SampledFrom([]int64{nanosPerHour, nanosPerMinute, NanosPerSecond, nanosPerMilli, 1}).Draw(t, "unit")
		return LocalTime{rapid.Int64Range(0, NanosPerDay/unit-1).Draw(t, "n") * unit}
	})
}

func zonesDrawn() *rapid.Generator[*Zone] {
	return rapid.Custom(func(t *rapid.T) *Zone {
		if rapid.Bool().Draw(t, "fixed") {
			return FixedZone(rapid.Int32Range(-MaxOffset, MaxOffset).Draw(t, "offset"))
		}
		z, _ := namedZone(rapid.SampledFrom(ZoneNames()).Draw(t, "zone"))
		return z
	})
}

func localDateTimes() *rapid.Generator[LocalDateTime] {
	return rapid.Custom(func(t *rapid.T) LocalDateTime {
		return NewLocalDateTime(dates().Draw(t, "date"), localTimes().Draw(t, "time"))
	})
}

// dateTimes stays days away from the limits, so that every instant can be seen from every
// zone.
func dateTimes() *rapid.Generator[DateTime] {
	return rapid.Custom(func(t *rapid.T) DateTime {
		local, zone := localDateTimes().Draw(t, "local"), zonesDrawn().Draw(t, "zone")
		local.Seconds = max(min(local.Seconds, (MaxDays-2)*SecondsPerDay), (MinDays+3)*SecondsPerDay)
		x, err := NewDateTime(local, zone)
		if err != nil {
			t.Fatal(err)
		}
		return x
	})
}

func durations() *rapid.Generator[Duration] {
	return rapid.Custom(func(t *rapid.T) Duration {
		part := rapid.OneOf(rapid.Int64Range(-100_000, 100_000), rapid.Int64Range(math.MinInt64+1, math.MaxInt64), rapid.Just(int64(0)))
		return Duration{
			Months: part.Draw(t, "months"), Days: part.Draw(t, "days"), Seconds: part.Draw(t, "seconds"),
			Nanos: rapid.OneOf(rapid.Int32Range(0, NanosPerSecond-1), rapid.Just(int32(0))).Draw(t, "nanos"),
		}
	})
}

// TestRoundTrip reads what it writes.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := dates().Draw(t, "date")
		if again, err := ParseDate(d.String()); again != d || err != nil {
			t.Fatalf("%s: %s, %v", d, again, err)
		}
		local := localTimes().Draw(t, "local time")
		if again, err := ParseLocalTime(local.String()); again != local || err != nil {
			t.Fatalf("%s: %s, %v", local, again, err)
		}
		clock := Time{Nanos: local.Nanos, Offset: rapid.Int32Range(-MaxOffset, MaxOffset).Draw(t, "offset")}
		if again, err := ParseTime(clock.String(), 77); again != clock || err != nil {
			t.Fatalf("%s: %s, %v", clock, again, err)
		}
		both := localDateTimes().Draw(t, "local datetime")
		if again, err := ParseLocalDateTime(both.String()); again != both || err != nil {
			t.Fatalf("%s: %s, %v", both, again, err)
		}
		at := dateTimes().Draw(t, "datetime")
		if again, err := ParseDateTime(at.String(), FixedZone(77)); again != at || err != nil {
			t.Fatalf("%s: %s, %v", at, again, err)
		}
		length := durations().Draw(t, "duration")
		if again, err := ParseDuration(length.String()); again != length || err != nil {
			t.Fatalf("%s: %s, %v", length, again, err)
		}
	})
}

// TestBetweenAdds adds what lies between two instants to the first.
func TestBetweenAdds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, to := dateTimes().Draw(t, "from"), dateTimes().Draw(t, "to")
		if rapid.Bool().Draw(t, "near") {
			to.Seconds = max(min(from.Seconds+rapid.Int64Range(-1e8, 1e8).Draw(t, "away"), (MaxDays-2)*SecondsPerDay), (MinDays+3)*SecondsPerDay)
		}
		d, err := Between(from.Parts(), to.Parts())
		if err != nil {
			t.Fatal(err)
		}
		sum, err := from.Add(d)
		if err != nil || sum.Seconds != to.Seconds || sum.Nanos != to.Nanos {
			t.Fatalf("%s and %s are %s, which is %v away from %s", from, d, sum, err, to)
		}
		if s := InSeconds(from.Parts(), to.Parts()); s.Months != 0 || s.Days != 0 || s.Seconds != to.Seconds-from.Seconds-borrowed(from, to) {
			t.Fatalf("%s is not the time between %s and %s", s, from, to)
		}
		if m := InMonths(from.Parts(), to.Parts()); m.Months != d.Months {
			t.Fatalf("%s is not the months of %s", m, d)
		}
		local, end := from.Local(), to.Local()
		if d, err = Between(local.Parts(), end.Parts()); err != nil {
			t.Fatal(err)
		}
		if sum, err := local.Add(d); sum != end || err != nil {
			t.Fatalf("%s and %s are %s, not %s (%v)", local, d, sum, end, err)
		}
		if (d.Months < 0 || d.Days < 0 || d.Seconds < 0) && (d.Months > 0 || d.Days > 0 || d.Seconds > 0) {
			t.Fatalf("%s between %s and %s goes back and forth", d, local, end)
		}
	})
}

// borrowed is the second that the nanoseconds take, if those of the second are fewer.
func borrowed(from, to DateTime) int64 {
	if to.Nanos < from.Nanos {
		return 1
	}
	return 0
}

// TestDurationModel compares arithmetic with that of integers, where the length fits into one in
// nanoseconds.
func TestDurationModel(t *testing.T) {
	drawn := rapid.Int64Range(-1<<60, 1<<60)
	rapid.Check(t, func(t *rapid.T) {
		of := func(n int64) Duration {
			d, err := (&DurationParts{Nanoseconds: WholeAmount(n)}).Duration()
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		a, b := drawn.Draw(t, "a"), drawn.Draw(t, "b")
		if sum, err := of(a).Add(of(b)); err != nil || sum != of(a+b) {
			t.Fatalf("%d + %d is %s, %v", a, b, sum, err)
		}
		if difference, err := of(a).Sub(of(b)); err != nil || difference != of(a-b) {
			t.Fatalf("%d - %d is %s, %v", a, b, difference, err)
		}
		n := rapid.Int64Range(1, 1000).Draw(t, "n") * rapid.SampledFrom([]int64{1, -1}).Draw(t, "sign")
		if quotient, err := of(a).Divide(n); err != nil || quotient != of(a/n) {
			t.Fatalf("%d / %d is %s, %v", a, n, quotient, err)
		}
		product, err := of(a / 1000).Multiply(n)
		if err != nil || product != of(a/1000*n) {
			t.Fatalf("%d * %d is %s, %v", a/1000, n, product, err)
		}
		if same, err := of(a / 1000).MultiplyFloat(float64(n)); err != nil || same != product {
			t.Fatalf("%d * %d is %s as a float, %v", a/1000, n, same, err)
		}
		nanos := of(a)
		if got, err := nanos.Number(NanosecondsIn); err != nil || got != a {
			t.Fatalf("%s has %d nanoseconds, %v", nanos, got, err)
		}
	})
}

// TestScaleModel multiplies and divides by the same number.
func TestScaleModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, n := durations().Draw(t, "duration"), rapid.Int64().Draw(t, "n")
		product, err := d.Multiply(n)
		if err != nil || n == 0 {
			return
		}
		if back, err := product.Divide(n); err != nil || back != d {
			t.Fatalf("%s * %d is %s, of which the part is %s, %v", d, n, product, back, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"2015-07-21", "2015W302", "2015-Q2-60", "21:40:32.142+0100", "2015-07-21T21:40:32.142+02:00[Europe/Stockholm]",
		"P12Y5M14DT16H12M70S", "P2012-02-02T14:37:21.545", "-PT-0.75M", "+999999999-366", "+02:05:59", "Z",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for kind, parse := range parsers {
			out, err := parse(text)
			if err != nil {
				continue
			}
			if again, err := parse(out); again != out || err != nil {
				t.Errorf("%s %q is %s, which is %s, %v", kind, text, out, again, err)
			}
		}
		if z, err := LookupZone(text); err == nil {
			if again, err := LookupZone(z.String()); again != z || err != nil {
				t.Errorf("zone %q is %s, which is %s, %v", text, z, again, err)
			}
		}
	})
}

func FuzzParseDuration(f *testing.F) {
	for _, text := range []string{"P12Y5M14DT16H12M70S", "P2012-02-02T14:37:21.545", "-PT-0.75M", "P1.5Y-1.5M", "PT0,000000001S"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDuration(text)
		if err != nil {
			return
		}
		if again, err := ParseDuration(d.String()); again != d || err != nil {
			t.Errorf("%q is %s, which is %s, %v", text, d, again, err)
		}
	})
}
