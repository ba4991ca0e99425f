package generate

// templated writes a pattern and a condition of the kinds for which the engine has ways of
// its own: lookups in indexes, joins by equal properties, nodes by their ids, relationships
// that are there or not.
func (g *generator) templated() string {
	return g.weighted(
		choice{6, g.lookup},
		choice{3, g.equalProperties},
		choice{2, g.hop},
		choice{1, g.byID},
	)
}

// indexed lists labels and keys for which a configuration has an index.
func (g *generator) indexed() (label, key string, k kind) {
	switch g.n(8) {
	case 0, 1:
		return "A", keyInt, integer
	case 2, 3:
		return "B", keyString, text
	case 4:
		return "A", keyMixed, anything
	case 5:
		return "C", keyFloat, float
	case 6:
		return "B", keyTime, moments
	}
	return "A", keyPoint, places
}

// lookup writes a node that an index can find.
func (g *generator) lookup() string {
	outside := len(g.vars) > 0
	label, key, k := g.indexed()
	known := g.inside(func() string {
		if outside && g.chance(2) {
			return g.expr(k)
		}
		return g.literal(k)
	})
	n := g.bind("n", node)
	x := n + "." + key
	rest := ""
	if g.chance(3) {
		rest = g.plainRel(g.bind("r", edge)) + g.nodePattern(true)
	}
	if g.chance(6) {
		return "(" + n + ":" + label + " {" + key + ": " + known + "})" + rest
	}
	labels := ":" + label
	if g.chance(8) {
		labels += "|" + g.label()
	}
	condition := g.weighted(
		choice{4, func() string { return x + g.one(" = ", " = ", " < ", " <= ", " > ", " >= ") + known }},
		choice{2, func() string { return known + g.one(" = ", " < ", " >= ") + x }},
		choice{2, func() string {
			return x + g.one(" >= ", " > ") + known + " AND " + x + g.one(" < ", " <= ") + g.literal(k)
		}},
		choice{1, func() string { return g.literal(k) + " <= " + x + " < " + known }},
		choice{2, func() string { return x + " IN [" + known + ", " + g.literal(k) + ", " + g.literal(anything) + "]" }},
		choice{1, func() string { return x + " IS NOT NULL" }},
		choice{1, func() string { return x + " = " + known + " OR " + x + " = " + g.literal(k) }},
		choice{6, func() string {
			if k != text {
				return ""
			}
			return x + g.one(" STARTS WITH ", " STARTS WITH ", " ENDS WITH ", " CONTAINS ") + known
		}},
	)
	if g.chance(4) {
		condition = "(" + condition + ") AND " + g.condition()
	}
	return "(" + n + labels + ")" + rest + " WHERE " + condition
}

// equalProperties writes two nodes that are joined by equal properties.
func (g *generator) equalProperties() string {
	a, b := g.bind("n", node), g.bind("n", node)
	key, _ := g.keyOf()
	other := key
	if g.chance(4) {
		other, _ = g.keyOf()
	}
	left, right := "("+a+":"+g.label()+")", "("+b+":"+g.label()+")"
	if g.chance(2) {
		right = "(" + b + ")" + g.plainRel("") + g.nodePattern(true)
	}
	condition := a + "." + key + " = " + b + "." + other
	if g.chance(4) {
		condition += " AND " + g.condition()
	}
	return left + ", " + right + " WHERE " + condition
}

// hop writes one step from a node that is known, and what must not be there.
func (g *generator) hop() string {
	from := g.some(node)
	if from == "" {
		from = g.bind("n", node)
	}
	to := g.bind("n", node)
	s := "(" + from + ")" + g.plainRel("") + "(" + to + ")"
	if g.chance(2) {
		s += " WHERE " + g.one("", "NOT ") + "(" + to + ")" + g.plainRel("") + g.one("()", "("+from+")")
	}
	return s
}

// byID writes a node or relationship with a known id.
func (g *generator) byID() string {
	if g.writes {
		return ""
	}
	n, r, m := g.bind("n", node), g.bind("r", edge), g.bind("n", node)
	return "(" + n + ")-[" + r + "]->(" + m + ") WHERE id(" + g.one(n, r, m) + ")" + g.one(" = 0", " = 1", " = 64", " IN [0, 2]")
}
