package storage

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
)

// fillInBulk copies a view into an empty store with several lanes and, if passBytes is
// small, in several passes; if it is negative, by the ends of the relationships.
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
		props := tx.AppendNodeProperties(nil, id)
		if i%2 == 0 {
			must(t, l.Node(id, tx.NodeGeneration(id), set, props))
			continue
		}
		var p Packer
		var keys []graph.KeyID
		p.Reset()
		for _, x := range props {
			keys = append(keys, x.Key)
			p.Value(x.Key, x.Value)
		}
		ascending, unknown := l.Packs(keys)
		if must(t, unknown); !ascending {
			t.Fatalf("keys %v", keys)
		}
		must(t, l.PackedNode(id, tx.NodeGeneration(id), set, &p))
	}
	if passBytes < 0 {
		edgesByEnds(t, b, tx)
		finishBulk(t, b, from, tx)
		return
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
	finishBulk(t, b, from, tx)
}

// edgesByEnds adds the relationships of a view as nodes have them, each node in parts of up to
// three, and these in an order of their own.
func edgesByEnds(t rapid.TB, b *Bulk, tx *Tx) {
	t.Helper()
	type part struct {
		ends Ends
		dir  graph.Direction
		most uint32
	}
	var parts []part
	for _, id := range collect(tx.ScanNodes()) {
		for _, dir := range []graph.Direction{graph.Out, graph.In} {
			for _, seg := range tx.Adjacent(nil, id, dir, nil) {
				for from := 0; from < len(seg.Edges); from += 3 {
					var others, edges numbers
					for i := from; i < min(from+3, len(seg.Edges)); i++ {
						others, edges = append(others, uint32(seg.Nodes[i])), append(edges, uint32(seg.Edges[i]))
					}
					x := Ends{Node: id, Groups: []EdgeGroup{{Type: seg.Type, End: len(edges)}}, Others: &others, Edges: &edges, Shared: true}
					parts = append(parts, part{x, dir, slices.Max(edges)})
				}
			}
		}
	}
	for i := range parts {
		p, l := parts[i*7919%len(parts)], b.Lanes()[i%len(b.Lanes())]
		if len(parts)%7919 == 0 {
			p = parts[i]
		}
		must(t, l.RoomForEnds(3, graph.EdgeID(p.most)))
		if p.dir == graph.Out {
			must(t, l.OutEnds(&p.ends))
		} else {
			must(t, l.InEnds(&p.ends))
		}
	}
	_, err := b.MatchEnds()
	must(t, err)
	for _, id := range tx.AppendExtraEdges(nil, 0, graph.NoEdge) {
		props := tx.AppendEdgeProperties(nil, graph.Edge{ID: id})
		must(t, b.Lanes()[0].KnownEdgeProperties(id, tx.EdgeGeneration(id), props))
	}
}

func finishBulk(t rapid.TB, b *Bulk, from *Store, tx *Tx) {
	t.Helper()
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
	fillInBulk(t, s, from, tx, rapid.IntRange(1, 3).Draw(t, "lanes"), rapid.SampledFrom([]int64{-1, 0, 24, 100}).Draw(t, "pass bytes"))
	loaded := s.Begin(TxOptions{ReadOnly: true})
	defer loaded.Release()
	compareGraph(t, s, loaded, want, names)
	if loaded.ReadIndex() != tx.ReadIndex() {
		t.Fatalf("loaded at commit %d, want %d", loaded.ReadIndex(), tx.ReadIndex())
	}
}

// refusal is an attempt that has to fail, on a store with two nodes.
type refusal func(t *testing.T, b *Bulk, n testNames) error

var refusalsOfNodes = map[string]refusal{
	"a store with nodes": func(_ *testing.T, b *Bulk, _ testNames) error { _, err := b.store.NewBulk(1); return err },
	"a node twice": func(_ *testing.T, b *Bulk, _ testNames) error {
		return b.Lanes()[1].Node(1, 0, LabelSet{}, nil)
	},
	"a node without a slot": func(_ *testing.T, b *Bulk, _ testNames) error {
		return b.Lanes()[1].Node(5_000, 0, LabelSet{}, nil)
	},
	"a node too far": func(_ *testing.T, b *Bulk, _ testNames) error { return b.GrowNodes(graph.NoNode - 1) },
	"no node":        func(_ *testing.T, b *Bulk, _ testNames) error { return b.GrowNodes(graph.NoNode) },
	"unknown label": func(_ *testing.T, b *Bulk, _ testNames) error {
		_, err := b.Lanes()[0].Labels([]graph.LabelID{99})
		return err
	},
	"unknown key": func(_ *testing.T, b *Bulk, _ testNames) error {
		return b.Lanes()[0].Node(2, 0, LabelSet{}, []Property{{Key: 99, Value: value.True}})
	},
}

