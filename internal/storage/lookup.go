package storage

import (
	"unsafe"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/index"
	"memgraphd/internal/storage/value"
)

// Found is a node that a look-up has found, as its view holds it.
type Found struct {
	ID    graph.NodeID
	image image
}

// Lookup is a look-up of a value in an index by steps: SeekEqual has the processor load the place in the
// index, Take that of the nodes, and Found reads them. Other work in between is done while memory is waited for.
type Lookup struct {
	label   graph.LabelID
	key     graph.KeyID
	value   value.Value
	search  index.Search
	entries [lookupMost]index.Entry
	n       int
}

// lookupMost is how many nodes a Lookup finds at most.
const lookupMost = 4

// SeekEqual begins to look for the nodes with label l whose property k equals v, which is not null. It
// reports false if there is no such index. After true the index is locked for reading until Take or End.
func (tx *Tx) SeekEqual(f *Lookup, l graph.LabelID, k graph.KeyID, v value.Value) bool {
	p := tx.readyIndex(l, k)
	if p == nil {
		return false
	}
	f.label, f.key, f.value, f.n = l, k, v, 0
	return p.tree.Begin(&f.search, v)
}

// End ends a look-up that was begun, if Take has not.
func (f *Lookup) End() { f.search.End() }

// Take finds out which nodes may be those that are looked for. ok is false if there may be more than
// 4; then ScanEqual finds them.
func (tx *Tx) Take(f *Lookup) (ok bool) {
	f.n, ok = f.search.Take(f.entries[:])
	for i := range f.entries[:f.n] {
		if n := tx.store.nodes.at(f.entries[i].Node); n != nil {
			arena.Prefetch(unsafe.Pointer(n), 1)
		}
	}
	return ok
}

// Found fills dst, which has room for 4, with the nodes that were looked for.
func (tx *Tx) Found(f *Lookup, dst []Found) (n int) {
	for i := range f.entries[:f.n] {
		if im, ok := tx.equals(f.entries[i].Node, f.label, f.key, f.value); ok {
			dst[n] = Found{f.entries[i].Node, im}
			n++
		}
	}
	return n
}

// LookEqual is SeekEqual, Take and Found at once. ok is false if there is no such index, or if there may be
// more nodes than dst has room for.
func (tx *Tx) LookEqual(dst []Found, l graph.LabelID, k graph.KeyID, v value.Value) (n int, ok bool) {
	var f Lookup
	if !tx.SeekEqual(&f, l, k, v) || !tx.Take(&f) || f.n > len(dst) {
		return 0, false
	}
	return tx.Found(&f, dst), true
}

// equals returns a node as the view holds it, if it has label l and a property k equal to v.
func (tx *Tx) equals(id graph.NodeID, l graph.LabelID, k graph.KeyID, v value.Value) (im image, ok bool) {
	im = tx.reads(id)
	return im, im.exists && tx.store.sets.has(im.labels, l) && value.Equal(tx.readableOfNode(im, k), v) == value.Yes
}

// FoundProperty returns a property of a node that was found in tx, which has written nothing since.
func (tx *Tx) FoundProperty(f *Found, k graph.KeyID) value.Value {
	return tx.readableOfNode(f.image, k)
}

// FoundEnds appends the nodes of ids that have the labels, as the view of tx, which has no guard, holds them.
// The other ends of relationships of the view are in it.
func (tx *Tx) FoundEnds(dst []Found, ids []graph.NodeID, labels []graph.LabelID) []Found {
	s := tx.store
	records := s.nodes.records.Pages()
	for _, id := range ids {
		if rec := records.At(uint32(id)); rec != nil {
			arena.Prefetch(unsafe.Pointer(rec), 1)
		}
	}
	set, has := setID(0), len(labels) == 0 // of the node before, mostly the same as that of the next
	for _, id := range ids {
		rec := records.At(uint32(id))
		if rec == nil {
			continue
		}
		im := image{labels: setID(rec.labels.Load()), props: arena.Ref(rec.props.Load()), exists: true}
		if state := rec.state.Load(); state != 0 {
			im = s.imageAt(tx.view, im, state)
		}
		if im.labels != set {
			set, has = im.labels, s.sets.hasAll(im.labels, labels)
		}
		if !im.exists || !has {
			continue
		}
		if im.props != 0 {
			arena.Prefetch(s.blobs.Pointer(im.props), 1)
		}
		dst = append(dst, Found{id, im})
	}
	return dst
}
