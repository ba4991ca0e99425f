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
// remain are now and the images of chain. The caller holds the latch of the node.
func (s *Store) forget(id graph.NodeID, gone, now image, chain arena.Ref, g *arena.Garbage) {
	if !gone.exists || gone.labels == 0 {
		return
	}
	var space [4]image
	remaining := space[:0]
	if now.exists {
		remaining = append(remaining, now)
	}
	for ref := chain; ref != 0; {
		r := mvcc.At(s.undo, ref)
		if im := imageOf(r); im.exists {
			remaining = append(remaining, im)
		}
		ref = arena.Ref(r.Next.Load())
	}
	for _, im := range remaining {
		if im.labels == gone.labels && im.props == gone.props {
			return
		}
	}
	for _, l := range s.sets.labels(gone.labels) {
		s.forgetLabel(id, l, gone, remaining, g)
	}
}

func (s *Store) forgetLabel(id graph.NodeID, l graph.LabelID, gone image, remaining []image, g *arena.Garbage) {
	labelled := false
	for _, im := range remaining {
		labelled = labelled || s.sets.has(im.labels, l)
	}
	if !labelled {
		s.labelBitmaps.get(l).Remove(id)
	}
	for _, p := range s.registry.Load().byLabel[l] {
		v := s.valueFor(p, gone)
		if v.IsNull() {
			continue
		}
		kept := false
		for _, im := range remaining {
			kept = kept || s.sets.has(im.labels, l) && value.Same(v, s.valueFor(p, im))
		}
		if !kept {
			p.tree.Remove(v, id, g)
		}
	}
}
