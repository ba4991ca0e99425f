package storage

import (
	"sync/atomic"
	"unsafe"

	"memgraphd/internal/storage/adjacency"
	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/mvcc"
	"memgraphd/internal/storage/property"
	"memgraphd/internal/storage/value"
)

// Property is one key and value of a node or relationship.
type Property = property.Property

// Segment is a run of relationships of one type: Nodes[i] is the other end of Edges[i].
type Segment = adjacency.Segment

// imageAt returns the version of a node in the view v, given the version in place, loaded
// before state.
func (s *Store) imageAt(v mvcc.View, im image, state uint64) image {
	im.exists = state&absent == 0
	for ref := undoOf(state); ref != 0; {
		r := mvcc.At(s.undo, ref)
		if s.slots.Sees(v, r.Slot) {
			break
		}
		im = imageOf(r)
		ref = arena.Ref(r.Next.Load())
	}
	return im
}

// image returns the version of a node in the view of tx.
func (tx *Tx) image(id graph.NodeID) image {
	n := tx.store.nodes.at(id)
	if n == nil {
		return image{}
	}
	im := image{labels: setID(n.labels.Load()), props: arena.Ref(n.props.Load()), exists: true}
	if state := n.state.Load(); state != 0 {
		return tx.store.imageAt(tx.view, im, state)
	}
	return im
}

// NodeExists reports whether the view holds the node.
func (tx *Tx) NodeExists(id graph.NodeID) bool { return tx.reads(id).exists }

// HasLabel reports whether the node is in the view and has the label.
func (tx *Tx) HasLabel(id graph.NodeID, l graph.LabelID) bool {
	im := tx.reads(id)
	return im.exists && tx.store.sets.has(im.labels, l)
}

// AppendLabels appends the labels of the node, ascending.
func (tx *Tx) AppendLabels(dst []graph.LabelID, id graph.NodeID) []graph.LabelID {
	im := tx.reads(id)
	if !im.exists {
		return dst
	}
	return append(dst, tx.store.sets.labels(im.labels)...)
}

// NodeGeneration returns how often the slot of the node was used before.
func (tx *Tx) NodeGeneration(id graph.NodeID) uint32 {
	if n := tx.store.nodes.at(id); n != nil {
		return n.generation.Load()
	}
	return 0
}

// NodeProperty returns a property of the node, null if there is none.
func (tx *Tx) NodeProperty(id graph.NodeID, k graph.KeyID) value.Value {
	im := tx.reads(id)
	if !im.exists {
		return value.Null
	}
	return tx.readableOfNode(im, k)
}

// AppendNodeProperties appends the properties of the node, ascending by key.
func (tx *Tx) AppendNodeProperties(dst []Property, id graph.NodeID) []Property {
	im := tx.reads(id)
	if !im.exists {
		return dst
	}
	return tx.unpackNode(dst, im)
}

// warmBatch is how many records are loaded before the first of them is used, so that the
// processor waits for them together and not one after the other.
const warmBatch = 32

// NodePropertyColumn sets dst[i] to a property of ids[i]; graph.NoNode gives null.
func (tx *Tx) NodePropertyColumn(dst []value.Value, ids []graph.NodeID, k graph.KeyID) {
	if tx.guard != nil || len(ids) == 1 {
		for i, id := range ids {
			dst[i] = tx.NodeProperty(id, k)
		}
		return
	}
	s := tx.store
	records := s.nodes.records.Pages()
	var refs [warmBatch]arena.Ref
	var blobs [warmBatch][]byte
	for len(ids) > 0 {
		n := min(len(ids), warmBatch)
		for i, id := range ids[:n] {
			refs[i] = 0
			rec := records.At(uint32(id))
			if rec == nil {
				continue
			}
			ref := arena.Ref(rec.props.Load())
			if rec.state.Load() != 0 {
				ref = 0
				if im := tx.image(id); im.exists {
					ref = im.props
				}
			}
			refs[i] = ref
		}
		pages := s.blobs.Blocks() // now, so that it has the pages of all refs
		for i, ref := range refs[:n] {
			blobs[i] = nil
			if ref != 0 {
				head := (*byte)(pages.Pointer(ref))
				blobs[i] = unsafe.Slice(head, property.Size(unsafe.Slice(head, property.HeaderBytes)))
			}
		}
		for i, blob := range blobs[:n] {
			dst[i] = property.Find(blob, k)
		}
		ids, dst = ids[n:], dst[n:]
	}
}

// edgeFilter is a Tx as package adjacency sees it.
type edgeFilter Tx

// VisibleEdge implements adjacency.Filter for relationships that some version holds.
func (tx *edgeFilter) VisibleEdge(id graph.EdgeID) bool {
	s := tx.store
	st := s.edges.state(id)
	if st == nil {
		return true
	}
	if c := mvcc.Slot(st.creator.Load()); c != 0 && !s.slots.Sees(tx.view, c) {
		return false
	}
	d := mvcc.Slot(st.deleter.Load())
	return d == 0 || !s.slots.Sees(tx.view, d)
}

