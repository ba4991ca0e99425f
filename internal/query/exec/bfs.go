package exec

import (
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
	done    [2]nodeBits // nodes of earlier levels; nil while there are few
	bits    [2]nodeBits // memory for done
	seen    [2]nodeBits // with asBits: nodes that the sides have reached, instead of ids
	asBits  bool
	reached []reached
	links   []link
	levels  [2]levelRange
	work    [2]int // what there is to look at in levels; -1: it is not known yet
	depth   int    // of both sides together
	meets   []meeting
	to      graph.NodeID // graph.NoNode: any
	brief   bool         // it gives up with errNotPrompt where it takes longer than a Prompt may
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
	b.walk.brief, b.walk.late = b.brief, false
	b.ids.clear(len(b.reached) + 1)
	b.startBits(r)
	b.reached, b.links, b.meets = b.reached[:0], b.links[:0], b.meets[:0]
	b.done = [2]nodeBits{}
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
		if err := b.root(r, side, n); err != nil {
			return err
		}
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

// root begins a side at n.
func (b *bfs) root(r *run, side int, n graph.NodeID) error {
	if err := b.room(r, 1); err != nil {
		return err
	}
	at := len(b.reached)
	if b.asBits {
		if err := b.coverBits(r); err != nil {
			return err
		}
		b.seen[side].add(n)
	} else {
		b.ids.add(n, at)
	}
	b.reached = append(b.reached, reached{node: n, link: -1, side: uint8(side)})
	b.levels[side], b.work[side] = levelRange{at, at + 1}, -1
	return nil
}

// room makes place for n more nodes.
func (b *bfs) room(r *run, n int) error {
	for !b.asBits && 2*(b.ids.count+n) > len(b.ids.slots) {
		if err := b.take(r, b.ids.bytesToGrow()); err != nil {
			return err
		}
		b.ids.grow()
	}
	var err error
	if b.reached, err = grownTaken(b, r, b.reached, n); err == nil {
		b.links, err = grownTaken(b, r, b.links, n)
	}
	return err
}

// take reserves bytes for the search.
func (b *bfs) take(r *run, bytes int64) error {
	if err := r.reserve(bytes); err != nil {
		return err
	}
	b.held += bytes
	return nil
}

// end is where the path found last leads to.
func (b *bfs) end() graph.NodeID {
	if b.to != graph.NoNode {
		return b.to
	}
	return b.reached[b.chain.meet.ends[0]].node
}

// next gives the next path.
func (b *bfs) next(r *run) (bool, error) {
	for {
		if b.inChain {
			if b.chain.next(b) {
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
		side, err := b.lighter(r)
		if err != nil {
			return false, err
		}
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
	if b.unread() {
		if err := b.readLinks(r, b.meets[b.given]); err != nil {
			return false, err
		}
	}
	b.chain.first(b, b.meets[b.given])
	b.inChain = true
	return true, nil
}

// weighMax is how many nodes of a level have their relationships counted to find the lighter
// side; the others are taken to have as many each, or weighMean.
const (
	weighMax  = warmRows
	weighMean = 4
)

// lighter returns the side whose last level has less to look at. Nothing is counted of a side that cannot be it.
func (b *bfs) lighter(r *run) (int, error) {
	first := 0
	if b.atLeast(1) < b.atLeast(0) {
		first = 1
	}
	for _, side := range [2]int{first, 1 - first} {
		if side != first && b.atLeast(side) >= b.work[first]+first {
			return first, nil
		}
		if err := b.weigh(r, side); err != nil {
			return 0, err
		}
	}
	if b.work[1] < b.work[0] {
		return 1, nil
	}
	return 0, nil
}

// atLeast returns a lower bound of what weigh counts on a side.
func (b *bfs) atLeast(side int) int {
	if b.work[side] >= 0 {
		return b.work[side]
	}
	l := b.levels[side]
	return max(0, l.to-l.from-weighMax) * weighMean
}

// weigh counts what there is to look at in the last level of a side, unless it has done so.
func (b *bfs) weigh(r *run, side int) error {
	if b.work[side] >= 0 {
		return nil
	}
	l := b.levels[side]
	var nodes [weighMax]graph.NodeID
	n := min(weighMax, l.to-l.from)
	for i := range n {
		nodes[i] = b.reached[l.from+i].node
	}
	work, quick := b.hops[side].degreesAbout(r, nodes[:n], b.brief)
	if !quick {
		return errNotPrompt
	}
	if rest := l.to - l.from - n; rest > 0 {
		work += rest * max(weighMean, work/n)
	}
	b.work[side] = work
	return nil
}

// degreesAbout counts the relationships of at most warmRows nodes together; one from a node to itself may count twice. If it
// is to be brief, it reports false where it would have to ask of many whether the view holds them.
func (h *hop) degreesAbout(r *run, nodes []graph.NodeID, brief bool) (total int, ok bool) {
	if !h.possible {
		return 0, true
	}
	for _, d := range [2]graph.Direction{graph.Out, graph.In} {
		if h.spec.Direction != graph.Both && h.spec.Direction != d {
			continue
		}
		if brief {
			r.tx.Warm(nodes, d, h.types)
			for _, n := range nodes {
				others, _, ok := r.tx.Run(n, d, h.types)
				if total += len(others); ok {
					continue
				}
				if !r.tx.Quick(n, d) {
					return 0, false
				}
				total += r.tx.Degree(n, d, h.types)
			}
			continue
		}
		var degrees [warmRows]int64
		r.tx.DegreeColumn(degrees[:len(nodes)], nodes, d, h.types, nil)
		for _, n := range degrees[:len(nodes)] {
			total += int(n)
		}
	}
	return total, true
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

// keptNodes is how many nodes the memory for the next execution holds.
const keptNodes = 1 << 14

func (b *bfs) close(r *run) {
	r.release(b.held)
	b.held = 0
	if len(b.ids.slots) > 2*keptNodes || cap(b.reached) > keptNodes {
		b.ids = nodeMap{}
		b.reached, b.links, b.meets, b.bits, b.seen = nil, nil, nil, [2]nodeBits{}, [2]nodeBits{}
	}
}
