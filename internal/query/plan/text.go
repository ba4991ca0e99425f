package plan

import (
	"strconv"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/value"
)

// Text renders an expression for people.
func Text(p *Plan, e ast.Expr) string {
	switch e := e.(type) {
	case nil:
		return ""
	case *ast.Literal:
		return literal(e.Value)
	case *ast.Param:
		return "$" + e.Name
	case *ast.Variable:
		if slot, ok := p.SymbolSlot(p.Info.Uses[e]); ok {
			return p.slot(slot)
		}
		return e.Name
	case *ast.Property:
		return Text(p, e.X) + "." + e.Key.Text
	case *ast.HasLabels:
		parts := []string{Text(p, e.X)}
		for _, l := range e.Labels {
			parts = append(parts, l.Text)
		}
		if e.Is == nil {
			return strings.Join(parts, ":")
		}
		parts[0] += ":" + strings.Join(append(parts[1:], ast.LabelString(e.Is)), "&")
		return parts[0]
	case *ast.EnumValue:
		return ast.NameString(e.Enum.Text) + "::" + ast.NameString(e.Value.Text)
	case *ast.Unary:
		return e.Op + " " + Text(p, e.X)
	case *ast.Binary:
		return Text(p, e.X) + " " + e.Op + " " + Text(p, e.Y)
	case *ast.Comparison:
		parts := []string{Text(p, e.Operands[0])}
		for i, op := range e.Ops {
			parts = append(parts, op, Text(p, e.Operands[i+1]))
		}
		return strings.Join(parts, " ")
	case *ast.IsNull:
		if e.Not {
			return Text(p, e.X) + " IS NOT NULL"
		}
		return Text(p, e.X) + " IS NULL"
	case *ast.IsTyped:
		if e.Not {
			return Text(p, e.X) + " IS NOT :: " + e.Type.String()
		}
		return Text(p, e.X) + " IS :: " + e.Type.String()
	case *ast.Call:
		args := make([]string, 0, len(e.Args))
		for _, a := range e.Args {
			args = append(args, Text(p, a))
		}
		return e.Name + "(" + strings.Join(args, ", ") + ")"
	}
	return "…"
}

func literal(v value.Value) string {
	switch v.Kind() {
	case value.KindNull:
		return "null"
	case value.KindBool:
		return strconv.FormatBool(v.AsBool())
	case value.KindInt:
		return strconv.FormatInt(v.AsInt(), 10)
	case value.KindFloat:
		return strconv.FormatFloat(v.AsFloat(), 'g', -1, 64)
	case value.KindString:
		return strconv.Quote(v.AsString())
	case value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration:
		return v.TemporalText()
	case value.KindBytes, value.KindList, value.KindMap, value.KindNode, value.KindEdge, value.KindPath, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return "…"
}