var refusalsOfEdges = map[string]refusal{
	"an edge twice": func(_ *testing.T, b *Bulk, n testNames) error {
		return errors.Join(b.Lanes()[0].Edges(oneEdge(3, n.types[0], 0, 1)), b.Lanes()[1].Edges(oneEdge(3, n.types[0], 0, 1)))
	},
	"two types": func(_ *testing.T, b *Bulk, n testNames) error {
		return errors.Join(b.Lanes()[0].Edges(oneEdge(3, n.types[0], 0, 1)), b.Lanes()[1].Edges(oneEdge(4, n.types[1], 0, 1)))
	},
	"unknown type": func(_ *testing.T, b *Bulk, _ testNames) error { return b.Lanes()[0].Edges(oneEdge(3, 999, 0, 1)) },
	"an end far away": func(_ *testing.T, b *Bulk, n testNames) error {
		return b.Lanes()[0].Edges(oneEdge(3, n.types[0], 0, 70_000))
	},
	"an edge too far": func(_ *testing.T, b *Bulk, n testNames) error {
		return b.Lanes()[0].Edges(oneEdge(graph.NoEdge-1, n.types[0], 0, 1))
	},
	"an end that is not there": func(t *testing.T, b *Bulk, n testNames) error {
		t.Helper()
		if err := b.Lanes()[0].Edges(oneEdge(3, n.types[0], 0, 2)); err != nil {
			t.Fatalf("too early: %v", err)
		}
		if _, err := b.Plan(); err != nil {
			t.Fatalf("too early: %v", err)
		}
		b.Lanes()[0].Scatter(oneEdge(3, n.types[0], 0, 2))
		return b.Build(t.Context())
	},
}

var refusalsOfEnds = map[string]refusal{
	"ends of no node":         func(_ *testing.T, b *Bulk, n testNames) error { return oneEnd(b, n.types[0], 2, 0, 3) },
	"ends of a node far away": func(_ *testing.T, b *Bulk, n testNames) error { return oneEnd(b, n.types[0], 70_000, 0, 3) },
	"ends of an unknown type": func(_ *testing.T, b *Bulk, _ testNames) error { return oneEnd(b, 999, 0, 1, 3) },
	"ends of the last edge": func(_ *testing.T, b *Bulk, n testNames) error {
		return oneEnd(b, n.types[0], 0, 1, uint32(graph.NoEdge))
	},
	"ends without their others": func(_ *testing.T, b *Bulk, n testNames) error { return oneEnd(b, n.types[0], 0, 1, 3) },
	"ends of an edge twice": func(t *testing.T, b *Bulk, n testNames) error {
		t.Helper()
		l := b.Lanes()[0]
		err := errors.Join(l.RoomForEnds(1, 3), l.OutEnds(ends(n.types[0], 0, 1, 3)), l.OutEnds(ends(n.types[0], 1, 1, 3)))
		if err = errors.Join(err, l.InEnds(ends(n.types[0], 1, 0, 3)), l.InEnds(ends(n.types[0], 1, 1, 3))); err != nil {
			t.Fatalf("too early: %v", err)
		}
		_, err = b.MatchEnds()
		return err
	},
	"ends without a group": func(_ *testing.T, b *Bulk, _ testNames) error {
		return errors.Join(b.Lanes()[0].RoomForEnds(1, 4), b.Lanes()[0].OutEnds(&Ends{Node: 1}))
	},
	"relationships in two ways": func(_ *testing.T, b *Bulk, n testNames) error {
		return errors.Join(b.Lanes()[0].RoomForEnds(1, 4), b.Lanes()[1].Edges(oneEdge(3, n.types[0], 0, 1)))
	},
	"ends of two types": func(_ *testing.T, b *Bulk, n testNames) error {
		return errors.Join(b.Lanes()[0].RoomForEnds(1, 4), b.Lanes()[0].OutEnds(ends(n.types[0], 0, 1, 3)), b.Lanes()[0].OutEnds(ends(n.types[1], 0, 1, 4)))
	},
	"ends of a type twice": func(_ *testing.T, b *Bulk, n testNames) error {
		x := ends(n.types[0], 0, 1, 3)
		x.Groups, x.Others, x.Edges = append(x.Groups, EdgeGroup{Type: n.types[0], End: 2}), &numbers{1, 1}, &numbers{3, 4}
		return errors.Join(b.Lanes()[0].RoomForEnds(1, 4), b.Lanes()[0].OutEnds(x))
	},
	"ends beyond the room": func(_ *testing.T, b *Bulk, n testNames) error {
		return errors.Join(b.Lanes()[0].RoomForEnds(1, 4), b.Lanes()[0].OutEnds(ends(n.types[0], 0, 1, 5)))
	},
	"ends that differ": func(t *testing.T, b *Bulk, n testNames) error {
		t.Helper()
		err := errors.Join(b.Lanes()[0].RoomForEnds(1, 4), b.Lanes()[0].OutEnds(ends(n.types[0], 0, 1, 4)), b.Lanes()[0].InEnds(ends(n.types[0], 0, 1, 4)))
		if err != nil {
			t.Fatalf("too early: %v", err)
		}
		_, err = b.MatchEnds()
		return err
	},
	"properties of no edge": func(_ *testing.T, b *Bulk, _ testNames) error { return b.Lanes()[0].KnownEdgeProperties(3, 1, nil) },
}

