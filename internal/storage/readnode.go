package storage

import "memgraphd/internal/storage/graph"

// NodeImage is a node as a view holds it.
type NodeImage struct {
	Generation uint32
	Labels     []graph.LabelID // ascending; of the store, not to be written to
	Properties []Property      // ascending by key
}

// ReadNode puts all of a node into to, whose memory for properties it uses again, and reports
// whether the view holds it.
func (tx *Tx) ReadNode(id graph.NodeID, to *NodeImage) bool {
	im := tx.reads(id)
	if !im.exists {
		return false
	}
	to.Generation = tx.NodeGeneration(id)
	to.Labels = tx.store.sets.labels(im.labels)
	to.Properties = to.Properties[:0]
	if im.props != 0 {
		to.Properties = tx.unpackNode(to.Properties, im)
	}
	return true
}
