package storage

import (
	"fmt"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/constraint"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/property"
)

// Apply repeats one logged commit, which must be the next. It is for recovery: no
// transaction may be open meanwhile. After an error the store is of no use.
func (s *Store) Apply(c *change.Commit) error {
	if want := s.LastCommitted() + 1; c.Index != want {
		return fmt.Errorf("commit %d cannot be applied: %d is the next", c.Index, want)
	}
	a := applier{store: s, commit: c}
	for i := range c.Ops {
		if err := a.apply(&c.Ops[i]); err != nil {
			return fmt.Errorf("commit %d, change %d: %w", c.Index, i, err)
		}
	}
	if err := s.recheck(a.ruled); err != nil {
		return fmt.Errorf("commit %d: %w", c.Index, err)
	}
	a.adjacency.Free(s.adjacency.Arena)
	a.blobs.Free(s.blobs)
	a.indexes.Free(s.indexArena)
	s.advance(uint64(c.Index), c.Wall)
	return nil
}

// applier changes the versions in place, which nobody reads meanwhile.
type applier struct {
	store     *Store
	commit    *change.Commit
	scratch   []byte
	ruled     []graph.NodeID // that were changed while there are constraints
	adjacency arena.Garbage
	blobs     arena.Garbage
	indexes   arena.Garbage
}

func (a *applier) apply(op *change.Op) error {
	s := a.store
	if err := s.headroom(s.graphBudget, valueSize(op.Value)); err != nil {
		return err
	}
	switch op.Kind {
	case change.CreateNode:
		_, err := s.placeNode(op.Node, op.Generation)
		return err
	case change.DeleteNode:
		return a.deleteNode(op)
	case change.AddLabel, change.RemoveLabel:
		return a.setLabel(op)
	case change.SetNodeProp:
		return a.setNodeProp(op)
	case change.CreateEdge:
		if op.Ref > uint32(graph.TypesMax) {
			return fmt.Errorf("type %d: %w", op.Ref, ErrNotFound)
		}
		return s.placeEdge(op.Edge.ID, op.Generation, graph.TypeID(op.Ref), op.Node, op.Edge.Dst, &a.adjacency)
	case change.DeleteEdge:
		return a.deleteEdge(op)
	case change.SetEdgeProp:
		return a.setEdgeProp(op)
	case change.PutEntry, change.DeleteEntry:
		return a.entry(op)
	}
	return fmt.Errorf("unknown kind of change %d", op.Kind)
}

func (a *applier) node(id graph.NodeID) (*node, image, error) {
	n := a.store.nodes.at(id)
	if n == nil || n.state.Load() != 0 {
		return nil, image{}, fmt.Errorf("node %d: %w", id, ErrNotFound)
	}
	return n, n.inPlace(0), nil
}

// change replaces the version of a node.
func (a *applier) change(id graph.NodeID, n *node, old, now image) {
	s := a.store
	if now.exists && len(s.registry.Load().rules) > 0 {
		a.ruled = append(a.ruled, id)
	}
	s.enter(id, now, old)
	n.labels.Store(uint32(now.labels))
	n.props.Store(uint32(now.props))
	s.forget(id, old, now, 0, &a.indexes)
	if old.props != now.props && old.props != 0 {
		a.blobs.Add(old.props, s.blobSize(old.props))
	}
	var d deltas
	d.relabel(s, old.labels, now.labels)
	s.counts.apply(&d)
}

func (a *applier) deleteNode(op *change.Op) error {
	s := a.store
	n, old, err := a.node(op.Node)
	if err != nil {
		return err
	}
	if n.out.Load() != 0 || n.in.Load() != 0 {
		return fmt.Errorf("node %d: %w", op.Node, ErrConnected)
	}
	a.change(op.Node, n, old, image{})
	n.state.Store(absent)
	s.nodes.retireGeneration(n)
	s.nodes.markStale()
	s.counts.nodes.Add(-1)
	return nil
}

