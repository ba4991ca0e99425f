package generate

import (
	"slices"
	"strings"
)

// part writes one part of a pattern; seen lists the names that the pattern has used for
// relationships.
func (g *generator) part(seen *[]string) string {
	if g.chance(14) {
		return g.shortest()
	}
	s := g.chain([]int{0, 0, 0, 1, 1, 1, 1, 2, 2, 3}[g.n(10)], true, seen)
	if g.chance(6) {
		return g.bind("p", path) + " = " + s
	}
	return s
}

// chain writes nodes joined by the given number of relationships.
// Binding tells that it may name what is new.
func (g *generator) chain(rels int, binding bool, seen *[]string) string {
	var b strings.Builder
	b.WriteString(g.nodePattern(binding))
	for range rels {
		if !g.simple && g.chance(14) {
			b.WriteString(g.quantified(binding, seen))
		} else {
			b.WriteString(g.relPattern(binding, seen))
		}
		b.WriteString(g.nodePattern(binding))
	}
	return b.String()
}

func (g *generator) nodePattern(binding bool) string {
	name := ""
	switch k := g.n(8); {
	case k < 3:
		name = g.some(node)
	case k < 7 && binding:
		name = g.bind("n", node)
	}
	s := "(" + name
	switch k := g.n(16); {
	case k < 3:
		s += ":" + g.label()
	case k == 3:
		s += ":" + g.label() + ":" + labels[g.n(3)]
	case k == 4:
		s += ":" + g.labelExpr(2, g.label)
	}
	if s == "(" {
		return s + g.props(12) + ")" // WHERE alone may be a variable
	}
	return s + g.props(20) + g.elementWhere(name, node) + ")"
}

// elementWhere writes a condition inside of an element, now and then.
func (g *generator) elementWhere(name string, k kind) string {
	if !g.chance(14) {
		return ""
	}
	return " WHERE " + g.inside(func() string {
		if name != "" {
			g.vars = append(g.vars, variable{name: name, kind: k})
		}
		return g.expr(boolean)
	})
}

// labelExpr writes a condition on labels or types, which name gives.
func (g *generator) labelExpr(depth int, name func() string) string {
	if depth == 0 || g.chance(3) {
		switch g.n(10) {
		case 0:
			return "%"
		case 1:
			return "$('" + name() + "')"
		case 2:
			return g.one("$any(['", "$all(['") + name() + "', '" + name() + "'])"
		}
		return name()
	}
	switch g.n(4) {
	case 0:
		return "!" + g.labelExpr(0, name)
	case 1:
		return "!(" + g.labelExpr(depth-1, name) + ")"
	}
	return "(" + g.labelExpr(depth-1, name) + ")" + g.one("|", "&") + "(" + g.labelExpr(depth-1, name) + ")"
}

// label picks a label, which some nodes have in most cases.
func (g *generator) label() string {
	if g.chance(12) {
		return labels[len(labels)-1]
	}
	return labels[g.n(len(labels)-1)]
}

// typ picks the type of a relationship, which some have in most cases.
func (g *generator) typ() string {
	if g.chance(12) {
		return types[len(types)-1]
	}
	return types[g.n(len(types)-1)]
}

// props writes properties in a pattern, once in n times.
func (g *generator) props(n int) string {
	if !g.chance(n) {
		return ""
	}
	key, k := g.keyOf()
	value := g.inside(func() string {
		if g.chance(2) {
			return g.literal(k)
		}
		return g.expr(k)
	})
	return " {" + key + ": " + value + "}"
}

// keyOf picks a key and the kind of what it holds.
func (g *generator) keyOf() (string, kind) {
	switch g.n(11) {
	case 8:
		return keyTime, moments
	case 9:
		return keyPoint, places
	case 0, 1, 2:
		return keyInt, integer
	case 3:
		return keyFloat, float
	case 4, 5:
		return keyString, text
	case 6:
		return keyBool, boolean
	case 7:
		return keyList, integers
	}
	return keyMixed, anything
}

// relPattern writes a relationship.
func (g *generator) relPattern(binding bool, seen *[]string) string {
	inner := ""
	length := ""
	if g.chance(6) {
		length = g.one("*", "*2", "*1..2", "*0..1", "*..2", "*2..3", "*0..", "*1..1", "*3..2")
	}
	switch k := g.n(10); {
	case k == 0:
		of := edge
		if length != "" {
			of = edges
		}
		if inner = g.some(of); slices.Contains(*seen, inner) {
			inner = ""
		}
	case k < 4 && binding && length == "":
		inner = g.bind("r", edge)
	case k < 3 && binding:
		inner = g.bind("rs", edges)
	}
	if inner != "" {
		*seen = append(*seen, inner)
	}
	name := inner
	switch k := g.n(16); {
	case k < 2:
		inner += ":" + g.typ()
	case k < 4:
		inner += ":" + g.typ() + "|" + g.typ()
	case k == 4:
		inner += ":" + g.labelExpr(2, g.typ)
	}
	if inner += length; inner != "" { // WHERE alone may be a variable
		inner += g.props(20) + g.elementWhere(name, edge)
	}
	if inner != "" || g.chance(8) {
		inner = "[" + inner + "]"
	}
	return g.arrows(inner)
}

// predicate writes a pattern that is a condition: it brings no names and has at least one
// relationship.
func (g *generator) predicate() string {
	from := g.some(node)
	if from == "" || !g.patterns || g.shut {
		return ""
	}
	return "(" + from + ")" + g.relPattern(false, new([]string)) + g.nodePattern(false)
}

// exists writes EXISTS with a pattern or a query inside.
func (g *generator) exists() string {
	if g.shut {
		return ""
	}
	return g.inside(func() string {
		g.patterns = true
		return "EXISTS { " + g.subquery(boolean) + " }"
	})
}

// counted writes COUNT with a pattern or a query inside.
func (g *generator) counted() string {
	if g.shut {
		return ""
	}
	return g.inside(func() string {
		g.patterns = true
		return "COUNT { " + g.subquery(integer) + " }"
	})
}

// collected writes COLLECT with a query inside, for elements of a kind.
func (g *generator) collected(k kind) string {
	if g.shut {
		return ""
	}
	return g.inside(func() string {
		g.patterns = true
		if g.chance(3) {
			return "COLLECT { UNWIND " + g.expr(integers) + " AS u MATCH " + g.matching() + " RETURN " + g.expr(k) + " AS x }"
		}
		return "COLLECT { MATCH " + g.matching() + " RETURN " + g.expr(k) + " AS x" + g.one("", "", " ORDER BY x", " ORDER BY x LIMIT 2") + " }"
	})
}

// subquery writes what stands inside of EXISTS or COUNT.
func (g *generator) subquery(k kind) string {
	switch g.n(5) {
	case 0:
		return "MATCH " + g.matching() + " RETURN " + g.expr(k) + " AS x"
	case 1:
		return "MATCH " + g.matching() + " WITH " + g.projecting(0) + " RETURN true AS x"
	case 2:
		return "MATCH " + g.matching()
	}
	return g.matching()
}

// patternComprehension writes a list of what a pattern finds, of elements of a kind.
func (g *generator) patternComprehension(k kind) string {
	if g.shut {
		return ""
	}
	return g.inside(func() string {
		s := "["
		g.simple = true
		chain := g.chain([]int{1, 1, 1, 2}[g.n(4)], true, new([]string))
		g.simple = false
		if g.chance(6) {
			s += g.bind("p", path) + " = "
		}
		s += chain
		if g.chance(3) {
			s += " WHERE " + g.condition()
		}
		g.patterns = false
		return s + " | " + g.expr(k) + "]"
	})
}
