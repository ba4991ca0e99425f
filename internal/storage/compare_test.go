package storage

import (
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"memgraphd/internal/storage/column"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

type halfEdge struct {
	id    graph.EdgeID
	other graph.NodeID
	kind  graph.TypeID
}

func compareGraph(t *rapid.T, s *Store, tx *Tx, want modelGraph, names testNames) {
	t.Helper()
	out, in := map[graph.NodeID][]halfEdge{}, map[graph.NodeID][]halfEdge{}
	for id, e := range want.edges {
		out[e.src] = append(out[e.src], halfEdge{id, e.dst, e.kind})
		in[e.dst] = append(in[e.dst], halfEdge{id, e.src, e.kind})
	}
	for id := range s.NodeSlots() + 2 {
		compareNode(t, tx, id, want.nodes[id])
		compareAdjacency(t, tx, id, graph.Out, out[id])
		compareAdjacency(t, tx, id, graph.In, in[id])
	}
	compareNodeScans(t, tx, want, names)
	compareColumns(t, s, tx, want, names)
	compareEdges(t, s, tx, want)
	compareIndex(t, tx, want, names)
}

func compareNode(t *rapid.T, tx *Tx, id graph.NodeID, want *modelNode) {
	t.Helper()
	if tx.NodeExists(id) != (want != nil) {
		t.Fatalf("node %d exists: %v", id, tx.NodeExists(id))
	}
	labels, props := tx.AppendLabels(nil, id), tx.AppendNodeProperties(nil, id)
	if want == nil {
		want = &modelNode{}
	}
	if !slices.Equal(labels, slices.Sorted(maps.Keys(want.labels))) {
		t.Fatalf("node %d has labels %v, want %v", id, labels, want.labels)
	}
	compareProps(t, props, want.props)
	im := NodeImage{Properties: []Property{{Key: 99}}}
	if tx.ReadNode(id, &im) != tx.NodeExists(id) {
		t.Fatalf("node %d is read: %+v", id, im)
	}
	if tx.NodeExists(id) {
		compareProps(t, im.Properties, want.props)
		if !slices.Equal(im.Labels, labels) || im.Generation != tx.NodeGeneration(id) {
			t.Fatalf("node %d: %+v", id, im)
		}
	}
	for k, v := range want.props {
		if !value.Same(tx.NodeProperty(id, k), v) {
			t.Fatalf("node %d property %d", id, k)
		}
	}
}

func compareProps(t *rapid.T, got []Property, want map[graph.KeyID]value.Value) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("properties %v, want %v", got, want)
	}
	for _, p := range got {
		if v, ok := want[p.Key]; !ok || v.Kind() != p.Value.Kind() || !value.Same(v, p.Value) {
			t.Fatalf("property %d is %v, want %v", p.Key, p.Value, v)
		}
	}
}

func compareAdjacency(t *rapid.T, tx *Tx, id graph.NodeID, dir graph.Direction, want []halfEdge) {
	t.Helper()
	var got []halfEdge
	for _, seg := range tx.Adjacent(nil, id, dir, nil) {
		for i, e := range seg.Edges {
			got = append(got, halfEdge{e, seg.Nodes[i], seg.Type})
		}
	}
	order := func(a, b halfEdge) int { return int(a.id) - int(b.id) }
	slices.SortFunc(got, order)
	slices.SortFunc(want, order)
	if !slices.Equal(got, want) {
		t.Fatalf("node %d %v: %v, want %v", id, dir, got, want)
	}
	compareEnds(t, tx, id, dir, want)
	if n := tx.Degree(id, dir, nil); n != len(want) {
		t.Fatalf("node %d %v: degree %d, want %d", id, dir, n, len(want))
	}
}

