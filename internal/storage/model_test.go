package storage

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
	"memgraphd/internal/storage/value/valuetest"
)

// modelNode and modelEdge are never changed once they are in a modelGraph.
type modelNode struct {
	labels map[graph.LabelID]bool
	props  map[graph.KeyID]value.Value
}

type modelEdge struct {
	src, dst graph.NodeID
	kind     graph.TypeID
	props    map[graph.KeyID]value.Value
}

// modelGraph is one version of the whole graph.
type modelGraph struct {
	nodes map[graph.NodeID]*modelNode
	edges map[graph.EdgeID]*modelEdge
}

func (g modelGraph) clone() modelGraph { return modelGraph{maps.Clone(g.nodes), maps.Clone(g.edges)} }

func (g modelGraph) connected(n graph.NodeID) bool {
	for _, e := range g.edges {
		if e.src == n || e.dst == n {
			return true
		}
	}
	return false
}

// touch is who changed a thing last: an open transaction, or the commit that did.
type touch struct {
	tx     *modelTx
	commit uint64
}

// modelTx is a transaction of the store beside what it must see and has changed.
type modelTx struct {
	tx      *Tx
	read    uint64
	view    modelGraph
	nodes   map[graph.NodeID]touch // former touches of what it changed
	edges   map[graph.EdgeID]touch
	created map[graph.EdgeID]modelEdge
}

// model predicts what a store does with transactions that are interleaved.
type model struct {
	t       *rapid.T
	s       *Store
	names   testNames
	now     modelGraph
	commits uint64
	open    []*modelTx
	nodes   map[graph.NodeID]touch
	edges   map[graph.EdgeID]touch
	made    map[graph.EdgeID]touch // creations that some open view may not hold
	ends    map[graph.EdgeID]modelEdge
}

func (m *model) begin() {
	tx := m.s.Begin(TxOptions{})
	m.open = append(m.open, &modelTx{
		tx: tx, read: m.commits, view: m.now.clone(),
		nodes: map[graph.NodeID]touch{}, edges: map[graph.EdgeID]touch{}, created: map[graph.EdgeID]modelEdge{},
	})
}

// foreign reports whether x may not change what c touched last.
func (x *modelTx) foreign(c touch) bool {
	return c.tx != nil && c.tx != x || c.tx == nil && c.commit > x.read
}

func (m *model) touchNode(x *modelTx, id graph.NodeID) {
	if _, ok := x.nodes[id]; !ok {
		x.nodes[id] = m.nodes[id]
	}
	m.nodes[id] = touch{tx: x}
}

func (m *model) touchEdge(x *modelTx, id graph.EdgeID) {
	if _, ok := x.edges[id]; !ok {
		x.edges[id] = m.edges[id]
	}
	m.edges[id] = touch{tx: x}
}

func (m *model) finish(i int, commit bool) {
	x := m.open[i]
	m.open = slices.Delete(m.open, i, i+1)
	if !commit {
		x.tx.Rollback()
		maps.Copy(m.nodes, x.nodes)
		maps.Copy(m.edges, x.edges)
		for id := range x.created {
			delete(m.made, id)
		}
		return
	}
	index, err := x.tx.Commit()
	must(m.t, err)
	m.compare(x)
	x.tx.Release()
	if len(x.nodes)+len(x.edges) == 0 {
		return
	}
	m.commits++
	if uint64(index) != m.commits {
		m.t.Fatalf("commit %d, want %d", index, m.commits)
	}
	for id := range x.nodes {
		m.nodes[id] = touch{commit: m.commits}
		delete(m.now.nodes, id)
		if n := x.view.nodes[id]; n != nil {
			m.now.nodes[id] = n
		}
	}
	for id := range x.edges {
		m.edges[id] = touch{commit: m.commits}
		delete(m.now.edges, id)
		if e := x.view.edges[id]; e != nil {
			m.now.edges[id] = e
		}
	}
	for id := range x.created {
		m.made[id] = touch{commit: m.commits}
	}
}

