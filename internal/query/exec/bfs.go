package exec

import (
	"slices"
	"unsafe"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// bfs looks for shortest paths level by level. Where both ends are known it goes from both
// of them towards each other, always on the side that has less to look at, so that it
// touches about the square root of what a search from one end would.
//
// All nodes reached stand in one list in the order in which they were; those of one level
// of one side are neighbours in it, because a level is expanded as a whole. ids finds the
// place of a node, from whichever side it was reached. Invariants:
//
//  1. no node is reached from both sides: a relationship to a node of the other side is a
//     meeting, and does not add the node;
//  2. the node of the other side at a meeting is of its last level: a node of an earlier
//     level has had its relationships followed, so the meeting would have been then. So
//     the first meeting is on a shortest path, and where all of these are wanted, those of
//     the same level are the others.
type bfs struct {
	spec  *plan.ShortestPath
	hops  [2]hop // from the one end and from the other
	edges probe  // conditions of a relationship and of the node it leads to
	ends  probe  // conditions of the nodes at the ends
	walk  walker

	ids     nodeMap
	reached []reached
	links   []link
	levels  [2]levelRange
	depth   int // of both sides together
	meets   []meeting
	to      graph.NodeID // graph.NoNode: any
	given   int          // of reached or meets: the next that paths are given of
	ready   int          // of reached: complete before this
	chain   chain
	inChain bool
	ended   bool
	held    int64

	// Candidates whose conditions are evaluated together.
	nodeSpace []graph.NodeID
	edgeSpace []graph.EdgeID
	buffer    track
	warmed    uint32
}

// reached is a node that a side has reached.
type reached struct {
	node  graph.NodeID
	link  int32 // the first of the links that lead to it, -1 at an end
	level int32 // how far it is from its end
	side  uint8
}

// link is a relationship between two nodes reached, on a shortest path to the later one.
type link struct {
	edge graph.Edge
	from int32 // place in reached
	next int32 // another link to the same node, or -1
}

// levelRange is the last level of a side: a range of reached.
type levelRange struct{ from, to int }

// meeting is a relationship between the two sides.
type meeting struct {
	edge graph.Edge
	ends [2]int32 // place in reached, by side
}

// chain goes through all ways back from a node of each side: one link for each step.
type chain struct {
	links []int32
	split int // before it those of side 0, from it on those of side 1
	meet  meeting
}

func (c *compiler) shortestPath(o *plan.ShortestPath) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	tests, err := c.exprs(nil, o.Test.Conditions()...)
	if err != nil {
		return nil, err
	}
	var cycles *bestShape
	if o.Cycles != nil {
		if cycles, err = c.best(o.Cycles); err != nil {
			return nil, err
		}
	}
	slots := c.plan.Slots
	reversed := o.Hop
	reversed.Direction = opposite(reversed.Direction)
	ahead, err := c.hop(&o.Hop)
	if err != nil {
		return nil, err
	}
	back, err := c.hop(&reversed)
	if err != nil {
		return nil, err
	}
	return func(i *instance) operator {
		b := &bfs{
			spec: o, hops: [2]hop{ahead, back},
			edges: newProbe(slots, tests, o.Test.Reads), ends: newProbe(slots, tests[len(o.Test.Edges):], o.Test.Reads),
		}
		var f finder = b
		if cycles != nil {
			f = &orCycle{bfs: b, best: cycles.instance()}
		}
		p := newPathfind(f, &o.Hop, &o.Found, in(i), newOutput(slots, o.Carry))
		p.into = o.Into
		return p
	}, nil
}

func (b *bfs) open(r *run) error {
	for side := range b.hops {
		if err := b.hops[side].resolve(r); err != nil {
			return err
		}
	}
	return nil
}

func (b *bfs) refresh(r *run) error {
	for side := range b.hops {
		if _, err := b.hops[side].refresh(r); err != nil {
			return err
		}
	}
	return nil
}

func (b *bfs) total() value.Value { return value.Null }

// oneSided tells that conditions read the path so far, which a search from the other end
// does not have.
func (b *bfs) oneSided() bool { return b.spec.Test.Path != plan.NoSlot }

