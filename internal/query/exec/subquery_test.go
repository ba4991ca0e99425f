package exec

import (
	"strings"
	"testing"
	"time"

	"memgraphd/internal/storage"
)

// TestDeepSubqueries nests subqueries as deep as the parser lets them be; what they take
// grows no faster than their text does.
func TestDeepSubqueries(t *testing.T) {
	d := newDatabase(t)
	d.must(t, "CREATE (:A)-[:T]->(:A)")
	for _, c := range []struct{ name, open, inner, close, end string }{
		{"exists", "MATCH (a) WHERE EXISTS { ", "MATCH (b)", " RETURN a }", " RETURN a"},
		{"count", "MATCH (a) WHERE 0 < COUNT { MATCH (a)-->() ", "MATCH (b)", " RETURN 1 AS one }", " RETURN a"},
		{"collect", "UNWIND COLLECT { ", "MATCH (b) RETURN b", " } AS x RETURN x", ""},
		{"call", "CALL { ", "RETURN 1 AS x", " } WITH x AS y ORDER BY y RETURN y AS x", ""},
		{"call rows", "MATCH (a) CALL (a) { ", "RETURN 1 AS one", " } WITH max(one) AS x RETURN x AS one", ""},
		{"call writes", "CALL { ", "CREATE (:B)", " }", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			const depth = 60
			begun := time.Now()
			d.must(t, strings.Repeat(c.open, depth)+c.inner+strings.Repeat(c.close, depth)+c.end)
			if took := time.Since(begun); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestProfileOfSubqueries measures the operators of subqueries within expressions.
func TestProfileOfSubqueries(t *testing.T) {
	d := newDatabase(t)
	d.must(t, "UNWIND range(1, 10) AS i CREATE (:P {i: i})-[:K]->(:Q)")
	_, p, err := d.prepare("MATCH (p:P) CALL (p) { MATCH (p)-->(q) RETURN count(q) AS c } RETURN c + COUNT { (p)-->(q:Q) WHERE q.x IS NULL }")
	if err != nil {
		t.Fatal(err)
	}
	tx := d.store.Begin(storage.TxOptions{})
	defer tx.Release()
	now := clock()
	c := p.Start(t.Context(), Run{Tx: tx, Profile: true, Now: func() time.Time {
		now = now.Add(time.Millisecond)
		return now
	}})
	for {
		b, err := c.Next()
		if err != nil {
			t.Fatal(err)
		}
		if b == nil {
			break
		}
	}
	c.Close()
	tree := c.Profile()
	for name, want := range map[string]int64{"CallSubquery": 10, "Aggregate": 10, "ExpandCount": 10, "Filter": 10, "Expand": 10, "Project": 10} {
		found := tree.Find(name)
		if found == nil || !found.Measured || found.Rows != want || found.Time < 0 {
			t.Errorf("%s: %+v\n%s", name, found, strings.Join(tree.Lines(), "\n"))
		}
	}
	if found := tree.Find("CountSubquery"); found == nil || len(found.Children) != 1 {
		t.Errorf("no subquery in\n%s", strings.Join(tree.Lines(), "\n"))
	}
}

// TestExistsStopsEarly asks for one of many relationships: few of them are looked at.
func TestExistsStopsEarly(t *testing.T) {
	d := newDatabase(t)
	d.must(t, "CREATE (h:Hub) WITH h UNWIND range(1, 50000) AS i CREATE (h)-[:T]->(:N {i: i})")
	for _, text := range []string{
		"MATCH (h:Hub) WHERE EXISTS { (h)-->(x) WHERE x.i > 0 } RETURN h",
		"MATCH (h:Hub) WHERE EXISTS { MATCH (h)-->(x) MATCH (x)--(y) WHERE x.i > 0 } RETURN h",
		"MATCH (h:Hub) RETURN EXISTS { (h)-->(x) WHERE x.i > 0 }",
		"MATCH (h:Hub) RETURN EXISTS { MATCH (h)-->(x) WITH x WHERE x.i > 0 RETURN x.i }",
		"MATCH (h:Hub) RETURN EXISTS { MATCH (n:N) WHERE n.i > 0 }",
		"RETURN EXISTS { MATCH (n:N) WHERE n.i > 0 UNION ALL MATCH (n:N) }",
		"MATCH (h:Hub) RETURN COUNT { (h)-->() }",
		"MATCH (h:Hub) WHERE COUNT { MATCH (h)-->(x) RETURN x LIMIT 3 } = 3 RETURN h",
	} {
		_, p, err := d.prepare(text)
		if err != nil {
			t.Fatal(err)
		}
		tx := d.store.Begin(storage.TxOptions{})
		c := p.Start(t.Context(), Run{Tx: tx})
		b, err := c.Next()
		if err != nil || b == nil || b.Rows() != 1 {
			t.Fatalf("%s: %v, %v", text, b, err)
		}
		if hits := c.i.hits; hits > 10_000 {
			t.Errorf("%s looks at %d things", text, hits)
		}
		c.Close()
		tx.Release()
	}
}
