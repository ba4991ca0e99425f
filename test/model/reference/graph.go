package reference

import (
	"maps"
	"slices"
	"strings"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// Graph is a property graph as plain structs. The id of a node is its place.
type Graph struct {
	Nodes []*Node
	Edges []*Edge
	byID  map[int]int // places of relationships
}

// Node is a node. What was deleted stays in its place.
type Node struct {
	Labels  []string // sorted, each once
	Props   map[string]value.Value
	Out, In []int // relationships that begin and end here, deleted ones included
	Deleted bool
}

// Edge is a relationship.
type Edge struct {
	ID       int
	From, To int
	Type     string
	Props    map[string]value.Value
	Deleted  bool
}

// AddNode adds a node and returns its id. Nulls among the properties count as absent.
func (g *Graph) AddNode(labels []string, props map[string]value.Value) int {
	n := &Node{Props: present(props)}
	for _, l := range labels {
		n.label(l)
	}
	g.Nodes = append(g.Nodes, n)
	return len(g.Nodes) - 1
}

// newEdges is the first id that a relationship gets of itself.
const newEdges = 1 << 30

// AddEdge adds a relationship and returns its place.
func (g *Graph) AddEdge(from, to int, typ string, props map[string]value.Value) int {
	id := len(g.Edges)
	g.Edges = append(g.Edges, &Edge{ID: newEdges + id, From: from, To: to, Type: typ, Props: present(props)})
	g.byID = nil
	g.Nodes[from].Out = append(g.Nodes[from].Out, id)
	g.Nodes[to].In = append(g.Nodes[to].In, id)
	return id
}

// present returns props without nulls.
func present(props map[string]value.Value) map[string]value.Value {
	out := make(map[string]value.Value, len(props))
	for k, v := range props {
		if !v.IsNull() {
			out[k] = v
		}
	}
	return out
}

// Clone returns a copy that can be changed on its own.
func (g *Graph) Clone() *Graph {
	c := &Graph{Nodes: make([]*Node, len(g.Nodes)), Edges: make([]*Edge, len(g.Edges))}
	for i, n := range g.Nodes {
		c.Nodes[i] = &Node{
			Labels: slices.Clone(n.Labels), Props: maps.Clone(n.Props),
			Out: slices.Clone(n.Out), In: slices.Clone(n.In), Deleted: n.Deleted,
		}
	}
	for i, e := range g.Edges {
		x := *e
		x.Props = maps.Clone(e.Props)
		c.Edges[i] = &x
	}
	return c
}

// Without returns a copy without the given nodes, their relationships and the given
// relationships; ids move up.
func (g *Graph) Without(nodes, edges map[int]bool) *Graph {
	c := &Graph{}
	moved := make([]int, len(g.Nodes))
	for i, n := range g.Nodes {
		moved[i] = -1
		if !nodes[i] && !n.Deleted {
			moved[i] = c.AddNode(n.Labels, n.Props)
		}
	}
	for i, e := range g.Edges {
		if !edges[i] && !e.Deleted && moved[e.From] >= 0 && moved[e.To] >= 0 {
			c.AddEdge(moved[e.From], moved[e.To], e.Type, e.Props)
		}
	}
	return c
}

func (n *Node) has(label string) bool {
	_, found := slices.BinarySearch(n.Labels, label)
	return found
}

func (n *Node) label(l string) {
	if i, found := slices.BinarySearch(n.Labels, l); !found {
		n.Labels = slices.Insert(n.Labels, i, l)
	}
}

func (n *Node) unlabel(l string) {
	if i, found := slices.BinarySearch(n.Labels, l); found {
		n.Labels = slices.Delete(n.Labels, i, i+1)
	}
}

// SetEdgeIDs gives the relationships, in their places, the ids that they have elsewhere.
func (g *Graph) SetEdgeIDs(ids []int) {
	for i, id := range ids {
		g.Edges[i].ID = id
	}
	g.byID = nil
}

// Edge returns the relationship with an id.
func (g *Graph) Edge(id graph.EdgeID) *Edge {
	if g.byID == nil {
		g.byID = make(map[int]int, len(g.Edges))
		for i, e := range g.Edges {
			g.byID[e.ID] = i
		}
	}
	return g.Edges[g.byID[int(id)]]
}

func (g *Graph) edge(v value.Value) *Edge { return g.Edge(v.AsEdge().ID) }

// edgeValue returns the relationship at a place as a value.
func (g *Graph) edgeValue(at int) value.Value {
	e := g.Edges[at]
	return value.Edge(graph.Edge{ID: graph.EdgeID(e.ID), Dst: graph.NodeID(e.To)})
}

func nodeValue(id int) value.Value { return value.Node(graph.NodeID(id)) }

func nodeID(v value.Value) int { return int(v.AsNode()) }

func edgeID(v value.Value) int { return int(v.AsEdge().ID) }

// Text returns one CREATE statement for people that makes the whole graph.
func (g *Graph) Text() string {
	var parts []string
	for i, n := range g.Nodes {
		parts = append(parts, "(n"+itoa(i)+labelText(n.Labels)+propsText(n.Props)+")")
	}
	for _, e := range g.Edges {
		parts = append(parts, "(n"+itoa(e.From)+")-[:"+e.Type+propsText(e.Props)+"]->(n"+itoa(e.To)+")")
	}
	if len(parts) == 0 {
		return ""
	}
	return "CREATE " + strings.Join(parts, ",\n  ")
}

func labelText(labels []string) string {
	var b strings.Builder
	for _, l := range labels {
		b.WriteString(":" + l)
	}
	return b.String()
}

// propsText returns properties as they are written in a pattern, with a space before.
func propsText(props map[string]value.Value) string {
	if len(props) == 0 {
		return ""
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(props)) {
		parts = append(parts, k+": "+Text(props[k]))
	}
	return " {" + strings.Join(parts, ", ") + "}"
}