// begin starts from both ends, or from the one that is known.
func (b *bfs) begin(r *run, in *batch.Batch, row int, from, to graph.NodeID) error {
	b.ids.clear(len(b.reached) + 1)
	b.reached, b.links, b.meets = b.reached[:0], b.links[:0], b.meets[:0]
	b.to, b.depth = to, 0
	b.given, b.ready, b.inChain = 0, 0, false
	b.edges.outer(in, row)
	b.ends.outer(in, row)
	b.ended = from == to && b.spec.Min > 0
	for side, n := range [2]graph.NodeID{from, to} {
		if b.ended || side == 1 && (to == graph.NoNode || from == to) {
			break
		}
		ok, err := b.allowed(r, n)
		if err != nil {
			return err
		}
		if !ok {
			b.ended = true
			break
		}
		if side == 1 && b.oneSided() {
			break
		}
		at := len(b.reached)
		if err := b.reach(r, n, reached{link: -1, side: uint8(side)}); err != nil {
			return err
		}
		b.levels[side] = levelRange{at, at + 1}
	}
	return nil
}

// allowed tests the conditions of a node at an end.
func (b *bfs) allowed(r *run, n graph.NodeID) (bool, error) {
	if !b.ends.active() {
		return true, nil
	}
	b.ends.node(b.spec.Test.Node, 1, n)
	pass, err := b.ends.pass(r, 1)
	return len(pass) == 1, err
}

// reach adds a node unless it was reached before; at is where it stands then, or -1.
func (b *bfs) reach(r *run, n graph.NodeID, as reached) error {
	_, err := b.reachOr(r, n, as)
	return err
}

func (b *bfs) reachOr(r *run, n graph.NodeID, as reached) (at int, err error) {
	if b.ids.full() {
		if err := b.take(r, b.ids.bytesToGrow()); err != nil {
			return 0, err
		}
		b.ids.grow()
	}
	if at = b.ids.add(n, len(b.reached)); at >= 0 {
		return at, nil
	}
	as.node = n
	b.reached, err = appendHeld(b, r, b.reached, as)
	return -1, err
}

// take reserves bytes for the search.
func (b *bfs) take(r *run, bytes int64) error {
	if err := r.reserve(bytes); err != nil {
		return err
	}
	b.held += bytes
	return nil
}

// appendHeld is append that reserves what it allocates.
func appendHeld[T any](b *bfs, r *run, list []T, x T) ([]T, error) {
	if len(list) == cap(list) {
		more := max(64, len(list))
		if err := b.take(r, int64(more)*int64(unsafe.Sizeof(x))); err != nil {
			return list, err
		}
		list = slices.Grow(list, more)
	}
	return append(list, x), nil
}

// next gives the next path.
func (b *bfs) next(r *run, found *track) (bool, error) {
	for {
		if b.inChain {
			if b.chain.next(b) {
				b.trace(found)
				return true, nil
			}
			b.inChain = false
			b.given++
		}
		if b.ended {
			return false, nil
		}
		var ok bool
		var err error
		if b.to != graph.NoNode && !b.oneSided() {
			ok, err = b.meet(r)
		} else {
			ok, err = b.outward(r)
		}
		if err != nil || !ok {
			b.ended = true
			return false, err
		}
		if b.inChain {
			if !b.spec.All && b.to != graph.NoNode {
				b.ended, b.inChain = true, false
			}
			b.trace(found)
			return true, nil
		}
	}
}

// meet goes on to the next meeting of the two sides.
func (b *bfs) meet(r *run) (bool, error) {
	if len(b.reached) == 1 { // both ends are the same node
		b.ended = true
		b.chain.first(b, meeting{ends: [2]int32{0, -1}})
		b.inChain = true
		return true, nil
	}
	for len(b.meets) == 0 {
		if b.spec.Max >= 0 && b.depth >= b.spec.Max {
			return false, nil
		}
		side := b.lighter(r)
		if err := b.expand(r, side); err != nil {
			return false, err
		}
		b.depth++
		if len(b.meets) == 0 && b.levels[side].from == b.levels[side].to {
			return false, nil
		}
	}
	if b.given == len(b.meets) || b.depth < b.spec.Min {
		return false, nil
	}
	b.chain.first(b, b.meets[b.given])
	b.inChain = true
	return true, nil
}

// weighMax is the size of a level up to which its relationships are counted to find the
// lighter side.
const weighMax = 16

