package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
)

// between finds the relationships between two known nodes.
//
// It looks through the shorter of the two lists. Where one of the nodes stays the same
// from row to row, a table of its relationships by neighbour is built once.
type between struct {
	hop
	near, far []storage.Segment
	nearOf    graph.NodeID // whose relationships near holds, graph.NoNode for nobody's
	found     []graph.Edge

	hub     graph.NodeID // the node whose relationships are in table
	hubSide int          // 0: it is the from node, 1: the to node
	table   neighbours
	ends    [2]stay
	// refused is why there was no memory for the table. What find returns is right without
	// it; the operator fails for it soon.
	refused error
}

// stay counts for how many rows an end has been the same.
type stay struct {
	node   graph.NodeID
	rows   int
	degree int
}

// hubWork is the number of relationships that may be put into the table for each row that
// an end has stayed the same.
const hubWork = 32

// pairsFew is the number of relationships that are looked through rather than put into a
// table, and for which the list of the other end is not asked for.
const pairsFew = 8

// reset forgets what was found in another view of the graph.
func (b *between) reset() {
	b.hub, b.nearOf, b.refused = graph.NoNode, graph.NoNode, nil
	for i := range b.ends {
		b.ends[i].node = graph.NoNode
	}
}

// forgetTable gives the memory of the table back.
func (b *between) forgetTable(r *run) {
	b.hub = graph.NoNode
	b.table.close(r)
}

// renew forgets what was found if there are new names that it depends on.
func (b *between) renew(r *run) error {
	changed, err := b.refresh(r)
	if changed {
		b.reset()
	}
	return err
}

// note counts how long an end stays the same, and builds the table when that pays.
func (b *between) note(r *run, from, to graph.NodeID) {
	for side, n := range [2]graph.NodeID{from, to} {
		s := &b.ends[side]
		if n != s.node {
			*s = stay{node: n}
			continue
		}
		if s.rows++; s.rows == 1 {
			s.degree = b.degreeAbout(r, n, b.side(side))
		}
		if s.degree > pairsFew && s.rows*hubWork >= s.degree {
			b.build(r, n, side)
			return
		}
	}
}

// side is the direction of the pattern as one of its ends sees it.
func (b *between) side(side int) graph.Direction {
	if side == 1 {
		return b.spec.Direction.Reversed()
	}
	return b.spec.Direction
}

// build makes the table of the relationships of n.
func (b *between) build(r *run, n graph.NodeID, side int) {
	d := b.side(side)
	if b.refused = b.table.reset(r, b.ends[side].degree); b.refused != nil {
		b.hub = graph.NoNode
		return
	}
	b.hub, b.hubSide, b.nearOf = n, side, graph.NoNode
	if d != graph.In {
		b.near = b.adjacent(r, b.near[:0], n, graph.Out)
		for _, s := range b.near {
			for i, other := range s.Nodes {
				b.table.add(other, graph.Edge{ID: s.Edges[i], Dst: other})
			}
		}
	}
	if d != graph.Out {
		b.near = b.adjacent(r, b.near[:0], n, graph.In)
		for _, s := range b.near {
			for i, other := range s.Nodes {
				if other != n || d == graph.In {
					b.table.add(other, graph.Edge{ID: s.Edges[i], Dst: n})
				}
			}
		}
	}
}

// find collects the relationships from one node to the other, at most limit of them.
func (b *between) find(r *run, from, to graph.NodeID, limit int) []graph.Edge {
	b.found = b.found[:0]
	if from == graph.NoNode || to == graph.NoNode || !b.possible {
		return b.found
	}
	switch {
	case b.hub == graph.NoNode:
	case b.hubSide == 0 && from == b.hub:
		return b.fromTable(to, limit)
	case b.hubSide == 1 && to == b.hub:
		return b.fromTable(from, limit)
	}
	b.note(r, from, to)
	switch b.spec.Direction {
	case graph.Out:
		b.directed(r, from, to, limit)
	case graph.In:
		b.directed(r, to, from, limit)
	case graph.Both:
		b.directed(r, from, to, limit)
		if from != to && len(b.found) < limit {
			b.directed(r, to, from, limit)
		}
	}
	return b.found
}

// fromTable collects the relationships of the hub with another node.
func (b *between) fromTable(other graph.NodeID, limit int) []graph.Edge {
	for at := b.table.find(other); at >= 0 && len(b.found) < limit; at = b.table.after[at] {
		if e := b.table.edges[at]; b.allowed(e.ID) {
			b.found = append(b.found, e)
		}
	}
	return b.found
}

// directed collects the relationships that start at src and end at dst.
func (b *between) directed(r *run, src, dst graph.NodeID, limit int) {
	if b.nearOf != src {
		b.near, b.nearOf = b.adjacent(r, b.near[:0], src, graph.Out), src
	}
	short, other, far := b.near, dst, size(b.near)
	if far > pairsFew {
		b.far = b.adjacent(r, b.far[:0], dst, graph.In)
		if n := size(b.far); n < far {
			short, other, far = b.far, src, n
		}
	}
	r.hits += int64(far)
	for _, s := range short {
		for i, n := range s.Nodes {
			if n != other || !b.allowed(s.Edges[i]) {
				continue
			}
			b.found = append(b.found, graph.Edge{ID: s.Edges[i], Dst: dst})
			if len(b.found) >= limit {
				return
			}
		}
	}
}

