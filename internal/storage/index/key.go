package index

import (
	"encoding/binary"
	"math"

	"memgraphd/internal/storage/value"
)

// Class is a part of the order of values with its own tree.
type Class uint8

// The classes in the order of values.
const (
	classComposite Class = iota
	classDateTime
	classLocalDateTime
	classDate
	classTime
	classLocalTime
	classDuration
	classPoint
	classEnum
	classString
	classBytes
	classBool
	classNumber
	classes
)

// key is the place of a value in its class.
type key struct {
	class  Class
	exact  bool // prefix says all
	prefix uint64
}

// keyOf returns the key of v, which must not be null.
func keyOf(v value.Value) key {
	switch v.Kind() {
	case value.KindBool:
		k := key{class: classBool, exact: true}
		if v.AsBool() {
			k.prefix = 1
		}
		return k
	case value.KindInt:
		i := v.AsInt()
		f := float64(i)
		exact := f < 1<<63 && int64(f) == i
		return key{classNumber, exact, orderedFloat(f)}
	case value.KindFloat:
		return key{classNumber, true, orderedFloat(v.AsFloat())}
	case value.KindString:
		return textKey(classString, v.AsString())
	case value.KindBytes:
		return textKey(classBytes, string(v.AsBytes()))
	case value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum:
		return instantKey(v)
	case value.KindNull, value.KindList, value.KindMap, value.KindNode, value.KindEdge, value.KindPath, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return key{class: classComposite}
}

func textKey(class Class, s string) key {
	var b [8]byte
	copy(b[:7], s)
	b[7] = byte(min(len(s), 8))
	return key{class, len(s) < 8, binary.BigEndian.Uint64(b[:])}
}

// orderedFloat maps floats to integers in the same order; both zeros are one, NaN is last.
func orderedFloat(f float64) uint64 {
	switch {
	case math.IsNaN(f):
		return math.MaxUint64
	case f == 0:
		return 1 << 63
	}
	b := math.Float64bits(f)
	if b>>63 == 1 {
		return ^b
	}
	return b | 1<<63
}

// valueOf returns the value that the exact prefix of a class stands for.
func valueOf(class Class, prefix uint64) value.Value {
	switch class {
	case classBool:
		return value.Bool(prefix == 1)
	case classNumber:
		switch {
		case prefix == math.MaxUint64:
			return value.Float(math.NaN())
		case prefix>>63 == 1:
			return value.Float(math.Float64frombits(prefix &^ (1 << 63)))
		default:
			return value.Float(math.Float64frombits(^prefix))
		}
	case classString, classBytes:
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], prefix)
		if class == classString {
			return value.String(string(b[:b[7]]))
		}
		return value.Bytes(b[:b[7]:b[7]])
	case classComposite, classes,
		classDateTime, classLocalDateTime, classDate, classTime, classLocalTime, classDuration, classPoint, classEnum:
	}
	return exactInstant(class, prefix)
}
