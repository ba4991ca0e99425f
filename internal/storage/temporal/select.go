package temporal

import "errors"

// Instants made from fields. Zones: an instant that is taken from another keeps its zone; a
// zone that is given too is that from which the instant is then seen. Where the other has
// none, the zone says whose clocks show the time.

// SelectDate makes a day.
func SelectDate(f *Fields) (Date, error) {
	if err := f.only(dateFields, "date"); err != nil {
		return Date{}, err
	}
	if err := f.noZone("date"); err != nil {
		return Date{}, err
	}
	if f.Time != nil {
		return Date{}, errors.New("a date has no time")
	}
	return f.selectDate()
}

// SelectLocalTime makes a time of day.
func SelectLocalTime(f *Fields) (LocalTime, error) {
	if err := f.noZone("local time"); err != nil {
		return LocalTime{}, err
	}
	return f.selectTime("local time")
}

// SelectTime makes a time of day with an offset. That of a named zone is the one at the time
// of the reference.
func SelectTime(f *Fields, r Reference) (Time, error) {
	local, err := f.selectTime("time")
	if err != nil {
		return Time{}, err
	}
	base, err := f.timeBase()
	if err != nil {
		return Time{}, err
	}
	t := Time{Nanos: local.Nanos}
	switch zoned := base != nil && base.HasZone; {
	case zoned && f.HasZone:
		t.Offset = base.Offset
		return t.In(f.Zone.OffsetAt(r.Now)), nil
	case zoned:
		t.Offset = base.Offset
	case f.HasZone:
		t.Offset = f.Zone.OffsetAt(r.Now)
	default:
		t.Offset = r.Zone.OffsetAt(r.Now)
	}
	return t, nil
}

// SelectLocalDateTime makes a day and a time of day.
func SelectLocalDateTime(f *Fields) (LocalDateTime, error) {
	if err := f.noZone("local datetime"); err != nil {
		return LocalDateTime{}, err
	}
	return f.selectLocal("local datetime")
}

// SelectDateTime makes a day and a time of day in a zone, or an instant from a number of
// seconds or milliseconds since 1970-01-01T00:00Z and the nanoseconds that they leave.
func SelectDateTime(f *Fields, r Reference) (DateTime, error) {
	if f.has(epochFields) {
		return f.selectEpoch(r)
	}
	local, err := f.selectLocal("datetime")
	if err != nil {
		return DateTime{}, err
	}
	base, err := f.timeBase()
	switch zoned := base != nil && base.HasZone; {
	case err != nil:
		return DateTime{}, err
	case zoned:
		t, err := newDateTime(local, base.Zone, base.Offset)
		if err == nil && f.HasZone {
			t, err = t.In(f.Zone)
		}
		return t, err
	case f.HasZone:
		return NewDateTime(local, f.Zone)
	default:
		return NewDateTime(local, r.Zone)
	}
}

func (f *Fields) selectDate() (Date, error) {
	base, err := f.dateBase()
	if err != nil {
		return Date{}, err
	}
	if base == nil {
		return f.date(nil)
	}
	d, err := base.ToDate()
	if err != nil {
		return Date{}, err
	}
	return f.date(&d)
}

// selectTime makes the time of day of a type that has no day.
func (f *Fields) selectTime(kind string) (LocalTime, error) {
	if err := f.only(timeFields, kind); err != nil {
		return LocalTime{}, err
	}
	if f.Date != nil {
		return LocalTime{}, errors.New("a " + kind + " has no date")
	}
	base, err := f.timeBase()
	if err != nil {
		return LocalTime{}, err
	}
	if base == nil {
		if !f.has(timeFields) {
			return LocalTime{}, missing(Hour, 0)
		}
		return f.time(nil)
	}
	t, err := base.ToLocalTime()
	if err != nil {
		return LocalTime{}, err
	}
	return f.time(&t)
}

// selectLocal makes the day and the time of day of a type that has both.
func (f *Fields) selectLocal(kind string) (LocalDateTime, error) {
	if err := f.only(dateFields|timeFields, kind); err != nil {
		return LocalDateTime{}, err
	}
	d, err := f.selectDate()
	if err != nil {
		return LocalDateTime{}, err
	}
	base, err := f.timeBase()
	if err != nil {
		return LocalDateTime{}, err
	}
	var t LocalTime
	switch {
	case base != nil && (base.HasTime || base != f.DateTime):
		if t, err = base.ToLocalTime(); err == nil {
			t, err = f.time(&t)
		}
	case f.has(timeFields) && f.Date == nil && f.DateTime == nil && !f.wholeDate():
		return LocalDateTime{}, missing(Day, f.set&timeFields)
	default:
		t, err = f.time(nil)
	}
	if err != nil {
		return LocalDateTime{}, err
	}
	return NewLocalDateTime(d, t), nil
}

func (f *Fields) selectEpoch(r Reference) (DateTime, error) {
	unit := (f.set & epochFields).first()
	if other := f.set &^ (1<<unit | 1<<Nanosecond); other != 0 {
		return DateTime{}, together(unit.String(), other.first().String())
	}
	if f.Date != nil || f.Time != nil || f.DateTime != nil {
		return DateTime{}, together(unit.String(), "another instant")
	}
	nanos, most := f.or(Nanosecond, 0), int64(NanosPerSecond-1)
	if unit == EpochMillis {
		most = nanosPerMilli - 1
	}
	if nanos < 0 || nanos > most {
		return DateTime{}, &RangeError{Field: Nanosecond.String(), Value: nanos, Max: most}
	}
	seconds := f.values[unit]
	if unit == EpochMillis {
		nanos += floorMod(seconds, 1000) * nanosPerMilli
		seconds = floorDiv(seconds, 1000)
	}
	t, err := FromEpoch(seconds, nanos)
	if err != nil {
		return DateTime{}, err
	}
	if f.HasZone {
		return t.In(f.Zone)
	}
	return t.In(r.Zone)
}
