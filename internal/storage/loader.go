package storage

import (
	"context"
	"fmt"
	"unsafe"

	"memgraphd/internal/storage/adjacency"
	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/constraint"
	"memgraphd/internal/storage/graph"
)

// Loader fills an empty store from a snapshot. No transaction may be open meanwhile, and
// it belongs to one goroutine.
type Loader struct {
	store   *Store
	pack    Tx // for its scratch only
	garbage arena.Garbage
	entries []change.Entry
}

// NewLoader returns a loader.
func (s *Store) NewLoader() *Loader { return &Loader{store: s} }

// Node adds a node.
func (l *Loader) Node(id graph.NodeID, generation uint32, labels []graph.LabelID, props []Property) error {
	s := l.store
	packed, err := l.prepare(props)
	if err != nil {
		return fmt.Errorf("node %d: %w", id, err)
	}
	for _, label := range labels {
		if err = s.checkLabel(label); err != nil {
			return fmt.Errorf("node %d: %w", id, err)
		}
	}
	n, err := s.placeNode(id, generation)
	if err != nil {
		return err
	}
	im := image{labels: s.sets.of(labels), props: s.storeBlob(packed), exists: true}
	n.labels.Store(uint32(im.labels))
	n.props.Store(uint32(im.props))
	s.enter(id, im, image{})
	for _, label := range s.sets.labels(im.labels) {
		s.counts.labels.At(uint32(label)).Add(1)
	}
	return nil
}

// prepare packs properties and looks whether there is memory.
func (l *Loader) prepare(props []Property) ([]byte, error) {
	for _, p := range props {
		if err := l.store.checkKey(p.Key); err != nil {
			return nil, err
		}
	}
	packed, _, err := l.pack.pack(props)
	if err != nil {
		return nil, err
	}
	return packed, l.store.headroom(l.store.graphBudget, int64(len(packed)))
}

// placeNode makes an empty node in slot id.
func (s *Store) placeNode(id graph.NodeID, generation uint32) (*node, error) {
	if id == graph.NoNode {
		return nil, fmt.Errorf("node %d: %w", id, ErrIDsExhausted)
	}
	// A far id costs the memory of all slots before it.
	if more := int64(id) - int64(s.NodeSlots()); more > 0 {
		if err := s.headroom(s.graphBudget, more*int64(unsafe.Sizeof(node{}))); err != nil {
			return nil, fmt.Errorf("node %d: %w", id, err)
		}
	}
	n := s.nodes.claim(id)
	if n.state.Load() != absent {
		return nil, fmt.Errorf("node %d exists already", id)
	}
	s.columns.changed(id)
	n.generation.Store(generation)
	n.state.Store(0)
	s.counts.nodes.Add(1)
	return n, nil
}

// Edge adds a relationship; its ends must have been added before.
func (l *Loader) Edge(
	id graph.EdgeID, generation uint32, t graph.TypeID, src, dst graph.NodeID, props []Property,
) error {
	packed, err := l.prepare(props)
	if err != nil {
		return fmt.Errorf("relationship %d: %w", id, err)
	}
	if err := l.store.placeEdge(id, generation, t, src, dst, &l.garbage); err != nil {
		return err
	}
	l.store.edges.setProps(id, l.store.storeBlob(packed))
	if l.garbage.Len() > 1024 {
		l.garbage.Free(l.store.adjacency.Arena)
	}
	return nil
}

