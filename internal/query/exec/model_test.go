package exec

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// The model is a graph as plain slices, and a matcher that tries everything in the order
// in which a pattern is written.

type modelNode struct {
	labels []string
	v      int // the property v; -1: absent
}

type modelEdge struct {
	src, dst int
	typ      string
	w        int
}

type modelGraph struct {
	nodes []modelNode
	edges []modelEdge
}

type modelNodePattern struct {
	name  string // empty: anonymous
	label string
	v     int // -1: any
}

type modelRelPattern struct {
	name     string
	dir      graph.Direction
	types    []string
	variable bool
	min, max int // max -1: none
	w        int // -1: any
}

type modelPart struct {
	nodes []modelNodePattern
	rels  []modelRelPattern
}

// modelCond is a condition over named nodes.
type modelCond struct {
	kind int // 0: a.v = b.v, 1: a.v < k, 2: a <> b, 3: pattern, 4: NOT pattern, 5: a.v = k, 6: two hops, 7: a:B
	a, b string
	k    int
	hop  modelRelPattern
}

type modelClause struct {
	optional bool
	parts    []modelPart
	conds    []modelCond
}

// binding maps names to nodes (as n<index>), relationships and lists of them. A missing
// name is null.
type binding struct {
	nodes map[string]int
	rels  map[string][]int
}

func (b binding) clone() binding {
	c := binding{nodes: map[string]int{}, rels: map[string][]int{}}
	maps.Copy(c.nodes, b.nodes)
	maps.Copy(c.rels, b.rels)
	return c
}

func (g *modelGraph) fits(p modelNodePattern, n int) bool {
	return (p.label == "" || slices.Contains(g.nodes[n].labels, p.label)) && (p.v < 0 || g.nodes[n].v == p.v)
}

// steps lists the edges that r may follow from n, with the node that each leads to.
func (g *modelGraph) steps(r modelRelPattern, n int, visit func(e, to int)) {
	for i, e := range g.edges {
		if len(r.types) > 0 && !slices.Contains(r.types, e.typ) || r.w >= 0 && e.w != r.w {
			continue
		}
		if e.src == n && r.dir != graph.In {
			visit(i, e.dst)
		}
		if e.dst == n && r.dir != graph.Out && (e.src != n || r.dir == graph.In) {
			visit(i, e.src)
		}
	}
}

// match calls yield with every way to match parts from b on.
func (g *modelGraph) match(parts []modelPart, b binding, used []int, yield func(binding)) {
	if len(parts) == 0 {
		yield(b)
		return
	}
	g.node(parts[0], 0, -1, b, used, func(b binding, used []int) { g.match(parts[1:], b, used, yield) })
}

// node matches the i-th node of p, which must be at if that is not negative, and goes on.
func (g *modelGraph) node(p modelPart, i, at int, b binding, used []int, yield func(binding, []int)) {
	pat := p.nodes[i]
	for n := range g.nodes {
		if at >= 0 && n != at || !g.fits(pat, n) {
			continue
		}
		next := b
		if pat.name != "" {
			bound, known := b.nodes[pat.name]
			if known && bound != n {
				continue
			}
			next = b.clone()
			next.nodes[pat.name] = n
		}
		if i == len(p.rels) {
			yield(next, used)
			continue
		}
		g.rel(p, i, n, nil, next, used, yield)
	}
}

// rel follows the i-th relationship of p from n; trail is what a variable one has used.
func (g *modelGraph) rel(p modelPart, i, n int, trail []int, b binding, used []int, yield func(binding, []int)) {
	r := p.rels[i]
	end := func(to int, trail, used []int) {
		next := b
		if r.name != "" {
			next = b.clone()
			next.rels[r.name] = slices.Clone(trail)
		}
		g.node(p, i+1, to, next, used, yield)
	}
	if !r.variable {
		g.steps(r, n, func(e, to int) {
			if !slices.Contains(used, e) {
				end(to, []int{e}, append(slices.Clone(used), e))
			}
		})
		return
	}
	if len(trail) >= r.min {
		end(n, trail, used)
	}
	if r.max >= 0 && len(trail) >= r.max {
		return
	}
	g.steps(r, n, func(e, to int) {
		if !slices.Contains(used, e) {
			g.rel(p, i, to, append(slices.Clone(trail), e), b, append(slices.Clone(used), e), yield)
		}
	})
}

