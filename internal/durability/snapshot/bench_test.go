package snapshot_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// discard measures the reader alone.
type discard struct{ sink }

func benchStore(b *testing.B, n int) *storage.Store {
	b.Helper()
	s := storage.New(storage.Options{})
	b.Cleanup(func() { must[bool](b)(true, s.Close()) })
	r := rand.New(rand.NewPCG(1, 1))
	label := must[graph.LabelID](b)(s.InternLabel("Person"))
	knows := must[graph.TypeID](b)(s.InternType("KNOWS"))
	id := must[graph.KeyID](b)(s.InternKey("id"))
	name := must[graph.KeyID](b)(s.InternKey("name"))
	l := s.NewLoader()
	for i := range n {
		must[bool](b)(true, l.Node(graph.NodeID(i), 0, []graph.LabelID{label}, []storage.Property{
			{Key: id, Value: value.Int(int64(i))}, {Key: name, Value: value.String(fmt.Sprintf("somebody %d", i))},
		}))
	}
	for i := range 5 * n {
		must[bool](b)(true, l.Edge(graph.EdgeID(i), 0, knows, graph.NodeID(i/5), graph.NodeID(r.IntN(n)), nil))
	}
	must[bool](b)(true, l.Finish(1, 0, 0))
	return s
}

func BenchmarkCreate(b *testing.B) {
	s := benchStore(b, 200_000)
	dir := b.TempDir()
	o := options(vfs.OS(), s)
	o.Dir, o.BlockBytes = dir, 0
	for b.Loop() {
		info := must[snapshot.Info](b)(snapshot.Create(b.Context(), o))
		b.SetBytes(info.Bytes)
	}
}

func BenchmarkLoad(b *testing.B) {
	s := benchStore(b, 200_000)
	o := options(vfs.OS(), s)
	o.Dir, o.BlockBytes = b.TempDir(), 0
	info := must[snapshot.Info](b)(snapshot.Create(b.Context(), o))
	b.SetBytes(info.Bytes)
	run := func(name string, into func() (snapshot.Sink, change.Interner, func())) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(info.Bytes)
			for b.Loop() {
				f := must[*snapshot.File](b)(snapshot.Open(vfs.OS(), info.Path))
				to, in, end := into()
				must[bool](b)(true, f.Load(b.Context(), to, in))
				end()
				must[bool](b)(true, f.Close())
			}
		})
	}
	run("decode", func() (snapshot.Sink, change.Interner, func()) { return &discard{}, interner{}, func() {} })
	run("store", func() (snapshot.Sink, change.Interner, func()) {
		to := storage.New(storage.Options{})
		l := to.NewLoader()
		return l, to, func() {
			must[bool](b)(true, l.Finish(info.Index, 0, 0))
			must[bool](b)(true, to.Close())
		}
	})
	b.Run("fill", func(b *testing.B) {
		b.SetBytes(info.Bytes)
		for b.Loop() {
			to := storage.New(storage.Options{})
			f := must[*snapshot.File](b)(snapshot.Open(vfs.OS(), info.Path))
			must[bool](b)(true, f.Fill(b.Context(), to, 2, nil))
			must[bool](b)(true, f.Close())
			must[bool](b)(true, to.Close())
		}
	})
	run("verify", func() (snapshot.Sink, change.Interner, func()) {
		must[bool](b)(true, snapshot.Verify(b.Context(), vfs.OS(), info.Path, 2))
		return &discard{}, interner{}, func() {}
	})
}
