package tck

import (
	"fmt"
	"strings"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// renderer turns values of the engine into those that are compared. Strings are copied,
// because those of the engine end with their transaction.
type renderer struct{ entities batch.Entities }

func (r renderer) value(v value.Value) (any, error) {
	switch v.Kind() {
	case value.KindNull:
		return nil, nil //nolint:nilnil // null is a value
	case value.KindBool:
		return v.AsBool(), nil
	case value.KindInt:
		return v.AsInt(), nil
	case value.KindFloat:
		return v.AsFloat(), nil
	case value.KindString:
		return strings.Clone(v.AsString()), nil
	case value.KindList:
		out := make([]any, 0, len(v.AsList()))
		for _, x := range v.AsList() {
			c, err := r.value(x)
			if err != nil {
				return nil, err
			}
			out = append(out, c)
		}
		return out, nil
	case value.KindMap:
		out := map[string]any{}
		for _, e := range v.AsMap() {
			c, err := r.value(e.Value)
			if err != nil {
				return nil, err
			}
			out[strings.Clone(e.Key)] = c
		}
		return out, nil
	case value.KindNode:
		return r.node(v.AsNode())
	case value.KindEdge:
		return r.relationship(v.AsEdge())
	case value.KindPath:
		return r.path(v.AsPath())
	case value.KindDate:
		return v.AsDate().String(), nil
	case value.KindTime:
		return v.AsTime().String(), nil
	case value.KindLocalTime:
		return v.AsLocalTime().String(), nil
	case value.KindDateTime:
		return v.AsDateTime().String(), nil
	case value.KindLocalDateTime:
		return v.AsLocalDateTime().String(), nil
	case value.KindDuration:
		return fmt.Sprint(v.AsDuration()), nil
	case value.KindBytes, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return nil, fmt.Errorf("a value of type %s, for which cells have no form", v.Kind())
}

func (r renderer) props(list []batch.Property) (map[string]any, error) {
	out := map[string]any{}
	for _, p := range list {
		v, err := r.value(p.Value)
		if err != nil {
			return nil, err
		}
		out[p.Key] = v
	}
	return out, nil
}

func (r renderer) node(id graph.NodeID) (*node, error) {
	props, err := r.props(r.entities.NodeProperties(nil, id))
	return &node{labels: r.entities.NodeLabels(nil, id), props: props}, err
}

func (r renderer) relationship(e graph.Edge) (*relationship, error) {
	props, err := r.props(r.entities.EdgeProperties(nil, e))
	return &relationship{kind: r.entities.EdgeType(e), props: props}, err
}

func (r renderer) path(p *value.PathValue) (*path, error) {
	out := &path{}
	for _, id := range p.Nodes {
		n, err := r.node(id)
		if err != nil {
			return nil, err
		}
		out.nodes = append(out.nodes, n)
	}
	for i, e := range p.Edges {
		rel, err := r.relationship(e)
		if err != nil {
			return nil, err
		}
		out.rels = append(out.rels, rel)
		// Of a loop it cannot be told how it was followed: it counts as forward.
		out.forward = append(out.forward, e.Dst == p.Nodes[i+1])
	}
	return out, nil
}
