package exec

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// isSimple tells that no node is repeated.
func (w modelWalk) isSimple() bool {
	nodes := slices.Sorted(slices.Values(w.nodes))
	return len(slices.Compact(nodes)) == len(w.nodes)
}

// lambdaCase is a filter as text and as a test of a relationship and the node at its end.
type lambdaCase struct {
	text string
	test func(g *modelGraph, e, n int) bool
}

func drawFilter(t *rapid.T) lambdaCase {
	return rapid.SampledFrom([]lambdaCase{
		{"", func(*modelGraph, int, int) bool { return true }},
		{" (r, n | r.w < 3)", func(g *modelGraph, e, _ int) bool { return g.edges[e].w < 3 }},
		{" (r, n | n.v > 0)", func(g *modelGraph, _, n int) bool { return g.nodes[n].v > 0 }},
		{" (r, n | r.w <= n.v + 1 AND n.v <> 2)", func(g *modelGraph, e, n int) bool { return g.edges[e].w <= g.nodes[n].v+1 && g.nodes[n].v != 2 }},
		{" (r, n | n.id <> o.id)", func(_ *modelGraph, _, n int) bool { return n != 0 }},
	}).Draw(t, "filter")
}

// passes tells whether every relationship of w passes the filter.
func (f *lambdaCase) passes(g *modelGraph, w modelWalk) bool {
	for i, e := range w.edges {
		if !f.test(g, e, w.nodes[i+1]) {
			return false
		}
	}
	return true
}

// algorithmEnds draws which ends of a pattern are known, and their text.
func algorithmEnds(t *rapid.T, g *modelGraph) (left, right string, fits func(modelWalk) bool) {
	x, y := rapid.IntRange(0, len(g.nodes)-1).Draw(t, "x"), rapid.IntRange(0, len(g.nodes)-1).Draw(t, "y")
	bound := rapid.SampledFrom([]string{"x", "y", "xy"}).Draw(t, "bound")
	left, right = "(x)", "(y)"
	known := ""
	if strings.Contains(bound, "x") {
		known += fmt.Sprintf("MATCH (x {id: %d}) ", x)
	}
	if strings.Contains(bound, "y") {
		known += fmt.Sprintf("MATCH (y {id: %d}) ", y)
	}
	return "MATCH (o {id: 0}) " + known + "MATCH p = " + left, right, func(w modelWalk) bool {
		return (!strings.Contains(bound, "x") || w.nodes[0] == x) && (!strings.Contains(bound, "y") || w.last() == y)
	}
}

// TestBFSModel compares *BFS and filters of depth-first searches with the model.
func TestBFSModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := drawPathGraph(rt, 6, 9)
		d := g.loadPaths(t)
		r, f := drawStep(rt), drawFilter(rt)
		low := rapid.IntRange(1, 2).Draw(rt, "low")
		high := low + rapid.IntRange(0, 2).Draw(rt, "high")
		left, right, fits := algorithmEnds(rt, g)

		best := map[[2]int][]modelWalk{}
		var all []modelWalk
		for n := range g.nodes {
			g.trails(n, r, func(w modelWalk) bool { return len(w.edges) <= high && f.passes(g, w) }, func(w modelWalk) {
				if !fits(w) || len(w.edges) == 0 {
					return
				}
				if len(w.edges) >= low {
					all = append(all, w)
				}
				if w.last() != n {
					shortestOf(best, w)
				}
			})
		}
		for ends, group := range best {
			if len(group[0].edges) < low {
				delete(best, ends)
			}
		}
		inside := typesText(r.types) + fmt.Sprintf("*%%s %d..%d%s", low, high, f.text)
		text := left + arrows(r.dir, inside) + right + " RETURN " + pathColumns
		bfs := fmt.Sprintf(text, "BFS")
		compareAny(rt, bfs, rowsText(t, rt, d, bfs), best)
		text = fmt.Sprintf(text, "")
		compareAll(rt, text, rowsText(t, rt, d, text), all)
	})
}

