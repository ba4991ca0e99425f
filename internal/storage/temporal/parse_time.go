package temporal

import (
	"errors"
	"strings"
)

// Times of day in ISO 8601, extended and basic, down to nine digits of a second:
//
//	21:40:32.142  214032.142  21:40:32  214032  21:40  2140  21  T21:40
//
// followed, in texts of types that have one, by a zone:
//
//	Z  +01:00  +0100  +01  +02:05:59  [Europe/Stockholm]  +02:00[Europe/Stockholm]

// ParseLocalTime reads a time of day without an offset.
func ParseLocalTime(text string) (LocalTime, error) {
	s, err := start("local time", text)
	if err != nil {
		return LocalTime{}, err
	}
	s.accept('T')
	t, err := s.time()
	if err == nil {
		err = s.end("the end of the time (a local time has no offset)")
	}
	if err != nil {
		return LocalTime{}, err
	}
	return t, nil
}

// ParseTime reads a time of day with an offset. A text that names none gets the fallback.
func ParseTime(text string, fallback int32) (Time, error) {
	s, err := start("time", text)
	if err != nil {
		return Time{}, err
	}
	s.accept('T')
	local, err := s.time()
	if err != nil {
		return Time{}, err
	}
	offset, ok, err := s.offset()
	if err == nil && s.peek() == '[' {
		err = s.expected("the end of the time (a time has an offset, but no named zone)")
	}
	if err == nil {
		err = s.end("an offset such as Z or +01:00, or the end of the time")
	}
	if err != nil {
		return Time{}, err
	}
	if !ok {
		offset = fallback
	}
	return Time{Nanos: local.Nanos, Offset: offset}, nil
}

// ParseLocalDateTime reads a date, a T and a time of day; without the T and the time it is
// midnight.
func ParseLocalDateTime(text string) (LocalDateTime, error) {
	s, err := start("local datetime", text)
	if err != nil {
		return LocalDateTime{}, err
	}
	local, _, err := s.dateTime()
	if err == nil {
		err = s.end("the end of the time (a local datetime has no zone)")
	}
	if err != nil {
		return LocalDateTime{}, err
	}
	return local, nil
}

// ParseDateTime reads a date, a T, a time of day and a zone; without the T and the time it
// is midnight. A text that names no zone gets the fallback.
func ParseDateTime(text string, fallback *Zone) (DateTime, error) {
	s, err := start("datetime", text)
	if err != nil {
		return DateTime{}, err
	}
	local, timed, err := s.dateTime()
	if err != nil {
		return DateTime{}, err
	}
	at := s.pos
	zone, preferred := fallback, int32(noOffset)
	if timed {
		var offset int32
		var ok bool
		if offset, ok, err = s.offset(); err != nil {
			return DateTime{}, err
		}
		if ok {
			zone, preferred = FixedZone(offset), offset
		}
	}
	if s.peek() == '[' {
		if zone, err = s.zone(); err != nil {
			return DateTime{}, err
		}
	}
	if err = s.end("a zone such as Z, +01:00 or [Europe/Stockholm], or the end of the datetime"); err != nil {
		return DateTime{}, err
	}
	t, err := newDateTime(local, zone, preferred)
	if err != nil {
		return DateTime{}, s.wrong(0, err.Error())
	}
	if actual := t.Offset(); preferred != noOffset && actual != preferred {
		return DateTime{}, s.wrong(at, "the offset must be that of "+zone.String()+" at that time, which is "+
			string(AppendOffset(nil, actual))+", but is "+string(AppendOffset(nil, preferred)))
	}
	return t, nil
}

// parseOffset reads an offset that stands alone.
func parseOffset(text string) (*Zone, error) {
	s, err := start("time zone", text)
	if err != nil {
		return nil, err
	}
	offset, _, err := s.offset()
	if err == nil {
		err = s.end("the end of the offset")
	}
	if err != nil {
		return nil, err
	}
	return FixedZone(offset), nil
}

