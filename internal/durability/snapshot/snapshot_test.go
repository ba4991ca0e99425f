package snapshot_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
	"memgraphd/internal/storage/value/valuetest"
)

var words = []string{"", "a", "Ünï", "some longer text that fills a block", "x\x00y"}

func TestRoundTrip(t *testing.T) {
	for seed := range uint64(12) {
		n := []int{0, 1, 3, 50, 400, 3000}[seed%6]
		if n == 0 {
			n = 1
		}
		s := randomStore(t, seed, n)
		fsys := newFS(t)
		info := must[snapshot.Info](t)(snapshot.Create(t.Context(), options(fsys, s)))
		if info.Index != s.LastCommitted() || info.Path != "snapshots/"+snapshot.FileName(info.Index, wall) {
			t.Fatalf("got %+v", info)
		}
		got := must[*storage.Store](t)(load(t, fsys.CrashClone(vfs.SyncedOnly), info.Path))
		if got.LastCommitted() != info.Index {
			t.Fatalf("loaded commit %d, want %d", got.LastCommitted(), info.Index)
		}
		if a, b := textNow(got), textNow(s); a != b {
			t.Fatalf("seed %d: got\n%s\nwant\n%s", seed, a, b)
		}
	}
}

// TestFormerWayOfRelationships reads images as former versions wrote them.
func TestFormerWayOfRelationships(t *testing.T) {
	for seed, n := range []int{1, 50, 400, 3000} {
		s := randomStore(t, uint64(seed), n)
		fsys := newFS(t)
		path := must[string](t)(snapshot.CreateFormer(t.Context(), options(fsys, s)))
		f := must[*snapshot.File](t)(snapshot.Open(fsys, path))
		if h := f.Header(); h.Format > 3 || f.Counts().Edges != uint64(s.EdgeCount()) {
			t.Fatalf("%+v %+v", h, f.Counts())
		}
		must[bool](t)(true, f.Close())
		if a, b := textNow(must[*storage.Store](t)(load(t, fsys, path))), textNow(s); a != b {
			t.Fatalf("seed %d: got\n%s\nwant\n%s", seed, a, b)
		}
	}
}

// TestHubs writes nodes with more relationships than a block holds.
func TestHubs(t *testing.T) {
	s := storage.New(storage.Options{})
	t.Cleanup(func() { must[bool](t)(true, s.Close()) })
	types := []graph.TypeID{must[graph.TypeID](t)(s.InternType("A")), must[graph.TypeID](t)(s.InternType("B"))}
	key := must[graph.KeyID](t)(s.InternKey("k"))
	tx := s.Begin(storage.TxOptions{})
	nodes := make([]graph.NodeID, 20)
	for i := range nodes {
		nodes[i] = must[graph.NodeID](t)(tx.CreateNode(nil, nil))
	}
	for i := range 9000 {
		var props []storage.Property
		if i%100 == 0 {
			props = append(props, storage.Property{Key: key, Value: value.Int(int64(i))})
		}
		must[graph.Edge](t)(tx.CreateEdge(nodes[i%7/6], nodes[i%13], types[i%11%2], props))
	}
	must[change.Index](t)(tx.Commit())
	tx.Release()
	for _, size := range []int{1, 64, 1 << 10, 8 << 10, 1 << 20} {
		fsys := newFS(t)
		o := options(fsys, s)
		o.BlockBytes = size
		info := must[snapshot.Info](t)(snapshot.Create(t.Context(), o))
		if a, b := textNow(must[*storage.Store](t)(load(t, fsys, info.Path))), textNow(s); a != b {
			t.Fatalf("blocks of %d bytes: got\n%s\nwant\n%s", size, a, b)
		}
	}
}

func TestEmptyStore(t *testing.T) {
	s := storage.New(storage.Options{})
	defer func() { must[bool](t)(true, s.Close()) }()
	fsys := newFS(t)
	first := must[snapshot.Info](t)(snapshot.Create(t.Context(), options(fsys, s)))
	second := must[snapshot.Info](t)(snapshot.Create(t.Context(), options(fsys, s)))
	if first.Path == second.Path {
		t.Fatal("the second snapshot took the place of the first")
	}
	if got := textNow(must[*storage.Store](t)(load(t, fsys, second.Path))); got != "" {
		t.Fatal(got)
	}
}

func TestNames(t *testing.T) {
	name := snapshot.FileName(42, wall)
	if name != "00000000000000000042-20260304T050607.000008Z.snap" {
		t.Fatal(name)
	}
	index, created, ok := snapshot.ParseName(name)
	if !ok || index != 42 || !created.Equal(wall) {
		t.Fatal(index, created, ok)
	}
	for _, wrong := range []string{"", "tmp-" + name, name + "x", "42-20260304T050607.000008Z.snap", strings.Replace(name, "0304", "0230", 1)} {
		if _, _, ok := snapshot.ParseName(wrong); ok {
			t.Errorf("%q is taken for a snapshot", wrong)
		}
	}
}

func TestNewerFormat(t *testing.T) {
	fsys, path, data := small(t)
	header := snapshot.HeaderOfFormat(data, 9)
	must[bool](t)(true, vfs.WriteFileSync(fsys, path, append(header, data[len(header):]...)))
	err := snapshot.Verify(t.Context(), fsys, path, 1)
	want := "snapshot " + path + " was written by a newer version: format 9, this server reads up to 4"
	var newer *snapshot.NewerFormatError
	if !errors.As(err, &newer) || err.Error() != want {
		t.Fatalf("got %v", err)
	}
}

// TestLowestFormat: a server of an older version reads an image without temporal values.
func TestLowestFormat(t *testing.T) {
	for i, v := range append(valuetest.Samples(), value.Int(1), value.List([]value.Value{value.Int(1)})) {
		for _, v := range []value.Value{v, value.Map([]value.Entry{{Key: "k", Value: value.List([]value.Value{value.Null, v})}})} {
			s := storage.New(storage.Options{})
			key := must[graph.KeyID](t)(s.InternKey("k"))
			tx := s.Begin(storage.TxOptions{})
			must[graph.NodeID](t)(tx.CreateNode(nil, []storage.Property{{Key: key, Value: v}}))
			must[change.Index](t)(tx.Commit())
			tx.Release()
			fsys := newFS(t)
			info := must[snapshot.Info](t)(snapshot.Create(t.Context(), options(fsys, s)))
			f := must[*snapshot.File](t)(snapshot.Open(fsys, info.Path))
			if format := f.Header().Format; format != codec.FormatOf(v) {
				t.Errorf("value %d of type %s: format %d", i, v.Kind(), format)
			}
			must[bool](t)(true, f.Close())
			if a, b := textNow(must[*storage.Store](t)(load(t, fsys, info.Path))), textNow(s); a != b {
				t.Errorf("value %d of type %s: got\n%s\nwant\n%s", i, v.Kind(), a, b)
			}
			must[bool](t)(true, s.Close())
		}
	}
}

func TestCancel(t *testing.T) {
	s := randomStore(t, 11, 60)
	fsys := newFS(t)
	ctx, cancel := context.WithCancel(t.Context())
	fsys.Inject(func(op vfs.Op) error {
		if op.Kind == vfs.OpWrite {
			cancel()
		}
		return nil
	})
	if _, err := snapshot.Create(ctx, options(fsys, s)); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if names := must[[]string](t)(fsys.List("snapshots")); len(names) != 0 {
		t.Fatalf("%v left behind", names)
	}
}

func TestMissingFile(t *testing.T) {
	_, err := snapshot.Open(vfs.NewMem(1), "no.snap")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("got %v", err)
	}
}
