package exec

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
)

// TestMemory runs statements that hold rows under a budget that is too small: they fail
// with the name of the limit and give everything back.
func TestMemory(t *testing.T) {
	d := newDatabase(t)
	d.must(t, "UNWIND range(1, 20000) AS i CREATE (:N {i: i, s: 'a string of some length ' + toString(i)})")
	for _, text := range []string{
		"MATCH (n:N) RETURN n.s ORDER BY n.s",
		"MATCH (n:N) RETURN n.s, count(*)",
		"MATCH (n:N) RETURN DISTINCT n.s",
		"MATCH (n:N) RETURN collect(n.s)",
		"MATCH p = (:N) RETURN derive(p, {virtualEdgeType: 'T'})",
		"MATCH (a:N), (b:N) WHERE a.s = b.s RETURN count(a.s)",
		"MATCH (n:N) WITH n ORDER BY n.s LIMIT 15000 RETURN count(n.s)",
		"MATCH (n:N) DETACH DELETE n",
		"UNWIND range(1, 1000000) AS i RETURN i ORDER BY i",
	} {
		d.budget = memory.New("query", 200_000)
		_, err := d.query(t.Context(), text)
		f := failure.Of(err)
		if f == nil || f.Detail != "MemoryLimitExceeded" {
			t.Errorf("%s: %v", text, err)
		}
		if used := d.budget.Used(); used != 0 {
			t.Errorf("%s: %d bytes are still reserved", text, used)
		}
	}
	d.budget = nil
	if out := d.must(t, "MATCH (n:N) RETURN count(*)"); out.rows[0][0] != "20000" {
		t.Errorf("rows: %v", out.rows)
	}
}

// TestMemoryOfTables runs statements that remember the relationships of a node, or counts by
// node, under a budget that has no room for that.
func TestMemoryOfTables(t *testing.T) {
	d := newDatabase(t)
	d.must(t, "CREATE INDEX ON :N(i)")
	d.must(t, "UNWIND range(1, 600) AS i CREATE (:N {i: i})")
	d.must(t, "MATCH (h:N {i: 1}), (n:N) WHERE n.i > 1 CREATE (h)-[:A]->(n), (n)-[:B]->(h), (n)-[:C]->(h)")
	d.must(t, "MATCH (h:N {i: 2}), (n:N) WHERE n.i > 2 CREATE (h)-[:A]->(n), (n)-[:D]->(h)")
	for operator, text := range map[string]string{
		"ExpandInto":      "MATCH (h:N {i: 1}), (n:N) WITH h, n MATCH (h)-[r:A]->(n) RETURN count(r.x)",
		"SemiExpandInto":  "MATCH (h:N {i: 1}) MATCH (n:N) WHERE (h)-[:A]->(n) RETURN count(n.i)",
		"ExpandIntersect": "MATCH (h:N {i: 1}), (g:N {i: 2}) MATCH (h)-[r:A]->(n)<-[:A]-(g) RETURN count(r.x)",
		"ExpandCount":     "MATCH (h:N {i: 1})-[:A]->(n)-[:B]->(g:N)-[:C]-(m:N) RETURN n.i % 7, count(*)",
		" <> ":            "MATCH (h:N {i: 1})-[:A]->(n) MATCH (h)-[:A]->(m) WHERE m <> n RETURN n.i % 7, count(*)",
		"AND NOT":         "MATCH (h:N {i: 1})-[:A]->(n)-[:B]->(g)-[:A]->(m) WHERE m <> n AND NOT (m)-[:D]->(h) AND NOT (h)-[:A]->(m) RETURN n.i % 7, count(*)",
	} {
		_, p, err := d.prepare(text)
		if err != nil {
			t.Fatal(err)
		}
		if plan := strings.Join(p.Tree().Lines(), "\n"); !strings.Contains(plan, operator) {
			t.Errorf("%s: no %q in\n%s", text, operator, plan)
		}
		d.budget = memory.New("query", 0)
		if _, err = d.run(t.Context(), p); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		d.budget = memory.New("query", 2_000)
		_, err = d.run(t.Context(), p)
		if f := failure.Of(err); f == nil || f.Detail != "MemoryLimitExceeded" {
			t.Errorf("%s: %v", text, err)
		}
		if used := d.budget.Used(); used != 0 {
			t.Errorf("%s: %d bytes are still reserved", text, used)
		}
	}
}