// dateTime reads a date and, after a T, a time, and says whether there was one.
func (s *scanner) dateTime() (local LocalDateTime, timed bool, err error) {
	d, err := s.date()
	if err != nil {
		return LocalDateTime{}, false, err
	}
	var t LocalTime
	if timed = s.accept('T'); timed {
		t, err = s.time()
	}
	return NewLocalDateTime(d, t), timed, err
}

func (s *scanner) time() (LocalTime, error) {
	places := [4]int{s.pos}
	var parts [4]int64
	last := 0 // the index in parts of the last part that was given
	switch n := s.digits(); n {
	case 4, 6:
		for ; last < n/2; last++ {
			places[last] = s.pos
			parts[last] = s.number(2)
		}
		last--
	case 1, 2:
		parts[0] = s.number(n)
		for last < 2 && s.accept(':') {
			if n = s.digits(); n != 1 && n != 2 {
				return LocalTime{}, s.expected([...]string{"the minute", "the second"}[last] + " in one or two digits")
			}
			last++
			places[last] = s.pos
			parts[last] = s.number(n)
		}
	default:
		return LocalTime{}, s.expected("a time of day such as 21:40:32 or 214032")
	}
	if last == 2 && (s.accept('.') || s.accept(',')) {
		places[3] = s.pos
		nanos, err := s.fraction()
		if err != nil {
			return LocalTime{}, err
		}
		parts[3] = nanos
	}
	t, err := NewLocalTime(parts[0], parts[1], parts[2], parts[3])
	if err != nil {
		return LocalTime{}, s.wrong(places[timePart(err)], err.Error())
	}
	return t, nil
}

func timePart(err error) int {
	if r, ok := errors.AsType[*RangeError](err); ok {
		switch r.Field {
		case "minute":
			return 1
		case "second":
			return 2
		}
	}
	return 0
}

// fraction reads one to nine digits of a second and returns nanoseconds.
func (s *scanner) fraction() (int64, error) {
	n := s.digits()
	if n == 0 || n > 9 {
		return 0, s.expected("one to nine digits of a second")
	}
	nanos := s.number(n)
	for ; n < 9; n++ {
		nanos *= 10
	}
	return nanos, nil
}

// offset reads an offset and says whether there was one.
func (s *scanner) offset() (offset int32, ok bool, err error) {
	at, sign := s.pos, int64(1)
	switch {
	case s.accept('Z'):
		return 0, true, nil
	case s.accept('-'):
		sign = -1
	case !s.accept('+'):
		return 0, false, nil
	}
	n := s.digits()
	if n != 2 && n != 4 && n != 6 {
		return 0, false, s.expected("the hours of the offset in two digits")
	}
	var parts [3]int64
	last := 0
	for ; last < n/2; last++ {
		parts[last] = s.number(2)
	}
	for n == 2 && last < 3 && s.accept(':') {
		if s.digits() != 2 {
			return 0, false, s.expected([...]string{1: "the minutes", 2: "the seconds"}[last] + " of the offset in two digits")
		}
		parts[last] = s.number(2)
		last++
	}
	seconds := parts[0]*secondsPerHour + parts[1]*secondsPerMinute + parts[2]
	if parts[1] > 59 || parts[2] > 59 || seconds > MaxOffset {
		return 0, false, s.wrong(at, "an offset lies between -18:00 and +18:00, with minutes and seconds below 60")
	}
	return int32(sign * seconds), true, nil
}

// zone reads the name of a zone in brackets, of which the first is there.
func (s *scanner) zone() (*Zone, error) {
	at := s.pos + 1
	name, _, ok := strings.Cut(s.text[at:], "]")
	if !ok {
		s.pos = len(s.text)
		return nil, s.expected("] after the name of the zone")
	}
	zone, err := LookupZone(name)
	if err == nil && zone.Fixed() {
		err = unknownZone(name)
	}
	if err != nil {
		return nil, s.wrong(at, err.Error())
	}
	s.pos = at + len(name) + 1
	return zone, nil
}
