// Package crash kills the built server and looks at what is left.
package crash

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
	"memgraphd/test/table"
)

const (
	clients = 8
	// killsDefault is how often the server is killed; MEMGRAPHD_KILLS changes it.
	killsDefault = 20
)

// writer is one client: it writes pairs numbered 1, 2, 3, … and knows which were
// acknowledged.
type writer struct {
	id    int
	next  int64
	acked map[int64]bool
}

// TestKill has clients write pairs of nodes in explicit transactions while snapshots run,
// kills the server at random, and checks after each restart on the same directory that no
// acknowledged pair is lost and none is half there.
func TestKill(t *testing.T) {
	kills := killsDefault
	if text := os.Getenv("MEMGRAPHD_KILLS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("MEMGRAPHD_KILLS=%q: %v", text, err)
		}
		kills = n
	}
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("MEMGRAPHD_SEED"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("MEMGRAPHD_SEED=%q: %v", text, err)
		}
		seed = n
	}
	t.Logf("MEMGRAPHD_SEED=%d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	binary, err := harness.Binary(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "data")
	writers := make([]*writer, clients)
	for i := range writers {
		writers[i] = &writer{id: i, next: 1, acked: make(map[int64]bool)}
	}
	total := 0
	began := time.Now()
	for round := range kills {
		snapshots := killOnce(t, binary, dir, writers, time.Duration(100+rng.IntN(500))*time.Millisecond)
		checked := checkPairs(t, binary, dir, writers)
		if t.Failed() {
			t.Fatalf("round %d of seed %d", round, seed)
		}
		total = checked
		t.Logf("round %d: %d snapshots, %d acknowledged pairs in all, none lost", round, snapshots, checked)
	}
	table.Add(t, table.Row{
		Test: "R6", What: "kill -9 under 8 writers of pairs, with snapshots", States: int64(kills), Acknowledged: int64(total),
		Seed: seed, Took: time.Since(began),
	})
	if total == 0 {
		t.Error("nothing was acknowledged: the test showed nothing")
	}
}

// killOnce lets the writers and a snapshot loop run for a while and kills the server.
func killOnce(t *testing.T, binary, dir string, writers []*writer, after time.Duration) (snapshots int64) {
	t.Helper()
	s, err := harness.Start(binary, dir, "--storage-wal-file-size-kib=64", "--storage-snapshot-retention-count=2")
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Driver()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := harness.Query(t.Context(), d, "CREATE INDEX ON :Left(n)", nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for _, w := range writers {
		running.Go(func() { w.run(ctx, d) })
	}
	var taken atomic.Int64
	running.Go(func() {
		for ctx.Err() == nil {
			if _, err := harness.Query(ctx, d, "CREATE SNAPSHOT", nil); err == nil {
				taken.Add(1)
			}
		}
	})
	time.Sleep(after)
	s.Kill()
	cancel()
	running.Wait()
	_ = d.Close(context.Background())
	return taken.Load()
}

// run writes pairs until ctx is done or the server is gone.
func (w *writer) run(ctx context.Context, d neo4j.DriverWithContext) {
	session := d.NewSession(ctx, neo4j.SessionConfig{})
	defer func() { _ = session.Close(context.Background()) }()
	for ctx.Err() == nil {
		n := w.next
		w.next++
		tx, err := session.BeginTransaction(ctx)
		if err != nil {
			return
		}
		params := map[string]any{"c": w.id, "n": n}
		if _, err := tx.Run(ctx, "CREATE (:Left {client: $c, n: $n})", params); err != nil {
			return
		}
		if _, err := tx.Run(ctx, "MATCH (l:Left {client: $c, n: $n}) CREATE (l)-[:PAIR]->(:Right {client: $c, n: $n})", params); err != nil {
			return
		}
		if err := tx.Commit(ctx); err != nil {
			return
		}
		w.acked[n] = true
	}
}

// checkPairs restarts the server and compares what is there with what was acknowledged.
func checkPairs(t *testing.T, binary, dir string, writers []*writer) (acked int) {
	t.Helper()
	s, err := harness.Start(binary, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Kill()
	d, err := s.Driver()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close(context.Background()) }()
	left := numbers(t, d, "MATCH (l:Left) RETURN l.client AS c, l.n AS n")
	right := numbers(t, d, "MATCH (r:Right) RETURN r.client AS c, r.n AS n")
	joined := numbers(t, d, "MATCH (l:Left)-[:PAIR]->(r:Right) WHERE l.n = r.n AND l.client = r.client RETURN l.client AS c, l.n AS n")
	for key := range left {
		if !right[key] || !joined[key] {
			t.Errorf("pair %v is half there", key)
		}
	}
	if len(right) != len(left) || len(joined) != len(left) {
		t.Errorf("%d left, %d right, %d joined", len(left), len(right), len(joined))
	}
	for _, w := range writers {
		for n := range w.acked {
			if !left[[2]int64{int64(w.id), n}] {
				t.Errorf("client %d: acknowledged pair %d is lost", w.id, n)
			}
		}
		acked += len(w.acked)
	}
	for key := range left {
		if n := writers[key[0]].next; key[1] >= n {
			t.Errorf("pair %v was never written", key)
		}
	}
	return acked
}

// numbers returns the pairs of client and number that a query gives.
func numbers(t *testing.T, d neo4j.DriverWithContext, text string) map[[2]int64]bool {
	t.Helper()
	rows, err := harness.Query(t.Context(), d, text, nil)
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[[2]int64]bool, len(rows))
	for _, row := range rows {
		c, cok := row.Values[0].(int64)
		n, nok := row.Values[1].(int64)
		key := [2]int64{c, n}
		if !cok || !nok || out[key] {
			t.Errorf("row %v is no pair, or twice there", row.Values)
		}
		out[key] = true
	}
	return out
}
