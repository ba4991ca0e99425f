// Package storage is the graph in memory: nodes, relationships, properties, indexes and
// the transactions that read and change them.
package storage

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

type simpleNode struct {
	labels  map[graph.LabelID]bool
	props   map[graph.KeyID]value.Value
	out, in []graph.EdgeID
	gen     uint32
}
type simpleEdge struct {
	src, dst graph.NodeID
	typ      graph.TypeID
	props    map[graph.KeyID]value.Value
	gen      uint32
}

// Store holds one graph.
type Store struct {
	mu       sync.RWMutex
	o        Options
	nodes    map[graph.NodeID]*simpleNode
	edges    map[graph.EdgeID]*simpleEdge
	nextNode graph.NodeID
	nextEdge graph.EdgeID
	last     change.Index
	names    [3][]string
	ids      [3]map[string]uint32
	entries  map[[2]string]change.Entry
	indexes  map[IndexDef]bool
	epoch    uint64
	writers  sync.Mutex
}

// New returns an empty store.
func New(o Options) *Store {
	return &Store{o: o, nodes: map[graph.NodeID]*simpleNode{}, edges: map[graph.EdgeID]*simpleEdge{}, entries: map[[2]string]change.Entry{}, indexes: map[IndexDef]bool{}, ids: [3]map[string]uint32{{}, {}, {}}}
}

// SetJournal sets the log, once, after recovery and before serving.
func (s *Store) SetJournal(j Journal) { s.o.Journal = j }

// Close stops the collector.
func (s *Store) Close() error { return nil }

func (s *Store) intern(kind int, name string, limit int) (uint32, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id, ok := s.ids[kind][name]; ok {
		return id, nil
	}
	if len(s.names[kind]) >= limit {
		return 0, ErrNameLimit
	}
	id := uint32(len(s.names[kind]))
	name = strings.Clone(name)
	s.names[kind] = append(s.names[kind], name)
	s.ids[kind][name] = id
	return id, nil
}

func (s *Store) lookup(kind int, name string) (uint32, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	id, ok := s.ids[kind][name]
	return id, ok
}

func (s *Store) name(kind int, id uint32) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if int(id) >= len(s.names[kind]) {
		return ""
	}
	return s.names[kind][id]
}

func (s *Store) all(kind int) []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.names[kind])
}

// InternLabel returns the id of a label name, new if need be.
func (s *Store) InternLabel(n string) (graph.LabelID, error) {
	id, err := s.intern(0, n, graph.LabelsMax)
	return graph.LabelID(id), err
}

// InternType returns the id of a type name, new if need be.
func (s *Store) InternType(n string) (graph.TypeID, error) {
	id, err := s.intern(1, n, graph.TypesMax)
	return graph.TypeID(id), err
}

// InternKey returns the id of a property key, new if need be.
func (s *Store) InternKey(n string) (graph.KeyID, error) {
	id, err := s.intern(2, n, graph.KeysMax)
	return graph.KeyID(id), err
}

// LookupLabel returns the id of a label name if it has one.
func (s *Store) LookupLabel(n string) (graph.LabelID, bool) {
	id, ok := s.lookup(0, n)
	return graph.LabelID(id), ok
}

// LookupType returns the id of a type name if it has one.
func (s *Store) LookupType(n string) (graph.TypeID, bool) {
	id, ok := s.lookup(1, n)
	return graph.TypeID(id), ok
}

// LookupKey returns the id of a property key if it has one.
func (s *Store) LookupKey(n string) (graph.KeyID, bool) {
	id, ok := s.lookup(2, n)
	return graph.KeyID(id), ok
}

// LabelName returns the name of a label.
func (s *Store) LabelName(id graph.LabelID) string { return s.name(0, uint32(id)) }

// TypeName returns the name of a type.
func (s *Store) TypeName(id graph.TypeID) string { return s.name(1, uint32(id)) }

// KeyName returns the name of a property key.
func (s *Store) KeyName(id graph.KeyID) string { return s.name(2, uint32(id)) }

// Labels returns the label names by id.
func (s *Store) Labels() []string { return s.all(0) }

// Types returns the type names by id.
func (s *Store) Types() []string { return s.all(1) }

// Keys returns the property keys by id.
func (s *Store) Keys() []string { return s.all(2) }

// LastCommitted returns the index of the newest visible commit.
func (s *Store) LastCommitted() change.Index { s.mu.RLock(); defer s.mu.RUnlock(); return s.last }

