package exec

import (
	"memgraphd/internal/query/function"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

var _ function.Graph = (*run)(nil)

// present fails where one of ids was deleted.
func (r *run) present(ids []graph.NodeID) error {
	if !r.deleted {
		return nil
	}
	for _, id := range ids {
		if id != graph.NoNode && !r.tx.NodeExists(id) {
			return deletedAccess("node")
		}
	}
	return nil
}

// presentEdges fails where one of edges was deleted.
func (r *run) presentEdges(edges []graph.Edge) error {
	if !r.deleted {
		return nil
	}
	for _, e := range edges {
		if e.ID != graph.NoEdge && !r.tx.EdgeExists(e) {
			return deletedAccess("relationship")
		}
	}
	return nil
}

// NodeProperty reads one property of each node.
func (r *run) NodeProperty(dst []value.Value, ids []graph.NodeID, key graph.KeyID) error {
	r.hits += int64(len(ids))
	if err := r.present(ids); err != nil {
		return err
	}
	r.tx.NodePropertyColumn(dst, ids, key)
	return nil
}

// EdgeProperty reads one property of each relationship.
func (r *run) EdgeProperty(dst []value.Value, edges []graph.Edge, key graph.KeyID) error {
	r.hits += int64(len(edges))
	if err := r.presentEdges(edges); err != nil {
		return err
	}
	r.tx.EdgePropertyColumn(dst, edges, key)
	return nil
}

// NodeProperties reads all properties of each node as a map.
func (r *run) NodeProperties(dst []value.Value, ids []graph.NodeID) error {
	r.hits += int64(len(ids))
	if err := r.present(ids); err != nil {
		return err
	}
	for i, id := range ids {
		if id == graph.NoNode {
			dst[i] = value.Null
			continue
		}
		r.props = r.tx.AppendNodeProperties(r.props[:0], id)
		dst[i] = r.propertyMap()
	}
	return nil
}

// EdgeProperties reads all properties of each relationship as a map.
func (r *run) EdgeProperties(dst []value.Value, edges []graph.Edge) error {
	r.hits += int64(len(edges))
	if err := r.presentEdges(edges); err != nil {
		return err
	}
	for i, e := range edges {
		if e.ID == graph.NoEdge {
			dst[i] = value.Null
			continue
		}
		r.props = r.tx.AppendEdgeProperties(r.props[:0], e)
		dst[i] = r.propertyMap()
	}
	return nil
}

func (r *run) propertyMap() value.Value {
	entries := make([]value.Entry, len(r.props))
	for i, p := range r.props {
		entries[i] = value.Entry{Key: r.store.KeyName(p.Key), Value: p.Value}
	}
	return value.Map(entries)
}

// NodeLabels reads the labels of each node as a list of strings.
func (r *run) NodeLabels(dst []value.Value, ids []graph.NodeID) error {
	r.hits += int64(len(ids))
	if err := r.present(ids); err != nil {
		return err
	}
	for i, id := range ids {
		if id == graph.NoNode {
			dst[i] = value.Null
			continue
		}
		r.labels = r.tx.AppendLabels(r.labels[:0], id)
		names := make([]value.Value, len(r.labels))
		for j, l := range r.labels {
			names[j] = value.String(r.store.LabelName(l))
		}
		dst[i] = value.List(names)
	}
	return nil
}

// NodeHasLabels tells whether each node has all of labels.
func (r *run) NodeHasLabels(dst []bool, ids []graph.NodeID, labels []graph.LabelID) error {
	r.hits += int64(len(ids))
	if err := r.present(ids); err != nil {
		return err
	}
	for i, id := range ids {
		dst[i] = id != graph.NoNode && r.hasLabels(id, labels)
	}
	return nil
}

// NodeIsLabelled tells whether each node has any label.
func (r *run) NodeIsLabelled(dst []bool, ids []graph.NodeID) error {
	r.hits += int64(len(ids))
	if err := r.present(ids); err != nil {
		return err
	}
	for i, id := range ids {
		dst[i] = false
		if id != graph.NoNode {
			r.labels = r.tx.AppendLabels(r.labels[:0], id)
			dst[i] = len(r.labels) > 0
		}
	}
	return nil
}

func (r *run) hasLabels(id graph.NodeID, labels []graph.LabelID) bool {
	for _, l := range labels {
		if !r.tx.HasLabel(id, l) {
			return false
		}
	}
	return true
}

// EdgeTypes reads the type of each relationship.
func (r *run) EdgeTypes(dst []graph.TypeID, edges []graph.Edge) error {
	r.hits += int64(len(edges))
	for i, e := range edges {
		if e.ID != graph.NoEdge {
			dst[i] = r.tx.EdgeType(e)
		}
	}
	return nil
}

// EdgeSources reads the start node of each relationship.
func (r *run) EdgeSources(dst []graph.NodeID, edges []graph.Edge) error {
	for i, e := range edges {
		if e.ID == graph.NoEdge {
			dst[i] = graph.NoNode
			continue
		}
		dst[i] = r.tx.EdgeSource(e)
	}
	return nil
}

// NodeDegrees counts the relationships of each node on one side or both.
func (r *run) NodeDegrees(dst []int64, ids []graph.NodeID, d graph.Direction) error {
	r.hits += int64(len(ids))
	if err := r.present(ids); err != nil {
		return err
	}
	for i, id := range ids {
		dst[i] = 0
		if id != graph.NoNode {
			dst[i] = int64(r.tx.Degree(id, d, nil))
		}
	}
	return nil
}

// NodeElementIDs renders the element id of each node.
func (r *run) NodeElementIDs(dst []string, ids []graph.NodeID) error {
	for i, id := range ids {
		if id != graph.NoNode {
			dst[i] = graph.ElementID(uint32(id), r.tx.NodeGeneration(id))
		}
	}
	return nil
}

// EdgeElementIDs renders the element id of each relationship.
func (r *run) EdgeElementIDs(dst []string, edges []graph.Edge) error {
	for i, e := range edges {
		if e.ID != graph.NoEdge {
			dst[i] = graph.ElementID(uint32(e.ID), r.tx.EdgeGeneration(e.ID))
		}
	}
	return nil
}

// LookupKey finds the number of a property key.
func (r *run) LookupKey(name string) (graph.KeyID, bool) { return r.store.LookupKey(name) }

// LookupLabel finds the number of a label.
func (r *run) LookupLabel(name string) (graph.LabelID, bool) { return r.store.LookupLabel(name) }

// LookupType finds the number of a relationship type.
func (r *run) LookupType(name string) (graph.TypeID, bool) { return r.store.LookupType(name) }

// TypeName is the name of a relationship type.
func (r *run) TypeName(t graph.TypeID) string { return r.store.TypeName(t) }
