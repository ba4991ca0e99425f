package wal_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
	"memgraphd/test/groupcommit"
)

// payloadBytes is the size of a record in the benchmarks.
const payloadBytes = 200

// committer commits one record and waits until it is durable.
type committer interface {
	commit(payload []byte) error
	close() error
}

// BenchmarkCommit measures commits per second of the log beside a bare loop that writes
// and syncs the same bytes in groups, on the same disk, that of TMPDIR. The two take
// turns, and the medians are reported, since disks and neighbours vary.
func BenchmarkCommit(b *testing.B) {
	for _, clients := range []int{1, 8, 64, 512} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			var bare, log []float64
			dir := b.TempDir()
			for b.Loop() {
				for range 5 {
					bare = append(bare, measure(b, newBare(b, filepath.Join(dir, "bare")), clients))
					log = append(log, measure(b, newLogCommitter(b, filepath.Join(dir, "wal")), clients))
					must(b, os.RemoveAll(filepath.Join(dir, "wal")))
				}
			}
			b.ReportMetric(median(bare), "bare-commits/s")
			b.ReportMetric(median(log), "log-commits/s")
			b.ReportMetric(median(log)/median(bare), "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}

// turn is how long one measurement is.
const turn = time.Second / 2

func measure(b *testing.B, c committer, clients int) float64 {
	b.Helper()
	var stop atomic.Bool
	var total atomic.Int64
	var group sync.WaitGroup
	run := func() {
		payload := make([]byte, payloadBytes)
		n := int64(0)
		for !stop.Load() {
			if err := c.commit(payload); err != nil {
				b.Error(err)
				return
			}
			n++
		}
		total.Add(n)
	}
	begin := time.Now()
	for range clients {
		group.Go(run)
	}
	time.Sleep(turn)
	stop.Store(true)
	group.Wait()
	took := time.Since(begin)
	must(b, c.close())
	return float64(total.Load()) / took.Seconds()
}

// logCommitter is the log, used as the store uses it.
type logCommitter struct {
	l     *wal.Log
	mu    sync.Mutex
	index uint64
}

func newLogCommitter(b *testing.B, dir string) *logCommitter {
	b.Helper()
	l, err := wal.Open(wal.Options{FS: vfs.OS(), Dir: dir, Now: time.Now}, wal.End{})
	must(b, err)
	return &logCommitter{l: l}
}

func (c *logCommitter) commit(payload []byte) error {
	if err := c.l.Reserve(background(), payloadBytes); err != nil {
		return err
	}
	c.mu.Lock()
	c.index++
	w, err := c.l.Enqueue(wal.Record{Kind: wal.KindCommit, Index: c.index, Payload: payload, Reserved: payloadBytes})
	c.mu.Unlock()
	if err != nil {
		return err
	}
	return w.Wait()
}

func (c *logCommitter) close() error { return c.l.Close() }

// bare is a group commit with nothing around it.
type bare struct{ *groupcommit.Log }

func newBare(b *testing.B, name string) bare {
	b.Helper()
	l, err := groupcommit.Create(name)
	must(b, err)
	return bare{l}
}

func (c bare) commit(payload []byte) error { return c.Commit(payload) }

func (c bare) close() error { return c.Close() }
