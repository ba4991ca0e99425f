package function

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// derived is derive(path, config): each path becomes one virtual relationship between
// virtual copies of its first and its last node. A node has one copy in a group, and between
// two copies there is one relationship of a type: the first one met stays.
//
// Nodes and relationships get their ids with the result, so that merging changes nothing
// that anybody has seen.
type derived struct {
	call *Call
	of   []derivation
	keep keeper
}

// derivation is what was made for a group, in the order in which it was.
type derivation struct {
	nodes  map[graph.NodeID]*value.VirtualNode
	edges  map[derivedEdge]*value.VirtualEdge
	orderN []graph.NodeID
	orderE []derivedEdge
}

// derivedEdge tells the virtual relationships of a group apart.
type derivedEdge struct {
	from, to graph.NodeID
	kind     string
}

// derivedSize is about what a virtual thing takes in a map and a list beside itself.
const derivedSize = valueSize + 64

func (a *derived) Grow(groups int) error {
	a.of = extend(a.of, groups)
	return nil
}

func (a *derived) Add(groups []uint32, in *batch.Batch, args []*batch.Vector) error {
	g := 0
	for i := range in.Rows() {
		if groups != nil {
			g = int(groups[i])
		}
		row := in.Row(i)
		path := args[0].Value(row)
		if path.IsNull() {
			continue
		}
		if path.Kind() != value.KindPath {
			return wrongType("derive", "a path", path)
		}
		o, err := deriveOptionsOf(args[1].Value(row))
		if err != nil {
			return err
		}
		if err := a.add(&a.of[g], path.AsPath(), &o); err != nil {
			return err
		}
	}
	return nil
}

// add makes what a path stands for. A path without relationships stands for its node.
func (a *derived) add(s *derivation, p *value.PathValue, o *deriveOptions) error {
	from, to := p.Nodes[0], p.Nodes[len(p.Nodes)-1]
	if err := a.copyNode(s, from, &o.source); err != nil {
		return err
	}
	if len(p.Edges) == 0 {
		return nil
	}
	if err := a.copyNode(s, to, &o.target); err != nil {
		return err
	}
	err := a.edge(s, derivedEdge{from, to, o.kind}, &value.VirtualEdge{Type: o.kind, Properties: o.properties})
	if err == nil && o.isUndirected() {
		err = a.edge(s, derivedEdge{to, from, o.kind}, &value.VirtualEdge{Type: o.kind, Properties: o.properties})
	}
	return err
}

// copyNode makes the copy of n unless there is one.
func (a *derived) copyNode(s *derivation, n graph.NodeID, o *endOptions) error {
	if _, ok := s.nodes[n]; ok {
		return nil
	}
	v := &value.VirtualNode{Labels: o.labels, Properties: o.properties}
	c := a.call
	c.node[0] = n
	if !o.hasLabels {
		list, err := c.one(func(dst []value.Value) error { return c.Graph.NodeLabels(dst, c.node[:]) })
		if err != nil {
			return err
		}
		for _, l := range list.AsList() {
			v.Labels = append(v.Labels, l.AsString())
		}
	}
	if !o.hasProperties {
		var err error
		if v.Properties, err = c.one(func(dst []value.Value) error { return c.Graph.NodeProperties(dst, c.node[:]) }); err != nil {
			return err
		}
	}
	return a.node(s, n, v)
}

// node keeps v as the copy of n unless there is one.
func (a *derived) node(s *derivation, n graph.NodeID, v *value.VirtualNode) error {
	if _, ok := s.nodes[n]; ok {
		return nil
	}
	if err := a.keep.take(v.Size() + derivedSize); err != nil {
		return err
	}
	if s.nodes == nil {
		s.nodes = map[graph.NodeID]*value.VirtualNode{}
	}
	s.nodes[n] = v
	s.orderN = append(s.orderN, n)
	return nil
}

// edge keeps v as the relationship of its kind between two copies unless there is one.
func (a *derived) edge(s *derivation, k derivedEdge, v *value.VirtualEdge) error {
	if _, ok := s.edges[k]; ok {
		return nil
	}
	if err := a.keep.take(v.Size() + derivedSize); err != nil {
		return err
	}
	if s.edges == nil {
		s.edges = map[derivedEdge]*value.VirtualEdge{}
	}
	s.edges[k] = v
	s.orderE = append(s.orderE, k)
	return nil
}

func (a *derived) Merge(from Aggregator, to []uint32) error {
	b := from.(*derived)
	a.of = extend(a.of, targets(to, len(b.of)))
	for g := range b.of {
		into, other := &a.of[target(to, g)], &b.of[g]
		for _, n := range other.orderN {
			if err := a.node(into, n, other.nodes[n]); err != nil {
				return err
			}
		}
		for _, k := range other.orderE {
			if err := a.edge(into, k, other.edges[k]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *derived) Result(group int) (value.Value, error) {
	s := &a.of[group]
	nodes := make([]value.Value, len(s.orderN))
	for i, n := range s.orderN {
		v := s.nodes[n]
		if v.ID == 0 {
			v.ID = a.call.virtualID()
		}
		nodes[i] = value.OfVirtualNode(v)
	}
	edges := make([]value.Value, len(s.orderE))
	for i, k := range s.orderE {
		e := s.edges[k]
		if e.ID == 0 {
			e.ID, e.From, e.To = a.call.virtualID(), s.nodes[k.from], s.nodes[k.to]
		}
		edges[i] = value.OfVirtualEdge(e)
	}
	return value.Map([]value.Entry{{Key: "edges", Value: value.List(edges)}, {Key: "nodes", Value: value.List(nodes)}}), nil
}

func (a *derived) Release() { a.keep.release() }

// virtualID returns an id that nothing else in the statement has.
func (c *Call) virtualID() int64 {
	if c.VirtualIDs != nil {
		return -c.VirtualIDs.Add(1)
	}
	c.virtualIDs++
	return -c.virtualIDs
}

// noVirtual says that name cannot do with x what it does with the things of a graph.
func noVirtual(name, expected string, x value.Value) *failure.Error {
	err := wrongType(name, expected, x)
	if x.IsVirtual() {
		return err.WithHint("what derive() makes is in no graph: it has labels or a type, properties and ends, and nothing else")
	}
	return err
}
