package durability_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/query"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
	"memgraphd/test/model/generate"
	"memgraphd/test/table"
)

// TestCypherEqualsModel is R13: random statements that write, from MEMGRAPHD_MODELS (40)
// seeds from MEMGRAPHD_SEED (1) on. The graph equals the model of its commits, and is the
// same after the server was stopped, or crashed, and started again.
func TestCypherEqualsModel(t *testing.T) {
	first := uint64(1)
	if os.Getenv("MEMGRAPHD_SEED") != "" {
		first = table.Seed(t)
	}
	seeds := table.Count(t, "MEMGRAPHD_MODELS", table.Fewer(40))
	began := time.Now()
	var commits, next atomic.Int64
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for !t.Failed() {
				i := next.Add(1) - 1
				if i >= int64(seeds) {
					return
				}
				commits.Add(cypherHistory(t, first+uint64(i)))
			}
		})
	}
	workers.Wait()
	row := table.Row{Test: "R13", What: "random Cypher equals its model, before and after a start", States: int64(seeds), Seed: first}
	row.Acknowledged, row.Took = commits.Load(), time.Since(began)
	if t.Failed() {
		row.Undetected++
	}
	table.Add(t, row)
}

// cypherHistory runs the statements of one seed and returns how many commits they made.
func cypherHistory(t *testing.T, seed uint64) int64 {
	t.Helper()
	fail := func(format string, args ...any) {
		t.Errorf("MEMGRAPHD_SEED=%d: %s", seed, fmt.Sprintf(format, args...))
	}
	r := rand.New(rand.NewPCG(seed, 13))
	fsys := vfs.NewMem(seed)
	d := open(t, fsys)
	e, err := query.New(query.Options{
		Store: d.s, Now: time.Now, Budget: memory.New("model", 1<<28), QueryTimeout: func() time.Duration { return 300 * time.Millisecond },
	})
	if err != nil {
		fail("%v", err)
		return 0
	}
	s := e.NewSession(query.SessionOptions{ID: "model"})
	texts := []string{
		"CREATE INDEX ON :A(i)", "CREATE INDEX ON :B", "CREATE ENUM Status VALUES { Good, Bad }",
		"CREATE CONSTRAINT ON (n:Z) ASSERT n.i IS UNIQUE", generate.Graph(r).Text(),
	}
	for range 12 {
		texts = append(texts, generate.Write(r).Text)
	}
	texts = append(texts, "DROP INDEX ON :B")
	for _, text := range texts {
		execute(s, text)
		switch r.IntN(12) {
		case 0:
			if _, err := d.m.CreateSnapshot(t.Context()); err != nil {
				fail("%v", err)
			}
		case 1:
			if err := d.m.RotateLog(t.Context()); err != nil {
				fail("%v", err)
			}
		}
	}
	s.Close()
	e.Close()
	last := d.s.LastCommitted()
	want := graphText(d.s)
	if model := d.rec.state(last); model != want {
		fail("the graph is not that of its commits:\n%s", diff(want, model))
	}
	crashed := fsys.CrashClone(vfs.CrashModels()[r.IntN(len(vfs.CrashModels()))])
	d.close()
	for _, disk := range []*vfs.Mem{crashed, fsys} {
		again, err := tryOpen(t, disk)
		if err != nil {
			fail("%v", err)
			return int64(last)
		}
		if got := graphText(again.s); got != want {
			fail("the graph is another after a start:\n%s", diff(got, want))
		}
		if err := again.s.Check(); err != nil {
			fail("%v", err)
		}
		again.close()
	}
	return int64(last)
}

// execute runs a statement; one that fails has changed nothing.
func execute(s *query.Session, text string) {
	if text == "" {
		return
	}
	result, err := s.Run(context.Background(), text, value.Null, query.TxOptions{})
	if err != nil {
		return
	}
	_, _ = result.Pull(context.Background(), -1, func(*batch.Batch, batch.Entities) error { return nil })
	result.Close()
}
