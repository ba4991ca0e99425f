package storage

import (
	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/mvcc"
	"memgraphd/internal/storage/value"
)

// enter makes the new version of a node findable. The caller holds the latch of the node
// and has not shown the version yet; was is the version that it replaces.
func (s *Store) enter(id graph.NodeID, now, was image) {
	if !now.exists {
		return
	}
	r := s.registry.Load()
	for _, l := range s.sets.labels(now.labels) {
		had := was.exists && (was.labels == now.labels || s.sets.has(was.labels, l))
		if !had {
			s.labelBitmaps.add(l, id)
		}
		if had && was.props == now.props || len(r.list) == 0 {
			continue
		}
		for _, p := range r.byLabel[l] {
			v := s.valueFor(p, now)
			if !v.IsNull() && (!had || !value.Same(v, s.valueFor(p, was))) {
				p.tree.Add(v, id)
			}
		}
	}
}

// forget takes away what made only the version gone of a node findable. The versions that
// remain are now and the images of chain; near is one of them, the one after gone or before it, which in
// most cases is all that has to be looked at. The caller holds the latch of the node. What is taken away may be
// gone already.
func (s *Store) forget(id graph.NodeID, gone, near, now image, chain arena.Ref, g *arena.Garbage) {
	if !gone.exists || gone.labels == 0 || near.exists && near.labels == gone.labels && near.props == gone.props {
		return
	}
	for _, l := range s.sets.labels(gone.labels) {
		labelled := func(im image) bool { return im.exists && s.sets.has(im.labels, l) }
		beside := labelled(near)
		if !beside && !s.remains(now, chain, labelled) {
			s.labelBitmaps.get(l).Remove(id)
		}
		if beside && near.props == gone.props {
			continue
		}
		for _, p := range s.registry.Load().byLabel[l] {
			v := s.valueFor(p, gone)
			if v.IsNull() {
				continue
			}
			found := func(im image) bool { return labelled(im) && value.Same(v, s.valueFor(p, im)) }
			if !found(near) && !s.remains(now, chain, found) {
				p.tree.Remove(v, id, g)
			}
		}
	}
}

// remainsSteps is how many versions are compared before it is asked which of them a view can have.
const remainsSteps = 16

// remains reports whether a version of now and those of chain is as asked for. Of a node that is changed often, any
// number of versions may wait to be collected that no view can have; of those it looks at few.
func (s *Store) remains(now image, chain arena.Ref, is func(im image) bool) bool {
	if is(now) {
		return true
	}
	horizon := uint64(0)
	for ref, steps := chain, 1; ref != 0; steps++ {
		r := mvcc.At(s.undo, ref)
		if steps == remainsSteps {
			horizon = s.collector.horizon()
		}
		if uint64(s.slots.Get(r.Slot)) <= horizon {
			break
		}
		if is(imageOf(r)) {
			return true
		}
		ref = arena.Ref(r.Next.Load())
	}
	return false
}
