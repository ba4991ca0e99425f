package generate

// quantified writes a pattern that is repeated, in the place of a relationship.
func (g *generator) quantified(binding bool, seen *[]string) string {
	var inside []variable
	name := func(prefix string, k kind) string {
		if !binding || g.chance(3) {
			return ""
		}
		inside = append(inside, variable{name: g.name(prefix), kind: k})
		return inside[len(inside)-1].name
	}
	s := "(" + g.plainNode(name("q", node)) + g.plainRel(name("r", edge)) + g.plainNode(name("q", node))
	if g.chance(6) {
		s += g.plainRel(name("r", edge)) + g.plainNode(name("q", node))
	}
	if g.chance(3) {
		s += " WHERE " + g.inside(func() string {
			g.vars = append(g.vars, inside...)
			return g.expr(boolean)
		})
	}
	for _, v := range inside {
		if v.kind == node {
			v.kind = nodes
		} else {
			v.kind = edges
			*seen = append(*seen, v.name)
		}
		g.vars = append(g.vars, v)
	}
	return " " + s + ")" + g.repetition() + " "
}

// repetition writes how often something is repeated.
func (g *generator) repetition() string {
	return g.one("{1}", "{2}", "{1,2}", "{0,1}", "{,2}", "{2,3}", "{0,2}", "+", "*")
}

func (g *generator) plainNode(name string) string {
	if g.chance(4) {
		name += ":" + g.label()
	}
	return "(" + name + g.props(20) + ")"
}

func (g *generator) plainRel(name string) string {
	if g.chance(3) {
		name += ":" + g.typ()
	}
	if name != "" {
		name = "[" + name + g.props(20) + "]"
	}
	return g.arrows(name)
}

// arrows puts the arrows of a relationship around its inside.
func (g *generator) arrows(inner string) string {
	switch g.n(5) {
	case 0, 1:
		return "-" + inner + "->"
	case 2, 3:
		return "<-" + inner + "-"
	}
	return "-" + inner + "-"
}

// shortest writes a part that finds shortest paths. What it names can be used after the
// clause, because few conditions about it can be asked in it.
func (g *generator) shortest() string {
	vars := len(g.vars)
	s := g.one("shortestPath(", "allShortestPaths(")
	from := g.nodePattern(true)
	rel := g.one("*", "*", "*..2", "*1..3", "*0..", "*0..2") + g.props(12) + "]"
	if g.chance(3) {
		rel = ":" + g.typ() + rel
	}
	to := g.nodePattern(true)
	if g.chance(3) {
		rel = g.bind("rs", edges) + rel
	}
	s += from + g.arrows("["+rel) + to + ")"
	if g.chance(2) {
		s = g.bind("p", path) + " = " + s
	}
	g.hideSince(vars)
	return s
}

// path writes a path.
func (g *generator) path() string {
	if p := g.some(path); p != "" && !g.chance(3) {
		return p
	}
	from, to := g.some(node), g.some(node)
	if from == "" || g.shut {
		return ""
	}
	rel := g.one("", ":"+g.typ())
	return "shortestPath((" + from + ")" + g.arrows("["+rel+g.one("*", "*..2", "*0..", "*1..3")+"]") + "(" + to + "))"
}