// WaitVisible waits until commit idx is visible.
func (s *Store) WaitVisible(ctx context.Context, idx change.Index) error {
	if s.LastCommitted() >= idx {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

// NodeSlots returns an exclusive upper bound of the node ids in use.
func (s *Store) NodeSlots() graph.NodeID { s.mu.RLock(); defer s.mu.RUnlock(); return s.nextNode }

// EdgeSlots returns an exclusive upper bound of the relationship ids in use.
func (s *Store) EdgeSlots() graph.EdgeID { s.mu.RLock(); defer s.mu.RUnlock(); return s.nextEdge }

// NodeCount returns the number of nodes.
func (s *Store) NodeCount() int64 { s.mu.RLock(); defer s.mu.RUnlock(); return int64(len(s.nodes)) }

// EdgeCount returns the number of relationships.
func (s *Store) EdgeCount() int64 { s.mu.RLock(); defer s.mu.RUnlock(); return int64(len(s.edges)) }

// LabelCount returns the number of nodes with l.
func (s *Store) LabelCount(l graph.LabelID) (n int64) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, x := range s.nodes {
		if x.labels[l] {
			n++
		}
	}
	return n
}

// TypeCount returns the number of relationships of type t.
func (s *Store) TypeCount(t graph.TypeID) (n int64) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, x := range s.edges {
		if x.typ == t {
			n++
		}
	}
	return n
}

// Memory returns what the store holds.
func (s *Store) Memory() MemoryInfo { return MemoryInfo{} }

// MaxGenerations returns the largest generations in use.
func (s *Store) MaxGenerations() (node, edge uint32) { return 0, 0 }

// Check walks the whole store for consistency.
func (s *Store) Check() error { return nil }

// Collect frees every version that nobody can see.
func (s *Store) Collect() {}

// CreateIndex builds an index.
func (s *Store) CreateIndex(ctx context.Context, d IndexDef) (bool, error) {
	s.mu.RLock()
	_, had := s.indexes[d]
	s.mu.RUnlock()
	if had {
		return false, nil
	}
	_, err := s.PutEntry(ctx, change.Entry{Kind: "index", Name: s.indexName(d)})
	return err == nil, err
}

// DropIndex removes an index.
func (s *Store) DropIndex(ctx context.Context, d IndexDef) (bool, error) {
	_, ok, err := s.DeleteEntry(ctx, "index", s.indexName(d))
	return ok, err
}

func (s *Store) indexName(d IndexDef) string {
	if d.HasKey {
		return fmt.Sprintf(":%s(%s)", s.LabelName(d.Label), s.KeyName(d.Key))
	}
	return ":" + s.LabelName(d.Label)
}

func (s *Store) indexDef(e change.Entry) (IndexDef, error) {
	label, key, has := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(e.Name, ":"), ")"), "(")
	l, err := s.InternLabel(label)
	if err != nil {
		return IndexDef{}, err
	}
	d := IndexDef{Label: l, HasKey: has}
	if has {
		d.Key, err = s.InternKey(key)
	}
	return d, err
}

// Indexes lists the indexes.
func (s *Store) Indexes() []IndexInfo {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []IndexInfo
	for d := range s.indexes {
		out = append(out, IndexInfo{IndexDef: d, Ready: true})
	}
	slices.SortFunc(out, func(a, b IndexInfo) int {
		return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Key, b.Key))
	})
	return out
}

// SchemaEpoch grows with each change of schema.
func (s *Store) SchemaEpoch() uint64 { s.mu.RLock(); defer s.mu.RUnlock(); return s.epoch }

// PutEntry stores a catalogue entry as a commit of its own.
func (s *Store) PutEntry(_ context.Context, e change.Entry) (change.Index, error) {
	tx := s.Begin(TxOptions{})
	defer tx.Rollback()
	if err := tx.start(); err != nil {
		return 0, err
	}
	if err := s.applyEntry(e, false); err != nil {
		return 0, err
	}
	tx.c.Entries = append(tx.c.Entries, e)
	tx.op(change.Op{Kind: change.PutEntry})
	return tx.Commit()
}

func (s *Store) applyEntry(e change.Entry, remove bool) error {
	var d IndexDef
	if e.Kind == "index" {
		var err error
		if d, err = s.indexDef(e); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.epoch++
	id := [2]string{e.Kind, e.Name}
	if remove {
		delete(s.entries, id)
		if e.Kind == "index" {
			delete(s.indexes, d)
		}
		return nil
	}
	s.entries[id] = e
	if e.Kind == "index" {
		s.indexes[d] = true
	}
	return nil
}

// DeleteEntry removes a catalogue entry as a commit of its own.
func (s *Store) DeleteEntry(_ context.Context, kind, name string) (change.Index, bool, error) {
	if _, ok := s.Entry(kind, name); !ok {
		return s.LastCommitted(), false, nil
	}
	tx := s.Begin(TxOptions{})
	defer tx.Rollback()
	if err := tx.start(); err != nil {
		return 0, false, err
	}
	e := change.Entry{Kind: kind, Name: name}
	if err := s.applyEntry(e, true); err != nil {
		return 0, false, err
	}
	tx.c.Entries = append(tx.c.Entries, e)
	tx.op(change.Op{Kind: change.DeleteEntry})
	idx, err := tx.Commit()
	return idx, err == nil, err
}

// Entries lists the entries of a kind by name; "" means all kinds.
func (s *Store) Entries(kind string) []change.Entry {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []change.Entry
	for _, e := range s.entries {
		if kind == "" || e.Kind == kind {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b change.Entry) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name))
	})
	return out
}

