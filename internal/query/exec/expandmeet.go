package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
)

// expandMeet makes a row of every pair of relationships that lead from two known nodes to
// the same third one.
//
// The relationships of one of the two nodes are in a table by neighbour; those of the other
// one are looked up there one after the other. The table is that of a node that stays the
// same from row to row, or else of the one with fewer relationships.
type expandMeet struct {
	fanOut
	spec     *plan.ExpandMeet
	sides    [2]meetSide
	table    neighbours
	held     int      // the side whose node is in the table
	now      meetRows // what is half done
	together meetTogether
	to       []graph.NodeID
	rels     [2][]graph.Edge
}

// meetSide is one of the two known nodes.
type meetSide struct {
	hop
	from    []graph.NodeID
	scratch []graph.NodeID
	last    graph.NodeID // of the row before
	walk    walker
	degrees degreeOf
	rel     int // slot of the relationship
}

// degreeOf is how many relationships a node has that may match.
type degreeOf struct {
	node   graph.NodeID
	degree int
}

// meetRows is how far a row is.
type meetRows struct {
	busy  bool
	nodes []graph.NodeID // that are still looked up
	edges []graph.EdgeID
	first graph.Edge // the relationship that was looked up last
	next  int32      // place in the table of what it meets next, -1 for nothing
	third graph.NodeID
}

func (c *compiler) expandMeet(o *plan.ExpandMeet) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	one, err := c.hop(&o.Hop)
	if err != nil {
		return nil, err
	}
	two, err := c.hop(&o.Close)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		m := &expandMeet{spec: o, fanOut: newFanOut(in(i), newOutput(slots, o.Carry))}
		m.sides[0] = meetSide{hop: one, rel: o.Rel}
		m.sides[1] = meetSide{hop: two, rel: o.Close.Rel}
		return m
	}, nil
}

func (o *expandMeet) open(r *run) error {
	o.rewind()
	for i := range o.sides {
		if err := o.sides[i].resolve(r); err != nil {
			return err
		}
	}
	o.forget()
	return o.input.open(r)
}

// forget drops what was found in another view of the graph.
func (o *expandMeet) forget() {
	o.held = 0
	for i := range o.sides {
		s := &o.sides[i]
		s.last, s.degrees.node = graph.NoNode, graph.NoNode
	}
	o.table.of = graph.NoNode
}

func (o *expandMeet) next(r *run) (*batch.Batch, error) { return o.made(r, o) }

func (o *expandMeet) begin(r *run, in *batch.Batch) (err error) {
	for i, slot := range [2]int{o.spec.From, o.spec.Close.From} {
		s := &o.sides[i]
		changed, err := s.refresh(r)
		if err != nil {
			return err
		}
		if changed {
			o.forget()
		}
		if s.from, err = r.nodes(&in.Columns[slot], in, &s.scratch, s.spec.Place); err != nil {
			return err
		}
	}
	o.now.busy, o.together.rows = false, 0
	return nil
}

func (o *expandMeet) emit(b *batch.Batch) {
	if s := o.spec.To; s != plan.NoSlot {
		v := &b.Columns[s]
		v.Kind, v.Nodes, o.to = batch.Nodes, o.to, v.Nodes
	}
	for i := range o.sides {
		if s := o.sides[i].rel; s != plan.NoSlot {
			v := &b.Columns[s]
			v.Kind, v.Edges, o.rels[i] = batch.Edges, o.rels[i], v.Edges
		}
	}
}

func (o *expandMeet) fill(r *run) error {
	o.to, o.rels[0], o.rels[1] = o.to[:0], o.rels[0][:0], o.rels[1][:0]
	for o.room(r) {
		if !o.now.busy {
			if some, err := o.many(r); some || err != nil {
				if err != nil {
					return err
				}
				continue
			}
		}
		row := o.in.Row(o.at)
		if !o.now.busy {
			s := &o.sides[1-o.held]
			s.warm(r, o.in, s.from, o.at)
			if err := o.start(r, row); err != nil {
				return err
			}
		}
		o.meet(r, row)
		if o.now.next >= 0 || len(o.now.nodes) > 0 {
			return nil // the batch is full
		}
		walk := &o.sides[1-o.held].walk
		o.now.nodes, o.now.edges = walk.next(r, &o.sides[1-o.held].hop, r.size)
		if o.now.nodes == nil {
			o.at++
			o.now.busy = false
		}
		r.hits += int64(len(o.now.nodes))
		if err := r.stepBy(1 + len(o.now.nodes)); err != nil {
			return err
		}
	}
	return nil
}