func TestBulkRefuses(t *testing.T) {
	for _, refusals := range []map[string]refusal{refusalsOfNodes, refusalsOfEdges, refusalsOfEnds} {
		for name, attempt := range refusals {
			t.Run(name, func(t *testing.T) {
				s := New(Options{Budget: memory.New("server", 100<<20)})
				t.Cleanup(func() { must(t, s.Close()) })
				names := internNames(t, s)
				b, err := s.NewBulk(2)
				must(t, err)
				must(t, b.GrowNodes(2))
				for id := range graph.NodeID(2) {
					must(t, b.Lanes()[0].Node(id, 0, LabelSet{}, nil))
				}
				if attempt(t, b, names) == nil {
					t.Fatal("accepted")
				}
			})
		}
	}
}

// oneEdge is one relationship.
func oneEdge(id graph.EdgeID, kind graph.TypeID, src, dst graph.NodeID) EdgeRun {
	return EdgeRun{
		IDs: []graph.EdgeID{id}, Types: []graph.TypeID{kind},
		Sources: []graph.NodeID{src}, Targets: []graph.NodeID{dst},
	}
}

// ends is one relationship as a node has it.
func ends(kind graph.TypeID, node graph.NodeID, other, id uint32) *Ends {
	return &Ends{Node: node, Groups: []EdgeGroup{{Type: kind, End: 1}}, Others: &numbers{other}, Edges: &numbers{id}}
}

// numbers is a Column.
type numbers []uint32

func (n *numbers) Next(dst []uint32) { *n = (*n)[copy(dst, *n):] }

// oneEnd adds one relationship to its start node alone.
func oneEnd(b *Bulk, kind graph.TypeID, node graph.NodeID, other, id uint32) error {
	l := b.Lanes()[0]
	err := l.RoomForEnds(1, graph.EdgeID(id))
	if err == nil {
		err = l.OutEnds(ends(kind, node, other, id))
	}
	if err == nil {
		_, err = b.MatchEnds()
	}
	return err
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

// TestSettle looks at slots that were filled and at those that were not.
func TestSettle(t *testing.T) {
	words := []uint32{0, 0, 1, 0, 0, 5, math.MaxUint32, 1, 1 << 31, 1<<31 + 1}
	want := []uint32{math.MaxUint32, math.MaxUint32, 0, math.MaxUint32, math.MaxUint32, 4, math.MaxUint32 - 1, 0, 1<<31 - 1, 1 << 31}
	if taken := settle(words); taken != 6 || !slices.Equal(words, want) {
		t.Fatalf("%d taken: %d, want 6: %d", taken, words, want)
	}
}
