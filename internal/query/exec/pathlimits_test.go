package exec

import (
	"context"
	"testing"
	"time"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/memory"
)

// TestPathInterrupt ends searches for paths that would run for years.
func TestPathInterrupt(t *testing.T) {
	d := newDatabase(t)
	d.must(t, "UNWIND range(1, 14) AS i CREATE (:K {i: i})")
	d.must(t, "MATCH (a:K), (b:K) WHERE a <> b CREATE (a)-[:E {w: 0}]->(b)")
	for _, text := range []string{
		"MATCH ((a:K)-[r]->(b) WHERE a.i <> -b.i)+ RETURN count(a)",
		"MATCH ACYCLIC (a:K)-->+(b) RETURN count(b.i)",
		"MATCH (a:K {i: 1}), (b:K {i: 2}), p = shortestPath((a)-[*]->(b)) WHERE length(p) > 1000 RETURN p",
		"MATCH SHORTEST 1000000000 (a:K {i: 1})-->+(b:K {i: 2}) RETURN count(b.i)",
		"MATCH SHORTEST 100000 GROUPS (a:K {i: 1})-->+()-->+(b:K {i: 2}) RETURN count(b.i)",
		"MATCH (a:K {i: 1})-[*KSHORTEST]->(b:K {i: 2}) RETURN count(b.i)",
		"MATCH (a:K {i: 1})-[*ALLSHORTEST (r, n | r.w)]->(b:K {i: 2}) RETURN count(b.i)",
		"MATCH (a:K {i: 1})-[* (r, n | n.i > 0)]->(b:K {i: 2}) RETURN count(b.i)",
		"MATCH REPEATABLE ELEMENTS (a:K {i: 1})-->{1,100}(b:K {i: 2}) RETURN count(b.i)",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		begin := time.Now()
		_, err := d.query(ctx, text)
		cancel()
		if f := failure.Of(err); f == nil || f.Detail != "TransactionTimedOut" {
			t.Errorf("%s: %v", text, err)
		}
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("%s took %v", text, took)
		}
	}
}

// TestPathBudget makes searches for paths run out of memory, after which nothing may stay
// reserved.
func TestPathBudget(t *testing.T) {
	d := newDatabase(t)
	d.must(t, "CREATE (:End)")
	d.must(t, "CREATE (:Start)")
	d.must(t, "UNWIND range(1, 20000) AS i CREATE (:N {i: i})")
	d.must(t, "MATCH (s:Start), (n:N) CREATE (s)-[:E {w: 1}]->(n)")
	d.must(t, "MATCH (n:N), (e:End) CREATE (n)-[:E {w: 1}]->(e)")
	for _, text := range []string{
		"MATCH (s:Start), (n:N {i: 1}), p = shortestPath((s)-[*]-(n)) WHERE all(x IN nodes(p) WHERE x.i IS NULL OR x.i > 1) RETURN p",
		"MATCH (s:Start), p = allShortestPaths((s)-[*]->(e:End)) RETURN count(p)",
		"MATCH (s:Start)-[*WSHORTEST (r, n | r.w) t]->(e) RETURN count(*)",
		"MATCH (s:Start)-[*ALLSHORTEST (r, n | r.w) t]->(e:End) RETURN count(*)",
		"MATCH SHORTEST 3 (s:Start)-->+(e) RETURN count(e.i)",
		"MATCH (s:Start)-[r*KSHORTEST]->(e:End) RETURN count(r)",
	} {
		d.budget = memory.New("query", 200_000)
		_, err := d.query(t.Context(), text)
		if f := failure.Of(err); f == nil || f.Detail != "MemoryLimitExceeded" {
			t.Errorf("%s: %v", text, err)
		}
		if used := d.budget.Used(); used != 0 {
			t.Errorf("%s: %d bytes are still reserved", text, used)
		}
	}
	d.budget = nil
	if out := d.must(t, "MATCH p = ALL SHORTEST (:Start)-->+(:End) RETURN count(p)"); out.rows[0][0] != "20000" {
		t.Errorf("rows: %v", out.rows)
	}
}
