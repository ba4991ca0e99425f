package temporal

// Durations between two instants of any types. What one of them lacks it takes from the
// other: its day, or its zone, whose clocks then show what the instant says; a missing time
// of day is midnight. Months and days are counted on the calendar in the zone of the first,
// and only if both had a day.

// Between returns the duration from one instant to another in months, then days, then
// seconds. Added to the first it gives the second.
func Between(from, to Parts) (Duration, error) {
	d := newDistance(from, to)
	if !d.dated {
		return d.seconds(), nil
	}
	var calendar Duration
	var err error
	calendar.Months = d.from.monthsUntil(&d.to)
	start := d.from
	if start.date, err = d.from.date.AddMonths(calendar.Months); err != nil {
		return Duration{}, err
	}
	calendar.Days = start.daysUntil(&d.to)
	if d.from, err = d.from.later(calendar); err != nil {
		return Duration{}, err
	}
	seconds := d.seconds()
	seconds.Months, seconds.Days = calendar.Months, calendar.Days
	return seconds, nil
}

// InMonths returns the number of whole months from one instant to another.
func InMonths(from, to Parts) Duration {
	d := newDistance(from, to)
	if !d.dated {
		return Duration{}
	}
	return Duration{Months: d.from.monthsUntil(&d.to)}
}

// InDays returns the number of whole days from one instant to another.
func InDays(from, to Parts) Duration {
	d := newDistance(from, to)
	if !d.dated {
		return Duration{}
	}
	return Duration{Days: d.from.daysUntil(&d.to)}
}

// InSeconds returns the seconds and nanoseconds from one instant to another.
func InSeconds(from, to Parts) Duration {
	d := newDistance(from, to)
	return d.seconds()
}

// distance is two instants in one zone.
type distance struct {
	from, to point
	dated    bool // whether both had a day
}

// point is an instant and what a clock shows then. Both are kept, since the clock may show
// it twice.
type point struct {
	date Date
	time LocalTime
	zone *Zone
	utc  int64 // seconds since 1970-01-01T00:00:00Z, without the nanoseconds
}

func newDistance(from, to Parts) distance {
	d := distance{dated: from.HasDate && to.HasDate}
	from.borrow(&to)
	to.borrow(&from)
	d.from, d.to = from.point(), to.point()
	d.to.moveTo(d.from.zone)
	return d
}

// borrow takes day and zone from another instant, if they are missing.
func (p *Parts) borrow(o *Parts) {
	if !p.HasDate {
		p.Date = o.Date
	}
	if !p.HasZone && o.HasZone {
		p.Zone, p.Offset = o.Zone, noOffset
	}
}

func (p *Parts) point() point {
	utc := p.Zone.Resolve(NewLocalDateTime(p.Date, p.Time), p.Offset)
	at := point{date: p.Date, time: p.Time, zone: p.Zone, utc: utc}
	at.moveTo(p.Zone)
	return at
}

// moveTo sets the clock to a zone.
func (p *point) moveTo(zone *Zone) {
	nanos := p.time.Nanos % NanosPerSecond
	local := LocalDateTime{Seconds: p.utc + int64(zone.OffsetAt(p.utc))}
	p.date, p.time, p.zone = local.Date(), local.Time(), zone
	p.time.Nanos += nanos
}

// daysUntil counts the whole days until another point.
func (p *point) daysUntil(o *point) int64 { return o.wholeDay(p).Days - p.date.Days }

// monthsUntil counts the whole months until another point.
func (p *point) monthsUntil(o *point) int64 {
	a, b := p.date.Civil(), o.wholeDay(p).Civil()
	months := (b.Year-a.Year)*monthsPerYear + int64(b.Month-a.Month)
	switch {
	case months > 0 && b.Day < a.Day:
		months--
	case months < 0 && b.Day > a.Day:
		months++
	}
	return months
}

// wholeDay is the day up to which whole days have passed since another point.
func (p *point) wholeDay(since *point) Date {
	switch {
	case p.date.Days > since.date.Days && p.time.Nanos < since.time.Nanos:
		return Date{p.date.Days - 1}
	case p.date.Days < since.date.Days && p.time.Nanos > since.time.Nanos:
		return Date{p.date.Days + 1}
	default:
		return p.date
	}
}

// later moves the point on the calendar, as DateTime.Add does.
func (p *point) later(calendar Duration) (point, error) {
	if calendar.Months == 0 && calendar.Days == 0 {
		return *p, nil
	}
	d, err := p.date.addCalendar(calendar)
	if err != nil {
		return point{}, err
	}
	q := *p
	q.utc = p.zone.Resolve(NewLocalDateTime(d, p.time), p.zone.OffsetAt(p.utc))
	q.moveTo(p.zone)
	return q, nil
}

// seconds is the time that passes between the points.
func (d *distance) seconds() Duration {
	seconds := d.to.utc - d.from.utc
	nanos := d.to.time.Nanos%NanosPerSecond - d.from.time.Nanos%NanosPerSecond
	if nanos < 0 {
		seconds--
		nanos += NanosPerSecond
	}
	return Duration{Seconds: seconds, Nanos: int32(nanos)}
}
