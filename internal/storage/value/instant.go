package value

import (
	"cmp"
	"math"
	"unsafe"

	"github.com/cespare/xxhash/v2"

	"memgraphd/internal/storage/temporal"
)

// Date returns d as a value.
func Date(d temporal.Date) Value { return Value{k: KindDate, n: uint64(d.Days)} }

// Time returns t as a value.
func Time(t temporal.Time) Value { return Value{k: KindTime, n: uint64(t.Nanos), x: t.Offset} }

// LocalTime returns t as a value.
func LocalTime(t temporal.LocalTime) Value { return Value{k: KindLocalTime, n: uint64(t.Nanos)} }

// DateTime returns t as a value.
func DateTime(t temporal.DateTime) Value {
	return Value{k: KindDateTime, p: unsafe.Pointer(t.Zone), n: uint64(t.Seconds), x: t.Nanos}
}

// LocalDateTime returns t as a value.
func LocalDateTime(t temporal.LocalDateTime) Value {
	return Value{k: KindLocalDateTime, n: uint64(t.Seconds), x: t.Nanos}
}

// Duration returns d as a value.
func Duration(d temporal.Duration) Value { return Value{k: KindDuration, p: unsafe.Pointer(&d)} }

// Point returns p as a value.
func Point(p PointValue) Value { return Value{k: KindPoint, p: unsafe.Pointer(&p)} }

// AsDate returns the date in v, which must be of KindDate.
func (v Value) AsDate() temporal.Date {
	v.must(KindDate)
	return temporal.Date{Days: int64(v.n)}
}

// AsTime returns the time in v, which must be of KindTime.
func (v Value) AsTime() temporal.Time {
	v.must(KindTime)
	return temporal.Time{Nanos: int64(v.n), Offset: v.x}
}

// AsLocalTime returns the time in v, which must be of KindLocalTime.
func (v Value) AsLocalTime() temporal.LocalTime {
	v.must(KindLocalTime)
	return temporal.LocalTime{Nanos: int64(v.n)}
}

// AsDateTime returns the instant in v, which must be of KindDateTime.
func (v Value) AsDateTime() temporal.DateTime {
	v.must(KindDateTime)
	return temporal.DateTime{Seconds: int64(v.n), Nanos: v.x, Zone: (*temporal.Zone)(v.p)}
}

// AsLocalDateTime returns the instant in v, which must be of KindLocalDateTime.
func (v Value) AsLocalDateTime() temporal.LocalDateTime {
	v.must(KindLocalDateTime)
	return temporal.LocalDateTime{Seconds: int64(v.n), Nanos: v.x}
}

// AsDuration returns the duration in v, which must be of KindDuration.
func (v Value) AsDuration() temporal.Duration {
	v.must(KindDuration)
	return *(*temporal.Duration)(v.p)
}

// AsPoint returns the point in v, which must be of KindPoint; it must not be written to.
func (v Value) AsPoint() *PointValue {
	v.must(KindPoint)
	return (*PointValue)(v.p)
}

// IsInstant reports whether v is a date, a time or both: what the comparison operators order.
func (v Value) IsInstant() bool { return v.k >= KindDate && v.k <= KindLocalDateTime }

// IsTemporal reports whether v is an instant or a duration.
func (v Value) IsTemporal() bool { return v.k >= KindDate && v.k <= KindDuration }

// TemporalText returns the canonical text of the instant or duration in v: the shortest in
// ISO 8601 that says all.
func (v Value) TemporalText() string {
	switch v.k {
	case KindDate:
		return v.AsDate().String()
	case KindTime:
		return v.AsTime().String()
	case KindLocalTime:
		return v.AsLocalTime().String()
	case KindDateTime:
		return v.AsDateTime().String()
	case KindLocalDateTime:
		return v.AsLocalDateTime().String()
	case KindDuration:
		return v.AsDuration().String()
	case KindNull, KindBool, KindInt, KindFloat, KindString, KindBytes, KindList, KindMap, KindNode, KindEdge, KindPath, KindPoint, KindEnum,
		KindVirtualNode, KindVirtualEdge:
	}
	misused(v.k, KindDuration)
	return ""
}

// orderInstants orders two temporal values, points or values of enums of the same kind.
func orderInstants(a, b Value) int {
	switch a.k {
	case KindTime:
		return a.AsTime().Compare(b.AsTime())
	case KindDateTime:
		return a.AsDateTime().Compare(b.AsDateTime())
	case KindDuration:
		return a.AsDuration().Compare(b.AsDuration())
	case KindPoint:
		p, q := a.AsPoint(), b.AsPoint()
		return cmp.Or(cmp.Compare(p.SRID, q.SRID), cmp.Compare(p.X, q.X), cmp.Compare(p.Y, q.Y), cmp.Compare(p.Z, q.Z))
	case KindEnum:
		return cmp.Compare(a.n, b.n)
	case KindDate, KindLocalTime, KindLocalDateTime:
		return cmp.Or(cmp.Compare(int64(a.n), int64(b.n)), cmp.Compare(a.x, b.x))
	case KindNull, KindBool, KindInt, KindFloat, KindString, KindBytes, KindList, KindMap, KindNode, KindEdge, KindPath, KindVirtualNode, KindVirtualEdge:
	}
	return 0
}

// hashInstant is hash for temporal values, points and values of enums.
func hashInstant(v Value, seed uint64) uint64 {
	kind := uint64(v.k)
	switch v.k {
	case KindDuration:
		d := v.AsDuration()
		for _, n := range [...]int64{d.Months, d.Days, d.Seconds} {
			seed = mix(seed, kind, uint64(n))
		}
		return mix(seed, kind, uint64(d.Nanos))
	case KindPoint:
		p := v.AsPoint()
		for _, f := range [...]float64{p.X, p.Y, p.Z} {
			seed = mix(seed, kind, coordinate(f))
		}
		return mix(seed, kind, uint64(p.SRID))
	case KindDateTime:
		zone := v.AsDateTime().Zone
		seed = mix(seed, xxhash.Sum64String(zone.Name()), uint64(zone.OffsetAt(int64(v.n))))
	case KindDate, KindTime, KindLocalTime, KindLocalDateTime, KindEnum,
		KindNull, KindBool, KindInt, KindFloat, KindString, KindBytes, KindList, KindMap, KindNode, KindEdge, KindPath, KindVirtualNode, KindVirtualEdge:
	}
	return mix(mix(seed, kind, uint64(uint32(v.x))), kind, v.n)
}

// coordinate gives 0 and -0, and all NaN, the same bits.
func coordinate(f float64) uint64 {
	if math.IsNaN(f) {
		f = math.NaN()
	}
	return math.Float64bits(f + 0)
}
