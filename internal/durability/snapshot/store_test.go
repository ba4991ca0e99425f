package snapshot_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
	"memgraphd/internal/storage/value/valuetest"
)

var wall = time.Date(2026, 3, 4, 5, 6, 7, 8000, time.UTC)

func options(fsys vfs.FS, s *storage.Store) snapshot.Options {
	return snapshot.Options{
		FS: fsys, Dir: "snapshots", Store: s, Database: [16]byte{1, 2, 3}, Timeline: 1,
		Now: func() time.Time { return wall }, Workers: 2, BlockBytes: 1 << 10, PieceBytes: 8 << 10,
	}
}

func newFS(tb testing.TB) *vfs.Mem {
	tb.Helper()
	m := vfs.NewMem(1)
	if err := errors.Join(m.MkdirAll("snapshots"), m.SyncDir(".")); err != nil {
		tb.Fatal(err)
	}
	return m
}

// text renders a view with names in place of ids.
func text(s *storage.Store, tx *storage.Tx) string {
	var b strings.Builder
	props := func(list []storage.Property) {
		var out []string
		for _, p := range list {
			encoded, err := codec.AppendValue(nil, p.Value)
			out = append(out, fmt.Sprintf(" %s=%q%v", s.KeyName(p.Key), encoded, err))
		}
		slices.Sort(out)
		b.WriteString(strings.Join(out, "") + "\n")
	}
	var ids [100]graph.NodeID
	for scan, n := tx.ScanNodes(), 1; n > 0; {
		n = scan.Next(ids[:])
		for _, id := range ids[:n] {
			var labels []string
			for _, l := range tx.AppendLabels(nil, id) {
				labels = append(labels, s.LabelName(l))
			}
			slices.Sort(labels)
			fmt.Fprintf(&b, "n%d/%d %v", id, tx.NodeGeneration(id), labels)
			props(tx.AppendNodeProperties(nil, id))
		}
	}
	var edges [100]graph.Edge
	for scan, n := tx.ScanEdges(nil), 1; n > 0; {
		n = scan.Next(edges[:])
		for _, e := range edges[:n] {
			fmt.Fprintf(&b, "r%d/%d %d-%s>%d", e.ID, tx.EdgeGeneration(e.ID), tx.EdgeSource(e), s.TypeName(tx.EdgeType(e)), e.Dst)
			props(tx.AppendEdgeProperties(nil, e))
		}
	}
	return b.String()
}

func textNow(s *storage.Store) string {
	tx := s.Begin(storage.TxOptions{ReadOnly: true})
	defer tx.Release()
	var out strings.Builder
	out.WriteString(text(s, tx))
	for _, e := range s.Entries("") {
		fmt.Fprintf(&out, "entry %s %q %q\n", e.Kind, e.Name, e.Data)
	}
	return out.String()
}

func randomValue(r *rand.Rand, depth int) value.Value {
	switch n := r.IntN(10); {
	case n == 0:
		return value.Int(r.Int64() >> r.IntN(64))
	case n == 1:
		return value.Float(r.NormFloat64())
	case n == 2:
		return value.Bool(r.IntN(2) == 0)
	case n == 3 && depth > 0:
		return value.List([]value.Value{randomValue(r, depth-1), value.Null, randomValue(r, depth-1)})
	case n == 4 && depth > 0:
		return value.Map([]value.Entry{{Key: "k", Value: randomValue(r, depth-1)}, {Key: "", Value: value.True}})
	case n == 5:
		return value.List([]value.Value{value.Float(1.5), value.Float(-2)})
	}
	if n := r.IntN(3); n == 0 {
		samples := valuetest.Samples()
		return samples[r.IntN(len(samples))]
	}
	return value.String(words[r.IntN(len(words))])
}

func must[T any](tb testing.TB) func(T, error) T {
	tb.Helper()
	return func(v T, err error) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return v
	}
}

