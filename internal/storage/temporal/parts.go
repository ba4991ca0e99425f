package temporal

import "errors"

// Parts are what an instant of any type knows: a day, a time of day, a zone, or two or three
// of them. They are the way from one type to another.
type Parts struct {
	HasDate, HasTime, HasZone bool

	Date   Date
	Time   LocalTime
	Zone   *Zone
	Offset int32 // that holds in the zone, if HasZone
}

// Reference is what the types take from the statement that makes them: its time, and the
// zone of instants for which none is given.
type Reference struct {
	Now  int64 // seconds since 1970-01-01T00:00:00Z
	Zone *Zone
}

// Parts returns the day.
func (d Date) Parts() Parts { return Parts{HasDate: true, Date: d} }

// Parts returns the time of day.
func (t LocalTime) Parts() Parts { return Parts{HasTime: true, Time: t} }

// Parts returns the time of day and the offset as a zone.
func (t Time) Parts() Parts {
	return Parts{HasTime: true, Time: t.Local(), HasZone: true, Zone: FixedZone(t.Offset), Offset: t.Offset}
}

// Parts returns the day and the time of day.
func (t LocalDateTime) Parts() Parts {
	return Parts{HasDate: true, Date: t.Date(), HasTime: true, Time: t.Time()}
}

// Parts returns day, time of day and zone.
func (t DateTime) Parts() Parts {
	p := t.Local().Parts()
	p.HasZone, p.Zone, p.Offset = true, t.Zone, t.Offset()
	return p
}

// Kind names the type of instant that has these parts.
func (p *Parts) Kind() string {
	switch {
	case p.HasDate && p.HasZone:
		return "datetime"
	case p.HasDate && p.HasTime:
		return "local datetime"
	case p.HasDate:
		return "date"
	case p.HasZone:
		return "time"
	default:
		return "local time"
	}
}

// ToDate returns the day, which must be there.
func (p *Parts) ToDate() (Date, error) {
	if !p.HasDate {
		return Date{}, errors.New("a " + p.Kind() + " has no date")
	}
	return p.Date, nil
}

// ToLocalTime returns the time of day, which must be there.
func (p *Parts) ToLocalTime() (LocalTime, error) {
	if !p.HasTime {
		return LocalTime{}, errors.New("a " + p.Kind() + " has no time of day")
	}
	return p.Time, nil
}

// ToTime returns the time of day, which must be there, and its offset, for which that of the
// reference stands in.
func (p *Parts) ToTime(r Reference) (Time, error) {
	t, err := p.ToLocalTime()
	if err != nil {
		return Time{}, err
	}
	if p.HasZone {
		return Time{Nanos: t.Nanos, Offset: p.Offset}, nil
	}
	return Time{Nanos: t.Nanos, Offset: r.Zone.OffsetAt(r.Now)}, nil
}

// ToLocalDateTime returns the day, which must be there, and the time of day, for which
// midnight stands in.
func (p *Parts) ToLocalDateTime() (LocalDateTime, error) {
	d, err := p.ToDate()
	if err != nil {
		return LocalDateTime{}, err
	}
	return NewLocalDateTime(d, p.Time), nil
}

// ToDateTime returns the day, which must be there, the time of day, for which midnight stands
// in, and the zone, for which that of the reference stands in.
func (p *Parts) ToDateTime(r Reference) (DateTime, error) {
	local, err := p.ToLocalDateTime()
	if err != nil {
		return DateTime{}, err
	}
	if p.HasZone {
		return newDateTime(local, p.Zone, p.Offset)
	}
	return NewDateTime(local, r.Zone)
}
