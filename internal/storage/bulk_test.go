package storage

import (
	"context"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
)

// fillInBulk copies a view into an empty store with several lanes and, if passBytes is
// small, in several passes.
func fillInBulk(t rapid.TB, s, from *Store, tx *Tx, lanes int, passBytes int64) {
	t.Helper()
	b, err := s.NewBulk(lanes)
	must(t, err)
	b.passBytes = passBytes
	for i, id := range collect(tx.ScanNodes()) {
		l := b.Lanes()[i%lanes]
		must(t, b.GrowNodes(id))
		set, refused := l.Labels(tx.AppendLabels(nil, id))
		must(t, refused)
		must(t, l.Node(id, tx.NodeGeneration(id), set, tx.AppendNodeProperties(nil, id)))
	}
	var runs []EdgeRun
	buffer := make([]graph.Edge, 3)
	scan := tx.ScanEdges(nil)
	for n := scan.Next(buffer); n > 0; n = scan.Next(buffer) {
		var run EdgeRun
		for _, e := range buffer[:n] {
			run.IDs, run.Types = append(run.IDs, e.ID), append(run.Types, tx.EdgeType(e))
			run.Sources, run.Targets = append(run.Sources, tx.EdgeSource(e)), append(run.Targets, e.Dst)
		}
		l := b.Lanes()[len(runs)*lanes/(int(from.EdgeSlots())+1)]
		must(t, l.Edges(run))
		for _, e := range buffer[:n] {
			must(t, l.EdgeProperties(e.ID, tx.EdgeGeneration(e.ID), tx.AppendEdgeProperties(nil, e)))
		}
		runs = append(runs, run)
	}
	passes, err := b.Plan()
	must(t, err)
	for range passes {
		for i, run := range runs {
			b.Lanes()[i*lanes/(int(from.EdgeSlots())+1)].Scatter(run)
		}
		must(t, b.Build(context.Background()))
	}
	for _, e := range from.Entries("index") {
		must(t, b.Entry(e))
	}
	node, edge := from.MaxGenerations()
	must(t, b.Finish(tx.ReadIndex(), node, edge))
}

// reloadInBulk compares what a Bulk makes of a view with the model.
func reloadInBulk(t *rapid.T, from *Store, tx *Tx, want modelGraph) {
	t.Helper()
	s := New(Options{Budget: memory.New("server", 0)})
	defer closeStore(t, s)
	names := internNames(t, s)
	fillInBulk(t, s, from, tx, rapid.IntRange(1, 3).Draw(t, "lanes"), rapid.SampledFrom([]int64{0, 24, 100}).Draw(t, "pass bytes"))
	loaded := s.Begin(TxOptions{ReadOnly: true})
	defer loaded.Release()
	compareGraph(t, s, loaded, want, names)
	if loaded.ReadIndex() != tx.ReadIndex() {
		t.Fatalf("loaded at commit %d, want %d", loaded.ReadIndex(), tx.ReadIndex())
	}
}

