package snapshot_test

import (
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// TestWhileWritersGoOn compares each image with what a model says of its commit.
func TestWhileWritersGoOn(t *testing.T) {
	s := randomStore(t, 7, 300)
	var stop atomic.Bool
	var writers sync.WaitGroup
	key := must[graph.KeyID](t)(s.InternKey("pair"))
	label := must[graph.LabelID](t)(s.InternLabel("Pair"))
	for w := range 2 {
		writers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 9))
			for made := 0; made < 20_000 && !stop.Load(); made++ {
				tx := s.Begin(storage.TxOptions{})
				v := value.Int(r.Int64())
				_, err1 := tx.CreateNode([]graph.LabelID{label}, []storage.Property{{Key: key, Value: v}})
				_, err2 := tx.CreateNode([]graph.LabelID{label}, []storage.Property{{Key: key, Value: v}})
				if err1 == nil && err2 == nil {
					_, err1 = tx.Commit()
				}
				if err := errors.Join(err1, err2); err != nil && !errors.Is(err, storage.ErrConflict) {
					t.Error(err)
					return
				}
				tx.Rollback()
			}
		})
	}
	fsys := newFS(t)
	for range 10 {
		info := must[snapshot.Info](t)(snapshot.Create(t.Context(), options(fsys, s)))
		got := must[*storage.Store](t)(load(t, fsys, info.Path))
		base := got.NodeCount() - got.LabelCount(must[graph.LabelID](t)(got.InternLabel("Pair")))
		if pairs := 2 * int64(info.Index-3); got.NodeCount() != base+pairs {
			t.Fatalf("snapshot of commit %d holds %d pair nodes, want %d", info.Index, got.NodeCount()-base, pairs)
		}
	}
	stop.Store(true)
	writers.Wait()
}
