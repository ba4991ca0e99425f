package temporal

const (
	secondsPerHour   = 3600
	secondsPerMinute = 60
	nanosPerHour     = secondsPerHour * NanosPerSecond
	nanosPerMinute   = secondsPerMinute * NanosPerSecond
	nanosPerMilli    = 1_000_000
	nanosPerMicro    = 1_000
)

// Clock is a time of day by hour, minute, second and nanosecond of the second.
type Clock struct {
	Hour, Minute, Second, Nanosecond int
}

// NewLocalTime returns the time of day of an hour, minute, second and nanosecond of the
// second.
func NewLocalTime(hour, minute, second, nanosecond int64) (LocalTime, error) {
	switch {
	case hour < 0 || hour > 23:
		return LocalTime{}, &RangeError{Field: "hour", Value: hour, Max: 23}
	case minute < 0 || minute > 59:
		return LocalTime{}, &RangeError{Field: "minute", Value: minute, Max: 59}
	case second < 0 || second > 59:
		return LocalTime{}, &RangeError{Field: "second", Value: second, Max: 59}
	case nanosecond < 0 || nanosecond >= NanosPerSecond:
		return LocalTime{}, &RangeError{Field: "nanosecond", Value: nanosecond, Max: NanosPerSecond - 1}
	}
	return LocalTime{hour*nanosPerHour + minute*nanosPerMinute + second*NanosPerSecond + nanosecond}, nil
}

// Clock returns hour, minute, second and nanosecond.
func (t LocalTime) Clock() Clock {
	seconds := int(t.Nanos / NanosPerSecond)
	return Clock{
		Hour:       seconds / secondsPerHour,
		Minute:     seconds / secondsPerMinute % secondsPerMinute,
		Second:     seconds % secondsPerMinute,
		Nanosecond: int(t.Nanos % NanosPerSecond),
	}
}

// Local returns the time without its offset.
func (t Time) Local() LocalTime { return LocalTime{t.Nanos} }

// In returns the time that a clock with another offset shows at the same instant.
func (t Time) In(offset int32) Time {
	return Time{Nanos: floorMod(t.utc()+int64(offset)*NanosPerSecond, NanosPerDay), Offset: offset}
}

// NewLocalDateTime joins a day and a time of day.
func NewLocalDateTime(d Date, t LocalTime) LocalDateTime {
	return LocalDateTime{
		Seconds: d.Days*SecondsPerDay + t.Nanos/NanosPerSecond,
		Nanos:   int32(t.Nanos % NanosPerSecond),
	}
}

// Date returns the day.
func (t LocalDateTime) Date() Date { return Date{floorDiv(t.Seconds, SecondsPerDay)} }

// Time returns the time of day.
func (t LocalDateTime) Time() LocalTime {
	return LocalTime{floorMod(t.Seconds, SecondsPerDay)*NanosPerSecond + int64(t.Nanos)}
}

// NewDateTime returns the instant at which the clocks of a zone show a local time. A local
// time that the clocks skip is moved forward by the length of the gap; of one that they show
// twice the first is taken.
func NewDateTime(local LocalDateTime, zone *Zone) (DateTime, error) {
	return newDateTime(local, zone, noOffset)
}

func newDateTime(local LocalDateTime, zone *Zone, preferred int32) (DateTime, error) {
	t := DateTime{Seconds: zone.Resolve(local, preferred), Nanos: local.Nanos, Zone: zone}
	if !t.Valid() {
		return DateTime{}, errInstantRange
	}
	return t, nil
}

// Offset returns the offset in seconds east of UTC that holds at the instant.
func (t DateTime) Offset() int32 { return t.Zone.OffsetAt(t.Seconds) }

// Local returns what a clock in the zone shows.
func (t DateTime) Local() LocalDateTime {
	return LocalDateTime{Seconds: t.Seconds + int64(t.Offset()), Nanos: t.Nanos}
}

// In returns the same instant seen from another zone.
func (t DateTime) In(zone *Zone) (DateTime, error) {
	t.Zone = zone
	if !t.Valid() {
		return DateTime{}, errInstantRange
	}
	return t, nil
}
