package temporal

import (
	"strconv"
	"strings"
)

// Durations in ISO 8601, by units, in their order, each of which may have a sign and a
// fraction, or as a date and a time of day:
//
//	P12Y5M14DT16H12M70S  P2.5W  P1Y-2MT0.001S  -P1D  P2012-02-02T14:37:21.545  P20120202T143721

// String returns the canonical text: P12Y5M14DT16H13M10.5S.
func (d Duration) String() string { return string(d.Append(make([]byte, 0, 64))) }

// Append appends the canonical text to dst: months are split into years and months, seconds
// into hours, minutes and seconds, each with its own sign.
func (d Duration) Append(dst []byte) []byte {
	if d == (Duration{}) {
		return append(dst, "PT0S"...)
	}
	dst = append(dst, 'P')
	dst = appendUnit(dst, d.Months/monthsPerYear, 'Y')
	dst = appendUnit(dst, d.Months%monthsPerYear, 'M')
	dst = appendUnit(dst, d.Days, 'D')
	seconds, nanos := d.signed()
	if seconds == 0 && nanos == 0 {
		return dst
	}
	dst = append(dst, 'T')
	dst = appendUnit(dst, seconds/secondsPerHour, 'H')
	dst = appendUnit(dst, seconds/secondsPerMinute%secondsPerMinute, 'M')
	if seconds %= secondsPerMinute; seconds == 0 && nanos == 0 {
		return dst
	}
	if seconds < 0 || nanos < 0 {
		dst, seconds, nanos = append(dst, '-'), -seconds, -nanos
	}
	dst = strconv.AppendInt(dst, seconds, 10)
	return append(appendFraction(dst, int(nanos)), 'S')
}

func appendUnit(dst []byte, n int64, unit byte) []byte {
	if n == 0 {
		return dst
	}
	return append(strconv.AppendInt(dst, n, 10), unit)
}

// ParseDuration reads a duration.
func ParseDuration(text string) (Duration, error) {
	s, err := start("duration", text)
	if err != nil {
		return Duration{}, err
	}
	negative := s.peek() == '-'
	_ = s.accept('-') || s.accept('+')
	if !s.accept('P') {
		return Duration{}, s.expected("P, as in P1Y2M10DT2H30M")
	}
	var parts DurationParts
	if n := s.digits(); n == 4 && s.follows(n, "-") || n == 8 && (s.follows(n, "T") || s.pos+n == len(text)) {
		err = s.durationDate(&parts)
	} else {
		err = s.durationUnits(&parts)
	}
	if err != nil {
		return Duration{}, err
	}
	d, err := parts.Duration()
	if err == nil && negative {
		d, err = d.Neg()
	}
	if err != nil {
		return Duration{}, s.wrong(0, err.Error())
	}
	return d, nil
}

// follows reports whether a letter follows after n bytes.
func (s *scanner) follows(n int, letter string) bool {
	return s.pos+n < len(s.text) && (s.text[s.pos+n]|0x20) == (letter[0]|0x20)
}

// durationDate reads a date and a time that stand for so many years, months and so on.
func (s *scanner) durationDate(parts *DurationParts) error {
	basic := s.digits() == 8
	for _, f := range [...]struct {
		unit  DurationUnit
		width int
		most  int64
	}{{Years, 4, 9999}, {Months, 2, monthsPerYear}, {Days, 2, 31}} {
		if f.unit != Years && !basic && !s.accept('-') {
			return s.expected("- and the " + f.unit.String())
		}
		at := s.pos
		if n := s.digits(); n != f.width && !basic {
			return s.expected("the " + f.unit.String() + " in two digits")
		}
		n := s.number(f.width)
		if n > f.most {
			return s.wrong(at, (&RangeError{Field: f.unit.String(), Value: n, Max: f.most}).Error())
		}
		parts[f.unit].Whole = n
	}
	if s.accept('T') {
		t, err := s.time()
		if err != nil {
			return err
		}
		parts[Seconds].Whole, parts[Nanoseconds].Whole = t.Nanos/NanosPerSecond, t.Nanos%NanosPerSecond
	}
	return s.end("T and a time of day, or the end of the duration")
}

// durationUnits reads amounts, each followed by the letter of its unit.
func (s *scanner) durationUnits(parts *DurationParts) error {
	const letters, timeLetters = "YMWDHMS", 4
	units := [len(letters)]DurationUnit{Years, Months, Weeks, Days, Hours, Minutes, Seconds}
	next, limit := 0, timeLetters
	for {
		if limit == timeLetters && s.accept('T') {
			next, limit = timeLetters, len(letters)
		} else if s.done() && next > 0 {
			return nil
		}
		if next == limit {
			return s.expected("the end of the duration, or (after its days) T and a time")
		}
		a, err := s.amount()
		if err != nil {
			return err
		}
		i := strings.IndexByte(letters[next:limit], s.peek())
		if i < 0 {
			return s.expected("the unit of the number, one of " + strings.Join(strings.Split(letters[next:limit], ""), ", "))
		}
		parts[units[next+i]] = a
		next += i + 1
		s.pos++
	}
}

// amount reads a number with or without a sign and a fraction.
func (s *scanner) amount() (Amount, error) {
	at := s.pos
	negative := s.peek() == '-'
	_ = s.accept('-') || s.accept('+')
	begin, n := s.pos, s.digits()
	if n == 0 {
		s.pos = at
		return Amount{}, s.expected("a number and its unit, as in P1Y2M10DT2H30M")
	}
	s.pos += n
	if s.accept('.') || s.accept(',') {
		if n = s.digits(); n == 0 {
			return Amount{}, s.expected("the digits of the fraction")
		}
		s.pos += n
	}
	a, ok := decimalAmount(s.text[begin:s.pos])
	if !ok {
		return Amount{}, s.wrong(begin, "the number is too large")
	}
	if negative {
		a = Amount{Whole: -a.Whole, Part: -a.Part}
	}
	return a, nil
}
