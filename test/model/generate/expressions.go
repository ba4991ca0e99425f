package generate

import (
	"strconv"
	"strings"
)

// expr writes an expression of a kind.
func (g *generator) expr(k kind) string {
	if g.chance(60) && k != anything && k != path {
		k = anything // something that may be wrong
	}
	if g.depth <= 0 || g.chance(3) {
		return g.leaf(k)
	}
	return g.inside(func() string {
		s := g.compound(k)
		if s == "" {
			return g.leaf(k)
		}
		return s
	})
}

func (g *generator) compound(k kind) string {
	switch k {
	case boolean:
		return g.boolean()
	case integer:
		return g.integer()
	case float:
		return g.float()
	case text:
		return g.text()
	case integers:
		return g.listOf(integers, integer)
	case strings_:
		return g.listOf(strings_, text)
	case list:
		return g.list()
	case mapping:
		return g.mapping()
	case node:
		return g.node()
	case edge:
		return g.edge()
	case edges:
		if p := g.some(path); p != "" {
			return "relationships(" + p + ")"
		}
	case nodes:
		if p := g.some(path); p != "" {
			return "nodes(" + p + ")"
		}
	case path:
		return g.path()
	case moments:
		return g.moment()
	case spans:
		return g.infix(spans, spans, "+", "-")
	case places:
		return "point({x: " + g.expr(integer) + ", y: " + g.one("0", "1", "2") + "})"
	case anything:
		return g.expr([]kind{boolean, integer, float, text, integers, strings_, list, mapping, node, edge, path, moments, spans, places}[g.n(14)])
	}
	return ""
}

// leaf writes an expression without others inside: a variable, a property or a literal.
func (g *generator) leaf(k kind) string {
	constants := 2
	if k == node || k == edge || k == edges || k == nodes || k == path {
		constants = 0
	}
	s := g.weighted(
		choice{3, func() string { return g.some(k) }},
		choice{4, func() string { return g.property(k) }},
		choice{constants, func() string { return g.literal(k) }},
	)
	if s == "" {
		return g.literal(k)
	}
	return s
}

// property writes the property of an entity that holds a kind.
func (g *generator) property(k kind) string {
	key := ""
	switch k { //nolint:exhaustive // properties hold no others
	case boolean:
		key = keyBool
	case integer:
		key = keyInt
	case float:
		key = keyFloat
	case text:
		key = keyString
	case integers, list:
		key = keyList
	case moments:
		key = keyTime
	case places:
		key = keyPoint
	case anything:
		key = g.one(keyMixed, keyMixed, keyAbsent, keyInt, keyTime, keyPoint)
	}
	x := g.some(node, edge)
	if key == "" || x == "" {
		return ""
	}
	if g.chance(12) {
		return x + "['" + key + "']"
	}
	return x + "." + key
}

// literal writes a constant of a kind; null where there is none.
func (g *generator) literal(k kind) string {
	if g.chance(25) {
		return "null"
	}
	switch k {
	case boolean:
		return g.one("true", "true", "true", "false")
	case integer:
		if g.chance(15) {
			return g.one("9007199254740993", "9223372036854775807", "0x1F", "100")
		}
		return strconv.Itoa(g.n(6) - 1)
	case float:
		if g.chance(10) {
			return g.one("(0.0 / 0.0)", "(1.0 / 0.0)", "9007199254740992.0", "1e300", ".5", "-0.0")
		}
		return g.one("0.5", "1.0", "2.0", "-1.5", "2.25", "1", "2")
	case text:
		return g.one("''", "'a'", "'b'", "'ab'", "'abc'", "'B'", "'é'", "\"it's\"")
	case integers:
		return "[" + join(g.times(g.n(4), func() string { return g.literal(integer) })) + "]"
	case strings_:
		return "[" + join(g.times(g.n(3), func() string { return g.literal(text) })) + "]"
	case list:
		return "[" + join(g.times(g.n(4), func() string { return g.literal(anything) })) + "]"
	case mapping:
		return "{k: " + g.literal(integer) + ", i: " + g.literal(anything) + "}"
	case anything:
		return g.literal([]kind{boolean, integer, integer, float, text, integers, moments, spans, places}[g.n(9)])
	case moments:
		return g.one("date('1970-01-01')", "date('1970-02-01')", "date('2020-02-29')", "localtime('01:00')", "time('01:00+01:00')",
			"localdatetime('1970-01-01T12:00')", "datetime('2020-03-29T01:30Z')", "datetime('2020-03-29T03:30[Europe/Berlin]')")
	case spans:
		return g.one("duration('P1D')", "duration('PT24H')", "duration('P1M')", "duration('P1Y2M-3DT0.5S')", "duration('PT-1.5S')")
	case places:
		return g.one("point({x: 0, y: 1})", "point({x: 1, y: 1.0})", "point({x: 1, y: 0, z: 1})", "point({longitude: 12.5, latitude: 1})")
	case node, edge, edges, nodes, path:
	}
	return "null"
}

