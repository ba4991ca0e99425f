package exec

import (
	"memgraphd/internal/query/sema"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// entityTypes are the static types of what has properties.
const entityTypes = sema.Node | sema.Edge

// entity is a node or a relationship to be changed.
type entity struct {
	isNode bool
	node   graph.NodeID
	edge   graph.Edge
}

// entityOf returns what v holds, which must be a node or a relationship.
func entityOf(v value.Value) entity {
	if v.Kind() == value.KindNode {
		return entity{isNode: true, node: v.AsNode()}
	}
	return entity{edge: v.AsEdge()}
}

func (e entity) get(r *run, k graph.KeyID) value.Value {
	if e.isNode {
		return r.tx.NodeProperty(e.node, k)
	}
	return r.tx.EdgeProperty(e.edge, k)
}

func (e entity) exists(r *run) bool {
	if e.isNode {
		return r.tx.NodeExists(e.node)
	}
	return r.tx.EdgeExists(e.edge)
}

// set writes one property; null removes it.
func (e entity) set(r *run, k graph.KeyID, v value.Value) error {
	if err := storable(v); err != nil {
		return err
	}
	if !e.exists(r) {
		return storage.ErrNotFound
	}
	if v.IsNull() && e.get(r, k).IsNull() {
		return nil
	}
	r.stats.PropertiesSet++
	if e.isNode {
		return r.tx.SetNodeProperty(e.node, k, v)
	}
	return r.tx.SetEdgeProperty(e.edge, k, v)
}

// properties appends the properties of e.
func (e entity) properties(r *run, dst []storage.Property) []storage.Property {
	if e.isNode {
		return r.tx.AppendNodeProperties(dst, e.node)
	}
	return r.tx.AppendEdgeProperties(dst, e.edge)
}

// propertiesIn returns the properties in a map, a node or a relationship.
func propertiesIn(r *run, v value.Value) ([]storage.Property, error) {
	switch v.Kind() {
	case value.KindNull:
		return nil, nil
	case value.KindNode, value.KindEdge:
		return entityOf(v).properties(r, nil), nil
	case value.KindVirtualNode, value.KindVirtualEdge:
		return propertiesIn(r, v.VirtualProperties())
	case value.KindMap:
		var props []storage.Property
		for _, f := range v.AsMap() {
			id, err := r.store.InternKey(f.Key)
			if err != nil {
				return nil, err
			}
			props = append(props, storage.Property{Key: id, Value: f.Value})
		}
		return props, nil
	case value.KindBool, value.KindInt, value.KindFloat, value.KindString, value.KindBytes,
		value.KindList, value.KindPath,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum:
	}
	return nil, wrongType("a map, a node or a relationship", v)
}

// replace makes the properties of e those of v and no others.
func (e entity) replace(r *run, v value.Value) error {
	props, err := propertiesIn(r, v)
	if err != nil {
		return err
	}
	for _, old := range e.properties(r, nil) {
		kept := false
		for _, p := range props {
			kept = kept || p.Key == old.Key && !p.Value.IsNull()
		}
		if !kept {
			if err := e.set(r, old.Key, value.Null); err != nil {
				return err
			}
		}
	}
	return e.setAll(r, props)
}

// merge adds the properties of v to e.
func (e entity) merge(r *run, v value.Value) error {
	props, err := propertiesIn(r, v)
	if err != nil {
		return err
	}
	return e.setAll(r, props)
}

func (e entity) setAll(r *run, props []storage.Property) error {
	for _, p := range props {
		if err := e.set(r, p.Key, p.Value); err != nil {
			return err
		}
	}
	return nil
}

func (e entity) label(r *run, labels []graph.LabelID) error {
	if !e.isNode {
		return wrongType("a node", value.Edge(e.edge))
	}
	for _, l := range labels {
		changed, err := r.tx.AddLabel(e.node, l)
		if err != nil {
			return err
		}
		if changed {
			r.stats.LabelsAdded++
		}
	}
	return nil
}

func (e entity) unlabel(r *run, labels []graph.LabelID) error {
	if !e.isNode {
		return wrongType("a node", value.Edge(e.edge))
	}
	for _, l := range labels {
		changed, err := r.tx.RemoveLabel(e.node, l)
		if err != nil {
			return err
		}
		if changed {
			r.stats.LabelsRemoved++
		}
	}
	return nil
}
