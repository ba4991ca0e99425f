package storage

import (
	"sync"
	"sync/atomic"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/constraint"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/index"
	"memgraphd/internal/storage/mvcc"
	"memgraphd/internal/storage/property"
	"memgraphd/internal/storage/value"
)

// labelBits is the bitmap of each label, made when its first node comes.
type labelBits struct {
	arena *arena.Arena
	mu    sync.Mutex
	list  atomic.Pointer[[]*index.Label]
}

func (b *labelBits) init(a *arena.Arena) {
	b.arena = a
	b.list.Store(new([]*index.Label))
}

// get returns the bitmap of l, nil if it never had a node.
func (b *labelBits) get(l graph.LabelID) *index.Label {
	list := *b.list.Load()
	if int(l) >= len(list) {
		return nil
	}
	return list[l]
}

func (b *labelBits) add(l graph.LabelID, id graph.NodeID) { b.ensure(l).Add(id) }

// addWord adds the nodes first … first+63 whose bits are set; first is a multiple of 64.
func (b *labelBits) addWord(l graph.LabelID, first graph.NodeID, nodes uint64) {
	b.ensure(l).AddWord(first, nodes)
}

// ensure returns the bitmap of l.
func (b *labelBits) ensure(l graph.LabelID) *index.Label {
	if bits := b.get(l); bits != nil {
		return bits
	}
	return b.create(l)
}

func (b *labelBits) create(l graph.LabelID) *index.Label {
	b.mu.Lock()
	defer b.mu.Unlock()
	if bits := b.get(l); bits != nil {
		return bits
	}
	old := *b.list.Load()
	list := make([]*index.Label, max(len(old), int(l)+1))
	copy(list, old)
	list[l] = index.NewLabel(b.arena)
	b.list.Store(&list)
	return list[l]
}

// registry is the property indexes and the constraints; it is replaced as a whole.
type registry struct {
	list         []*propertyIndex // also the trees of unique constraints
	byLabel      map[graph.LabelID][]*propertyIndex
	rules        []*rule
	rulesByLabel map[graph.LabelID][]*rule
}

// propertyIndex is one index over a label and a key, or the tree of a unique constraint.
type propertyIndex struct {
	def   IndexDef
	rule  *rule // nil: an index
	tree  *index.Property
	ready atomic.Bool
}

// find returns the index of a label and key, or the tree of a unique constraint on the
// same, nil if there is none.
func (r *registry) find(l graph.LabelID, k graph.KeyID) *propertyIndex {
	var found *propertyIndex
	for _, p := range r.byLabel[l] {
		switch {
		case p.def.Key != k:
		case p.rule == nil:
			if p.ready.Load() {
				return p
			}
			found = p
		case len(p.rule.def.Keys) == 1 && (found == nil || p.ready.Load()):
			found = p
		}
	}
	return found
}

// index returns the index of a label and key that is none of a constraint.
func (r *registry) index(l graph.LabelID, k graph.KeyID) *propertyIndex {
	for _, p := range r.byLabel[l] {
		if p.rule == nil && p.def.Key == k {
			return p
		}
	}
	return nil
}

func newRegistry(list []*propertyIndex, rules []*rule) *registry {
	r := &registry{
		list: list, byLabel: map[graph.LabelID][]*propertyIndex{},
		rules: rules, rulesByLabel: map[graph.LabelID][]*rule{},
	}
	for _, p := range list {
		r.byLabel[p.def.Label] = append(r.byLabel[p.def.Label], p)
	}
	for _, x := range rules {
		r.rulesByLabel[x.def.Label] = append(r.rulesByLabel[x.def.Label], x)
	}
	return r
}

// valueFor returns what p holds for one version of a node, null if nothing.
func (s *Store) valueFor(p *propertyIndex, im image) value.Value {
	if p.rule == nil || len(p.rule.def.Keys) == 1 {
		return s.valueIn(im, p.def.Key)
	}
	var space [4]value.Value
	values, ok := s.valuesOf(p.rule, im, space[:0])
	if !ok {
		return value.Null
	}
	return constraint.Key(values)
}

// imageOf returns the version that an undo record of a node holds.
func imageOf(r *mvcc.Record) image { return image{setID(r.A), arena.Ref(r.B), r.C == 1} }

// blob returns a property blob.
func (s *Store) blob(ref arena.Ref) []byte {
	if ref == 0 {
		return nil
	}
	return s.blobs.Bytes(ref, s.blobSize(ref))
}

func (s *Store) blobSize(ref arena.Ref) int { return property.Size(s.blobs.Bytes(ref, 4)) }

// storeBlob copies a packed blob into the arena.
func (s *Store) storeBlob(packed []byte) arena.Ref {
	if len(packed) == 0 {
		return 0
	}
	ref := s.blobs.Alloc(len(packed))
	copy(s.blobs.Bytes(ref, len(packed)), packed)
	return ref
}

// valueIn returns a property of one version of a node.
func (s *Store) valueIn(im image, k graph.KeyID) value.Value {
	if im.props == 0 {
		return value.Null
	}
	return property.Find(s.blob(im.props), k)
}

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
			s.labelBits.add(l, id)
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
		s.labelBits.get(l).Remove(id)
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
