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
	a := &s.applier
	a.store, a.commit, a.ruled = s, c, a.ruled[:0]
	for i := 0; i < len(c.Ops); {
		n, err := a.apply(c.Ops[i:])
		if i += n; err != nil {
			return fmt.Errorf("commit %d, change %d: %w", c.Index, i, err)
		}
	}
	if err := s.recheck(a.ruled); err != nil {
		return fmt.Errorf("commit %d: %w", c.Index, err)
	}
	a.adjacency.Recycle(s.adjacency.Arena)
	a.blobs.Recycle(s.blobs)
	a.indexes.Recycle(s.indexArena)
	a.tidy()
	s.advance(uint64(c.Index), c.Wall)
	return nil
}

// applier changes the versions in place, which nobody reads meanwhile. Its memory is used
// again from commit to commit.
//
// Changes of one node that follow each other are made as one, so that its properties are
// packed and its entries in indexes are looked for once; those of a relationship as well.
type applier struct {
	store     *Store
	commit    *change.Commit
	props     []Property // of the things at hand, in the order of the changes
	packed    []byte
	other     []byte         // in turn with packed
	ruled     []graph.NodeID // that were changed while there are constraints
	joined    joined
	adjacency arena.Garbage
	blobs     arena.Garbage
	indexes   arena.Garbage
}

// joined is the newest set of labels that came of another with one more label.
type joined struct {
	from, to setID
	label    graph.LabelID
}

// appliedMax bounds the memory that is kept for the next commit.
const appliedMax = 1 << 20

// tidy lets go of what the commit was and of memory that only a giant needs.
func (a *applier) tidy() {
	a.commit = nil
	if cap(a.props) > appliedMax/64 {
		a.props = nil
	}
	if cap(a.packed)+cap(a.other) > appliedMax {
		a.packed, a.other = nil, nil
	}
	if cap(a.ruled) > appliedMax/8 {
		a.ruled = nil
	}
}

// apply makes the change that ops begin with, and those behind it that go with it. It
// returns how many these are, or how many come before the one that fails.
func (a *applier) apply(ops []change.Op) (int, error) {
	s := a.store
	op := &ops[0]
	if err := s.headroom(s.graphBudget, valueSize(op.Value)); err != nil {
		return 0, err
	}
	switch op.Kind {
	case change.CreateNode, change.AddLabel, change.RemoveLabel, change.SetNodeProp:
		return a.changeNode(ops)
	case change.DeleteNode:
		return 1, a.deleteNode(op)
	case change.CreateEdge, change.SetEdgeProp:
		return a.changeEdge(ops)
	case change.DeleteEdge:
		return 1, a.deleteEdge(op)
	case change.PutEntry, change.DeleteEntry:
		return 1, a.entry(op)
	}
	return 0, fmt.Errorf("unknown kind of change %d", op.Kind)
}

func (a *applier) node(id graph.NodeID) (*node, image, error) {
	n := a.store.nodes.at(id)
	if n == nil || n.state.Load() != 0 {
		return nil, image{}, fmt.Errorf("node %d: %w", id, ErrNotFound)
	}
	return n, n.inPlace(0), nil
}

// change replaces the version of a node by one with the properties that were noted.
func (a *applier) change(id graph.NodeID, n *node, old, now image) error {
	props, err := a.setNoted(old.props)
	if err != nil {
		return err
	}
	if now.props = props; now != old {
		a.replace(id, n, old, now)
	}
	return nil
}

// replace replaces the version of a node.
func (a *applier) replace(id graph.NodeID, n *node, old, now image) {
	s := a.store
	if now.exists && len(s.registry.Load().rules) > 0 {
		a.ruled = append(a.ruled, id)
	}
	s.columns.changed(id)
	s.enter(id, now, old)
	n.labels.Store(uint32(now.labels))
	n.props.Store(uint32(now.props))
	s.forget(id, old, now, now, 0, &a.indexes)
	if old.labels == now.labels {
		return
	}
	for _, l := range s.sets.labels(old.labels) {
		s.counts.labels.At(uint32(l)).Add(-1)
	}
	for _, l := range s.sets.labels(now.labels) {
		s.counts.labels.At(uint32(l)).Add(1)
	}
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
	a.replace(op.Node, n, old, image{})
	if old.props != 0 {
		a.blobs.Add(old.props, s.blobSize(old.props))
	}
	n.state.Store(absent)
	s.nodes.retireGeneration(n)
	s.nodes.markStale()
	s.counts.nodes.Add(-1)
	return nil
}