// EdgeByID returns the handle of a relationship in the view.
func (tx *Tx) EdgeByID(id graph.EdgeID) (graph.Edge, bool) {
	s := tx.store
	if !s.edges.known(id) || !(*edgeFilter)(tx).VisibleEdge(id) {
		return graph.Edge{}, false
	}
	src := s.nodes.at(s.edges.source(id))
	if src == nil {
		return graph.Edge{}, false
	}
	dst, ok := s.adjacency.Find(arena.Ref(src.out.Load()), s.edges.typeOf(id), id)
	e := graph.Edge{ID: id, Dst: dst}
	if ok && !tx.showsKnownEdge(e) {
		return graph.Edge{}, false
	}
	return e, ok
}

// EdgeExists reports whether the view holds the relationship.
func (tx *Tx) EdgeExists(e graph.Edge) bool {
	return tx.store.edges.known(e.ID) && (*edgeFilter)(tx).VisibleEdge(e.ID) && tx.showsKnownEdge(e)
}

// EdgeSource returns the start node, also of a relationship deleted in this transaction.
func (tx *Tx) EdgeSource(e graph.Edge) graph.NodeID {
	if uint64(e.ID) >= tx.store.edges.limit.Load() {
		return graph.NoNode
	}
	return tx.store.edges.source(e.ID)
}

// EdgeType returns the type, also of a relationship deleted in this transaction.
func (tx *Tx) EdgeType(e graph.Edge) graph.TypeID {
	if uint64(e.ID) >= tx.store.edges.limit.Load() {
		return 0
	}
	return tx.store.edges.typeOf(e.ID)
}

// EdgeGeneration returns how often the slot of the relationship was used before.
func (tx *Tx) EdgeGeneration(id graph.EdgeID) uint32 {
	if uint64(id) >= tx.store.edges.limit.Load() {
		return 0
	}
	return tx.store.edges.generation(id)
}

// edgeBlob returns the properties of a relationship in the view, also of one deleted in
// this transaction.
func (tx *Tx) edgeBlob(id graph.EdgeID) []byte {
	s := tx.store
	if uint64(id) >= s.edges.limit.Load() {
		return nil
	}
	blob := s.edges.props(id)
	if st := s.edges.state(id); st != nil {
		if c := mvcc.Slot(st.creator.Load()); c != 0 && !s.slots.Sees(tx.view, c) {
			return nil
		}
		for ref := arena.Ref(st.undo.Load()); ref != 0; {
			r := mvcc.At(s.undo, ref)
			if s.slots.Sees(tx.view, r.Slot) {
				break
			}
			blob = arena.Ref(r.B)
			ref = arena.Ref(r.Next.Load())
		}
	}
	return s.blob(blob)
}

// EdgeProperty returns a property of the relationship, null if there is none.
func (tx *Tx) EdgeProperty(e graph.Edge, k graph.KeyID) value.Value {
	if blob := tx.edgeBlob(e.ID); blob != nil {
		if tx.guard != nil && (!tx.showsKnownEdge(e) || !tx.guard.edgeKey(tx.store.edges.typeOf(e.ID), k, AccessReadKeys)) {
			return value.Null
		}
		return property.Find(blob, k)
	}
	return value.Null
}

// AppendEdgeProperties appends the properties of the relationship, ascending by key.
func (tx *Tx) AppendEdgeProperties(dst []Property, e graph.Edge) []Property {
	return tx.unpackEdge(dst, e)
}

// EdgePropertyColumn sets dst[i] to a property of edges[i]; the slot graph.NoEdge gives null.
func (tx *Tx) EdgePropertyColumn(dst []value.Value, edges []graph.Edge, k graph.KeyID) {
	for i, e := range edges {
		dst[i] = tx.EdgeProperty(e, k)
	}
}

// Adjacent appends the relationships of n in the direction dir, Out or In, to dst as
// columns, each of one type. types nil means all.
func (tx *Tx) Adjacent(dst []Segment, n graph.NodeID, dir graph.Direction, types []graph.TypeID) []Segment {
	rec := tx.store.nodes.at(n)
	if rec == nil || rec.kinds.Load()&kinds(types, dir) == 0 {
		return dst
	}
	first := len(dst)
	if tx.guard != nil && !tx.reads(n).exists {
		return dst
	}
	ref := arena.Ref(rec.adjacent(dir).Load())
	dst = tx.store.adjacency.Segments(dst, ref, types, (*edgeFilter)(tx))
	if tx.guard != nil {
		return tx.hide(dst, first)
	}
	return dst
}

