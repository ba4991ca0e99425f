package storage

import (
	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/mvcc"
)

// edgeStates is a Store as package adjacency sees it.
type edgeStates Store

// Marks implements adjacency.State.
func (s *edgeStates) Marks(id graph.EdgeID) int {
	if st := s.edges.state(id); st != nil {
		return st.marks()
	}
	return 0
}

// Dead implements adjacency.State.
func (s *edgeStates) Dead(id graph.EdgeID) bool { return s.edges.dead(id) }

// settleRecord unlinks what one undo record stands for.
func (s *Store) settleRecord(e *ending, r *mvcc.Record, ref arena.Ref) {
	switch r.Kind {
	case mvcc.NodeImage:
		s.cutNode(e, r, ref)
	case mvcc.EdgeImage:
		s.cutEdge(e, r, ref)
	case mvcc.EdgeCreated:
		if !e.committed {
			s.markDead(e, r)
		} else if st := s.edges.state(graph.EdgeID(r.ID)); st.deleter.Load() != uint32(e.slot) {
			s.clearMark(e, r)
		}
	case mvcc.EdgeDeleted:
		if e.committed {
			s.markDead(e, r)
		} else if st := s.edges.state(graph.EdgeID(r.ID)); st != nil && st.flags.Load()&flagDead == 0 {
			s.clearMark(e, r)
		}
	}
}

func (s *Store) markDead(e *ending, r *mvcc.Record) {
	s.edges.change(graph.EdgeID(r.ID), &e.states, func(st *edgeState) { st.flags.Store(flagDead) })
	r.Mark = doneDeadEdge
}

// clearMark takes the mark of a creation that all views hold, or of a deletion that was
// rolled back, from a relationship and its ends.
func (s *Store) clearMark(e *ending, r *mvcc.Record) {
	id, kind := graph.EdgeID(r.ID), graph.TypeID(r.A)
	src, dst := s.latchBoth(graph.NodeID(r.B), graph.NodeID(r.C))
	defer s.unlatchBoth(src, dst)
	cleared := false
	s.edges.change(id, &e.states, func(st *edgeState) {
		mark := &st.creator
		if r.Kind == mvcc.EdgeDeleted {
			mark = &st.deleter
		}
		if mark.Load() == uint32(e.slot) {
			mark.Store(0)
			cleared = true
		}
	})
	if cleared {
		s.adjacency.AddMarks(arena.Ref(src.out.Load()), kind, id, -1)
		s.adjacency.AddMarks(arena.Ref(dst.in.Load()), kind, id, -1)
	}
}

// latchBoth latches the two ends of a relationship, the lesser id first.
func (s *Store) latchBoth(src, dst graph.NodeID) (a, b *node) {
	a, b = s.nodes.records.At(uint32(src)), s.nodes.records.At(uint32(dst))
	switch {
	case src < dst:
		a.latch()
		b.latch()
	case src > dst:
		b.latch()
		a.latch()
	default:
		a.latch()
	}
	return a, b
}

func (s *Store) unlatchBoth(a, b *node) {
	a.unlatch(a.state.Load())
	if a != b {
		b.unlatch(b.state.Load())
	}
}

// purgeEnds takes a dead relationship, and all other dead ones there, out of its ends.
func (s *Store) purgeEnds(e *ending, r *mvcc.Record) {
	s.purge(e, r.B, graph.Out)
	s.purge(e, r.C, graph.In)
}

func (s *Store) purge(e *ending, id uint32, dir graph.Direction) {
	n := s.nodes.records.At(id)
	field := n.adjacent(dir)
	if s.adjacency.Marks(arena.Ref(field.Load())) == 0 {
		return // another dead relationship of the node took this one along
	}
	state := n.latch()
	field.Store(uint32(s.adjacency.Purge(arena.Ref(field.Load()), (*edgeStates)(s), &e.adjacency)))
	s.renewKinds(n, dir)
	n.unlatch(state)
}

// cutNode takes the oldest image of a node off its chain.
func (s *Store) cutNode(e *ending, r *mvcc.Record, ref arena.Ref) {
	id := graph.NodeID(r.ID)
	n := s.nodes.records.At(r.ID)
	state := n.latch()
	gone := imageOf(r)
	newer := n.inPlace(state)
	if at := mvcc.Cut(s.undo, ref); at != nil {
		newer = imageOf(at)
	} else {
		state &^= undoBits
	}
	s.forget(id, gone, newer, n.inPlace(state), undoOf(state), &e.indexes)
	s.dropBlob(gone.props, newer.props, e)
	if state == absent {
		s.dropBlob(newer.props, 0, e)
		n.props.Store(0)
		n.labels.Store(0)
		r.Mark = doneDeadNode
	}
	n.unlatch(state)
}

// freeNode makes the slot of a dead node free.
func (s *Store) freeNode(id uint32) {
	n := s.nodes.records.At(id)
	state := n.latch() // the build of an index looks at every slot
	n.unlatch(state)
	if state != absent || n.out.Load() != 0 || n.in.Load() != 0 {
		panic("storage: a dead node is still in use")
	}
	s.nodes.give(graph.NodeID(id))
}

// cutEdge takes the oldest image of a relationship off its chain.
func (s *Store) cutEdge(e *ending, r *mvcc.Record, ref arena.Ref) {
	id := graph.EdgeID(r.ID)
	newer := arena.Ref(0)
	s.edges.change(id, &e.states, func(st *edgeState) {
		if at := mvcc.Cut(s.undo, ref); at != nil {
			newer = arena.Ref(at.B)
			return
		}
		st.undo.Store(0)
		newer = s.edges.props(id)
	})
	s.dropBlob(arena.Ref(r.B), newer, e)
}

// freeEdge makes the slot of a dead relationship free. States that it empties go to late:
// readers of other relationships may be looking at them.
func (s *Store) freeEdge(e *ending, id uint32, late *arena.Garbage) {
	edge := graph.EdgeID(id)
	blob := s.edges.props(edge)
	s.edges.setProps(edge, 0)
	s.dropBlob(blob, 0, e)
	s.edges.change(edge, late, func(st *edgeState) {
		st.creator.Store(0)
		st.deleter.Store(0)
		st.undo.Store(0)
		st.flags.Store(0)
	})
	s.edges.give(edge)
}
