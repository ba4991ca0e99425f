package codec

import (
	"encoding/binary"
	"fmt"
	"math"

	"memgraphd/internal/storage/value"
)

// The tags of values; see the package comment.
const (
	tagNull   = 0
	tagFalse  = 1
	tagTrue   = 2
	tagInt    = 3
	tagFloat  = 4
	tagString = 5
	tagBytes  = 6
	tagList   = 7
	tagMap    = 8
	tagFloats = 9

	tagDate          = 10
	tagTime          = 11
	tagLocalTime     = 12
	tagLocalDateTime = 13
	tagDateTime      = 14
	tagDuration      = 15
	tagPoint         = 16
	tagEnum          = 17
)

// AppendString appends the length and the bytes of s.
func AppendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// AppendValue appends v, or fails with ErrNotStorable.
func AppendValue(dst []byte, v value.Value) ([]byte, error) { return appendValue(dst, v, 0) }

func appendValue(dst []byte, v value.Value, depth int) ([]byte, error) {
	switch v.Kind() {
	case value.KindNull:
		return append(dst, tagNull), nil
	case value.KindBool:
		if v.AsBool() {
			return append(dst, tagTrue), nil
		}
		return append(dst, tagFalse), nil
	case value.KindInt:
		return binary.AppendVarint(append(dst, tagInt), v.AsInt()), nil
	case value.KindFloat:
		return binary.LittleEndian.AppendUint64(append(dst, tagFloat), math.Float64bits(v.AsFloat())), nil
	case value.KindString:
		return AppendString(append(dst, tagString), v.AsString()), nil
	case value.KindBytes:
		b := v.AsBytes()
		return append(binary.AppendUvarint(append(dst, tagBytes), uint64(len(b))), b...), nil
	case value.KindList, value.KindMap:
		if depth == DepthMax {
			return dst, fmt.Errorf("%w: lists and maps nest deeper than %d", ErrNotStorable, DepthMax)
		}
		if v.Kind() == value.KindMap {
			return appendMap(dst, v.AsMap(), depth+1)
		}
		return appendList(dst, v.AsList(), depth+1)
	case value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum:
		return appendInstant(dst, v), nil
	case value.KindNode, value.KindEdge, value.KindPath, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return dst, fmt.Errorf("%w: %s", ErrNotStorable, v.Kind())
}

func appendList(dst []byte, elements []value.Value, depth int) ([]byte, error) {
	if allFloats(elements) {
		dst = binary.AppendUvarint(append(dst, tagFloats), uint64(len(elements)))
		for _, e := range elements {
			dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(e.AsFloat()))
		}
		return dst, nil
	}
	dst = binary.AppendUvarint(append(dst, tagList), uint64(len(elements)))
	var err error
	for _, e := range elements {
		if dst, err = appendValue(dst, e, depth); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

func allFloats(elements []value.Value) bool {
	for _, e := range elements {
		if e.Kind() != value.KindFloat {
			return false
		}
	}
	return len(elements) > 1
}

func appendMap(dst []byte, entries []value.Entry, depth int) ([]byte, error) {
	dst = binary.AppendUvarint(append(dst, tagMap), uint64(len(entries)))
	var err error
	for _, e := range entries {
		dst = AppendString(dst, e.Key)
		if dst, err = appendValue(dst, e.Value, depth); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// Value takes one value. Strings and bytes in it refer into the reader's slice.
func (r *Reader) Value() value.Value { return r.value(0) }

func (r *Reader) value(depth int) value.Value {
	switch tag := r.Byte(); tag {
	case tagNull:
		return value.Null
	case tagFalse:
		return value.False
	case tagTrue:
		return value.True
	case tagInt:
		return value.Int(r.Varint())
	case tagFloat:
		return value.Float(math.Float64frombits(r.Uint64()))
	case tagString:
		return value.String(r.String())
	case tagBytes:
		return value.Bytes(r.Bytes())
	case tagFloats:
		return r.floats()
	case tagList, tagMap:
		if depth == DepthMax {
			r.Fail(fmt.Sprintf("lists and maps nest deeper than %d", DepthMax))
			return value.Null
		}
		if tag == tagMap {
			return r.mapValue(depth + 1)
		}
		return r.list(depth + 1)
	default:
		return r.instant(tag)
	}
}

func (r *Reader) floats() value.Value {
	elements := make([]value.Value, r.Count(8))
	for i := range elements {
		elements[i] = value.Float(math.Float64frombits(r.Uint64()))
	}
	return value.List(elements)
}

func (r *Reader) list(depth int) value.Value {
	elements := make([]value.Value, 0, r.Count(1))
	for range cap(elements) {
		elements = append(elements, r.value(depth))
		if r.err != nil {
			return value.Null
		}
	}
	return value.List(elements)
}

func (r *Reader) mapValue(depth int) value.Value {
	entries := make([]value.Entry, 0, r.Count(2))
	for i := range cap(entries) {
		key := r.String()
		if i > 0 && key <= entries[i-1].Key {
			r.Fail("keys of a map do not ascend")
		}
		entries = append(entries, value.Entry{Key: key, Value: r.value(depth)})
		if r.err != nil {
			return value.Null
		}
	}
	return value.Map(entries)
}
