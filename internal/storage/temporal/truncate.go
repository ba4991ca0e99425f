package temporal

import "strings"

// Unit is a unit of time to which dates and times are truncated.
type Unit uint8

// The units, from the largest to the smallest.
const (
	UnitMillennium Unit = iota
	UnitCentury
	UnitDecade
	UnitYear
	UnitWeekYear
	UnitQuarter
	UnitMonth
	UnitWeek
	UnitDay
	UnitHour
	UnitMinute
	UnitSecond
	UnitMillisecond
	UnitMicrosecond
	unitCount
)

var unitNames = [unitCount]string{
	"millennium", "century", "decade", "year", "weekYear", "quarter", "month", "week", "day",
	"hour", "minute", "second", "millisecond", "microsecond",
}

// String returns the name of the unit, as in Cypher.
func (u Unit) String() string { return unitNames[u] }

// UnitOf finds a unit by its name, without regard to case.
func UnitOf(name string) (Unit, bool) {
	for u, known := range unitNames {
		if strings.EqualFold(name, known) {
			return Unit(u), true
		}
	}
	return 0, false
}

// UnitNames returns the names of all units, from the largest to the smallest.
func UnitNames() []string { return unitNames[:] }

// Truncate returns the first day of the unit in which d lies; units smaller than a day leave
// it as it is.
func (d Date) Truncate(u Unit) (Date, error) {
	c := d.Civil()
	first := func(year int64) (Date, error) { return NewDate(year, 1, 1) }
	switch u {
	case UnitMillennium:
		return first(c.Year - floorMod(c.Year, 1000))
	case UnitCentury:
		return first(c.Year - floorMod(c.Year, 100))
	case UnitDecade:
		return first(c.Year - floorMod(c.Year, 10))
	case UnitYear:
		return first(c.Year)
	case UnitWeekYear:
		year, _ := d.Week()
		return NewWeekDate(year, 1, 1)
	case UnitQuarter:
		return NewDate(c.Year, int64((c.Month-1)/3*3+1), 1)
	case UnitMonth:
		return NewDate(c.Year, int64(c.Month), 1)
	case UnitWeek:
		return d.AddDays(int64(1 - d.DayOfWeek()))
	case UnitDay, UnitHour, UnitMinute, UnitSecond, UnitMillisecond, UnitMicrosecond, unitCount:
	}
	return d, nil
}

// Truncate returns the time at which the unit begins in which t lies: midnight for a day and
// what is larger.
func (t LocalTime) Truncate(u Unit) LocalTime {
	length := int64(NanosPerDay)
	switch u {
	case UnitHour:
		length = nanosPerHour
	case UnitMinute:
		length = nanosPerMinute
	case UnitSecond:
		length = NanosPerSecond
	case UnitMillisecond:
		length = 1e6
	case UnitMicrosecond:
		length = 1e3
	case UnitMillennium, UnitCentury, UnitDecade, UnitYear, UnitWeekYear, UnitQuarter, UnitMonth, UnitWeek, UnitDay, unitCount:
	}
	return LocalTime{t.Nanos - t.Nanos%length}
}
