package expr

import (
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/function"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// key is the name of a property. Its number is looked up at run time where it did not
// exist yet when the plan was made.
type key struct {
	name  string
	id    graph.KeyID
	known bool
}

func (s *scope) key(name string) key {
	k := key{name: name}
	if s.env.Names != nil {
		k.id, k.known = s.env.Names.LookupKey(name)
	}
	return k
}

// find returns the number of the key, if any property has it.
func (k *key) find(c *Context) (graph.KeyID, bool) {
	if k.known {
		return k.id, true
	}
	return c.Graph.LookupKey(k.name)
}

// noKey stands for a name that no property has: reading it gives nulls, and still finds
// deleted entities.
const noKey = graph.KeyID(1<<32 - 1)

// property is x.key.
type property struct {
	at
	x   Evaluator
	key key
}

func (s *scope) property(e *ast.Property) (compiled, error) {
	x, err := s.compile(e.X)
	if err != nil {
		return compiled{}, err
	}
	return folded(&property{at{e.At}, x.e, s.key(e.Key.Text)}, x.fixed), nil
}

func (e *property) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	if in.Rows() == 0 {
		allNull(out, in)
		return nil
	}
	m := c.mark()
	defer c.release(m)
	v, err := c.view(e.x, in)
	if err != nil {
		return err
	}
	return place(c.properties(v, in, &e.key, out), e.where)
}

// properties reads property k of each row of v.
func (c *Context) properties(v *batch.Vector, in *batch.Batch, k *key, out *batch.Vector) error {
	rows := c.rows(in)
	switch entities := c.entities(v, rows); entities.Kind {
	case batch.Nodes:
		id := c.keyID(k)
		if len(rows) > 1 && c.nodeColumn(out, entities, in, id) {
			return nil
		}
		return c.overNodes(entities.Nodes, in, out, func(dst []value.Value, ids []graph.NodeID) error {
			return c.Graph.NodeProperty(dst, ids, id)
		})
	case batch.Edges:
		id := c.keyID(k)
		return c.overEdges(entities.Edges, in, out, func(dst []value.Value, edges []graph.Edge) error {
			return c.Graph.EdgeProperty(dst, edges, id)
		})
	case batch.Values, batch.Ints, batch.Floats, batch.Bools, batch.Strings:
	}
	out.Prepare(batch.Values, in.Len)
	for _, r := range rows {
		x, err := c.field(v.Value(int(r)), k)
		if err != nil {
			return err
		}
		out.Values[r] = x
	}
	return nil
}

// nodeColumn makes out a property of nodes, if the graph keeps columns and has this one.
func (c *Context) nodeColumn(out, nodes *batch.Vector, in *batch.Batch, k graph.KeyID) bool {
	g, ok := c.Graph.(columns)
	return ok && g.NodeColumn(out, nodes, in, k)
}

func (c *Context) keyID(k *key) graph.KeyID {
	if id, ok := k.find(c); ok {
		return id
	}
	return noKey
}

// entities returns v as a column of nodes or relationships where all its values are such;
// v itself otherwise.
func (c *Context) entities(v *batch.Vector, rows []uint16) *batch.Vector {
	if v.Kind != batch.Values {
		return v
	}
	kind := value.KindNull
	for _, r := range rows {
		switch k := v.Values[r].Kind(); {
		case k == value.KindNull || k == kind:
		case kind == value.KindNull && (k == value.KindNode || k == value.KindEdge):
			kind = k
		default:
			return v
		}
	}
	narrow := c.vectors.get()
	switch kind {
	case value.KindNode:
		narrow.Reset(batch.Nodes, len(v.Values))
		for _, r := range rows {
			if x := v.Values[r]; !x.IsNull() {
				narrow.Nodes[r] = x.AsNode()
			}
		}
	case value.KindEdge:
		narrow.Reset(batch.Edges, len(v.Values))
		for _, r := range rows {
			if x := v.Values[r]; !x.IsNull() {
				narrow.Edges[r] = x.AsEdge()
			}
		}
	case value.KindNull, value.KindBool, value.KindInt, value.KindFloat, value.KindString, value.KindBytes, value.KindList, value.KindMap, value.KindPath,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
		return v
	}
	return narrow
}

