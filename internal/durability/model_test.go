package durability_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// recorder is a journal that keeps what every commit was, with names in place of ids. It
// stands in front of the real one and knows nothing of files.
type recorder struct {
	journal storage.Journal
	names   change.Names

	mu      sync.Mutex
	commits map[change.Index][]modelOp
	makers  map[change.Index]*recordedTicket // whose they are: an index is used again where a commit failed
	walls   map[change.Index]int64           // when each was made
	issued  change.Index
	acked   change.Index
}

func newRecorder(names change.Names) *recorder {
	return &recorder{names: names, commits: make(map[change.Index][]modelOp), makers: make(map[change.Index]*recordedTicket), walls: make(map[change.Index]int64)}
}

func (r *recorder) wrap(j storage.Journal) storage.Journal {
	r.journal = j
	return r
}

func (r *recorder) Prepare(c *change.Commit) (storage.Ticket, error) {
	ops := make([]modelOp, 0, len(c.Ops))
	for _, o := range c.Ops {
		ops = append(ops, newModelOp(c, o, r.names))
	}
	t, err := r.journal.Prepare(c)
	if err != nil {
		return nil, err
	}
	return &recordedTicket{Ticket: t, r: r, ops: ops}, nil
}

// Announce implements storage.Announcer.
func (r *recorder) Announce(settled func(good, last change.Index)) {
	r.journal.(storage.Announcer).Announce(settled) //nolint:forcetypeassert // that of the server is one
}

// acknowledged returns the newest commit of which somebody was told.
func (r *recorder) acknowledged() change.Index {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.acked
}

func (r *recorder) newest() change.Index {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.issued
}

// acknowledge is called by who was told.
func (r *recorder) acknowledge(index change.Index) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.acked = max(r.acked, index)
}

// state returns the text of the graph after a commit.
func (r *recorder) state(index change.Index) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := newModel()
	for i := change.Index(1); i <= index; i++ {
		for _, o := range r.commits[i] {
			o.apply(m)
		}
	}
	return m.String()
}

type recordedTicket struct {
	storage.Ticket
	r     *recorder
	ops   []modelOp
	index change.Index
}

func (t *recordedTicket) Enqueue(index change.Index, wall int64) error {
	// Noted before the log has it: from now on a crash may leave it on the disk.
	t.r.mu.Lock()
	t.r.commits[index], t.r.makers[index], t.r.walls[index] = t.ops, t, wall
	t.r.issued = max(t.r.issued, index)
	t.index = index
	t.r.mu.Unlock()
	err := t.Ticket.Enqueue(index, wall)
	if err != nil {
		t.forget()
	}
	return err
}

func (t *recordedTicket) Wait() error {
	err := t.Ticket.Wait()
	if err != nil && !errors.Is(err, errUncertain) {
		t.forget()
	}
	return err
}

// forget takes back a commit that is known to be in no file.
func (t *recordedTicket) forget() {
	t.r.mu.Lock()
	defer t.r.mu.Unlock()
	if t.r.makers[t.index] == t {
		delete(t.r.commits, t.index)
	}
}

// model is a graph of maps.
type model struct {
	nodes   map[graph.NodeID]*modelNode
	edges   map[graph.EdgeID]*modelEdge
	entries map[[2]string]string
}

type modelNode struct {
	generation uint32
	labels     map[string]bool
	props      map[string]string
}

type modelEdge struct {
	generation uint32
	kind       string
	src, dst   graph.NodeID
	props      map[string]string
}

func newModel() *model {
	return &model{
		nodes: make(map[graph.NodeID]*modelNode), edges: make(map[graph.EdgeID]*modelEdge),
		entries: make(map[[2]string]string),
	}
}

// modelOp is a change with names in place of ids.
type modelOp struct {
	op    change.Op
	name  string
	value string
	entry change.Entry
}

func newModelOp(c *change.Commit, o change.Op, names change.Names) modelOp {
	m := modelOp{op: o}
	switch o.Kind {
	case change.AddLabel, change.RemoveLabel:
		m.name = strings.Clone(names.LabelName(graph.LabelID(o.Ref)))
	case change.CreateEdge:
		m.name = strings.Clone(names.TypeName(graph.TypeID(o.Ref)))
	case change.SetNodeProp, change.SetEdgeProp:
		m.name = strings.Clone(names.KeyName(graph.KeyID(o.Ref)))
		if !o.Value.IsNull() {
			m.value = valueText(o.Value)
		}
	case change.PutEntry, change.DeleteEntry:
		m.entry = c.Entries[o.Ref]
		m.entry.Data = slices.Clone(m.entry.Data)
	case change.CreateNode, change.DeleteNode, change.DeleteEdge:
	}
	m.op.Value = value.Null
	return m
}