// lighter returns the side whose last level has less to look at.
func (b *bfs) lighter(r *run) int {
	var sizes [2]int
	for side, l := range b.levels {
		sizes[side] = l.to - l.from
	}
	if max(sizes[0], sizes[1]) <= weighMax {
		for side, l := range b.levels {
			for _, x := range b.reached[l.from:l.to] {
				sizes[side] += r.tx.Degree(x.node, b.hops[side].spec.Direction, b.hops[side].types)
			}
		}
	}
	if sizes[1] < sizes[0] {
		return 1
	}
	return 0
}

// outward goes on to the next node that paths are given of.
func (b *bfs) outward(r *run) (bool, error) {
	for {
		for ; b.given < b.ready; b.given++ {
			x := &b.reached[b.given]
			if int(x.level) < b.spec.Min || b.to != graph.NoNode && x.node != b.to {
				continue
			}
			b.chain.first(b, meeting{ends: [2]int32{int32(b.given), -1}})
			b.inChain = true
			return true, nil
		}
		if b.ready < len(b.reached) {
			b.ready = len(b.reached)
			continue
		}
		if b.levels[0].from == b.levels[0].to || b.spec.Max >= 0 && b.depth >= b.spec.Max {
			return false, nil
		}
		if err := b.expand(r, 0); err != nil {
			return false, err
		}
		b.depth++
	}
}

// expand follows the relationships of the last level of a side.
func (b *bfs) expand(r *run, side int) error {
	l := b.levels[side]
	b.levels[side].from = len(b.reached)
	limit := int(graph.NoEdge)
	if b.edges.active() {
		limit = r.size
	}
	for at := l.from; at < l.to; at++ {
		if (at-l.from)%warmNodes == 0 && l.to-l.from > 1 {
			b.warm(r, at, min(l.to, at+warmNodes), side)
		}
		b.walk.start(r, &b.hops[side], b.reached[at].node)
		for {
			nodes, edges := b.walk.next(r, &b.hops[side], limit)
			if nodes == nil {
				break
			}
			r.hits += int64(len(nodes))
			r.steps += len(nodes) / 16
			if err := r.step(); err != nil {
				return err
			}
			if err := b.follow(r, side, at, nodes, edges); err != nil {
				return err
			}
			if len(b.meets) > 0 && !b.spec.All {
				return nil
			}
		}
	}
	b.levels[side].to = len(b.reached)
	return nil
}

// warmNodes is how many nodes are loaded together.
const warmNodes = 64

// warm loads what expand will look at in the nodes [from, to) of reached.
func (b *bfs) warm(r *run, from, to, side int) {
	b.nodeSpace = b.nodeSpace[:0]
	for _, x := range b.reached[from:to] {
		b.nodeSpace = append(b.nodeSpace, x.node)
	}
	d := b.hops[side].spec.Direction
	if d != graph.In {
		b.warmed += r.tx.Warm(b.nodeSpace, graph.Out)
	}
	if d != graph.Out {
		b.warmed += r.tx.Warm(b.nodeSpace, graph.In)
	}
}