// overNodes fills out by a function over a column without gaps.
func (c *Context) overNodes(ids []graph.NodeID, in *batch.Batch, out *batch.Vector, f func([]value.Value, []graph.NodeID) error) error {
	out.Prepare(batch.Values, in.Len)
	if in.Sel == nil {
		return f(out.Values, ids[:in.Len])
	}
	c.nodes = resized(c.nodes, len(in.Sel))
	for i, r := range in.Sel {
		c.nodes[i] = ids[r]
	}
	c.values = resized(c.values, len(in.Sel))
	if err := f(c.values, c.nodes); err != nil {
		return err
	}
	for i, r := range in.Sel {
		out.Values[r] = c.values[i]
	}
	return nil
}

// overEdges is overNodes for relationships.
func (c *Context) overEdges(edges []graph.Edge, in *batch.Batch, out *batch.Vector, f func([]value.Value, []graph.Edge) error) error {
	out.Prepare(batch.Values, in.Len)
	if in.Sel == nil {
		return f(out.Values, edges[:in.Len])
	}
	c.edges = resized(c.edges, len(in.Sel))
	for i, r := range in.Sel {
		c.edges[i] = edges[r]
	}
	c.values = resized(c.values, len(in.Sel))
	if err := f(c.values, c.edges); err != nil {
		return err
	}
	for i, r := range in.Sel {
		out.Values[r] = c.values[i]
	}
	return nil
}

// field reads one property or map entry of a single value.
func (c *Context) field(x value.Value, k *key) (value.Value, error) {
	switch x.Kind() {
	case value.KindNull:
		return value.Null, nil
	case value.KindMap:
		y, _ := x.Field(k.name)
		return y, nil
	case value.KindNode:
		c.nodes = append(c.nodes[:0], x.AsNode())
		c.values = resized(c.values, 1)
		err := c.Graph.NodeProperty(c.values, c.nodes, c.keyID(k))
		return c.values[0], err
	case value.KindEdge:
		c.edges = append(c.edges[:0], x.AsEdge())
		c.values = resized(c.values, 1)
		err := c.Graph.EdgeProperty(c.values, c.edges, c.keyID(k))
		return c.values[0], err
	case value.KindVirtualNode, value.KindVirtualEdge:
		y, _ := x.VirtualProperties().Field(k.name)
		return y, nil
	case value.KindPoint:
		return function.PointField(x.AsPoint(), k.name)
	case value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration:
		return function.Field(x, k.name)
	case value.KindBool, value.KindInt, value.KindFloat, value.KindString, value.KindBytes, value.KindList, value.KindPath,
		value.KindEnum:
	}
	return value.Null, failure.RuntimeType("InvalidArgumentType",
		"a property can be read of a node, a relationship, a map, a point or a temporal value, not of a value of type %s", x.Kind())
}

// hasLabels is x:A:B. On a relationship it is true where the type is among the names.
type hasLabels struct {
	at
	x     Evaluator
	names []string
}

func (s *scope) hasLabels(e *ast.HasLabels) (compiled, error) {
	if e.Is != nil {
		return s.isLabelled(e)
	}
	x, err := s.compile(e.X)
	if err != nil {
		return compiled{}, err
	}
	names := make([]string, len(e.Labels))
	for i, l := range e.Labels {
		names[i] = l.Text
	}
	return folded(&hasLabels{at{e.At}, x.e, names}, x.fixed), nil
}

