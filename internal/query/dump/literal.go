package dump

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"memgraphd/internal/storage/value"
)

// errNotStorable reports a value that no property can have.
var errNotStorable = errors.New("a value of this type is no property")

// Names returns the names of an enum and of one of its values; ok is false where they are
// not known.
type Names func(enum, number uint32) (name, of string, ok bool)

// AppendValue appends an expression that gives v.
func AppendValue(dst []byte, v value.Value, names Names) ([]byte, error) {
	switch v.Kind() {
	case value.KindNull:
		return append(dst, "null"...), nil
	case value.KindBool:
		return strconv.AppendBool(dst, v.AsBool()), nil
	case value.KindInt:
		return strconv.AppendInt(dst, v.AsInt(), 10), nil
	case value.KindFloat:
		return appendFloat(dst, v.AsFloat()), nil
	case value.KindString:
		return appendString(dst, v.AsString()), nil
	case value.KindBytes:
		dst = append(dst, `toByteString("0x`...)
		return append(hex.AppendEncode(dst, v.AsBytes()), `")`...), nil
	case value.KindList:
		return appendList(dst, v, names)
	case value.KindMap:
		return appendMap(dst, v, names)
	case value.KindDate:
		return append(v.AsDate().Append(append(dst, `date("`...)), `")`...), nil
	case value.KindTime:
		return append(v.AsTime().Append(append(dst, `time("`...)), `")`...), nil
	case value.KindLocalTime:
		return append(v.AsLocalTime().Append(append(dst, `localtime("`...)), `")`...), nil
	case value.KindDateTime:
		return appendDateTime(dst, v.AsDateTime()), nil
	case value.KindLocalDateTime:
		return append(v.AsLocalDateTime().Append(append(dst, `localdatetime("`...)), `")`...), nil
	case value.KindDuration:
		return appendDuration(dst, v.AsDuration()), nil
	case value.KindPoint:
		return appendPoint(dst, v.AsPoint()), nil
	case value.KindEnum:
		return appendEnum(dst, v, names)
	case value.KindNode, value.KindEdge, value.KindPath, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return dst, fmt.Errorf("%w: %s", errNotStorable, v.Kind())
}

// appendFloat appends a float so that it stays one. What has no digits is the result of a
// division, which every system knows.
func appendFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "(0.0 / 0.0)"...)
	case math.IsInf(f, 1):
		return append(dst, "(1.0 / 0.0)"...)
	case math.IsInf(f, -1):
		return append(dst, "(-1.0 / 0.0)"...)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'g', -1, 64)
	for _, c := range dst[start:] {
		if c == '.' || c == 'e' {
			return dst
		}
	}
	return append(dst, ".0"...)
}

// appendString appends a string literal without line breaks.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c != 0x7f {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		default:
			const digits = "0123456789abcdef"
			dst = append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	return append(append(dst, s[from:]...), '"')
}

// appendName appends a name in backticks.
func appendName(dst []byte, name string) []byte {
	dst = append(dst, '`')
	for {
		before, after, found := strings.Cut(name, "`")
		dst = append(dst, before...)
		if !found {
			return append(dst, '`')
		}
		dst = append(dst, "``"...)
		name = after
	}
}

func appendList(dst []byte, v value.Value, names Names) ([]byte, error) {
	var err error
	dst = append(dst, '[')
	for i, e := range v.AsList() {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		if dst, err = AppendValue(dst, e, names); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

func appendMap(dst []byte, v value.Value, names Names) ([]byte, error) {
	var err error
	dst = append(dst, '{')
	for i, e := range v.AsMap() {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(appendName(dst, e.Key), ": "...)
		if dst, err = AppendValue(dst, e.Value, names); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

func appendEnum(dst []byte, v value.Value, names Names) ([]byte, error) {
	enum, number := v.AsEnum()
	name, of, ok := names(enum, number)
	if !ok {
		return dst, fmt.Errorf("the names of value %d of enum %d are not known", number, enum)
	}
	dst = append(appendName(dst, name), "::"...)
	return appendName(dst, of), nil
}

func appendPoint(dst []byte, p *value.PointValue) []byte {
	dst = strconv.AppendUint(append(dst, "point({srid: "...), uint64(p.SRID), 10)
	dst = appendFloat(append(dst, ", x: "...), p.X)
	dst = appendFloat(append(dst, ", y: "...), p.Y)
	if p.ThreeD() {
		dst = appendFloat(append(dst, ", z: "...), p.Z)
	}
	return append(dst, "})"...)
}
