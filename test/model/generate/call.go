package generate

import (
	"slices"
	"strings"
)

// calling writes CALL with a query inside.
func (g *generator) calling() string {
	all := slices.Clone(g.vars)
	var imports []string
	var seen []variable
	for _, v := range all {
		if g.chance(2) {
			imports = append(imports, v.name)
			seen = append(seen, v)
		}
	}
	head, first := "CALL { ", ""
	switch k := g.n(4); {
	case k == 0:
		head = "CALL (*) { "
		seen = all
	case k == 1 && len(imports) > 0:
		first = "WITH " + join(imports) + " "
	case k == 1 || len(all) == 0:
		seen = nil
	default:
		head = "CALL (" + join(imports) + ") { "
	}
	if g.chance(8) {
		head = "OPTIONAL " + head
	}
	g.depth--
	s := head + g.called(first, seen) + " }"
	g.depth++
	g.vars = append(all, g.made...)
	g.made = nil
	return s
}

// called writes the query of a CALL, each part of which begins with first and sees some
// variables. It leaves what the query returns in made.
func (g *generator) called(first string, seen []variable) string {
	if g.writes && g.chance(2) {
		g.vars = slices.Clone(seen)
		s := first + g.updating()
		g.made = nil
		return s
	}
	columns := 1 + g.n(2)
	var made []variable
	for range columns {
		made = append(made, variable{name: g.name("s"), kind: anything})
	}
	var parts []string
	for len(parts) == 0 || g.chance(8) {
		g.vars = slices.Clone(seen)
		part := first
		if g.chance(2) {
			part += g.reading(first == "") + " "
		}
		parts = append(parts, part+g.returningAs(made))
	}
	g.made = made
	return strings.Join(parts, g.one(" UNION ", " UNION ALL "))
}

// returningAs writes a RETURN with columns of given names, and notes what they hold.
func (g *generator) returningAs(made []variable) string {
	if g.chance(4) {
		var items []string
		for i := range made {
			s, k := g.aggregate()
			items = append(items, s+" AS "+made[i].name)
			made[i].kind = k
		}
		return "RETURN " + join(items)
	}
	var items []string
	for i := range made {
		made[i].kind = g.anyKind()
		items = append(items, g.inside(func() string { return g.expr(made[i].kind) })+" AS "+made[i].name)
	}
	g.vars = append(g.vars, made...)
	return "RETURN " + join(items) + g.sorted(made)
}
