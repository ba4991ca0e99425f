package e2e

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

const (
	codeSyntax   = "Neo.ClientError.Statement.SyntaxError"
	codeTimedOut = "Neo.ClientError.Transaction.TransactionTimedOut"
	codeMemory   = "Neo.ClientError.General.TransactionOutOfMemoryError"
	codeConflict = "Neo.TransientError.Transaction.Outdated"
)

// endless are statements that would run for longer than anybody waits, each busy in another part of the server.
func endless() map[string]string {
	return map[string]string{
		"rows":          "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN sum(a * b)",
		"pattern":       "MATCH (a:Item), (b:Item), (c:Item), (d:Item), (e:Item) WHERE a.n + b.n + c.n + d.n + e.n < 0 RETURN count(*)",
		"paths":         "MATCH p = (:Hub)-[*]-(:Hub) RETURN count(p)",
		"no path":       "MATCH (a:Hub {n: 0})-[*]-(b:Hub {n: 1}) WHERE a.x IS NULL RETURN count(*)",
		"comprehension": "RETURN size([x IN range(1, 100000) WHERE all(y IN range(1, 100000) WHERE y > 0)])",
		"reduction":     "RETURN reduce(s = 0, x IN range(1, 100000) | s + size([y IN range(1, 100000) WHERE y = x]))",
		"subpattern":    "MATCH (h:Hub) RETURN size([(h)-[*]-() | 1])",
		"existence":     "MATCH (h:Hub) WHERE exists((h)-[*]-(:Nothing)) RETURN h",
		"writing":       "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b MATCH (h:Hub {n: a % 12}) SET h.x = b",
		"merging":       "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b MERGE (:Hub {n: a % 12})",
		"repeating":     "UNWIND range(1, 1000000) AS a FOREACH (b IN range(1, 1000000) | MERGE (:Hub {n: b % 12}))",
		"calling":       "UNWIND range(1, 1000000) AS a CALL (a) { UNWIND range(1, 1000000) AS b RETURN sum(a * b) AS s } RETURN sum(s)",
		"counting":      "UNWIND range(1, 1000000) AS a RETURN sum(COUNT { UNWIND range(1, 1000000) AS b WITH b WHERE b > a RETURN b })",
		"batches":       "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b CALL (b) { MATCH (h:Hub {n: -b}) SET h.x = b } IN TRANSACTIONS OF 10000 ROWS",
		"streaming":     "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN a, b",
		"filtering":     "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b WITH a, b WHERE a + b < 0 RETURN a, b",
		"skipping":      "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN a, b SKIP 10000000000",
		"top":           "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN a, b ORDER BY -a, -b LIMIT 10",
		"distinct":      "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN DISTINCT a % 10 AS x",
		"union":         "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b WITH a, b WHERE a < 0 RETURN a UNION UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b WITH a, b WHERE a < 0 RETURN a",
	}
}

// fill makes the graph that endless walks in: twelve nodes all connected, and 200 items.
func fill(t *testing.T, d neo4j.DriverWithContext) {
	t.Helper()
	query(t, d, "UNWIND range(0, 11) AS i CREATE (:Hub {n: i})")
	query(t, d, "MATCH (a:Hub), (b:Hub) WHERE a.n < b.n CREATE (a)-[:TO]->(b)")
	query(t, d, "UNWIND range(1, 200) AS i CREATE (:Item {n: i})")
	query(t, d, "CREATE (:Nothing)")
}