func (m *model) want(got, want error) bool {
	m.t.Helper()
	if !errors.Is(got, want) || want == nil && got != nil {
		m.t.Fatalf("got error %v, want %v", got, want)
	}
	return want == nil
}

// nodeError is the outcome of a change of a node by x.
func (m *model) nodeError(x *modelTx, id graph.NodeID) error {
	switch {
	case x.view.nodes[id] == nil:
		return ErrNotFound
	case x.foreign(m.nodes[id]):
		return ErrConflict
	}
	return nil
}

// gone reports whether another transaction deleted a node that x sees.
func (m *model) gone(x *modelTx, id graph.NodeID) bool {
	c := m.nodes[id]
	if !x.foreign(c) {
		return false
	}
	if c.tx != nil {
		return c.tx.view.nodes[id] == nil
	}
	return m.now.nodes[id] == nil
}

func (m *model) pickNode() graph.NodeID {
	return graph.NodeID(rapid.IntRange(0, int(m.s.NodeSlots())).Draw(m.t, "node"))
}

func (m *model) pickEdge() graph.Edge {
	id := graph.EdgeID(rapid.IntRange(0, int(m.s.EdgeSlots())).Draw(m.t, "edge"))
	if n := len(m.ends); n > 0 && rapid.IntRange(0, 4).Draw(m.t, "known") > 0 {
		id = slices.Sorted(maps.Keys(m.ends))[rapid.IntRange(0, n-1).Draw(m.t, "which")]
	}
	return graph.Edge{ID: id, Dst: m.ends[id].dst}
}

var modelValues = []value.Value{
	value.Int(1), value.Float(1), value.Int(2), value.String("a"), value.String("a long string of text"),
	value.String("a long string too"), value.True, value.List([]value.Value{value.Int(1), value.Null}), value.Int(1 << 60),
}

func (m *model) drawValue() value.Value {
	if rapid.IntRange(0, 4).Draw(m.t, "null") == 0 {
		return value.Null
	}
	if rapid.IntRange(0, 3).Draw(m.t, "instant") == 0 {
		return rapid.SampledFrom(valuetest.Samples()).Draw(m.t, "value")
	}
	return rapid.SampledFrom(modelValues).Draw(m.t, "value")
}

func (m *model) drawProps() (props []Property, asMap map[graph.KeyID]value.Value) {
	asMap = map[graph.KeyID]value.Value{}
	for range rapid.IntRange(0, 3).Draw(m.t, "props") {
		k := rapid.SampledFrom(m.names.keys).Draw(m.t, "key")
		v := m.drawValue()
		props = append(props, Property{Key: k, Value: v})
		delete(asMap, k)
		if !v.IsNull() {
			asMap[k] = v
		}
	}
	return props, asMap
}

func (m *model) createNode(x *modelTx) {
	labels := rapid.SliceOfN(rapid.SampledFrom(m.names.labels), 0, 3).Draw(m.t, "labels")
	props, asMap := m.drawProps()
	id, err := x.tx.CreateNode(labels, props)
	must(m.t, err)
	for _, o := range m.open {
		if o.view.nodes[id] != nil {
			m.t.Fatalf("node slot %d was given while a view holds it", id)
		}
	}
	n := &modelNode{labels: map[graph.LabelID]bool{}, props: asMap}
	for _, l := range labels {
		n.labels[l] = true
	}
	m.touchNode(x, id)
	x.view.nodes[id] = n
}