func (e *hasLabels) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	if in.Rows() == 0 {
		allNull(out, in)
		return nil
	}
	m := c.mark()
	defer c.release(m)
	v, err := c.view(e.x, in)
	if err != nil {
		return err
	}
	rows := c.rows(in)
	entities := c.entities(v, rows)
	out.Reset(batch.Bools, in.Len)
	switch entities.Kind {
	case batch.Nodes:
		return place(e.nodes(c, entities.Nodes, rows, out), e.where)
	case batch.Edges:
		return place(e.edges(c, entities.Edges, rows, out), e.where)
	case batch.Values, batch.Ints, batch.Floats, batch.Bools, batch.Strings:
	}
	return e.mixed(c, v, rows, out)
}

func (e *hasLabels) nodes(c *Context, ids []graph.NodeID, rows []uint16, out *batch.Vector) error {
	c.nodes = resized(c.nodes, len(rows))
	for i, r := range rows {
		c.nodes[i] = ids[r]
		if ids[r] == graph.NoNode {
			out.Nulls.Add(int(r))
		}
		out.Bools[r] = false
	}
	var few [8]graph.LabelID
	labels := few[:0]
	for _, name := range e.names {
		id, ok := c.Graph.LookupLabel(name)
		if !ok {
			return nil
		}
		labels = append(labels, id)
	}
	c.bools = resized(c.bools, len(rows))
	if err := c.Graph.NodeHasLabels(c.bools, c.nodes, labels); err != nil {
		return err
	}
	for i, r := range rows {
		out.Bools[r] = c.bools[i]
	}
	return nil
}

func (e *hasLabels) edges(c *Context, edges []graph.Edge, rows []uint16, out *batch.Vector) error {
	c.edges = resized(c.edges, len(rows))
	for i, r := range rows {
		c.edges[i] = edges[r]
		if edges[r].ID == graph.NoEdge {
			out.Nulls.Add(int(r))
		}
	}
	c.types = resized(c.types, len(rows))
	if err := c.Graph.EdgeTypes(c.types, c.edges); err != nil {
		return err
	}
	for i, r := range rows {
		out.Bools[r] = true
		for _, name := range e.names {
			id, ok := c.Graph.LookupType(name)
			out.Bools[r] = out.Bools[r] && ok && id == c.types[i]
		}
	}
	return nil
}

// mixed answers for a column of nulls, or one that holds more than one type.
func (e *hasLabels) mixed(c *Context, v *batch.Vector, rows []uint16, out *batch.Vector) error {
	one := c.vectors.get()
	for _, r := range rows {
		x := v.Value(int(r))
		one.Reset(batch.Bools, 1)
		var err error
		switch x.Kind() {
		case value.KindNull:
			one.Nulls.Add(0)
		case value.KindNode:
			err = e.nodes(c, []graph.NodeID{x.AsNode()}, firstRow[:], one)
		case value.KindEdge:
			err = e.edges(c, []graph.Edge{x.AsEdge()}, firstRow[:], one)
		case value.KindVirtualNode, value.KindVirtualEdge:
			one.Bools[0] = hasNames(x, e.names)
		case value.KindBool, value.KindInt, value.KindFloat, value.KindString, value.KindBytes, value.KindList, value.KindMap, value.KindPath,
			value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum:
			err = typeError(e.where, "a label predicate", "a node or a relationship", x)
		}
		if err != nil {
			return place(err, e.where)
		}
		put(out, r, (&truths{one.Bools, &one.Nulls}).at(0))
	}
	return nil
}

// hasNames reports whether a virtual node has all labels of names, or a virtual
// relationship has them for its type.
func hasNames(x value.Value, names []string) bool {
	for _, name := range names {
		if !hasVirtualName(x, name) {
			return false
		}
	}
	return true
}

// hasVirtualName reports whether name is a label of a virtual node or the type of a virtual
// relationship.
func hasVirtualName(x value.Value, name string) bool {
	if x.Kind() == value.KindVirtualEdge {
		return x.AsVirtualEdge().Type == name
	}
	return slices.Contains(x.AsVirtualNode().Labels, name)
}

// keyOf returns the key with a name that is known only at run time.
func keyOf(name string) key { return key{name: name} }
