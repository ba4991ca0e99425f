package procedure

import (
	"math"

	"memgraphd/internal/storage/value"
)

// SchemaNode are the nodes with one set of labels, as SHOW SCHEMA INFO has them.
type SchemaNode struct {
	Count      int64            `json:"count"`
	Labels     []string         `json:"labels"`
	Properties []SchemaProperty `json:"properties"`
}

// SchemaEdge are the relationships of one type between nodes with one set of labels each, as
// SHOW SCHEMA INFO has them.
type SchemaEdge struct {
	Count           int64            `json:"count"`
	EndNodeLabels   []string         `json:"end_node_labels"`
	Properties      []SchemaProperty `json:"properties"`
	StartNodeLabels []string         `json:"start_node_labels"`
	Type            string           `json:"type"`
}

// SchemaProperty is a property of such nodes or relationships.
type SchemaProperty struct {
	Count         int64        `json:"count"`
	FillingFactor float64      `json:"filling_factor"` // percent that have it
	Key           string       `json:"key"`
	Types         []SchemaType `json:"types"`
}

// SchemaType is a type that a property has.
type SchemaType struct {
	Count int64  `json:"count"`
	Type  string `json:"type"`
}

// Schema looks at every node and every relationship, and tells what there is.
func Schema(c *Context) (nodes []SchemaNode, edges []SchemaEdge, err error) {
	s, err := look(c)
	if err != nil {
		return nil, nil, err
	}
	nodes, edges = []SchemaNode{}, []SchemaEdge{}
	for _, n := range s.nodes {
		nodes = append(nodes, SchemaNode{n.total, n.labels, s.schemaProperties(n.kind)})
	}
	for _, e := range s.edges {
		edges = append(edges, SchemaEdge{e.total, e.to, s.schemaProperties(e.kind), e.from, e.name})
	}
	return nodes, edges, nil
}

func (s *survey) schemaProperties(k *kind) []SchemaProperty {
	out := []SchemaProperty{}
	for _, p := range s.properties(k) {
		types := []SchemaType{}
		for kind, n := range p.byType {
			if n > 0 {
				types = append(types, SchemaType{n, schemaType(value.Kind(kind))})
			}
		}
		factor := math.Round(10000*float64(p.times)/float64(k.total)) / 100
		out = append(out, SchemaProperty{p.times, factor, p.name, types})
	}
	return out
}

// schemaType returns what SHOW SCHEMA INFO of Memgraph calls a type.
func schemaType(k value.Kind) string {
	switch k { //nolint:exhaustive // the others are called as the procedures of Memgraph call them
	case value.KindBool:
		return "Boolean"
	case value.KindInt:
		return "Integer"
	case value.KindFloat:
		return "Float"
	case value.KindList:
		return "List"
	case value.KindMap:
		return "Map"
	default:
		return typeName(k)
	}
}