// TestTimeLimit runs statements past the server's limit, and past their own.
func TestTimeLimit(t *testing.T) {
	_, d := start(t, filepath.Join(t.TempDir(), "data"), "--query-execution-timeout-sec=0.3")
	fill(t, d)
	for name, text := range endless() {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			err := attempt(t.Context(), in(open(t, d, neo4j.SessionConfig{})), text, nil)
			took := time.Since(begun)
			wantFailure(t, err, codeTimedOut, "the time limit of 300ms passed", "--query-execution-timeout-sec")
			if took < 300*time.Millisecond || took > 10*time.Second {
				t.Errorf("it ended after %v", took)
			}
			if n := count(t, d, "MATCH (n) RETURN count(n) + sum(CASE WHEN n.x IS NULL THEN 0 ELSE 1 END)"); n != 213 {
				t.Errorf("something of the statement is there: %d", n)
			}
		})
	}
	t.Run("of the transaction", func(t *testing.T) {
		s := open(t, d, neo4j.SessionConfig{})
		limit := neo4j.WithTxTimeout(50 * time.Millisecond)
		r, err := s.Run(t.Context(), endless()["rows"], nil, limit)
		if err == nil {
			_, err = r.Consume(t.Context())
		}
		wantFailure(t, err, codeTimedOut, "the time limit of 50ms passed")
		r, err = s.Run(t.Context(), endless()["rows"], nil, neo4j.WithTxTimeout(time.Hour))
		if err == nil {
			_, err = r.Consume(t.Context())
		}
		wantFailure(t, err, codeTimedOut, "the time limit of 300ms passed")

		tx := begin(t, s, limit)
		if err = attempt(t.Context(), tx.Run, "CREATE (:Late)", nil); err == nil {
			time.Sleep(500 * time.Millisecond)
			err = tx.Commit(t.Context())
		}
		wantFailure(t, err, codeTimedOut, "the time limit of 50ms passed")
		if n := one(t, in(s), "MATCH (n:Late) RETURN count(n)", nil); n != int64(0) {
			t.Errorf("%v nodes of a transaction that was too late", n)
		}
	})
}

// TestQueryMemoryLimit runs statements that take more than one query may.
func TestQueryMemoryLimit(t *testing.T) {
	t.Parallel()
	s, d := start(t, filepath.Join(t.TempDir(), "data"), "--query-memory-limit=16", "--memory-limit=512")
	query(t, d, "UNWIND range(1, 20000) AS i CREATE (:Item {n: i})")
	for name, text := range map[string]string{
		"list":        "RETURN size(range(1, 100000000))",
		"sort":        "MATCH (a:Item), (b:Item) RETURN a.n * b.n AS x ORDER BY x",
		"distinct":    "MATCH (a:Item), (b:Item) RETURN DISTINCT a.n * 1000000 + b.n AS x",
		"groups":      "MATCH (a:Item), (b:Item) RETURN a.n * 1000000 + b.n AS x, count(*)",
		"collect":     "MATCH (a:Item), (b:Item) RETURN size(collect(a.n + b.n))",
		"distincts":   "MATCH (a:Item), (b:Item) RETURN count(DISTINCT a.n * 1000000 + b.n)",
		"union":       "MATCH (a:Item), (b:Item) RETURN a.n * 1000000 + b.n AS x UNION RETURN 1 AS x",
		"held":        "CREATE (:New) WITH 1 AS one MATCH (a:Item), (b:Item) RETURN a.n + b.n AS x",
		"text":        "UNWIND range(1, 30) AS i WITH collect('0123456789') AS l RETURN size(reduce(s = 'x', i IN range(1, 30) | s + s))",
		"growing":     "RETURN size(reduce(l = [1], i IN range(1, 40) | l + l))",
		"changes":     "MATCH (a:Item), (b:Item) CREATE (:New {n: a.n + b.n})",
		"percentile":  "MATCH (a:Item), (b:Item) RETURN percentileCont(a.n + b.n, 0.5)",
		"nested":      "RETURN size([x IN range(1, 100000) | range(x, x + 1000)])",
		"replacement": "RETURN size(replace(reduce(s = 'x', i IN range(1, 20) | s + s), 'x', '0123456789012345678901234567890123456789'))",
	} {
		t.Run(name, func(t *testing.T) {
			err := attempt(t.Context(), in(open(t, d, neo4j.SessionConfig{})), text, nil)
			wantFailure(t, err, codeMemory, "MemoryLimitExceeded", "--query-memory-limit")
			if n := count(t, d, "MATCH (n) RETURN count(n)"); n != 20000 {
				t.Errorf("%d nodes: something of the statement is there", n)
			}
		})
	}
	if size := resident(t, s.PID()); size > 512<<20 {
		t.Errorf("the server takes %d MiB", size>>20)
	}
}

