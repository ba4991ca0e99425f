package temporal

// Instants and durations. Months are added first, and the day is cut to the length of the
// month it comes to lie in; then days; then seconds. A type that lacks the months and days,
// or the seconds, lets them be.

// Add returns the day that is a duration later. Of the seconds, whole days count.
func (d Date) Add(o Duration) (Date, error) {
	d, err := d.addCalendar(o)
	if err != nil {
		return Date{}, err
	}
	seconds, _ := o.signed()
	return d.AddDays(seconds / SecondsPerDay)
}

// Sub returns the day that is a duration earlier. Of the seconds, whole days count.
func (d Date) Sub(o Duration) (Date, error) {
	o, err := o.Neg()
	if err != nil {
		return Date{}, err
	}
	return d.Add(o)
}

// addCalendar adds months and days.
func (d Date) addCalendar(o Duration) (Date, error) {
	d, err := d.AddMonths(o.Months)
	if err != nil {
		return Date{}, err
	}
	return d.AddDays(o.Days)
}

// Add returns the time of day that is the seconds of a duration later, past midnight if
// need be.
func (t LocalTime) Add(o Duration) LocalTime {
	nanos := o.Seconds%SecondsPerDay*NanosPerSecond + int64(o.Nanos)
	return LocalTime{floorMod(t.Nanos+nanos, NanosPerDay)}
}

// Sub returns the time of day that is the seconds of a duration earlier, before midnight if
// need be.
func (t LocalTime) Sub(o Duration) LocalTime {
	nanos := o.Seconds%SecondsPerDay*NanosPerSecond + int64(o.Nanos)
	return LocalTime{floorMod(t.Nanos-nanos, NanosPerDay)}
}

// Add returns the time of day that is the seconds of a duration later, past midnight if
// need be.
func (t Time) Add(o Duration) Time { return Time{Nanos: t.Local().Add(o).Nanos, Offset: t.Offset} }

// Sub returns the time of day that is the seconds of a duration earlier, before midnight if
// need be.
func (t Time) Sub(o Duration) Time { return Time{Nanos: t.Local().Sub(o).Nanos, Offset: t.Offset} }

// Add returns the local time that is a duration later.
func (t LocalDateTime) Add(o Duration) (LocalDateTime, error) {
	d, err := t.Date().addCalendar(o)
	if err != nil {
		return LocalDateTime{}, err
	}
	t = NewLocalDateTime(d, t.Time())
	var ok bool
	if t.Seconds, t.Nanos, ok = addSeconds(t.Seconds, t.Nanos, o); !ok || !t.Valid() {
		return LocalDateTime{}, errInstantRange
	}
	return t, nil
}

// Sub returns the local time that is a duration earlier.
func (t LocalDateTime) Sub(o Duration) (LocalDateTime, error) {
	o, err := o.Neg()
	if err != nil {
		return LocalDateTime{}, err
	}
	return t.Add(o)
}

// Add returns the instant that is a duration later: months and days as the calendar and the
// clocks of the zone count them, then seconds as they pass.
func (t DateTime) Add(o Duration) (DateTime, error) {
	if o.Months != 0 || o.Days != 0 {
		local := t.Local()
		d, err := local.Date().addCalendar(o)
		if err != nil {
			return DateTime{}, err
		}
		t.Seconds = t.Zone.Resolve(NewLocalDateTime(d, local.Time()), t.Offset())
	}
	var ok bool
	if t.Seconds, t.Nanos, ok = addSeconds(t.Seconds, t.Nanos, o); !ok || !t.Valid() {
		return DateTime{}, errInstantRange
	}
	return t, nil
}

// Sub returns the instant that is a duration earlier: months and days as the calendar and the
// clocks of the zone count them, then seconds as they pass.
func (t DateTime) Sub(o Duration) (DateTime, error) {
	o, err := o.Neg()
	if err != nil {
		return DateTime{}, err
	}
	return t.Add(o)
}

// addSeconds adds the seconds of a duration to an instant and reports whether they fit.
func addSeconds(seconds int64, nanos int32, o Duration) (int64, int32, bool) {
	seconds, ok := sum(seconds, o.Seconds)
	if nanos += o.Nanos; nanos >= NanosPerSecond {
		nanos -= NanosPerSecond
		seconds++
	}
	return seconds, nanos, ok
}
