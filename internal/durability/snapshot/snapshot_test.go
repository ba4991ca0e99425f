package snapshot_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
	"memgraphd/internal/storage/value/valuetest"
	"memgraphd/test/table"
)

var wall = time.Date(2026, 3, 4, 5, 6, 7, 8000, time.UTC)

func options(fsys vfs.FS, s *storage.Store) snapshot.Options {
	return snapshot.Options{
		FS: fsys, Dir: "snapshots", Store: s, Database: [16]byte{1, 2, 3}, Timeline: 1,
		Now: func() time.Time { return wall }, Workers: 2, BlockBytes: 1 << 10, BackBytes: 8 << 10,
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

var words = []string{"", "a", "Ünï", "some longer text that fills a block", "x\x00y"}

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

func TestEveryBitFlipIsFound(t *testing.T) {
	fsys, path, data := small(t)
	for bit := range int64(len(data)) * 8 {
		must[bool](t)(true, fsys.FlipBit(path, bit))
		err := snapshot.Verify(t.Context(), fsys, path, 1)
		var damaged *snapshot.DamagedError
		if !errors.As(err, &damaged) {
			t.Fatalf("bit %d of byte %d flipped: got %v", bit%8, bit/8, err)
		}
		if bit%800 == 0 && (damaged.File != path || !strings.Contains(err.Error(), "is damaged at byte")) {
			t.Fatal(err)
		}
		must[bool](t)(true, fsys.FlipBit(path, bit))
	}
	t.Logf("%d bits flipped, all found", len(data)*8)
	must[bool](t)(true, snapshot.Verify(t.Context(), fsys, path, 1))
}

func TestEveryCutAndAdditionIsFound(t *testing.T) {
	fsys, path, data := small(t)
	check := func(what string, content []byte) {
		t.Helper()
		must[bool](t)(true, vfs.WriteFileSync(fsys, path, content))
		var damaged *snapshot.DamagedError
		if err := snapshot.Verify(t.Context(), fsys, path, 1); !errors.As(err, &damaged) {
			t.Fatalf("%s: got %v", what, err)
		}
	}
	for n := range data {
		check(fmt.Sprintf("cut to %d bytes", n), data[:n])
	}
	check("a byte added", append(slices.Clone(data), 0))
	check("written twice", append(slices.Clone(data), data...))
	check("zeros", make([]byte, len(data)))
	for at := 0; at+1024 <= len(data); at += 512 {
		content := slices.Clone(data)
		copy(content[at:], data[at+512:at+1024])
		copy(content[at+512:], data[at:at+512])
		if !bytes.Equal(content, data) {
			check(fmt.Sprintf("sectors at %d swapped", at), content)
		}
		content = slices.Clone(data)
		clear(content[at : at+512])
		check(fmt.Sprintf("sector at %d zeroed", at), content)
	}
}

func TestBlocksOfTwoSnapshotsDoNotMix(t *testing.T) {
	fsys := newFS(t)
	s := randomStore(t, 5, 8)
	a := read(t, fsys, must[snapshot.Info](t)(snapshot.Create(t.Context(), options(fsys, s))).Path)
	must[change.Index](t)(s.PutEntry(t.Context(), change.Entry{Kind: "user", Name: "bob", Data: []byte{9, 9}}))
	info := must[snapshot.Info](t)(snapshot.Create(t.Context(), options(fsys, s)))
	b := read(t, fsys, info.Path)
	for at := 0; at < min(len(a), len(b)); at += 64 {
		mixed := append(slices.Clone(a[:at]), b[min(at, len(b)):]...)
		if bytes.Equal(mixed, a) || bytes.Equal(mixed, b) {
			continue
		}
		must[bool](t)(true, vfs.WriteFileSync(fsys, info.Path, mixed))
		if err := snapshot.Verify(t.Context(), fsys, info.Path, 1); err == nil {
			t.Fatalf("a mix of two snapshots at byte %d is accepted", at)
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

func TestFailuresLeaveNothingBehind(t *testing.T) {
	s := randomStore(t, 11, 60)
	probe := newFS(t)
	before := probe.Ops()
	must[snapshot.Info](t)(snapshot.Create(t.Context(), options(probe, s)))
	ops := probe.Ops() - before
	for _, failure := range []error{syscall.EIO, syscall.ENOSPC, &vfs.ShortWriteError{Bytes: 7, Err: syscall.ENOSPC}} {
		for n := uint64(1); n <= ops; n += table.Step(uint64(1)) {
			fsys := newFS(t)
			o := options(fsys, s)
			o.Workers = 1
			fsys.FailAt(before+n, failure)
			info, err := snapshot.Create(t.Context(), o)
			fsys.FailAt(0, nil)
			names := must[[]string](t)(fsys.List("snapshots"))
			if err == nil {
				must[bool](t)(true, snapshot.Verify(t.Context(), fsys.CrashClone(vfs.SyncedOnly), info.Path, 1))
				continue
			}
			for _, name := range names {
				if !strings.HasPrefix(name, snapshot.TempPrefix) {
					must[bool](t)(true, snapshot.Verify(t.Context(), fsys, filepath.Join("snapshots", name), 1))
				}
			}
		}
	}
}

func TestCancel(t *testing.T) {
	s := randomStore(t, 11, 60)
	fsys := newFS(t)
	ctx, cancel := context.WithCancel(t.Context())
	fsys.Inject(func(op vfs.Op) error {
		if op.Kind == vfs.OpWrite && op.Off > 2000 {
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

// sink checks nothing and keeps nothing.
type sink struct{ things int }

func (s *sink) Node(graph.NodeID, uint32, []graph.LabelID, []storage.Property) error {
	s.things++
	return nil
}

func (s *sink) Edge(graph.EdgeID, uint32, graph.TypeID, graph.NodeID, graph.NodeID, []storage.Property) error {
	s.things++
	return nil
}

func (s *sink) Entry(change.Entry) error { s.things++; return nil }

// interner gives every name the id 1.
type interner struct{}

func (interner) InternLabel(string) (graph.LabelID, error) { return 1, nil }
func (interner) InternType(string) (graph.TypeID, error)   { return 1, nil }
func (interner) InternKey(string) (graph.KeyID, error)     { return 1, nil }

func FuzzSnapshotRead(f *testing.F) {
	for seed := range uint64(4) {
		fsys := newFS(f)
		o := options(fsys, randomStore(f, seed, 4))
		o.BlockBytes = 64 << (2 * seed)
		info := must[snapshot.Info](f)(snapshot.Create(f.Context(), o))
		data := read(f, fsys, info.Path)
		f.Add(data, false)
		f.Add(data, true)
		former := must[string](f)(snapshot.CreateFormer(f.Context(), o))
		f.Add(read(f, fsys, former), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, mend bool) {
		if mend {
			data = snapshot.Mend(data) // so that the decoders behind the checksums are reached
		}
		fsys := newFS(t)
		must[bool](t)(true, vfs.WriteFileSync(fsys, "x.snap", data))
		s, err := snapshot.Open(fsys, "x.snap")
		if err != nil {
			return
		}
		defer func() { must[bool](t)(true, s.Close()) }()
		if s.Verify(t.Context(), 1) != nil {
			return
		}
		store := storage.New(storage.Options{Budget: memory.New("server", 64<<20)})
		defer func() { must[bool](t)(true, store.Close()) }()
		to := &sink{}
		err = s.Load(t.Context(), to, interner{})
		if filled := s.Fill(t.Context(), store, 2, nil); filled == nil {
			if err != nil {
				t.Fatalf("loaded in bulk, but one by one: %v", err)
			}
			must[bool](t)(true, store.Check())
		}
		if err != nil {
			return
		}
		if to.things > len(data) {
			t.Fatalf("%d things in %d bytes", to.things, len(data))
		}
	})
}

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
