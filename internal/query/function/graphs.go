package function

import (
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/property"
	"memgraphd/internal/storage/value"
)

// graphFunctions are the functions about nodes, relationships and paths.
func graphFunctions() []Function {
	return []Function{
		{Name: "id", MinArgs: 1, MaxArgs: 1, Args: []Type{Node | Edge}, Result: Integer, NullIn: true, Eval: eval1(id), OnNodes: nodeIDs, OnEdges: edgeIDs},
		{Name: "elementId", MinArgs: 1, MaxArgs: 1, Args: []Type{Node | Edge}, Result: String, NullIn: true, Eval: entity("elementId", nodeElementIDs, edgeElementIDs, virtualElementID), OnNodes: nodeElementIDs, OnEdges: edgeElementIDs},
		{Name: "labels", MinArgs: 1, MaxArgs: 1, Args: []Type{Node}, Result: List, NullIn: true, Eval: entity("labels", labels, nil, virtualLabels), OnNodes: labels},
		{Name: "type", MinArgs: 1, MaxArgs: 1, Args: []Type{Edge}, Result: String, NullIn: true, Eval: entity("type", nil, edgeTypes, virtualType), OnEdges: edgeTypes},
		{Name: "startNode", MinArgs: 1, MaxArgs: 1, Args: []Type{Edge}, Result: Node, NullIn: true, Eval: entity("startNode", nil, startNodes, virtualStart), OnEdges: startNodes},
		{Name: "endNode", MinArgs: 1, MaxArgs: 1, Args: []Type{Edge}, Result: Node, NullIn: true, Eval: entity("endNode", nil, endNodes, virtualEnd), OnEdges: endNodes},
		{Name: "degree", MinArgs: 1, MaxArgs: 1, Args: []Type{Node}, Result: Integer, NullIn: true, Eval: entity("degree", degrees(graph.Out, graph.In), nil, nil), OnNodes: degrees(graph.Out, graph.In)},
		{Name: "inDegree", MinArgs: 1, MaxArgs: 1, Args: []Type{Node}, Result: Integer, NullIn: true, Eval: entity("inDegree", degrees(graph.In), nil, nil), OnNodes: degrees(graph.In)},
		{Name: "outDegree", MinArgs: 1, MaxArgs: 1, Args: []Type{Node}, Result: Integer, NullIn: true, Eval: entity("outDegree", degrees(graph.Out), nil, nil), OnNodes: degrees(graph.Out)},
		{Name: "properties", MinArgs: 1, MaxArgs: 1, Args: []Type{Node | Edge | Map}, Result: Map, NullIn: true, Eval: eval1(properties), OnNodes: nodeProperties, OnEdges: edgeProperties},
		{Name: "keys", MinArgs: 1, MaxArgs: 1, Args: []Type{Node | Edge | Map}, Result: List, NullIn: true, Eval: eval1(keys)},
		{Name: "values", MinArgs: 1, MaxArgs: 1, Args: []Type{Node | Edge | Map}, Result: List, NullIn: true, Eval: eval1(fieldValues)},
		{Name: "propertySize", MinArgs: 2, MaxArgs: 2, Args: []Type{Node | Edge, String}, Result: Integer, NullIn: true, Eval: propertySize},
		{Name: "nodes", MinArgs: 1, MaxArgs: 1, Args: []Type{Path}, Result: List, NullIn: true, Eval: eval1(nodes)},
		{Name: "relationships", MinArgs: 1, MaxArgs: 1, Args: []Type{Path}, Result: List, NullIn: true, Eval: eval1(relationships)},
	}
}

type (
	onNodes = func(*Call, []value.Value, []graph.NodeID) error
	onEdges = func(*Call, []value.Value, []graph.Edge) error
)

