package index

import (
	"math"

	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// nearSeconds is how far from 1970 a prefix counts nanoseconds; beyond it counts seconds.
// The nanoseconds of both sides together stay below 1<<63.
const nearSeconds = 4_600_000_000 // to the year 2115, and from 1824

// farSeconds is how far from 1970 a prefix tells seconds apart: farther than any instant,
// but not than any duration.
const farSeconds = 1 << 61

// instantPrefix maps an instant to an integer in the same order; exact tells whether no
// other instant has it.
func instantPrefix(seconds int64, nanos int32) (prefix uint64, exact bool) {
	switch {
	case seconds >= farSeconds:
		return 3<<62 + farSeconds, false
	case seconds >= nearSeconds:
		return 3<<62 + uint64(seconds-nearSeconds), nanos == 0
	case seconds >= -nearSeconds:
		return 1<<63 + uint64(seconds*temporal.NanosPerSecond+int64(nanos)), true
	case seconds >= -farSeconds:
		return 1<<62 - uint64(-nearSeconds-seconds), nanos == 0
	}
	return 0, false
}

// instantOf is the opposite of instantPrefix for what is exact.
func instantOf(prefix uint64) (seconds int64, nanos int32) {
	switch {
	case prefix >= 3<<62:
		return nearSeconds + int64(prefix-3<<62), 0
	case prefix < 1<<62:
		return -nearSeconds - int64(1<<62-prefix), 0
	}
	t := int64(prefix - 1<<63)
	seconds, rest := t/temporal.NanosPerSecond, t%temporal.NanosPerSecond
	if rest < 0 {
		return seconds - 1, int32(rest + temporal.NanosPerSecond)
	}
	return seconds, int32(rest)
}

// Parts of the prefix of a time: the time of day at UTC, then the offset in minutes.
const (
	offsetBits = 12
	utcLeast   = temporal.MaxOffset * temporal.NanosPerSecond // added, so that it is positive
)

// instantKey is keyOf for temporal values, points and values of enums.
func instantKey(v value.Value) key {
	k := key{}
	switch v.Kind() {
	case value.KindDate:
		return key{classDate, true, uint64(v.AsDate().Days) ^ 1<<63}
	case value.KindLocalTime:
		return key{classLocalTime, true, uint64(v.AsLocalTime().Nanos)}
	case value.KindTime:
		t := v.AsTime()
		utc := uint64(t.Nanos - int64(t.Offset)*temporal.NanosPerSecond + utcLeast)
		offset := uint64(t.Offset + temporal.MaxOffset)
		return key{classTime, offset%60 == 0, utc<<offsetBits | offset/60}
	case value.KindLocalDateTime:
		t := v.AsLocalDateTime()
		k.class = classLocalDateTime
		k.prefix, k.exact = instantPrefix(t.Seconds, t.Nanos)
	case value.KindDateTime:
		t := v.AsDateTime()
		k.class = classDateTime
		k.prefix, k.exact = instantPrefix(t.Seconds, t.Nanos)
		k.exact = k.exact && t.Zone == nil
	case value.KindDuration:
		d := v.AsDuration()
		k.class = classDuration
		k.prefix, k.exact = instantPrefix(d.MeanSeconds(), d.Nanos)
		k.exact = k.exact && d.Months == 0 && d.Days == 0
	case value.KindPoint:
		p := v.AsPoint()
		return key{class: classPoint, prefix: system(p.SRID)<<62 | orderedCoordinate(p.X)>>2}
	case value.KindEnum:
		enum, number := v.AsEnum()
		return key{classEnum, true, uint64(enum)<<32 | uint64(number)}
	case value.KindNull, value.KindBool, value.KindInt, value.KindFloat, value.KindString, value.KindBytes,
		value.KindList, value.KindMap, value.KindNode, value.KindEdge, value.KindPath, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return k
}

// system maps the reference systems to two bits in the order of their numbers.
func system(srid uint32) uint64 {
	switch {
	case srid <= value.WGS84:
		return 0
	case srid <= value.WGS84Height:
		return 1
	case srid <= value.Cartesian:
		return 2
	}
	return 3
}

// orderedCoordinate is orderedFloat with NaN first, as points are ordered.
func orderedCoordinate(f float64) uint64 {
	if math.IsNaN(f) {
		return 0
	}
	return orderedFloat(f)
}

// exactInstant is valueOf for temporal values and values of enums.
func exactInstant(class Class, prefix uint64) value.Value {
	switch class {
	case classDate:
		return value.Date(temporal.Date{Days: int64(prefix ^ 1<<63)})
	case classLocalTime:
		return value.LocalTime(temporal.LocalTime{Nanos: int64(prefix)})
	case classTime:
		offset := int32(prefix&(1<<offsetBits-1))*60 - temporal.MaxOffset
		utc := int64(prefix>>offsetBits) - utcLeast
		return value.Time(temporal.Time{Nanos: utc + int64(offset)*temporal.NanosPerSecond, Offset: offset})
	case classLocalDateTime:
		seconds, nanos := instantOf(prefix)
		return value.LocalDateTime(temporal.LocalDateTime{Seconds: seconds, Nanos: nanos})
	case classDateTime:
		seconds, nanos := instantOf(prefix)
		return value.DateTime(temporal.DateTime{Seconds: seconds, Nanos: nanos})
	case classDuration:
		seconds, nanos := instantOf(prefix)
		return value.Duration(temporal.Duration{Seconds: seconds, Nanos: nanos})
	case classEnum:
		return value.Enum(uint32(prefix>>32), uint32(prefix))
	case classPoint, classComposite, classString, classBytes, classBool, classNumber, classes:
	}
	panic("index: this prefix does not say all")
}
