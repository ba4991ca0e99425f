package durability_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/query"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
	"memgraphd/test/groupcommit"
)

// commitTurn is how long one way to commit is measured before it is another's turn.
const commitTurn = time.Second / 2

// BenchmarkCommits measures durable commits of one node with one property, in process, in
// turns with a bare group commit on the same disk: by transactions of the store, and by the
// statement CREATE (:Write {n: $n}) through sessions. It reports the medians.
func BenchmarkCommits(b *testing.B) {
	for _, clients := range []int{1, 12, 48, 512} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			dir := b.TempDir()
			ways := []commitWay{newBareGroup(b, filepath.Join(dir, "bare")), newStoreCommits(b, filepath.Join(dir, "store")), newStatements(b, filepath.Join(dir, "query"))}
			rates, used := make([][]float64, len(ways)), make([]time.Duration, len(ways))
			counts := make([]int64, len(ways))
			for b.Loop() {
				for range 5 {
					for i, way := range ways {
						begin := processorTime()
						rate, n := commitRate(b, way, clients)
						used[i], counts[i] = used[i]+processorTime()-begin, counts[i]+n
						rates[i] = append(rates[i], rate)
					}
				}
			}
			for i, name := range []string{"bare", "store", "query"} {
				slices.Sort(rates[i])
				median := rates[i][len(rates[i])/2]
				b.ReportMetric(median, name+"/s")
				b.ReportMetric(float64(used[i].Nanoseconds())/1e3/float64(max(counts[i], 1)), name+"-cpu-µs")
				if i > 0 {
					b.ReportMetric(median/rates[0][len(rates[0])/2], name+"-ratio")
				}
				ways[i].close(b)
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// commitWay is a way to commit durably.
type commitWay interface {
	// client returns what commits once, and is called by one goroutine.
	client(n int) func() error
	close(b *testing.B)
}

func commitRate(b *testing.B, way commitWay, clients int) (perSecond float64, count int64) {
	b.Helper()
	var stop atomic.Bool
	var total atomic.Int64
	var group sync.WaitGroup
	begin := time.Now()
	for c := range clients {
		once := way.client(c)
		group.Go(func() {
			n := int64(0)
			for ; !stop.Load(); n++ {
				if err := once(); err != nil {
					b.Error(err)
					return
				}
			}
			total.Add(n)
		})
	}
	time.Sleep(commitTurn)
	stop.Store(true)
	group.Wait()
	return float64(total.Load()) / time.Since(begin).Seconds(), total.Load()
}

// storeCommits are transactions of the store.
type storeCommits struct {
	s     *storage.Store
	m     *durability.Manager
	label graph.LabelID
	key   graph.KeyID
}

func newStoreCommits(b *testing.B, dir string) *storeCommits {
	b.Helper()
	w := &storeCommits{s: storage.New(storage.Options{})}
	var err error
	w.m, err = durability.Open(b.Context(), benchOptions(dir, w.s))
	check(b, err)
	w.label, err = w.s.InternLabel("Write")
	check(b, err)
	w.key, err = w.s.InternKey("n")
	check(b, err)
	return w
}

func (w *storeCommits) client(n int) func() error {
	labels, next := []graph.LabelID{w.label}, int64(n)<<32
	tx := &storage.Tx{} // used again, as sessions do
	return func() error {
		next++
		w.s.BeginIn(tx, storage.TxOptions{})
		defer tx.Release()
		if _, err := tx.CreateNode(labels, []storage.Property{{Key: w.key, Value: value.Int(next)}}); err != nil {
			return err
		}
		_, err := tx.Commit()
		return err
	}
}

func (w *storeCommits) close(b *testing.B) {
	b.Helper()
	check(b, w.m.Close(b.Context()))
	check(b, w.s.Close())
}

// statements are Cypher through sessions.
type statements struct {
	*storeCommits
	e        *query.Engine
	sessions []*query.Session
}

func newStatements(b *testing.B, dir string) *statements {
	b.Helper()
	w := &statements{storeCommits: newStoreCommits(b, dir)}
	var err error
	w.e, err = query.New(query.Options{Store: w.s, Now: time.Now, Budget: memory.New("bench", 0)})
	check(b, err)
	return w
}

func (w *statements) client(n int) func() error {
	for len(w.sessions) <= n {
		w.sessions = append(w.sessions, w.e.NewSession(query.SessionOptions{}))
	}
	s, next := w.sessions[n], int64(n)<<32
	none := func(*batch.Batch, batch.Entities) error { return nil }
	entries := make([]value.Entry, 1)
	return func() error {
		next++
		entries[0] = value.Entry{Key: "n", Value: value.Int(next)}
		r, err := s.Run(context.Background(), "CREATE (:Write {n: $n})", value.Map(entries), query.TxOptions{})
		if err != nil {
			return err
		}
		if _, err = r.Pull(context.Background(), -1, none); err != nil {
			return err
		}
		r.Release()
		return nil
	}
}

func (w *statements) close(b *testing.B) {
	b.Helper()
	for _, s := range w.sessions {
		s.Close()
	}
	w.e.Close()
	w.storeCommits.close(b)
}

// bareGroup is a group commit with nothing around it.
type bareGroup struct{ *groupcommit.Log }

// bareGroupRecord is the size of its records.
const bareGroupRecord = 200

func newBareGroup(b *testing.B, name string) bareGroup {
	b.Helper()
	l, err := groupcommit.Create(name)
	check(b, err)
	return bareGroup{l}
}

func (g bareGroup) client(int) func() error {
	record := make([]byte, bareGroupRecord)
	return func() error { return g.Commit(record) }
}

func (g bareGroup) close(b *testing.B) {
	b.Helper()
	check(b, g.Close())
}