// entity makes the Eval of a function that is written for columns; nil where it does not
// take nodes, relationships, or what is virtual.
func entity(name string, ofNodes onNodes, ofEdges onEdges, ofVirtual onVirtual) func(*Call, []value.Value) (value.Value, error) {
	expected := "a node or a relationship"
	switch {
	case ofEdges == nil:
		expected = "a node"
	case ofNodes == nil:
		expected = "a relationship"
	}
	return func(c *Call, args []value.Value) (value.Value, error) {
		switch x := args[0]; {
		case x.Kind() == value.KindNode && ofNodes != nil:
			return c.one(func(dst []value.Value) error {
				c.node[0] = x.AsNode()
				return ofNodes(c, dst, c.node[:])
			})
		case x.Kind() == value.KindEdge && ofEdges != nil:
			return c.one(func(dst []value.Value) error {
				c.edge[0] = x.AsEdge()
				return ofEdges(c, dst, c.edge[:])
			})
		case x.IsVirtual() && ofVirtual != nil:
			if out, ok := ofVirtual(x); ok {
				return out, nil
			}
			return value.Null, wrongType(name, expected, x)
		default:
			return value.Null, noVirtual(name, expected, x)
		}
	}
}

// one runs a column function for a column of one row.
func (c *Call) one(f func(dst []value.Value) error) (value.Value, error) {
	c.out[0] = value.Null
	if err := f(c.out[:]); err != nil {
		return value.Null, err
	}
	return c.out[0], nil
}

func id(_ *Call, x value.Value) (value.Value, error) {
	switch x.Kind() {
	case value.KindNode:
		return value.Int(int64(x.AsNode())), nil
	case value.KindEdge:
		return value.Int(int64(x.AsEdge().ID)), nil
	case value.KindVirtualNode, value.KindVirtualEdge:
		return value.Int(virtualIDOf(x)), nil
	case value.KindNull, value.KindBool, value.KindInt, value.KindFloat, value.KindString, value.KindBytes, value.KindList, value.KindMap, value.KindPath,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum:
	}
	return value.Null, wrongType("id", "a node or a relationship", x)
}

func nodeIDs(_ *Call, dst []value.Value, ids []graph.NodeID) error {
	for i, n := range ids {
		dst[i] = value.Null
		if n != graph.NoNode {
			dst[i] = value.Int(int64(n))
		}
	}
	return nil
}

func edgeIDs(_ *Call, dst []value.Value, edges []graph.Edge) error {
	for i, e := range edges {
		dst[i] = value.Null
		if e.ID != graph.NoEdge {
			dst[i] = value.Int(int64(e.ID))
		}
	}
	return nil
}

func nodeElementIDs(c *Call, dst []value.Value, ids []graph.NodeID) error {
	texts := make([]string, len(ids))
	if err := c.Graph.NodeElementIDs(texts, ids); err != nil {
		return err
	}
	for i, n := range ids {
		dst[i] = value.Null
		if n != graph.NoNode {
			dst[i] = value.String(texts[i])
		}
	}
	return nil
}

func edgeElementIDs(c *Call, dst []value.Value, edges []graph.Edge) error {
	texts := make([]string, len(edges))
	if err := c.Graph.EdgeElementIDs(texts, edges); err != nil {
		return err
	}
	for i, e := range edges {
		dst[i] = value.Null
		if e.ID != graph.NoEdge {
			dst[i] = value.String(texts[i])
		}
	}
	return nil
}

func labels(c *Call, dst []value.Value, ids []graph.NodeID) error {
	return c.Graph.NodeLabels(dst, ids)
}

func nodeProperties(c *Call, dst []value.Value, ids []graph.NodeID) error {
	return c.Graph.NodeProperties(dst, ids)
}

func edgeProperties(c *Call, dst []value.Value, edges []graph.Edge) error {
	return c.Graph.EdgeProperties(dst, edges)
}

func edgeTypes(c *Call, dst []value.Value, edges []graph.Edge) error {
	types := c.types(len(edges))
	if err := c.Graph.EdgeTypes(types, edges); err != nil {
		return err
	}
	for i, e := range edges {
		dst[i] = value.Null
		if e.ID != graph.NoEdge {
			dst[i] = value.String(c.Graph.TypeName(types[i]))
		}
	}
	return nil
}

func startNodes(c *Call, dst []value.Value, edges []graph.Edge) error {
	sources := c.ids(len(edges))
	if err := c.Graph.EdgeSources(sources, edges); err != nil {
		return err
	}
	for i, e := range edges {
		dst[i] = value.Null
		if e.ID != graph.NoEdge {
			dst[i] = value.Node(sources[i])
		}
	}
	return nil
}

