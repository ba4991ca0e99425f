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
// from row to row and has many relationships, a table of its neighbours is built once.
type between struct {
	hop
	near, far []storage.Segment
	found     []graph.Edge

	hub     graph.NodeID // the node whose neighbours are in table
	hubSide int          // 0: it is the from node, 1: the to node
	table   neighbours
	last    [2]graph.NodeID
	repeats [2]int
}

// hubMin is the number of relationships from which a table of neighbours pays.
const hubMin = 16

// hubRepeats is how many rows in a row must have the node before a table is built.
const hubRepeats = 4

// reset forgets what was found in another view of the graph.
func (b *between) reset() {
	b.hub, b.last = graph.NoNode, [2]graph.NodeID{graph.NoNode, graph.NoNode}
	b.repeats = [2]int{}
}

// mayExist tells, where it is known cheaply, that there is no relationship.
func (b *between) mayExist(from, to graph.NodeID) bool {
	switch {
	case b.hub == graph.NoNode:
		return true
	case b.hubSide == 0 && from == b.hub:
		return b.table.has(to)
	case b.hubSide == 1 && to == b.hub:
		return b.table.has(from)
	}
	return true
}

// note counts how often an end stays the same, and builds the table when that pays.
func (b *between) note(r *run, from, to graph.NodeID) {
	for side, n := range [2]graph.NodeID{from, to} {
		if n != b.last[side] {
			b.last[side], b.repeats[side] = n, 0
			continue
		}
		if b.repeats[side]++; b.repeats[side] == hubRepeats && b.hub != n {
			b.build(r, n, side)
		}
	}
}

// build makes the table of the neighbours of n.
func (b *between) build(r *run, n graph.NodeID, side int) {
	d := b.spec.Direction
	if side == 1 {
		d = opposite(d)
	}
	total := 0
	b.near = b.sides(r, b.near[:0], n, d)
	for _, s := range b.near {
		total += len(s.Nodes)
	}
	if total < hubMin {
		return
	}
	b.hub, b.hubSide = n, side
	b.table.reset(total)
	for _, s := range b.near {
		for _, other := range s.Nodes {
			b.table.add(other)
		}
	}
}

// sides appends the relationships of n on one side or both.
func (b *between) sides(r *run, dst []storage.Segment, n graph.NodeID, d graph.Direction) []storage.Segment {
	if d != graph.Both {
		return b.adjacent(r, dst, n, d)
	}
	return b.adjacent(r, b.adjacent(r, dst, n, graph.Out), n, graph.In)
}

func opposite(d graph.Direction) graph.Direction {
	switch d {
	case graph.Out:
		return graph.In
	case graph.In:
		return graph.Out
	case graph.Both:
	}
	return graph.Both
}

// find collects the relationships from one node to the other, at most limit of them.
func (b *between) find(r *run, from, to graph.NodeID, limit int) []graph.Edge {
	b.found = b.found[:0]
	if from == graph.NoNode || to == graph.NoNode || !b.possible {
		return b.found
	}
	if !b.mayExist(from, to) {
		return b.found
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

// directed collects the relationships that start at src and end at dst.
func (b *between) directed(r *run, src, dst graph.NodeID, limit int) {
	b.near = b.adjacent(r, b.near[:0], src, graph.Out)
	short, other, far := b.near, dst, size(b.near)
	if far > 2 {
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

// neighbours is a set of nodes: an open-addressing table at most half full.
type neighbours struct{ slots []graph.NodeID }

func (t *neighbours) reset(n int) {
	want := 64
	for want < 2*n {
		want *= 2
	}
	t.slots = grown(t.slots, want)
	for i := range t.slots {
		t.slots[i] = graph.NoNode
	}
}

func spread(n graph.NodeID) uint32 { return uint32(n) * 2654435769 >> 7 }

func (t *neighbours) add(n graph.NodeID) {
	mask := uint32(len(t.slots) - 1)
	for at := spread(n) & mask; ; at = (at + 1) & mask {
		if t.slots[at] == n {
			return
		}
		if t.slots[at] == graph.NoNode {
			t.slots[at] = n
			return
		}
	}
}

func (t *neighbours) has(n graph.NodeID) bool {
	mask := uint32(len(t.slots) - 1)
	for at := spread(n) & mask; ; at = (at + 1) & mask {
		if t.slots[at] == n {
			return true
		}
		if t.slots[at] == graph.NoNode {
			return false
		}
	}
}

// expandInto makes a row of every relationship between two known nodes.
type expandInto struct {
	between
	spec  *plan.ExpandInto
	input operator
	out   output

	in        *batch.Batch
	from, to  []graph.NodeID
	scratch   [2][]graph.NodeID
	at        int
	busy      bool
	edgesLeft []graph.Edge // found for row at and not given yet
	rows      []uint16
	edges     []graph.Edge
}

func (c *compiler) expandInto(o *plan.ExpandInto) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		return &expandInto{between: between{hop: hop{spec: &o.Hop}}, spec: o, input: in(i), out: newOutput(slots, o.Carry)}
	}, nil
}

func (o *expandInto) open(r *run) error {
	o.in = nil
	o.resolve(r)
	o.reset()
	return o.input.open(r)
}

func (o *expandInto) next(r *run) (*batch.Batch, error) {
	for {
		if err := r.check(); err != nil {
			return nil, err
		}
		if o.in == nil {
			in, err := o.input.next(r)
			if err != nil || in == nil {
				return nil, err
			}
			if err := o.ends(r, in); err != nil {
				return nil, err
			}
		}
		o.rows, o.edges = o.rows[:0], o.edges[:0]
		if err := o.fill(r); err != nil {
			return nil, err
		}
		in := o.in
		if o.at >= in.Rows() {
			o.in = nil
		}
		if len(o.rows) > 0 {
			b := o.out.gather(in, o.rows)
			if s := o.spec.Rel; s != plan.NoSlot {
				v := &b.Columns[s]
				v.Kind, v.Edges, o.edges = batch.Edges, o.edges, v.Edges
			}
			return b, nil
		}
	}
}

// ends begins with a batch of the input.
func (o *expandInto) ends(r *run, in *batch.Batch) (err error) {
	if o.from, err = r.nodes(&in.Columns[o.spec.From], in, &o.scratch[0]); err != nil {
		return err
	}
	if o.to, err = r.nodes(&in.Columns[o.spec.To], in, &o.scratch[1]); err != nil {
		return err
	}
	o.in, o.at, o.busy = in, 0, false
	return nil
}

func (o *expandInto) fill(r *run) error {
	for len(o.rows) < r.size && o.at < o.in.Rows() {
		row := o.in.Row(o.at)
		if !o.busy {
			o.ban(o.in, row)
			o.edgesLeft = o.find(r, o.from[row], o.to[row], int(graph.NoEdge))
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

func (o *expandInto) close(r *run) { o.input.close(r) }
