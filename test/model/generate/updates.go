package generate

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// Write makes a query that changes the graph.
func Write(r *rand.Rand) Query {
	g := &generator{r: r, depth: 2, writes: true}
	var b strings.Builder
	for i := range g.n(3) {
		b.WriteString(g.reading(i == 0) + " ")
	}
	for range g.n(3) {
		b.WriteString(g.updating() + " ")
		if g.chance(5) {
			b.WriteString("WITH " + g.projecting(0) + " ")
			if g.chance(2) {
				b.WriteString(g.reading(false) + " ")
			}
		}
	}
	b.WriteString(g.updating() + " ")
	switch g.n(12) {
	case 0:
		b.WriteString("FINISH")
	case 1, 2, 3, 4, 5:
		b.WriteString(g.returning(1 + g.n(2)))
	}
	return Query{Text: strings.TrimSpace(b.String()), Writes: true}
}

// updating writes a clause that changes the graph.
func (g *generator) updating() string {
	return g.weighted(
		choice{4, func() string { return "CREATE " + g.creation(false) }},
		choice{4, func() string { return g.before("SET ", g.assignments(), "") }},
		choice{2, g.removal},
		choice{2, g.deletion},
		choice{4, g.merging},
		choice{1, g.foreach},
	)
}

// creation writes a pattern to create: one part, or a few of them where that is allowed.
func (g *generator) creation(merge bool) string {
	var rels []string // which nothing in the pattern itself can name
	parts := []string{g.created(merge, &rels)}
	for !merge && g.chance(4) && len(parts) < 3 {
		parts = append(parts, g.created(false, &rels))
	}
	for _, name := range rels {
		g.vars = append(g.vars, variable{name: name, kind: edge})
	}
	return join(parts)
}

func (g *generator) created(merge bool, edges *[]string) string {
	rels := []int{0, 0, 1, 1, 2}[g.n(5)]
	known := g.of(node) // what the pattern makes itself may not be named twice with labels
	var made []string
	var s strings.Builder
	s.WriteString(g.createdNode(rels > 0, known, &made, merge))
	for range rels {
		inner := ""
		if g.chance(3) {
			inner = g.name("r")
			*edges = append(*edges, inner)
		}
		inner = "[" + inner + ":" + types[g.n(len(types)-1)] + g.newProps(4) + "]"
		switch {
		case merge && g.chance(4):
			s.WriteString("-" + inner + "-")
		case g.chance(2):
			s.WriteString("<-" + inner + "-")
		default:
			s.WriteString("-" + inner + "->")
		}
		s.WriteString(g.createdNode(true, known, &made, merge))
	}
	for _, name := range made {
		g.vars = append(g.vars, variable{name: name, kind: node})
	}
	return s.String()
}

func (g *generator) createdNode(connected bool, known []variable, made *[]string, merge bool) string {
	if connected && len(known) > 0 && g.chance(2) {
		return "(" + known[g.n(len(known))].name + ")"
	}
	s := "("
	if g.chance(2) {
		name := g.name("n")
		*made = append(*made, name)
		s += name
	}
	if g.chance(2) {
		s += ":" + labels[g.n(len(labels)-1)]
	}
	if merge {
		return s + g.newProps(2) + ")"
	}
	return s + g.newProps(3) + ")"
}

// newProps writes properties to create, once in n times.
func (g *generator) newProps(n int) string {
	if !g.chance(n) {
		return ""
	}
	var all, keys []string
	for range 1 + g.n(2) {
		key, k := g.keyOf()
		if slices.Contains(keys, key) {
			continue
		}
		keys = append(keys, key)
		all = append(all, key+": "+g.written(k))
	}
	return " {" + join(all) + "}"
}

// assignments writes what follows SET, or "" where there is nothing to set.
func (g *generator) assignments() string {
	var all []string
	for range 1 + g.n(2) {
		if s := g.assignment(); s != "" {
			all = append(all, s)
		}
	}
	return join(all)
}

func (g *generator) assignment() string {
	x := g.some(node, edge)
	if x == "" {
		return ""
	}
	switch g.n(8) {
	case 0:
		return x + " += " + g.written(mapping)
	case 1:
		return x + " = " + g.written(mapping)
	case 2, 3:
		if g.kindOf(x) == node {
			return x + ":" + labels[g.n(len(labels))]
		}
	}
	key, k := g.keyOf()
	if g.chance(8) {
		key = keyAbsent
	}
	return x + "." + key + " = " + g.written(k)
}

// written writes the value of a property.
func (g *generator) written(k kind) string {
	return g.inside(func() string {
		g.shut = true
		defer func() { g.shut = false }()
		return g.expr(k)
	})
}

func (g *generator) removal() string {
	x := g.some(node, edge)
	if x == "" {
		return ""
	}
	if g.kindOf(x) == node && g.chance(3) {
		return "REMOVE " + x + ":" + labels[g.n(len(labels))]
	}
	key, _ := g.keyOf()
	return "REMOVE " + x + "." + key
}

func (g *generator) deletion() string {
	x := g.some(node, edge, path)
	if x == "" {
		return ""
	}
	word := "DELETE "
	if g.kindOf(x) != edge && !g.chance(4) {
		word = "DETACH DELETE "
	}
	return word + x
}

func (g *generator) merging() string {
	s := "MERGE " + g.creation(true)
	if g.chance(4) {
		s += g.before(" ON CREATE SET ", g.assignments(), "")
	}
	if g.chance(4) {
		s += g.before(" ON MATCH SET ", g.assignments(), "")
	}
	return s
}

func (g *generator) foreach() string {
	over, elem := g.over()
	return g.inside(func() string {
		x := g.bind("y", elem)
		var all []string
		for range 1 + g.n(2) {
			if s := g.updating(); s != "" {
				all = append(all, s)
			}
		}
		return "FOREACH (" + x + " IN " + over + " | " + strings.Join(all, " ") + ")"
	})
}