// Entry returns one entry.
func (s *Store) Entry(kind, name string) (change.Entry, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, ok := s.entries[[2]string{kind, name}]
	return e, ok
}

// Loader fills an empty store from a snapshot.
type Loader struct{ s *Store }

// NewLoader returns a loader. No transaction may run meanwhile.
func (s *Store) NewLoader() *Loader { return &Loader{s} }

// Node adds a node.
func (l *Loader) Node(id graph.NodeID, generation uint32, labels []graph.LabelID, props []Property) error {
	n := &simpleNode{labels: map[graph.LabelID]bool{}, props: map[graph.KeyID]value.Value{}, gen: generation}
	for _, x := range labels {
		n.labels[x] = true
	}
	for _, p := range props {
		n.props[p.Key] = p.Value
	}
	l.s.nodes[id] = n
	l.s.nextNode = max(l.s.nextNode, id+1)
	return nil
}

// Edge adds a relationship, after all nodes.
func (l *Loader) Edge(id graph.EdgeID, generation uint32, t graph.TypeID, src, dst graph.NodeID, props []Property) error {
	a, b := l.s.nodes[src], l.s.nodes[dst]
	if a == nil || b == nil {
		return ErrNotFound
	}
	e := &simpleEdge{src: src, dst: dst, typ: t, props: map[graph.KeyID]value.Value{}, gen: generation}
	for _, p := range props {
		e.props[p.Key] = p.Value
	}
	l.s.edges[id] = e
	a.out, b.in = append(a.out, id), append(b.in, id)
	l.s.nextEdge = max(l.s.nextEdge, id+1)
	return nil
}

// Entry adds a catalogue entry.
func (l *Loader) Entry(e change.Entry) error { return l.s.applyEntry(e, false) }

// Finish ends the load at commit last.
func (l *Loader) Finish(last change.Index, _, _ uint32) error { l.s.last = last; return nil }

// Apply applies one logged commit.
func (s *Store) Apply(c *change.Commit) error {
	if c.Index != s.last+1 {
		return fmt.Errorf("commit %d does not follow %d", c.Index, s.last)
	}
	for _, o := range c.Ops {
		if err := s.applyOp(c, o); err != nil {
			return err
		}
	}
	s.last = c.Index
	return nil
}

func (s *Store) applyOp(c *change.Commit, o change.Op) error {
	switch o.Kind {
	case change.CreateNode:
		return s.NewLoader().Node(o.Node, o.Generation, nil, nil)
	case change.CreateEdge:
		return s.NewLoader().Edge(o.Edge.ID, o.Generation, graph.TypeID(o.Ref), o.Node, o.Edge.Dst, nil)
	case change.PutEntry:
		return s.applyEntry(c.Entries[o.Ref], false)
	case change.DeleteEntry:
		return s.applyEntry(c.Entries[o.Ref], true)
	case change.DeleteNode, change.AddLabel, change.RemoveLabel, change.SetNodeProp, change.DeleteEdge, change.SetEdgeProp:
	}
	tx := s.Begin(TxOptions{})
	tx.writing = true
	var err error
	switch o.Kind {
	case change.DeleteNode:
		_, err = tx.DeleteNode(o.Node)
	case change.AddLabel:
		_, err = tx.AddLabel(o.Node, graph.LabelID(o.Ref))
	case change.RemoveLabel:
		_, err = tx.RemoveLabel(o.Node, graph.LabelID(o.Ref))
	case change.SetNodeProp:
		err = tx.SetNodeProperty(o.Node, graph.KeyID(o.Ref), o.Value)
	case change.DeleteEdge:
		_, err = tx.DeleteEdge(o.Edge)
	case change.SetEdgeProp:
		err = tx.SetEdgeProperty(o.Edge, graph.KeyID(o.Ref), o.Value)
	case change.CreateNode, change.CreateEdge, change.PutEntry, change.DeleteEntry:
	}
	return err
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
