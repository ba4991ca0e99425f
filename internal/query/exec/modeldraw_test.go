package exec

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"memgraphd/internal/storage/graph"
)

// drawGraph draws a small graph.
func drawGraph(t *rapid.T) *modelGraph {
	g := &modelGraph{}
	for range rapid.IntRange(1, 6).Draw(t, "nodes") {
		n := modelNode{v: rapid.IntRange(-1, 2).Draw(t, "v")}
		for _, l := range []string{"A", "B"} {
			if rapid.Bool().Draw(t, "label") {
				n.labels = append(n.labels, l)
			}
		}
		g.nodes = append(g.nodes, n)
	}
	for range rapid.IntRange(0, 8).Draw(t, "edges") {
		g.edges = append(g.edges, modelEdge{
			src: rapid.IntRange(0, len(g.nodes)-1).Draw(t, "src"),
			dst: rapid.IntRange(0, len(g.nodes)-1).Draw(t, "dst"),
			typ: rapid.SampledFrom([]string{"X", "Y"}).Draw(t, "type"),
			w:   rapid.IntRange(0, 1).Draw(t, "w"),
		})
	}
	return g
}

func drawRel(t *rapid.T, name string) modelRelPattern {
	r := modelRelPattern{
		dir: rapid.SampledFrom([]graph.Direction{graph.Out, graph.In, graph.Both}).Draw(t, "direction"),
		w:   -1, max: 1, min: 1,
	}
	r.types = rapid.SampledFrom([][]string{nil, {"X"}, {"Y"}, {"X", "Y"}, {"Z"}, {"X", "Z"}}).Draw(t, "types")
	if rapid.IntRange(0, 3).Draw(t, "with w") == 0 {
		r.w = rapid.IntRange(0, 1).Draw(t, "w")
	}
	if rapid.IntRange(0, 3).Draw(t, "variable") == 0 {
		r.variable = true
		r.min = rapid.IntRange(0, 2).Draw(t, "min")
		r.max = r.min + rapid.IntRange(0, 2).Draw(t, "more")
		if rapid.IntRange(0, 5).Draw(t, "open") == 0 {
			r.max = -1
		}
	}
	if rapid.Bool().Draw(t, "named") {
		r.name = name
	}
	return r
}

func drawPart(t *rapid.T, hops int, names []string, prefix string) modelPart {
	var p modelPart
	for i := range hops + 1 {
		n := modelNodePattern{v: -1}
		n.name = rapid.SampledFrom(append([]string{""}, names...)).Draw(t, "name")
		n.label = rapid.SampledFrom([]string{"", "", "A", "B", "C"}).Draw(t, "label")
		if rapid.IntRange(0, 4).Draw(t, "with v") == 0 {
			n.v = rapid.IntRange(0, 2).Draw(t, "v")
		}
		p.nodes = append(p.nodes, n)
		if i < hops {
			p.rels = append(p.rels, drawRel(t, fmt.Sprintf("%s%d", prefix, i)))
		}
	}
	return p
}

func drawClause(t *rapid.T, prefix string, names []string) modelClause {
	var c modelClause
	hops := 0
	for i := range rapid.IntRange(1, 2).Draw(t, "parts") {
		n := rapid.IntRange(0, min(2, 3-hops)).Draw(t, "hops")
		hops += n
		c.parts = append(c.parts, drawPart(t, n, names, fmt.Sprintf("%s%d_", prefix, i)))
	}
	return c
}

// addConds adds conditions over the nodes that are named so far.
func addConds(t *rapid.T, c *modelClause, named []string) {
	if len(named) == 0 {
		return
	}
	for range rapid.IntRange(0, 2).Draw(t, "conditions") {
		cond := modelCond{
			kind: rapid.IntRange(0, 7).Draw(t, "kind"),
			a:    rapid.SampledFrom(named).Draw(t, "a"),
			b:    rapid.SampledFrom(named).Draw(t, "b"),
			k:    rapid.IntRange(0, 2).Draw(t, "k"),
		}
		if cond.kind == 3 || cond.kind == 4 || cond.kind == 6 {
			cond.hop = drawRel(t, "")
			cond.hop.name = ""
			if rapid.Bool().Draw(t, "open end") {
				cond.b = ""
			}
		}
		c.conds = append(c.conds, cond)
	}
}

func nodeNames(clauses []modelClause) []string {
	var out []string
	for _, c := range clauses {
		for _, p := range c.parts {
			for _, n := range p.nodes {
				if n.name != "" && !slices.Contains(out, n.name) {
					out = append(out, n.name)
				}
			}
		}
	}
	return out
}
