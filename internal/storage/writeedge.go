package storage

import (
	"errors"

	"memgraphd/internal/storage/adjacency"
	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/mvcc"
	"memgraphd/internal/storage/property"
	"memgraphd/internal/storage/value"
)

// endpoint tells whether a relationship may be added to a latched node: nil, ErrNotFound,
// or the slot of a transaction that deleted it.
func (tx *Tx) endpoint(n *node) (blocker mvcc.Slot, err error) {
	s := tx.store
	state := n.state.Load() &^ latched
	if state == 0 {
		return 0, nil
	}
	r := s.owner(state)
	if r == nil || s.slots.Sees(tx.view, r.Slot) {
		if state&absent != 0 {
			return 0, ErrNotFound
		}
		return 0, nil
	}
	if old := s.imageAt(tx.view, n.inPlace(state), state); !old.exists {
		return 0, ErrNotFound
	}
	if state&absent != 0 {
		return r.Slot, nil
	}
	return 0, nil // another transaction changes labels or properties, which is no conflict
}

// openEnds latches both ends of a new relationship.
func (tx *Tx) openEnds(src, dst graph.NodeID) (a, b *node, err error) {
	s := tx.store
	if s.nodes.at(src) == nil || s.nodes.at(dst) == nil {
		return nil, nil, ErrNotFound
	}
	for {
		a, b = s.latchBoth(src, dst)
		blocker, err := tx.endpoint(a)
		if err == nil && blocker == 0 {
			blocker, err = tx.endpoint(b)
		}
		if err == nil && blocker == 0 {
			return a, b, nil
		}
		s.unlatchBoth(a, b)
		if err != nil {
			return nil, nil, err
		}
		if err := s.waitOutcome(blocker); !errors.Is(err, errRetry) {
			return nil, nil, err
		}
	}
}

// CreateEdge creates a relationship of type t from src to dst.
func (tx *Tx) CreateEdge(src, dst graph.NodeID, t graph.TypeID, props []Property) (graph.Edge, error) {
	s := tx.store
	if err := tx.mayCreateEdge(src, dst, t, props); err != nil {
		return graph.Edge{}, err
	}
	packed, props, err := tx.pack(props)
	if err != nil {
		return graph.Edge{}, err
	}
	if err = tx.beginWrite(int64(len(packed)), 2+len(props)); err != nil {
		return graph.Edge{}, err
	}
	a, b, err := tx.openEnds(src, dst)
	if err != nil {
		return graph.Edge{}, err
	}
	id, err := s.edges.take(t)
	if err != nil {
		s.unlatchBoth(a, b)
		return graph.Edge{}, err
	}
	e := graph.Edge{ID: id, Dst: dst}
	s.edges.change(id, nil, func(st *edgeState) { st.creator.Store(uint32(tx.view.Self)) })
	s.edges.setProps(id, s.storeBlob(packed))
	s.edges.sources.At(uint32(id)).Store(uint32(src))
	tx.record(&mvcc.Record{Kind: mvcc.EdgeCreated, ID: uint32(id), A: uint32(t), B: uint32(src), C: uint32(dst)}, 0)
	s.loops.note(src, dst)
	a.addKind(t, graph.Out)
	b.addKind(t, graph.In)
	g := &tx.ending.adjacency
	out := s.adjacency.Insert(arena.Ref(a.out.Load()), adjacency.Entry{Type: t, Node: dst, Edge: id, Marks: 1}, (*edgeStates)(s), g)
	a.out.Store(uint32(out))
	in := s.adjacency.Insert(arena.Ref(b.in.Load()), adjacency.Entry{Type: t, Node: src, Edge: id, Marks: 1}, (*edgeStates)(s), g)
	b.in.Store(uint32(in))
	s.unlatchBoth(a, b)

	tx.deltas.edges++
	tx.deltas.types.add(t, 1)
	tx.redo(&change.Op{Kind: change.CreateEdge, Node: src, Edge: e, Ref: uint32(t), Generation: s.edges.generation(id)})
	tx.redoProps(change.SetEdgeProp, src, e, props)
	return e, nil
}

// writable tells whether tx may change a relationship: nil, ErrNotFound, or the slot of
// the transaction that changed it first.
func (tx *Tx) writable(id graph.EdgeID) (blocker mvcc.Slot, err error) {
	s := tx.store
	st := s.edges.state(id)
	if st == nil {
		return 0, nil
	}
	if c := mvcc.Slot(st.creator.Load()); c != 0 && !s.slots.Sees(tx.view, c) {
		return 0, ErrNotFound
	}
	if d := mvcc.Slot(st.deleter.Load()); d != 0 && s.slots.Get(d) != mvcc.Aborted {
		if s.slots.Sees(tx.view, d) {
			return 0, ErrNotFound
		}
		return d, nil
	}
	r := s.edgeOwner(st)
	if r != nil && !s.slots.Sees(tx.view, r.Slot) {
		return r.Slot, nil
	}
	return 0, nil
}

