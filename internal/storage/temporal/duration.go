package temporal

import "math"

// DurationUnit is a unit in which a part of a duration can be given.
type DurationUnit uint8

// The units of durations, by the names they have in Cypher: "years", …, "nanoseconds".
const (
	Years DurationUnit = iota
	Quarters
	Months
	Weeks
	Days
	Hours
	Minutes
	Seconds
	Milliseconds
	Microseconds
	Nanoseconds
	durationUnits
)

// String returns the name of the unit.
func (u DurationUnit) String() string {
	return [...]string{
		"years", "quarters", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds",
		"microseconds", "nanoseconds",
	}[u]
}

// DurationParts are the amounts of each unit of which a duration is made.
type DurationParts [durationUnits]Amount

// Duration adds the parts up. A fraction of months goes into days and seconds at the mean
// length of a month, a fraction of days into seconds; what is less than a nanosecond is
// dropped. Nothing goes the other way: 25 hours stay 25 hours.
func (p *DurationParts) Duration() (Duration, error) {
	var months, days, seconds total
	months.add(p[Years], monthsPerYear)
	months.add(p[Quarters], 3)
	months.add(p[Months], 1)
	months.settle()
	days.add(p[Weeks], daysPerWeek)
	days.add(p[Days], 1)

	var rest total // of days, in seconds
	rest.add(Amount{Part: months.Part}, SecondsPerMonth)
	rest.add(Amount{Part: days.Part}, SecondsPerDay)
	days.Part = 0
	rest.settle()
	days.addWhole(rest.Whole/SecondsPerDay, 1)
	rest.Whole %= SecondsPerDay
	switch { // the rest gets the sign of the days
	case days.Whole > 0 && (rest.Whole < 0 || rest.Part < 0):
		days.Whole--
		rest.Whole += SecondsPerDay
	case days.Whole < 0 && (rest.Whole > 0 || rest.Part > 0):
		days.Whole++
		rest.Whole -= SecondsPerDay
	}

	seconds.add(rest.Amount, 1)
	seconds.add(p[Hours], secondsPerHour)
	seconds.add(p[Minutes], secondsPerMinute)
	seconds.add(p[Seconds], 1)
	for i, perSecond := range [...]int64{1_000, 1_000_000, 1_000_000_000} {
		a := p[Milliseconds+DurationUnit(i)]
		if a == (Amount{}) {
			continue
		}
		seconds.addWhole(a.Whole/perSecond, 1)
		seconds.addPart(a.Whole % perSecond * (amountUnit / perSecond))
		seconds.addPart(a.Part / perSecond)
	}
	seconds.settle()
	if months.overflow || days.overflow || seconds.overflow {
		return Duration{}, errDurationRange
	}
	return newDuration(months.Whole, days.Whole, seconds.Whole, seconds.Part/NanosPerSecond)
}

// newDuration returns the duration of parts of which the nanoseconds are less than a second
// and may be negative.
func newDuration(months, days, seconds, nanos int64) (Duration, error) {
	if nanos < 0 {
		if seconds == math.MinInt64 {
			return Duration{}, errDurationRange
		}
		seconds--
		nanos += NanosPerSecond
	}
	return Duration{Months: months, Days: days, Seconds: seconds, Nanos: int32(nanos)}, nil
}

// Add returns the sum of two durations, part by part.
func (d Duration) Add(o Duration) (Duration, error) {
	months, ok := sum(d.Months, o.Months)
	days, ok2 := sum(d.Days, o.Days)
	seconds, ok3 := sum(d.Seconds, o.Seconds)
	nanos := d.Nanos + o.Nanos
	if nanos >= NanosPerSecond {
		var ok4 bool
		seconds, ok4 = sum(seconds, 1)
		nanos -= NanosPerSecond
		ok3 = ok3 == ok4 // a sum just below the least number comes back
	}
	if !ok || !ok2 || !ok3 {
		return Duration{}, errDurationRange
	}
	return Duration{Months: months, Days: days, Seconds: seconds, Nanos: nanos}, nil
}

// Sub returns the difference of two durations, part by part.
func (d Duration) Sub(o Duration) (Duration, error) {
	o, err := o.Neg()
	if err != nil {
		return Duration{}, err
	}
	return d.Add(o)
}

// Neg returns the duration of the same length backwards.
func (d Duration) Neg() (Duration, error) {
	if d.Months == math.MinInt64 || d.Days == math.MinInt64 || d.Seconds == math.MinInt64 {
		return Duration{}, errDurationRange
	}
	return newDuration(-d.Months, -d.Days, -d.Seconds, -int64(d.Nanos))
}

// signed returns seconds and nanoseconds, of which neither has the sign opposite to the
// other's.
func (d Duration) signed() (seconds, nanos int64) {
	if d.Seconds < 0 && d.Nanos > 0 {
		return d.Seconds + 1, int64(d.Nanos) - NanosPerSecond
	}
	return d.Seconds, int64(d.Nanos)
}
