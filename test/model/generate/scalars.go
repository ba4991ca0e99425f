package generate

// integer writes an integer.
func (g *generator) integer() string {
	return g.weighted(
		choice{6, func() string { return g.infix(integer, integer, "+", "-", "*", "+", "-") }},
		choice{2, func() string {
			return "(" + g.expr(integer) + g.one(" / ", " % ") + g.one("2", "3", "-2", g.expr(integer)) + ")"
		}},
		choice{1, func() string { return "-" + g.bracketed(g.expr(integer)) }},
		choice{2, func() string { return g.function("size", []kind{integers, strings_, list, text, mapping}[g.n(5)]) }},
		choice{2, func() string {
			if g.writes { // the ids of what is new are anybody's guess
				return ""
			}
			return g.ofEntity("id(", node, edge)
		}},
		choice{1, func() string { return g.ofEntity("length(", path) }},
		choice{1, g.degree},
		choice{1, func() string { return g.function(g.one("abs", "sign"), integer) }},
		choice{1, func() string {
			return g.function(g.one("toInteger", "toIntegerOrNull"), []kind{float, text, boolean}[g.n(3)])
		}},
		choice{2, func() string { return g.cases(integer) }},
		choice{2, func() string { return g.element(integer) }},
		choice{1, g.reduce},
		choice{2, func() string { return g.before("size(", g.patternComprehension(g.anyKind()), ")") }},
		choice{1, func() string { return g.expr(mapping) + ".k" }},
		choice{1, g.counted},
	)
}

func (g *generator) degree() string {
	if g.shut {
		return ""
	}
	return g.ofEntity(g.one("degree(", "inDegree(", "outDegree("), node)
}

// ofEntity applies a function to a variable of one of the kinds.
func (g *generator) ofEntity(f string, kinds ...kind) string {
	if x := g.some(kinds...); x != "" {
		return f + x + ")"
	}
	return ""
}

func (g *generator) reduce() string {
	over, elem := g.over()
	init := g.expr(integer)
	return g.inside(func() string {
		acc := g.bind("acc", integer)
		x := g.bind("y", elem)
		return "reduce(" + acc + " = " + init + ", " + x + " IN " + over + " | " + g.expr(integer) + ")"
	})
}

// float writes a number.
func (g *generator) float() string {
	return g.weighted(
		choice{5, func() string { return g.infix(float, float, "+", "-", "*", "/", "%") }},
		choice{1, func() string { return g.bracketed(g.expr(float) + " ^ " + g.one("2", "0.5", "0", "-1")) }},
		choice{1, func() string { return g.function(g.one("ceil", "floor", "round", "abs", "sqrt"), float) }},
		choice{1, func() string { return g.function(g.one("toFloat", "toFloatOrNull"), []kind{integer, text}[g.n(2)]) }},
		choice{1, func() string { return g.cases(float) }},
		choice{2, func() string { return g.expr(integer) }},
	)
}

// text writes a string.
func (g *generator) text() string {
	return g.weighted(
		choice{4, func() string { return g.infix(text, text, "+") }},
		choice{1, func() string { return g.infix(text, integer, "+") }},
		choice{1, func() string { return g.infix(text, text, "||") }},
		choice{2, func() string {
			return g.function(g.one("toUpper", "toLower", "trim", "lTrim", "rTrim", "reverse", "toString"), text)
		}},
		choice{1, func() string {
			return g.function(g.one("toString", "toStringOrNull"), []kind{integer, float, boolean}[g.n(3)])
		}},
		choice{1, func() string {
			return g.one("left", "right", "substring") + "(" + g.expr(text) + ", " + g.one("0", "1", "2", g.expr(integer)) + ")"
		}},
		choice{1, func() string {
			return "substring(" + g.expr(text) + ", " + g.one("0", "1") + ", " + g.one("0", "1", "2") + ")"
		}},
		choice{1, func() string { return g.function("replace", text, text, text) }},
		choice{2, func() string { return g.ofEntity("type(", edge) }},
		choice{1, func() string { return g.element(text) }},
		choice{2, func() string { return g.cases(text) }},
		choice{1, func() string { return g.function("valueType", anything) }},
	)
}

// node writes a node.
func (g *generator) node() string {
	return g.weighted(
		choice{6, func() string { return g.some(node) }},
		choice{2, func() string { return g.ofEntity(g.one("startNode(", "endNode("), edge) }},
		choice{1, func() string { return g.endOf(path) }},
		choice{1, func() string { return g.cases(node) }},
	)
}

// moment writes a date or the like.
func (g *generator) moment() string {
	return g.weighted(
		choice{4, func() string { return g.infix(moments, spans, "+", "-") }},
		choice{1, func() string { return g.infix(spans, moments, "+") }},
		choice{1, func() string { return g.cases(moments) }},
		choice{1, func() string { return g.leaf(moments) }},
	)
}

// endOf writes the first or last node of a path.
func (g *generator) endOf(k kind) string {
	if p := g.some(k); p != "" {
		return g.one("head", "last") + "(nodes(" + p + "))"
	}
	return ""
}

// edge writes a relationship.
func (g *generator) edge() string {
	return g.weighted(
		choice{6, func() string { return g.some(edge) }},
		choice{1, func() string { return g.ofEntity(g.one("head(", "last("), edges) }},
	)
}
