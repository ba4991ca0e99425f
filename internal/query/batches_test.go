package query_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/query"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// TestBatchesAreBounded writes in batches what does not fit into the memory of one transaction.
func TestBatchesAreBounded(t *testing.T) {
	e := open(t, func(o *query.Options) { o.QueryMemoryLimit = 4 << 20 })
	s := e.NewSession(query.SessionOptions{ID: "a"})
	defer s.Close()
	const rows = "UNWIND range(1, 200) AS a UNWIND range(1, 500) AS b "
	_, err := drain(t, s, rows+"CREATE (:A {a: a, b: b})")
	if f := failure.Of(err); f == nil || f.Detail != "MemoryLimitExceeded" {
		t.Fatalf("one transaction: got %v", err)
	}
	for _, text := range []string{
		rows + "CALL (a, b) { CREATE (:A {a: a, b: b}) } IN TRANSACTIONS OF 500 ROWS",
		"MATCH (n:A) CALL (n) { SET n.c = n.a * n.b } IN TRANSACTIONS",
		"MATCH (n:A) CALL (n) { SET n.c = n.a RETURN n.c AS c } IN TRANSACTIONS RETURN sum(c)",
		"MATCH (n:A) CALL (n) { DELETE n } IN TRANSACTIONS OF 1000 ROWS",
	} {
		if _, err = drain(t, s, text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	// A batch that takes too much fails alone.
	_, err = drain(t, s, "UNWIND [1, 1000, 2] AS n CALL (n) { UNWIND range(1, n) AS a UNWIND range(1, n) AS b CREATE (:B {a: a, b: b}) } "+
		"IN TRANSACTIONS OF 1 ROW ON ERROR CONTINUE REPORT STATUS AS s RETURN n, s.committed")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := drain(t, s, "MATCH (b:B) RETURN b"); err != nil || n != 5 {
		t.Fatalf("got %d rows, %v", n, err)
	}
}

// TestBatchesEndWithTheirStatement ends a statement by its time limit, whatever ON ERROR says.
func TestBatchesEndWithTheirStatement(t *testing.T) {
	e := open(t, func(o *query.Options) { o.QueryTimeout = func() time.Duration { return 500 * time.Millisecond } })
	s := e.NewSession(query.SessionOptions{ID: "a"})
	defer s.Close()
	_, err := drain(t, s, "UNWIND range(1, 1000) AS a UNWIND range(1, 100000) AS b "+
		"CALL (b) { CREATE (:A {b: b}) } IN TRANSACTIONS OF 10 ROWS ON ERROR CONTINUE")
	if f := failure.Of(err); f == nil || f.Detail != "TransactionTimedOut" || strings.Contains(f.Message, "batch") {
		t.Fatalf("got %v", err)
	}
	if n, err := drain(t, s, "MATCH (a:A) RETURN a"); err != nil || n == 0 || n%10 != 0 {
		t.Fatalf("got %d rows, %v", n, err)
	}
}

// TestPlanCacheOfSubqueries runs texts that differ in the literals of their subqueries only:
// each gets its own rows, of one plan.
func TestPlanCacheOfSubqueries(t *testing.T) {
	e := open(t, nil)
	s := e.NewSession(query.SessionOptions{ID: "a"})
	defer s.Close()
	if _, err := drain(t, s, "UNWIND range(0, 19) AS i CREATE (:N {i: i})"); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"MATCH (n:N) CALL (n) { MATCH (m:N {i: %d}) WHERE m.i > n.i RETURN m } RETURN n, m",
		"MATCH (n:N) WHERE n.i < COUNT { MATCH (m:N) WHERE m.i < %d } RETURN n",
		"MATCH (n:N) WHERE EXISTS { (m:N {i: %d}) WHERE m.i > n.i } RETURN n",
		"MATCH (n:N) WHERE n.i IN COLLECT { MATCH (m:N) WHERE m.i < %d RETURN m.i } RETURN n",
		"UNWIND range(1, 3) AS x CALL (x) { MATCH (n:N) WHERE n.i < %d SET n.x = x RETURN n } WITH n, count(*) AS c MATCH (n) RETURN n",
	} {
		for i := range 10 {
			r, err := s.Run(t.Context(), fmt.Sprintf(text, i), value.Null, query.TxOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if i > 2 && r.Summary().PlanningTime != 0 { // the first rows may have made a name known
				t.Errorf("%s with %d is planned again", text, i)
			}
			n := 0
			if _, err := r.Pull(t.Context(), -1, func(b *batch.Batch, _ batch.Entities) error {
				n += b.Rows()
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if n != i {
				t.Errorf("%s with %d gives %d rows", text, i, n)
			}
		}
	}
}
