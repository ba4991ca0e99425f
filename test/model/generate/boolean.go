package generate

import "strings"

// boolean writes a condition.
func (g *generator) boolean() string {
	return g.weighted(
		choice{8, g.comparison},
		choice{4, func() string { return g.infix(boolean, boolean, "AND", "OR", "AND", "OR", "XOR") }},
		choice{2, func() string { return "(NOT " + g.expr(boolean) + ")" }},
		choice{2, func() string { return g.bracketed(g.expr(g.anyKind()) + g.one(" IS NULL", " IS NOT NULL")) }},
		choice{2, g.membership},
		choice{1, g.typeTest},
		choice{2, func() string { return g.infix(text, text, "STARTS WITH", "ENDS WITH", "CONTAINS", "=~") }},
		choice{2, g.labelTest},
		choice{2, g.quantifier},
		choice{3, g.predicate},
		choice{1, func() string { return g.before("(NOT ", g.predicate(), ")") }},
		choice{1, g.exists},
		choice{1, func() string { return g.cases(boolean) }},
		choice{1, func() string { return "exists(" + g.orLiteral(g.property(integer)) + ")" }},
		choice{1, func() string { return g.function("isEmpty", []kind{integers, text, mapping}[g.n(3)]) }},
		choice{1, func() string { return g.function(g.one("toBoolean", "toBooleanOrNull"), text) }},
	)
}

func (g *generator) bracketed(s string) string { return "(" + s + ")" }

// before writes s between other text, or nothing where s is nothing.
func (g *generator) before(word, s, end string) string {
	if s == "" {
		return ""
	}
	return word + s + end
}

func (g *generator) orLiteral(s string) string {
	if s == "" {
		return "null"
	}
	return s
}

// comparison writes x < y, and sometimes a chain of them.
func (g *generator) comparison() string {
	k := []kind{integer, integer, float, float, text, anything, boolean, integers, node, edge, moments, spans, places}[g.n(13)]
	if (k == node || k == edge) && g.some(k) == "" {
		k = integer
	}
	other := k
	if g.chance(10) {
		other = anything
	}
	ops := []string{"=", "=", "=", "<>", "<", "<=", ">", ">="}
	if k == node || k == edge {
		ops = ops[:4]
	}
	chain := []string{g.expr(k), g.one(ops...), g.expr(other)}
	for g.chance(8) {
		chain = append(chain, g.one(ops...), g.expr(k))
	}
	return g.bracketed(strings.Join(chain, " "))
}

func (g *generator) typeTest() string {
	t := g.one("INTEGER", "FLOAT", "STRING", "BOOLEAN", "LIST<INTEGER>", "LIST<ANY>", "MAP", "NODE", "RELATIONSHIP", "PATH",
		"DATE", "POINT", "INTEGER | STRING", "INTEGER NOT NULL", "ANY NOT NULL", "NULL")
	return g.bracketed(g.expr(g.anyKind()) + g.one(" IS :: ", " IS NOT :: ") + t)
}

func (g *generator) membership() string {
	switch g.n(4) {
	case 0:
		return g.infix(text, strings_, "IN")
	case 1:
		return g.infix(anything, list, "IN")
	case 2:
		return "(" + g.expr(integer) + " IN [" + join(g.times(8+g.n(3), func() string { return g.literal(integer) })) + "])"
	}
	return g.infix(integer, integers, "IN")
}

func (g *generator) labelTest() string {
	if x := g.some(node); x != "" {
		switch g.n(4) {
		case 0:
			return g.bracketed(x + ":" + g.label() + ":" + g.label())
		case 1:
			return g.bracketed(x + ":" + g.labelExpr(2, g.label))
		}
		return g.bracketed(x + ":" + g.label())
	}
	return ""
}

func (g *generator) quantifier() string {
	over, elem := g.over()
	return g.local(elem, func(name string) string {
		return g.one("all", "any", "none", "single") + "(" + name + " IN " + over + " WHERE " + g.expr(boolean) + ")"
	})
}
