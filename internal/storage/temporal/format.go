package temporal

import "strconv"

// The canonical texts: the shortest in ISO 8601 that says all. Seconds are left out when
// they and their fraction are zero, a fraction ends with its last digit that is not zero, and
// a year outside 0000 … 9999 carries its sign.

// String returns the canonical text: 2015-07-21.
func (d Date) String() string { return string(d.Append(make([]byte, 0, 16))) }

// Append appends the canonical text to dst.
func (d Date) Append(dst []byte) []byte {
	c := d.Civil()
	dst = append(appendYear(dst, c.Year), '-')
	dst = append(appendTwo(dst, c.Month), '-')
	return appendTwo(dst, c.Day)
}

// String returns the canonical text: 21:40:32.142.
func (t LocalTime) String() string { return string(t.Append(make([]byte, 0, 24))) }

// Append appends the canonical text to dst.
func (t LocalTime) Append(dst []byte) []byte {
	c := t.Clock()
	dst = append(appendTwo(dst, c.Hour), ':')
	dst = appendTwo(dst, c.Minute)
	if c.Second != 0 || c.Nanosecond != 0 {
		dst = appendTwo(append(dst, ':'), c.Second)
		dst = appendFraction(dst, c.Nanosecond)
	}
	return dst
}

// String returns the canonical text: 21:40:32.142+01:00.
func (t Time) String() string { return string(t.Append(make([]byte, 0, 32))) }

// Append appends the canonical text to dst.
func (t Time) Append(dst []byte) []byte { return AppendOffset(t.Local().Append(dst), t.Offset) }

// String returns the canonical text: 2015-07-21T21:40:32.142.
func (t LocalDateTime) String() string { return string(t.Append(make([]byte, 0, 40))) }

// Append appends the canonical text to dst.
func (t LocalDateTime) Append(dst []byte) []byte {
	return t.Time().Append(append(t.Date().Append(dst), 'T'))
}

// String returns the canonical text: 2015-07-21T21:40:32.142+02:00[Europe/Stockholm].
func (t DateTime) String() string { return string(t.Append(make([]byte, 0, 64))) }

// Append appends the canonical text to dst.
func (t DateTime) Append(dst []byte) []byte {
	offset := t.Offset()
	local := LocalDateTime{Seconds: t.Seconds + int64(offset), Nanos: t.Nanos}
	dst = AppendOffset(local.Append(dst), offset)
	if name := t.Zone.Name(); name != "" {
		dst = append(append(append(dst, '['), name...), ']')
	}
	return dst
}

// AppendOffset appends an offset from UTC: Z, +01:00, -02:05:59.
func AppendOffset(dst []byte, offset int32) []byte {
	if offset == 0 {
		return append(dst, 'Z')
	}
	seconds := int(offset)
	if seconds < 0 {
		dst, seconds = append(dst, '-'), -seconds
	} else {
		dst = append(dst, '+')
	}
	dst = append(appendTwo(dst, seconds/secondsPerHour), ':')
	dst = appendTwo(dst, seconds/secondsPerMinute%secondsPerMinute)
	if rest := seconds % secondsPerMinute; rest != 0 {
		dst = appendTwo(append(dst, ':'), rest)
	}
	return dst
}

func appendYear(dst []byte, year int64) []byte {
	switch {
	case year < 0:
		dst, year = append(dst, '-'), -year
	case year > 9999:
		dst = append(dst, '+')
	}
	for limit := int64(1000); limit > 1 && year < limit; limit /= 10 {
		dst = append(dst, '0')
	}
	return strconv.AppendInt(dst, year, 10)
}

func appendTwo(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }

// appendFraction appends a point and the nanoseconds without zeros at their end, or nothing.
func appendFraction(dst []byte, nanos int) []byte {
	if nanos == 0 {
		return dst
	}
	dst = append(dst, '.')
	for limit := NanosPerSecond / 10; nanos > 0; limit /= 10 {
		dst = append(dst, byte('0'+nanos/limit))
		nanos %= limit
	}
	return dst
}
