package docs

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/function"
	"memgraphd/internal/storage/value"
)

// collect returns a sink that appends each row as a text.
func collect(out *[]string) func(*batch.Batch, batch.Entities) error {
	return func(b *batch.Batch, e batch.Entities) error {
		for i := range b.Rows() {
			cells := make([]string, len(b.Columns))
			for c := range b.Columns {
				cells[c] = render(b.Columns[c].Value(b.Row(i)), e)
			}
			*out = append(*out, strings.Join(cells, ", "))
		}
		return nil
	}
}

// render shows a value as it would be written in Cypher.
func render(v value.Value, e batch.Entities) string {
	var parts []string
	switch v.Kind() {
	case value.KindNull:
		return "null"
	case value.KindBool:
		return strconv.FormatBool(v.AsBool())
	case value.KindInt:
		return strconv.FormatInt(v.AsInt(), 10)
	case value.KindFloat:
		return function.FormatFloat(v.AsFloat())
	case value.KindString:
		return "'" + v.AsString() + "'"
	case value.KindBytes:
		return hex.EncodeToString(v.AsBytes())
	case value.KindList:
		for _, x := range v.AsList() {
			parts = append(parts, render(x, e))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case value.KindMap:
		for _, x := range v.AsMap() {
			parts = append(parts, x.Key+": "+render(x.Value, e))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case value.KindNode:
		labels := e.NodeLabels(nil, v.AsNode())
		slices.Sort(labels)
		return "(:" + strings.Join(labels, ":") + ")"
	case value.KindEdge:
		return "[:" + e.EdgeType(v.AsEdge()) + "]"
	case value.KindVirtualNode:
		return "(:" + strings.Join(v.AsVirtualNode().Labels, ":") + ")"
	case value.KindVirtualEdge:
		return "[:" + v.AsVirtualEdge().Type + "]"
	case value.KindPath:
		return fmt.Sprintf("a path of %d relationships", len(v.AsPath().Edges))
	case value.KindDate:
		return v.AsDate().String()
	case value.KindTime:
		return v.AsTime().String()
	case value.KindLocalTime:
		return v.AsLocalTime().String()
	case value.KindDateTime:
		return v.AsDateTime().String()
	case value.KindLocalDateTime:
		return v.AsLocalDateTime().String()
	case value.KindDuration:
		return v.AsDuration().String()
	case value.KindPoint:
		p := v.AsPoint()
		out := fmt.Sprintf("point({srid: %d, x: %v, y: %v", p.SRID, p.X, p.Y)
		if p.ThreeD() {
			out += fmt.Sprintf(", z: %v", p.Z)
		}
		return out + "})"
	case value.KindEnum:
		return v.Kind().String()
	}
	return v.Kind().String()
}