// TestInterrupt ends statements that would run for years.
func TestInterrupt(t *testing.T) {
	d := newDatabase(t)
	d.must(t, "UNWIND range(1, 12) AS i CREATE (:K {i: i})")
	d.must(t, "CREATE (:Nothing)")
	d.must(t, "MATCH (a:K), (b:K) WHERE a <> b CREATE (a)-[:E]->(b)")
	d.must(t, "UNWIND range(1, 3000) AS i CREATE (:N {i: i})")
	for _, text := range []string{
		"MATCH (a:K)-[*]-(b) RETURN count(b.i)",
		"MATCH (a:N), (b:N), (c:N), (d:N) RETURN count(a.i + b.i + c.i + d.i)",
		"MATCH (a:N), (b:N), (c:N), (d:N) WHERE a.i + b.i + c.i + d.i < 0 RETURN a",
		"MATCH (a:N), (b:N), (c:N), (d:N) RETURN count(*)",
		"MATCH (a:K) WHERE (a)-[*]->(:Nothing) RETURN a",
		"MATCH (a:N), (b:N), (c:N) RETURN a.i ORDER BY b.i DESC LIMIT 3",
		"UNWIND range(1, 10000000) AS i UNWIND range(1, 10000000) AS j RETURN max(i + j)",
		"UNWIND range(1, 100000) AS i UNWIND range(1, 100000) AS j MERGE (n:N {i: -5})",
		"FOREACH (i IN range(1, 10000000) | FOREACH (j IN range(1, 100) | MERGE (:N {i: -1})))",
		"RETURN size([(a:K)-[*]-(b) | b.i])",
		"RETURN reduce(s = 0, x IN range(1, 100000000) | s + x)",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		begin := time.Now()
		_, err := d.query(ctx, text)
		cancel()
		f := failure.Of(err)
		if f == nil || f.Detail != "TransactionTimedOut" {
			t.Errorf("%s: %v", text, err)
		}
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("%s took %v", text, took)
		}
	}
}

// TestTerminate gives the cause of the context to the client.
func TestTerminate(t *testing.T) {
	d := newDatabase(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(failure.New(failure.TransactionError, failure.Runtime, "Ended", "by test"))
	_, err := d.query(ctx, "RETURN 1")
	if f := failure.Of(err); f == nil || f.Detail != "Ended" {
		t.Errorf("error: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err = d.query(ctx, "RETURN 1")
	if f := failure.Of(err); f == nil || f.Detail != "Terminated" {
		t.Errorf("error: %v", err)
	}
}

// TestProfile measures rows and hits of each operator.
func TestProfile(t *testing.T) {
	d := newDatabase(t)
	d.must(t, "UNWIND range(1, 10) AS i CREATE (:N {i: i})-[:T]->(:M)")
	_, p, err := d.prepare("MATCH (n:N)-[:T]->(m) WHERE n.i > 5 RETURN n.i, m ORDER BY n.i LIMIT 3")
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
	rows := 0
	for {
		b, err := c.Next()
		if err != nil {
			t.Fatal(err)
		}
		if b == nil {
			break
		}
		rows += b.Rows()
	}
	c.Close()
	tree := c.Profile()
	if rows != 3 || tree == nil {
		t.Fatalf("%d rows, %v", rows, tree)
	}
	for name, want := range map[string]int64{"Produce": 3, "Expand": 5, "Filter": 5, "ScanAllByLabel": 10, "Once": 1} {
		found := tree.Find(name)
		if found == nil || !found.Measured || found.Rows != want || found.Time <= 0 {
			t.Errorf("%s: %+v\n%s", name, found, strings.Join(tree.Lines(), "\n"))
		}
	}
	if scan := tree.Find("ScanAllByLabel"); scan.Hits != 10 {
		t.Errorf("hits: %d", scan.Hits)
	}
}

// TestConcurrent runs one program many times at the same time.
func TestConcurrent(t *testing.T) {
	d := newDatabase(t)
	d.must(t, "UNWIND range(1, 100) AS i CREATE (:N {i: i})")
	_, p, err := d.prepare("MATCH (a:N) WHERE a.i <= $n WITH a ORDER BY a.i DESC RETURN count(*), collect(a.i)[0], max(size([(a)--(b) | b]))")
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for worker := range 4 {
		wait.Go(func() {
			for i := range 25 {
				n := int64(worker*25 + i + 1)
				if err := runWith(t.Context(), d, p, n); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
}

func runWith(ctx context.Context, d *database, p *Program, n int64) error {
	tx := d.store.Begin(storage.TxOptions{ReadOnly: true})
	defer tx.Release()
	c := p.Start(ctx, Run{Tx: tx, Params: value.Map([]value.Entry{{Key: "n", Value: value.Int(n)}})})
	defer c.Close()
	b, err := c.Next()
	if err != nil {
		return err
	}
	if got := b.Columns[0].Value(0); got.AsInt() != n {
		return fmt.Errorf("count %d, want %d", got.AsInt(), n)
	}
	if got := b.Columns[1].Value(0); got.AsInt() != n {
		return fmt.Errorf("first %d, want %d", got.AsInt(), n)
	}
	return nil
}

// TestConflict turns the conflict of two transactions into an error that drivers retry.
func TestConflict(t *testing.T) {
	d := newDatabase(t)
	d.must(t, "CREATE (:N {i: 1})")
	_, p, err := d.prepare("MATCH (n:N) SET n.i = n.i + 1 RETURN n.i")
	if err != nil {
		t.Fatal(err)
	}
	first := d.store.Begin(storage.TxOptions{})
	defer first.Release()
	second := d.store.Begin(storage.TxOptions{})
	defer second.Release()
	a, b := p.Start(t.Context(), Run{Tx: first}), p.Start(t.Context(), Run{Tx: second})
	defer a.Close()
	defer b.Close()
	if _, err = a.Next(); err != nil {
		t.Fatal(err)
	}
	_, err = b.Next()
	f := failure.Of(err)
	if f == nil || f.Type != failure.TransactionError || !strings.HasPrefix(f.Code, "Neo.TransientError.") || !errors.Is(err, storage.ErrConflict) {
		t.Errorf("error: %v", err)
	}
	second.Rollback()
	if _, err = first.Commit(); err != nil {
		t.Fatal(err)
	}
}
