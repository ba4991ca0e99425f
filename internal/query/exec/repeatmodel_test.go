package exec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// modelRound is a round of a quantified path pattern: nodes s0, s1, … and relationships
// r0, r1, …, with conditions on them.
type modelRound struct {
	steps []modelRelPattern
	conds []modelRoundCond
	low   int
	high  int // -1: none
}

// modelRoundCond is a condition of a round as text and as a test of the nodes and
// relationships of one round.
type modelRoundCond struct {
	text string
	test func(g *modelGraph, nodes, edges []int) bool
}

func drawRound(t *rapid.T) modelRound {
	var m modelRound
	for range rapid.IntRange(1, 2).Draw(t, "hops") {
		m.steps = append(m.steps, drawStep(t))
	}
	m.low = rapid.IntRange(0, 2).Draw(t, "low")
	m.high = rapid.SampledFrom([]int{-1, max(m.low, 1), m.low + 1, m.low + 2}).Draw(t, "high")
	last := len(m.steps)
	all := []modelRoundCond{
		{fmt.Sprintf("s0.v <= s%d.v", last), func(g *modelGraph, nodes, _ []int) bool { return g.nodes[nodes[0]].v <= g.nodes[nodes[last]].v }},
		{"r0.w > 0", func(g *modelGraph, _, edges []int) bool { return g.edges[edges[0]].w > 0 }},
		{"s1.v <> 3", func(g *modelGraph, nodes, _ []int) bool { return g.nodes[nodes[1]].v != 3 }},
		{fmt.Sprintf("r0.w <= r%d.w + 1", last-1), func(g *modelGraph, _, edges []int) bool { return g.edges[edges[0]].w <= g.edges[edges[last-1]].w+1 }},
		{"r0.w <= s0.v + 1", func(g *modelGraph, nodes, edges []int) bool { return g.edges[edges[0]].w <= g.nodes[nodes[0]].v+1 }},
		{fmt.Sprintf("s%d.id <> o.id", last), func(_ *modelGraph, nodes, _ []int) bool { return nodes[last] != 0 }},
	}
	for _, c := range all {
		if rapid.IntRange(0, 3).Draw(t, "condition") == 0 {
			m.conds = append(m.conds, c)
		}
	}
	return m
}

// text writes the round with its quantifier.
func (m *modelRound) text() string {
	var b strings.Builder
	b.WriteString("((s0)")
	for i, r := range m.steps {
		b.WriteString(arrows(r.dir, fmt.Sprintf("r%d%s", i, typesText(r.types))))
		fmt.Fprintf(&b, "(s%d)", i+1)
	}
	for i, c := range m.conds {
		b.WriteString([]string{" WHERE ", " AND "}[min(i, 1)])
		b.WriteString(c.text)
	}
	high := ""
	if m.high >= 0 {
		high = strconv.Itoa(m.high)
	}
	fmt.Fprintf(&b, "){%d,%s}", m.low, high)
	return b.String()
}

// matches calls visit with every way to repeat the round from w on. fits tells whether a
// walk may be gone on from; it is asked after every relationship.
func (m *modelRound) matches(g *modelGraph, w modelWalk, fits func(modelWalk) bool, visit func(modelWalk)) {
	var rounds func(w modelWalk, n int)
	var hop func(w modelWalk, n, i int)
	rounds = func(w modelWalk, n int) {
		if n >= m.low {
			visit(w)
		}
		if n != m.high {
			hop(w, n, 0)
		}
	}
	hop = func(w modelWalk, n, i int) {
		if i == len(m.steps) {
			nodes, edges := w.nodes[len(w.nodes)-1-i:], w.edges[len(w.edges)-i:]
			if !slices.ContainsFunc(m.conds, func(c modelRoundCond) bool { return !c.test(g, nodes, edges) }) {
				rounds(w, n+1)
			}
			return
		}
		g.extend(w, m.steps[i], func(w modelWalk) {
			if fits(w) {
				hop(w, n, i+1)
			}
		})
	}
	rounds(w, 0)
}

// groups is what a query returns of the variables of the round, for a walk that consists
// of its rounds from edge first on.
func (m *modelRound) groups(w modelWalk, first, last int) string {
	var parts []string
	hops := len(m.steps)
	for i := 0; i <= hops; i++ {
		var ids []int
		for at := first; at < last; at += hops {
			ids = append(ids, w.nodes[at+i])
		}
		parts = append(parts, list(ids))
	}
	for i := range hops {
		var ids []int
		for at := first; at < last; at += hops {
			ids = append(ids, w.edges[at+i])
		}
		parts = append(parts, list(ids))
	}
	return strings.Join(parts, " | ")
}

// columns is what a query returns of the variables of the round.
func (m *modelRound) columns() string {
	var parts []string
	for i := range len(m.steps) + 1 {
		parts = append(parts, fmt.Sprintf("[n IN s%d | n.id] AS s%d", i, i))
	}
	for i := range m.steps {
		parts = append(parts, fmt.Sprintf("[r IN r%d | r.id] AS r%d", i, i))
	}
	return strings.Join(parts, ", ")
}

// TestRepeatModel compares quantified path patterns with the model.
func TestRepeatModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := drawPathGraph(rt, 5, 7)
		d := g.loadPaths(t)
		d.size = rapid.SampledFrom([]int{1, 3, 1024}).Draw(rt, "batch")
		m := drawRound(rt)
		mode := rapid.SampledFrom([]string{"", "", "TRAIL", "ACYCLIC", "SIMPLE", "WALK"}).Draw(rt, "mode")
		fits := modeFits(mode)
		if mode == "WALK" {
			m.high = m.low + 1
		}
		lead := drawStep(rt)
		leads := rapid.Bool().Draw(rt, "lead")
		bound := rapid.SampledFrom([]string{"x", "y", "xy", ""}).Draw(rt, "bound")
		x, y := rapid.IntRange(0, len(g.nodes)-1).Draw(rt, "x"), rapid.IntRange(0, len(g.nodes)-1).Draw(rt, "y")

		var want []string
		visit := func(w modelWalk, first int) {
			if !strings.Contains(bound, "y") || w.last() == y {
				want = append(want, w.row()+" | "+m.groups(w, first, len(w.edges)))
			}
		}
		for n := range g.nodes {
			if strings.Contains(bound, "x") && n != x {
				continue
			}
			start := modelWalk{nodes: []int{n}}
			if !leads {
				m.matches(g, start, fits, func(w modelWalk) { visit(w, 0) })
				continue
			}
			g.extend(start, lead, func(w modelWalk) {
				if fits(w) {
					m.matches(g, w, fits, func(w modelWalk) { visit(w, 1) })
				}
			})
		}
		slices.Sort(want)

		text := "MATCH (o {id: 0}) " + matchMode(mode) + " "
		left, right := "(x)", "(y)"
		if strings.Contains(bound, "x") {
			text += fmt.Sprintf("(x {id: %d}), ", x)
		}
		if strings.Contains(bound, "y") {
			right = fmt.Sprintf("(y {id: %d})", y)
		}
		text += "p = " + mode + left
		if leads {
			text += arrows(lead.dir, "q"+typesText(lead.types)) + "(z)"
		}
		text += m.text() + right + " RETURN " + pathColumns + ", " + m.columns()
		got := rowsText(t, rt, d, text)
		if !slices.Equal(got, want) {
			rt.Fatalf("%s\ngot  %q\nwant %q", text, got, want)
		}
	})
}
