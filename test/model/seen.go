package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
	"memgraphd/test/model/reference"
)

// Rows of the engine and of the reference are compared after entities that the query has
// made are replaced by what they are like, because their ids need not agree, and everything
// is copied, because values of the engine end with their transaction.

// entities looks up what an entity is like.
type entities interface {
	node(id int) string // "" for one that was there before the query
	edge(e graph.Edge) string
}

// seen returns v as it is compared.
func seen(v value.Value, of entities) value.Value {
	switch k := v.Kind(); k { //nolint:exhaustive // the others stay as they are
	case value.KindString:
		return value.String(strings.Clone(v.AsString()))
	case value.KindList:
		out := make([]value.Value, len(v.AsList()))
		for i, x := range v.AsList() {
			out[i] = seen(x, of)
		}
		return value.List(out)
	case value.KindMap:
		var out []value.Entry
		for _, e := range v.AsMap() {
			out = append(out, value.Entry{Key: strings.Clone(e.Key), Value: seen(e.Value, of)})
		}
		return value.Map(out)
	case value.KindNode:
		if s := of.node(int(v.AsNode())); s != "" {
			return value.String(s)
		}
	case value.KindEdge:
		if s := of.edge(v.AsEdge()); s != "" {
			return value.String(s)
		}
	case value.KindPath:
		return seenPath(v.AsPath(), of)
	}
	return v
}

// seenPath shows a path as the list of what is on it, so that a path and a list differ.
func seenPath(p *value.PathValue, of entities) value.Value {
	out := []value.Value{value.String("path"), seen(value.Node(p.Nodes[0]), of)}
	for i, e := range p.Edges {
		out = append(out, seen(value.Edge(e), of), seen(value.Node(p.Nodes[i+1]), of))
	}
	return value.List(out)
}

// engineEntities shows entities as the engine gives them to clients.
type engineEntities struct {
	batch.Entities
	old
}

// old tells which entities were there before.
type old struct {
	nodes int // those with ids below
	edges map[int]bool
}

func (x engineEntities) node(id int) string {
	n := graph.NodeID(id)
	if id < x.nodes && !strings.Contains(x.NodeElementID(n), ":") {
		return ""
	}
	labels := x.NodeLabels(nil, n)
	slices.Sort(labels)
	return shown("node", labels, x.NodeProperties(nil, n))
}

func (x engineEntities) edge(e graph.Edge) string {
	if x.edges[int(e.ID)] && !strings.Contains(x.EdgeElementID(e), ":") {
		return ""
	}
	return shown("edge", []string{x.EdgeType(e)}, x.EdgeProperties(nil, e))
}

func shown(what string, labels []string, props []batch.Property) string {
	var parts []string
	for _, p := range props {
		parts = append(parts, p.Key+": "+canonical(p.Value))
	}
	slices.Sort(parts)
	return fmt.Sprintf("new %s %v {%s}", what, labels, strings.Join(parts, ", "))
}

// referenceEntities does the same for the reference.
type referenceEntities struct {
	*reference.Graph
	old
}

func (x referenceEntities) node(id int) string {
	if id < x.nodes {
		return ""
	}
	n := x.Nodes[id]
	if n.Deleted {
		return shown("node", nil, nil)
	}
	return shown("node", n.Labels, listed(n.Props))
}

func (x referenceEntities) edge(e graph.Edge) string {
	if x.edges[int(e.ID)] {
		return ""
	}
	r := x.Edge(e.ID)
	if r.Deleted {
		return shown("edge", []string{r.Type}, nil)
	}
	return shown("edge", []string{r.Type}, listed(r.Props))
}

func listed(props map[string]value.Value) []batch.Property {
	var out []batch.Property
	for k, v := range props {
		out = append(out, batch.Property{Key: k, Value: v})
	}
	return out
}

// canonical writes a value so that values that are alike get the same text in most cases.
func canonical(v value.Value) string {
	if v.Kind() == value.KindFloat {
		return canonicalFloat(v.AsFloat())
	}
	var b strings.Builder
	appendCanonical(&b, v)
	return b.String()
}

func canonicalFloat(f float64) string { return strconv.FormatFloat(f+0, 'e', 9, 64) + "f" }

func appendCanonical(b *strings.Builder, v value.Value) {
	switch k := v.Kind(); k { //nolint:exhaustive // the others have one text
	case value.KindFloat:
		b.WriteString(canonicalFloat(v.AsFloat()))
	case value.KindList:
		b.WriteByte('[')
		for _, x := range v.AsList() {
			appendCanonical(b, x)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	case value.KindMap:
		b.WriteByte('{')
		for _, e := range v.AsMap() {
			b.WriteString(e.Key + ":")
			appendCanonical(b, e.Value)
			b.WriteByte(',')
		}
		b.WriteByte('}')
	default:
		b.WriteString(reference.Text(v))
	}
}
