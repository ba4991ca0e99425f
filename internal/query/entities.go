package query

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/declared"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// entities shows the nodes and relationships of a result in the view of its transaction.
type entities struct {
	store     *storage.Store
	catalogue *declared.Catalogue
	tx        *storage.Tx
	labels    []graph.LabelID
	props     []storage.Property
}

// NodeLabels appends the names of n's labels.
func (e *entities) NodeLabels(dst []string, n graph.NodeID) []string {
	e.labels = e.tx.AppendLabels(e.labels[:0], n)
	for _, l := range e.labels {
		dst = append(dst, e.store.LabelName(l))
	}
	return dst
}

// NodeProperties appends the properties of n.
func (e *entities) NodeProperties(dst []batch.Property, n graph.NodeID) []batch.Property {
	e.props = e.tx.AppendNodeProperties(e.props[:0], n)
	return e.named(dst)
}

// NodeElementID returns the text of elementId(n).
func (e *entities) NodeElementID(n graph.NodeID) string { return string(e.AppendNodeElementID(nil, n)) }

// AppendNodeElementID appends the text of elementId(n).
func (e *entities) AppendNodeElementID(dst []byte, n graph.NodeID) []byte {
	return graph.AppendElementID(dst, uint32(n), e.tx.NodeGeneration(n))
}

// EdgeSource returns the start node of r.
func (e *entities) EdgeSource(r graph.Edge) graph.NodeID { return e.tx.EdgeSource(r) }

// EdgeType returns the type name of r.
func (e *entities) EdgeType(r graph.Edge) string { return e.store.TypeName(e.tx.EdgeType(r)) }

// EdgeProperties appends the properties of r; the store keeps those of a deleted one for others.
func (e *entities) EdgeProperties(dst []batch.Property, r graph.Edge) []batch.Property {
	if !e.tx.EdgeExists(r) {
		return dst
	}
	e.props = e.tx.AppendEdgeProperties(e.props[:0], r)
	return e.named(dst)
}

// EdgeElementID returns the text of elementId(r).
func (e *entities) EdgeElementID(r graph.Edge) string { return string(e.AppendEdgeElementID(nil, r)) }

// AppendEdgeElementID appends the text of elementId(r).
func (e *entities) AppendEdgeElementID(dst []byte, r graph.Edge) []byte {
	return graph.AppendElementID(dst, uint32(r.ID), e.tx.EdgeGeneration(r.ID))
}

// Enum returns the map that stands for a value of an enum outside of the server.
func (e *entities) Enum(v value.Value) value.Value { return e.catalogue.Outgoing(v) }

func (e *entities) named(dst []batch.Property) []batch.Property {
	for _, p := range e.props {
		dst = append(dst, batch.Property{Key: e.store.KeyName(p.Key), Value: p.Value})
	}
	return dst
}
