package reference

import (
	"math"
	"strconv"
	"strings"

	"memgraphd/internal/storage/value"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Text writes a value as an expression that gives it. Entities, which have no such
// expression, are shown by their ids.
func Text(v value.Value) string {
	var b strings.Builder
	appendText(&b, v)
	return b.String()
}

func appendText(b *strings.Builder, v value.Value) {
	switch k := v.Kind(); {
	case k == value.KindNull:
		b.WriteString("null")
	case k == value.KindBool:
		b.WriteString(strconv.FormatBool(v.AsBool()))
	case k == value.KindInt && v.AsInt() == math.MinInt64:
		b.WriteString("(-9223372036854775807 - 1)")
	case k == value.KindInt:
		b.WriteString(strconv.FormatInt(v.AsInt(), 10))
	case k == value.KindFloat:
		b.WriteString(floatText(v.AsFloat()))
	case k == value.KindString:
		b.WriteString(quoted(v.AsString()))
	case k == value.KindList:
		b.WriteByte('[')
		for i, x := range v.AsList() {
			if i > 0 {
				b.WriteString(", ")
			}
			appendText(b, x)
		}
		b.WriteByte(']')
	case k == value.KindMap:
		b.WriteByte('{')
		for i, e := range v.AsMap() {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(e.Key + ": ")
			appendText(b, e.Value)
		}
		b.WriteByte('}')
	default:
		appendEntity(b, v)
	}
}

// appendEntity shows what is not written as a literal.
func appendEntity(b *strings.Builder, v value.Value) {
	switch k := v.Kind(); k { //nolint:exhaustive // the others are literals
	case value.KindNode:
		b.WriteString("(#" + itoa(nodeID(v)) + ")")
	case value.KindEdge:
		b.WriteString("[#" + itoa(edgeID(v)) + "]")
	case value.KindPath:
		p := v.AsPath()
		b.WriteString("<(#" + itoa(int(p.Nodes[0])) + ")")
		for i, e := range p.Edges {
			b.WriteString("[#" + itoa(int(e.ID)) + "](#" + itoa(int(p.Nodes[i+1])) + ")")
		}
		b.WriteString(">")
	case value.KindPoint:
		appendPoint(b, v.AsPoint())
	default:
		appendTemporal(b, v)
	}
}

func appendPoint(b *strings.Builder, p *value.PointValue) {
	x, y := "x", "y"
	if p.Geographic() {
		x, y = "longitude", "latitude"
	}
	b.WriteString("point({" + x + ": " + floatText(p.X) + ", " + y + ": " + floatText(p.Y))
	if p.ThreeD() {
		b.WriteString(", z: " + floatText(p.Z))
	}
	b.WriteString("})")
}

func appendTemporal(b *strings.Builder, v value.Value) {
	names := map[value.Kind]string{
		value.KindDate: "date", value.KindTime: "time", value.KindLocalTime: "localtime", value.KindDateTime: "datetime",
		value.KindLocalDateTime: "localdatetime", value.KindDuration: "duration",
	}
	if names[v.Kind()] == "" {
		b.WriteString(v.Kind().String())
		return
	}
	b.WriteString(names[v.Kind()] + "('" + v.TemporalText() + "')")
}

func floatText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "(0.0 / 0.0)"
	case math.IsInf(f, 1):
		return "(1.0 / 0.0)"
	case math.IsInf(f, -1):
		return "(-1.0 / 0.0)"
	}
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return strings.Replace(s, "e+", "e", 1)
}

func quoted(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\t", `\t`).Replace(s) + "'"
}
