package function

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// projected is project(path) and project(nodes, edges): the part of the graph that the rows
// of a group name, each thing once, as the map {nodes: […], edges: […]}.
type projected struct {
	of   []subgraph
	keep keeper
}

// subgraph is what was met in a group, in the order in which it first was.
type subgraph struct {
	nodes     []value.Value
	edges     []value.Value
	seenNodes map[graph.NodeID]struct{}
	seenEdges map[graph.EdgeID]struct{}
}

func (a *projected) Grow(groups int) error {
	a.of = extend(a.of, groups)
	return nil
}

func (a *projected) Add(groups []uint32, in *batch.Batch, args []*batch.Vector) error {
	g := 0
	for i := range in.Rows() {
		if groups != nil {
			g = int(groups[i])
		}
		for _, arg := range args {
			if err := a.add(g, arg.Value(in.Row(i))); err != nil {
				return err
			}
		}
	}
	return nil
}

// add takes a path, a node, a relationship, or a list of these.
func (a *projected) add(g int, x value.Value) error {
	switch x.Kind() { //nolint:exhaustive // the others are refused below
	case value.KindNull:
		return nil
	case value.KindNode:
		return a.node(g, x)
	case value.KindEdge:
		return a.edge(g, x)
	case value.KindPath:
		p := x.AsPath()
		for _, n := range p.Nodes {
			if err := a.node(g, value.Node(n)); err != nil {
				return err
			}
		}
		for _, e := range p.Edges {
			if err := a.edge(g, value.Edge(e)); err != nil {
				return err
			}
		}
		return nil
	case value.KindList:
		for _, y := range x.AsList() {
			if k := y.Kind(); k != value.KindNode && k != value.KindEdge && k != value.KindNull {
				return wrongType("project", "paths, or lists of nodes and relationships", y)
			}
			if err := a.add(g, y); err != nil {
				return err
			}
		}
		return nil
	default:
		return wrongType("project", "paths, or lists of nodes and relationships", x)
	}
}

// seenSize is about what an entity takes in a list and a set.
const seenSize = valueSize + 40

func (a *projected) node(g int, x value.Value) error {
	s := &a.of[g]
	if _, ok := s.seenNodes[x.AsNode()]; ok {
		return nil
	}
	if err := a.keep.take(seenSize); err != nil {
		return err
	}
	if s.seenNodes == nil {
		s.seenNodes = map[graph.NodeID]struct{}{}
	}
	s.seenNodes[x.AsNode()] = struct{}{}
	s.nodes = append(s.nodes, x)
	return nil
}

func (a *projected) edge(g int, x value.Value) error {
	s := &a.of[g]
	if _, ok := s.seenEdges[x.AsEdge().ID]; ok {
		return nil
	}
	if err := a.keep.take(seenSize); err != nil {
		return err
	}
	if s.seenEdges == nil {
		s.seenEdges = map[graph.EdgeID]struct{}{}
	}
	s.seenEdges[x.AsEdge().ID] = struct{}{}
	s.edges = append(s.edges, x)
	return nil
}

func (a *projected) Merge(from Aggregator, to []uint32) error {
	b := from.(*projected)
	a.of = extend(a.of, targets(to, len(b.of)))
	for g := range b.of {
		for _, x := range b.of[g].nodes {
			if err := a.node(target(to, g), x); err != nil {
				return err
			}
		}
		for _, x := range b.of[g].edges {
			if err := a.edge(target(to, g), x); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *projected) Result(group int) (value.Value, error) {
	s := &a.of[group]
	return value.Map([]value.Entry{
		{Key: "edges", Value: value.List(s.edges)}, {Key: "nodes", Value: value.List(s.nodes)},
	}), nil
}

func (a *projected) Release() { a.keep.release() }
