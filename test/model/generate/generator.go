package generate

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// Query is a query and what is known of it.
type Query struct {
	Text   string
	Writes bool
}

// kind is what an expression gives, null aside.
type kind int

const (
	boolean kind = iota
	integer
	float
	text
	integers // a list of integers
	strings_ // a list of strings
	list     // a list of anything
	mapping
	anything
	node
	edge
	edges // a list of relationships
	nodes // a list of nodes
	path
	moments // dates and the like
	spans   // durations
	places  // points
)

// variable is a name in scope.
type variable struct {
	name string
	kind kind
	// fixed tells that a pattern may not bind it once more.
	fixed bool
}

// generator writes one query.
type generator struct {
	r    *rand.Rand
	vars []variable
	next int // number of the next name
	// depth is how deep expressions and subqueries may still nest.
	depth int
	// patterns tells that a pattern can be a condition here.
	patterns bool
	// writes tells that the query changes the graph, so that ids can be new.
	writes bool
	// shut tells that an expression may not look for patterns, because what it finds would
	// depend on the rows for which the clause has changed the graph already.
	shut bool
	// simple tells that a pattern may repeat single relationships only.
	simple bool
	// late are variables that come into scope after the WHERE of a MATCH.
	late []variable
	// made is what the query of the last CALL returns.
	made []variable
}

// Read makes a query that reads.
func Read(r *rand.Rand) Query {
	g := &generator{r: r, depth: 3}
	return Query{Text: g.union()}
}

func (g *generator) n(n int) int { return g.r.IntN(n) }

// chance is true once in n times.
func (g *generator) chance(n int) bool { return g.r.IntN(n) == 0 }

func (g *generator) one(list ...string) string { return list[g.r.IntN(len(list))] }

func (g *generator) name(prefix string) string {
	g.next++
	return prefix + strconv.Itoa(g.next)
}

func (g *generator) bind(prefix string, k kind) string {
	name := g.name(prefix)
	g.vars = append(g.vars, variable{name: name, kind: k})
	return name
}

// of lists the variables of one of the kinds.
func (g *generator) of(kinds ...kind) []variable {
	var out []variable
	for _, v := range g.vars {
		if slices.Contains(kinds, v.kind) {
			out = append(out, v)
		}
	}
	return out
}

// some returns the name of a variable of one of the kinds, or "".
func (g *generator) some(kinds ...kind) string {
	all := g.of(kinds...)
	if len(all) == 0 {
		return ""
	}
	return all[g.n(len(all))].name
}

// inside runs f with one level less to nest; what f binds is forgotten.
func (g *generator) inside(f func() string) string {
	vars, patterns, simple := slices.Clone(g.vars), g.patterns, g.simple
	g.simple = false
	g.depth--
	s := f()
	g.depth++
	g.vars, g.patterns, g.simple = vars, patterns, simple
	return s
}

// weighted calls one of the choices, by their weights. A choice that cannot be made returns
// "", and another one is taken.
func (g *generator) weighted(choices ...choice) string {
	for {
		total := 0
		for _, c := range choices {
			total += c.weight
		}
		if total == 0 {
			return ""
		}
		at := g.n(total)
		for i, c := range choices {
			if at -= c.weight; at >= 0 {
				continue
			}
			if s := c.make(); s != "" {
				return s
			}
			choices[i].weight = 0
			break
		}
	}
}

type choice struct {
	weight int
	make   func() string
}

func join(parts []string) string { return strings.Join(parts, ", ") }
