package temporal

import (
	"cmp"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// TestCompareDurations compares with numbers that have no limit.
func TestCompareDurations(t *testing.T) {
	length := func(d Duration) *big.Int {
		n := new(big.Int).Mul(big.NewInt(d.Months), big.NewInt(SecondsPerMonth))
		n.Add(n, new(big.Int).Mul(big.NewInt(d.Days), big.NewInt(SecondsPerDay)))
		return n.Add(n, big.NewInt(d.Seconds))
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := durations().Draw(t, "a"), durations().Draw(t, "b")
		if rapid.Bool().Draw(t, "near") {
			b = a
			b.Days += rapid.Int64Range(-2, 2).Draw(t, "days")
			b.Seconds -= rapid.Int64Range(-2, 2).Draw(t, "seconds") * SecondsPerDay
		}
		want := cmp.Or(length(a).Cmp(length(b)), cmp.Compare(a.Nanos, b.Nanos))
		got := a.Compare(b)
		if want != 0 && got != want || (got == 0) != (a == b) || got != -b.Compare(a) {
			t.Fatalf("%s and %s compare as %d, want %d", a, b, got, want)
		}
		n := length(a)
		if mean := a.MeanSeconds(); n.IsInt64() && mean != n.Int64() ||
			!n.IsInt64() && mean != map[int]int64{1: math.MaxInt64, -1: math.MinInt64}[n.Sign()] {
			t.Fatalf("%s has a mean length of %d seconds, not %s", a, mean, n)
		}
	})
}

func TestCompareInstants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := dateTimes().Draw(t, "a"), dateTimes().Draw(t, "b")
		if rapid.Bool().Draw(t, "same instant") {
			b.Seconds, b.Nanos = a.Seconds, a.Nanos
		}
		got := a.Compare(b)
		if want := cmp.Or(cmp.Compare(a.Seconds, b.Seconds), cmp.Compare(a.Nanos, b.Nanos)); want != 0 && got != want ||
			got != -b.Compare(a) || (got == 0) != (a == b) {
			t.Fatalf("%s and %s compare as %d", a, b, got)
		}
		x, y := a.Local(), b.Local()
		if got, want := x.Compare(y), cmp.Or(x.Date().Compare(y.Date()), x.Time().Compare(y.Time())); got != want {
			t.Fatalf("%s and %s compare as %d", x, y, got)
		}
		p, q := Time{Nanos: x.Time().Nanos, Offset: a.Offset()}, Time{Nanos: y.Time().Nanos, Offset: b.Offset()}
		if got := p.Compare(q); got != -q.Compare(p) || (got == 0) != (p == q) {
			t.Fatalf("%s and %s compare as %d", p, q, got)
		}
		if p.Compare(p.In(q.Offset)) == 0 && p.Offset != q.Offset {
			t.Fatalf("%s is the same as %s", p, p.In(q.Offset))
		}
		if !a.Valid() || !x.Valid() || !p.Valid() || !p.Local().Valid() || !x.Date().Valid() {
			t.Fatalf("%s is not valid", a)
		}
	})
}

func TestValid(t *testing.T) {
	for name, valid := range map[string]bool{
		"date":          Date{MaxDays + 1}.Valid(),
		"local time":    LocalTime{NanosPerDay}.Valid(),
		"time":          Time{Offset: MaxOffset + 1}.Valid(),
		"nanoseconds":   LocalDateTime{Nanos: NanosPerSecond}.Valid(),
		"localdatetime": LocalDateTime{Seconds: MinDays*SecondsPerDay - 1}.Valid(),
		"datetime":      DateTime{Seconds: (MaxDays + 1) * SecondsPerDay}.Valid(),
		"far away":      DateTime{Seconds: math.MinInt64}.Valid(),
		"duration":      Duration{Nanos: -1}.Valid(),
	} {
		if valid {
			t.Errorf("%s: valid", name)
		}
	}
}

func TestEpoch(t *testing.T) {
	for want, f := range map[string]func() (DateTime, error){
		"1970-01-05T19:46:19.999999999Z": func() (DateTime, error) { return FromEpoch(416779, 999999999) },
		"1969-12-31T23:59:58.5Z":         func() (DateTime, error) { return FromEpoch(0, -1_500_000_000) },
		"1977-07-15T13:34:33.987Z":       func() (DateTime, error) { return FromEpochMillis(237821673987) },
		"1969-12-31T23:59:59.999Z":       func() (DateTime, error) { return FromEpochMillis(-1) },
		outside:                          func() (DateTime, error) { return FromEpoch(math.MaxInt64, 1_000_000_000) },
	} {
		if x, err := f(); said(x, err) != want {
			t.Errorf("%s, want %s", said(x, err), want)
		}
	}
}
