package exec

import (
	"math/bits"
	"slices"

	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
)

// reach finds the nodes that trails of a given length lead to, level by level: level i are
// the ends of the trails of i relationships. Of each of its nodes one trail is known, its
// witness: that of the node it was reached from, and one relationship more.
//
// A trail must not use a relationship twice. Where a node is left by one that its witness
// has already, that one is not followed; but another trail to the node, which is not known,
// might not have it. So the node at its other end is put aside, and where nothing else
// leads there it is settled by a search for a trail backwards through the levels. All others
// are exact: the beginning of a trail is a trail, so its end is in the level before.
type reach struct {
	legs []hop
	back []hop // the same in the other direction, without labels
	// straight tells that all legs lead the same way, out or in: then a relationship can be
	// used twice only from a node that the witness has been at before.
	straight bool

	levels  []reachLevel
	whole   []wholeTrail // witnesses that were found by a search backwards
	refused []graph.NodeID
	doubted []graph.NodeID
	track   []graph.EdgeID // the witness of the node that is looked at
	walk    walker
	walks   []walker // of the search backwards
	held    int64
}

// reachLevel is the ends of the trails of one length.
type reachLevel struct {
	nodes []graph.NodeID
	// from are the places in the level before from which they were reached: -1 at the
	// beginning, and from -2 on downwards the places in whole.
	from  []int32
	edges []graph.EdgeID
	// seen are nodes, and what else was reached but has not the labels.
	seen nodeBits
	// dense tells that nodes are made of seen when the level is complete, in the order of
	// their numbers.
	dense bool
}

// wholeTrail is a trail as a whole.
type wholeTrail struct {
	nodes []graph.NodeID // one more than edges
	edges []graph.EdgeID
}

// reach compiles the search along legs.
func (c *compiler) reach(legs []plan.Hop) (*reach, error) {
	shape := &reach{straight: true}
	for i := range legs {
		ahead, err := c.hop(&legs[i])
		if err != nil {
			return nil, err
		}
		turned := legs[i]
		turned.Direction, turned.ToLabels = turned.Direction.Reversed(), nil
		back, err := c.hop(&turned)
		if err != nil {
			return nil, err
		}
		shape.legs, shape.back = append(shape.legs, ahead), append(shape.back, back)
		d := legs[i].Direction
		shape.straight = shape.straight && d != graph.Both && d == legs[0].Direction
	}
	return shape, nil
}

// instance makes a search for one execution.
func (s *reach) instance() *reach {
	return &reach{
		legs: slices.Clone(s.legs), back: slices.Clone(s.back), straight: s.straight,
		levels: make([]reachLevel, len(s.legs)+1), walks: make([]walker, len(s.legs)),
	}
}

func (s *reach) open(r *run) error {
	for i := range s.legs {
		if err := s.legs[i].resolve(r); err != nil {
			return err
		}
		if err := s.back[i].resolve(r); err != nil {
			return err
		}
	}
	return nil
}

func (s *reach) refresh(r *run) error {
	for i := range s.legs {
		if _, err := s.legs[i].refresh(r); err != nil {
			return err
		}
		if _, err := s.back[i].refresh(r); err != nil {
			return err
		}
	}
	return nil
}

// take reserves bytes for the search.
func (s *reach) take(r *run, bytes int64) error {
	if err := r.reserve(bytes); err != nil {
		return err
	}
	s.held += bytes
	return nil
}

// bits returns an empty set with room for all nodes, in the memory of b, which is empty too.
func (s *reach) bits(r *run, b nodeBits) (nodeBits, error) {
	words := int(r.tx.NodeLimit())/64 + 1
	if cap(b) >= words {
		return b[:words], nil
	}
	if err := s.take(r, int64(words)*8); err != nil {
		return b, err
	}
	return make(nodeBits, words), nil
}

// begin starts at n.
func (s *reach) begin(r *run, n graph.NodeID) error {
	s.clear()
	l := &s.levels[0]
	var err error
	if l.seen, err = s.bits(r, l.seen); err != nil {
		return err
	}
	l.seen.add(n)
	l.nodes, l.from, l.edges = append(l.nodes, n), append(l.from, -1), append(l.edges, graph.NoEdge)
	return nil
}

// clear empties all levels.
func (s *reach) clear() {
	few := len(s.refused)
	for i := range s.levels {
		l := &s.levels[i]
		if l.dense || len(l.nodes)+few > len(l.seen)/4 {
			clear(l.seen)
			l.dense = false
		} else {
			for _, n := range l.nodes {
				l.seen.remove(n)
			}
			for _, n := range s.refused {
				l.seen.remove(n)
			}
		}
		l.nodes, l.from, l.edges = l.nodes[:0], l.from[:0], l.edges[:0]
	}
	s.whole, s.refused = s.whole[:0], s.refused[:0]
}