// compareEnds compares the columns of relationships with one that has the relationships of id.
func compareEnds(t *rapid.T, tx *Tx, id graph.NodeID, dir graph.Direction, want []halfEdge) {
	t.Helper()
	ends := []uint64{0x5555_3333_0f0f_00ff}
	in := func(n graph.NodeID) bool { return n < 64 && ends[0]>>n&1 != 0 }
	for room := range 2*len(want) + 2 {
		for _, set := range [][]uint64{nil, ends} {
			var e EndColumn
			done := tx.AppendEnds(&e, []graph.NodeID{id, graph.NoNode, id}, dir, nil, set, room)
			rest := map[uint16]int{}
			for i, place := range e.Places {
				if int(place) >= done || set != nil && !in(e.Nodes[i]) || !slices.ContainsFunc(want, func(h halfEdge) bool { return h.id == e.Edges[i] && h.other == e.Nodes[i] }) {
					t.Fatalf("node %d %v: %d to %d at %d is not of the first %d", id, dir, e.Edges[i], e.Nodes[i], place, done)
				}
				rest[place]++
			}
			all := 0
			for _, h := range want {
				if set == nil || in(h.other) {
					all++
				}
			}
			if done > 0 && rest[0] != all || done > 2 && rest[2] != all || len(e.Nodes) > room || len(e.Edges) != len(e.Nodes) {
				t.Fatalf("node %d %v: %v of %d nodes with room for %d, want %d of each", id, dir, rest, done, room, all)
			}
		}
	}
}

func collect(scan interface{ Next([]graph.NodeID) int }) []graph.NodeID {
	var out []graph.NodeID
	var buffer [3]graph.NodeID
	for n := scan.Next(buffer[:]); n > 0; n = scan.Next(buffer[:]) {
		out = append(out, buffer[:n]...)
	}
	return out
}

func compareNodeScans(t *rapid.T, tx *Tx, want modelGraph, names testNames) {
	t.Helper()
	if got := collect(tx.ScanNodes()); !slices.Equal(got, slices.Sorted(maps.Keys(want.nodes))) {
		t.Fatalf("nodes %v", got)
	}
	for _, l := range names.labels {
		var ids []graph.NodeID
		for _, id := range slices.Sorted(maps.Keys(want.nodes)) {
			if want.nodes[id].labels[l] {
				ids = append(ids, id)
			}
		}
		if got := collect(tx.ScanLabel(l)); !slices.Equal(got, ids) {
			t.Fatalf("label %d: %v, want %v", l, got, ids)
		}
	}
}

// compareColumns compares the columns that there are.
func compareColumns(t *rapid.T, s *Store, tx *Tx, want modelGraph, names testNames) {
	t.Helper()
	for _, k := range names.keys {
		columns, ok := tx.NodeColumns(k)
		if !ok {
			t.Fatalf("there can be no columns of property %d", k)
		}
		chunk := columns.Group(0, 1)
		if chunk == nil || chunk.Kind() == column.Mixed {
			continue
		}
		for id := range s.NodeSlots() {
			v := value.Null
			if n := want.nodes[id]; n != nil {
				v = n.props[k]
			}
			if got := chunk.Value(uint32(id)); got.Kind() != v.Kind() || !value.Same(got, v) {
				t.Fatalf("the column of property %d has %v for node %d, want %v", k, got, id, v)
			}
		}
	}
}

func compareEdges(t *rapid.T, s *Store, tx *Tx, want modelGraph) {
	t.Helper()
	for id := range s.EdgeSlots() {
		e, ok := tx.EdgeByID(id)
		w := want.edges[id]
		if ok != (w != nil) || tx.EdgeExists(e) != ok && ok {
			t.Fatalf("relationship %d exists: %v", id, ok)
		}
		if w == nil {
			continue
		}
		if e.Dst != w.dst || tx.EdgeSource(e) != w.src || tx.EdgeType(e) != w.kind {
			t.Fatalf("relationship %d is %+v", id, e)
		}
		compareProps(t, tx.AppendEdgeProperties(nil, e), w.props)
	}
	var got []graph.EdgeID
	var buffer [3]graph.Edge
	scan := tx.ScanEdges(nil)
	for n := scan.Next(buffer[:]); n > 0; n = scan.Next(buffer[:]) {
		for _, e := range buffer[:n] {
			got = append(got, e.ID)
		}
	}
	if !slices.Equal(got, slices.Sorted(maps.Keys(want.edges))) {
		t.Fatalf("relationships %v", got)
	}
	compareExtras(t, tx, want)
}

