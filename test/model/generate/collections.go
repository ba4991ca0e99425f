package generate

// listOf writes a list of elements of one kind.
func (g *generator) listOf(of, elem kind) string {
	return g.weighted(
		choice{3, func() string { return "[" + join(g.times(g.n(4), func() string { return g.expr(elem) })) + "]" }},
		choice{3, func() string { return g.comprehension(elem) }},
		choice{1, func() string { return g.infix(of, of, "+") }},
		choice{1, func() string { return g.infix(of, elem, "+") }},
		choice{1, func() string { return g.infix(of, of, "||") }},
		choice{1, func() string { return g.function(g.one("tail", "reverse", "toSet"), of) }},
		choice{1, func() string { return g.slice(of) }},
		choice{1, func() string { return g.cases(of) }},
		choice{2, func() string { return g.patternComprehension(elem) }},
		choice{1, func() string { return g.collected(elem) }},
		choice{2, func() string {
			if of == integers {
				return g.one("range(0, ", "range(-1, ", "range(1, ") + g.one("3", "5", g.expr(integer)+" % 5") + ")"
			}
			return g.weighted(
				choice{2, func() string { return g.ofEntity("labels(", node) }},
				choice{2, func() string { return g.ofEntity("keys(", node, edge, mapping) }},
				choice{1, func() string { return g.function("split", text, text) }},
			)
		}},
		choice{1, func() string {
			if of == integers {
				return g.function("toIntegerList", list)
			}
			return g.function("toStringList", list)
		}},
	)
}

func (g *generator) slice(of kind) string {
	switch g.n(3) {
	case 0:
		return g.expr(of) + "[" + g.expr(integer) + ".." + g.expr(integer) + "]"
	case 1:
		return g.expr(of) + "[.." + g.expr(integer) + "]"
	}
	return g.expr(of) + "[" + g.one("1", "-1", "-2") + "..]"
}

// comprehension writes a list made of another one.
func (g *generator) comprehension(result kind) string {
	over, elem := g.over()
	return g.local(elem, func(name string) string {
		s := "[" + name + " IN " + over
		if g.chance(2) {
			s += " WHERE " + g.expr(boolean)
		}
		if elem != result || g.chance(2) {
			s += " | " + g.expr(result)
		}
		return s + "]"
	})
}

// list writes a list of anything.
func (g *generator) list() string {
	return g.weighted(
		choice{3, func() string { return "[" + join(g.times(g.n(4), func() string { return g.expr(anything) })) + "]" }},
		choice{2, func() string { return g.comprehension(anything) }},
		choice{1, func() string { return g.ofEntity(g.one("nodes(", "relationships("), path) }},
		choice{1, func() string { return g.some(edges) }},
		choice{1, func() string { return g.expr(integers) }},
		choice{1, func() string { return g.patternComprehension(g.anyKind()) }},
		choice{1, func() string { return g.infix(list, anything, "+") }},
		choice{1, func() string { return g.slice(list) }},
	)
}

// mapping writes a map.
func (g *generator) mapping() string {
	return g.weighted(
		choice{3, func() string {
			return "{k: " + g.expr(integer) + ", " + g.one("z", "i") + ": " + g.expr(anything) + "}"
		}},
		choice{2, func() string { return g.ofEntity("properties(", node, edge) }},
		choice{2, func() string {
			x := g.some(node, edge, mapping)
			if x == "" {
				return ""
			}
			return x + g.one(" {.i, .s}", " {.*}", " {.*, k: 1}", " {.i, .u, k: "+g.expr(integer)+"}")
		}},
	)
}