// Run returns the relationships of n in the direction dir, Out or In, in one piece, where that
// is cheap; otherwise ok is false, and Adjacent has to be asked. types nil means all.
func (tx *Tx) Run(n graph.NodeID, dir graph.Direction, types []graph.TypeID) (nodes []graph.NodeID, edges []graph.EdgeID, ok bool) {
	rec := tx.store.nodes.at(n)
	if rec == nil || tx.guard != nil {
		return nil, nil, rec == nil
	}
	if rec.kinds.Load()&kinds(types, dir) == 0 {
		return nil, nil, true
	}
	ref := rec.out.Load()
	if dir == graph.In {
		ref = rec.in.Load()
	}
	return tx.store.adjacency.Run(arena.Ref(ref), types)
}

// Quick reports whether Adjacent of n in the direction dir, Out or In, is over at once, where tx has no guard: it need not ask
// of many relationships whether the view holds them.
func (tx *Tx) Quick(n graph.NodeID, dir graph.Direction) bool {
	rec := tx.store.nodes.at(n)
	return rec == nil || tx.store.adjacency.Quick(arena.Ref(rec.adjacent(dir).Load()))
}

// Warm loads what Adjacent of some types, nil for all, will look at first for each of the nodes, so that a loop of
// Adjacent over a batch of them does not wait for memory node by node. It returns a number
// without meaning, which keeps the loads from being left out.
func (tx *Tx) Warm(nodes []graph.NodeID, dir graph.Direction, types []graph.TypeID) uint32 {
	var refs [warmBatch]arena.Ref
	sum := uint32(0)
	for len(nodes) > 0 {
		n := min(len(nodes), warmBatch)
		sum += tx.store.touch(refs[:n], nodes, dir, types)
		nodes = nodes[n:]
	}
	return sum
}

// touch finds the relationships of the first of nodes, as many as refs has room for, and
// loads the beginning of each: the processor waits for all of them at once. Nodes that have none of
// some types, nil for all, have none for it.
func (s *Store) touch(refs []arena.Ref, nodes []graph.NodeID, dir graph.Direction, types []graph.TypeID) (sum uint32) {
	records := s.nodes.records.Pages()
	mask := kinds(types, dir)
	for i, id := range nodes[:len(refs)] {
		refs[i] = 0
		if rec := records.At(uint32(id)); rec != nil && rec.kinds.Load()&mask != 0 {
			if dir == graph.In {
				refs[i] = arena.Ref(rec.in.Load())
			} else {
				refs[i] = arena.Ref(rec.out.Load())
			}
		}
	}
	blocks := s.adjacency.Arena.Blocks() // now, so that it has the pages of all refs
	for _, ref := range refs {
		if ref != 0 {
			sum += atomic.LoadUint32((*uint32)(blocks.Pointer(ref)))
		}
	}
	return sum
}

// Degree counts the relationships of n of some types, nil for all; with Both, one that begins and
// ends at n once.
func (tx *Tx) Degree(n graph.NodeID, dir graph.Direction, types []graph.TypeID) int {
	rec := tx.store.nodes.at(n)
	if rec == nil || rec.kinds.Load()&kinds(types, dir) == 0 {
		return 0
	}
	if tx.guard != nil {
		return tx.guardedDegree(n, dir, types)
	}
	blocks := tx.store.adjacency
	switch dir {
	case graph.Out:
		return blocks.Degree(arena.Ref(rec.out.Load()), types, (*edgeFilter)(tx))
	case graph.In:
		return blocks.Degree(arena.Ref(rec.in.Load()), types, (*edgeFilter)(tx))
	case graph.Both:
	}
	total := blocks.Degree(arena.Ref(rec.in.Load()), types, (*edgeFilter)(tx))
	for _, s := range tx.Adjacent(nil, n, graph.Out, types) {
		total += len(s.Nodes)
		for _, other := range s.Nodes {
			if other == n {
				total--
			}
		}
	}
	return total
}

// DegreeColumn sets dst[i] to the Degree of ids[i] in the direction dir, Out or In; that of
// graph.NoNode is 0. Where ends is not nil, only relationships count whose other end it has:
// bit i%64 of word i/64 stands for node i.
func (tx *Tx) DegreeColumn(dst []int64, ids []graph.NodeID, dir graph.Direction, types []graph.TypeID, ends []uint64) {
	if tx.guard != nil {
		tx.guardedDegrees(dst, ids, dir, types, ends)
		return
	}
	s := tx.store
	var refs [warmBatch]arena.Ref
	for len(ids) > 0 {
		n := min(len(ids), warmBatch)
		s.touch(refs[:n], ids, dir, types)
		s.adjacency.Degrees(dst[:n], refs[:n], types, (*edgeFilter)(tx), ends)
		ids, dst = ids[n:], dst[n:]
	}
}

// guardedDegrees is DegreeColumn under a guard.
func (tx *Tx) guardedDegrees(dst []int64, ids []graph.NodeID, dir graph.Direction, types []graph.TypeID, ends []uint64) {
	var segs []Segment
	for i, id := range ids {
		segs = tx.Adjacent(segs[:0], id, dir, types)
		dst[i] = int64(adjacency.CountTo(segs, ends))
	}
}
