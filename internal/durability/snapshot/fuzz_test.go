package snapshot_test

import (
	"testing"

	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
)

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
