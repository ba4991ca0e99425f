package property

import (
	"encoding/binary"
	"math"
	"unsafe"

	"memgraphd/internal/storage/value"
)

// valueSize returns the bytes of the value at the start of b.
func valueSize(b []byte) int {
	switch b[0] {
	case tagNull, tagFalse, tagTrue:
		return 1
	case tagInt8:
		return 2
	case tagInt16:
		return 3
	case tagInt32:
		return 5
	case tagInt64, tagFloat:
		return 9
	case tagString, tagBytes:
		length, n := binary.Uvarint(b[1:])
		return 1 + n + int(length)
	case tagList, tagMap:
		return 5 + int(binary.LittleEndian.Uint32(b[1:]))
	}
	return instantSize(b)
}

// Read returns the value at the start of b, which AppendValue wrote.
func Read(b []byte) value.Value {
	v, _ := read(b)
	return v
}

// readShort is Read with a short way for what is found most.
func readShort(b []byte) value.Value {
	switch b[0] {
	case tagInt8:
		return value.Int(int64(int8(b[1])))
	case tagInt16:
		return value.Int(int64(int16(binary.LittleEndian.Uint16(b[1:]))))
	case tagInt32:
		return value.Int(int64(int32(binary.LittleEndian.Uint32(b[1:]))))
	case tagString:
		if n := int(b[1]); n < 0x80 {
			return value.String(unsafe.String(unsafe.SliceData(b[2:2+n]), n))
		}
	}
	v, _ := read(b)
	return v
}

// read returns the value at the start of b and its bytes.
func read(b []byte) (value.Value, int) {
	switch b[0] {
	case tagNull:
		return value.Null, 1
	case tagFalse:
		return value.Bool(false), 1
	case tagTrue:
		return value.Bool(true), 1
	case tagInt8:
		return value.Int(int64(int8(b[1]))), 2
	case tagInt16:
		return value.Int(int64(int16(binary.LittleEndian.Uint16(b[1:])))), 3
	case tagInt32:
		return value.Int(int64(int32(binary.LittleEndian.Uint32(b[1:])))), 5
	case tagInt64:
		return value.Int(int64(binary.LittleEndian.Uint64(b[1:]))), 9
	case tagFloat:
		return value.Float(math.Float64frombits(binary.LittleEndian.Uint64(b[1:]))), 9
	case tagString:
		s, n := readText(b[1:])
		return value.String(unsafe.String(unsafe.SliceData(s), len(s))), 1 + n
	case tagBytes:
		s, n := readText(b[1:])
		return value.Bytes(s), 1 + n
	case tagList:
		return readList(b[5:]), valueSize(b)
	case tagMap:
		return readMap(b[5:]), valueSize(b)
	}
	return readInstant(b), instantSize(b)
}

func readText(b []byte) (text []byte, size int) {
	length, n := binary.Uvarint(b)
	to := n + int(length)
	return b[n:to:to], to
}

func readList(b []byte) value.Value {
	count, at := binary.Uvarint(b)
	elements := make([]value.Value, count)
	for i := range elements {
		v, n := read(b[at:])
		elements[i] = v
		at += n
	}
	return value.List(elements)
}

func readMap(b []byte) value.Value {
	count, at := binary.Uvarint(b)
	entries := make([]value.Entry, count)
	for i := range entries {
		key, n := readText(b[at:])
		at += n
		v, n := read(b[at:])
		at += n
		entries[i] = value.Entry{Key: unsafe.String(unsafe.SliceData(key), len(key)), Value: v}
	}
	return value.Map(entries)
}
