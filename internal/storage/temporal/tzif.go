package temporal

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// TZif, the compiled form of a zone's rules (RFC 8536): two blocks, each a header and its
// data, the first of them for readers with 32 bits; then the yearly rule between newlines.

const tzifHeader = 44

// earliestChange is a time before any change of an offset, for no place had one before the
// railways: the year -208.
const earliestChange = -1 << 36

// tzifCounts are the six counts at the end of a header.
type tzifCounts struct {
	utc, standard, leap, changes, types, letters int
}

// decodeRules decodes the second block and the yearly rule.
func decodeRules(data string) (*rules, error) {
	counts, err := tzifCountsOf(data)
	if err != nil {
		return nil, err
	}
	first := tzifHeader + counts.size(4)
	if first > len(data) {
		return nil, errRules
	}
	data = data[first:]
	if counts, err = tzifCountsOf(data); err != nil {
		return nil, err
	}
	data = data[tzifHeader:]
	size := counts.size(8)
	if size > len(data) || counts.types == 0 {
		return nil, errRules
	}
	times, kinds := data[:counts.changes*8], data[counts.changes*8:counts.changes*9]
	types := data[counts.changes*9:]
	offset := func(i int) int32 { return int32(binary.BigEndian.Uint32([]byte(types[i*6 : i*6+4]))) }
	r := &rules{offsets: []int32{offset(0)}}
	last := int64(0)
	for i := range counts.changes {
		kind, at := int(kinds[i]), int64(binary.BigEndian.Uint64([]byte(times[i*8:i*8+8])))
		if kind >= counts.types || at < earliestChange || at <= last && i > 0 {
			return nil, errRules
		}
		last = at
		r.add(at, offset(kind))
	}
	if r.yearly, err = parseYearly(strings.Trim(data[size:], "\n")); err != nil {
		return nil, err
	}
	if counts.changes > 0 {
		r.writeOut(last)
	}
	return r, nil
}

func tzifCountsOf(data string) (tzifCounts, error) {
	if len(data) < tzifHeader || data[:4] != "TZif" || data[4] < '2' {
		return tzifCounts{}, errRules
	}
	n := func(i int) int { return int(binary.BigEndian.Uint32([]byte(data[20+4*i : 24+4*i]))) }
	return tzifCounts{utc: n(0), standard: n(1), leap: n(2), changes: n(3), types: n(4), letters: n(5)}, nil
}

// size is the length of the data of a block whose times have so many bytes.
func (c tzifCounts) size(timeSize int) int {
	return c.changes*(timeSize+1) + c.types*6 + c.letters + c.leap*(timeSize+4) + c.standard + c.utc
}

// parseYearly reads a POSIX TZ text with the extensions of RFC 8536: hours from -167 to 167.
func parseYearly(text string) (yearly, error) {
	p := posix{rest: text}
	var y yearly
	p.name()
	y.standard = -int32(p.duration())
	if p.rest != "" && !p.failed {
		y.changes = true
		p.name()
		y.summer = y.standard + secondsPerHour
		if !strings.HasPrefix(p.rest, ",") {
			y.summer = -int32(p.duration())
		}
		y.begin = p.yearDay()
		y.end = p.yearDay()
	}
	if p.failed || p.rest != "" {
		return yearly{}, fmt.Errorf("yearly rule %q: unexpected %q", text, p.rest)
	}
	return y, nil
}

// posix reads a POSIX TZ text from its front.
type posix struct {
	rest   string
	failed bool
}

func (p *posix) accept(c byte) bool {
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// name skips the abbreviation of a zone: letters, or anything between < and >.
func (p *posix) name() {
	n := 0
	if strings.HasPrefix(p.rest, "<") {
		n = strings.IndexByte(p.rest, '>') + 1
	} else {
		for n < len(p.rest) && p.rest[n]|0x20 >= 'a' && p.rest[n]|0x20 <= 'z' {
			n++
		}
	}
	p.failed = p.failed || n == 0
	p.rest = p.rest[n:]
}

func (p *posix) number() int {
	n, i := 0, 0
	for ; i < len(p.rest) && i < 4 && p.rest[i] >= '0' && p.rest[i] <= '9'; i++ {
		n = n*10 + int(p.rest[i]-'0')
	}
	p.failed = p.failed || i == 0
	p.rest = p.rest[i:]
	return n
}

// duration reads hours, minutes and seconds, and returns seconds.
func (p *posix) duration() int64 {
	sign := int64(1)
	if p.accept('-') {
		sign = -1
	} else {
		p.accept('+')
	}
	seconds := int64(p.number()) * secondsPerHour
	if p.accept(':') {
		seconds += int64(p.number()) * secondsPerMinute
		if p.accept(':') {
			seconds += int64(p.number())
		}
	}
	return sign * seconds
}

// yearDay reads ",M3.5.0/2", ",J60" or ",59".
func (p *posix) yearDay() yearDay {
	p.failed = p.failed || !p.accept(',')
	d := yearDay{seconds: 2 * secondsPerHour}
	switch {
	case p.accept('M'):
		d.month = p.number()
		p.failed = p.failed || !p.accept('.')
		d.week = p.number()
		p.failed = p.failed || !p.accept('.')
		d.day = p.number()
		p.failed = p.failed || d.month < 1 || d.month > monthsPerYear || d.week < 1 || d.week > 5
	case p.accept('J'):
		d.kind, d.day = julianDay, p.number()
	default:
		d.kind, d.day = ordinalDay, p.number()
	}
	if p.accept('/') {
		d.seconds = p.duration()
	}
	return d
}
