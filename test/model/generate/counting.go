package generate

import (
	"math/rand/v2"
	"strings"
)

// Counting makes a query whose rows are looked at so little that the engine need not make all
// of them: matches are counted, ends of paths taken once, circles closed.
func Counting(r *rand.Rand) Query {
	g := &counting{generator: generator{r: r, depth: 1}}
	var b strings.Builder
	g.clauses(&b)
	if g.chance(8) {
		b.WriteString("WITH DISTINCT " + g.first() + " ")
		g.named = g.named[:1]
		b.WriteString("MATCH (" + g.named[0] + ")" + g.hops() + g.end() + " ")
	}
	b.WriteString(g.looks())
	return Query{Text: b.String()}
}

// counting writes a query of few nodes and many relationships.
type counting struct {
	generator
	named []string // nodes with a name
	names int      // how many there are
}

// clauses writes one to three clauses that hang together.
func (g *counting) clauses(b *strings.Builder) {
	for i := range []int{1, 1, 1, 2, 2, 3}[g.n(6)] {
		known := len(g.named)
		if i > 0 && g.chance(3) {
			b.WriteString("OPTIONAL MATCH (" + g.first() + ")" + g.step() + g.end())
		} else {
			b.WriteString("MATCH " + g.shape())
		}
		b.WriteString(g.differing(known) + " ")
	}
}

// shape writes a chain, a star or a circle.
func (g *counting) shape() string {
	switch g.n(6) {
	case 0:
		return g.star()
	case 1, 2:
		return g.circle()
	}
	return g.walk(1 + g.n(3))
}

// walk writes a chain of hops.
func (g *counting) walk(hops int) string {
	var b strings.Builder
	b.WriteString(g.begin())
	for range hops {
		b.WriteString(g.hops() + g.end())
	}
	return b.String()
}

// star writes hops from one node, of which one may lead further.
func (g *counting) star() string {
	center := g.fresh()
	parts := []string{"(" + center + g.marked() + ")" + g.hops() + g.end()}
	for range 1 + g.n(2) {
		part := "(" + center + ")" + g.hops() + g.end()
		if g.chance(3) {
			part += g.hops() + g.end()
		}
		parts = append(parts, part)
	}
	return join(parts)
}

// circle writes a pattern that comes back to where it began, in one part or two.
func (g *counting) circle() string {
	a, b := g.first(), g.fresh()
	s := "(" + a + ")" + g.step() + "(" + b + g.marked() + ")"
	if g.chance(4) { // two ways from one node to another
		return s + g.step() + "(" + g.fresh() + "), (" + a + ")" + g.step() + g.end() + g.step() + "(" + g.named[len(g.named)-1] + ")"
	}
	last := g.fresh()
	s += g.step() + "(" + last + g.marked() + ")"
	if g.chance(2) {
		last = g.fresh()
		s += g.step() + "(" + last + g.marked() + ")"
	}
	if g.chance(2) {
		return s + ", (" + last + ")" + g.step() + "(" + a + ")"
	}
	return s + g.step() + "(" + a + ")"
}

// begin writes the node that a chain begins with.
func (g *counting) begin() string {
	if g.chance(6) && len(g.named) == 0 {
		return "(" + g.marked() + ")"
	}
	return "(" + g.first() + g.marked() + ")"
}

// end writes a node that a hop leads to, with a name or without one.
func (g *counting) end() string {
	switch k := g.n(12); {
	case k < 5:
		return "(" + g.marked() + ")"
	case k == 5 && len(g.named) > 0:
		return "(" + g.one(g.named...) + ")"
	}
	return "(" + g.fresh() + g.marked() + ")"
}

// first returns a node that has a name, a new one where there is none.
func (g *counting) first() string {
	if len(g.named) == 0 {
		return g.fresh()
	}
	return g.one(g.named...)
}

func (g *counting) fresh() string {
	name := string(rune('a' + g.names))
	g.names++
	g.named = append(g.named, name)
	return name
}

// marked writes a label, or a property now and then.
func (g *counting) marked() string {
	switch k := g.n(12); {
	case k < 3:
		return ":" + g.label()
	case k == 3:
		return " {" + keyInt + ": " + g.literal(integer) + "}"
	}
	return ""
}

// hops writes a relationship, now and then one of variable length.
func (g *counting) hops() string {
	if g.chance(5) {
		return g.arrows("[" + g.typed() + g.one("*", "*2", "*1..2", "*1..3", "*..2", "*2..3", "*0..2", "*0..1") + "]")
	}
	return g.step()
}

// step writes one relationship.
func (g *counting) step() string {
	inner := g.typed()
	if g.chance(12) {
		inner += " {" + keyInt + ": " + g.literal(integer) + "}"
	}
	if inner != "" {
		inner = "[" + inner + "]"
	}
	return g.arrows(inner)
}

func (g *counting) typed() string {
	switch g.n(5) {
	case 0, 1:
		return ":" + g.typ()
	case 2:
		return ":" + g.typ() + "|" + g.typ()
	}
	return ""
}

// differing writes conditions on pairs of nodes; known is how many the clauses before have named.
func (g *counting) differing(known int) string {
	if len(g.named) < 2 || len(g.named) == known || !g.chance(2) {
		return ""
	}
	a, b := g.one(g.named...), g.named[len(g.named)-1]
	if a == b {
		return ""
	}
	conditions := []string{g.pair(a, b)}
	if g.chance(4) {
		conditions = append(conditions, g.pair(g.one(g.named...), b))
	}
	return " WHERE " + strings.Join(conditions, " AND ")
}

func (g *counting) pair(a, b string) string {
	switch g.n(6) {
	case 0, 1:
		return a + " <> " + b
	case 2:
		return "NOT (" + a + ")" + g.step() + "(" + b + ")"
	case 3:
		return "(" + a + ")" + g.step() + "(" + b + ")"
	case 4:
		return a + "." + keyInt + g.one(" < ", " = ", " <> ") + b + "." + keyInt
	}
	return b + "." + keyInt + g.one(" < ", " >= ", " = ") + g.literal(integer)
}

// looks writes the RETURN: how often, which ones, the least and the greatest.
func (g *counting) looks() string {
	if len(g.named) == 0 {
		return "RETURN count(*) AS c0"
	}
	x, y := g.one(g.named...), g.one(g.named...)
	key := "." + g.one(keyInt, keyString, keyFloat, keyBool)
	switch g.n(14) {
	case 0, 1, 2:
		return "RETURN count(*) AS c0"
	case 3:
		return "RETURN count(" + x + ") AS c0, count(" + y + ") AS c1"
	case 4:
		return "RETURN " + x + " AS c0, count(*) AS c1" + g.one("", " ORDER BY c1 DESC, id(c0) LIMIT 3")
	case 5:
		return "RETURN " + x + key + " AS c0, count(*) AS c1, count(" + y + ") AS c2"
	case 6:
		return "RETURN " + x + key + " AS c0, " + y + " AS c1, count(*) AS c2"
	case 7, 8:
		return "RETURN DISTINCT " + x + g.one("", key) + " AS c0"
	case 9:
		return "RETURN DISTINCT " + x + key + " AS c0, " + y + " AS c1"
	case 10, 11:
		return "RETURN count(DISTINCT " + x + g.one("", key) + ") AS c0"
	case 12:
		return "RETURN min(" + x + "." + keyInt + ") AS c0, max(" + y + "." + keyInt + ") AS c1, count(DISTINCT " + x + ") AS c2"
	}
	return "WITH " + x + ", count(*) AS n RETURN sum(n) AS c0, max(n) AS c1, count(" + x + ") AS c2"
}