func compareExtras(t *rapid.T, tx *Tx, want modelGraph) {
	t.Helper()
	got := append(tx.AppendExtraEdges(nil, 0, 3), tx.AppendExtraEdges(nil, 3, graph.NoEdge)...)
	for i, id := range got {
		if want.edges[id] == nil || i > 0 && got[i-1] >= id {
			t.Fatalf("relationship %d among %v", id, got)
		}
	}
	for id, w := range want.edges {
		if (len(w.props) > 0 || tx.EdgeGeneration(id) > 0) && !slices.Contains(got, id) {
			t.Fatalf("relationship %d with properties or a generation is not among %v", id, got)
		}
	}
}

func compareIndex(t *rapid.T, tx *Tx, want modelGraph, names testNames) {
	t.Helper()
	l, k := names.labels[0], names.keys[0]
	matching := func(keep func(v value.Value) bool) []graph.NodeID {
		var ids []graph.NodeID
		for id, n := range want.nodes {
			if v, ok := n.props[k]; ok && n.labels[l] && keep(v) {
				ids = append(ids, id)
			}
		}
		slices.SortFunc(ids, func(a, b graph.NodeID) int {
			if c := value.Order(want.nodes[a].props[k], want.nodes[b].props[k]); c != 0 {
				return c
			}
			return int(a) - int(b)
		})
		return ids
	}
	for _, v := range modelValues {
		scan, ok := tx.ScanEqual(l, k, v)
		if !ok {
			return
		}
		if got, ids := collect(scan), matching(func(x value.Value) bool { return value.Equal(x, v) == value.Yes }); !slices.Equal(got, ids) {
			t.Fatalf("index at %v: %v, want %v", v, got, ids)
		}
	}
	scan, _ := tx.ScanRange(l, k, Bound{}, Bound{})
	if got, ids := collect(scan), matching(func(value.Value) bool { return true }); !slices.Equal(got, ids) {
		t.Fatalf("whole index: %v, want %v", got, ids)
	}
	scan, _ = tx.ScanRange(l, k, Bound{Value: value.Int(1)}, Bound{})
	if got, ids := collect(scan), matching(func(x value.Value) bool { return x.IsNumber() && x.Number() > 1 }); !slices.Equal(got, ids) {
		t.Fatalf("index above 1: %v, want %v", got, ids)
	}
	scan, _ = tx.ScanPrefix(l, k, "a long")
	got, ids := collect(scan), matching(func(x value.Value) bool {
		return x.Kind() == value.KindString && strings.HasPrefix(x.AsString(), "a long")
	})
	if !slices.Equal(got, ids) {
		t.Fatalf("index prefix: %v, want %v", got, ids)
	}
}

// reload copies a view into an empty store through a Loader and through a Bulk and
// compares both.
func reload(t *rapid.T, from *Store, tx *Tx, want modelGraph) {
	t.Helper()
	reloadOneByOne(t, from, tx, want)
	reloadInBulk(t, from, tx, want)
}

func reloadOneByOne(t *rapid.T, from *Store, tx *Tx, want modelGraph) {
	t.Helper()
	s := New(Options{})
	defer closeStore(t, s)
	names := internNames(t, s)
	l := s.NewLoader()
	for _, id := range collect(tx.ScanNodes()) {
		must(t, l.Node(id, tx.NodeGeneration(id), tx.AppendLabels(nil, id), tx.AppendNodeProperties(nil, id)))
	}
	var buffer [3]graph.Edge
	scan := tx.ScanEdges(nil)
	for n := scan.Next(buffer[:]); n > 0; n = scan.Next(buffer[:]) {
		for _, e := range buffer[:n] {
			must(t, l.Edge(e.ID, tx.EdgeGeneration(e.ID), tx.EdgeType(e), tx.EdgeSource(e), e.Dst, tx.AppendEdgeProperties(nil, e)))
		}
	}
	for _, e := range from.Entries("index") {
		must(t, l.Entry(e))
	}
	node, edge := from.MaxGenerations()
	must(t, l.Finish(tx.ReadIndex(), node, edge))
	loaded := s.Begin(TxOptions{ReadOnly: true})
	defer loaded.Release()
	compareGraph(t, s, loaded, want, names)
	if loaded.ReadIndex() != tx.ReadIndex() {
		t.Fatalf("loaded at commit %d, want %d", loaded.ReadIndex(), tx.ReadIndex())
	}
}
