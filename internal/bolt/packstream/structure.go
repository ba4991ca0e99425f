package packstream

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// Tags of the structures that stand for values; see the package comment.
const (
	TagNode         = 0x4E
	TagRelationship = 0x52
	TagUnbound      = 0x72
	TagPath         = 0x50

	TagDate            = 0x44
	TagTime            = 0x54
	TagLocalTime       = 0x74
	TagLocalDateTime   = 0x64
	TagDateTime        = 0x49
	TagDateTimeZone    = 0x69
	TagOldDateTime     = 0x46
	TagOldDateTimeZone = 0x66
	TagDuration        = 0x45
	TagPoint2D         = 0x58
	TagPoint3D         = 0x59
	tagVector          = 0x56
)

// DateTimes says how an encoder writes instants with a zone.
type DateTimes uint8

// The forms of instants with a zone.
const (
	UTCDateTimes   DateTimes = iota // from 5.0 on, and before where both sides agreed on the patch "utc"
	LocalDateTimes                  // else up to 4.4: seconds of the local time, with other tags
)

// structureName returns the name that a client knows the structure by.
func structureName(tag byte) string {
	switch tag {
	case TagNode:
		return "Node"
	case TagRelationship, TagUnbound:
		return "Relationship"
	case TagPath:
		return "Path"
	case TagDate:
		return "Date"
	case TagTime:
		return "Time"
	case TagLocalTime:
		return "LocalTime"
	case TagDateTime, TagDateTimeZone, TagOldDateTime, TagOldDateTimeZone:
		return "DateTime"
	case TagLocalDateTime:
		return "LocalDateTime"
	case TagDuration:
		return "Duration"
	case TagPoint2D, TagPoint3D:
		return "Point"
	case tagVector:
		return "Vector"
	}
	return fmt.Sprintf("structure %02X", tag)
}

// structureFields returns how many fields a structure has that a client may send, 0 for
// every other one.
func structureFields(tag byte) int {
	switch tag {
	case TagDate, TagLocalTime:
		return 1
	case TagTime, TagLocalDateTime:
		return 2
	case TagDateTime, TagDateTimeZone, TagOldDateTime, TagOldDateTimeZone, TagPoint2D:
		return 3
	case TagDuration, TagPoint3D:
		return 4
	}
	return 0
}

// structure reads a temporal value or a point; every other structure is refused.
func (d *Decoder) structure() (value.Value, error) {
	fields, tag, err := d.StructHeader()
	if err != nil {
		return value.Null, err
	}
	want := structureFields(tag)
	if want == 0 {
		return value.Null, &StructureError{Tag: tag}
	}
	r := structureReader{d: d, tag: tag}
	if fields != want {
		r.fail(fmt.Sprintf("it has %d fields instead of %d", fields, want))
		return value.Null, r.err
	}
	v := r.value()
	if r.err != nil {
		return value.Null, r.err
	}
	return v, nil
}

// structureReader reads the fields of a structure; its first failure stays.
type structureReader struct {
	d   *Decoder
	tag byte
	err error
}

func (r *structureReader) fail(reason string) {
	if r.err == nil {
		r.err = &StructureError{Tag: r.tag, Reason: reason}
	}
}

// is reports whether the next field can be read: it has the type t and nothing failed.
func (r *structureReader) is(t Type, name string) bool {
	if got := r.d.Peek(); r.err == nil && got != t && got != TypeInvalid {
		r.fail(fmt.Sprintf("the field %q is %s instead of %s", name, got.article(), t.article()))
	}
	return r.err == nil
}

func (r *structureReader) int(name string) int64 {
	if !r.is(TypeInt, name) {
		return 0
	}
	var i int64
	i, r.err = r.d.Int()
	return i
}

// within reads an integer between two bounds.
func (r *structureReader) within(name string, least, most int64) int64 {
	i := r.int(name)
	if i < least || i > most {
		r.fail(fmt.Sprintf("the field %q is %d; it must be between %d and %d", name, i, least, most))
		return 0
	}
	return i
}

func (r *structureReader) nanos() int32 {
	return int32(r.within("nanoseconds", 0, temporal.NanosPerSecond-1))
}

func (r *structureReader) nanosOfDay() int64 {
	return r.within("nanoseconds", 0, temporal.NanosPerDay-1)
}

