package message

import (
	"strconv"

	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// virtualNode appends the structure of a node that is in no graph.
func (r *Records) virtualNode(dst []byte, n *value.VirtualNode, e batch.Entities) []byte {
	fields := 3
	if r.elementIDs {
		fields++
	}
	dst = packstream.AppendStructHeader(dst, fields, packstream.TagNode)
	dst = packstream.AppendInt(dst, n.ID)
	dst = packstream.AppendListHeader(dst, len(n.Labels))
	for _, label := range n.Labels {
		dst = r.text(dst, label)
	}
	dst = r.value(dst, n.Properties, e, 0)
	if r.elementIDs {
		dst = virtualElementID(dst, n.ID)
	}
	return dst
}

// virtualEdge appends the structure of a relationship that is in no graph.
func (r *Records) virtualEdge(dst []byte, edge *value.VirtualEdge, e batch.Entities) []byte {
	fields := 5
	if r.elementIDs {
		fields += 3
	}
	dst = packstream.AppendStructHeader(dst, fields, packstream.TagRelationship)
	dst = packstream.AppendInt(dst, edge.ID)
	dst = packstream.AppendInt(dst, edge.From.ID)
	dst = packstream.AppendInt(dst, edge.To.ID)
	dst = r.text(dst, edge.Type)
	dst = r.value(dst, edge.Properties, e, 0)
	if r.elementIDs {
		dst = virtualElementID(dst, edge.ID)
		dst = virtualElementID(dst, edge.From.ID)
		dst = virtualElementID(dst, edge.To.ID)
	}
	return dst
}

// virtualElementID appends the element id of what is in no graph: its id as a string, which
// no element id of a graph is, because those begin with a digit.
func virtualElementID(dst []byte, id int64) []byte {
	mark := len(dst)
	return packstream.SealString(strconv.AppendInt(append(dst, 0), id, 10), mark)
}
