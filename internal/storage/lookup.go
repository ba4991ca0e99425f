package storage

import (
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/index"
	"memgraphd/internal/storage/value"
)

// Found is a node that a look-up has found, as its view holds it.
type Found struct {
	ID    graph.NodeID
	image image
}

// LookEqual fills dst with the nodes with label l whose property k equals v, which is not null. ok is false
// if there is no such index, or if there may be more nodes than there is room for; then ScanEqual finds
// them.
func (tx *Tx) LookEqual(dst []Found, l graph.LabelID, k graph.KeyID, v value.Value) (n int, ok bool) {
	p := tx.readyIndex(l, k)
	if p == nil {
		return 0, false
	}
	var entries [4]index.Entry
	got, all := p.tree.Look(v, entries[:min(len(entries), len(dst))])
	if !all {
		return 0, false
	}
	for i := range entries[:got] {
		if im, ok := tx.equals(entries[i].Node, l, k, v); ok {
			dst[n] = Found{entries[i].Node, im}
			n++
		}
	}
	return n, true
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