func (m *model) createEdge(x *modelTx) {
	src, dst := m.pickNode(), m.pickNode()
	kind := rapid.SampledFrom(m.names.types).Draw(m.t, "type")
	props, asMap := m.drawProps()
	e, err := x.tx.CreateEdge(src, dst, kind, props)
	switch {
	case x.view.nodes[src] == nil || x.view.nodes[dst] == nil:
		if !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrConflict) {
			m.t.Fatalf("edge at a missing node: %v", err)
		}
		return
	case m.gone(x, src) || m.gone(x, dst):
		m.want(err, ErrConflict)
		return
	}
	must(m.t, err)
	for _, o := range m.open {
		if o.view.edges[e.ID] != nil {
			m.t.Fatalf("relationship slot %d was given while a view holds it", e.ID)
		}
	}
	made := modelEdge{src, dst, kind, asMap}
	x.view.edges[e.ID] = &made
	m.touchEdge(x, e.ID)
	x.created[e.ID] = made
	m.made[e.ID] = touch{tx: x}
	m.ends[e.ID] = made
}

func (m *model) setLabel(x *modelTx) {
	id, l := m.pickNode(), rapid.SampledFrom(m.names.labels).Draw(m.t, "label")
	add := rapid.Bool().Draw(m.t, "add")
	var changed bool
	var err error
	if add {
		changed, err = x.tx.AddLabel(id, l)
	} else {
		changed, err = x.tx.RemoveLabel(id, l)
	}
	if !m.want(err, m.nodeError(x, id)) {
		return
	}
	old := x.view.nodes[id]
	if changed != (old.labels[l] != add) {
		m.t.Fatalf("changed is %v", changed)
	}
	if !changed {
		return
	}
	n := &modelNode{maps.Clone(old.labels), old.props}
	delete(n.labels, l)
	if add {
		n.labels[l] = true
	}
	m.touchNode(x, id)
	x.view.nodes[id] = n
}

func with(props map[graph.KeyID]value.Value, k graph.KeyID, v value.Value) map[graph.KeyID]value.Value {
	props = maps.Clone(props)
	delete(props, k)
	if !v.IsNull() {
		props[k] = v
	}
	return props
}

func (m *model) setNodeProperty(x *modelTx) {
	id, k, v := m.pickNode(), rapid.SampledFrom(m.names.keys).Draw(m.t, "key"), m.drawValue()
	if !m.want(x.tx.SetNodeProperty(id, k, v), m.nodeError(x, id)) {
		return
	}
	old := x.view.nodes[id]
	if _, had := old.props[k]; v.IsNull() && !had {
		return
	}
	m.touchNode(x, id)
	x.view.nodes[id] = &modelNode{old.labels, with(old.props, k, v)}
}

func (m *model) edgeError(x *modelTx, id graph.EdgeID) error {
	switch {
	case x.view.edges[id] == nil:
		return ErrNotFound
	case x.foreign(m.edges[id]):
		return ErrConflict
	}
	return nil
}

func (m *model) setEdgeProperty(x *modelTx) {
	e, k, v := m.pickEdge(), rapid.SampledFrom(m.names.keys).Draw(m.t, "key"), m.drawValue()
	if !m.want(x.tx.SetEdgeProperty(e, k, v), m.edgeError(x, e.ID)) {
		return
	}
	old := x.view.edges[e.ID]
	if _, had := old.props[k]; v.IsNull() && !had {
		return
	}
	m.touchEdge(x, e.ID)
	x.view.edges[e.ID] = &modelEdge{old.src, old.dst, old.kind, with(old.props, k, v)}
}

func (m *model) deleteEdge(x *modelTx) {
	e := m.pickEdge()
	deleted, err := x.tx.DeleteEdge(e)
	want := m.edgeError(x, e.ID)
	if errors.Is(want, ErrNotFound) {
		if deleted || err != nil {
			m.t.Fatalf("deleted %v: %v", deleted, err)
		}
		return
	}
	if !m.want(err, want) {
		return
	}
	old := x.view.edges[e.ID]
	m.touchEdge(x, e.ID)
	delete(x.view.edges, e.ID)
	if x.tx.EdgeSource(e) != old.src || x.tx.EdgeType(e) != old.kind {
		m.t.Fatal("a deleted relationship lost its start or type")
	}
}

