package query_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/query"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// hiddenNode and hiddenEdge are a graph for TestHidden, which keeps it outside of the engine.
type hiddenNode struct {
	labels []string
	props  map[string]int
}

type hiddenEdge struct {
	from, to int
	typ      string
	props    map[string]int
}

type hiddenGraph struct {
	nodes []hiddenNode
	edges []hiddenEdge
}

// hiddenRule grants or denies reading.
type hiddenRule struct {
	deny    bool
	edges   bool
	names   []string // none: all
	exactly bool
	keys    []string // nil: the things themselves
	every   bool     // every property
}

func (r *hiddenRule) statement() string {
	b := "GRANT READ"
	if r.deny {
		b = "DENY READ"
	}
	switch {
	case r.every:
		b += " {*}"
	case r.keys != nil:
		b += " {" + strings.Join(r.keys, ", ") + "}"
	}
	if r.edges {
		b += " ON EDGES OF TYPE "
	} else {
		b += " ON NODES CONTAINING LABELS "
	}
	if len(r.names) == 0 {
		b += "*"
	} else {
		b += ":" + strings.Join(r.names, ", :")
	}
	if r.exactly {
		b += " MATCHING EXACTLY"
	}
	return b + " TO ann"
}

func (r *hiddenRule) matches(set []string) bool {
	if len(r.names) == 0 {
		return true
	}
	if r.exactly {
		names := slices.Compact(slices.Sorted(slices.Values(r.names)))
		return slices.Equal(names, slices.Sorted(slices.Values(set)))
	}
	return slices.ContainsFunc(set, func(l string) bool { return slices.Contains(r.names, l) })
}

// shows tells by the rules, naively, whether a thing may be seen.
func shows(rules []hiddenRule, edges bool, set []string) bool {
	granted := false
	for i := range rules {
		if r := &rules[i]; r.edges == edges && r.keys == nil && !r.every && r.matches(set) {
			if r.deny {
				return false
			}
			granted = true
		}
	}
	return granted
}

// reads tells whether a property of a thing may be read.
func reads(rules []hiddenRule, edges bool, set []string, key string) bool {
	granted, narrowed := false, false
	for i := range rules {
		r := &rules[i]
		if r.edges != edges || r.keys == nil && !r.every || !r.matches(set) {
			continue
		}
		about := r.every || slices.Contains(r.keys, key)
		if r.deny && about {
			return false
		}
		if !r.deny {
			narrowed = true
			granted = granted || about
		}
	}
	return granted || !narrowed
}

// visible is g without what the rules hide.
func (g *hiddenGraph) visible(rules []hiddenRule) *hiddenGraph {
	out, place := &hiddenGraph{}, map[int]int{}
	keep := func(edges bool, set []string, props map[string]int) map[string]int {
		kept := map[string]int{}
		for k, v := range props {
			if reads(rules, edges, set, k) {
				kept[k] = v
			}
		}
		return kept
	}
	for i, n := range g.nodes {
		if shows(rules, false, n.labels) {
			place[i] = len(out.nodes)
			out.nodes = append(out.nodes, hiddenNode{n.labels, keep(false, n.labels, n.props)})
		}
	}
	for _, e := range g.edges {
		from, ok := place[e.from]
		to, also := place[e.to]
		if ok && also && shows(rules, true, []string{e.typ}) {
			out.edges = append(out.edges, hiddenEdge{from, to, e.typ, keep(true, []string{e.typ}, e.props)})
		}
	}
	return out
}

// statement makes the graph.
func (g *hiddenGraph) statement() string {
	props := func(m map[string]int) string {
		var parts []string
		for k, v := range m {
			parts = append(parts, fmt.Sprintf("%s: %d", k, v))
		}
		slices.Sort(parts)
		return " {" + strings.Join(parts, ", ") + "}"
	}
	var parts []string
	for i, n := range g.nodes {
		labels := ""
		for _, l := range n.labels {
			labels += ":" + l
		}
		parts = append(parts, fmt.Sprintf("(n%d%s%s)", i, labels, props(n.props)))
	}
	for _, e := range g.edges {
		parts = append(parts, fmt.Sprintf("(n%d)-[:%s%s]->(n%d)", e.from, e.typ, props(e.props), e.to))
	}
	return "CREATE " + strings.Join(parts, ", ")
}

