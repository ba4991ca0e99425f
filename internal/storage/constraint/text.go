package constraint

import (
	"fmt"
	"strconv"
	"strings"

	"memgraphd/internal/storage/value"
)

// Bounds of a value in a message.
const (
	textMax  = 120 // bytes
	depthMax = 4   // of lists and maps
)

// Text renders a value for a message, in full where it is short.
func Text(v value.Value) string {
	text := render(v, depthMax)
	if len(text) > textMax {
		text = strings.ToValidUTF8(text[:textMax], "") + "…"
	}
	return text
}

func render(v value.Value, depth int) string {
	switch v.Kind() {
	case value.KindNull:
		return "null"
	case value.KindBool:
		return strconv.FormatBool(v.AsBool())
	case value.KindInt:
		return strconv.FormatInt(v.AsInt(), 10)
	case value.KindFloat:
		return renderFloat(v.AsFloat())
	case value.KindString:
		s := v.AsString()
		return strconv.Quote(strings.ToValidUTF8(s[:min(len(s), textMax)], "…"))
	case value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration:
		return v.TemporalText()
	case value.KindPoint:
		p := v.AsPoint()
		if p.ThreeD() {
			return fmt.Sprintf("point(%s: %v, %v, %v)", p.System(), p.X, p.Y, p.Z)
		}
		return fmt.Sprintf("point(%s: %v, %v)", p.System(), p.X, p.Y)
	case value.KindEnum:
		enum, number := v.AsEnum()
		return fmt.Sprintf("value %d of enum %d", number, enum)
	case value.KindList, value.KindMap:
		if depth > 0 {
			return renderNested(v, depth-1)
		}
	case value.KindBytes, value.KindNode, value.KindEdge, value.KindPath, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return "a " + v.Kind().String()
}

func renderFloat(f float64) string {
	text := strconv.FormatFloat(f, 'g', -1, 64)
	if strings.ContainsAny(text, ".eIN") {
		return text
	}
	return text + ".0"
}

// elementsMax bounds the elements of a list or map that are shown.
const elementsMax = 20

func renderNested(v value.Value, depth int) string {
	var parts []string
	if v.Kind() == value.KindList {
		for _, e := range v.AsList()[:min(len(v.AsList()), elementsMax)] {
			parts = append(parts, render(e, depth))
		}
		return "[" + strings.Join(parts, ", ") + more(len(v.AsList())) + "]"
	}
	for _, e := range v.AsMap()[:min(len(v.AsMap()), elementsMax)] {
		parts = append(parts, quoted(e.Key)+": "+render(e.Value, depth))
	}
	return "{" + strings.Join(parts, ", ") + more(len(v.AsMap())) + "}"
}

func more(n int) string {
	if n > elementsMax {
		return ", …"
	}
	return ""
}
