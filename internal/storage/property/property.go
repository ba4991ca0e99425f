// Package property packs the properties of one node or relationship into one block of bytes.
//
//	blob    size u32 (whole blob, little endian) | entry | entry …   ascending by key
//	entry   key uvarint | value
//	value   tag u8 | payload
//
//	tag        payload
//	0 null     –                      (only inside lists and maps)
//	1 false    –
//	2 true     –
//	3 int      1 byte, signed
//	4 int      2 bytes
//	5 int      4 bytes
//	6 int      8 bytes
//	7 float    8 bytes, IEEE 754
//	8 string   length uvarint | bytes
//	9 bytes    length uvarint | bytes
//	10 list    bytes of the rest u32 | count uvarint | value …
//	11 map     bytes of the rest u32 | count uvarint | (length uvarint | key | value) …
//	12 date    days since 1970-01-01, 4 bytes
//	13 date    8 bytes
//	14 time    nanoseconds since the local midnight 8 bytes | offset in seconds 4 bytes
//	15 local time       nanoseconds since midnight 8 bytes
//	16 local datetime   seconds since 1970-01-01T00:00 8 bytes | nanoseconds 4 bytes
//	17 datetime         seconds since 1970-01-01T00:00Z 8 bytes | nanoseconds 4 bytes | offset 4 bytes
//	18 datetime         the same | length of the zone's name u8 | name
//	19 duration         length u8 | months, days, seconds, nanoseconds varint each
//	20 point   SRID 4 bytes | x | y       8 bytes each, IEEE 754
//	21 point   SRID 4 bytes | x | y | z
//	22 enum    number of the enum 4 bytes | number of the value 4 bytes
//
// The offset beside the name of a zone is the one that held; it counts where the name is
// not known (temporal.StoredZone).
//
// The form is that of memory, not of a file: it may change with any version. Strings and
// bytes that are read from a blob point into it, so the blob must outlive them.
package property

