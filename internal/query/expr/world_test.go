package expr_test

import (
	"slices"
	"strconv"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// world is a small graph: node i has the labels and properties of nodes[i], relationship
// i leads from ends[i] with the type and properties of edges[i].
type world struct {
	labels  []string
	types   []string
	keys    []string
	nodes   []thing
	edges   []thing
	ends    [][2]graph.NodeID
	deleted map[graph.NodeID]bool
}

type thing struct {
	names []string // labels, or the type
	props map[string]value.Value
}

func testWorld() *world {
	return &world{
		labels: []string{"A", "B", "C"},
		types:  []string{"T", "U"},
		keys:   []string{"name", "age", "tags"},
		nodes: []thing{
			{[]string{"A", "B"}, map[string]value.Value{"name": value.String("ann"), "age": value.Int(30)}},
			{[]string{"A"}, map[string]value.Value{"name": value.String("bob"), "age": value.Float(1.5)}},
			{nil, map[string]value.Value{"tags": value.List([]value.Value{value.Int(1), value.Int(2)})}},
			{[]string{"C"}, nil}, // deleted
		},
		edges: []thing{
			{[]string{"T"}, map[string]value.Value{"age": value.Int(7)}},
			{[]string{"U"}, nil},
		},
		ends:    [][2]graph.NodeID{{0, 1}, {1, 2}},
		deleted: map[graph.NodeID]bool{3: true},
	}
}

func (w *world) edge(i int) graph.Edge { return graph.Edge{ID: graph.EdgeID(i), Dst: w.ends[i][1]} }

func (w *world) key(k graph.KeyID) string {
	if int(k) < len(w.keys) {
		return w.keys[k]
	}
	return ""
}

func (w *world) eachNode(ids []graph.NodeID, f func(i int, t thing)) error {
	for i, n := range ids {
		switch {
		case n == graph.NoNode:
			f(i, thing{})
		case w.deleted[n]:
			return failure.New(failure.EntityNotFound, failure.Runtime, "DeletedEntityAccess", "the node was deleted")
		default:
			f(i, w.nodes[n])
		}
	}
	return nil
}

func (w *world) eachEdge(edges []graph.Edge, f func(i int, t thing)) error {
	for i, e := range edges {
		if e.ID == graph.NoEdge {
			f(i, thing{})
			continue
		}
		f(i, w.edges[e.ID])
	}
	return nil
}

func (w *world) NodeProperty(dst []value.Value, ids []graph.NodeID, k graph.KeyID) error {
	return w.eachNode(ids, func(i int, t thing) { dst[i] = t.props[w.key(k)] })
}

func (w *world) EdgeProperty(dst []value.Value, edges []graph.Edge, k graph.KeyID) error {
	return w.eachEdge(edges, func(i int, t thing) { dst[i] = t.props[w.key(k)] })
}

func propertyMap(t thing) value.Value {
	var entries []value.Entry
	for k, v := range t.props {
		entries = append(entries, value.Entry{Key: k, Value: v})
	}
	return value.Map(entries)
}

func (w *world) NodeProperties(dst []value.Value, ids []graph.NodeID) error {
	return w.eachNode(ids, func(i int, t thing) {
		if dst[i] = value.Null; ids[i] != graph.NoNode {
			dst[i] = propertyMap(t)
		}
	})
}

func (w *world) EdgeProperties(dst []value.Value, edges []graph.Edge) error {
	return w.eachEdge(edges, func(i int, t thing) {
		if dst[i] = value.Null; edges[i].ID != graph.NoEdge {
			dst[i] = propertyMap(t)
		}
	})
}

func (w *world) NodeLabels(dst []value.Value, ids []graph.NodeID) error {
	return w.eachNode(ids, func(i int, t thing) {
		var names []value.Value
		for _, n := range t.names {
			names = append(names, value.String(n))
		}
		if dst[i] = value.Null; ids[i] != graph.NoNode {
			dst[i] = value.List(names)
		}
	})
}

func (w *world) NodeHasLabels(dst []bool, ids []graph.NodeID, labels []graph.LabelID) error {
	return w.eachNode(ids, func(i int, t thing) {
		dst[i] = ids[i] != graph.NoNode
		for _, l := range labels {
			dst[i] = dst[i] && slices.Contains(t.names, w.labels[l])
		}
	})
}

func (w *world) NodeIsLabelled(dst []bool, ids []graph.NodeID) error {
	return w.eachNode(ids, func(i int, t thing) { dst[i] = ids[i] != graph.NoNode && len(t.names) > 0 })
}

func (w *world) EdgeTypes(dst []graph.TypeID, edges []graph.Edge) error {
	return w.eachEdge(edges, func(i int, t thing) {
		if dst[i] = 0; t.names != nil {
			dst[i] = graph.TypeID(slices.Index(w.types, t.names[0]))
		}
	})
}

func (w *world) EdgeSources(dst []graph.NodeID, edges []graph.Edge) error {
	for i, e := range edges {
		if dst[i] = graph.NoNode; e.ID != graph.NoEdge {
			dst[i] = w.ends[e.ID][0]
		}
	}
	return nil
}

func (w *world) NodeDegrees(dst []int64, ids []graph.NodeID, d graph.Direction) error {
	for i, n := range ids {
		dst[i] = 0
		for _, ends := range w.ends {
			if ends[0] == n && d != graph.In {
				dst[i]++
			}
			if ends[1] == n && d != graph.Out {
				dst[i]++
			}
		}
	}
	return nil
}

func (w *world) NodeElementIDs(dst []string, ids []graph.NodeID) error {
	for i, n := range ids {
		dst[i] = graph.ElementID(uint32(n), 0)
	}
	return nil
}

func (w *world) EdgeElementIDs(dst []string, edges []graph.Edge) error {
	for i, e := range edges {
		dst[i] = graph.ElementID(uint32(e.ID), 0)
	}
	return nil
}

func find(names []string, name string) (int, bool) {
	i := slices.Index(names, name)
	return max(i, 0), i >= 0
}

func (w *world) LookupKey(name string) (graph.KeyID, bool) {
	i, ok := find(w.keys, name)
	return graph.KeyID(i), ok
}

func (w *world) LookupLabel(name string) (graph.LabelID, bool) {
	i, ok := find(w.labels, name)
	return graph.LabelID(i), ok
}

func (w *world) LookupType(name string) (graph.TypeID, bool) {
	i, ok := find(w.types, name)
	return graph.TypeID(i), ok
}

func (w *world) TypeName(t graph.TypeID) string { return w.types[t] }

// parameters are what the tests can use: nodes n0…, relationships r0…, a path, NaN and so on.
func (w *world) parameters() value.Value {
	entries := []value.Entry{
		{Key: "nan", Value: value.Float(nan())},
		{Key: "p", Value: value.Path(&value.PathValue{Nodes: []graph.NodeID{0, 1, 2}, Edges: []graph.Edge{w.edge(0), w.edge(1)}})},
		{Key: "one", Value: value.Int(1)},
		{Key: "idx", Value: value.Int(0)},
		{Key: "bytes", Value: value.Bytes([]byte{1, 255})},
	}
	for i := range w.nodes {
		entries = append(entries, value.Entry{Key: "n" + strconv.Itoa(i), Value: value.Node(graph.NodeID(i))})
	}
	for i := range w.edges {
		entries = append(entries, value.Entry{Key: "r" + strconv.Itoa(i), Value: value.Edge(w.edge(i))})
	}
	return value.Map(entries)
}

func nan() float64 {
	zero := 0.0
	return zero / zero
}
