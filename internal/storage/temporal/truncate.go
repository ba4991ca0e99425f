package temporal

import (
	"errors"
	"strings"
)

// Unit is a unit of time to whose begin an instant can be cut.
type Unit uint8

// The units, from the largest, by the names they have in Cypher: "millennium", …,
// "microsecond".
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
	units
)

// UnitNamed returns the unit of a name, of which letters may be of either case.
func UnitNamed(name string) (Unit, bool) {
	for u := range units {
		if strings.EqualFold(u.String(), name) {
			return u, true
		}
	}
	return 0, false
}

// String returns the name of the unit.
func (u Unit) String() string {
	return [...]string{
		"millennium", "century", "decade", "year", "weekYear", "quarter", "month", "week", "day", "hour", "minute",
		"second", "millisecond", "microsecond",
	}[u]
}

// TruncateDate cuts the day of an instant to the begin of a unit and then replaces fields.
func TruncateDate(u Unit, p Parts, f *Fields) (Date, error) {
	if u > UnitDay {
		return Date{}, uncuttable("date", u)
	}
	if err := f.overrides(dateFields, "date"); err != nil {
		return Date{}, err
	}
	if err := f.noZone("date"); err != nil {
		return Date{}, err
	}
	return f.truncateDate(u, p)
}

// TruncateLocalTime cuts the time of day of an instant to the begin of a unit and then
// replaces fields.
func TruncateLocalTime(u Unit, p Parts, f *Fields) (LocalTime, error) {
	if err := f.noZone("local time"); err != nil {
		return LocalTime{}, err
	}
	return f.truncateTimeOnly(u, p, "local time")
}

// TruncateTime cuts the time of day of an instant to the begin of a unit and then replaces
// fields. The offset is the one that is given, else that of the instant, else that of the
// reference; it does not move the time of day.
func TruncateTime(u Unit, p Parts, f *Fields, r Reference) (Time, error) {
	local, err := f.truncateTimeOnly(u, p, "time")
	if err != nil {
		return Time{}, err
	}
	t := Time{Nanos: local.Nanos}
	switch {
	case f.HasZone:
		t.Offset = f.Zone.OffsetAt(r.Now)
	case p.HasZone:
		t.Offset = p.Offset
	default:
		t.Offset = r.Zone.OffsetAt(r.Now)
	}
	return t, nil
}

// TruncateLocalDateTime cuts an instant to the begin of a unit and then replaces fields.
func TruncateLocalDateTime(u Unit, p Parts, f *Fields) (LocalDateTime, error) {
	if err := f.noZone("local datetime"); err != nil {
		return LocalDateTime{}, err
	}
	return f.truncateLocal(u, p, "local datetime")
}

// TruncateDateTime cuts an instant to the begin of a unit and then replaces fields. The zone
// is the one that is given, else that of the instant, else that of the reference; it does not
// move what the clock shows.
func TruncateDateTime(u Unit, p Parts, f *Fields, r Reference) (DateTime, error) {
	local, err := f.truncateLocal(u, p, "datetime")
	if err != nil {
		return DateTime{}, err
	}
	zone, preferred := r.Zone, int32(noOffset)
	if p.HasZone {
		zone, preferred = p.Zone, p.Offset
	}
	if f.HasZone {
		zone = f.Zone
	}
	return newDateTime(local, zone, preferred)
}

// overrides fails if anything is given but fields of a set and a zone.
func (f *Fields) overrides(s fieldSet, kind string) error {
	if f.Date != nil || f.Time != nil || f.DateTime != nil {
		return errors.New("what is cut off is replaced by fields, not by another instant")
	}
	return f.only(s, kind)
}

func uncuttable(kind string, u Unit) error {
	return errors.New("a " + kind + " cannot be cut to the " + u.String())
}

func (f *Fields) truncateLocal(u Unit, p Parts, kind string) (LocalDateTime, error) {
	if err := f.overrides(dateFields|timeFields, kind); err != nil {
		return LocalDateTime{}, err
	}
	d, err := f.truncateDate(u, p)
	if err != nil {
		return LocalDateTime{}, err
	}
	t, err := f.truncateTime(u, p)
	if err != nil {
		return LocalDateTime{}, err
	}
	return NewLocalDateTime(d, t), nil
}

func (f *Fields) truncateTimeOnly(u Unit, p Parts, kind string) (LocalTime, error) {
	if u < UnitDay {
		return LocalTime{}, uncuttable(kind, u)
	}
	if err := f.overrides(timeFields, kind); err != nil {
		return LocalTime{}, err
	}
	if _, err := p.ToLocalTime(); err != nil {
		return LocalTime{}, err
	}
	return f.truncateTime(u, p)
}

func (f *Fields) truncateDate(u Unit, p Parts) (Date, error) {
	d, err := p.ToDate()
	if err != nil {
		return Date{}, err
	}
	if d = d.truncate(u); !d.Valid() {
		return Date{}, errInstantRange
	}
	return f.date(&d)
}

// truncateTime cuts the time of day. A field smaller than the unit adds to what is left of
// the second, it does not replace it.
func (f *Fields) truncateTime(u Unit, p Parts) (LocalTime, error) {
	if u > UnitDay && !p.HasTime {
		return LocalTime{}, uncuttable(p.Kind(), u)
	}
	t := p.Time.truncate(u)
	nanos := t.Nanos % NanosPerSecond
	g := *f
	switch {
	case u == UnitMillisecond && f.has(fractionFields) && !f.has(1<<Millisecond):
		g.Set(Millisecond, nanos/nanosPerMilli)
	case u == UnitMicrosecond && f.has(1<<Nanosecond) && !f.has(1<<Microsecond):
		g.Set(Millisecond, f.or(Millisecond, nanos/nanosPerMilli))
		g.Set(Microsecond, nanos/nanosPerMicro%1000)
	}
	return g.time(&t)
}

// truncate returns the first day of a unit, which may lie before the first year.
func (d Date) truncate(u Unit) Date {
	c := d.Civil()
	years := int64(1)
	switch u {
	case UnitMillennium:
		years = 1000
	case UnitCentury:
		years = 100
	case UnitDecade:
		years = 10
	case UnitYear:
	case UnitWeekYear:
		year, _ := d.Week()
		return Date{firstMonday(year)}
	case UnitQuarter:
		return Date{daysOf(c.Year, int64((c.Month-1)/3*3+1), 1)}
	case UnitMonth:
		return Date{d.Days - int64(c.Day) + 1}
	case UnitWeek:
		return Date{d.Days - int64(d.DayOfWeek()) + 1}
	case UnitDay, UnitHour, UnitMinute, UnitSecond, UnitMillisecond, UnitMicrosecond, units:
		return d
	}
	return Date{daysOf(c.Year-floorMod(c.Year, years), 1, 1)}
}

// truncate returns the first moment of a unit on the day.
func (t LocalTime) truncate(u Unit) LocalTime {
	nanos := int64(NanosPerDay)
	switch u {
	case UnitHour:
		nanos = nanosPerHour
	case UnitMinute:
		nanos = nanosPerMinute
	case UnitSecond:
		nanos = NanosPerSecond
	case UnitMillisecond:
		nanos = nanosPerMilli
	case UnitMicrosecond:
		nanos = nanosPerMicro
	case UnitMillennium, UnitCentury, UnitDecade, UnitYear, UnitWeekYear, UnitQuarter, UnitMonth, UnitWeek, UnitDay, units:
	}
	return LocalTime{t.Nanos - t.Nanos%nanos}
}
