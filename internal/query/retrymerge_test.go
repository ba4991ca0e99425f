package query_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"memgraphd/internal/query"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/value"
)

// TestMergeNeverMakesTwo lets sessions MERGE the same few values at once under a unique
// constraint: each succeeds, because one that lost to another is run again.
func TestMergeNeverMakesTwo(t *testing.T) {
	const sessions, values = 6, 40
	var store *storage.Store
	e := open(t, func(o *query.Options) { store = o.Store })
	first := e.NewSession(query.SessionOptions{Address: "127.0.0.1:1", ID: "first"})
	defer first.Close()
	mustRun(t, first, "CREATE CONSTRAINT ON (n:Item) ASSERT n.a, n.b IS UNIQUE")
	var conflicts atomic.Int64
	var group sync.WaitGroup
	for i := range uint64(sessions) {
		group.Go(func() {
			s := e.NewSession(query.SessionOptions{Address: "127.0.0.1:1", ID: strconv.FormatUint(i, 10)})
			defer s.Close()
			for _, v := range rand.New(rand.NewPCG(i, 1)).Perm(values) {
				text := fmt.Sprintf("MERGE (n:Item {a: %d, b: 'x'})", v)
				if _, err := s.Run(t.Context(), text, value.Null, query.TxOptions{}); err != nil {
					f := failure.Of(err)
					if f == nil || f.Detail != "ConflictingTransactions" {
						t.Error(err)
					}
					conflicts.Add(1)
				}
			}
		})
	}
	group.Wait()
	if n := store.NodeCount(); n != values {
		t.Errorf("%d nodes for %d values", n, values)
	}
	if n := conflicts.Load(); n > 0 {
		t.Errorf("%d conflicts", n)
	}
}

func mustRun(t *testing.T, s *query.Session, text string) {
	t.Helper()
	if _, err := s.Run(t.Context(), text, value.Null, query.TxOptions{}); err != nil {
		t.Fatal(err)
	}
}
