package generate

// searching writes a pattern that a MATCH can have by itself only: one whose paths are chosen
// by a selector, a mode or an algorithm.
func (g *generator) searching() string {
	if g.chance(2) {
		return g.algorithm()
	}
	vars := len(g.vars)
	s := g.one("ANY SHORTEST ", "ALL SHORTEST ", "SHORTEST 2 ", "SHORTEST 2 GROUPS ", "ANY ", "ANY 2 ", "ACYCLIC ", "SIMPLE ",
		"TRAIL ", "REPEATABLE ELEMENTS ", "SHORTEST 1 ACYCLIC ")
	repeated := g.one("+", "*", "{1,3}", "{2}", "{0,2}")
	before := ""
	if s == "REPEATABLE ELEMENTS " {
		repeated = g.one("{1,3}", "{2}", "{0,2}")
		before, s = s, ""
	}
	chain := g.nodePattern(true)
	if g.chance(3) {
		chain += g.plainRel("") + g.nodePattern(true)
	}
	chain += g.plainRel("") + repeated + g.nodePattern(true)
	if g.chance(6) {
		s = g.bind("p", path) + " = " + s
	}
	g.hideSince(vars)
	return before + s + chain
}

// hideSince keeps the variables other than nodes that were bound since out of scope until the
// clause ends: only few conditions about them can be asked in it.
func (g *generator) hideSince(vars int) {
	kept := g.vars[:vars:vars]
	for _, v := range g.vars[vars:] {
		if v.kind == node {
			kept = append(kept, v)
		} else {
			g.late = append(g.late, v)
		}
	}
	g.vars = kept
}

// algorithm writes a pattern with one of the algorithms that look for paths.
func (g *generator) algorithm() string {
	vars := len(g.vars)
	from := g.nodePattern(true)
	rel := ""
	if g.chance(3) {
		rel = ":" + g.typ()
	}
	total := ""
	word := g.one("*BFS", "*WSHORTEST", "*ALLSHORTEST", "*KSHORTEST")
	switch word {
	case "*BFS":
		rel += " " + word + g.one("", " 1..2", " ..3", " 2..3") + g.filter()
	case "*KSHORTEST":
		rel += " " + word + g.one("", " 1..2", " 2..3") + g.filter() + g.one("", " | 1", " | 2")
	default:
		total = g.name("w")
		weight := g.one("1", "2 + coalesce(e.i, 0)", "1 + size(coalesce(e.s, ''))", "1.5")
		rel += " " + word + g.one("", " 2", " 3") + " (e, v | " + weight + ") " + total + g.filter()
	}
	if g.chance(3) {
		rel = g.bind("rs", edges) + rel
	}
	if total != "" {
		g.vars = append(g.vars, variable{name: total, kind: float})
	}
	s := from + g.arrows("["+rel+"]") + g.nodePattern(true)
	if g.chance(2) {
		s = g.bind("p", path) + " = " + s
	}
	g.hideSince(vars)
	return s
}

// filter writes which relationships an algorithm may follow.
func (g *generator) filter() string {
	if !g.chance(3) {
		return ""
	}
	return g.inside(func() string {
		g.vars = append(g.vars, variable{name: "e", kind: edge}, variable{name: "v", kind: node})
		return " (e, v | " + g.expr(boolean) + ")"
	})
}
