package temporal

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

// durationPart is one of the four parts of a duration.
type durationPart uint8

const (
	monthsPart durationPart = iota
	daysPart
	secondsPart
	nanosPart
	secondsAndNanos // in units of which a second has several
)

// durationRule says how a component is read off: a part in units of so many, without the
// larger units of so many of these.
type durationRule struct {
	name         string
	part         durationPart
	unit, larger int64
}

func (c DurationComponent) rule() durationRule {
	return [...]durationRule{
		YearsIn:              {"years", monthsPart, monthsPerYear, 0},
		QuartersIn:           {"quarters", monthsPart, 3, 0},
		MonthsIn:             {"months", monthsPart, 1, 0},
		WeeksIn:              {"weeks", daysPart, daysPerWeek, 0},
		DaysIn:               {"days", daysPart, 1, 0},
		HoursIn:              {"hours", secondsPart, secondsPerHour, 0},
		MinutesIn:            {"minutes", secondsPart, secondsPerMinute, 0},
		SecondsIn:            {"seconds", secondsPart, 1, 0},
		MillisecondsIn:       {"milliseconds", secondsAndNanos, nanosPerMilli, 0},
		MicrosecondsIn:       {"microseconds", secondsAndNanos, nanosPerMicro, 0},
		NanosecondsIn:        {"nanoseconds", secondsAndNanos, 1, 0},
		QuartersOfYear:       {"quartersOfYear", monthsPart, 3, 4},
		MonthsOfQuarter:      {"monthsOfQuarter", monthsPart, 1, 3},
		MonthsOfYear:         {"monthsOfYear", monthsPart, 1, monthsPerYear},
		DaysOfWeek:           {"daysOfWeek", daysPart, 1, daysPerWeek},
		MinutesOfHour:        {"minutesOfHour", secondsPart, secondsPerMinute, 60},
		SecondsOfMinute:      {"secondsOfMinute", secondsPart, 1, 60},
		MillisecondsOfSecond: {"millisecondsOfSecond", nanosPart, nanosPerMilli, 0},
		MicrosecondsOfSecond: {"microsecondsOfSecond", nanosPart, nanosPerMicro, 0},
		NanosecondsOfSecond:  {"nanosecondsOfSecond", nanosPart, 1, 0},
	}[c]
}

// String returns the name of the component.
func (c DurationComponent) String() string { return c.rule().name }

// Number returns a component. It fails if that does not fit into 64 bits, which nanoseconds
// do for 292 years.
func (d Duration) Number(c DurationComponent) (int64, error) {
	r := c.rule()
	if r.part == secondsAndNanos {
		return d.in(r.unit)
	}
	n := [...]int64{d.Months, d.Days, d.Seconds, int64(d.Nanos)}[r.part] / r.unit
	if r.larger > 0 {
		n %= r.larger
	}
	return n, nil
}

// in returns seconds and nanoseconds in a unit of so many nanoseconds.
func (d Duration) in(unit int64) (int64, error) {
	seconds, nanos := d.signed()
	n, ok := multiply(seconds, NanosPerSecond/unit)
	n, ok2 := sum(n, nanos/unit)
	if !ok || !ok2 {
		return 0, errComponentRange
	}
	return n, nil
}
