package exec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/storage/graph"
)

// The model of paths is a small graph and an enumeration of all its walks up to a length,
// one relationship after the other, with nothing pruned but what the definition says.

// drawPathGraph draws a graph whose nodes have the property v and whose relationships have
// the property w.
func drawPathGraph(t *rapid.T, nodesMax, edgesMax int) *modelGraph {
	g := &modelGraph{}
	for range rapid.IntRange(1, nodesMax).Draw(t, "nodes") {
		g.nodes = append(g.nodes, modelNode{v: rapid.IntRange(0, 3).Draw(t, "v")})
	}
	for range rapid.IntRange(0, edgesMax).Draw(t, "edges") {
		g.edges = append(g.edges, modelEdge{
			src: rapid.IntRange(0, len(g.nodes)-1).Draw(t, "src"),
			dst: rapid.IntRange(0, len(g.nodes)-1).Draw(t, "dst"),
			typ: rapid.SampledFrom([]string{"T", "U"}).Draw(t, "type"),
			w:   rapid.IntRange(0, 3).Draw(t, "w"),
		})
	}
	return g
}

// loadPaths creates the graph; every node and relationship has its number as id.
func (g *modelGraph) loadPaths(tb testing.TB) *database {
	tb.Helper()
	d := newDatabase(tb)
	var parts []string
	for i, n := range g.nodes {
		parts = append(parts, fmt.Sprintf("(n%d:N {id: %d, v: %d})", i, i, n.v))
	}
	for i, e := range g.edges {
		parts = append(parts, fmt.Sprintf("(n%d)-[:%s {id: %d, w: %d}]->(n%d)", e.src, e.typ, i, e.w, e.dst))
	}
	d.must(tb, "CREATE "+strings.Join(parts, ", "))
	return d
}

// walk is a way through the graph.
type modelWalk struct{ nodes, edges []int }

func (w modelWalk) String() string { return fmt.Sprintf("%v %v", w.nodes, w.edges) }

func (w modelWalk) last() int { return w.nodes[len(w.nodes)-1] }

// isTrail tells that no relationship is repeated.
func (w modelWalk) isTrail() bool {
	seen := map[int]bool{}
	for _, e := range w.edges {
		if seen[e] {
			return false
		}
		seen[e] = true
	}
	return true
}

// extend calls visit with w and one more of the relationships that r may follow.
func (g *modelGraph) extend(w modelWalk, r modelRelPattern, visit func(modelWalk)) {
	g.steps(r, w.last(), func(e, to int) {
		visit(modelWalk{append(slices.Clone(w.nodes), to), append(slices.Clone(w.edges), e)})
	})
}

// trails calls visit with every trail from n of relationships like r, for as long as go
// on holds for it.
func (g *modelGraph) trails(n int, r modelRelPattern, goOn func(modelWalk) bool, visit func(modelWalk)) {
	var from func(w modelWalk)
	from = func(w modelWalk) {
		if !goOn(w) {
			return
		}
		visit(w)
		g.extend(w, r, func(w modelWalk) {
			if w.isTrail() {
				from(w)
			}
		})
	}
	from(modelWalk{nodes: []int{n}})
}

// arrows draws a relationship pattern around what stands in its brackets.
func arrows(d graph.Direction, inside string) string {
	switch d {
	case graph.Out:
		return "-[" + inside + "]->"
	case graph.In:
		return "<-[" + inside + "]-"
	case graph.Both:
	}
	return "-[" + inside + "]-"
}

// drawStep draws a relationship of a path.
func drawStep(t *rapid.T) modelRelPattern {
	return modelRelPattern{
		dir:   rapid.SampledFrom([]graph.Direction{graph.Out, graph.In, graph.Both}).Draw(t, "direction"),
		types: rapid.SampledFrom([][]string{nil, {"T"}, {"T", "U"}}).Draw(t, "types"),
		w:     -1,
	}
}

func typesText(types []string) string {
	if len(types) == 0 {
		return ""
	}
	return ":" + strings.Join(types, "|")
}

// pathColumns is what the queries of the model return of a path p.
const pathColumns = "[n IN nodes(p) | n.id] AS ns, [r IN relationships(p) | r.id] AS rs"

func (w modelWalk) row() string {
	return list(w.nodes) + " | " + list(w.edges)
}