// changeNode makes or changes a node by the changes of it that ops begin with.
func (a *applier) changeNode(ops []change.Op) (done int, err error) {
	id := ops[0].Node
	var n *node
	var old image
	if ops[0].Kind == change.CreateNode {
		if n, err = a.store.placeNode(id, ops[0].Generation); err != nil {
			return 0, err
		}
		old, done = n.inPlace(0), 1
	} else if n, old, err = a.node(id); err != nil {
		return 0, err
	}
	now := old
	a.props = a.props[:0]
	for ; done < len(ops) && ops[done].Node == id && ofNode(ops[done].Kind); done++ {
		if op := &ops[done]; op.Kind == change.SetNodeProp {
			err = a.note(op)
		} else {
			now.labels, err = a.relabelled(now.labels, op)
		}
		if err != nil {
			return done, err
		}
	}
	return done, a.change(id, n, old, now)
}

// ofNode tells whether a change is one of those of a node that are made as one.
func ofNode(k change.Kind) bool {
	return k == change.SetNodeProp || k == change.AddLabel || k == change.RemoveLabel
}

// relabelled returns a set of labels with the change of op.
func (a *applier) relabelled(set setID, op *change.Op) (setID, error) {
	l := graph.LabelID(op.Ref)
	if err := a.store.checkLabel(l); err != nil {
		return 0, err
	}
	if op.Kind == change.RemoveLabel {
		return a.store.sets.without(set, l), nil
	}
	if j := &a.joined; j.to == 0 || j.from != set || j.label != l {
		*j = joined{from: set, to: a.store.sets.with(set, l), label: l}
	}
	return a.joined.to, nil
}

// note adds the property of op to those that are to be set.
func (a *applier) note(op *change.Op) error {
	if err := a.store.checkKey(graph.KeyID(op.Ref)); err != nil {
		return err
	}
	if !property.Storable(op.Value) {
		return ErrNotStorable
	}
	a.props = append(a.props, Property{Key: graph.KeyID(op.Ref), Value: op.Value})
	return nil
}

// setNoted returns a blob like old with the properties that were noted.
func (a *applier) setNoted(old arena.Ref) (arena.Ref, error) {
	s := a.store
	if len(a.props) == 0 {
		return old, nil
	}
	ascending, size := old == 0, int64(0)
	for i := range a.props {
		size += valueSize(a.props[i].Value)
		ascending = ascending && (i == 0 || a.props[i-1].Key < a.props[i].Key)
	}
	if err := s.headroom(s.graphBudget, size); err != nil {
		return 0, err
	}
	if ascending {
		a.packed = property.Pack(a.packed[:0], a.props)
	} else {
		from := s.blob(old)
		for _, p := range a.props {
			a.other = property.Set(a.other[:0], from, p.Key, p.Value)
			a.packed, a.other = a.other, a.packed
			from = a.packed
		}
	}
	if old != 0 {
		a.blobs.Add(old, s.blobSize(old))
	}
	clear(a.props) // what they refer to may be large
	return s.storeBlob(a.packed), nil
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
	s.renewKinds(src, graph.Out)
	s.renewKinds(dst, graph.In)
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

// changeEdge makes or changes a relationship by the changes of it that ops begin with.
func (a *applier) changeEdge(ops []change.Op) (done int, err error) {
	s := a.store
	op := &ops[0]
	id := op.Edge.ID
	if op.Kind == change.CreateEdge {
		if op.Ref > uint32(graph.TypesMax) {
			return 0, fmt.Errorf("type %d: %w", op.Ref, ErrNotFound)
		}
		if err = s.placeEdge(id, op.Generation, graph.TypeID(op.Ref), op.Node, op.Edge.Dst, &a.adjacency); err != nil {
			return 0, err
		}
		done = 1
	} else if _, _, _, err = a.edge(op); err != nil {
		return 0, err
	}
	a.props = a.props[:0]
	for ; done < len(ops) && ops[done].Kind == change.SetEdgeProp && ops[done].Edge.ID == id; done++ {
		if err = a.note(&ops[done]); err != nil {
			return done, err
		}
	}
	old := s.edges.props(id)
	now, err := a.setNoted(old)
	if err == nil && now != old {
		s.edges.setProps(id, now)
	}
	return done, err
}

func (a *applier) entry(op *change.Op) error {
	s := a.store
	if int(op.Ref) >= len(a.commit.Entries) {
		return fmt.Errorf("entry %d of %d: %w", op.Ref, len(a.commit.Entries), ErrNotFound)
	}
	e := a.commit.Entries[op.Ref]
	if op.Kind == change.PutEntry {
		return s.applyEntry(e, s.fill)
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
