package codec

import (
	"encoding/binary"
	"fmt"
	"math"

	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// FormatOf returns the lowest format of commits and values that has what v holds.
func FormatOf(v value.Value) uint32 {
	switch v.Kind() {
	case value.KindNull, value.KindBool, value.KindInt, value.KindFloat, value.KindString, value.KindBytes,
		value.KindNode, value.KindEdge, value.KindPath, value.KindVirtualNode, value.KindVirtualEdge:
		return 1
	case value.KindList:
		format := uint32(1)
		for _, e := range v.AsList() {
			format = max(format, FormatOf(e))
		}
		return format
	case value.KindMap:
		format := uint32(1)
		for _, e := range v.AsMap() {
			format = max(format, FormatOf(e.Value))
		}
		return format
	case value.KindEnum:
		return 3
	case value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime,
		value.KindDuration, value.KindPoint:
	}
	return 2
}

// appendInstant is appendValue for temporal values, points and values of enums.
func appendInstant(dst []byte, v value.Value) []byte {
	le := binary.LittleEndian
	switch v.Kind() {
	case value.KindDate:
		return binary.AppendVarint(append(dst, tagDate), v.AsDate().Days)
	case value.KindTime:
		t := v.AsTime()
		return binary.AppendVarint(binary.AppendUvarint(append(dst, tagTime), uint64(t.Nanos)), int64(t.Offset))
	case value.KindLocalTime:
		return binary.AppendUvarint(append(dst, tagLocalTime), uint64(v.AsLocalTime().Nanos))
	case value.KindLocalDateTime:
		t := v.AsLocalDateTime()
		return appendSeconds(append(dst, tagLocalDateTime), t.Seconds, t.Nanos)
	case value.KindDateTime:
		t := v.AsDateTime()
		dst = appendSeconds(append(dst, tagDateTime), t.Seconds, t.Nanos)
		return AppendString(binary.AppendVarint(dst, int64(t.Zone.OffsetAt(t.Seconds))), t.Zone.Name())
	case value.KindDuration:
		d := v.AsDuration()
		dst = binary.AppendVarint(binary.AppendVarint(append(dst, tagDuration), d.Months), d.Days)
		return appendSeconds(dst, d.Seconds, d.Nanos)
	case value.KindPoint:
		p := v.AsPoint()
		dst = binary.AppendUvarint(append(dst, tagPoint), uint64(p.SRID))
		dst = le.AppendUint64(le.AppendUint64(dst, math.Float64bits(p.X)), math.Float64bits(p.Y))
		if p.ThreeD() {
			dst = le.AppendUint64(dst, math.Float64bits(p.Z))
		}
		return dst
	case value.KindEnum:
		enum, number := v.AsEnum()
		return binary.AppendUvarint(binary.AppendUvarint(append(dst, tagEnum), uint64(enum)), uint64(number))
	case value.KindNull, value.KindBool, value.KindInt, value.KindFloat, value.KindString, value.KindBytes,
		value.KindList, value.KindMap, value.KindNode, value.KindEdge, value.KindPath, value.KindVirtualNode, value.KindVirtualEdge:
	}
	panic("codec: " + v.Kind().String() + " is neither temporal, a point nor of an enum")
}

func appendSeconds(dst []byte, seconds int64, nanos int32) []byte {
	return binary.AppendUvarint(binary.AppendVarint(dst, seconds), uint64(nanos))
}

// instant takes what follows the tag of a temporal value, a point or a value of an enum.
func (r *Reader) instant(tag byte) value.Value {
	switch tag {
	case tagDate:
		d := temporal.Date{Days: r.Varint()}
		return checked(r, value.Date(d), d.Valid())
	case tagTime:
		t := temporal.Time{Nanos: r.nanosOfDay(), Offset: r.offset()}
		return checked(r, value.Time(t), t.Valid())
	case tagLocalTime:
		t := temporal.LocalTime{Nanos: r.nanosOfDay()}
		return checked(r, value.LocalTime(t), t.Valid())
	case tagLocalDateTime:
		t := temporal.LocalDateTime{Seconds: r.Varint(), Nanos: r.nanos()}
		return checked(r, value.LocalDateTime(t), t.Valid())
	case tagDateTime:
		return r.dateTime()
	case tagDuration:
		d := temporal.Duration{Months: r.Varint(), Days: r.Varint(), Seconds: r.Varint(), Nanos: r.nanos()}
		return checked(r, value.Duration(d), d.Valid())
	case tagPoint:
		return r.point()
	case tagEnum:
		enum, number := r.Uvarint(), r.Uvarint()
		v := value.Enum(uint32(min(enum, math.MaxUint32)), uint32(min(number, math.MaxUint32)))
		return checked(r, v, enum <= math.MaxUint32 && number <= math.MaxUint32)
	}
	r.Fail(fmt.Sprintf("unknown value tag %d", tag))
	return value.Null
}

func (r *Reader) dateTime() value.Value {
	t := temporal.DateTime{Seconds: r.Varint(), Nanos: r.nanos()}
	offset, name := r.offset(), r.Bytes()
	zone, ok := temporal.StoredZone(name, offset)
	if !ok {
		r.Fail(fmt.Sprintf("a time zone at offset %d named %.40q", offset, name))
		return value.Null
	}
	t.Zone = temporal.FixedZone(offset) // what held counts here, not what the name's rules say today
	valid := t.Valid()
	t.Zone = zone
	return checked(r, value.DateTime(t), valid)
}

func (r *Reader) point() value.Value {
	srid := r.Uvarint()
	p := value.PointValue{SRID: uint32(min(srid, math.MaxUint32))}
	switch p.SRID {
	case value.WGS84, value.WGS84Height, value.Cartesian, value.Cartesian3D:
	default:
		r.Fail(fmt.Sprintf("a point of unknown reference system %d", srid))
		return value.Null
	}
	p.X, p.Y = math.Float64frombits(r.Uint64()), math.Float64frombits(r.Uint64())
	if p.ThreeD() {
		p.Z = math.Float64frombits(r.Uint64())
	}
	return value.Point(p)
}

// checked returns v, or fails where what it was made from is out of range.
func checked(r *Reader, v value.Value, valid bool) value.Value {
	if !valid {
		r.Fail("a value of type " + v.Kind().String() + " out of range")
		return value.Null
	}
	return v
}

// nanosOfDay, nanos and offset take numbers that must fit their field; the ranges within
// are checked with the value that they are part of.
func (r *Reader) nanosOfDay() int64 { return int64(min(r.Uvarint(), temporal.NanosPerDay)) }

func (r *Reader) nanos() int32 { return int32(min(r.Uvarint(), temporal.NanosPerSecond)) }

func (r *Reader) offset() int32 {
	return int32(max(-temporal.MaxOffset-1, min(r.Varint(), temporal.MaxOffset+1)))
}