func valueText(v value.Value) string {
	encoded, err := codec.AppendValue(nil, v)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%q", encoded)
}

func (o modelOp) apply(m *model) {
	switch o.op.Kind {
	case change.CreateNode:
		m.nodes[o.op.Node] = &modelNode{generation: o.op.Generation, labels: map[string]bool{}, props: map[string]string{}}
	case change.DeleteNode:
		delete(m.nodes, o.op.Node)
	case change.AddLabel:
		m.nodes[o.op.Node].labels[o.name] = true
	case change.RemoveLabel:
		delete(m.nodes[o.op.Node].labels, o.name)
	case change.SetNodeProp:
		set(m.nodes[o.op.Node].props, o.name, o.value)
	case change.CreateEdge:
		m.edges[o.op.Edge.ID] = &modelEdge{
			generation: o.op.Generation, kind: o.name, src: o.op.Node, dst: o.op.Edge.Dst, props: map[string]string{},
		}
	case change.DeleteEdge:
		delete(m.edges, o.op.Edge.ID)
	case change.SetEdgeProp:
		set(m.edges[o.op.Edge.ID].props, o.name, o.value)
	case change.PutEntry:
		m.entries[[2]string{o.entry.Kind, o.entry.Name}] = fmt.Sprintf("%q", o.entry.Data)
	case change.DeleteEntry:
		delete(m.entries, [2]string{o.entry.Kind, o.entry.Name})
	}
}

func set(props map[string]string, name, text string) {
	if text == "" {
		delete(props, name)
		return
	}
	props[name] = text
}

func propsText(props map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(props)) {
		fmt.Fprintf(&b, " %s=%s", name, props[name])
	}
	return b.String()
}

// String renders the graph; equal graphs give equal texts.
func (m *model) String() string {
	var b strings.Builder
	for _, id := range slices.Sorted(maps.Keys(m.nodes)) {
		n := m.nodes[id]
		fmt.Fprintf(&b, "n%d/%d%v%s\n", id, n.generation, slices.Sorted(maps.Keys(n.labels)), propsText(n.props))
	}
	for _, id := range slices.Sorted(maps.Keys(m.edges)) {
		e := m.edges[id]
		fmt.Fprintf(&b, "r%d/%d %d-%s>%d%s\n", id, e.generation, e.src, e.kind, e.dst, propsText(e.props))
	}
	for _, id := range slices.SortedFunc(maps.Keys(m.entries), func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	}) {
		fmt.Fprintf(&b, "entry %s %q %s\n", id[0], id[1], m.entries[id])
	}
	return b.String()
}

// graphText renders what a store holds, as model.String does.
func graphText(s *storage.Store) string {
	tx := s.Begin(storage.TxOptions{ReadOnly: true})
	defer tx.Release()
	m := newModel()
	props := func(list []storage.Property) map[string]string {
		out := map[string]string{}
		for _, p := range list {
			out[s.KeyName(p.Key)] = valueText(p.Value)
		}
		return out
	}
	var ids [64]graph.NodeID
	for scan, n := tx.ScanNodes(), 1; n > 0; {
		n = scan.Next(ids[:])
		for _, id := range ids[:n] {
			node := &modelNode{generation: tx.NodeGeneration(id), labels: map[string]bool{}, props: props(tx.AppendNodeProperties(nil, id))}
			for _, l := range tx.AppendLabels(nil, id) {
				node.labels[s.LabelName(l)] = true
			}
			m.nodes[id] = node
		}
	}
	var edges [64]graph.Edge
	for scan, n := tx.ScanEdges(nil), 1; n > 0; {
		n = scan.Next(edges[:])
		for _, e := range edges[:n] {
			m.edges[e.ID] = &modelEdge{
				generation: tx.EdgeGeneration(e.ID), kind: s.TypeName(tx.EdgeType(e)), src: tx.EdgeSource(e), dst: e.Dst,
				props: props(tx.AppendEdgeProperties(nil, e)),
			}
		}
	}
	for _, e := range s.Entries("") {
		m.entries[[2]string{e.Kind, e.Name}] = fmt.Sprintf("%q", e.Data)
	}
	return m.String()
}

// diff shows the first lines in which two texts differ.
func diff(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	var out strings.Builder
	shown := 0
	for i := range max(len(a), len(b)) {
		var x, y string
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y && shown < 5 {
			fmt.Fprintf(&out, "line %d:\n  got  %s\n  want %s\n", i+1, x, y)
			shown++
		}
	}
	return out.String()
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
