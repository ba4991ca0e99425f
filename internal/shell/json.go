package shell

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// appendJSON appends a value as JSON. Nodes and relationships are objects with their id, labels or type, and
// properties; a path is a list of both in turn; bytes are base64; what JSON has no form for is a string in the
// notation of ISO 8601 or Cypher.
func appendJSON(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, v)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return appendJSONString(dst, string(appendFloat(nil, v)))
		}
		return appendFloat(dst, v)
	case string:
		return appendJSONString(dst, v)
	case []byte:
		return appendJSONString(dst, base64.StdEncoding.EncodeToString(v))
	case []any:
		dst = append(dst, '[')
		for i, item := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSON(dst, item)
		}
		return append(dst, ']')
	case map[string]any:
		return appendJSONObject(dst, slices.Sorted(maps.Keys(v)), func(key string) any { return v[key] })
	}
	return appendJSONGraph(dst, v)
}

func appendJSONGraph(dst []byte, v any) []byte {
	switch v := v.(type) {
	case neo4j.Node:
		labels := make([]any, len(v.Labels))
		for i, label := range v.Labels {
			labels[i] = label
		}
		return appendJSONFields(dst, "elementId", v.ElementId, "labels", labels, "properties", v.Props)
	case neo4j.Relationship:
		return appendJSONFields(dst, "elementId", v.ElementId, "type", v.Type,
			"start", v.StartElementId, "end", v.EndElementId, "properties", v.Props)
	case neo4j.Path:
		items := make([]any, 0, len(v.Nodes)+len(v.Relationships))
		for i, n := range v.Nodes {
			items = append(items, n)
			if i < len(v.Relationships) {
				items = append(items, v.Relationships[i])
			}
		}
		return appendJSON(dst, items)
	case neo4j.Point2D:
		return appendJSONFields(dst, "x", v.X, "y", v.Y, "srid", int64(v.SpatialRefId))
	case neo4j.Point3D:
		return appendJSONFields(dst, "x", v.X, "y", v.Y, "z", v.Z, "srid", int64(v.SpatialRefId))
	}
	if text, ok := instantText(v); ok {
		return appendJSONString(dst, text)
	}
	return appendJSONString(dst, fmt.Sprint(v))
}

// appendJSONFields appends an object of names and values in turn.
func appendJSONFields(dst []byte, fields ...any) []byte {
	names := make([]string, 0, len(fields)/2)
	values := make(map[string]any, len(fields)/2)
	for i := 0; i < len(fields); i += 2 {
		name := fmt.Sprint(fields[i])
		names = append(names, name)
		values[name] = fields[i+1]
	}
	return appendJSONObject(dst, names, func(name string) any { return values[name] })
}

func appendJSONObject(dst []byte, names []string, value func(string) any) []byte {
	dst = append(dst, '{')
	for i, name := range names {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendJSONString(dst, name), ':')
		dst = appendJSON(dst, value(name))
	}
	return append(dst, '}')
}

func appendJSONString(dst []byte, s string) []byte {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		panic("a string is always JSON: " + err.Error())
	}
	return append(dst, strings.TrimSuffix(b.String(), "\n")...)
}
