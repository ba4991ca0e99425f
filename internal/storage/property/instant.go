package property

import (
	"encoding/binary"
	"math"

	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// Bytes of the fixed parts of temporal values and points, their tag included.
const (
	instantBytes = 1 + 8 + 4
	zonedBytes   = instantBytes + 4
	point2DBytes = 1 + 4 + 2*8
	point3DBytes = point2DBytes + 8
)

// appendInstant is AppendValue for temporal values, points and values of enums.
func appendInstant(dst []byte, v value.Value) []byte {
	le := binary.LittleEndian
	switch v.Kind() {
	case value.KindDate:
		days := v.AsDate().Days
		if days == int64(int32(days)) {
			return le.AppendUint32(append(dst, tagDate32), uint32(days))
		}
		return le.AppendUint64(append(dst, tagDate64), uint64(days))
	case value.KindTime:
		t := v.AsTime()
		return le.AppendUint32(le.AppendUint64(append(dst, tagTime), uint64(t.Nanos)), uint32(t.Offset))
	case value.KindLocalTime:
		return le.AppendUint64(append(dst, tagLocalTime), uint64(v.AsLocalTime().Nanos))
	case value.KindDateTime:
		return appendDateTime(dst, v.AsDateTime())
	case value.KindLocalDateTime:
		t := v.AsLocalDateTime()
		return le.AppendUint32(le.AppendUint64(append(dst, tagLocalDateTime), uint64(t.Seconds)), uint32(t.Nanos))
	case value.KindDuration:
		d := v.AsDuration()
		dst = append(dst, tagDuration, 0)
		start := len(dst)
		for _, part := range [...]int64{d.Months, d.Days, d.Seconds, int64(d.Nanos)} {
			dst = binary.AppendVarint(dst, part)
		}
		dst[start-1] = byte(len(dst) - start)
		return dst
	case value.KindPoint:
		p := v.AsPoint()
		tag := byte(tagPoint2D)
		if p.ThreeD() {
			tag = tagPoint3D
		}
		dst = le.AppendUint32(append(dst, tag), p.SRID)
		dst = le.AppendUint64(le.AppendUint64(dst, math.Float64bits(p.X)), math.Float64bits(p.Y))
		if p.ThreeD() {
			dst = le.AppendUint64(dst, math.Float64bits(p.Z))
		}
		return dst
	case value.KindEnum:
		enum, number := v.AsEnum()
		return le.AppendUint32(le.AppendUint32(append(dst, tagEnum), enum), number)
	case value.KindNull, value.KindBool, value.KindInt, value.KindFloat, value.KindString, value.KindBytes,
		value.KindList, value.KindMap, value.KindNode, value.KindEdge, value.KindPath, value.KindVirtualNode, value.KindVirtualEdge:
	}
	panic("property: " + v.Kind().String() + " is neither temporal, a point nor of an enum")
}

func appendDateTime(dst []byte, t temporal.DateTime) []byte {
	le := binary.LittleEndian
	offset, name := t.Zone.OffsetAt(t.Seconds), t.Zone.Name()
	tag := byte(tagDateTime)
	if name != "" {
		tag = tagZonedDateTime
	}
	dst = le.AppendUint32(le.AppendUint64(append(dst, tag), uint64(t.Seconds)), uint32(t.Nanos))
	dst = le.AppendUint32(dst, uint32(offset))
	if name == "" {
		return dst
	}
	name = name[:min(len(name), temporal.ZoneNameMax)]
	return append(append(dst, byte(len(name))), name...)
}

// instantSize returns the bytes of the temporal value, point or value of an enum at the start of b.
func instantSize(b []byte) int {
	switch b[0] {
	case tagDate32:
		return 5
	case tagDate64, tagLocalTime, tagEnum:
		return 9
	case tagTime, tagLocalDateTime:
		return instantBytes
	case tagDateTime:
		return zonedBytes
	case tagZonedDateTime:
		return zonedBytes + 1 + int(b[zonedBytes])
	case tagDuration:
		return 2 + int(b[1])
	case tagPoint2D:
		return point2DBytes
	case tagPoint3D:
		return point3DBytes
	}
	panic("property: unknown tag in a blob")
}

// readInstant returns the temporal value, point or value of an enum at the start of b.
func readInstant(b []byte) value.Value {
	le := binary.LittleEndian
	switch b[0] {
	case tagDate32:
		return value.Date(temporal.Date{Days: int64(int32(le.Uint32(b[1:])))})
	case tagDate64:
		return value.Date(temporal.Date{Days: int64(le.Uint64(b[1:]))})
	case tagTime:
		return value.Time(temporal.Time{Nanos: int64(le.Uint64(b[1:])), Offset: int32(le.Uint32(b[9:]))})
	case tagLocalTime:
		return value.LocalTime(temporal.LocalTime{Nanos: int64(le.Uint64(b[1:]))})
	case tagLocalDateTime:
		return value.LocalDateTime(temporal.LocalDateTime{Seconds: int64(le.Uint64(b[1:])), Nanos: int32(le.Uint32(b[9:]))})
	case tagDateTime, tagZonedDateTime:
		var name []byte
		if b[0] == tagZonedDateTime {
			name = b[zonedBytes+1 : zonedBytes+1+int(b[zonedBytes])]
		}
		zone, ok := temporal.StoredZone(name, int32(le.Uint32(b[instantBytes:])))
		if !ok {
			panic("property: impossible zone in a blob")
		}
		return value.DateTime(temporal.DateTime{Seconds: int64(le.Uint64(b[1:])), Nanos: int32(le.Uint32(b[9:])), Zone: zone})
	case tagDuration:
		return readDuration(b[2:])
	case tagPoint2D, tagPoint3D:
		p := value.PointValue{
			SRID: le.Uint32(b[1:]),
			X:    math.Float64frombits(le.Uint64(b[5:])),
			Y:    math.Float64frombits(le.Uint64(b[13:])),
		}
		if b[0] == tagPoint3D {
			p.Z = math.Float64frombits(le.Uint64(b[21:]))
		}
		return value.Point(p)
	case tagEnum:
		return value.Enum(le.Uint32(b[1:]), le.Uint32(b[5:]))
	}
	panic("property: unknown tag in a blob")
}

func readDuration(b []byte) value.Value {
	var parts [4]int64
	for i := range parts {
		x, n := binary.Varint(b)
		parts[i], b = x, b[n:]
	}
	return value.Duration(temporal.Duration{Months: parts[0], Days: parts[1], Seconds: parts[2], Nanos: int32(parts[3])})
}
