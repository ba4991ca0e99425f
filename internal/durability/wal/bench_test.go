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

// bare is a group commit with nothing around it: no header, no checksum, no rotation, a
// file zeroed before the clock starts.
type bare struct {
	file  *os.File
	mu    sync.Mutex
	buf   []byte
	group chan struct{}
	wake  chan struct{}
	done  chan error
}

const bareBytes = 256 << 20

func newBare(b *testing.B, name string) *bare {
	b.Helper()
	f, err := vfs.OS().Create(name)
	must(b, err)
	must(b, f.Preallocate(0, bareBytes))
	must(b, f.Sync())
	must(b, f.Close())
	file, err := os.OpenFile(name, os.O_RDWR, 0)
	must(b, err)
	c := &bare{file: file, group: make(chan struct{}), wake: make(chan struct{}, 1), done: make(chan error, 1)}
	go c.run()
	return c
}

func (c *bare) commit(payload []byte) error {
	c.mu.Lock()
	first := len(c.buf) == 0
	c.buf = append(c.buf, payload...)
	c.buf = append(c.buf, make([]byte, 56)...)
	group := c.group
	c.mu.Unlock()
	if first {
		select {
		case c.wake <- struct{}{}:
		default:
		}
	}
	<-group
	return nil
}

func (c *bare) run() {
	var spare []byte
	var off int64
	for range c.wake {
		c.mu.Lock()
		buf, group := c.buf, c.group
		c.buf, c.group = spare[:0], make(chan struct{})
		c.mu.Unlock()
		if len(buf) == 0 {
			continue
		}
		if off+int64(len(buf)) > bareBytes {
			off = 0
		}
		if _, err := c.file.WriteAt(buf, off); err != nil {
			c.done <- err
			return
		}
		if err := fdatasync(c.file); err != nil {
			c.done <- err
			return
		}
		off += int64(len(buf))
		spare = buf
		close(group)
	}
	c.done <- nil
}

func (c *bare) close() error {
	close(c.wake)
	err := <-c.done
	if closeErr := c.file.Close(); err == nil {
		err = closeErr
	}
	return err
}
