package temporal

import "math"

// The first and the last day that can be represented, since 1970-01-01.
const (
	MinDays = -365_243_219_162 // of MinYear
	MaxDays = 365_241_780_471  // of MaxYear
)

// Valid reports whether the year of d can be represented.
func (d Date) Valid() bool { return d.Days >= MinDays && d.Days <= MaxDays }

// Valid reports whether t lies within a day.
func (t LocalTime) Valid() bool { return t.Nanos >= 0 && t.Nanos < NanosPerDay }

// Valid reports whether t lies within a day and its offset within ±MaxOffset.
func (t Time) Valid() bool {
	return t.Nanos >= 0 && t.Nanos < NanosPerDay && t.Offset >= -MaxOffset && t.Offset <= MaxOffset
}

// Valid reports whether the year of t can be represented and its nanoseconds are less than
// a second.
func (t LocalDateTime) Valid() bool {
	return t.Seconds >= MinDays*SecondsPerDay && t.Seconds < (MaxDays+1)*SecondsPerDay && validNanos(t.Nanos)
}

// Valid reports whether the year of t at its zone can be represented and its nanoseconds
// are less than a second.
func (t DateTime) Valid() bool {
	const least, most = MinDays*SecondsPerDay - MaxOffset, (MaxDays+1)*SecondsPerDay + MaxOffset
	if t.Seconds < least || t.Seconds >= most {
		return false
	}
	return LocalDateTime{Seconds: t.Seconds + int64(t.Zone.OffsetAt(t.Seconds)), Nanos: t.Nanos}.Valid()
}

// Valid reports whether the nanoseconds of d are less than a second.
func (d Duration) Valid() bool { return validNanos(d.Nanos) }

func validNanos(n int32) bool { return n >= 0 && n < NanosPerSecond }

// MeanSeconds returns the length of d in whole seconds, rounded down, with months and days
// of their mean length; what does not fit into 64 bits is cut to the smallest or largest
// number.
func (d Duration) MeanSeconds() int64 {
	hi, lo := d.length()
	switch {
	case hi < 0 && (hi != -1 || lo < 1<<63):
		return math.MinInt64
	case hi > 0 || hi == 0 && lo >= 1<<63:
		return math.MaxInt64
	}
	return int64(lo)
}