// remove takes n out of b.
func (b nodeBits) remove(n graph.NodeID) {
	if int(n/64) < len(b) {
		b[n/64] &^= 1 << (n % 64)
	}
}

// level makes level i+1 of level i, with witnesses or without.
func (s *reach) level(r *run, i int, w witnesses) error {
	l, next := &s.levels[i], &s.levels[i+1]
	var err error
	if next.seen, err = s.bits(r, next.seen); err != nil {
		return err
	}
	leg := &s.legs[i]
	s.doubted = s.doubted[:0]
	next.dense = w == without && dense(len(l.nodes), len(next.seen)) && (!leg.sieves() || leg.set.ready(r, int(r.tx.NodeLimit())))
	for at := range l.nodes {
		if at%warmRows == 0 && len(l.nodes) > warmRows/4 && leg.possible {
			leg.warmNodes(r, l.nodes[at:min(at+warmRows, len(l.nodes))])
		}
		if err := s.leave(r, i, at, w); err != nil {
			return err
		}
	}
	if err := s.settle(r, i+1, w); err != nil {
		return err
	}
	if next.dense && leg.sieves() {
		next.seen.keep(leg.set.bits)
	}
	return s.list(r, next)
}

// leave adds what one relationship leads to from the node at a place of level i to the next level.
func (s *reach) leave(r *run, i, at int, w witnesses) error {
	leg, next, n := &s.legs[i], &s.levels[i+1], s.levels[i].nodes[at]
	again := s.again(i, at, n)
	if !again {
		s.track = s.track[:0]
	}
	s.walk.start(r, leg, n)
	for {
		nodes, edges := s.walk.next(r, leg, checkEvery)
		if nodes == nil {
			return nil
		}
		r.hits += int64(len(nodes))
		if err := r.stepBy(len(nodes)); err != nil {
			return err
		}
		if next.dense && !again && (s.walk.d == graph.Out || leg.spec.Direction != graph.Both) {
			next.seen.addAll(nodes)
			continue
		}
		if err := s.room(r, next, len(nodes), w); err != nil {
			return err
		}
		switch {
		case again || leg.sieves() || s.walk.d == graph.In && leg.spec.Direction == graph.Both:
			s.check(r, i, at, nodes, edges, w)
		case w == without:
			next.addAll(nodes)
		default:
			next.addFrom(nodes, edges, at)
		}
	}
}

// keep takes out of b what is not in other.
func (b nodeBits) keep(other nodeBits) {
	for i := range b {
		if i < len(other) {
			b[i] &= other[i]
		} else {
			b[i] = 0
		}
	}
}

// denseShare and denseLeast tell when a level without witnesses is kept as bits alone: when it is made
// of at least denseLeast nodes, and of one for denseShare words of bits.
const (
	denseShare = 8
	denseLeast = 64
)

// dense tells whether it pays to go through a set of so many words for the ends of the relationships
// of some nodes, instead of keeping a list.
func dense(nodes, words int) bool { return nodes >= denseLeast && nodes*denseShare >= words }

// list makes the nodes of a dense level.
func (s *reach) list(r *run, l *reachLevel) (err error) {
	if !l.dense {
		return nil
	}
	count := 0
	for _, w := range l.seen {
		count += bits.OnesCount64(w)
	}
	l.nodes = l.nodes[:0]
	if l.nodes, err = grownTaken(s, r, l.nodes, count); err != nil {
		return err
	}
	for at, w := range l.seen {
		for ; w != 0; w &= w - 1 {
			l.nodes = append(l.nodes, graph.NodeID(at*64+bits.TrailingZeros64(w)))
		}
	}
	return r.check()
}

// witnesses tells whether they are kept.
type witnesses uint8

const (
	with witnesses = iota
	without
)

// room makes place for n more nodes.
func (s *reach) room(r *run, l *reachLevel, n int, w witnesses) (err error) {
	if l.nodes, err = grownTaken(s, r, l.nodes, n); err != nil || w == without {
		return err
	}
	if l.from, err = grownTaken(s, r, l.from, n); err == nil {
		l.edges, err = grownTaken(s, r, l.edges, n)
	}
	return err
}

// addAll adds nodes.
func (b nodeBits) addAll(nodes []graph.NodeID) {
	for _, n := range nodes {
		if word := int(n / 64); word < len(b) {
			b[word] |= 1 << (n % 64)
		}
	}
}

