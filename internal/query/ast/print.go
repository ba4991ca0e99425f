package ast

import (
	"strconv"
	"strings"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// String returns s as Cypher with every operator in brackets and keywords in upper case.
// Parsing it gives the same tree but for places.
func String(s Statement) string {
	var p printer
	p.statement(s)
	return p.b.String()
}

// ExprString returns e as String does.
func ExprString(e Expr) string {
	var p printer
	p.expr(e)
	return p.b.String()
}

// Key returns a text that two expressions share exactly if they are written alike: case of
// function names, spaces and brackets apart.
func Key(e Expr) string {
	p := printer{key: true}
	p.expr(e)
	return p.b.String()
}

// NameString returns name as it must be written: in backticks unless it is a plain word
// that no keyword can be mistaken for.
func NameString(name string) string {
	if isPlain(name) {
		return name
	}
	return "`" + strings.ReplaceAll(name, "`", "``") + "`"
}

// isPlain reports whether name is a word that is safe without backticks.
func isPlain(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != "" && !isKeyword(name)
}

// printer writes Cypher.
type printer struct {
	b   strings.Builder
	key bool // for comparison, not for people
}

func (p *printer) put(parts ...string) {
	for _, s := range parts {
		p.b.WriteString(s)
	}
}

func (p *printer) name(n Name) { p.put(NameString(n.Text)) }

func (p *printer) variable(v *Variable) { p.put(NameString(v.Name)) }

func (p *printer) exprs(list []Expr) {
	for i, e := range list {
		if i > 0 {
			p.put(", ")
		}
		p.expr(e)
	}
}

// optional writes before and e unless e is nil.
func (p *printer) optional(before string, e Expr) {
	if e != nil {
		p.put(before)
		p.expr(e)
	}
}

// literal writes a constant.
func (p *printer) literal(l *Literal) {
	if p.key && l.Auto > 0 {
		p.put("?", strconv.Itoa(l.Auto))
		return
	}
	v := l.Value
	switch v.Kind() {
	case value.KindBool:
		p.put(strconv.FormatBool(v.AsBool()))
	case value.KindInt:
		if v.AsInt() < 0 {
			p.put("(", strconv.FormatInt(v.AsInt(), 10), ")")
			return
		}
		p.put(strconv.FormatInt(v.AsInt(), 10))
	case value.KindFloat:
		s := strconv.FormatFloat(v.AsFloat(), 'g', -1, 64)
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		p.put(s)
	case value.KindString:
		p.put(quote(v.AsString()))
	case value.KindNull, value.KindBytes, value.KindList, value.KindMap, value.KindNode, value.KindEdge, value.KindPath,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
		p.put("null")
	}
}

// quote writes s as a string literal.
func quote(s string) string {
	r := strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\b", `\b`, "\f", `\f`)
	return "'" + r.Replace(s) + "'"
}

// pattern writes parts with commas between.
func (p *printer) pattern(pat *Pattern) {
	if len(pat.Parts) > 0 && pat.Parts[0].Repeatable {
		p.put("REPEATABLE ELEMENTS ")
	}
	for i, part := range pat.Parts {
		if i > 0 {
			p.put(", ")
		}
		p.part(part)
	}
}

func (p *printer) part(part *PatternPart) {
	if part.Var != nil {
		p.variable(part.Var)
		p.put(" = ")
	}
	if part.Select != nil {
		p.selector(part.Select)
	}
	if !part.Select.Function() && part.Where == nil {
		p.chain(part)
		return
	}
	p.put("(")
	p.chain(part)
	p.optional(" WHERE ", part.Where)
	p.put(")")
}

func (p *printer) node(n *NodePattern) {
	p.put("(")
	if n.Var != nil {
		p.variable(n.Var)
	}
	p.labels(n.Labels, n.Is)
	after := n.Var != nil || n.Labels != nil || n.Is != nil
	p.props(n.Props, after)
	p.condition(n.Where, after || n.Props != nil)
	p.put(")")
}

// props writes the properties of a pattern element, after a space where something stands
// before them.
func (p *printer) props(e Expr, after bool) {
	if e == nil {
		return
	}
	if after {
		p.put(" ")
	}
	p.expr(e)
}

func (p *printer) rel(r *RelPattern) {
	if r.Repeat != nil {
		p.repeat(r)
		return
	}
	if r.Direction == graph.In {
		p.put("<")
	}
	p.put("-")
	if r.Var != nil || r.Types != nil || r.Is != nil || r.Length != nil || r.Props != nil || r.Where != nil {
		p.put("[")
		p.relDetail(r)
		p.put("]")
	}
	p.put("-")
	if r.Direction == graph.Out {
		p.put(">")
	}
}

func (p *printer) relDetail(r *RelPattern) {
	if r.Var != nil {
		p.variable(r.Var)
	}
	if r.Is != nil {
		p.put(":")
		p.labelExpr(r.Is, bindNothing)
	}
	for i, t := range r.Types {
		if i == 0 {
			p.put(":")
		} else {
			p.put("|")
		}
		p.name(t)
	}
	switch {
	case r.Search != nil:
		p.search(r.Length, r.Search)
	case r.Length != nil:
		p.put("*", r.Length.bounds())
	}
	after := r.Var != nil || r.Types != nil || r.Is != nil || r.Length != nil
	p.props(r.Props, after)
	p.condition(r.Where, after || r.Props != nil)
}
