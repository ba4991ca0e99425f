package storage

import (
	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
)

// Parts of the pages of which one may stay unused: while others work, and where somebody
// asked for the memory.
const (
	looseParts = 8
	tightParts = 32
)

// compactLocked moves adjacency and properties out of pages that are mostly unused, where
// more than one of so many parts is, and reports whether it moved anything. Blocks that
// cannot be freed yet, because a view is open, go with a later step.
func (s *Store) compactLocked(parts int64) bool {
	moved := false
	if s.adjacency.Arena.Fragmented(parts) {
		moved = s.moveAdjacency()
	}
	if s.blobs.Fragmented(parts) {
		moved = s.moveBlobs() || moved
	}
	return moved
}

// moveAdjacency moves the blocks of one evacuation.
func (s *Store) moveAdjacency() bool {
	ev := s.adjacency.Arena.Evacuate()
	if ev.Pages() == 0 {
		return false
	}
	e := &ending{pass: passFree}
	for id := range s.NodeSlots() {
		n := s.nodes.records.At(uint32(id))
		if n.out.Load()|n.in.Load() == 0 {
			continue
		}
		state := n.latch()
		n.out.Store(uint32(s.adjacency.Move(arena.Ref(n.out.Load()), ev, &e.adjacency)))
		n.in.Store(uint32(s.adjacency.Move(arena.Ref(n.in.Load()), ev, &e.adjacency)))
		n.unlatch(state)
	}
	s.afterMove(e)
	ev.End()
	return true
}

// moveBlobs moves the properties of what nobody is changing.
func (s *Store) moveBlobs() bool {
	ev := s.blobs.Evacuate()
	if ev.Pages() == 0 {
		return false
	}
	e := &ending{pass: passFree}
	for id := range s.NodeSlots() {
		n := s.nodes.records.At(uint32(id))
		if !ev.Holds(arena.Ref(n.props.Load())) {
			continue
		}
		state := n.latch()
		if ref := arena.Ref(n.props.Load()); state == 0 && ev.Holds(ref) {
			n.props.Store(uint32(s.moveBlob(ref, e)))
		}
		n.unlatch(state)
	}
	for id := range s.EdgeSlots() {
		src := s.edges.source(id)
		if src == graph.NoNode || !ev.Holds(s.edges.props(id)) {
			continue
		}
		n := s.nodes.records.At(uint32(src))
		state := n.latch() // a writer of the relationship holds it too
		if ref := s.edges.props(id); s.edges.source(id) == src && ev.Holds(ref) && s.settled(id) {
			s.edges.setProps(id, s.moveBlob(ref, e))
		}
		n.unlatch(state)
	}
	s.afterMove(e)
	ev.End()
	return true
}

// settled reports whether nothing about a relationship is unsettled.
func (s *Store) settled(id graph.EdgeID) bool {
	st := s.edges.state(id)
	return st == nil || st.creator.Load()|st.deleter.Load()|st.undo.Load()|st.flags.Load() == 0
}

func (s *Store) moveBlob(ref arena.Ref, e *ending) arena.Ref {
	to := s.storeBlob(s.blob(ref))
	s.dropBlob(ref, 0, e)
	return to
}

// afterMove lets go of the former blocks once the present views are gone.
func (s *Store) afterMove(e *ending) {
	e.stamp = s.views.Tick()
	s.collector.unlinked.push(e)
	s.collector.left.Add(1)
	for s.collector.stepLocked(idleRecords) {
	}
}
