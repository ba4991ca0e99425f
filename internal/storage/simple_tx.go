package storage

import (
	"fmt"
	"slices"
	"strings"

	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// Tx is a transaction: one view of the graph and the changes made in it.
type Tx struct {
	s       *Store
	o       TxOptions
	index   change.Index
	writing bool
	done    bool
	undo    []func()
	c       change.Commit
	dead    map[graph.EdgeID]*simpleEdge
}

// Begin starts a transaction.
func (s *Store) Begin(o TxOptions) *Tx {
	return &Tx{s: s, o: o, index: s.LastCommitted(), dead: map[graph.EdgeID]*simpleEdge{}}
}

func (tx *Tx) start() error {
	if tx.o.ReadOnly || tx.done {
		return ErrReadOnly
	}
	if !tx.writing {
		if !tx.s.writers.TryLock() {
			return ErrConflict
		}
		tx.writing = true
	}
	return nil
}

func (tx *Tx) op(o change.Op) { tx.c.Ops = append(tx.c.Ops, o) }

// Commit makes the changes durable and visible to others.
func (tx *Tx) Commit() (change.Index, error) {
	if !tx.writing || tx.done {
		return tx.index, nil
	}
	idx := tx.s.LastCommitted() + 1
	if j := tx.s.o.Journal; j != nil {
		t, err := j.Prepare(&tx.c)
		if err == nil {
			var wall int64
			if tx.s.o.Now != nil {
				wall = tx.s.o.Now().UnixMicro()
			}
			if err = t.Enqueue(idx, wall); err == nil {
				err = t.Wait()
			}
		}
		if err != nil {
			tx.Rollback()
			return 0, fmt.Errorf("%w: %w", ErrJournal, err)
		}
	}
	tx.s.mu.Lock()
	tx.s.last = idx
	tx.s.mu.Unlock()
	tx.index = idx
	tx.done = true
	tx.s.writers.Unlock()
	return idx, nil
}

// Rollback undoes the changes and ends the view.
func (tx *Tx) Rollback() {
	if tx.writing && !tx.done {
		tx.s.mu.Lock()
		for _, f := range slices.Backward(tx.undo) {
			f()
		}
		tx.s.mu.Unlock()
		tx.s.writers.Unlock()
	}
	tx.done = true
}

// Release ends the view.
func (tx *Tx) Release() { tx.Rollback() }

// ReadIndex returns the newest commit that the view holds.
func (tx *Tx) ReadIndex() change.Index { return tx.index }

// NewStatement refreshes the view of a ReadCommitted transaction.
func (tx *Tx) NewStatement() {}

func (tx *Tx) node(id graph.NodeID) *simpleNode { return tx.s.nodes[id] }

// NodeExists reports whether the view holds the node.
func (tx *Tx) NodeExists(id graph.NodeID) bool {
	tx.s.mu.RLock()
	defer tx.s.mu.RUnlock()
	return tx.node(id) != nil
}

// HasLabel reports whether the node has the label.
func (tx *Tx) HasLabel(id graph.NodeID, l graph.LabelID) bool {
	tx.s.mu.RLock()
	defer tx.s.mu.RUnlock()
	n := tx.node(id)
	return n != nil && n.labels[l]
}

// AppendLabels appends the labels of the node by id.
func (tx *Tx) AppendLabels(dst []graph.LabelID, id graph.NodeID) []graph.LabelID {
	tx.s.mu.RLock()
	defer tx.s.mu.RUnlock()
	if n := tx.node(id); n != nil {
		dst = append(dst, sortedKeys(n.labels)...)
	}
	return dst
}

// NodeGeneration returns the generation of the slot.
func (tx *Tx) NodeGeneration(id graph.NodeID) uint32 { return 0 }

// EdgeGeneration returns the generation of the slot.
func (tx *Tx) EdgeGeneration(id graph.EdgeID) uint32 { return 0 }

// NodeProperty returns a property, null if absent.
func (tx *Tx) NodeProperty(id graph.NodeID, k graph.KeyID) value.Value {
	tx.s.mu.RLock()
	defer tx.s.mu.RUnlock()
	if n := tx.node(id); n != nil {
		return n.props[k]
	}
	return value.Null
}

// AppendNodeProperties appends the properties by key id.
func (tx *Tx) AppendNodeProperties(dst []Property, id graph.NodeID) []Property {
	tx.s.mu.RLock()
	defer tx.s.mu.RUnlock()
	if n := tx.node(id); n != nil {
		for _, k := range sortedKeys(n.props) {
			dst = append(dst, Property{k, n.props[k]})
		}
	}
	return dst
}

// NodePropertyColumn reads one property of many nodes; graph.NoNode gives null.
func (tx *Tx) NodePropertyColumn(dst []value.Value, ids []graph.NodeID, k graph.KeyID) {
	for i, id := range ids {
		dst[i] = tx.NodeProperty(id, k)
	}
}

// EdgeByID returns the handle of a relationship.
func (tx *Tx) EdgeByID(id graph.EdgeID) (graph.Edge, bool) {
	tx.s.mu.RLock()
	defer tx.s.mu.RUnlock()
	e := tx.s.edges[id]
	if e == nil {
		return graph.Edge{}, false
	}
	return graph.Edge{ID: id, Dst: e.dst}, true
}

// EdgeExists reports whether the view holds the relationship.
func (tx *Tx) EdgeExists(e graph.Edge) bool {
	_, ok := tx.EdgeByID(e.ID)
	return ok
}

func (tx *Tx) edge(id graph.EdgeID) *simpleEdge {
	tx.s.mu.RLock()
	defer tx.s.mu.RUnlock()
	if e := tx.s.edges[id]; e != nil {
		return e
	}
	return tx.dead[id]
}

// EdgeSource returns the start node, also of a relationship deleted in this transaction.
func (tx *Tx) EdgeSource(e graph.Edge) graph.NodeID {
	if x := tx.edge(e.ID); x != nil {
		return x.src
	}
	return graph.NoNode
}

// EdgeType returns the type, also of a relationship deleted in this transaction.
func (tx *Tx) EdgeType(e graph.Edge) graph.TypeID {
	if x := tx.edge(e.ID); x != nil {
		return x.typ
	}
	return 0
}

// EdgeProperty returns a property, null if absent.
func (tx *Tx) EdgeProperty(e graph.Edge, k graph.KeyID) value.Value {
	tx.s.mu.RLock()
	defer tx.s.mu.RUnlock()
	if x := tx.s.edges[e.ID]; x != nil {
		return x.props[k]
	}
	return value.Null
}

// AppendEdgeProperties appends the properties by key id.
func (tx *Tx) AppendEdgeProperties(dst []Property, e graph.Edge) []Property {
	tx.s.mu.RLock()
	defer tx.s.mu.RUnlock()
	if x := tx.s.edges[e.ID]; x != nil {
		for _, k := range sortedKeys(x.props) {
			dst = append(dst, Property{k, x.props[k]})
		}
	}
	return dst
}

// EdgePropertyColumn reads one property of many relationships; graph.NoEdge gives null.
func (tx *Tx) EdgePropertyColumn(dst []value.Value, edges []graph.Edge, k graph.KeyID) {
	for i, e := range edges {
		dst[i] = tx.EdgeProperty(e, k)
	}
}

// Adjacent appends the visible relationships of n in direction dir, Out or In, grouped by type; nil types means all.
func (tx *Tx) Adjacent(dst []Segment, id graph.NodeID, dir graph.Direction, types []graph.TypeID) []Segment {
	tx.s.mu.RLock()
	defer tx.s.mu.RUnlock()
	n := tx.node(id)
	if n == nil {
		return dst
	}
	list := n.out
	if dir == graph.In {
		list = n.in
	}
	groups := map[graph.TypeID]*Segment{}
	for _, eid := range list {
		e := tx.s.edges[eid]
		if types != nil && !slices.Contains(types, e.typ) {
			continue
		}
		g := groups[e.typ]
		if g == nil {
			g = &Segment{Type: e.typ}
			groups[e.typ] = g
		}
		other := e.dst
		if dir == graph.In {
			other = e.src
		}
		g.Nodes, g.Edges = append(g.Nodes, other), append(g.Edges, eid)
	}
	for _, t := range sortedKeys(groups) {
		dst = append(dst, *groups[t])
	}
	return dst
}

// Degree counts relationships; with Both a self-loop counts once.
func (tx *Tx) Degree(id graph.NodeID, dir graph.Direction, types []graph.TypeID) int {
	n := 0
	if dir != graph.In {
		for _, g := range tx.Adjacent(nil, id, graph.Out, types) {
			n += len(g.Nodes)
		}
	}
	if dir != graph.Out {
		for _, g := range tx.Adjacent(nil, id, graph.In, types) {
			for _, other := range g.Nodes {
				if dir == graph.In || other != id {
					n++
				}
			}
		}
	}
	return n
}

// NodeScan walks over nodes.
type NodeScan struct {
	tx       *Tx
	at, to   graph.NodeID
	keep     func(graph.NodeID, *simpleNode) bool
	list     []graph.NodeID
	fromList bool
}

// Next fills dst with the next visible nodes and returns how many; 0 is the end.
func (c *NodeScan) Next(dst []graph.NodeID) int {
	s := c.tx.s
	s.mu.RLock()
	defer s.mu.RUnlock()
	n := 0
	if c.fromList {
		for n < len(dst) && len(c.list) > 0 {
			if s.nodes[c.list[0]] != nil {
				dst[n] = c.list[0]
				n++
			}
			c.list = c.list[1:]
		}
		return n
	}
	for ; n < len(dst) && c.at < min(c.to, s.nextNode); c.at++ {
		if x := s.nodes[c.at]; x != nil && (c.keep == nil || c.keep(c.at, x)) {
			dst[n] = c.at
			n++
		}
	}
	return n
}

// ScanNodes walks over all nodes.
func (tx *Tx) ScanNodes() *NodeScan { return &NodeScan{tx: tx, to: graph.NoNode} }

// ScanNodeRange walks over the nodes from ≤ id < to.
func (tx *Tx) ScanNodeRange(from, to graph.NodeID) *NodeScan {
	return &NodeScan{tx: tx, at: from, to: to}
}

// ScanLabel walks over the nodes with a label.
func (tx *Tx) ScanLabel(l graph.LabelID) *NodeScan {
	return &NodeScan{tx: tx, to: graph.NoNode, keep: func(_ graph.NodeID, n *simpleNode) bool { return n.labels[l] }}
}

func (tx *Tx) scanValues(l graph.LabelID, k graph.KeyID, keep func(value.Value) bool) (*NodeScan, bool) {
	tx.s.mu.RLock()
	defer tx.s.mu.RUnlock()
	if !tx.s.indexes[IndexDef{l, k, true}] {
		return nil, false
	}
	var list []graph.NodeID
	for _, id := range sortedKeys(tx.s.nodes) {
		n := tx.s.nodes[id]
		if v := n.props[k]; n.labels[l] && !v.IsNull() && keep(v) {
			list = append(list, id)
		}
	}
	slices.SortStableFunc(list, func(a, b graph.NodeID) int { return value.Order(tx.s.nodes[a].props[k], tx.s.nodes[b].props[k]) })
	return &NodeScan{tx: tx, list: list, fromList: true}, true
}

// ScanEqual walks over the nodes whose property equals v.
func (tx *Tx) ScanEqual(l graph.LabelID, k graph.KeyID, v value.Value) (*NodeScan, bool) {
	return tx.scanValues(l, k, func(x value.Value) bool { return value.Equal(x, v) == value.Yes })
}

// ScanRange walks over the nodes whose property lies between two bounds, in value order.
func (tx *Tx) ScanRange(l graph.LabelID, k graph.KeyID, lo, hi Bound) (*NodeScan, bool) {
	return tx.scanValues(l, k, func(x value.Value) bool {
		if !lo.Value.IsNull() {
			c, nan, ok := value.Compare(x, lo.Value)
			if !ok || nan || c < 0 || c == 0 && !lo.Inclusive {
				return false
			}
		}
		if !hi.Value.IsNull() {
			c, nan, ok := value.Compare(x, hi.Value)
			if !ok || nan || c > 0 || c == 0 && !hi.Inclusive {
				return false
			}
		}
		return true
	})
}

// ScanPrefix walks over the nodes whose string property starts with prefix, in value order.
func (tx *Tx) ScanPrefix(l graph.LabelID, k graph.KeyID, prefix string) (*NodeScan, bool) {
	return tx.scanValues(l, k, func(x value.Value) bool {
		return x.Kind() == value.KindString && strings.HasPrefix(x.AsString(), prefix)
	})
}

// EdgeScan walks over relationships.
type EdgeScan struct {
	tx     *Tx
	at, to graph.EdgeID
	types  []graph.TypeID
}

// Next fills dst with the next visible relationships and returns how many; 0 is the end.
func (c *EdgeScan) Next(dst []graph.Edge) int {
	s := c.tx.s
	s.mu.RLock()
	defer s.mu.RUnlock()
	n := 0
	for ; n < len(dst) && c.at < min(c.to, s.nextEdge); c.at++ {
		if e := s.edges[c.at]; e != nil && (c.types == nil || slices.Contains(c.types, e.typ)) {
			dst[n] = graph.Edge{ID: c.at, Dst: e.dst}
			n++
		}
	}
	return n
}

// ScanEdges walks over the relationships of some types; nil means all.
func (tx *Tx) ScanEdges(types []graph.TypeID) *EdgeScan {
	return &EdgeScan{tx: tx, to: graph.NoEdge, types: types}
}

// ScanEdgeRange walks over the relationships from ≤ id < to.
func (tx *Tx) ScanEdgeRange(from, to graph.EdgeID) *EdgeScan {
	return &EdgeScan{tx: tx, at: from, to: to}
}

func storable(v value.Value) bool {
	switch v.Kind() {
	case value.KindNode, value.KindEdge, value.KindPath:
		return false
	case value.KindList:
		return !slices.ContainsFunc(v.AsList(), func(x value.Value) bool { return !storable(x) })
	case value.KindMap:
		return !slices.ContainsFunc(v.AsMap(), func(x value.Entry) bool { return !storable(x.Value) })
	}
	return true
}

// CreateNode creates a node.
func (tx *Tx) CreateNode(labels []graph.LabelID, props []Property) (graph.NodeID, error) {
	for _, p := range props {
		if !storable(p.Value) {
			return 0, ErrNotStorable
		}
	}
	if err := tx.start(); err != nil {
		return 0, err
	}
	s := tx.s
	s.mu.Lock()
	id := s.nextNode
	err := s.NewLoader().Node(id, 0, nil, nil)
	tx.undo = append(tx.undo, func() { delete(s.nodes, id) })
	tx.op(change.Op{Kind: change.CreateNode, Node: id})
	s.mu.Unlock()
	for _, l := range labels {
		if _, err := tx.AddLabel(id, l); err != nil {
			return 0, err
		}
	}
	for _, p := range props {
		if err := tx.SetNodeProperty(id, p.Key, p.Value); err != nil {
			return 0, err
		}
	}
	return id, err
}

// CreateEdge creates a relationship.
func (tx *Tx) CreateEdge(src, dst graph.NodeID, t graph.TypeID, props []Property) (graph.Edge, error) {
	for _, p := range props {
		if !storable(p.Value) {
			return graph.Edge{}, ErrNotStorable
		}
	}
	if err := tx.start(); err != nil {
		return graph.Edge{}, err
	}
	s := tx.s
	s.mu.Lock()
	id := s.nextEdge
	err := s.NewLoader().Edge(id, 0, t, src, dst, nil)
	e := graph.Edge{ID: id, Dst: dst}
	if err == nil {
		tx.undo = append(tx.undo, func() { s.dropEdge(id) })
		tx.op(change.Op{Kind: change.CreateEdge, Node: src, Edge: e, Ref: uint32(t)})
	}
	s.mu.Unlock()
	for _, p := range props {
		if err == nil {
			err = tx.SetEdgeProperty(e, p.Key, p.Value)
		}
	}
	return e, err
}

func (s *Store) dropEdge(id graph.EdgeID) {
	e := s.edges[id]
	cut := func(x graph.EdgeID) bool { return x == id }
	s.nodes[e.src].out = slices.DeleteFunc(s.nodes[e.src].out, cut)
	s.nodes[e.dst].in = slices.DeleteFunc(s.nodes[e.dst].in, cut)
	delete(s.edges, id)
}

func (tx *Tx) setLabel(id graph.NodeID, l graph.LabelID, want bool) (bool, error) {
	if err := tx.start(); err != nil {
		return false, err
	}
	tx.s.mu.Lock()
	defer tx.s.mu.Unlock()
	n := tx.node(id)
	if n == nil {
		return false, ErrNotFound
	}
	if n.labels[l] == want {
		return false, nil
	}
	if want {
		n.labels[l] = true
		tx.undo = append(tx.undo, func() { delete(n.labels, l) })
		tx.op(change.Op{Kind: change.AddLabel, Node: id, Ref: uint32(l)})
		return true, nil
	}
	delete(n.labels, l)
	tx.undo = append(tx.undo, func() { n.labels[l] = true })
	tx.op(change.Op{Kind: change.RemoveLabel, Node: id, Ref: uint32(l)})
	return true, nil
}

// AddLabel adds a label.
func (tx *Tx) AddLabel(n graph.NodeID, l graph.LabelID) (bool, error) { return tx.setLabel(n, l, true) }

// RemoveLabel removes a label.
func (tx *Tx) RemoveLabel(n graph.NodeID, l graph.LabelID) (bool, error) {
	return tx.setLabel(n, l, false)
}

func (tx *Tx) setProp(m map[graph.KeyID]value.Value, k graph.KeyID, v value.Value) {
	old := m[k]
	put := func(v value.Value) {
		if v.IsNull() {
			delete(m, k)
		} else {
			m[k] = v
		}
	}
	put(v)
	tx.undo = append(tx.undo, func() { put(old) })
}

// SetNodeProperty sets a property; null removes it.
func (tx *Tx) SetNodeProperty(n graph.NodeID, k graph.KeyID, v value.Value) error {
	if !storable(v) {
		return ErrNotStorable
	}
	if err := tx.start(); err != nil {
		return err
	}
	tx.s.mu.Lock()
	defer tx.s.mu.Unlock()
	x := tx.node(n)
	if x == nil {
		return ErrNotFound
	}
	tx.setProp(x.props, k, v)
	tx.op(change.Op{Kind: change.SetNodeProp, Node: n, Ref: uint32(k), Value: v})
	return nil
}

// SetEdgeProperty sets a property; null removes it.
func (tx *Tx) SetEdgeProperty(e graph.Edge, k graph.KeyID, v value.Value) error {
	if !storable(v) {
		return ErrNotStorable
	}
	if err := tx.start(); err != nil {
		return err
	}
	tx.s.mu.Lock()
	defer tx.s.mu.Unlock()
	x := tx.s.edges[e.ID]
	if x == nil {
		return ErrNotFound
	}
	tx.setProp(x.props, k, v)
	tx.op(change.Op{Kind: change.SetEdgeProp, Node: x.src, Edge: e, Ref: uint32(k), Value: v})
	return nil
}

// DeleteEdge deletes a relationship; deleted is false if it is gone already.
func (tx *Tx) DeleteEdge(e graph.Edge) (deleted bool, err error) {
	if err := tx.start(); err != nil {
		return false, err
	}
	s := tx.s
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.edges[e.ID]
	if x == nil {
		return false, nil
	}
	s.dropEdge(e.ID)
	tx.dead[e.ID] = x
	tx.undo = append(tx.undo, func() {
		s.edges[e.ID] = x
		s.nodes[x.src].out = append(s.nodes[x.src].out, e.ID)
		s.nodes[x.dst].in = append(s.nodes[x.dst].in, e.ID)
	})
	tx.op(change.Op{Kind: change.DeleteEdge, Node: x.src, Edge: e})
	return true, nil
}

// DeleteNode deletes a node without relationships; deleted is false if it is gone already.
func (tx *Tx) DeleteNode(id graph.NodeID) (deleted bool, err error) {
	if err := tx.start(); err != nil {
		return false, err
	}
	s := tx.s
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.nodes[id]
	if n == nil {
		return false, nil
	}
	if len(n.out)+len(n.in) > 0 {
		return false, ErrConnected
	}
	delete(s.nodes, id)
	tx.undo = append(tx.undo, func() { s.nodes[id] = n })
	tx.op(change.Op{Kind: change.DeleteNode, Node: id})
	return true, nil
}
