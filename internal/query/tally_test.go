package query_test

import (
	"testing"
	"time"

	"memgraphd/internal/query"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// TestTally counts what succeeds and what fails, each once.
func TestTally(t *testing.T) {
	t.Parallel()
	e := open(t, nil)
	a, b := e.NewSession(query.SessionOptions{ID: "a"}), e.NewSession(query.SessionOptions{ID: "b"})
	defer a.Close()
	defer b.Close()
	run := func(s *query.Session, texts ...string) {
		for _, text := range texts {
			_, _ = drain(t, s, text) // some fail, as the counts say
		}
	}
	run(a, "CREATE (:N {i: 1})", "CREATE (:N {i: 2})-[:R]->(:N {i: 3})", "MATCH (n:N) RETURN n", "MATCH (n:N {i: 1}) SET n.x = 1 RETURN n")
	run(a, "CREATE INDEX ON :N(i)", "EXPLAIN MATCH (n) RETURN n", "MATCH (n:N {i: 2}) DETACH DELETE n")
	run(a, "THIS IS NONE", "RETURN $missing", "UNWIND [1, 0] AS i RETURN 1 / i")
	if err := a.Begin(t.Context(), query.TxOptions{}); err != nil {
		t.Fatal(err)
	}
	run(a, "MATCH (n:N {i: 1}) SET n.x = 2", "MATCH (n:N) RETURN n")
	run(b, "MATCH (n:N {i: 1}) SET n.x = 3") // another changes it
	if _, err := a.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	run(a, "BEGIN", "CREATE (:N)", "ROLLBACK")
	run(a, "BEGIN")
	r, err := a.Run(t.Context(), "UNWIND range(1, 5000) AS i RETURN i", value.Null, query.TxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if more, err := r.Pull(t.Context(), 1, func(*batch.Batch, batch.Entities) error { return nil }); err != nil || !more {
		t.Fatalf("%t, %v", more, err)
	}
	run(a, "COMMIT") // the rest of the rows is not wanted
	y := e.Tally()
	got := map[string]uint64{
		"read": y.Successful(query.Reading), "write": y.Successful(query.Writing), "read_write": y.Successful(query.ReadingWriting),
		"schema": y.Successful(query.Steering), "commit": y.Successful(query.Committing),
		"failed prepares": y.FailedPrepares, "failed pulls": y.FailedPulls, "conflicts": y.Conflicts,
		"transient": y.TransientFailures, "server": y.ServerFailures, "committed": y.Committed, "rolled back": y.RolledBack,
		"nodes deleted": y.NodesDeleted, "edges deleted": y.EdgesDeleted,
	}
	for name, want := range map[string]uint64{
		"read": 4, "write": 3, "read_write": 3, "schema": 4, "commit": 2, "failed prepares": 3, "failed pulls": 1,
		"conflicts": 1, "transient": 1, "server": 0, "committed": 7, "rolled back": 3, "nodes deleted": 1, "edges deleted": 1,
	} {
		if got[name] != want {
			t.Errorf("%s: %d, want %d", name, got[name], want)
		}
	}
	if sum := y.Latencies[query.Reading].Sum; sum <= 0 || sum > time.Minute {
		t.Errorf("reads took %s", sum)
	}
	if y.PlansMade == 0 {
		t.Error("no plans were made")
	}
}

// TestTallyIsFree holds that counting takes no memory.
func TestTallyIsFree(t *testing.T) {
	e := open(t, nil)
	s := e.NewSession(query.SessionOptions{ID: "a"})
	defer s.Close()
	for _, took := range []time.Duration{0, time.Millisecond, time.Hour} {
		if n := testing.AllocsPerRun(100, func() { query.Count(s, query.Reading, took) }); n != 0 {
			t.Errorf("counting %s takes %v allocations", took, n)
		}
	}
	y := e.Tally()
	counts := y.Latencies[query.Reading].Counts
	if each := counts[0]; each < 100 || counts[6] != each || counts[len(counts)-1] != each {
		t.Errorf("the latencies are not where they belong: %v", counts)
	}
}

// BenchmarkTally is what counting a statement takes.
func BenchmarkTally(b *testing.B) {
	e := open(b, nil)
	s := e.NewSession(query.SessionOptions{ID: "a"})
	defer s.Close()
	b.ReportAllocs()
	for b.Loop() {
		query.Count(s, query.Reading, 30*time.Microsecond)
	}
}
