package ast

import (
	"strings"

	"memgraphd/internal/query/token"
)

// callName returns the name of a function as it must be written.
func callName(name string) string {
	if isPlain(name) {
		return name
	}
	return dotted(name, func(part string) bool { return isPlain(part) || token.EqualFold(part, "CONTAINS") })
}

// dotted writes a name with dots, each part in backticks that is not plain. Where a part is
// empty, which has no form of its own, the whole name is in backticks.
func dotted(name string, plain func(part string) bool) string {
	parts := strings.Split(name, ".")
	for i, part := range parts {
		switch {
		case part == "":
			return NameString(name)
		case !plain(part):
			parts[i] = NameString(part)
		}
	}
	return strings.Join(parts, ".")
}

func isKeyword(name string) bool {
	if token.Lookup(name).IsKeyword() {
		return true
	}
	switch {
	case len(name) == 3 && token.EqualFold(name, "ALL"), len(name) == 6 && token.EqualFold(name, "OFFSET"):
		return true
	default:
		return false
	}
}

func (p *printer) expr(e Expr) {
	switch e := e.(type) {
	case *Literal:
		p.literal(e)
	case *Param:
		p.put("$", NameString(e.Name))
	case *Variable:
		p.variable(e)
	case *Property:
		p.operand(e.X)
		p.put(".")
		p.name(e.Key)
	case *Subscript:
		p.operand(e.X)
		p.put("[")
		p.expr(e.Index)
		p.put("]")
	case *Slice:
		p.operand(e.X)
		p.optional("[", e.From)
		if e.From == nil {
			p.put("[")
		}
		p.put("..")
		p.optional("", e.To)
		p.put("]")
	case *HasLabels:
		p.put("(")
		p.operand(e.X)
		p.labels(e.Labels, e.Is)
		p.put(")")
	case *List:
		p.put("[")
		p.exprs(e.Items)
		p.put("]")
	case *Map:
		p.mapLiteral(e)
	default:
		p.operation(e)
	}
}

// operand writes what a postfix operator stands behind.
func (p *printer) operand(e Expr) {
	switch e.(type) {
	case *Literal, *Case, *Subquery, *PatternPredicate, *ShortestPath:
		p.put("(")
		p.expr(e)
		p.put(")")
	default:
		p.expr(e)
	}
}

func (p *printer) mapLiteral(e *Map) {
	p.put("{")
	for i, k := range e.Keys {
		if i > 0 {
			p.put(", ")
		}
		p.name(k)
		p.put(": ")
		p.expr(e.Values[i])
	}
	p.put("}")
}

// operation writes the expressions with operators of their own.
func (p *printer) operation(e Expr) {
	switch e := e.(type) {
	case *Unary:
		p.put("(", e.Op)
		if e.Op == "NOT" {
			p.put(" ")
		}
		p.expr(e.X)
		p.put(")")
	case *Binary:
		p.put("(")
		p.expr(e.X)
		p.put(" ", e.Op, " ")
		p.expr(e.Y)
		p.put(")")
	case *Comparison:
		p.put("(")
		for i, x := range e.Operands {
			if i > 0 {
				p.put(" ", e.Ops[i-1], " ")
			}
			p.expr(x)
		}
		p.put(")")
	case *IsNull:
		p.put("(")
		p.expr(e.X)
		if e.Not {
			p.put(" IS NOT NULL)")
		} else {
			p.put(" IS NULL)")
		}
	case *IsTyped:
		p.put("(")
		p.expr(e.X)
		if e.Not {
			p.put(" IS NOT")
		} else {
			p.put(" IS")
		}
		p.put(" :: ", e.Type.String(), ")")
	case *EnumValue:
		p.name(e.Enum)
		p.put("::`", strings.ReplaceAll(e.Value.Text, "`", "``"), "`") // it is no type, whatever its name
	case *IsNormalized:
		p.put("(")
		p.expr(e.X)
		if e.Not {
			p.put(" IS NOT ", e.Form, " NORMALIZED)")
		} else {
			p.put(" IS ", e.Form, " NORMALIZED)")
		}
	case *Case:
		p.caseOf(e)
	case *CaseWhen:
		p.caseWhen(e)
	case *CaseSubject:
	default:
		p.scoped(e)
	}
}

// scoped writes calls and the expressions that define variables.
func (p *printer) scoped(e Expr) {
	switch e := e.(type) {
	case *Call:
		if p.key {
			p.put(strings.ToLower(e.Name), "(")
		} else {
			p.put(callName(e.Name), "(")
		}
		if e.Distinct {
			p.put("DISTINCT ")
		}
		if e.Star {
			p.put("*")
		}
		p.exprs(e.Args)
		p.put(")")
	case *ListComprehension:
		p.put("[")
		p.variable(e.Var)
		p.optional(" IN ", e.List)
		p.optional(" WHERE ", e.Where)
		p.optional(" | ", e.Result)
		p.put("]")
	case *PatternComprehension:
		p.put("[")
		p.part(e.Part)
		p.optional(" WHERE ", e.Where)
		p.optional(" | ", e.Result)
		p.put("]")
	case *Quantifier:
		p.put(e.Kind, "(")
		p.variable(e.Var)
		p.optional(" IN ", e.List)
		p.optional(" WHERE ", e.Where)
		p.put(")")
	case *Reduce:
		p.put("reduce(")
		p.variable(e.Acc)
		p.optional(" = ", e.Init)
		p.put(", ")
		p.variable(e.Var)
		p.optional(" IN ", e.List)
		p.optional(" | ", e.Result)
		p.put(")")
	case *MapProjection:
		p.mapProjection(e)
	case *PatternPredicate:
		p.part(e.Part)
	case *ShortestPath:
		p.part(e.Part)
	case *Subquery:
		p.put(e.Kind.String(), " { ")
		if e.Query != nil {
			p.query(e.Query)
		} else {
			p.put("MATCH ")
			p.pattern(e.Pattern)
			p.optional(" WHERE ", e.Where)
		}
		p.put(" }")
	}
}

func (p *printer) mapProjection(e *MapProjection) {
	p.variable(e.X)
	p.put(" {")
	for i, item := range e.Items {
		if i > 0 {
			p.put(", ")
		}
		switch {
		case item.All:
			p.put(".*")
		case item.Value == nil:
			p.put(".")
			p.name(item.Key)
		default:
			p.name(item.Key)
			p.put(": ")
			p.expr(item.Value)
		}
	}
	p.put("}")
}
