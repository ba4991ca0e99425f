package durability_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// benchNodes is the size of the graph of the benchmarks; it has ten times as many
// relationships.
const benchNodes = 500_000

func benchOptions(dir string, s *storage.Store) durability.Options {
	return durability.Options{
		FS: vfs.OS(), Dir: dir, Store: s, WALEnabled: true, RecoveryOnStartup: true, Now: time.Now,
	}
}

// diskSpeed measures how fast this disk takes and gives bytes in sequence, in the same run.
func diskSpeed(b *testing.B, dir string, size int64) (written, read float64) {
	b.Helper()
	name := filepath.Join(dir, "sequential")
	buf := make([]byte, 1<<20)
	for i := range buf {
		buf[i] = byte(i * 7)
	}
	begin := time.Now()
	f, err := vfs.OS().Create(name)
	check(b, err)
	for off := int64(0); off < size; off += int64(len(buf)) {
		_, err := f.WriteAt(buf, off)
		check(b, err)
	}
	check(b, f.Sync())
	written = float64(size) / time.Since(begin).Seconds() / 1e6
	begin = time.Now()
	for off := int64(0); off < size; off += int64(len(buf)) {
		check(b, vfs.ReadFullAt(f, buf, off))
	}
	read = float64(size) / time.Since(begin).Seconds() / 1e6
	check(b, f.Close())
	check(b, vfs.OS().Remove(name))
	return written, read
}

func fill(b *testing.B, s *storage.Store) {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 1))
	label, err := s.InternLabel("Person")
	check(b, err)
	knows, err := s.InternType("KNOWS")
	check(b, err)
	id, err := s.InternKey("id")
	check(b, err)
	name, err := s.InternKey("name")
	check(b, err)
	l := s.NewLoader()
	for i := range benchNodes {
		check(b, l.Node(graph.NodeID(i), 0, []graph.LabelID{label}, []storage.Property{
			{Key: id, Value: value.Int(int64(i))}, {Key: name, Value: value.String(fmt.Sprintf("somebody called %d", i))},
		}))
	}
	for i := range 10 * benchNodes {
		check(b, l.Edge(graph.EdgeID(i), 0, knows, graph.NodeID(i/10), graph.NodeID(r.IntN(benchNodes)), nil))
	}
	check(b, l.Finish(1, 0, 0))
}

// BenchmarkSnapshot writes, verifies and loads an image of 500,000 nodes and 5 million
// relationships, beside the sequential speed of the disk.
func BenchmarkSnapshot(b *testing.B) {
	s := storage.New(storage.Options{})
	fill(b, s)
	dir := b.TempDir()
	o := snapshot.Options{FS: vfs.OS(), Dir: dir, Store: s, Now: time.Now, Workers: 2}
	var info snapshot.Info
	rate := func(b *testing.B, bytes int64, elapsed time.Duration) {
		b.Helper()
		mb := float64(bytes) / 1e6 / elapsed.Seconds()
		written, read := diskSpeed(b, dir, 256<<20)
		b.ReportMetric(mb, "MB/s")
		b.ReportMetric(5.5e6/elapsed.Seconds()/1e6, "Mthings/s")
		b.ReportMetric(written, "disk-write-MB/s")
		b.ReportMetric(read, "cache-read-MB/s")
		b.ReportMetric(0, "ns/op")
	}
	b.Run("create", func(b *testing.B) {
		for b.Loop() {
			var err error
			info, err = snapshot.Create(b.Context(), o)
			check(b, err)
		}
		rate(b, info.Bytes, b.Elapsed()/time.Duration(b.N))
	})
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			check(b, snapshot.Verify(b.Context(), vfs.OS(), info.Path, 2))
		}
		rate(b, info.Bytes, b.Elapsed()/time.Duration(b.N))
	})
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			to := storage.New(storage.Options{})
			f, err := snapshot.Open(vfs.OS(), info.Path)
			check(b, err)
			check(b, f.Fill(b.Context(), to, 2, nil))
			check(b, f.Close())
			check(b, to.Close())
		}
		rate(b, info.Bytes, b.Elapsed()/time.Duration(b.N))
	})
	check(b, s.Close())
}

// BenchmarkReplay opens a directory whose log holds 200,000 commits of one node, two
// properties and one relationship each.
func BenchmarkReplay(b *testing.B) {
	const commits = 200_000
	dir := filepath.Join(b.TempDir(), "data")
	s := storage.New(storage.Options{})
	o := benchOptions(dir, s)
	o.FlushEveryN = 10_000
	m, err := durability.Open(b.Context(), o)
	check(b, err)
	label, err := s.InternLabel("Person")
	check(b, err)
	knows, err := s.InternType("KNOWS")
	check(b, err)
	id, err := s.InternKey("id")
	check(b, err)
	name, err := s.InternKey("name")
	check(b, err)
	r := rand.New(rand.NewPCG(1, 1))
	for i := range commits {
		tx := s.Begin(storage.TxOptions{})
		n, err := tx.CreateNode([]graph.LabelID{label}, []storage.Property{
			{Key: id, Value: value.Int(int64(i))}, {Key: name, Value: value.String(fmt.Sprintf("somebody called %d", i))},
		})
		check(b, err)
		_, err = tx.CreateEdge(n, graph.NodeID(r.IntN(int(n)+1)), knows, nil)
		check(b, err)
		_, err = tx.Commit()
		check(b, err)
		tx.Release()
	}
	bytes := m.Info().LogBytes
	check(b, m.Close(b.Context()))
	check(b, s.Close())
	for b.Loop() {
		to := storage.New(storage.Options{})
		m, err := durability.Open(b.Context(), benchOptions(dir, to))
		check(b, err)
		if to.LastCommitted() != change.Index(commits) {
			b.Fatalf("recovered up to %d", to.LastCommitted())
		}
		check(b, m.Close(b.Context()))
		check(b, to.Close())
	}
	each := b.Elapsed() / time.Duration(b.N)
	written, read := diskSpeed(b, filepath.Dir(dir), 256<<20)
	b.ReportMetric(commits/each.Seconds()/1e6, "Mcommits/s")
	b.ReportMetric(float64(bytes)/1e6/each.Seconds(), "MB/s")
	b.ReportMetric(written, "disk-write-MB/s")
	b.ReportMetric(read, "cache-read-MB/s")
	b.ReportMetric(0, "ns/op")
}
