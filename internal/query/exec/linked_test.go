package exec

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage"
)

// TestLinkedScan looks at how many rows leave a scan below what follows relationships: those of the
// nodes that have them, where it makes no difference, and all others.
func TestLinkedScan(t *testing.T) {
	d := newDatabase(t)
	d.must(t, "UNWIND range(0, 9) AS i CREATE (:N {i: i})")
	d.must(t, "MATCH (n:N) WHERE n.i IN [1, 2, 3] CREATE (n)-[:A]->(:M), (n)-[:A]->(:M)")
	d.must(t, "MATCH (n:N) WHERE n.i IN [3, 4, 5, 6] CREATE (n)<-[:B]-(:M)")
	for _, c := range []struct {
		text   string
		rows   int64 // of the scan
		answer string
	}{
		{"MATCH (n:N)-[:A]->(x) RETURN count(*)", 3, "6"},
		{"MATCH (n:N)-[:A]->(x) RETURN count(x.y)", 3, "0"},
		{"MATCH (n:N)-[:A]->(x), (n)<-[:B]-(y) RETURN count(*)", 1, "2"},
		{"MATCH (n:N)-[:A|B]-(x) RETURN count(*)", 6, "10"},
		{"MATCH (n:N)--(x) RETURN count(*)", 6, "10"},
		{"MATCH (x)<-[:A]-(n:N)-[:A]->(y) WHERE x <> y RETURN count(*)", 3, "6"},
		{"MATCH (n:N) WHERE (n)-[:A]->() RETURN count(*)", 3, "3"},
		{"MATCH (n:N)-[:A*1..2]->(x) RETURN count(*)", 3, "6"},
		{"MATCH (n:N)-[:A*0..2]->(x) RETURN count(*)", 10, "16"},
		{"MATCH (n:N) WHERE NOT (n)-[:A]->() RETURN count(*)", 10, "7"},
		{"MATCH (n:N) OPTIONAL MATCH (n)-[:A]->(x) RETURN count(*)", 10, "13"},
		{"MATCH (n:N)-[:A|Nothing]->(x) RETURN count(*)", 10, "6"},
		{"MATCH (n:N)-[:Nothing]->(x) RETURN count(*)", 10, "0"},
		{"USING HOPS LIMIT 100 MATCH (n:N)-[:A]->(x) RETURN count(*)", 10, "6"},
		{"MATCH (n:N)-[:A]->(x) SET x.y = 1 RETURN count(*)", 10, "6"},
		{"MATCH (n:N) WHERE n.i < 3 MATCH (n)-[:A]->(x) RETURN count(*)", 10, "4"},
	} {
		answer, tree := profiled(t, d, c.text)
		scan := tree.Find("ScanAllByLabel")
		if answer != c.answer || scan == nil || scan.Rows != c.rows || scan.Hits != 10 {
			t.Errorf("%s: %s, want %s from %d rows\n%s", c.text, answer, c.answer, c.rows, strings.Join(tree.Lines(), "\n"))
		}
	}
	if _, err := d.query(t.Context(), "MATCH (n:N) WHERE 10 / n.i > 0 MATCH (n)-[:A]->(x) RETURN count(*)"); err == nil {
		t.Error("the condition of a node without relationships was not evaluated")
	}
}

// profiled returns the first value that a query gives, and what was measured.
func profiled(t *testing.T, d *database, text string) (string, *plan.Tree) {
	t.Helper()
	_, p, err := d.prepare(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	tx := d.store.Begin(storage.TxOptions{})
	defer tx.Release()
	c := p.Start(t.Context(), Run{Tx: tx, Profile: true, Now: func() time.Time { return time.Time{} }})
	defer c.Close()
	answer := ""
	for {
		b, err := c.Next()
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if b == nil {
			return answer, c.Profile()
		}
		answer = strconv.FormatInt(b.Columns[0].Value(b.Row(0)).AsInt(), 10)
	}
}

// TestLinkedRest scans many nodes that have relationships, and as many that have none after them.
func TestLinkedRest(t *testing.T) {
	d := newDatabase(t)
	d.must(t, "UNWIND range(1, 9000) AS i CREATE (:N)-[:A]->(:M)")
	d.must(t, "UNWIND range(1, 30000) AS i CREATE (:N)")
	d.must(t, "UNWIND range(1, 100) AS i CREATE (:N)-[:A]->(:M)")
	answer, tree := profiled(t, d, "MATCH (n:N)-[:A]->() RETURN count(*)")
	if scan := tree.Find("ScanAllByLabel"); answer != "9100" || scan.Rows >= 39100 || scan.Rows < 9100 {
		t.Errorf("%s of %d rows", answer, scan.Rows)
	}
}