// holds evaluates a condition; null counts as false.
func (g *modelGraph) holds(c modelCond, b binding) bool {
	a, okA := b.nodes[c.a]
	x, okB := b.nodes[c.b]
	exists := func(parts modelPart) bool {
		if !okA {
			return false
		}
		found := false
		g.match([]modelPart{parts}, b, nil, func(binding) { found = true })
		return found
	}
	switch c.kind {
	case 0:
		return okA && okB && g.nodes[a].v >= 0 && g.nodes[a].v == g.nodes[x].v
	case 1:
		return okA && g.nodes[a].v >= 0 && g.nodes[a].v < c.k
	case 2:
		return okA && okB && a != x
	case 3, 4:
		if c.b != "" && !okB {
			return c.kind == 4
		}
		return exists(c.part()) == (c.kind == 3)
	case 5:
		return okA && g.nodes[a].v == c.k
	case 6:
		return exists(c.part())
	}
	return okA && slices.Contains(g.nodes[a].labels, "B")
}

// part is the pattern of a condition.
func (c modelCond) part() modelPart {
	p := modelPart{nodes: []modelNodePattern{{name: c.a, v: -1}, {name: c.b, v: -1}}, rels: []modelRelPattern{c.hop}}
	if c.kind == 6 {
		p.nodes = []modelNodePattern{{name: c.a, v: -1}, {v: -1}, {name: c.b, v: -1}}
		p.rels = []modelRelPattern{c.hop, c.hop}
	}
	return p
}

// run gives the bindings after all clauses.
func (g *modelGraph) run(clauses []modelClause) []binding {
	rows := []binding{{nodes: map[string]int{}, rels: map[string][]int{}}}
	for _, c := range clauses {
		var next []binding
		for _, row := range rows {
			found := false
			null := c.touchesNull(row, clauses)
			if !null {
				g.match(c.parts, row, nil, func(b binding) {
					for _, cond := range c.conds {
						if !g.holds(cond, b) {
							return
						}
					}
					found = true
					next = append(next, b)
				})
			}
			if !found && c.optional {
				next = append(next, row)
			}
		}
		rows = next
	}
	return rows
}

// touchesNull tells whether a name of the pattern was bound to null by an earlier clause.
func (c modelClause) touchesNull(b binding, clauses []modelClause) bool {
	earlier := map[string]bool{}
	for _, e := range clauses {
		if fmt.Sprint(e) == fmt.Sprint(c) {
			break
		}
		for _, n := range e.names() {
			earlier[n] = true
		}
	}
	for _, p := range c.parts {
		for _, n := range p.nodes {
			if _, ok := b.nodes[n.name]; n.name != "" && earlier[n.name] && !ok {
				return true
			}
		}
	}
	return false
}

func (c modelClause) names() []string {
	var out []string
	for _, p := range c.parts {
		for _, n := range p.nodes {
			if n.name != "" {
				out = append(out, n.name)
			}
		}
		for _, r := range p.rels {
			if r.name != "" {
				out = append(out, r.name)
			}
		}
	}
	return out
}

// Text of patterns.

func (n modelNodePattern) String() string {
	s := "(" + n.name
	if n.label != "" {
		s += ":" + n.label
	}
	if n.v >= 0 {
		s += fmt.Sprintf(" {v: %d}", n.v)
	}
	return s + ")"
}