import (
	"encoding/binary"
	"math"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// Property is one key and value of a node or relationship.
type Property struct {
	Key   graph.KeyID
	Value value.Value
}

// NestingMax is how deep lists and maps in a stored value may be nested.
const NestingMax = 1000

// HeaderBytes is what Size needs of a blob.
const HeaderBytes = 4

const (
	tagNull = iota
	tagFalse
	tagTrue
	tagInt8
	tagInt16
	tagInt32
	tagInt64
	tagFloat
	tagString
	tagBytes
	tagList
	tagMap
	tagDate32
	tagDate64
	tagTime
	tagLocalTime
	tagLocalDateTime
	tagDateTime
	tagZonedDateTime
	tagDuration
	tagPoint2D
	tagPoint3D
	tagEnum
)

// Storable reports whether v may be stored: it holds no node, relationship or path.
func Storable(v value.Value) bool { return storable(v, 0) }

func storable(v value.Value, depth int) bool {
	if depth > NestingMax {
		return false
	}
	switch v.Kind() {
	case value.KindNode, value.KindEdge, value.KindPath, value.KindVirtualNode, value.KindVirtualEdge:
		return false
	case value.KindList:
		for _, e := range v.AsList() {
			if !storable(e, depth+1) {
				return false
			}
		}
	case value.KindMap:
		for _, e := range v.AsMap() {
			if !storable(e.Value, depth+1) {
				return false
			}
		}
	case value.KindNull, value.KindBool, value.KindInt, value.KindFloat, value.KindString, value.KindBytes,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum:
	}
	return true
}

// Size returns the bytes of the blob that begins with head.
func Size(head []byte) int { return int(binary.LittleEndian.Uint32(head)) }

// begin appends the header of a blob to dst.
func begin(dst []byte) []byte { return append(dst, 0, 0, 0, 0) }

// end fills the header in. A blob without entries is dropped.
func end(dst []byte, start int) []byte {
	size := len(dst) - start
	if size == HeaderBytes {
		return dst[:start]
	}
	binary.LittleEndian.PutUint32(dst[start:], uint32(size))
	return dst
}

// Pack appends the blob of props to dst: nothing if none has a value. Props must be
// ascending by key without repetitions.
func Pack(dst []byte, props []Property) []byte {
	start := len(dst)
	dst = begin(dst)
	for _, p := range props {
		if !p.Value.IsNull() {
			dst = appendEntry(dst, p.Key, p.Value)
		}
	}
	return end(dst, start)
}

// Set appends the blob old with key set to v, or removed if v is null, to dst: nothing if
// no property is left. old may be empty.
func Set(dst, old []byte, key graph.KeyID, v value.Value) []byte {
	start := len(dst)
	dst = begin(dst)
	at, after := locate(old, key)
	if len(old) > 0 {
		dst = append(dst, old[HeaderBytes:at]...)
	}
	if !v.IsNull() {
		dst = appendEntry(dst, key, v)
	}
	if len(old) > 0 {
		dst = append(dst, old[after:]...)
	}
	return end(dst, start)
}

// locate returns where the entry of key begins and ends in blob; both are where it
// would stand if it is not there.
func locate(blob []byte, key graph.KeyID) (from, to int) {
	at := HeaderBytes
	for at < len(blob) {
		k, n := binary.Uvarint(blob[at:])
		if graph.KeyID(k) > key {
			return at, at
		}
		after := at + n + valueSize(blob[at+n:])
		if graph.KeyID(k) == key {
			return at, after
		}
		at = after
	}
	return at, at
}

// Find returns the value of key in blob, null if it is not there.
func Find(blob []byte, key graph.KeyID) value.Value {
	for at := HeaderBytes; at < len(blob); {
		k, n := uint64(blob[at]), 1
		if k >= 0x80 {
			k, n = binary.Uvarint(blob[at:])
		}
		at += n
		if graph.KeyID(k) < key {
			at += valueSize(blob[at:])
			continue
		}
		if graph.KeyID(k) > key {
			break
		}
		return readShort(blob[at:])
	}
	return value.Null
}

// Unpack appends the properties in blob to dst, ascending by key.
func Unpack(dst []Property, blob []byte) []Property {
	for at := HeaderBytes; at < len(blob); {
		k, n := binary.Uvarint(blob[at:])
		v, size := read(blob[at+n:])
		dst = append(dst, Property{graph.KeyID(k), v})
		at += n + size
	}
	return dst
}

func appendEntry(dst []byte, key graph.KeyID, v value.Value) []byte {
	return AppendValue(binary.AppendUvarint(dst, uint64(key)), v)
}

// AppendValue appends one storable value to dst.
func AppendValue(dst []byte, v value.Value) []byte {
	switch v.Kind() {
	case value.KindNull:
		return append(dst, tagNull)
	case value.KindBool:
		if v.AsBool() {
			return append(dst, tagTrue)
		}
		return append(dst, tagFalse)
	case value.KindInt:
		return appendInt(dst, v.AsInt())
	case value.KindFloat:
		return binary.LittleEndian.AppendUint64(append(dst, tagFloat), math.Float64bits(v.AsFloat()))
	case value.KindString:
		s := v.AsString()
		return append(binary.AppendUvarint(append(dst, tagString), uint64(len(s))), s...)
	case value.KindBytes:
		b := v.AsBytes()
		return append(binary.AppendUvarint(append(dst, tagBytes), uint64(len(b))), b...)
	case value.KindList:
		elements := v.AsList()
		dst = append(dst, tagList, 0, 0, 0, 0)
		start := len(dst)
		dst = binary.AppendUvarint(dst, uint64(len(elements)))
		for _, e := range elements {
			dst = AppendValue(dst, e)
		}
		binary.LittleEndian.PutUint32(dst[start-4:], uint32(len(dst)-start))
		return dst
	case value.KindMap:
		entries := v.AsMap()
		dst = append(dst, tagMap, 0, 0, 0, 0)
		start := len(dst)
		dst = binary.AppendUvarint(dst, uint64(len(entries)))
		for _, e := range entries {
			dst = append(binary.AppendUvarint(dst, uint64(len(e.Key))), e.Key...)
			dst = AppendValue(dst, e.Value)
		}
		binary.LittleEndian.PutUint32(dst[start-4:], uint32(len(dst)-start))
		return dst
	case value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum:
		return appendInstant(dst, v)
	case value.KindNode, value.KindEdge, value.KindPath, value.KindVirtualNode, value.KindVirtualEdge:
	}
	panic("property: " + v.Kind().String() + " cannot be stored")
}

func appendInt(dst []byte, i int64) []byte {
	switch {
	case i == int64(int8(i)):
		return append(dst, tagInt8, byte(i))
	case i == int64(int16(i)):
		return binary.LittleEndian.AppendUint16(append(dst, tagInt16), uint16(i))
	case i == int64(int32(i)):
		return binary.LittleEndian.AppendUint32(append(dst, tagInt32), uint32(i))
	}
	return binary.LittleEndian.AppendUint64(append(dst, tagInt64), uint64(i))
}