func (m *model) deleteNode(x *modelTx) {
	id := m.pickNode()
	deleted, err := x.tx.DeleteNode(id)
	want := m.nodeError(x, id)
	if errors.Is(want, ErrNotFound) {
		if deleted || err != nil {
			m.t.Fatalf("deleted %v: %v", deleted, err)
		}
		return
	}
	if want == nil && x.view.connected(id) {
		want = ErrConnected
	}
	if want == nil {
		for edge, c := range m.made {
			if e := m.ends[edge]; (e.src == id || e.dst == id) && x.foreign(c) {
				want = ErrConflict
			}
		}
	}
	if !m.want(err, want) {
		return
	}
	m.touchNode(x, id)
	delete(x.view.nodes, id)
}

// step does one random thing.
func (m *model) step() {
	if len(m.open) == 0 || len(m.open) < 4 && rapid.IntRange(0, 9).Draw(m.t, "begin") == 0 {
		m.begin()
		return
	}
	i := rapid.IntRange(0, len(m.open)-1).Draw(m.t, "tx")
	x := m.open[i]
	switch rapid.IntRange(0, 15).Draw(m.t, "op") {
	case 0, 1:
		m.createNode(x)
	case 2, 3, 4:
		m.createEdge(x)
	case 5:
		m.setLabel(x)
	case 6, 7:
		m.setNodeProperty(x)
	case 8:
		m.setEdgeProperty(x)
	case 9, 10:
		m.deleteEdge(x)
	case 11:
		m.deleteNode(x)
	case 12:
		m.compare(x)
	case 13:
		m.finish(i, true)
	case 14:
		m.finish(i, rapid.Bool().Draw(m.t, "commit"))
	case 15:
		m.s.Collect()
	}
}

func (m *model) compare(x *modelTx) {
	m.t.Helper()
	compareGraph(m.t, m.s, x.tx, x.view, m.names)
}

func TestTransactionsAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		journal := &tape{}
		s := New(Options{Journal: journal, Columns: ColumnOptions{Least: 1, Eager: rapid.Bool().Draw(t, "eager")}})
		m := &model{
			t: t, s: s, names: internNames(t, s), now: modelGraph{map[graph.NodeID]*modelNode{}, map[graph.EdgeID]*modelEdge{}},
			nodes: map[graph.NodeID]touch{}, edges: map[graph.EdgeID]touch{}, made: map[graph.EdgeID]touch{}, ends: map[graph.EdgeID]modelEdge{},
		}
		steps := rapid.IntRange(1, 150).Draw(t, "steps")
		indexAt := rapid.IntRange(0, steps).Draw(t, "index at")
		for i := range steps {
			if i == indexAt {
				_, err := s.CreateIndex(context.Background(), IndexDef{m.names.labels[0], m.names.keys[0], true})
				must(t, err)
				m.commits++
			}
			m.step()
		}
		for len(m.open) > 0 {
			m.compare(m.open[0])
			m.finish(0, rapid.Bool().Draw(t, "commit"))
		}
		tx := s.Begin(TxOptions{ReadOnly: true})
		compareGraph(t, s, tx, m.now, m.names)
		reload(t, s, tx, m.now)
		tx.Release()
		closeStore(t, s)
		replay(t, journal, m.now)
	})
}

// replay applies the logged commits to a second store.
func replay(t *rapid.T, journal *tape, want modelGraph) {
	s := New(Options{Columns: ColumnOptions{Least: 1, Eager: true}})
	defer closeStore(t, s)
	names := internNames(t, s)
	for i := range journal.commits {
		must(t, s.Apply(&journal.commits[i]))
	}
	tx := s.Begin(TxOptions{})
	defer tx.Release()
	compareGraph(t, s, tx, want, names)
	// The store goes on from here.
	id, err := tx.CreateNode(nil, nil)
	must(t, err)
	if want.nodes[id] != nil {
		t.Fatal("a slot in use was given again")
	}
	e, err := tx.CreateEdge(id, id, names.types[0], nil)
	must(t, err)
	if want.edges[e.ID] != nil {
		t.Fatal("a relationship slot in use was given again")
	}
}