func (r modelRelPattern) String() string {
	s := "-[" + r.name
	if len(r.types) > 0 {
		s += ":" + strings.Join(r.types, "|")
	}
	if r.variable {
		s += fmt.Sprintf("*%d..", r.min)
		if r.max >= 0 {
			s += strconv.Itoa(r.max)
		}
	}
	if r.w >= 0 {
		s += fmt.Sprintf(" {w: %d}", r.w)
	}
	s += "]-"
	switch r.dir {
	case graph.Out:
		return s + ">"
	case graph.In:
		return "<" + s
	case graph.Both:
	}
	return s
}

func (p modelPart) String() string {
	texts := []string{p.nodes[0].String()}
	for i, r := range p.rels {
		texts = append(texts, r.String(), p.nodes[i+1].String())
	}
	return strings.Join(texts, "")
}

func (c modelCond) String() string {
	switch c.kind {
	case 0:
		return c.a + ".v = " + c.b + ".v"
	case 1:
		return fmt.Sprintf("%s.v < %d", c.a, c.k)
	case 2:
		return c.a + " <> " + c.b
	case 3, 6:
		return c.part().String()
	case 4:
		return "NOT " + c.part().String()
	case 5:
		return fmt.Sprintf("%s.v = %d", c.a, c.k)
	}
	return c.a + ":B"
}

func (c modelClause) String() string {
	s := "MATCH "
	if c.optional {
		s = "OPTIONAL MATCH "
	}
	parts := make([]string, len(c.parts))
	for i, p := range c.parts {
		parts[i] = p.String()
	}
	conds := make([]string, len(c.conds))
	for i, cond := range c.conds {
		conds[i] = cond.String()
	}
	s += strings.Join(parts, ", ")
	if len(conds) > 0 {
		s += " WHERE " + strings.Join(conds, " AND ")
	}
	return s
}

// load puts the graph into a store; node i gets the id ids[i].
func (g *modelGraph) load(t *rapid.T, s *storage.Store) (ids []graph.NodeID, edges []graph.EdgeID) {
	tx := s.Begin(storage.TxOptions{})
	defer tx.Release()
	v, w := must(s.InternKey("v"))(t), must(s.InternKey("w"))(t)
	for _, n := range g.nodes {
		var labels []graph.LabelID
		for _, l := range n.labels {
			labels = append(labels, must(s.InternLabel(l))(t))
		}
		var props []storage.Property
		if n.v >= 0 {
			props = append(props, storage.Property{Key: v, Value: value.Int(int64(n.v))})
		}
		ids = append(ids, must(tx.CreateNode(labels, props))(t))
	}
	for _, e := range g.edges {
		props := []storage.Property{{Key: w, Value: value.Int(int64(e.w))}}
		edges = append(edges, must(tx.CreateEdge(ids[e.src], ids[e.dst], must(s.InternType(e.typ))(t), props))(t).ID)
	}
	must(tx.Commit())(t)
	return ids, edges
}

// must returns x once it is told where to complain about an error.
func must[T any](x T, err error) func(*rapid.T) T {
	return func(t *rapid.T) T {
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
}

// TestModel compares random patterns on random graphs with the naive matcher, with and
// without indexes and with batches of one, seven and many rows.
func TestModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := drawGraph(rt)
		clauses := []modelClause{drawClause(rt, "r", []string{"a", "b", "c"})}
		addConds(rt, &clauses[0], nodeNames(clauses))
		if rapid.Bool().Draw(rt, "second") {
			c := drawClause(rt, "s", []string{"a", "b", "d"})
			c.optional = rapid.Bool().Draw(rt, "optional")
			addConds(rt, &c, nodeNames([]modelClause{clauses[0], c}))
			clauses = append(clauses, c)
		}
		rows := g.run(clauses)
		if len(rows) > 20_000 {
			rt.Skip("too many rows")
		}
		compareModel(t, rt, g, clauses, rows)
	})
}

