package storage

import (
	"cmp"
	"errors"
	"slices"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/mvcc"
	"memgraphd/internal/storage/property"
	"memgraphd/internal/storage/value"
)

// pack returns the properties, which may be in any order, as a blob in tx.scratch and as
// it holds them; of several with one key the last counts.
func (tx *Tx) pack(props []Property) (packed []byte, unique []Property, err error) {
	sorted := true
	for i, p := range props {
		if !property.Storable(p.Value) {
			return nil, nil, ErrNotStorable
		}
		sorted = sorted && (i == 0 || props[i-1].Key < p.Key)
	}
	if !sorted {
		props = slices.Clone(props)
		slices.SortStableFunc(props, func(a, b Property) int { return cmp.Compare(a.Key, b.Key) })
		kept := props[:0]
		for i, p := range props {
			if i+1 == len(props) || props[i+1].Key != p.Key {
				kept = append(kept, p)
			}
		}
		props = kept
	}
	w := tx.writing()
	w.scratch = property.Pack(w.scratch[:0], props)
	return w.scratch, props, nil
}

// CreateNode creates a node.
func (tx *Tx) CreateNode(labels []graph.LabelID, props []Property) (graph.NodeID, error) {
	s := tx.store
	if err := tx.mayCreateNode(labels, props); err != nil {
		return 0, err
	}
	packed, props, err := tx.pack(props)
	if err != nil {
		return 0, err
	}
	if err = tx.beginWrite(int64(len(packed)), 2+len(labels)+len(props)); err != nil {
		return 0, err
	}
	set := s.sets.of(labels)
	if err = s.checkTypes(graph.NoNode, set, props); err != nil {
		return 0, err
	}
	id, n, err := s.nodes.take()
	if err != nil {
		return 0, err
	}
	im := image{labels: set, props: s.storeBlob(packed), exists: true}
	ref := tx.record(&mvcc.Record{Kind: mvcc.NodeImage, ID: uint32(id)}, 0)
	n.latch()
	n.state.Store(latched | absent | uint64(ref))
	s.columns.changed(id)
	n.labels.Store(uint32(im.labels))
	n.props.Store(uint32(im.props))
	s.enter(id, im, image{})
	n.unlatch(uint64(ref))

	tx.deltas.nodes++
	tx.deltas.relabel(s, 0, im.labels)
	tx.redo(&change.Op{Kind: change.CreateNode, Node: id, Generation: n.generation.Load()})
	for _, l := range s.sets.labels(im.labels) {
		tx.redo(&change.Op{Kind: change.AddLabel, Node: id, Ref: uint32(l)})
	}
	tx.redoProps(change.SetNodeProp, id, graph.Edge{}, props)
	return id, nil
}

// owner returns the newest undo record of a node that was not rolled back, nil if there
// is none: who changed the version in place.
func (s *Store) owner(state uint64) *mvcc.Record {
	for ref := undoOf(state); ref != 0; {
		r := mvcc.At(s.undo, ref)
		if s.slots.Get(r.Slot) != mvcc.Aborted {
			return r
		}
		ref = arena.Ref(r.Next.Load())
	}
	return nil
}

// nodeWrite is a node that is latched for a change.
type nodeWrite struct {
	id    graph.NodeID
	node  *node
	state uint64
	old   image
	own   bool // this transaction has changed the node before
}

// openNode latches a node for a change of its image, or says why it cannot be changed.
func (tx *Tx) openNode(id graph.NodeID) (nodeWrite, error) {
	s := tx.store
	n := s.nodes.at(id)
	if n == nil {
		return nodeWrite{}, ErrNotFound
	}
	for {
		state := n.latch()
		r := s.owner(state)
		if r == nil || s.slots.Sees(tx.view, r.Slot) {
			if state&absent != 0 {
				n.unlatch(state)
				return nodeWrite{}, ErrNotFound
			}
			own := r != nil && r.Slot == tx.view.Self
			return nodeWrite{id, n, state, n.inPlace(state), own}, nil
		}
		old := s.imageAt(tx.view, n.inPlace(state), state)
		slot := r.Slot
		n.unlatch(state)
		if !old.exists {
			return nodeWrite{}, ErrNotFound
		}
		if err := s.waitOutcome(slot); !errors.Is(err, errRetry) {
			return nodeWrite{}, err
		}
	}
}

// cancel ends the latch without a change.
func (w *nodeWrite) cancel() { w.node.unlatch(w.state) }

// apply makes now the version in place and ends the latch.
func (tx *Tx) apply(w *nodeWrite, now image) {
	s, e := tx.store, tx.ending
	if !w.own {
		r := mvcc.Record{Kind: mvcc.NodeImage, ID: uint32(w.id), A: uint32(w.old.labels), B: uint32(w.old.props), C: 1}
		w.state = w.state&^undoBits | uint64(tx.record(&r, undoOf(w.state)))
		w.node.state.Store(latched | w.state)
	}
	s.columns.changed(w.id)
	if !w.own && (now.props != w.old.props || !now.exists) {
		e.keep(s, w.old.props)
	}
	s.enter(w.id, now, w.old)
	w.node.labels.Store(uint32(now.labels))
	w.node.props.Store(uint32(now.props))
	if !now.exists {
		w.state |= absent
	}
	if w.own {
		s.forget(w.id, w.old, now, now, undoOf(w.state), &e.indexes)
		if now.props != w.old.props {
			s.dropBlob(w.old.props, arena.Ref(mvcc.At(s.undo, undoOf(w.state)).B), e)
		}
	}
	w.node.unlatch(w.state)
}

