package durability_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"syscall"
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
	check(b, vfs.Forget(f, 0, size)) // so that it is read from the disk
	begin = time.Now()
	for off := int64(0); off < size; off += int64(len(buf)) {
		check(b, vfs.ReadFullAt(f, buf, off))
	}
	read = float64(size) / time.Since(begin).Seconds() / 1e6
	check(b, f.Close())
	check(b, vfs.OS().Remove(name))
	return written, read
}

// fill makes a graph of nodes with an id and a text, and a number of relationships each.
func fill(b *testing.B, s *storage.Store, nodes, each, text int) {
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
	for i := range nodes {
		check(b, l.Node(graph.NodeID(i), 0, []graph.LabelID{label}, []storage.Property{
			{Key: id, Value: value.Int(int64(i))}, {Key: name, Value: value.String(fmt.Sprintf("somebody called %0*d", text, i))},
		}))
	}
	for i := range each * nodes {
		check(b, l.Edge(graph.EdgeID(i), 0, knows, graph.NodeID(i/each), graph.NodeID(r.IntN(nodes)), nil))
	}
	check(b, l.Finish(1, 0, 0))
}

// BenchmarkSnapshot writes, verifies and loads two images, beside the sequential speed of the
// disk: one of 500,000 nodes and 5 million relationships, which has 7 bytes a relationship,
// and one of 300,000 nodes with a text of 1,000 bytes and a relationship each.
func BenchmarkSnapshot(b *testing.B) {
	for _, g := range []struct {
		name              string
		nodes, each, text int
	}{
		{"edges", benchNodes, 10, 0}, {"text", 300_000, 1, 1000},
	} {
		b.Run(g.name, func(b *testing.B) {
			s := storage.New(storage.Options{})
			fill(b, s, g.nodes, g.each, g.text)
			benchSnapshot(b, s, g.nodes*(1+g.each))
			check(b, s.Close())
		})
	}
}

func benchSnapshot(b *testing.B, s *storage.Store, things int) {
	b.Helper()
	dir := b.TempDir()
	o := snapshot.Options{FS: vfs.OS(), Dir: dir, Store: s, Now: time.Now, Workers: 2}
	var info snapshot.Info
	run := func(name string, fn func(b *testing.B)) {
		b.Run(name, func(b *testing.B) {
			processor := processorTime()
			for b.Loop() {
				fn(b)
			}
			used, each := processorTime()-processor, b.Elapsed()/time.Duration(b.N)
			written, read := diskSpeed(b, dir, 512<<20)
			mb := float64(info.Bytes) / 1e6
			b.ReportMetric(mb/each.Seconds(), "MB/s")
			b.ReportMetric(mb*float64(b.N)/used.Seconds(), "MB/cpu-s")
			b.ReportMetric(float64(things)/each.Seconds()/1e6, "Mthings/s")
			b.ReportMetric(written, "disk-write-MB/s")
			b.ReportMetric(read, "disk-read-MB/s")
			b.ReportMetric(0, "ns/op")
		})
	}
	run("create", func(b *testing.B) {
		b.Helper()
		if info.Path != "" {
			check(b, o.FS.Remove(info.Path))
		}
		var err error
		info, err = snapshot.Create(b.Context(), o)
		check(b, err)
	})
	run("verify", func(b *testing.B) {
		b.Helper()
		check(b, snapshot.Verify(b.Context(), vfs.OS(), info.Path, 2))
	})
	run("load", func(b *testing.B) {
		b.Helper()
		to := storage.New(storage.Options{})
		f, err := snapshot.Open(vfs.OS(), info.Path)
		check(b, err)
		check(b, f.Fill(b.Context(), to, 2, nil))
		check(b, f.Close())
		check(b, to.Close())
	})
	check(b, o.FS.Remove(info.Path))
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
	begun := 0.0
	check(b, m.Close(b.Context()))
	check(b, s.Close())
	for b.Loop() {
		if begun == 0 {
			begun = processorSeconds(b)
		}
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
	busy := (processorSeconds(b) - begun) / float64(b.N) // before the disk is measured, which takes some too
	written, read := diskSpeed(b, filepath.Dir(dir), 256<<20)
	b.ReportMetric(commits/each.Seconds()/1e6, "Mcommits/s")
	b.ReportMetric(commits/busy/1e6, "Mcommits/s/core")
	b.ReportMetric(float64(bytes)/1e6/busy, "MB/s/core")
	b.ReportMetric(float64(bytes)/1e6/each.Seconds(), "MB/s")
	b.ReportMetric(written, "disk-write-MB/s")
	b.ReportMetric(read, "disk-read-MB/s")
	b.ReportMetric(0, "ns/op")
}

// processorSeconds returns the time that the processors have worked for this process, which
// says more than the clock where they also work for others.
func processorSeconds(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	check(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}