func (g *generator) times(n int, f func() string) []string {
	var out []string
	for range n {
		out = append(out, f())
	}
	return out
}

// infix writes x op y.
func (g *generator) infix(x, y kind, ops ...string) string {
	return "(" + g.expr(x) + " " + g.one(ops...) + " " + g.expr(y) + ")"
}

// prefix writes f(x, …).
func (g *generator) function(name string, args ...kind) string {
	var all []string
	for _, k := range args {
		all = append(all, g.expr(k))
	}
	return name + "(" + join(all) + ")"
}

// cases writes CASE, or coalesce(), of a kind.
func (g *generator) cases(k kind) string {
	switch g.n(4) {
	case 0:
		return "coalesce(" + join(g.times(1+g.n(3), func() string { return g.expr(k) })) + ")"
	case 1:
		x := []kind{integer, text, float, anything}[g.n(4)]
		return "CASE " + g.expr(x) + g.branches(x, k)
	}
	return "CASE" + g.branches(boolean, k)
}

// branches writes what follows CASE.
func (g *generator) branches(when, then kind) string {
	all := g.times(1+g.n(2), func() string {
		condition := g.expr(when)
		if when == integer || when == text {
			switch g.n(6) {
			case 0:
				condition += ", " + g.expr(when)
			case 1:
				condition = g.one("> ", "<= ", "<> ") + condition
			case 2:
				condition = g.one("IS NULL", "IS NOT NULL")
			}
		}
		return " WHEN " + condition + " THEN " + g.expr(then)
	})
	return strings.Join(all, "") + g.otherwise(then)
}

func (g *generator) otherwise(k kind) string {
	if g.chance(3) {
		return " END"
	}
	return " ELSE " + g.expr(k) + " END"
}

// element writes an element of a list of elements of kind k.
func (g *generator) element(k kind) string {
	of := list
	switch k { //nolint:exhaustive // others are in lists of anything
	case integer:
		of = integers
	case text:
		of = strings_
	case edge:
		of = edges
	}
	switch g.n(4) {
	case 0:
		return "head(" + g.expr(of) + ")"
	case 1:
		return "last(" + g.expr(of) + ")"
	}
	return g.expr(of) + "[" + g.expr(integer) + "]"
}

// local writes an expression over the elements of a list, for which f gets the name.
func (g *generator) local(elem kind, f func(name string) string) string {
	return g.inside(func() string {
		if g.chance(10) && len(g.vars) > 0 { // hides a variable
			i := g.n(len(g.vars))
			g.vars[i] = variable{name: g.vars[i].name, kind: elem}
			return f(g.vars[i].name)
		}
		return f(g.bind("y", elem))
	})
}

// over picks a list to go over: its text and the kind of its elements.
func (g *generator) over() (string, kind) {
	switch k := g.n(7); {
	case k < 3:
		return g.expr(integers), integer
	case k < 4:
		return g.expr(strings_), text
	case k < 5 && g.some(path) != "":
		if g.chance(2) {
			return "relationships(" + g.some(path) + ")", edge
		}
		return "nodes(" + g.some(path) + ")", node
	case k < 6 && g.some(edges) != "":
		return g.some(edges), edge
	case k < 6 && g.some(nodes) != "":
		return g.some(nodes), node
	}
	return g.expr(list), anything
}