func compareModel(t *testing.T, rt *rapid.T, g *modelGraph, clauses []modelClause, rows []binding) {
	t.Helper()
	d := newDatabase(t)
	ids, edges := g.load(rt, d.store)
	var text, items []string
	for _, c := range clauses {
		text = append(text, c.String())
	}
	nodes := nodeNames(clauses)
	for _, n := range nodes {
		items = append(items, "id("+n+")")
	}
	var rels []modelRelPattern
	for _, c := range clauses {
		for _, p := range c.parts {
			for _, r := range p.rels {
				if r.name == "" {
					continue
				}
				rels = append(rels, r)
				if r.variable {
					items = append(items, fmt.Sprintf("[x IN %s | id(x)]", r.name))
				} else {
					items = append(items, "id("+r.name+")")
				}
			}
		}
	}
	items = append(items, "1")
	want := make([]string, 0, len(rows))
	for _, b := range rows {
		want = append(want, showBinding(b, nodes, rels, ids, edges))
	}
	slices.Sort(want)
	match := strings.Join(text, " ")
	for _, indexed := range []string{"", "CREATE INDEX ON :A(v)"} {
		if indexed != "" {
			if _, err := d.query(t.Context(), indexed); err != nil {
				rt.Fatal(err)
			}
		}
		for _, size := range []int{1, 7, 1024} {
			d.size = size
			d.catalog = nil
			if size == 7 {
				d.catalog = inflated{NewCatalog(d.store)}
			}
			out, err := d.query(t.Context(), match+" RETURN "+strings.Join(items, ", "))
			if err != nil {
				rt.Fatalf("%s: %v", match, err)
			}
			var have []string
			for _, row := range out.rows {
				have = append(have, strings.Join(row, " "))
			}
			slices.Sort(have)
			if !slices.Equal(have, want) {
				rt.Fatalf("%s\nhave %d rows\n%s\nwant %d rows\n%s\nplan\n%s", match, len(have), strings.Join(have, "\n"),
					len(want), strings.Join(want, "\n"), d.planOf(match+" RETURN "+strings.Join(items, ", ")))
			}
			counted(t, rt, d, match, len(want))
		}
	}
}

// inflated is a catalog that makes graphs look large, so that other plans are chosen.
type inflated struct{ of *Catalog }

func (c inflated) NodeCount() int64           { return 1_000_000 }
func (c inflated) EdgeCount() int64           { return 3_000_000 }
func (c inflated) LabelCount(string) int64    { return 20_000 }
func (c inflated) TypeCount(typ string) int64 { return 1000 * int64(1+typ[0]%4) }
func (c inflated) Index(label, key string) (entries, distinct int64, ok bool) {
	_, _, ok = c.of.Index(label, key)
	return 20_000, 1_000, ok
}

// counted compares the number of rows, which is found without making them.
func counted(t *testing.T, rt *rapid.T, d *database, match string, want int) {
	t.Helper()
	text := match + " RETURN count(*) AS n"
	out, err := d.query(t.Context(), text)
	if err != nil {
		rt.Fatal(err)
	}
	if out.rows[0][0] != strconv.Itoa(want) {
		rt.Fatalf("%s: %s, want %d\nplan\n%s", text, out.rows[0][0], want, d.planOf(text))
	}
}

func (d *database) planOf(text string) string {
	_, p, err := d.prepare(text)
	if err != nil {
		return err.Error()
	}
	return strings.Join(p.Tree().Lines(), "\n")
}

func showBinding(b binding, nodes []string, rels []modelRelPattern, ids []graph.NodeID, edges []graph.EdgeID) string {
	var cells []string
	for _, n := range nodes {
		if i, ok := b.nodes[n]; ok {
			cells = append(cells, fmt.Sprint(ids[i]))
		} else {
			cells = append(cells, "null")
		}
	}
	for _, r := range rels {
		list, ok := b.rels[r.name]
		switch {
		case !ok:
			cells = append(cells, "null")
		case r.variable:
			var parts []string
			for _, e := range list {
				parts = append(parts, fmt.Sprint(edges[e]))
			}
			cells = append(cells, "["+strings.Join(parts, ", ")+"]")
		default:
			cells = append(cells, fmt.Sprint(edges[list[0]]))
		}
	}
	return strings.Join(append(cells, "1"), " ")
}