// AddLabel adds a label; changed is false if the node has it.
func (tx *Tx) AddLabel(id graph.NodeID, l graph.LabelID) (changed bool, err error) {
	return tx.setLabels(id, l, change.AddLabel, tx.store.sets.with)
}

// RemoveLabel removes a label; changed is false if the node does not have it.
func (tx *Tx) RemoveLabel(id graph.NodeID, l graph.LabelID) (changed bool, err error) {
	return tx.setLabels(id, l, change.RemoveLabel, tx.store.sets.without)
}

func (tx *Tx) setLabels(
	id graph.NodeID, l graph.LabelID, kind change.Kind, to func(setID, graph.LabelID) setID,
) (bool, error) {
	if err := tx.beginWrite(64, 2); err != nil {
		return false, err
	}
	w, err := tx.openNode(id)
	if err != nil {
		return false, err
	}
	now := w.old
	now.labels = to(w.old.labels, l)
	if now == w.old {
		w.cancel()
		return false, nil
	}
	if err := tx.mayRelabel(w.old.labels, l, relabelling(kind)); err != nil {
		w.cancel()
		return false, err
	}
	if kind == change.AddLabel {
		if err := tx.store.checkLabelTypes(id, l, w.old.props); err != nil {
			w.cancel()
			return false, err
		}
	}
	tx.apply(&w, now)
	tx.deltas.relabel(tx.store, w.old.labels, now.labels)
	tx.redo(&change.Op{Kind: kind, Node: id, Ref: uint32(l)})
	return true, nil
}

// SetNodeProperty sets a property; null removes it.
func (tx *Tx) SetNodeProperty(id graph.NodeID, k graph.KeyID, v value.Value) error {
	if !property.Storable(v) {
		return ErrNotStorable
	}
	s := tx.store
	if err := tx.beginWrite(valueSize(v), 2); err != nil {
		return err
	}
	w, err := tx.openNode(id)
	if err != nil {
		return err
	}
	if err := tx.maySetNode(AccessWriteKeys, w.old.labels, Property{Key: k}); err != nil {
		w.cancel()
		return err
	}
	if v.IsNull() && s.valueIn(w.old, k).IsNull() {
		w.cancel()
		return nil
	}
	if err := s.checkTypes(id, w.old.labels, []Property{{Key: k, Value: v}}); err != nil {
		w.cancel()
		return err
	}
	tx.scratch = property.Set(tx.scratch[:0], s.blob(w.old.props), k, v)
	now := w.old
	now.props = s.storeBlob(tx.scratch)
	tx.apply(&w, now)
	tx.redo(&change.Op{Kind: change.SetNodeProp, Node: id, Ref: uint32(k), Value: v})
	return nil
}

// DeleteNode deletes a node that has no relationships; deleted is false if there is no
// such node, or no longer.
func (tx *Tx) DeleteNode(id graph.NodeID) (deleted bool, err error) {
	if err := tx.beginWrite(0, 2); err != nil {
		return false, err
	}
	s := tx.store
	for {
		w, err := tx.openNode(id)
		if errors.Is(err, ErrNotFound) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if err := tx.mayNode(w.old.labels, AccessDelete); err != nil {
			w.cancel()
			return false, err
		}
		connected, blocker := tx.connections(w.node)
		if connected {
			w.cancel()
			return false, tx.connected(id, w.old.labels)
		}
		if blocker != 0 {
			w.cancel()
			if err := s.waitOutcome(blocker); !errors.Is(err, errRetry) {
				return false, err
			}
			continue
		}
		now := w.old
		now.exists = false
		raise(&s.nodes.floor, w.node.generation.Load()+1)
		tx.apply(&w, now)
		tx.deltas.nodes--
		tx.deltas.relabel(s, w.old.labels, 0)
		tx.redo(&change.Op{Kind: change.DeleteNode, Node: id})
		return true, nil
	}
}

// connections reports whether the view holds a relationship of n, and if not, which other
// transaction added one. The caller holds the latch of n.
func (tx *Tx) connections(n *node) (connected bool, blocker mvcc.Slot) {
	s := tx.store
	c := connectionFilter{tx: tx}
	for _, ref := range []uint32{n.out.Load(), n.in.Load()} {
		if s.adjacency.Degree(arena.Ref(ref), nil, &c) > 0 {
			return true, 0
		}
	}
	return false, c.blocker
}

// connectionFilter lets visible relationships pass and notes who made the others.
type connectionFilter struct {
	tx      *Tx
	blocker mvcc.Slot
}

// VisibleEdge implements adjacency.Filter.
func (c *connectionFilter) VisibleEdge(id graph.EdgeID) bool {
	if (*edgeFilter)(c.tx).VisibleEdge(id) {
		return true
	}
	s := c.tx.store
	creator := mvcc.Slot(s.edges.state(id).creator.Load())
	if creator != 0 && !s.slots.Sees(c.tx.view, creator) && s.slots.Get(creator) != mvcc.Aborted {
		c.blocker = creator
	}
	return false
}
