package message

import (
	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/graph"
)

// edge appends the structure of a relationship with both its ends.
func (r *Records) edge(dst []byte, edge graph.Edge, e batch.Entities) []byte {
	fields := 5
	if r.elementIDs {
		fields += 3
	}
	source := e.EdgeSource(edge)
	dst = packstream.AppendStructHeader(dst, fields, packstream.TagRelationship)
	dst = packstream.AppendInt(dst, int64(edge.ID))
	dst = packstream.AppendInt(dst, int64(source))
	dst = packstream.AppendInt(dst, int64(edge.Dst))
	dst = packstream.AppendString(dst, e.EdgeType(edge))
	r.properties = e.EdgeProperties(r.properties[:0], edge)
	dst = r.appendProperties(dst, e)
	if r.elementIDs {
		dst = r.edgeElementID(dst, edge, e)
		dst = r.nodeElementID(dst, source, e)
		dst = r.nodeElementID(dst, edge.Dst, e)
	}
	return dst
}

// unbound appends the structure of a relationship inside a path, without its ends.
func (r *Records) unbound(dst []byte, edge graph.Edge, e batch.Entities) []byte {
	fields := 3
	if r.elementIDs {
		fields++
	}
	dst = packstream.AppendStructHeader(dst, fields, packstream.TagUnbound)
	dst = packstream.AppendInt(dst, int64(edge.ID))
	dst = packstream.AppendString(dst, e.EdgeType(edge))
	r.properties = e.EdgeProperties(r.properties[:0], edge)
	dst = r.appendProperties(dst, e)
	if r.elementIDs {
		dst = r.edgeElementID(dst, edge, e)
	}
	return dst
}
