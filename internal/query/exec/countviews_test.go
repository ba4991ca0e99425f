package exec

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
)

// countedCase is a pattern with labels; the nodes have a property of the name of each label.
type countedCase struct {
	pattern, where string
	labels         string // of a, b, c, … in the pattern, - for none
}

// fast asks for labels, slow for the properties that say the same, one match at a time.
func (c *countedCase) fast() string {
	pattern := c.pattern
	for i, l := range c.labels {
		if l != '-' {
			pattern = strings.Replace(pattern, fmt.Sprintf("(%c)", 'a'+i), fmt.Sprintf("(%c:%c)", 'a'+i, l), 1)
		}
	}
	return "MATCH " + pattern + c.condition(nil) + " RETURN count(*)"
}

func (c *countedCase) slow() string {
	var tests []string
	for i, l := range c.labels {
		if l != '-' {
			tests = append(tests, fmt.Sprintf("%c.%c", 'a'+i, l))
		}
	}
	return "USING HOPS LIMIT 1000000000 MATCH " + c.pattern + c.condition(tests) + " RETURN count(*)"
}

func (c *countedCase) condition(tests []string) string {
	if c.where != "" {
		tests = append(tests, c.where)
	}
	if len(tests) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(tests, " AND ")
}

func countedCases() []countedCase {
	return []countedCase{
		{"(a)-->(b)-->(c)", "", "LLL"},
		{"(a)-->(b)-->(c)", "", "EEE"},
		{"(a)-->(b)-->(c)", "", "---"},
		{"(a)--(b)--(c)", "", "E-M"},
		{"(a)-->(b)<--(c)", "", "LME"},
		{"(a)-[:A]->(b)<-[:A|B]-(c)", "", "E-E"},
		{"(a)-->(b)-->(c)-->(d)", "", "E--L"},
		{"(a)--(b)--(c)--(d)", "", "L--M"},
		{"(a)-[:A]-(b)-[:B]->(c)-[:A]-(d)", "a <> d", "LE-M"},
		{"(a)<-[:A]-(b)-[:B]->(c)-[:A]->(d)", "a <> d", "EEEE"},
		{"(a)<-[:A]-(b)-[:B]->(c)-[:A]->(d)", "a <> d AND NOT (b)-[:A]->(d)", "L--M"},
		{"(a)<-[:A]-(b)-[:B]->(c)-[:A]->(d)-[:B]->(e)", "a <> d", "L--ME"},
		{"(a)-[:A]->(b), (b)-[:A]->(c), (b)-[:B]->(d)", "a <> c", "M-L-"},
	}
}

// runIn runs a statement in tx and returns the first value of its first row.
func (d *database) runIn(tb testing.TB, tx *storage.Tx, text string) (string, string) {
	tb.Helper()
	_, p, err := d.prepare(text)
	if err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	budget := memory.New("query", 0)
	c := p.Start(tb.Context(), Run{Tx: tx, Budget: budget})
	first := ""
	for {
		b, err := c.Next()
		if err != nil {
			tb.Fatalf("%s: %v", text, err)
		}
		if b == nil {
			break
		}
		if b.Rows() > 0 && first == "" {
			first = d.show(tx, b.Columns[0].Value(b.Row(0)))
		}
	}
	c.Close()
	if used := budget.Used(); used != 0 {
		tb.Fatalf("%s: %d bytes are still reserved", text, used)
	}
	return first, strings.Join(p.Tree().Lines(), "\n")
}

// hiding is a policy that hides the nodes with a label.
type hiding struct{ label graph.LabelID }

func (h hiding) NodeAccess(labels []graph.LabelID) storage.Access {
	if slices.Contains(labels, h.label) {
		return 0
	}
	return storage.AccessAll
}

func (hiding) EdgeAccess(graph.TypeID) storage.Access { return storage.AccessAll }