// start begins with a row: it chooses whose relationships are in the table.
func (o *expandMeet) start(r *run, row int) error {
	o.now = meetRows{busy: true, next: -1}
	x, y := o.sides[0].from[row], o.sides[1].from[row]
	o.banBoth(o.in, row)
	nodes := [2]graph.NodeID{x, y}
	if o.table.of == graph.NoNode || o.table.of != nodes[o.held] {
		if err := o.choose(r, nodes); err != nil {
			return err
		}
	}
	o.sides[0].last, o.sides[1].last = x, y
	s := &o.sides[1-o.held]
	s.walk.start(r, &s.hop, s.from[row])
	return nil
}

// choose fills the table for a row.
func (o *expandMeet) choose(r *run, nodes [2]graph.NodeID) error {
	held := -1
	for i, n := range nodes {
		if n == o.sides[i].last && o.sides[i].degree(r, n) <= meetTableMax {
			held = i
		}
	}
	if held < 0 {
		held = 0
		if o.sides[1].degree(r, nodes[1]) < o.sides[0].degree(r, nodes[0]) {
			held = 1
		}
	}
	o.held = held
	s := &o.sides[held]
	n := nodes[held]
	o.table.of = graph.NoNode
	if err := o.table.reset(r, s.degree(r, n)); err != nil {
		return err
	}
	o.table.of = n
	s.walk.start(r, &s.hop, n)
	for {
		others, edges := s.walk.next(r, &s.hop, r.size)
		if others == nil {
			return nil
		}
		r.hits += int64(len(others))
		for i, other := range others {
			if !s.walk.skips(&s.hop, other) {
				o.table.add(other, s.walk.edge(edges[i], other))
			}
		}
	}
}

// meetTableMax bounds the relationships of a node that are put into the table because the
// node stays the same, where the other one may have fewer.
const meetTableMax = 1 << 16

// degree returns about how many relationships of n match.
func (s *meetSide) degree(r *run, n graph.NodeID) int {
	if n != s.degrees.node {
		s.degrees = degreeOf{node: n}
		if n != graph.NoNode && s.possible {
			s.degrees.degree = s.degreeAbout(r, n, s.spec.Direction)
		}
	}
	return s.degrees.degree
}

// meet looks up what there is of nodes while there is room.
func (o *expandMeet) meet(r *run, row int) {
	s := &o.sides[1-o.held]
	for {
		o.addChain(r, row)
		if o.now.next >= 0 {
			return
		}
		for i, n := range o.now.nodes {
			at := o.table.find(n)
			if at < 0 {
				continue
			}
			if s.walk.skips(&s.hop, n) || !s.allowed(o.now.edges[i]) || !o.sides[0].labelled(r, n) || !o.sides[1].labelled(r, n) {
				continue
			}
			o.now.first, o.now.third, o.now.next = s.walk.edge(o.now.edges[i], n), n, at
			o.now.nodes, o.now.edges = o.now.nodes[i+1:], o.now.edges[i+1:]
			break
		}
		if o.now.next < 0 {
			o.now.nodes, o.now.edges = nil, nil
			return
		}
	}
}

// addChain makes rows of what the relationship that was looked up meets, while there is room.
func (o *expandMeet) addChain(r *run, row int) {
	for o.now.next >= 0 && len(o.rows) < r.size {
		e := o.table.edges[o.now.next]
		o.now.next = o.table.after[o.now.next]
		if o.sides[o.held].allowed(e.ID) && (!o.spec.Differ || e.ID != o.now.first.ID) {
			o.add(row, e)
		}
	}
}

// add makes a row of the relationship that was looked up and e, which it meets.
func (o *expandMeet) add(row int, e graph.Edge) {
	o.rows = append(o.rows, uint16(row))
	o.to = append(o.to, o.now.third)
	both := [2]graph.Edge{o.now.first, o.now.first}
	both[o.held] = e
	for i := range o.sides {
		if o.sides[i].rel != plan.NoSlot {
			o.rels[i] = append(o.rels[i], both[i])
		}
	}
}

func (o *expandMeet) close(r *run) {
	o.forget()
	o.table.close(r)
	o.fanOut.close(r)
}
