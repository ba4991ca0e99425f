package inspect

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"memgraphd/internal/storage/value"
)

// Value is a property's value that writes itself as JSON. What JSON has is written as it
// is; the rest as an object with one field that says what it is: {"date": "2026-01-31"}.
type Value struct{ v value.Value }

// MarshalJSON implements json.Marshaler.
func (v Value) MarshalJSON() ([]byte, error) { return json.Marshal(plain(v.v)) }

// plain turns a value into what encoding/json writes. How deep it goes is bounded by the
// decoder of values.
func plain(v value.Value) any {
	switch v.Kind() {
	case value.KindBool:
		return v.AsBool()
	case value.KindInt:
		return v.AsInt()
	case value.KindFloat:
		return float(v.AsFloat())
	case value.KindString:
		return v.AsString()
	case value.KindBytes:
		return map[string]any{"bytes": v.AsBytes()}
	case value.KindList:
		elements := v.AsList()
		out := make([]any, len(elements))
		for i, e := range elements {
			out[i] = plain(e)
		}
		return out
	case value.KindMap:
		out := make(map[string]any)
		for _, e := range v.AsMap() {
			out[e.Key] = plain(e.Value)
		}
		return out
	case value.KindPoint:
		p := v.AsPoint()
		coordinates := []any{float(p.X), float(p.Y)}
		if p.ThreeD() {
			coordinates = append(coordinates, float(p.Z))
		}
		return map[string]any{"point": map[string]any{"srid": p.SRID, "coordinates": coordinates}}
	case value.KindEnum:
		enum, member := v.AsEnum()
		return map[string]any{"enum": map[string]any{"enum": enum, "member": member}}
	case value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration:
		return map[string]any{strings.ToLower(v.Kind().String()): v.TemporalText()}
	case value.KindNull, value.KindNode, value.KindEdge, value.KindPath, value.KindVirtualNode, value.KindVirtualEdge: // the others are never stored
	}
	return nil
}

// float is f, or text where JSON has no such number. A whole number keeps its point, so
// that it stays apart from an integer.
func float(f float64) any {
	switch {
	case math.IsNaN(f):
		return map[string]any{"float": "NaN"}
	case math.IsInf(f, 1):
		return map[string]any{"float": "Infinity"}
	case math.IsInf(f, -1):
		return map[string]any{"float": "-Infinity"}
	case f == math.Trunc(f) && math.Abs(f) < 1e15:
		return json.RawMessage(wholeFloat(f))
	}
	return f
}

// wholeFloat writes a float without a fraction.
func wholeFloat(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }
