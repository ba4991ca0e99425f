package e2e

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
)

// batching is a statement that goes on for long and commits every hundred rows.
const batching = "UNWIND range(0, 9999) AS a UNWIND range(1, 10000) AS b WITH a * 10000 + b AS i " +
	"CALL (i) { CREATE (:Batch {i: i, of: (i - 1) / 100}) } IN TRANSACTIONS OF 100 ROWS"

// awaitBatches waits until n nodes of batches are committed and returns how many are.
func awaitBatches(t *testing.T, d neo4j.DriverWithContext, n int64) int64 {
	t.Helper()
	seen := int64(0)
	eventually(t, "the commit of batches", func() bool {
		seen = count(t, d, "MATCH (b:Batch) RETURN count(b)")
		return seen >= n
	})
	return seen
}

// wholeBatches checks that what is there are the first batches, whole, and returns how many nodes they have.
func wholeBatches(t *testing.T, d neo4j.DriverWithContext) int64 {
	t.Helper()
	n := count(t, d, "MATCH (b:Batch) RETURN count(b)")
	if odd := count(t, d, "MATCH (b:Batch) WITH b.of AS of, count(*) AS n WHERE n <> 100 RETURN count(*)"); odd != 0 {
		t.Errorf("%d batches are half there", odd)
	}
	if n > 0 {
		if last := count(t, d, "MATCH (b:Batch) RETURN max(b.i)"); last != n {
			t.Errorf("%d nodes, but the last one is number %d", n, last)
		}
	}
	return n
}

// TestBatchesSurviveKill kills the server within CALL { … } IN TRANSACTIONS: the batches that others have seen are
// there afterwards, and none is half there.
func TestBatchesSurviveKill(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	s, d := start(t, dir, "--storage-wal-file-size-kib=64")
	session := open(t, d, neo4j.SessionConfig{})
	ended := make(chan error, 1)
	go func() { ended <- attempt(t.Context(), in(session), batching, nil) }()
	seen := awaitBatches(t, d, 1000)
	s.Kill()
	if err := <-ended; err == nil {
		t.Error("the statement succeeded on a server that was killed")
	}
	_, d = start(t, dir)
	if n := wholeBatches(t, d); n < seen {
		t.Errorf("%d nodes of %d that were committed are there", n, seen)
	}
}

// TestBatchesEnd ends CALL { … } IN TRANSACTIONS from outside and by its time limit: what was committed stays.
func TestBatchesEnd(t *testing.T) {
	t.Parallel()
	_, d := start(t, filepath.Join(t.TempDir(), "data"))
	session := open(t, d, neo4j.SessionConfig{})
	ended := make(chan error, 1)
	go func() { ended <- attempt(t.Context(), in(session), batching, nil) }()
	id := awaitQuery(t, d, "CREATE (:Batch")
	seen := awaitBatches(t, d, 300)
	query(t, d, "TERMINATE TRANSACTIONS '"+id+"'")
	wantFailure(t, <-ended, "Neo.ClientError.Transaction.Terminated", "the transaction was terminated by another session")
	awaitGone(t, d, id)
	if n := wholeBatches(t, d); n < seen {
		t.Errorf("%d nodes of %d that were committed are there", n, seen)
	}
	before := wholeBatches(t, d)
	r, err := session.Run(t.Context(), "UNWIND range(0, 9999) AS a UNWIND range(1, 10000) AS b "+
		"CALL (a, b) { CREATE (:Late {a: a, b: b}) } IN TRANSACTIONS OF 10 ROWS ON ERROR CONTINUE", nil, neo4j.WithTxTimeout(300*time.Millisecond))
	if err == nil {
		_, err = r.Consume(t.Context())
	}
	wantFailure(t, err, codeTimedOut, "the time limit of 300ms passed")
	if n := count(t, d, "MATCH (l:Late) RETURN count(l)"); n == 0 || n%10 != 0 {
		t.Errorf("%d nodes are there before the time limit", n)
	}
	if n := wholeBatches(t, d); n != before {
		t.Errorf("%d nodes, then %d", before, n)
	}
}

// TestBatchesInTransactions refuses what cannot commit by itself.
func TestBatchesInTransactions(t *testing.T) {
	t.Parallel()
	_, d := start(t, filepath.Join(t.TempDir(), "data"))
	session := open(t, d, neo4j.SessionConfig{})
	tx := begin(t, session)
	err := attempt(t.Context(), tx.Run, "UNWIND [1] AS i CALL (i) { CREATE (:Batch {i: i}) } IN TRANSACTIONS", nil)
	wantFailure(t, err, "Neo.ClientError.Transaction.ForbiddenDueToTransactionType", "multicommand transactions")
	if err = tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows, err := harness.Query(t.Context(), d, "UNWIND [2, 0, 1] AS i CALL (i) { CREATE (b:Batch {i: 10 / i}) RETURN b } "+
		"IN TRANSACTIONS OF 1 ROW ON ERROR CONTINUE REPORT STATUS AS s RETURN i, b, s", nil)
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range []any{int64(5), nil, int64(10)} {
		status, _ := rows[n].Values[2].(map[string]any)
		b, ok := rows[n].Values[1].(neo4j.Node)
		if ok != (want != nil) || ok && b.Props["i"] != want || status["committed"] != ok || (status["errorMessage"] == nil) != ok {
			t.Errorf("row %d is %v", n, rows[n].Values)
		}
	}
}
