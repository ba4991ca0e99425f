package shell

import (
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// appendCypher appends a value in Cypher's notation: what could be pasted into a query, where Cypher has a
// form for it, and what a pattern looks like for nodes, relationships and paths.
func appendCypher(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, v)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case float64:
		return appendFloat(dst, v)
	case string:
		return appendString(dst, v)
	case []byte:
		return hex.AppendEncode(append(dst, "0x"...), v)
	case []any:
		dst = append(dst, '[')
		for i, item := range v {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendCypher(dst, item)
		}
		return append(dst, ']')
	case map[string]any:
		return appendMap(dst, v)
	case neo4j.Node:
		return appendNode(dst, v)
	case neo4j.Relationship:
		return appendRelationship(dst, v)
	case neo4j.Path:
		return appendPath(dst, v)
	}
	return appendCall(dst, v)
}

// appendCall appends the values that Cypher makes by calling a function.
func appendCall(dst []byte, v any) []byte {
	switch v := v.(type) {
	case neo4j.Date:
		return appendTemporal(dst, "date", v.String())
	case neo4j.LocalTime:
		return appendTemporal(dst, "localTime", v.String())
	case neo4j.OffsetTime:
		return appendTemporal(dst, "time", v.String())
	case neo4j.LocalDateTime:
		return appendTemporal(dst, "localDateTime", v.String())
	case time.Time:
		return appendTemporal(dst, "datetime", zoned(v))
	case neo4j.Duration:
		return appendTemporal(dst, "duration", v.String())
	case neo4j.Point2D:
		return fmt.Appendf(dst, "point({x: %s, y: %s, srid: %d})", appendFloat(nil, v.X), appendFloat(nil, v.Y), v.SpatialRefId)
	case neo4j.Point3D:
		return fmt.Appendf(dst, "point({x: %s, y: %s, z: %s, srid: %d})",
			appendFloat(nil, v.X), appendFloat(nil, v.Y), appendFloat(nil, v.Z), v.SpatialRefId)
	}
	return fmt.Append(dst, v)
}

func appendTemporal(dst []byte, function, text string) []byte {
	dst = append(append(dst, function...), '(')
	return append(appendString(dst, text), ')')
}

// zoned writes a moment with its offset, and its zone where it has a named one.
func zoned(t time.Time) string {
	text := t.Format("2006-01-02T15:04:05.999999999Z07:00")
	if name := t.Location().String(); strings.Contains(name, "/") {
		text += "[" + name + "]"
	}
	return text
}

// appendFloat appends a float so that it cannot be read as an integer.
func appendFloat(dst []byte, x float64) []byte {
	switch {
	case math.IsNaN(x):
		return append(dst, "NaN"...)
	case math.IsInf(x, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(x, -1):
		return append(dst, "-Infinity"...)
	}
	start := len(dst)
	format := byte('f')
	if a := math.Abs(x); a != 0 && (a < 1e-6 || a >= 1e15) {
		format = 'e'
	}
	dst = strconv.AppendFloat(dst, x, format, -1, 64)
	if format == 'f' && !slices.Contains(dst[start:], '.') {
		dst = append(dst, ".0"...)
	}
	return dst
}

// appendString appends a string in double quotes, on one line.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, r := range s {
		switch r {
		case '"', '\\':
			dst = append(dst, '\\', byte(r))
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		default:
			if unicode.IsControl(r) {
				dst = fmt.Appendf(dst, `\u%04x`, r)
			} else {
				dst = utf8.AppendRune(dst, r)
			}
		}
	}
	return append(dst, '"')
}

// appendName appends a label, type or key, in backquotes where it needs them.
func appendName(dst []byte, name string) []byte {
	plain := name != ""
	for i, r := range name {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			plain = false
		}
	}
	if plain {
		return append(dst, name...)
	}
	return append(append(append(dst, '`'), strings.ReplaceAll(name, "`", "``")...), '`')
}

func appendMap(dst []byte, m map[string]any) []byte {
	dst = append(dst, '{')
	for i, key := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(appendName(dst, key), ": "...)
		dst = appendCypher(dst, m[key])
	}
	return append(dst, '}')
}

func appendNode(dst []byte, n neo4j.Node) []byte {
	dst = append(dst, '(')
	for _, label := range n.Labels {
		dst = appendName(append(dst, ':'), label)
	}
	if len(n.Props) > 0 {
		if len(n.Labels) > 0 {
			dst = append(dst, ' ')
		}
		dst = appendMap(dst, n.Props)
	}
	return append(dst, ')')
}

func appendRelationship(dst []byte, r neo4j.Relationship) []byte {
	dst = appendName(append(dst, "[:"...), r.Type)
	if len(r.Props) > 0 {
		dst = appendMap(append(dst, ' '), r.Props)
	}
	return append(dst, ']')
}

// appendPath appends the nodes and relationships of a path in turn, each relationship with its own direction.
func appendPath(dst []byte, p neo4j.Path) []byte {
	for i, n := range p.Nodes {
		dst = appendNode(dst, n)
		if i >= len(p.Relationships) {
			break
		}
		r := p.Relationships[i]
		if r.StartElementId == n.ElementId {
			dst = append(appendRelationship(append(dst, '-'), r), "->"...)
		} else {
			dst = append(appendRelationship(append(dst, "<-"...), r), '-')
		}
	}
	return dst
}
