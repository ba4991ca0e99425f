package durability_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// latencies are those of the commits of one kind of phase.
type latencies struct {
	all []time.Duration
}

// at returns a quantile in microseconds.
func (l *latencies) at(q float64) float64 {
	if len(l.all) == 0 {
		return 0
	}
	slices.Sort(l.all)
	return float64(l.all[int(q*float64(len(l.all)-1))].Nanoseconds()) / 1e3
}

// BenchmarkWriters measures durable commits of one property by 8 writers, in turns of two
// seconds with and without snapshots that follow each other, for several throttles. The
// graph has 200,000 nodes and a million relationships, and a text of 200 bytes in each node.
func BenchmarkWriters(b *testing.B) {
	for _, mib := range []int64{16, 32, 64, 128, 0} {
		b.Run(fmt.Sprintf("throttle-%d-MiB", mib), func(b *testing.B) {
			s := storage.New(storage.Options{})
			o := benchOptions(filepath.Join(b.TempDir(), "data"), s)
			o.SnapshotBytesPerSecond = mib << 20
			m, err := durability.Open(b.Context(), o)
			check(b, err)
			key := fillByCommits(b, s)
			var phase [2]latencies
			snapshots := 0
			for b.Loop() {
				for kind := range phase {
					ctx, stop := context.WithCancel(b.Context())
					done := make(chan struct{})
					go func() {
						defer close(done)
						for kind == 1 && ctx.Err() == nil {
							if _, err := m.CreateSnapshot(ctx); err == nil {
								snapshots++
							}
						}
					}()
					phase[kind].all = append(phase[kind].all, commitFor(b, s, key, 2*time.Second)...)
					stop()
					<-done
				}
			}
			info := m.Info()
			b.ReportMetric(phase[0].at(0.5), "idle-p50-µs")
			b.ReportMetric(phase[0].at(0.99), "idle-p99-µs")
			b.ReportMetric(phase[1].at(0.5), "snapshot-p50-µs")
			b.ReportMetric(phase[1].at(0.99), "snapshot-p99-µs")
			b.ReportMetric(phase[1].at(0.99)/phase[0].at(0.99), "p99-ratio")
			b.ReportMetric(float64(snapshots)*float64(info.LastSnapshot.Bytes)/1e6/(2*float64(b.N)), "snapshot-MB/s")
			b.ReportMetric(0, "ns/op")
			check(b, m.Close(b.Context()))
			check(b, s.Close())
		})
	}
}

// fillByCommits fills a store whose commits are logged.
func fillByCommits(b *testing.B, s *storage.Store) graph.KeyID {
	b.Helper()
	const nodes, each, batch = 200_000, 5, 2_000
	r := rand.New(rand.NewPCG(1, 1))
	label, err := s.InternLabel("Person")
	check(b, err)
	knows, err := s.InternType("KNOWS")
	check(b, err)
	about, err := s.InternKey("about")
	check(b, err)
	key, err := s.InternKey("n")
	check(b, err)
	for from := 0; from < nodes; from += batch {
		tx := s.Begin(storage.TxOptions{})
		for range batch {
			_, err := tx.CreateNode([]graph.LabelID{label}, []storage.Property{
				{Key: about, Value: value.String(fmt.Sprintf("%0200d", r.Uint64()))}, {Key: key, Value: value.Int(0)},
			})
			check(b, err)
		}
		for i := range batch * each {
			_, err := tx.CreateEdge(graph.NodeID(from+i/each), graph.NodeID(r.IntN(from+batch)), knows, nil)
			check(b, err)
		}
		_, err := tx.Commit()
		check(b, err)
		tx.Release()
	}
	return key
}

// commitFor commits with 8 writers and returns how long each commit took.
func commitFor(b *testing.B, s *storage.Store, key graph.KeyID, d time.Duration) []time.Duration {
	b.Helper()
	const writers, nodes = 8, 200_000
	var took [writers][]time.Duration
	var stop atomic.Bool
	var group sync.WaitGroup
	timer := time.AfterFunc(d, func() { stop.Store(true) })
	defer timer.Stop()
	for w := range writers {
		group.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 1))
			for !stop.Load() {
				tx := s.Begin(storage.TxOptions{})
				// Each writer has nodes of its own, so that none meets a conflict.
				id := graph.NodeID(r.IntN(nodes/writers)*writers + w)
				if err := tx.SetNodeProperty(id, key, value.Int(r.Int64())); err != nil {
					b.Error(err)
					return
				}
				begin := time.Now()
				if _, err := tx.Commit(); err != nil {
					b.Error(err)
					return
				}
				took[w] = append(took[w], time.Since(begin))
				tx.Release()
			}
		})
	}
	group.Wait()
	return slices.Concat(took[:]...)
}
