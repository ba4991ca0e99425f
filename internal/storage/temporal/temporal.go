// Package temporal is the calendar of Cypher: dates, times of day, instants and durations in
// the proleptic Gregorian calendar, with nanoseconds, from year -999,999,999 to 999,999,999.
//
// Package time of the standard library cannot stand in for it: its durations end after 292
// years and its text forms are others. The types here are plain values that may be compared
// with == (a Zone is interned), and hold no Cypher values.
package temporal

import (
	"cmp"
	"math/bits"
)

// Units in nanoseconds, seconds and days.
const (
	NanosPerSecond = 1_000_000_000
	SecondsPerDay  = 86_400
	NanosPerDay    = SecondsPerDay * NanosPerSecond
	// SecondsPerMonth is the mean length of a month: 30.436875 days.
	SecondsPerMonth = 2_629_746
)

// The years that can be represented.
const (
	MinYear = -999_999_999
	MaxYear = 999_999_999
)

// Date is a day.
type Date struct {
	Days int64 // since 1970-01-01
}

// LocalTime is a time of day without an offset.
type LocalTime struct {
	Nanos int64 // since midnight, 0 … NanosPerDay-1
}

// Time is a time of day with an offset.
type Time struct {
	Nanos  int64 // since the local midnight, 0 … NanosPerDay-1
	Offset int32 // seconds east of UTC, within ±18 hours
}

// LocalDateTime is a day and a time of day without a zone.
type LocalDateTime struct {
	Seconds int64 // since 1970-01-01T00:00:00
	Nanos   int32 // 0 … 999,999,999
}

// DateTime is an instant seen from a zone.
type DateTime struct {
	Seconds int64 // since 1970-01-01T00:00:00Z
	Nanos   int32 // 0 … 999,999,999
	Zone    *Zone // nil means UTC
}

// Duration is an amount of time in four parts, of which none is carried into another,
// since months and days have no fixed length.
type Duration struct {
	Months, Days, Seconds int64
	Nanos                 int32 // 0 … 999,999,999, added to Seconds
}

// Compare orders two dates.
func (d Date) Compare(o Date) int { return cmp.Compare(d.Days, o.Days) }

// Compare orders two local times.
func (t LocalTime) Compare(o LocalTime) int { return cmp.Compare(t.Nanos, o.Nanos) }

// Compare orders two times by the instant on one day, then by the offset.
func (t Time) Compare(o Time) int {
	if c := cmp.Compare(t.utc(), o.utc()); c != 0 {
		return c
	}
	return cmp.Compare(t.Offset, o.Offset)
}

// utc is the time of day at UTC in nanoseconds; it may lie outside one day.
func (t Time) utc() int64 { return t.Nanos - int64(t.Offset)*NanosPerSecond }

// Compare orders two local instants.
func (t LocalDateTime) Compare(o LocalDateTime) int {
	if c := cmp.Compare(t.Seconds, o.Seconds); c != 0 {
		return c
	}
	return cmp.Compare(t.Nanos, o.Nanos)
}

// Compare orders by the instant, then by the offset, then by the name of the zone.
func (t DateTime) Compare(o DateTime) int {
	if c := cmp.Compare(t.Seconds, o.Seconds); c != 0 {
		return c
	}
	if c := cmp.Compare(t.Nanos, o.Nanos); c != 0 {
		return c
	}
	if t.Zone == o.Zone {
		return 0
	}
	if c := cmp.Compare(t.Zone.OffsetAt(t.Seconds), o.Zone.OffsetAt(o.Seconds)); c != 0 {
		return c
	}
	return cmp.Compare(t.Zone.Name(), o.Zone.Name())
}

// Compare orders by length, with months and days of their mean length; durations of the
// same length are ordered by their parts, so that 0 means that all parts are equal.
func (d Duration) Compare(o Duration) int {
	hi, lo := d.length()
	ohi, olo := o.length()
	return cmp.Or(
		cmp.Compare(hi, ohi), cmp.Compare(lo, olo), cmp.Compare(d.Nanos, o.Nanos),
		cmp.Compare(d.Months, o.Months), cmp.Compare(d.Days, o.Days),
	)
}

// length is the whole in seconds as a number of 128 bits in two's complement.
func (d Duration) length() (hi int64, lo uint64) {
	hi, lo = product(d.Months, SecondsPerMonth)
	h, l := product(d.Days, SecondsPerDay)
	lo, carry := bits.Add64(lo, l, 0)
	hi += h + int64(carry)
	lo, carry = bits.Add64(lo, uint64(d.Seconds), 0)
	return hi + d.Seconds>>63 + int64(carry), lo
}

// product multiplies a by a positive b.
func product(a, b int64) (hi int64, lo uint64) {
	h, l := bits.Mul64(uint64(a), uint64(b))
	if a < 0 {
		h -= uint64(b)
	}
	return int64(h), l
}