// edgeOwner returns the newest undo record of a relationship that was not rolled back.
func (s *Store) edgeOwner(st *edgeState) *mvcc.Record {
	for ref := arena.Ref(st.undo.Load()); ref != 0; {
		r := mvcc.At(s.undo, ref)
		if s.slots.Get(r.Slot) != mvcc.Aborted {
			return r
		}
		ref = arena.Ref(r.Next.Load())
	}
	return nil
}

// openEdge latches both ends of a relationship for a change of it.
func (tx *Tx) openEdge(id graph.EdgeID) (src, dst graph.NodeID, err error) {
	s := tx.store
	for {
		if !s.edges.known(id) || !(*edgeFilter)(tx).VisibleEdge(id) {
			return 0, 0, ErrNotFound
		}
		src = s.edges.source(id)
		dst, ok := s.adjacency.Find(arena.Ref(s.nodes.records.At(uint32(src)).out.Load()), s.edges.typeOf(id), id)
		if !ok {
			return 0, 0, ErrNotFound
		}
		a, b := s.latchBoth(src, dst)
		blocker, err := tx.writable(id)
		if err == nil && blocker == 0 {
			return src, dst, nil
		}
		s.unlatchBoth(a, b)
		if err != nil {
			return 0, 0, err
		}
		if err := s.waitOutcome(blocker); !errors.Is(err, errRetry) {
			return 0, 0, err
		}
	}
}

func (s *Store) closeEdge(src, dst graph.NodeID) {
	s.unlatchBoth(s.nodes.records.At(uint32(src)), s.nodes.records.At(uint32(dst)))
}

// SetEdgeProperty sets a property; null removes it.
func (tx *Tx) SetEdgeProperty(e graph.Edge, k graph.KeyID, v value.Value) error {
	if !property.Storable(v) {
		return ErrNotStorable
	}
	s := tx.store
	if err := tx.maySetEdge(AccessWriteKeys, tx.EdgeType(e), Property{Key: k}); err != nil {
		return err
	}
	if err := tx.beginWrite(valueSize(v), 2); err != nil {
		return err
	}
	src, dst, err := tx.openEdge(e.ID)
	if err != nil {
		return err
	}
	old := s.edges.props(e.ID)
	if v.IsNull() && (old == 0 || property.Find(s.blob(old), k).IsNull()) {
		s.closeEdge(src, dst)
		return nil
	}
	tx.scratch = property.Set(tx.scratch[:0], s.blob(old), k, v)
	now := s.storeBlob(tx.scratch)
	saved := arena.Ref(0)
	s.edges.change(e.ID, nil, func(st *edgeState) {
		switch own := s.edgeOwner(st); {
		case mvcc.Slot(st.creator.Load()) == tx.view.Self:
		case own != nil && own.Slot == tx.view.Self:
			saved = arena.Ref(own.B)
		default:
			r := mvcc.Record{Kind: mvcc.EdgeImage, ID: uint32(e.ID), B: uint32(old)}
			st.undo.Store(uint32(tx.record(&r, arena.Ref(st.undo.Load()))))
			saved = old
			tx.ending.keep(s, old)
		}
	})
	s.edges.setProps(e.ID, now)
	s.dropBlob(old, saved, tx.ending)
	s.closeEdge(src, dst)
	tx.redo(&change.Op{Kind: change.SetEdgeProp, Node: src, Edge: graph.Edge{ID: e.ID, Dst: dst}, Ref: uint32(k), Value: v})
	return nil
}

// DeleteEdge deletes a relationship; deleted is false if there is none, or no longer.
func (tx *Tx) DeleteEdge(e graph.Edge) (deleted bool, err error) {
	s := tx.store
	if err = tx.mayDeleteEdge(e); err != nil {
		return false, err
	}
	if err = tx.beginWrite(0, 2); err != nil {
		return false, err
	}
	src, dst, err := tx.openEdge(e.ID)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	t := s.edges.typeOf(e.ID)
	raise(&s.edges.floor, s.edges.generation(e.ID)+1)
	marked := false
	s.edges.change(e.ID, nil, func(st *edgeState) {
		marked = st.deleter.Load() != 0 // by a transaction that was rolled back
		st.deleter.Store(uint32(tx.view.Self))
	})
	if !marked {
		s.adjacency.AddMarks(arena.Ref(s.nodes.records.At(uint32(src)).out.Load()), t, e.ID, 1)
		s.adjacency.AddMarks(arena.Ref(s.nodes.records.At(uint32(dst)).in.Load()), t, e.ID, 1)
	}
	tx.record(&mvcc.Record{Kind: mvcc.EdgeDeleted, ID: uint32(e.ID), A: uint32(t), B: uint32(src), C: uint32(dst)}, 0)
	tx.ending.keep(s, s.edges.props(e.ID))
	s.closeEdge(src, dst)

	tx.deltas.edges--
	tx.deltas.types.add(t, -1)
	tx.redo(&change.Op{Kind: change.DeleteEdge, Node: src, Edge: graph.Edge{ID: e.ID, Dst: dst}})
	return true, nil
}