func endNodes(_ *Call, dst []value.Value, edges []graph.Edge) error {
	for i, e := range edges {
		dst[i] = value.Null
		if e.ID != graph.NoEdge {
			dst[i] = value.Node(e.Dst)
		}
	}
	return nil
}

// degrees counts the relationships on the given sides; one from a node to itself is on both.
func degrees(sides ...graph.Direction) onNodes {
	return func(c *Call, dst []value.Value, ids []graph.NodeID) error {
		counts := c.ints(len(ids))
		for i, n := range ids {
			dst[i] = value.Null
			if n != graph.NoNode {
				dst[i] = value.Int(0)
			}
		}
		for _, d := range sides {
			if err := c.Graph.NodeDegrees(counts, ids, d); err != nil {
				return err
			}
			for i, n := range ids {
				if n != graph.NoNode {
					dst[i] = value.Int(dst[i].AsInt() + counts[i])
				}
			}
		}
		return nil
	}
}

func properties(c *Call, x value.Value) (value.Value, error) { return c.fields("properties", x) }

// fields returns the properties of a node or relationship, or a map itself.
func (c *Call) fields(name string, x value.Value) (value.Value, error) {
	switch x.Kind() {
	case value.KindMap:
		return x, nil
	case value.KindNode:
		c.node[0] = x.AsNode()
		return c.one(func(dst []value.Value) error { return c.Graph.NodeProperties(dst, c.node[:]) })
	case value.KindEdge:
		c.edge[0] = x.AsEdge()
		return c.one(func(dst []value.Value) error { return c.Graph.EdgeProperties(dst, c.edge[:]) })
	case value.KindVirtualNode, value.KindVirtualEdge:
		return x.VirtualProperties(), nil
	case value.KindNull, value.KindBool, value.KindInt, value.KindFloat, value.KindString, value.KindBytes, value.KindList, value.KindPath,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum:
	}
	return value.Null, wrongType(name, "a node, a relationship or a map", x)
}

func keys(c *Call, x value.Value) (value.Value, error) {
	m, err := c.fields("keys", x)
	if err != nil {
		return value.Null, err
	}
	names := make([]value.Value, 0, len(m.AsMap()))
	for _, e := range m.AsMap() {
		names = append(names, value.String(e.Key))
	}
	return value.List(names), nil
}

func fieldValues(c *Call, x value.Value) (value.Value, error) {
	m, err := c.fields("values", x)
	if err != nil {
		return value.Null, err
	}
	out := make([]value.Value, 0, len(m.AsMap()))
	for _, e := range m.AsMap() {
		out = append(out, e.Value)
	}
	return value.List(out), nil
}

// propertyHead is what a stored property takes beside its value: the number of its key.
const propertyHead = 4

// propertySize is propertySize(x, name): the bytes that a stored property takes, 0 where
// there is none.
func propertySize(c *Call, args []value.Value) (value.Value, error) {
	if k := args[0].Kind(); k != value.KindNode && k != value.KindEdge {
		return value.Null, noVirtual("propertySize", "a node or a relationship", args[0])
	}
	m, err := c.fields("propertySize", args[0])
	if err != nil {
		return value.Null, err
	}
	name, err := argString("propertySize", args[1])
	if err != nil {
		return value.Null, err
	}
	x, ok := m.Field(name)
	if !ok {
		return value.Int(0), nil
	}
	return value.Int(propertyHead + int64(len(property.AppendValue(nil, x)))), nil
}

func nodes(c *Call, x value.Value) (value.Value, error) {
	if x.Kind() != value.KindPath {
		return value.Null, wrongType("nodes", "a path", x)
	}
	p := x.AsPath()
	if err := c.ReserveElements(len(p.Nodes)); err != nil {
		return value.Null, err
	}
	out := make([]value.Value, len(p.Nodes))
	for i, n := range p.Nodes {
		out[i] = value.Node(n)
	}
	return value.List(out), nil
}

func relationships(c *Call, x value.Value) (value.Value, error) {
	if x.Kind() != value.KindPath {
		return value.Null, wrongType("relationships", "a path", x)
	}
	p := x.AsPath()
	if err := c.ReserveElements(len(p.Edges)); err != nil {
		return value.Null, err
	}
	out := make([]value.Value, len(p.Edges))
	for i, e := range p.Edges {
		out[i] = value.Edge(e)
	}
	return value.List(out), nil
}