// hiddenDraw draws graphs and rules.
type hiddenDraw struct{ *rand.Rand }

func (d hiddenDraw) some(of []string, most int) []string {
	var out []string
	for range d.IntN(most + 1) {
		if x := of[d.IntN(len(of))]; !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

func (d hiddenDraw) props() map[string]int {
	m := map[string]int{}
	for _, k := range d.some([]string{"x", "y", "z"}, 3) {
		m[k] = d.IntN(4)
	}
	return m
}

func (d hiddenDraw) graph() *hiddenGraph {
	g := &hiddenGraph{}
	for range 6 + d.IntN(8) {
		g.nodes = append(g.nodes, hiddenNode{d.some([]string{"A", "B", "S"}, 3), d.props()})
	}
	for range 4 + d.IntN(24) {
		g.edges = append(g.edges, hiddenEdge{
			d.IntN(len(g.nodes)), d.IntN(len(g.nodes)), []string{"T", "U", "H"}[d.IntN(3)], d.props(),
		})
	}
	return g
}

func (d hiddenDraw) rules() []hiddenRule {
	rules := []hiddenRule{ // what most users have, for otherwise little is visible
		{names: d.some([]string{"A", "B"}, 2)},
		{edges: true, names: d.some([]string{"T", "U"}, 2)},
	}
	for range d.IntN(6) {
		r := hiddenRule{deny: d.IntN(2) == 0, edges: d.IntN(3) == 0, exactly: d.IntN(4) == 0}
		if r.names = d.some([]string{"A", "B", "S"}, 2); r.edges {
			r.names, r.exactly = d.some([]string{"T", "U", "H"}, 2), false
		}
		r.exactly = r.exactly && len(r.names) > 0
		switch d.IntN(4) {
		case 0:
			r.every = true
		case 1:
			if r.keys = d.some([]string{"x", "y", "z"}, 2); len(r.keys) == 0 {
				r.keys = nil
			}
		}
		rules = append(rules, r)
	}
	// A later statement on the same target replaces an earlier one of the same user; one rule
	// a target is enough here.
	var out []hiddenRule
	seen := map[string]bool{}
	for _, r := range rules {
		keys := r.keys
		if keys == nil {
			keys = []string{strconv.FormatBool(r.every)}
		}
		fresh := true
		for _, k := range keys {
			at := fmt.Sprint(r.edges, slices.Sorted(slices.Values(r.names)), r.exactly, k, r.keys != nil)
			fresh = fresh && !seen[at]
			seen[at] = true
		}
		if fresh {
			out = append(out, r)
		}
	}
	return out
}

// hiddenQueries read in all ways that there are.
var hiddenQueries = []string{
	"MATCH (n) RETURN n",
	"MATCH (n) RETURN count(*) AS c",
	"MATCH (n:A) RETURN n.x AS x, n.y AS y, labels(n) AS l, keys(n) AS k",
	"MATCH (n:A:B) RETURN n",
	"MATCH (n:A|S) RETURN count(n) AS c",
	"MATCH (n:!A) RETURN n",
	"MATCH (n:A {x: 1}) RETURN n",
	"MATCH (n:A) WHERE n.x > 1 RETURN n.x AS x",
	"MATCH (n:A) WHERE n.x IN [0, 2] RETURN n",
	"MATCH (n:S {y: 1}) RETURN n",
	"MATCH (n) WHERE n.z IS NULL RETURN n.x AS x",
	"MATCH (n) RETURN n {.*} AS m, properties(n) = {} AS e",
	"MATCH ()-[r]->() RETURN r",
	"MATCH ()-[r]->() RETURN count(*) AS c",
	"MATCH ()-[r:T]->() RETURN r.x AS x, r.y AS y, type(r) AS t",
	"MATCH ()-[r {x: 1}]-() RETURN r",
	"MATCH (a)-->(b) RETURN a.x AS a, b.y AS b",
	"MATCH (a)--(b) RETURN count(*) AS c",
	"MATCH (a:A)-[:T]->(b)<-[:U]-(c) RETURN a.x AS a, b.x AS b, c.x AS c",
	"MATCH (a:A)-[:T]->(b)<-[:U]-(c) RETURN count(*) AS c",
	"MATCH (a)-->(b)-->(a) RETURN count(*) AS c",
	"MATCH (a:A)-[*1..3]->(b) RETURN count(*) AS c, sum(b.x) AS s",
	"MATCH (a:A)-[:T*BFS..3]->(b:B) RETURN a.x AS a, b.x AS b",
	"MATCH p = shortestPath((a:A {x: 1})-[*..4]-(b:B)) RETURN length(p) AS l",
	"MATCH p = allShortestPaths((a:A {x: 1})-[*..4]-(b:B)) RETURN length(p) AS l",
	"MATCH p = (a:A)-[*WSHORTEST (r, n | coalesce(r.x, 1) + 1) total]->(b:B) RETURN total, length(p) AS l",
	"MATCH p = ANY SHORTEST (a:A)-[:T]->+(b) RETURN length(p) AS l",
	"MATCH (a) ((x)-[:T|U]->(y)){1,2} (b) RETURN count(*) AS c",
	"MATCH (n) WHERE exists((n)-[:T]->(:B)) RETURN n",
	"MATCH (n) RETURN EXISTS { (n)-->(:S) } AS e, COUNT { (n)--() } AS c",
	"MATCH (n) RETURN [(n)-[r]->(m) | r.x] = [] AS e, size([(n)-->(m) | m.x]) AS c",
	"MATCH (n) RETURN degree(n) AS d, inDegree(n) AS i, outDegree(n) AS o",
	"MATCH (n) CALL { WITH n MATCH (n)-->(m) RETURN count(m) AS c } RETURN n.x AS x, c",
	"MATCH (n) OPTIONAL MATCH (n)-[:H]->(m) RETURN n.x AS x, m.x AS y",
	"MATCH (a), (b) WHERE a.x = b.y RETURN count(*) AS c",
	"MATCH (a:A), (b:B) OPTIONAL MATCH (a)-[r]->(b) RETURN count(r) AS c",
	"UNWIND range(0, 30) AS i MATCH (n) WHERE id(n) = i RETURN count(*) AS c",
	"MATCH ()-[r]->() WITH collect(r) AS l UNWIND l AS r RETURN startNode(r).x AS a, endNode(r).y AS b",
	"MATCH (n) RETURN n.x AS x, count(*) AS c, collect(DISTINCT n.y) = [] AS e",
	"CALL db.labels() YIELD label RETURN label",
	"CALL db.relationshipTypes() YIELD relationshipType RETURN relationshipType",
	"CALL schema.node_type_properties() YIELD nodeType, propertyName, totalObservations RETURN nodeType, propertyName, totalObservations",
	"CALL schema.rel_type_properties() YIELD relType, propertyName, totalObservations RETURN relType, propertyName, totalObservations",
}

// everyName makes the names known in one order, which is that of labels(n) and keys(n).
const everyName = "CREATE (n:A:B:S {x: 1, y: 1, z: 1}), (n)-[:T]->(n), (n)-[:U]->(n), (n)-[:H]->(n) WITH n DETACH DELETE n"

// TestHidden compares what a user may see of a graph with all of a graph that has nothing
// else: every query gives the same.
func TestHidden(t *testing.T) {
	graphs := 40
	if testing.Short() {
		graphs = 8
	}
	for seed := range graphs {
		d := hiddenDraw{rand.New(rand.NewPCG(uint64(seed), 6))}
		g, rules := d.graph(), d.rules()
		var users *auth.Store
		whole := open(t, withUsers(t, &users))
		root := whole.NewSession(query.SessionOptions{ID: "root", Identity: users.Nobody()})
		setup := []string{everyName, "CREATE USER root", "CREATE USER ann", "GRANT ALL PRIVILEGES TO ann", "CREATE INDEX ON :A(x)", "CREATE INDEX ON :S(y)", g.statement()}
		for i := range rules {
			setup = append(setup, rules[i].statement())
		}
		must(t, root, setup...)
		i, err := users.Authenticate(t.Context(), "ann", "", "127.0.0.1:1")
		if err != nil {
			t.Fatal(err)
		}
		ann := whole.NewSession(query.SessionOptions{ID: "ann", Identity: i})

		part := open(t, nil)
		alone := part.NewSession(query.SessionOptions{ID: "alone"})
		must(t, alone, everyName, "CREATE INDEX ON :A(x)", "CREATE INDEX ON :S(y)")
		if seen := g.visible(rules); len(seen.nodes) > 0 {
			must(t, alone, seen.statement())
		}
		for _, text := range hiddenQueries {
			got, want := outcome(t, ann, text), outcome(t, alone, text)
			if strings.HasPrefix(want, "error") {
				t.Errorf("%s: %s", text, want)
			}
			if _ = outcome(t, ann, text); outcome(t, ann, text) != got { // now it is remembered
				t.Errorf("seed %d: %s gives something else the third time", seed, text)
			}
			if once, ok := atOnce(t, ann, text, value.Null); ok && once != want {
				t.Errorf("seed %d: %s gives %s at once, want %s", seed, text, once, want)
			}
			if got != want {
				t.Errorf("seed %d: %s\nrules %s\ngraph %s\ngives %s\nwant  %s", seed, text, strings.Join(setup[7:], "; "), g.statement(), got, want)
			}
		}
		for _, s := range []*query.Session{root, ann, alone} {
			s.Close()
		}
	}
}

func must(t *testing.T, s *query.Session, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if _, err := drain(t, s, text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
}

// outcome returns the rows of a query, sorted, or its error.
func outcome(t *testing.T, s *query.Session, text string) string {
	t.Helper()
	return outcomeWith(t, s, text, value.Null)
}

// outcomeWith is outcome with parameters.
func outcomeWith(t *testing.T, s *query.Session, text string, params value.Value) string {
	t.Helper()
	r, err := s.Run(t.Context(), text, params, query.TxOptions{Timeout: time.Minute})
	var rows []string
	if err == nil {
		_, err = r.Pull(t.Context(), -1, func(b *batch.Batch, e batch.Entities) error {
			for i := range b.Rows() {
				cells := make([]string, len(b.Columns))
				for c := range b.Columns {
					cells[c] = render(b.Columns[c].Value(b.Row(i)), e)
				}
				rows = append(rows, strings.Join(cells, " | "))
			}
			return nil
		})
	}
	if f := failure.Of(err); err != nil {
		return "error " + f.Detail
	}
	slices.Sort(rows)
	return strings.Join(rows, "; ")
}

// TestHiddenBeforeItExists denies a property that nothing has yet: it stays hidden when
// something gets it, also for a session that has read before.
func TestHiddenBeforeItExists(t *testing.T) {
	var users *auth.Store
	e := open(t, withUsers(t, &users))
	root := e.NewSession(query.SessionOptions{ID: "root", Identity: users.Nobody()})
	must(t, root, "CREATE USER root", "CREATE USER ann", "GRANT MATCH TO ann", "GRANT READ ON NODES CONTAINING LABELS * TO ann",
		"DENY READ {ssn} ON NODES CONTAINING LABELS :P TO ann", "CREATE (:P {name: 1})")
	i, err := users.Authenticate(t.Context(), "ann", "", "127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	ann := e.NewSession(query.SessionOptions{ID: "ann", Identity: i})
	const text = "MATCH (n:P) RETURN n.name AS name, n.ssn AS ssn, size(keys(n)) AS keys"
	before := outcome(t, ann, text)
	must(t, root, "MATCH (n:P) SET n.ssn = 7")
	if after := outcome(t, ann, text); after != before {
		t.Errorf("%s, before the property was set: %s", after, before)
	}
	root.Close()
	ann.Close()
}
