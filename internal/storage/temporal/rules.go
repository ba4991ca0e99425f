package temporal

import (
	"errors"
	"math"
	"sort"
)

// rules say which offset holds when: by a table of changes up to tableEnd, then by a yearly
// rule.
//
// Example: changes 100 and 200, offsets 3600, 7200 and 3600. The clocks are an hour ahead
// until 100, two hours from 100 until 200, then one hour again until the yearly rule begins.
type rules struct {
	changes []int64 // instants in seconds since 1970-01-01T00:00:00Z, ascending
	offsets []int32 // one more than changes: offsets[i] holds until changes[i]
	yearly  yearly
}

// tableEnd is the year until which the yearly rule is written out as changes, since a search
// in the table is faster than the calendar.
const tableEnd = 2100

// span is a time during which an offset holds.
type span struct {
	start, end int64 // from start until before end
	offset     int32
}

func (r *rules) offsetAt(utc int64) int32 {
	i := r.search(utc)
	if i < len(r.changes) || !r.yearly.changes {
		return r.offsets[i]
	}
	return r.yearly.at(utc).offset
}

// search returns the number of changes that have happened at an instant.
func (r *rules) search(utc int64) int {
	low, high := 0, len(r.changes)
	for low < high {
		if mid := int(uint(low+high) / 2); r.changes[mid] <= utc {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

// at returns the span that contains an instant.
func (r *rules) at(utc int64) span {
	i := r.search(utc)
	if i == len(r.changes) && r.yearly.changes {
		s := r.yearly.at(utc)
		if i > 0 {
			s.start = max(s.start, r.changes[i-1])
		}
		return s
	}
	s := span{start: math.MinInt64, end: math.MaxInt64, offset: r.offsets[i]}
	if i > 0 {
		s.start = r.changes[i-1]
	}
	if i < len(r.changes) {
		s.end = r.changes[i]
	}
	return s
}

// resolve finds the instant of a local time among the spans that can contain it, which are
// those that are no further away than the largest offset.
func (r *rules) resolve(local int64, preferred int32) int64 {
	s := r.at(local - MaxOffset)
	found, ok := int64(0), false
	for {
		utc := local - int64(s.offset)
		switch {
		case utc < s.start && !ok: // skipped at the start of this span; see the end of the loop
			return found
		case utc >= s.start && utc < s.end && (!ok || s.offset == preferred):
			found, ok = utc, true
		}
		if s.end > local+MaxOffset {
			return found
		}
		if !ok {
			found = utc // by the offset before the gap, if a gap it is
		}
		s = r.at(s.end)
	}
}

// add appends the change to an offset, unless it is the offset already.
func (r *rules) add(at int64, offset int32) {
	if offset == r.offsets[len(r.offsets)-1] {
		return
	}
	r.changes = append(r.changes, at)
	r.offsets = append(r.offsets, offset)
}

// writeOut appends the changes of the yearly rule from the last change that the zone had
// outside of it, even if that left the offset as it was, until tableEnd.
func (r *rules) writeOut(last int64) {
	if !r.yearly.changes {
		return
	}
	for year := yearAt(last) - 1; year <= tableEnd; year++ {
		for _, c := range r.yearly.in(year) {
			if c.start > last {
				r.add(c.start, c.offset)
			}
		}
	}
}

// yearly is a rule for every year, as a POSIX TZ text gives it: "CET-1CEST,M3.5.0,M10.5.0/3".
type yearly struct {
	standard, summer int32 // offsets in seconds east of UTC
	changes          bool  // whether there is a summer
	begin, end       yearDay
}

// yearDay is a day of a year and a time of that day.
type yearDay struct {
	kind             dayKind
	month, week, day int
	seconds          int64 // since midnight, may lie outside the day
}

type dayKind uint8

const (
	weekdayOfMonth dayKind = iota // M3.5.0: the fifth (or last) Sunday of March
	julianDay                     // J60: the day of the year from 1, without 29 February
	ordinalDay                    // 59: the day of the year from 0
)

// at returns the span that contains an instant.
func (y *yearly) at(utc int64) span {
	year := yearAt(utc)
	var list [6]span
	for i := range int64(3) {
		two := y.in(year - 1 + i)
		list[2*i], list[2*i+1] = two[0], two[1]
	}
	i := sort.Search(len(list), func(i int) bool { return list[i].start > utc })
	s := list[max(i-1, 0)]
	s.end = list[min(i, len(list)-1)].start
	return s
}

// in returns the two changes of a year, with their start and the offset that holds from then
// on, in the order of time.
func (y *yearly) in(year int64) [2]span {
	begin := span{start: y.begin.seconds1970(year) - int64(y.standard), offset: y.summer}
	end := span{start: y.end.seconds1970(year) - int64(y.summer), offset: y.standard}
	if begin.start > end.start {
		return [2]span{end, begin}
	}
	return [2]span{begin, end}
}

// seconds1970 is the moment in a year, in local seconds since 1970.
func (d yearDay) seconds1970(year int64) int64 {
	var days int64
	switch d.kind {
	case weekdayOfMonth:
		first := Date{daysOf(year, int64(d.month), 1)}
		days = first.Days + floorMod(int64(d.day-first.DayOfWeek()), daysPerWeek) + int64(d.week-1)*daysPerWeek
		if days-first.Days >= int64(daysInMonth(year, d.month)) {
			days -= daysPerWeek
		}
	case julianDay:
		days = daysOf(year, 1, 1) + int64(d.day-1)
		if d.day >= 60 && isLeap(year) {
			days++
		}
	case ordinalDay:
		days = daysOf(year, 1, 1) + int64(d.day)
	}
	return days*SecondsPerDay + d.seconds
}

func yearAt(utc int64) int64 { return Date{floorDiv(utc, SecondsPerDay)}.Year() }

var errRules = errors.New("rules that are not TZif version 2")