// randomStore returns a store with about n nodes and 2n relationships, with gaps.
func randomStore(tb testing.TB, seed uint64, n int) *storage.Store {
	tb.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	s := storage.New(storage.Options{})
	tb.Cleanup(func() { must[bool](tb)(true, s.Close()) })
	var labels []graph.LabelID
	var keys []graph.KeyID
	var types []graph.TypeID
	for i := range 5 {
		labels = append(labels, must[graph.LabelID](tb)(s.InternLabel(fmt.Sprintf("L%d", i))))
		keys = append(keys, must[graph.KeyID](tb)(s.InternKey(fmt.Sprintf("k%d", i))))
		types = append(types, must[graph.TypeID](tb)(s.InternType(fmt.Sprintf("T%d", i))))
	}
	props := func() []storage.Property {
		var out []storage.Property
		for _, k := range keys {
			if r.IntN(3) == 0 {
				out = append(out, storage.Property{Key: k, Value: randomValue(r, 2)})
			}
		}
		return out
	}
	tx := s.Begin(storage.TxOptions{})
	var nodes []graph.NodeID
	for range n {
		var some []graph.LabelID
		for _, l := range labels[1:] {
			if r.IntN(4) == 0 {
				some = append(some, l)
			}
		}
		nodes = append(nodes, must[graph.NodeID](tb)(tx.CreateNode(some, props())))
	}
	var edges []graph.Edge
	for range 2 * n {
		a, b := nodes[r.IntN(n)], nodes[r.IntN(n)]
		edges = append(edges, must[graph.Edge](tb)(tx.CreateEdge(a, b, types[r.IntN(4)], props())))
	}
	must[change.Index](tb)(tx.Commit())
	tx.Release()
	tx = s.Begin(storage.TxOptions{})
	for _, e := range edges {
		if r.IntN(5) == 0 {
			must[bool](tb)(tx.DeleteEdge(e))
		}
	}
	for _, id := range nodes {
		if r.IntN(5) == 0 && tx.Degree(id, graph.Both, nil) == 0 {
			must[bool](tb)(tx.DeleteNode(id))
		}
	}
	must[change.Index](tb)(tx.Commit())
	tx.Release()
	must[change.Index](tb)(s.PutEntry(tb.Context(), change.Entry{Kind: "user", Name: "ann", Data: []byte{0, 1}}))
	return s
}

func load(tb testing.TB, fsys vfs.FS, path string) (*storage.Store, error) {
	tb.Helper()
	f, err := snapshot.Open(fsys, path)
	if err != nil {
		return nil, err
	}
	defer func() { must[bool](tb)(true, f.Close()) }()
	if err := f.Verify(tb.Context(), 2); err != nil {
		return nil, err
	}
	s := storage.New(storage.Options{})
	tb.Cleanup(func() { must[bool](tb)(true, s.Close()) })
	progress := snapshot.Progress{}
	if err := f.Fill(tb.Context(), s, 2, func(p snapshot.Progress) { progress = p }); err != nil {
		return nil, err
	}
	if c := f.Counts(); c.Nodes+c.Entries > 0 && (progress.Total != f.Bytes() || progress.Bytes <= 0 || progress.Bytes > progress.Total) {
		tb.Fatalf("progress at the end: %+v of a file of %d bytes", progress, f.Bytes())
	}
	if one := must[*storage.Store](tb)(loadOneByOne(tb, f)); textNow(one) != textNow(s) {
		tb.Fatal("a load in bulk and one by one differ")
	}
	return s, s.Check()
}

// loadOneByOne loads with a Sink.
func loadOneByOne(tb testing.TB, f *snapshot.File) (*storage.Store, error) {
	tb.Helper()
	s := storage.New(storage.Options{})
	tb.Cleanup(func() { must[bool](tb)(true, s.Close()) })
	l := s.NewLoader()
	if err := f.Load(tb.Context(), l, s); err != nil {
		return nil, err
	}
	counts := f.Counts()
	return s, l.Finish(f.Header().Index, counts.NodeGenerationMax, counts.EdgeGenerationMax)
}

func read(tb testing.TB, fsys vfs.FS, path string) []byte {
	tb.Helper()
	return must[[]byte](tb)(vfs.ReadFile(fsys, path, 1<<30))
}

// small returns a small snapshot.
func small(tb testing.TB) (*vfs.Mem, string, []byte) {
	tb.Helper()
	fsys := newFS(tb)
	o := options(fsys, randomStore(tb, 3, 8))
	o.BlockBytes = 128
	info := must[snapshot.Info](tb)(snapshot.Create(tb.Context(), o))
	return fsys, info.Path, read(tb, fsys, info.Path)
}
