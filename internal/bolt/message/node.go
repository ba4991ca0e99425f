package message

import (
	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/graph"
)

// elementIDs is what Entities may implement besides, so that an element id costs no
// string.
type elementIDs interface {
	AppendNodeElementID(dst []byte, n graph.NodeID) []byte
	AppendEdgeElementID(dst []byte, e graph.Edge) []byte
}

// node appends the structure of n.
func (r *Records) node(dst []byte, n graph.NodeID, e batch.Entities) []byte {
	fields := 3
	if r.elementIDs {
		fields++
	}
	dst = packstream.AppendStructHeader(dst, fields, packstream.TagNode)
	dst = packstream.AppendInt(dst, int64(n))
	r.labels = e.NodeLabels(r.labels[:0], n)
	dst = packstream.AppendListHeader(dst, len(r.labels))
	for _, label := range r.labels {
		dst = packstream.AppendString(dst, label)
	}
	r.properties = e.NodeProperties(r.properties[:0], n)
	dst = r.appendProperties(dst, e)
	if r.elementIDs {
		dst = r.nodeElementID(dst, n, e)
	}
	return dst
}

// appendProperties appends the properties that were just fetched and forgets them.
func (r *Records) appendProperties(dst []byte, e batch.Entities) []byte {
	dst = packstream.AppendMapHeader(dst, len(r.properties))
	for i := range r.properties {
		p := &r.properties[i]
		dst = r.value(packstream.AppendString(dst, p.Key), p.Value, e, 1)
	}
	clear(r.properties)
	return dst
}

// nodeElementID appends the element id of n as a string.
func (r *Records) nodeElementID(dst []byte, n graph.NodeID, e batch.Entities) []byte {
	if ids, ok := e.(elementIDs); ok {
		mark := len(dst)
		return packstream.SealString(ids.AppendNodeElementID(append(dst, 0), n), mark)
	}
	return packstream.AppendString(dst, e.NodeElementID(n))
}

// edgeElementID appends the element id of edge as a string.
func (r *Records) edgeElementID(dst []byte, edge graph.Edge, e batch.Entities) []byte {
	if ids, ok := e.(elementIDs); ok {
		mark := len(dst)
		return packstream.SealString(ids.AppendEdgeElementID(append(dst, 0), edge), mark)
	}
	return packstream.AppendString(dst, e.EdgeElementID(edge))
}