func (r *structureReader) offset() int32 {
	return int32(r.within("offset", -temporal.MaxOffset, temporal.MaxOffset))
}

func (r *structureReader) float(name string) float64 {
	if !r.is(TypeFloat, name) {
		return 0
	}
	var f float64
	f, r.err = r.d.Float()
	return f
}

// zone reads the name of a time zone.
func (r *structureReader) zone() *temporal.Zone {
	if !r.is(TypeString, "time zone") {
		return nil
	}
	var name []byte
	if name, r.err = r.d.StringView(); r.err != nil {
		return nil
	}
	zone, err := temporal.LookupZone(string(name))
	if err != nil {
		r.fail(err.Error())
	}
	return zone
}

// value reads the fields.
func (r *structureReader) value() value.Value {
	switch r.tag {
	case TagDate:
		return value.Date(temporal.Date{Days: r.within("days", temporal.MinDays, temporal.MaxDays)})
	case TagTime:
		return value.Time(temporal.Time{Nanos: r.nanosOfDay(), Offset: r.offset()})
	case TagLocalTime:
		return value.LocalTime(temporal.LocalTime{Nanos: r.nanosOfDay()})
	case TagLocalDateTime:
		return value.LocalDateTime(r.local())
	case TagDateTime, TagDateTimeZone:
		t := temporal.DateTime{Seconds: r.int("seconds"), Nanos: r.nanos()}
		if r.tag == TagDateTime {
			t.Zone = temporal.FixedZone(r.offset())
		} else {
			t.Zone = r.zone()
		}
		if r.err == nil && !t.Valid() {
			r.tooFar(t.Seconds)
		}
		return value.DateTime(t)
	case TagOldDateTime:
		local := r.local()
		return r.atLocal(local, temporal.FixedZone(r.offset()))
	case TagOldDateTimeZone:
		local := r.local()
		return r.atLocal(local, r.zone())
	case TagDuration:
		return r.duration()
	}
	return r.point()
}

func (r *structureReader) tooFar(seconds int64) {
	r.fail(fmt.Sprintf("the field \"seconds\" is %d, which lies outside the years %d to %d",
		seconds, temporal.MinYear, temporal.MaxYear))
}

// local reads seconds and nanoseconds of a local time.
func (r *structureReader) local() temporal.LocalDateTime {
	t := temporal.LocalDateTime{Seconds: r.int("seconds"), Nanos: r.nanos()}
	if r.err == nil && !t.Valid() {
		r.tooFar(t.Seconds)
	}
	return t
}

// atLocal returns the instant at which the clocks of a zone show a local time.
func (r *structureReader) atLocal(local temporal.LocalDateTime, zone *temporal.Zone) value.Value {
	if r.err != nil {
		return value.Null
	}
	t, err := temporal.NewDateTime(local, zone)
	if err != nil {
		r.fail(err.Error())
	}
	return value.DateTime(t)
}

// duration carries nanoseconds of a second and more, or less than none, into the seconds.
func (r *structureReader) duration() value.Value {
	t := temporal.Duration{Months: r.int("months"), Days: r.int("days"), Seconds: r.int("seconds")}
	nanos := r.int("nanoseconds")
	carry, rest := nanos/temporal.NanosPerSecond, nanos%temporal.NanosPerSecond
	if rest < 0 {
		carry, rest = carry-1, rest+temporal.NanosPerSecond
	}
	if carry > 0 && t.Seconds > math.MaxInt64-carry || carry < 0 && t.Seconds < math.MinInt64-carry {
		r.fail("seconds and nanoseconds together do not fit into 64 bits")
	}
	t.Seconds += carry
	t.Nanos = int32(rest)
	return value.Duration(t)
}

func (r *structureReader) point() value.Value {
	p := value.PointValue{SRID: uint32(r.within("SRID", 0, math.MaxUint32)), X: r.float("x"), Y: r.float("y")}
	if r.tag == TagPoint3D {
		p.Z = r.float("z")
	}
	if r.err != nil {
		return value.Null
	}
	if err := p.Check(); err != nil {
		r.fail(err.Error())
	} else if p.ThreeD() != (r.tag == TagPoint3D) {
		r.fail(fmt.Sprintf("it has %d coordinates, which the reference system %d (%s) does not have",
			structureFields(r.tag)-1, p.SRID, p.System()))
	}
	return value.Point(p)
}