// TestMemoryLimit fills the server until it is full, and frees some.
func TestMemoryLimit(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	s, d := start(t, dir, "--memory-limit=96")
	var err error
	for range 1000 {
		if _, err = neo4j.ExecuteQuery(t.Context(), d,
			"UNWIND range(1, 20000) AS i CREATE (:Full {n: i, text: 'some text that takes its room'})",
			nil, neo4j.EagerResultTransformer); err != nil {
			break
		}
	}
	wantFailure(t, err, codeMemory, "MemoryLimitExceeded", "--memory-limit")
	nodes := count(t, d, "MATCH (n) RETURN count(n)")
	if nodes == 0 || nodes%20000 != 0 {
		t.Errorf("%d nodes: half a statement is there", nodes)
	}
	if size := resident(t, s.PID()); size > 160<<20 {
		t.Errorf("the server takes %d MiB", size>>20)
	}
	for range nodes / 4 / 1000 {
		query(t, d, "MATCH (n:Full) WITH n LIMIT 1000 DELETE n")
	}
	query(t, d, "FREE MEMORY")
	query(t, d, "UNWIND range(1, 1000) AS i CREATE (:Again {n: i})")
	if n := count(t, d, "MATCH (n) RETURN count(n)"); n != nodes/4*3+1000 {
		t.Errorf("%d nodes, want %d", n, nodes/4*3+1000)
	}
}

// TestConflict lets transactions change the same nodes at the same time.
func TestConflict(t *testing.T) {
	t.Parallel()
	_, d := start(t, filepath.Join(t.TempDir(), "data"))
	query(t, d, "CREATE (:Counter {n: 0})")
	first, second := open(t, d, neo4j.SessionConfig{}), open(t, d, neo4j.SessionConfig{})
	a, b := begin(t, first), begin(t, second)
	const add = "MATCH (c:Counter) SET c.n = c.n + 1"
	if err := attempt(t.Context(), a.Run, add, nil); err != nil {
		t.Fatal(err)
	}
	err := attempt(t.Context(), b.Run, add, nil)
	wantFailure(t, err, codeConflict, "another transaction changed the same data", "run the transaction again")
	if !neo4j.IsRetryable(err) {
		t.Errorf("the driver would not retry after %v", err)
	}
	if err := b.Rollback(t.Context()); err != nil {
		t.Error(err)
	}
	if err := a.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}

	const clients, each = 8, 25
	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			s := d.NewSession(context.Background(), neo4j.SessionConfig{})
			defer func() { _ = s.Close(context.Background()) }()
			for range each {
				_, err := s.ExecuteWrite(context.Background(), func(tx neo4j.ManagedTransaction) (any, error) {
					return nil, attempt(context.Background(), tx.Run, add, nil)
				})
				if err != nil {
					t.Errorf("ExecuteWrite gave up: %v", err)
					return
				}
			}
		})
	}
	group.Wait()
	if n := count(t, d, "MATCH (c:Counter) RETURN c.n"); n != 1+clients*each {
		t.Errorf("the counter is at %d, want %d", n, 1+clients*each)
	}
}

// TestConcurrentRelationships adds relationships to one node from several clients, which is no conflict.
func TestConcurrentRelationships(t *testing.T) {
	t.Parallel()
	_, d := start(t, filepath.Join(t.TempDir(), "data"))
	query(t, d, "CREATE (:Hub)")
	var transactions []neo4j.ExplicitTransaction
	for range 4 {
		tx := begin(t, open(t, d, neo4j.SessionConfig{}))
		if err := attempt(t.Context(), tx.Run, "MATCH (h:Hub) CREATE (h)-[:TO]->(:Leaf)", nil); err != nil {
			t.Fatal(err)
		}
		transactions = append(transactions, tx)
	}
	for _, tx := range transactions {
		if err := tx.Commit(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if n := count(t, d, "MATCH (:Hub)-[r:TO]->(:Leaf) RETURN count(r)"); n != 4 {
		t.Errorf("%d relationships, want 4", n)
	}
	tx := begin(t, open(t, d, neo4j.SessionConfig{}))
	if err := attempt(t.Context(), tx.Run, "MATCH (h:Hub) CREATE (h)-[:TO]->(:Leaf)", nil); err != nil {
		t.Fatal(err)
	}
	err := attempt(t.Context(), in(open(t, d, neo4j.SessionConfig{})), "MATCH (h:Hub) DETACH DELETE h", nil)
	if err == nil || !strings.Contains(err.Error(), "Transient") {
		t.Errorf("a node was deleted while another transaction connects it: %v", err)
	}
}