// addAll adds those of nodes that are new.
func (l *reachLevel) addAll(nodes []graph.NodeID) {
	seen, list := l.seen, l.nodes
	for _, n := range nodes {
		word, bit := int(n/64), uint64(1)<<(n%64)
		if word < len(seen) && seen[word]&bit == 0 {
			seen[word] |= bit
			list = append(list, n)
		}
	}
	l.nodes = list
}

// addFrom is addAll with their witnesses.
func (l *reachLevel) addFrom(nodes []graph.NodeID, edges []graph.EdgeID, from int) {
	for i, n := range nodes {
		word, bit := int(n/64), uint64(1)<<(n%64)
		if word < len(l.seen) && l.seen[word]&bit == 0 {
			l.seen[word] |= bit
			l.nodes, l.from, l.edges = append(l.nodes, n), append(l.from, int32(from)), append(l.edges, edges[i])
		}
	}
}

// again tells whether a relationship that leads on from node n, which is at a place of level
// i, may be one that its witness has; then track has these.
func (s *reach) again(i, at int, n graph.NodeID) bool {
	if i == 0 {
		return false
	}
	if s.straight && !slices.ContainsFunc(s.levels[:i], func(l reachLevel) bool { return l.seen.has(n) }) {
		return false
	}
	s.track = s.track[:0]
	been := false
	for ; i > 0; i-- {
		l := &s.levels[i]
		from := l.from[at]
		if from < -1 {
			t := s.whole[-2-from]
			s.track = append(s.track, t.edges...)
			been = been || slices.Contains(t.nodes[:len(t.edges)], n)
			break
		}
		s.track = append(s.track, l.edges[at])
		at = int(from)
		been = been || s.levels[i-1].nodes[at] == n
	}
	return been || !s.straight
}

// check is addFrom for relationships of which some may not be followed, or lead to nodes
// without the labels of the leg.
func (s *reach) check(r *run, i, from int, nodes []graph.NodeID, edges []graph.EdgeID, w witnesses) {
	leg, next := &s.legs[i], &s.levels[i+1]
	for k, n := range nodes {
		if next.seen.has(n) || s.walk.skips(leg, n) {
			continue
		}
		if slices.Contains(s.track, edges[k]) {
			s.doubted = append(s.doubted, n)
			continue
		}
		next.seen.add(n)
		if !leg.labelled(r, n) {
			s.refused = append(s.refused, n)
			continue
		}
		next.nodes = append(next.nodes, n)
		if w == with {
			next.from, next.edges = append(next.from, int32(from)), append(next.edges, edges[k])
		}
	}
}

// settle looks for trails to the nodes of level i that were put aside.
func (s *reach) settle(r *run, i int, w witnesses) error {
	l := &s.levels[i]
	for _, n := range s.doubted {
		if l.seen.has(n) || !s.legs[i-1].labelled(r, n) {
			continue
		}
		t := wholeTrail{nodes: make([]graph.NodeID, i+1), edges: make([]graph.EdgeID, i)}
		t.nodes[i] = n
		found, err := s.backward(r, &t, i)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		if err := s.room(r, l, 1, w); err != nil {
			return err
		}
		l.seen.add(n)
		l.nodes = append(l.nodes, n)
		if w == with {
			if err := s.take(r, int64(16*i+64)); err != nil {
				return err
			}
			s.whole = append(s.whole, t)
			l.from, l.edges = append(l.from, int32(-1-len(s.whole))), append(l.edges, t.edges[i-1])
		}
	}
	return nil
}

// backward looks for the first i relationships of t, which is complete from there on.
func (s *reach) backward(r *run, t *wholeTrail, i int) (bool, error) {
	if i == 0 {
		return true, nil
	}
	back, w := &s.back[i-1], &s.walks[i-1]
	w.start(r, back, t.nodes[i])
	for {
		nodes, edges := w.next(r, back, checkEvery)
		if nodes == nil {
			return false, nil
		}
		if err := r.stepBy(len(nodes)); err != nil {
			return false, err
		}
		for k, n := range nodes {
			if !s.levels[i-1].seen.has(n) || w.skips(back, n) || slices.Contains(t.edges[i:], edges[k]) {
				continue
			}
			if i > 1 && !s.legs[i-2].labelled(r, n) {
				continue
			}
			t.nodes[i-1], t.edges[i-1] = n, edges[k]
			if found, err := s.backward(r, t, i-1); found || err != nil {
				return found, err
			}
		}
	}
}

// close gives the memory back.
func (s *reach) close(r *run) {
	s.clear()
	r.release(s.held)
	s.held = 0
	for i := range s.levels {
		if l := &s.levels[i]; cap(l.nodes) > keptNodes || cap(l.seen) > keptNodes {
			*l = reachLevel{}
		}
	}
}
