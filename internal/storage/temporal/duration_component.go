package temporal

import "strings"

// DurationComponent is what can be asked of a duration.
type DurationComponent uint8

// The components, by the names they have in Cypher: "years", …, "nanosecondsOfSecond". Each
// of the three groups (months; days; seconds) is seen by itself: a year of 365 days has no
// years.
const (
	YearsIn DurationComponent = iota
	QuartersIn
	MonthsIn
	WeeksIn
	DaysIn
	HoursIn
	MinutesIn
	SecondsIn
	MillisecondsIn
	MicrosecondsIn
	NanosecondsIn
	QuartersOfYear
	MonthsOfQuarter
	MonthsOfYear
	DaysOfWeek
	MinutesOfHour
	SecondsOfMinute
	MillisecondsOfSecond
	MicrosecondsOfSecond
	NanosecondsOfSecond
	durationComponents
)

// DurationComponentNamed returns the component of a name, of which letters may be of either case.
func DurationComponentNamed(name string) (DurationComponent, bool) {
	for c := range durationComponents {
		if strings.EqualFold(c.String(), name) {
			return c, true
		}
	}
	return 0, false
}

// String returns the name of the component.
func (c DurationComponent) String() string {
	return [...]string{
		"years", "quarters", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds",
		"microseconds", "nanoseconds", "quartersOfYear", "monthsOfQuarter", "monthsOfYear", "daysOfWeek",
		"minutesOfHour", "secondsOfMinute", "millisecondsOfSecond", "microsecondsOfSecond", "nanosecondsOfSecond",
	}[c]
}

// Number returns a component. It fails if that does not fit into 64 bits, which nanoseconds
// do for 292 years.
func (d Duration) Number(c DurationComponent) (int64, error) {
	switch c {
	case MillisecondsIn:
		return d.in(1_000)
	case MicrosecondsIn:
		return d.in(1_000_000)
	case NanosecondsIn:
		return d.in(NanosPerSecond)
	default:
		return d.number(c), nil
	}
}

// in returns the seconds in units of which a second has so many.
func (d Duration) in(perSecond int64) (int64, error) {
	seconds, nanos := d.signed()
	n, ok := multiply(seconds, perSecond)
	n, ok2 := sum(n, nanos/(NanosPerSecond/perSecond))
	if !ok || !ok2 {
		return 0, errComponentRange
	}
	return n, nil
}

func (d Duration) number(c DurationComponent) int64 {
	switch c {
	case YearsIn:
		return d.Months / monthsPerYear
	case QuartersIn:
		return d.Months / 3
	case QuartersOfYear:
		return d.Months / 3 % 4
	case MonthsOfQuarter:
		return d.Months % 3
	case MonthsOfYear:
		return d.Months % monthsPerYear
	case WeeksIn:
		return d.Days / daysPerWeek
	case DaysIn:
		return d.Days
	case DaysOfWeek:
		return d.Days % daysPerWeek
	case HoursIn:
		return d.Seconds / secondsPerHour
	case MinutesIn:
		return d.Seconds / secondsPerMinute
	case MinutesOfHour:
		return d.Seconds / secondsPerMinute % 60
	case SecondsIn:
		return d.Seconds
	case SecondsOfMinute:
		return d.Seconds % secondsPerMinute
	case MillisecondsOfSecond:
		return int64(d.Nanos / nanosPerMilli)
	case MicrosecondsOfSecond:
		return int64(d.Nanos / nanosPerMicro)
	case NanosecondsOfSecond:
		return int64(d.Nanos)
	default: // the units of a second are in Number
		return d.Months
	}
}