// TestWeightedModel compares *WSHORTEST and *ALLSHORTEST with the model.
func TestWeightedModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := drawPathGraph(rt, 6, 10)
		d := g.loadPaths(t)
		d.size = rapid.SampledFrom([]int{1, 3, 1024}).Draw(rt, "batch")
		d.bits = rapid.SampledFrom([]int{0, -1}).Draw(rt, "bits")
		r, f := drawStep(rt), drawFilter(rt)
		limit := rapid.SampledFrom([]int{-1, 1, 2, 3}).Draw(rt, "limit")
		left, right, fits := algorithmEnds(rt, g)
		withNode := rapid.Bool().Draw(rt, "weight")

		costOf := func(w modelWalk) int {
			sum := 0
			for i, e := range w.edges {
				sum += g.edges[e].w
				if withNode {
					sum += g.nodes[w.nodes[i+1]].v
				}
			}
			return sum
		}
		best := map[[2]int][]modelWalk{}
		for n := range g.nodes {
			g.trails(n, r, func(w modelWalk) bool {
				return w.isSimple() && (limit < 0 || len(w.edges) <= limit) && f.passes(g, w)
			}, func(w modelWalk) {
				if len(w.edges) == 0 || !fits(w) {
					return
				}
				ends := [2]int{n, w.last()}
				switch old := best[ends]; {
				case len(old) == 0 || costOf(w) < costOf(old[0]):
					best[ends] = []modelWalk{w}
				case costOf(w) == costOf(old[0]):
					best[ends] = append(old, w)
				}
			})
		}
		var all []string
		for _, group := range best {
			for _, w := range group {
				all = append(all, fmt.Sprintf("%s | %d", w.row(), costOf(w)))
			}
		}
		slices.Sort(all)
		bound := ""
		if limit >= 0 {
			bound = fmt.Sprint(" ", limit)
		}
		weight := "r.w"
		if withNode {
			weight = "r.w + n.v"
		}
		inside := typesText(r.types) + "*%s" + bound + " (r, n | " + weight + ") total" + f.text
		text := left + arrows(r.dir, inside) + right + " RETURN " + pathColumns + ", total"
		one := fmt.Sprintf(text, "WSHORTEST")
		got := rowsText(t, rt, d, one)
		if len(got) != len(best) || slices.ContainsFunc(got, func(row string) bool { return !slices.Contains(all, row) }) {
			rt.Fatalf("%s\ngot %q, want one between each of %q", one, got, all)
		}
		text = fmt.Sprintf(text, "ALLSHORTEST")
		if got := rowsText(t, rt, d, text); !slices.Equal(got, all) {
			rt.Fatalf("%s\ngot  %q\nwant %q", text, got, all)
		}
	})
}

// TestKShortestModel compares *KSHORTEST with the model.
func TestKShortestModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := drawPathGraph(rt, 6, 10)
		d := g.loadPaths(t)
		r, f := drawStep(rt), drawFilter(rt)
		low := rapid.IntRange(1, 2).Draw(rt, "low")
		high := low + rapid.IntRange(0, 3).Draw(rt, "high")
		k := rapid.IntRange(1, 4).Draw(rt, "k")
		left, right, fits := algorithmEnds(rt, g)
		all := map[[2]int][]modelMatch{}
		for n := range g.nodes {
			g.trails(n, r, func(w modelWalk) bool { return w.isSimple() && len(w.edges) <= high && f.passes(g, w) }, func(w modelWalk) {
				if ends := [2]int{n, w.last()}; len(w.edges) >= low && fits(w) {
					all[ends] = append(all[ends], modelMatch{w, w.row()})
				}
			})
		}
		text := left + arrows(r.dir, fmt.Sprintf("%s*KSHORTEST %d..%d%s | %d", typesText(r.types), low, high, f.text, k)) + right + " RETURN " + pathColumns
		checkSelection(rt, text, fmt.Sprintf("SHORTEST %d", k), k, rowsText(t, rt, d, text), all)
	})
}
