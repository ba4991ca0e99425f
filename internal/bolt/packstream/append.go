package packstream

import (
	"encoding/binary"
	"math"
)

// AppendNull appends null.
func AppendNull(dst []byte) []byte { return append(dst, markNull) }

// AppendBool appends b.
func AppendBool(dst []byte, b bool) []byte {
	if b {
		return append(dst, markTrue)
	}
	return append(dst, markFalse)
}

// AppendInt appends i in its shortest form.
func AppendInt(dst []byte, i int64) []byte {
	switch {
	case i >= -16 && i <= math.MaxInt8:
		return append(dst, byte(i))
	case i >= math.MinInt8 && i < -16:
		return append(dst, markInt8, byte(i))
	case i >= math.MinInt16 && i <= math.MaxInt16:
		return append(dst, markInt16, byte(i>>8), byte(i))
	case i >= math.MinInt32 && i <= math.MaxInt32:
		return append(dst, markInt32, byte(i>>24), byte(i>>16), byte(i>>8), byte(i))
	}
	return binary.BigEndian.AppendUint64(append(dst, markInt64), uint64(i))
}

// AppendFloat appends f.
func AppendFloat(dst []byte, f float64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, markFloat), math.Float64bits(f))
}

// AppendString appends s, which has at most SizeMax bytes.
func AppendString(dst []byte, s string) []byte {
	n := len(s)
	switch {
	case n < 16:
		dst = append(dst, markString|byte(n))
	case n <= math.MaxUint8:
		dst = append(dst, markStr8, byte(n))
	case n <= math.MaxUint16:
		dst = append(dst, markStr16, byte(n>>8), byte(n))
	default:
		dst = append(dst, markStr32, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(dst, s...)
}

// SealString turns what was appended after a placeholder byte at mark into a string. It
// is for short strings that are rendered in place; they have at most 255 bytes.
func SealString(dst []byte, mark int) []byte {
	n := len(dst) - mark - 1
	if n < 16 {
		dst[mark] = markString | byte(n)
		return dst
	}
	dst = append(dst, 0)
	copy(dst[mark+2:], dst[mark+1:mark+1+n])
	dst[mark], dst[mark+1] = markStr8, byte(n)
	return dst
}

// AppendBytes appends b, which has at most SizeMax bytes.
func AppendBytes(dst, b []byte) []byte {
	n := len(b)
	switch {
	case n <= math.MaxUint8:
		dst = append(dst, markBytes8, byte(n))
	case n <= math.MaxUint16:
		dst = append(dst, markBytes16, byte(n>>8), byte(n))
	default:
		dst = append(dst, markBytes32, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(dst, b...)
}

// AppendListHeader begins a list of n values, which the caller appends.
func AppendListHeader(dst []byte, n int) []byte {
	return appendHeader(dst, n, markList, markList8)
}

// AppendMapHeader begins a map of n entries, of which the caller appends key and value.
func AppendMapHeader(dst []byte, n int) []byte {
	return appendHeader(dst, n, markMap, markMap8)
}

// AppendStructHeader begins a structure of n fields, which the caller appends.
func AppendStructHeader(dst []byte, n int, tag byte) []byte {
	return append(dst, markStruct|byte(n&StructFieldsMax), tag)
}

// appendHeader appends a count with the tiny marker or one of three in a row.
func appendHeader(dst []byte, n int, tiny, first byte) []byte {
	switch {
	case n < 16:
		return append(dst, tiny|byte(n))
	case n <= math.MaxUint8:
		return append(dst, first, byte(n))
	case n <= math.MaxUint16:
		return append(dst, first+1, byte(n>>8), byte(n))
	}
	return append(dst, first+2, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}