func (hiding) NodeKeyAccess([]graph.LabelID, graph.KeyID) storage.Access { return storage.AccessAll }

func (hiding) EdgeKeyAccess(graph.TypeID, graph.KeyID) storage.Access { return storage.AccessAll }

// TestCountingInViews counts in views that differ from what is in place, where labels are
// asked of so many nodes that they are kept as sets, and nodes have many relationships.
func TestCountingInViews(t *testing.T) {
	d := newDatabase(t)
	d.must(t, `UNWIND range(0, 299) AS i CREATE (n:E {id: i, E: true, L: i % 3 <> 0, M: i % 2 = 0})
		FOREACH (x IN CASE WHEN n.L THEN [1] ELSE [] END | SET n:L) FOREACH (x IN CASE WHEN n.M THEN [1] ELSE [] END | SET n:M)`)
	d.must(t, `MATCH (x:E), (y:E) WHERE (x.id * 7 + 3) % 300 = y.id OR (x.id * 11 + 5) % 300 = y.id CREATE (x)-[:A]->(y)`)
	d.must(t, `MATCH (x:E), (y:E) WHERE (x.id * 13 + 1) % 300 = y.id OR x.id % 50 = 0 AND y.id % 6 = 0 CREATE (x)-[:B]->(y)`)
	d.must(t, `MATCH (x:E), (y:E) WHERE y.id = 17 AND x.id % 5 = 0 CREATE (x)-[:A]->(y)`)
	check := func(name string, tx *storage.Tx) {
		t.Helper()
		for _, c := range countedCases() {
			got, plan := d.runIn(t, tx, c.fast())
			if want, _ := d.runIn(t, tx, c.slow()); got != want {
				t.Errorf("%s: %s: %s, want %s\n%s", name, c.fast(), got, want, plan)
			}
		}
	}
	view := func(name string, o storage.TxOptions, change func(tx *storage.Tx)) {
		t.Helper()
		tx := d.store.Begin(o)
		defer tx.Release()
		change(tx)
		check(name, tx)
	}
	changes := []string{
		"MATCH (n:E) WHERE n.id % 20 = 1 SET n.L = false REMOVE n:L",
		"MATCH (n:E) WHERE n.id % 30 = 5 SET n.M = true, n:M",
		"MATCH (n:E) WHERE n.id % 70 = 9 DETACH DELETE n",
		"MATCH (n:E) WHERE n.id % 40 = 3 CREATE (n)-[:A]->(n), (n)-[:B]->(n), (n)-[:A]->(n)",
		"MATCH (:E)-[r:A]->(y:E) WHERE y.id % 25 = 2 DELETE r",
		"MATCH (n:E) WHERE n.id % 60 = 8 CREATE (n)-[:B]->(:M {M: true}), (n)<-[:A]-(:E {E: true})",
	}
	all := func(tx *storage.Tx) {
		for _, text := range changes {
			d.runIn(t, tx, text)
		}
	}
	view("as committed", storage.TxOptions{ReadOnly: true}, func(*storage.Tx) {})
	view("with its own changes", storage.TxOptions{}, all)
	hidden, _ := d.store.LookupLabel("M")
	guard := func(tx *storage.Tx) { tx.SetGuard(storage.NewGuard(d.store, hiding{hidden})) }
	view("under a guard", storage.TxOptions{ReadOnly: true}, guard)
	old := d.store.Begin(storage.TxOptions{ReadOnly: true})
	defer old.Release()
	beside := d.store.Begin(storage.TxOptions{})
	defer beside.Release()
	all(beside)
	view("beside changes", storage.TxOptions{ReadOnly: true}, func(*storage.Tx) {})
	if _, err := beside.Commit(); err != nil {
		t.Fatal(err)
	}
	check("before changes", old)
	view("after changes", storage.TxOptions{ReadOnly: true}, func(*storage.Tx) {})
	view("after changes under a guard", storage.TxOptions{ReadOnly: true}, guard)
}