func list(ids []int) string {
	var parts []string
	for _, i := range ids {
		parts = append(parts, strconv.Itoa(i))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// rowsText runs a query and returns its rows, sorted.
func rowsText(tb testing.TB, t *rapid.T, d *database, text string) []string {
	tb.Helper()
	out, err := d.query(tb.Context(), text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var rows []string
	for _, row := range out.rows {
		rows = append(rows, strings.Join(row, " | "))
	}
	slices.Sort(rows)
	return rows
}

// compareAll demands that the rows are exactly those expected.
func compareAll(t *rapid.T, text string, got []string, want []modelWalk) {
	var rows []string
	for _, w := range want {
		rows = append(rows, w.row())
	}
	slices.Sort(rows)
	if !slices.Equal(got, rows) {
		t.Fatalf("%s\ngot  %q\nwant %q", text, got, rows)
	}
}

// compareAny demands that each of the groups of expected walks has one of its rows, and
// that there are no others.
func compareAny(t *rapid.T, text string, got []string, want map[[2]int][]modelWalk) {
	if len(got) != len(want) {
		t.Fatalf("%s\ngot %d rows, want %d: %q, %v", text, len(got), len(want), got, want)
	}
	for _, group := range want {
		if !slices.ContainsFunc(group, func(w modelWalk) bool { return slices.Contains(got, w.row()) }) {
			t.Fatalf("%s\ngot %q, want one of %v", text, got, group)
		}
	}
}

// shortestOf keeps the shortest walks between each pair of nodes.
func shortestOf(best map[[2]int][]modelWalk, w modelWalk) {
	ends := [2]int{w.nodes[0], w.last()}
	switch old := best[ends]; {
	case len(old) == 0 || len(w.edges) < len(old[0].edges):
		best[ends] = []modelWalk{w}
	case len(w.edges) == len(old[0].edges):
		best[ends] = append(old, w)
	}
}

// TestShortestPathModel compares shortestPath() and allShortestPaths() with the model.
func TestShortestPathModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := drawPathGraph(rt, 6, 10)
		d := g.loadPaths(t)
		d.size = rapid.SampledFrom([]int{1, 3, 1024}).Draw(rt, "batch")
		d.bits = rapid.SampledFrom([]int{0, -1}).Draw(rt, "bits")
		r := drawStep(rt)
		low := rapid.IntRange(0, 1).Draw(rt, "low")
		high := rapid.IntRange(1, 4).Draw(rt, "high")
		condition := rapid.SampledFrom([]string{"", "edges", "nodes", "none", "longer", "some"}).Draw(rt, "condition")
		bound := rapid.SampledFrom([]string{"ab", "a", "b", ""}).Draw(rt, "bound")
		a, b := rapid.IntRange(0, len(g.nodes)-1).Draw(rt, "a"), rapid.IntRange(0, len(g.nodes)-1).Draw(rt, "b")

		best := map[[2]int][]modelWalk{}
		fits := func(w modelWalk) bool { return len(w.edges) <= high && g.fulfils(w, condition) }
		for n := range g.nodes {
			if strings.Contains(bound, "a") && n != a {
				continue
			}
			g.trails(n, r, fits, func(w modelWalk) {
				if len(w.edges) < low || len(w.edges) > 0 && w.last() == n || strings.Contains(bound, "b") && w.last() != b || !g.wholly(w, condition) {
					return
				}
				shortestOf(best, w)
			})
		}

		left, right := "(a)", "(b)"
		if strings.Contains(bound, "a") {
			left = fmt.Sprintf("(a {id: %d})", a)
		}
		if strings.Contains(bound, "b") {
			right = fmt.Sprintf("(b {id: %d})", b)
		}
		where := map[string]string{
			"": "", "edges": " WHERE all(x IN relationships(p) WHERE x.w > 0)",
			"nodes": " WHERE all(x IN nodes(p) WHERE x.v > 0)", "none": " WHERE none(x IN rs WHERE x.w = 1)",
			"longer": " WHERE length(p) + b.v > 2 AND all(x IN nodes(p) WHERE x.v < 3)",
			"some":   " WHERE any(x IN rs WHERE x.w = 2) AND all(x IN relationships(p) WHERE x.w <> 0)",
		}[condition]
		if rapid.Bool().Draw(rt, "first") && bound == "ab" {
			left = left + ", " + right + ", "
			right = "(b)"
		}
		inside := fmt.Sprintf("rs%s*%d..%d", typesText(r.types), low, high)
		text := "MATCH " + left
		if strings.HasSuffix(left, ", ") {
			text += "p = %s((a)" + arrows(r.dir, inside) + right + ")"
		} else {
			text = "MATCH p = %s(" + left + arrows(r.dir, inside) + right + ")"
		}
		text += where + " RETURN " + pathColumns

		one := fmt.Sprintf(text, "shortestPath")
		compareAny(rt, one, rowsText(t, rt, d, one), best)
		var all []modelWalk
		for _, group := range best {
			all = append(all, group...)
		}
		text = fmt.Sprintf(text, "allShortestPaths")
		compareAll(rt, text, rowsText(t, rt, d, text), all)
	})
}

// fulfils tests a condition that every part of a path has to fulfil.
func (g *modelGraph) fulfils(w modelWalk, condition string) bool {
	switch condition {
	case "edges":
		return !slices.ContainsFunc(w.edges, func(e int) bool { return g.edges[e].w == 0 })
	case "nodes":
		return !slices.ContainsFunc(w.nodes, func(n int) bool { return g.nodes[n].v == 0 })
	case "none":
		return !slices.ContainsFunc(w.edges, func(e int) bool { return g.edges[e].w == 1 })
	case "longer":
		return !slices.ContainsFunc(w.nodes, func(n int) bool { return g.nodes[n].v == 3 })
	case "some":
		return !slices.ContainsFunc(w.edges, func(e int) bool { return g.edges[e].w == 0 })
	}
	return true
}

// wholly tests what a condition asks of a path as a whole.
func (g *modelGraph) wholly(w modelWalk, condition string) bool {
	switch condition {
	case "longer":
		return len(w.edges)+g.nodes[w.last()].v > 2
	case "some":
		return slices.ContainsFunc(w.edges, func(e int) bool { return g.edges[e].w == 2 })
	}
	return true
}