func TestBulkRefuses(t *testing.T) {
	newBulk := func(t *testing.T) (*Store, *Bulk, testNames) {
		t.Helper()
		s := New(Options{Budget: memory.New("server", 100<<20)})
		t.Cleanup(func() { must(t, s.Close()) })
		names := internNames(t, s)
		b, err := s.NewBulk(2)
		must(t, err)
		must(t, b.GrowNodes(2))
		for id := range graph.NodeID(2) {
			must(t, b.Lanes()[0].Node(id, 0, LabelSet{}, nil))
		}
		return s, b, names
	}
	run := func(id graph.EdgeID, kind graph.TypeID, src, dst graph.NodeID) EdgeRun {
		return EdgeRun{
			IDs: []graph.EdgeID{id}, Types: []graph.TypeID{kind},
			Sources: []graph.NodeID{src}, Targets: []graph.NodeID{dst},
		}
	}
	for name, fail := range map[string]func(s *Store, b *Bulk, n testNames) error{
		"a store with nodes": func(s *Store, _ *Bulk, _ testNames) error { _, err := s.NewBulk(1); return err },
		"a node twice": func(_ *Store, b *Bulk, _ testNames) error {
			return b.Lanes()[1].Node(1, 0, LabelSet{}, nil)
		},
		"a node without a slot": func(_ *Store, b *Bulk, _ testNames) error {
			return b.Lanes()[1].Node(5_000, 0, LabelSet{}, nil)
		},
		"a node too far": func(_ *Store, b *Bulk, _ testNames) error { return b.GrowNodes(graph.NoNode - 1) },
		"no node":        func(_ *Store, b *Bulk, _ testNames) error { return b.GrowNodes(graph.NoNode) },
		"unknown label": func(_ *Store, b *Bulk, _ testNames) error {
			_, err := b.Lanes()[0].Labels([]graph.LabelID{99})
			return err
		},
		"unknown key": func(_ *Store, b *Bulk, _ testNames) error {
			return b.Lanes()[0].Node(2, 0, LabelSet{}, []Property{{Key: 99, Value: value.True}})
		},
		"an edge twice": func(_ *Store, b *Bulk, n testNames) error {
			return errors.Join(b.Lanes()[0].Edges(run(3, n.types[0], 0, 1)), b.Lanes()[1].Edges(run(3, n.types[0], 0, 1)))
		},
		"two types": func(_ *Store, b *Bulk, n testNames) error {
			return errors.Join(b.Lanes()[0].Edges(run(3, n.types[0], 0, 1)), b.Lanes()[1].Edges(run(4, n.types[1], 0, 1)))
		},
		"unknown type":    func(_ *Store, b *Bulk, _ testNames) error { return b.Lanes()[0].Edges(run(3, 999, 0, 1)) },
		"an end far away": func(_ *Store, b *Bulk, n testNames) error { return b.Lanes()[0].Edges(run(3, n.types[0], 0, 70_000)) },
		"an edge too far": func(_ *Store, b *Bulk, n testNames) error {
			return b.Lanes()[0].Edges(run(graph.NoEdge-1, n.types[0], 0, 1))
		},
		"an end that is not there": func(_ *Store, b *Bulk, n testNames) error {
			if err := b.Lanes()[0].Edges(run(3, n.types[0], 0, 2)); err != nil {
				t.Fatalf("too early: %v", err)
			}
			if _, err := b.Plan(); err != nil {
				t.Fatalf("too early: %v", err)
			}
			b.Lanes()[0].Scatter(run(3, n.types[0], 0, 2))
			return b.Build(t.Context())
		},
	} {
		t.Run(name, func(t *testing.T) {
			if s, b, names := newBulk(t); fail(s, b, names) == nil {
				t.Fatal("accepted")
			}
		})
	}
}

// TestBulkWithinMemory fills a store whose limit leaves little beside the graph.
func TestBulkWithinMemory(t *testing.T) {
	from := New(Options{})
	defer closeStore(t, from)
	names := internNames(t, from)
	write(t, from, func(tx *Tx) {
		for range 5_000 {
			_, err := tx.CreateNode(names.labels[:1], nil)
			must(t, err)
		}
		for i := range 60_000 {
			_, err := tx.CreateEdge(graph.NodeID(i%5_000), graph.NodeID(i%7*i%5_000), names.types[i/100%2], nil)
			must(t, err)
		}
	})
	tx := from.Begin(TxOptions{ReadOnly: true})
	defer tx.Release()
	budget := memory.New("server", 0)
	s := New(Options{Budget: budget})
	defer closeStore(t, s)
	internNames(t, s)
	fillInBulk(t, s, from, tx, 3, 1<<18)
	must(t, s.Check())
	m := s.Memory()
	held := m.Nodes + m.Edges + m.Adjacency + m.Properties + m.Names
	if used := s.graphBudget.Used(); s.EdgeCount() != 60_000 || used > held+1<<20 {
		t.Fatalf("%d relationships; the budget counts %d bytes where %d are held", s.EdgeCount(), used, held)
	}
}
