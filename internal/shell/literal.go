package shell

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// appendLiteral appends a value as an expression that gives it again. Values that Cypher cannot write, such as a node
// within a list, become what appendCypher makes of them.
func appendLiteral(dst []byte, v any) []byte {
	switch v := v.(type) {
	case []any:
		dst = append(dst, '[')
		for i, item := range v {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendLiteral(dst, item)
		}
		return append(dst, ']')
	case map[string]any:
		return append(appendEntries(append(dst, '{'), v, false), '}')
	}
	function := ""
	switch v := v.(type) {
	case float64:
		switch {
		case math.IsNaN(v):
			return append(dst, "0.0 / 0.0"...)
		case math.IsInf(v, 0):
			return fmt.Appendf(dst, "%d.0 / 0.0", int(math.Copysign(1, v)))
		}
	case neo4j.Date:
		function = "date"
	case neo4j.LocalTime:
		function = "localtime"
	case neo4j.OffsetTime:
		function = "time"
	case neo4j.LocalDateTime:
		function = "localdatetime"
	case time.Time:
		function = "datetime"
	case neo4j.Duration:
		function = "duration"
	}
	if function == "" {
		return appendCypher(dst, v)
	}
	return append(appendString(append(append(dst, function...), '('), string(appendCypher(nil, v))), ')')
}

// appendEntries appends the entries of a map; following tells that others stand before them.
func appendEntries(dst []byte, m map[string]any, following bool) []byte {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if following {
			dst = append(dst, ", "...)
		}
		following = true
		dst = append(appendName(dst, key), ": "...)
		dst = appendLiteral(dst, m[key])
	}
	return dst
}
