package shell

import (
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// appendCypher appends a value in Cypher's notation: what could be pasted into a query, where Cypher has a
// form for it, what a pattern looks like for nodes, relationships and paths, and the canonical text of temporal
// values.
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
	if text, ok := instantText(v); ok {
		return append(dst, text...)
	}
	return fmt.Append(dst, v)
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