// appendStructure appends a temporal value or a point.
func appendStructure(dst []byte, v value.Value) []byte {
	switch v.Kind() {
	case value.KindDate:
		return AppendInt(AppendStructHeader(dst, 1, TagDate), v.AsDate().Days)
	case value.KindTime:
		t := v.AsTime()
		return AppendInt(AppendInt(AppendStructHeader(dst, 2, TagTime), t.Nanos), int64(t.Offset))
	case value.KindLocalTime:
		return AppendInt(AppendStructHeader(dst, 1, TagLocalTime), v.AsLocalTime().Nanos)
	case value.KindLocalDateTime:
		t := v.AsLocalDateTime()
		return AppendInt(AppendInt(AppendStructHeader(dst, 2, TagLocalDateTime), t.Seconds), int64(t.Nanos))
	case value.KindDateTime:
		return AppendDateTime(dst, v.AsDateTime(), UTCDateTimes)
	case value.KindDuration:
		t := v.AsDuration()
		dst = AppendInt(AppendInt(AppendStructHeader(dst, 4, TagDuration), t.Months), t.Days)
		return AppendInt(AppendInt(dst, t.Seconds), int64(t.Nanos))
	case value.KindPoint:
		p := v.AsPoint()
		if p.ThreeD() {
			dst = AppendInt(AppendStructHeader(dst, 4, TagPoint3D), int64(p.SRID))
			return AppendFloat(AppendFloat(AppendFloat(dst, p.X), p.Y), p.Z)
		}
		dst = AppendInt(AppendStructHeader(dst, 3, TagPoint2D), int64(p.SRID))
		return AppendFloat(AppendFloat(dst, p.X), p.Y)
	case value.KindNull, value.KindBool, value.KindInt, value.KindFloat, value.KindString, value.KindBytes,
		value.KindList, value.KindMap, value.KindNode, value.KindEdge, value.KindPath, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	panic("packstream: a " + v.Kind().String() + " is neither temporal nor a point")
}

// AppendDateTime appends an instant with a zone in one of the forms.
func AppendDateTime(dst []byte, t temporal.DateTime, form DateTimes) []byte {
	offset, name := t.Offset(), t.Zone.Name()
	seconds, tag, zoned := t.Seconds, byte(TagDateTime), byte(TagDateTimeZone)
	if form == LocalDateTimes {
		seconds, tag, zoned = seconds+int64(offset), TagOldDateTime, TagOldDateTimeZone
	}
	if name != "" {
		tag = zoned
	}
	dst = AppendInt(AppendInt(AppendStructHeader(dst, 3, tag), seconds), int64(t.Nanos))
	if name != "" {
		return AppendString(dst, name)
	}
	return AppendInt(dst, int64(offset))
}

// StructureError reports a structure that is no value, or not one that there can be.
type StructureError struct {
	Tag    byte
	Reason string // why a temporal value or a point is none; empty for other structures
	path   string // where it stands: .key, [3]
}

// Error names the structure and, for a temporal value or a point, what is wrong with it.
func (e *StructureError) Error() string {
	what := "a value of type " + structureName(e.Tag) + " cannot be used as a parameter"
	if e.Reason != "" {
		what = "the " + structureName(e.Tag) + " cannot be read: " + e.Reason
	}
	if e.path == "" {
		return what
	}
	return e.path + ": " + what
}

// pathMax bounds the bytes of a place in messages.
const pathMax = 200

// within adds to the place of the structure what it stands in.
func (e *StructureError) within(key string) {
	if len(e.path) < pathMax {
		e.path = key + e.path
	}
}

// In adds to the place of a structure what was being read. The name of a parameter follows
// "$" at once.
func (e *StructureError) In(what string) {
	if what == "$" {
		e.path = strings.TrimPrefix(e.path, ".")
	}
	e.path = what + e.path
}

// inEntry and inElement add the place to the error of a structure.
func inEntry(err error, key string) error {
	if e, ok := errors.AsType[*StructureError](err); ok {
		if len(key) > pathMax {
			key = strings.ToValidUTF8(key[:pathMax], "") + "…"
		}
		e.within("." + key)
	}
	return err
}

func inElement(err error, i int) error {
	if e, ok := errors.AsType[*StructureError](err); ok {
		e.within("[" + strconv.Itoa(i) + "]")
	}
	return err
}