func (a *applier) setLabel(op *change.Op) error {
	s := a.store
	n, old, err := a.node(op.Node)
	if err != nil {
		return err
	}
	l := graph.LabelID(op.Ref)
	if err := s.checkLabel(l); err != nil {
		return err
	}
	now := old
	if op.Kind == change.AddLabel {
		now.labels = s.sets.with(old.labels, l)
	} else {
		now.labels = s.sets.without(old.labels, l)
	}
	if now != old {
		a.change(op.Node, n, old, now)
	}
	return nil
}

func (a *applier) setNodeProp(op *change.Op) error {
	n, old, err := a.node(op.Node)
	if err != nil {
		return err
	}
	blob, err := a.setProp(old.props, op)
	if err != nil {
		return err
	}
	now := old
	now.props = blob
	a.change(op.Node, n, old, now)
	return nil
}

// setProp returns a blob like old with the property of op.
func (a *applier) setProp(old arena.Ref, op *change.Op) (arena.Ref, error) {
	if err := a.store.checkKey(graph.KeyID(op.Ref)); err != nil {
		return 0, err
	}
	if !property.Storable(op.Value) {
		return 0, ErrNotStorable
	}
	a.scratch = property.Set(a.scratch[:0], a.store.blob(old), graph.KeyID(op.Ref), op.Value)
	return a.store.storeBlob(a.scratch), nil
}

func (a *applier) edge(op *change.Op) (src *node, t graph.TypeID, dst graph.NodeID, err error) {
	s := a.store
	id := op.Edge.ID
	fail := fmt.Errorf("relationship %d: %w", id, ErrNotFound)
	if !s.edges.known(id) {
		return nil, 0, 0, fail
	}
	src = s.nodes.records.At(uint32(s.edges.source(id)))
	t = s.edges.typeOf(id)
	dst, ok := s.adjacency.Find(arena.Ref(src.out.Load()), t, id)
	if !ok {
		return nil, 0, 0, fail
	}
	return src, t, dst, nil
}

func (a *applier) deleteEdge(op *change.Op) error {
	s := a.store
	id := op.Edge.ID
	src, t, end, err := a.edge(op)
	if err != nil {
		return err
	}
	dst := s.nodes.records.At(uint32(end))
	st := (*edgeStates)(s)
	src.out.Store(uint32(s.adjacency.Remove(arena.Ref(src.out.Load()), t, id, st, &a.adjacency)))
	dst.in.Store(uint32(s.adjacency.Remove(arena.Ref(dst.in.Load()), t, id, st, &a.adjacency)))
	if blob := s.edges.props(id); blob != 0 {
		a.blobs.Add(blob, s.blobSize(blob))
		s.edges.setProps(id, 0)
	}
	s.edges.retire(id)
	s.edges.markStale()
	s.counts.edges.Add(-1)
	s.counts.types.At(uint32(t)).Add(-1)
	return nil
}

func (a *applier) setEdgeProp(op *change.Op) error {
	s := a.store
	if _, _, _, err := a.edge(op); err != nil {
		return err
	}
	old := s.edges.props(op.Edge.ID)
	blob, err := a.setProp(old, op)
	if err != nil {
		return err
	}
	s.edges.setProps(op.Edge.ID, blob)
	if old != 0 {
		a.blobs.Add(old, s.blobSize(old))
	}
	return nil
}

func (a *applier) entry(op *change.Op) error {
	s := a.store
	if int(op.Ref) >= len(a.commit.Entries) {
		return fmt.Errorf("entry %d of %d: %w", op.Ref, len(a.commit.Entries), ErrNotFound)
	}
	e := a.commit.Entries[op.Ref]
	if op.Kind == change.PutEntry {
		return s.applyEntry(e)
	}
	old, ok := s.Entry(e.Kind, e.Name)
	if !ok {
		return fmt.Errorf("entry %s %q: %w", e.Kind, e.Name, ErrNotFound)
	}
	var end ending
	switch e.Kind {
	case constraint.EntryKind:
		s.dropRule(e, &end)
	case indexKind:
		d, err := s.decodeIndex(old)
		if err != nil {
			return err
		}
		s.dropIndex(e, d, &end)
	default:
		s.catalogue.remove(e.Kind, e.Name)
	}
	for _, p := range end.dropped {
		p.tree.Drop(&a.indexes)
	}
	return nil
}