// placeEdge makes a relationship without properties in slot id.
func (s *Store) placeEdge(
	id graph.EdgeID, generation uint32, t graph.TypeID, src, dst graph.NodeID, g *arena.Garbage,
) error {
	a, b := s.nodes.at(src), s.nodes.at(dst)
	if a == nil || b == nil || a.state.Load() != 0 || b.state.Load() != 0 {
		return fmt.Errorf("relationship %d from node %d to node %d: %w", id, src, dst, ErrNotFound)
	}
	if id == graph.NoEdge || int(t) >= len(*s.typeNames.list.Load()) {
		return fmt.Errorf("relationship %d of type %d: %w", id, t, ErrNotFound)
	}
	if more := int64(id) - int64(s.EdgeSlots()); more > 0 {
		if err := s.headroom(s.graphBudget, more*5); err != nil { // 4.5 bytes a slot
			return fmt.Errorf("relationship %d: %w", id, err)
		}
	}
	if err := s.edges.claim(id, t); err != nil {
		return err
	}
	s.edges.setGeneration(id, generation)
	s.edges.sources.At(uint32(id)).Store(uint32(src))
	s.loops.note(src, dst)
	st := (*edgeStates)(s)
	a.addKind(t, graph.Out)
	b.addKind(t, graph.In)
	a.out.Store(uint32(s.adjacency.Insert(arena.Ref(a.out.Load()), adjacency.Entry{Type: t, Node: dst, Edge: id}, st, g)))
	b.in.Store(uint32(s.adjacency.Insert(arena.Ref(b.in.Load()), adjacency.Entry{Type: t, Node: src, Edge: id}, st, g)))
	s.counts.edges.Add(1)
	s.counts.types.At(uint32(t)).Add(1)
	return nil
}

// Entry adds an entry of the catalogue.
func (l *Loader) Entry(e change.Entry) error {
	l.entries = append(l.entries, e)
	return nil
}

// Finish ends the load at commit last and builds the indexes. The generations are what
// MaxGenerations returned.
func (l *Loader) Finish(last change.Index, maxNodeGeneration, maxEdgeGeneration uint32) error {
	s := l.store
	l.garbage.Free(s.adjacency.Arena)
	if err := l.applyEntries(); err != nil {
		return err
	}
	s.nodes.base.Store(maxNodeGeneration)
	raise(&s.nodes.floor, maxNodeGeneration)
	s.edges.base.Store(maxEdgeGeneration)
	raise(&s.edges.floor, maxEdgeGeneration)
	s.advance(uint64(last), 0)
	return nil
}

// applyEntries puts the entries that were added into force.
func (l *Loader) applyEntries() error {
	for _, e := range l.entries {
		if err := l.store.applyEntry(e, l.store.fillAlone); err != nil {
			return err
		}
	}
	l.entries = nil
	return nil
}

// advance makes index the newest commit.
func (s *Store) advance(index uint64, wall int64) {
	q := &s.sequencer
	q.mu.Lock()
	defer q.mu.Unlock()
	q.last.Store(index)
	q.next = index + 1
	q.wall = max(q.wall, wall)
}

// applyEntry puts an entry that was logged into force; fill enters the nodes into an index.
func (s *Store) applyEntry(e change.Entry, fill func(context.Context, *propertyIndex) error) error {
	switch e.Kind {
	case constraint.EntryKind:
		return s.applyConstraint(e)
	case indexKind:
	default:
		s.catalogue.put(e)
		return nil
	}
	d, err := s.decodeIndex(e)
	if err != nil {
		return err
	}
	if _, ok := s.Entry(e.Kind, e.Name); ok {
		return fmt.Errorf("index %s exists already", e.Name)
	}
	var p *propertyIndex
	if d.HasKey {
		if p, err = s.buildIndex(context.Background(), d, fill); err != nil {
			return fmt.Errorf("index %s: %w", e.Name, err)
		}
	}
	s.announce(e, p)
	return nil
}

func (s *Store) checkLabel(l graph.LabelID) error {
	if int(l) >= len(*s.labelNames.list.Load()) {
		return fmt.Errorf("label %d: %w", l, ErrNotFound)
	}
	return nil
}

func (s *Store) checkKey(k graph.KeyID) error {
	if int(k) >= len(*s.keyNames.list.Load()) {
		return fmt.Errorf("property key %d: %w", k, ErrNotFound)
	}
	return nil
}