func size(segs []storage.Segment) int {
	n := 0
	for _, s := range segs {
		n += len(s.Nodes)
	}
	return n
}

// neighbours holds the relationships of one node by neighbour: an open-addressing table at
// most half full, and a chain for each neighbour.
type neighbours struct {
	slots []graph.NodeID
	first []int32 // by slot: place in edges
	edges []graph.Edge
	after []int32 // by place: the next one with the same neighbour, or -1
	of    graph.NodeID
	held  int64 // bytes reserved
}

// neighbourBytes is what a relationship takes beside its slot, and slotBytes what a slot takes.
const (
	neighbourBytes = 12
	slotBytes      = 8
)

// reset empties t and makes room for about n relationships.
func (t *neighbours) reset(r *run, n int) error {
	want := 64
	for want < 2*n {
		want *= 2
	}
	if bytes := int64(want)*slotBytes + int64(n)*neighbourBytes; bytes > t.held {
		if err := r.reserve(bytes - t.held); err != nil {
			return err
		}
		t.held = bytes
	}
	t.slots, t.first = grown(t.slots, want), grown(t.first, want)
	for i := range t.slots {
		t.slots[i] = graph.NoNode
	}
	t.edges, t.after = t.edges[:0], t.after[:0]
	return nil
}

// close gives the memory back.
func (t *neighbours) close(r *run) {
	r.release(t.held)
	t.held = 0
	if len(t.slots) > keptNodes {
		*t = neighbours{of: graph.NoNode}
	}
}

// spread turns a node number into a hash.
func spread(n graph.NodeID) uint32 { return uint32(n) * 2654435769 >> 7 }

func (t *neighbours) add(n graph.NodeID, e graph.Edge) {
	mask := uint32(len(t.slots) - 1)
	at := spread(n) & mask
	for t.slots[at] != n && t.slots[at] != graph.NoNode {
		at = (at + 1) & mask
	}
	next := int32(-1)
	if t.slots[at] == n {
		next = t.first[at]
	}
	t.slots[at], t.first[at] = n, int32(len(t.edges))
	t.edges, t.after = append(t.edges, e), append(t.after, next)
}

// find returns the place of the first relationship with n, or -1.
func (t *neighbours) find(n graph.NodeID) int32 {
	mask := uint32(len(t.slots) - 1)
	for at := spread(n) & mask; ; at = (at + 1) & mask {
		switch t.slots[at] {
		case n:
			return t.first[at]
		case graph.NoNode:
			return -1
		}
	}
}

// expandInto makes a row of every relationship between two known nodes.
type expandInto struct {
	between
	fanOut
	spec *plan.ExpandInto

	from, to  []graph.NodeID
	scratch   [2][]graph.NodeID
	busy      bool
	edgesLeft []graph.Edge // found for row at and not given yet
	edges     []graph.Edge
}

func (c *compiler) expandInto(o *plan.ExpandInto) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	h, err := c.hop(&o.Hop)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		return &expandInto{between: between{hop: h}, spec: o, fanOut: newFanOut(in(i), newOutput(slots, o.Carry))}
	}, nil
}

func (o *expandInto) open(r *run) error {
	o.rewind()
	if err := o.resolve(r); err != nil {
		return err
	}
	o.reset()
	return o.input.open(r)
}

func (o *expandInto) next(r *run) (*batch.Batch, error) { return o.made(r, o) }

func (o *expandInto) begin(r *run, in *batch.Batch) (err error) {
	if err = o.renew(r); err != nil {
		return err
	}
	if o.from, err = r.nodes(&in.Columns[o.spec.From], in, &o.scratch[0], o.spec.Place); err != nil {
		return err
	}
	if o.to, err = r.nodes(&in.Columns[o.spec.To], in, &o.scratch[1], o.spec.Place); err != nil {
		return err
	}
	o.busy = false
	return nil
}

func (o *expandInto) emit(b *batch.Batch) {
	if s := o.spec.Rel; s != plan.NoSlot {
		v := &b.Columns[s]
		v.Kind, v.Edges, o.edges = batch.Edges, o.edges, v.Edges
	}
}

func (o *expandInto) fill(r *run) error {
	o.edges = o.edges[:0]
	for o.room(r) {
		row := o.in.Row(o.at)
		if !o.busy {
			o.ban(o.in, row)
			o.edgesLeft = o.find(r, o.from[row], o.to[row], int(graph.NoEdge))
			if o.refused != nil {
				return o.refused
			}
			o.edgesLeft = o.edgesLeft[:r.hops.take(len(o.edgesLeft))]
			o.busy = true
		}
		n := min(len(o.edgesLeft), r.size-len(o.rows))
		o.edges = append(o.edges, o.edgesLeft[:n]...)
		for range n {
			o.rows = append(o.rows, uint16(row))
		}
		if o.edgesLeft = o.edgesLeft[n:]; len(o.edgesLeft) == 0 {
			o.at++
			o.busy = false
		}
		if err := r.step(); err != nil {
			return err
		}
	}
	return nil
}

func (o *expandInto) close(r *run) {
	o.forgetTable(r)
	o.fanOut.close(r)
}