// follow takes the relationships of the node at place at that fulfil the conditions.
func (b *bfs) follow(r *run, side, at int, nodes []graph.NodeID, edges []graph.EdgeID) error {
	if b.edges.active() {
		var err error
		if nodes, edges, err = b.test(r, side, at, nodes, edges); err != nil {
			return err
		}
	}
	level := b.reached[at].level + 1
	for i, n := range nodes {
		e := b.walk.edge(edges[i], n)
		as := reached{link: int32(len(b.links)), level: level, side: uint8(side)}
		old, err := b.reachOr(r, n, as)
		switch {
		case err != nil:
			return err
		case old < 0:
			b.links, err = appendHeld(b, r, b.links, link{edge: e, from: int32(at), next: -1})
		case b.reached[old].side != uint8(side):
			m := meeting{edge: e}
			m.ends[side], m.ends[1-side] = int32(at), int32(old)
			b.meets, err = appendHeld(b, r, b.meets, m)
			if !b.spec.All {
				return err
			}
		case b.spec.All && b.reached[old].level == level:
			b.links, err = appendHeld(b, r, b.links, link{edge: e, from: int32(at), next: b.reached[old].link})
			b.reached[old].link = int32(len(b.links) - 1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// test returns those of a run of relationships that lead on and fulfil the conditions.
func (b *bfs) test(r *run, side, at int, nodes []graph.NodeID, edges []graph.EdgeID) ([]graph.NodeID, []graph.EdgeID, error) {
	b.nodeSpace, b.edgeSpace = b.nodeSpace[:0], b.edgeSpace[:0]
	level := b.reached[at].level + 1
	for i, n := range nodes {
		if old := b.ids.find(n); old >= 0 {
			x := &b.reached[old]
			if x.side == uint8(side) && (!b.spec.All || x.level != level) {
				continue
			}
		}
		b.nodeSpace, b.edgeSpace = append(b.nodeSpace, n), append(b.edgeSpace, edges[i])
	}
	if len(b.nodeSpace) == 0 {
		return nil, nil, nil
	}
	b.candidates(r, side, at)
	pass, err := b.edges.pass(r, len(b.nodeSpace))
	if err != nil {
		return nil, nil, err
	}
	for i, row := range pass {
		b.nodeSpace[i], b.edgeSpace[i] = b.nodeSpace[row], b.edgeSpace[row]
	}
	return b.nodeSpace[:len(pass)], b.edgeSpace[:len(pass)], nil
}

// candidates fills the columns that the conditions read.
func (b *bfs) candidates(r *run, side, at int) {
	t, n := &b.spec.Test, len(b.nodeSpace)
	here, there := t.Start, t.End
	if (side == 0) == b.spec.Reverse {
		here, there = there, here
	}
	b.edges.node(here, n, b.reached[at].node)
	copy(b.edges.nodes(there, n), b.nodeSpace)
	copy(b.edges.nodes(t.Node, n), b.nodeSpace)
	for i := range b.edges.edges(t.Rel, n) {
		b.edges.batch.Columns[t.Rel].Edges[i] = b.walk.edge(b.edgeSpace[i], b.nodeSpace[i])
	}
	if paths := b.edges.values(t.Path, n); paths != nil {
		b.buffer.reset()
		b.chain.first(b, meeting{ends: [2]int32{int32(at), -1}})
		b.trace(&b.buffer)
		for i, other := range b.nodeSpace {
			b.buffer.step(b.walk.edge(b.edgeSpace[i], other), other)
			if b.spec.Reverse {
				turned := track{nodes: slices.Clone(b.buffer.nodes), edges: slices.Clone(b.buffer.edges)}
				turned.turn()
				paths[i] = turned.path()
			} else {
				paths[i] = b.buffer.path()
			}
			last := len(b.buffer.edges) - 1
			b.buffer.nodes, b.buffer.edges = b.buffer.nodes[:last+1], b.buffer.edges[:last]
		}
	}
}

// trace makes the path of the chain.
func (b *bfs) trace(found *track) {
	c := &b.chain
	found.reset()
	at := c.meet.ends[0]
	for _, l := range c.links[:c.split] {
		x := &b.links[l]
		found.nodes, found.edges = append(found.nodes, b.reached[at].node), append(found.edges, x.edge)
		at = x.from
	}
	found.nodes = append(found.nodes, b.reached[at].node)
	found.turn()
	if at = c.meet.ends[1]; at < 0 {
		return
	}
	found.step(c.meet.edge, b.reached[at].node)
	for _, l := range c.links[c.split:] {
		x := &b.links[l]
		at = x.from
		found.step(x.edge, b.reached[at].node)
	}
}

// first begins with the first ways back from the nodes of m.
func (c *chain) first(b *bfs, m meeting) {
	c.meet, c.links = m, c.links[:0]
	c.descend(b, m.ends[0])
	c.split = len(c.links)
	c.descend(b, m.ends[1])
}

// descend adds the first way back from the node at place at; -1 is none.
func (c *chain) descend(b *bfs, at int32) {
	for at >= 0 && b.reached[at].link >= 0 {
		l := b.reached[at].link
		c.links = append(c.links, l)
		at = b.links[l].from
	}
}

// next goes on to the next ways back, or reports that there are no others.
func (c *chain) next(b *bfs) bool {
	for i := len(c.links) - 1; i >= 0; i-- {
		l := b.links[c.links[i]].next
		if l < 0 {
			continue
		}
		c.links = append(c.links[:i], l)
		c.descend(b, b.links[l].from)
		if i < c.split {
			c.split = len(c.links)
			c.descend(b, c.meet.ends[1])
		}
		return true
	}
	return false
}

// keptNodes is how many nodes the memory for the next execution holds.
const keptNodes = 1 << 14

func (b *bfs) close(r *run) {
	r.release(b.held)
	b.held = 0
	if len(b.ids.slots) > 2*keptNodes {
		b.ids = nodeMap{}
		b.reached, b.links, b.meets = nil, nil, nil
	}
}
