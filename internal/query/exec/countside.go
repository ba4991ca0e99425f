package exec

import (
	"slices"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
)

// countSide counts how often a branch matches at a node of each row.
//
// Relationships that the row has used already, and other ends that the row excludes, are
// taken off the number of all, which is remembered by node. Only where something has to be
// asked of each other end the relationships are looked at one by one.
type countSide struct {
	*branch
	spec     *plan.Counted
	from     []graph.NodeID // by row
	scratch  []graph.NodeID
	walk     walker
	degrees  []int64 // by row, where byDegree says that they are all there is to count
	nodes    []graph.NodeID
	byDegree bool
	apart    bool // the ends are compared with those of another side, so that degrees say little
	sel      []uint16

	pairs    between // between the node and one that is excluded
	excluded []graph.NodeID
	others   [][]graph.NodeID // by place in spec.Unequal
	spare    [][]graph.NodeID
	asks     []*ask
}

// countSide compiles o; what it returns makes one for an instance.
func (c *compiler) countSide(o *plan.Counted) (func() *countSide, error) {
	made, err := c.branch(&o.Branch)
	if err != nil {
		return nil, err
	}
	pairs := o.Hop
	pairs.Distinct = nil
	h, err := c.hop(&pairs)
	if err != nil {
		return nil, err
	}
	asks := make([]func() *ask, len(o.Asks))
	for i := range o.Asks {
		if asks[i], err = c.ask(&o.Asks[i]); err != nil {
			return nil, err
		}
	}
	return func() *countSide {
		s := &countSide{branch: made(), spec: o, pairs: between{hop: h}}
		s.others, s.spare = make([][]graph.NodeID, len(o.Unequal)), make([][]graph.NodeID, len(o.Unequal))
		for _, a := range asks {
			s.asks = append(s.asks, a())
		}
		return s
	}, nil
}

func (s *countSide) open(r *run) error {
	if err := s.begin(r); err != nil {
		return err
	}
	if err := s.pairs.resolve(r); err != nil {
		return err
	}
	s.pairs.reset()
	for _, a := range s.asks {
		if err := a.open(r); err != nil {
			return err
		}
	}
	return nil
}

// columns looks names up again where that is needed, and finds the columns of the nodes,
// and of those that the other end is compared with.
func (s *countSide) columns(r *run, in *batch.Batch) (err error) {
	if _, err = s.renew(r); err != nil {
		return err
	}
	if err = s.pairs.renew(r); err != nil {
		return err
	}
	if s.from, err = r.nodes(&in.Columns[s.spec.From], in, &s.scratch, s.spec.Place); err != nil {
		return err
	}
	for i, slot := range s.spec.Unequal {
		if s.others[i], err = r.nodes(&in.Columns[slot], in, &s.spare[i], s.spec.Place); err != nil {
			return err
		}
	}
	for _, a := range s.asks {
		if err = a.column(r, in); err != nil {
			return err
		}
	}
	if s.byDegree = !s.apart && s.plainly(); s.byDegree {
		return s.findDegrees(r, in)
	}
	return nil
}

// plainly tells whether the relationships of a node count whatever the row has.
func (s *countSide) plainly() bool {
	return (s.flat() || s.together()) && len(s.spec.Distinct)+len(s.spec.Unequal)+len(s.spec.Asks) == 0
}

// findDegrees counts for the nodes of all rows of in.
func (s *countSide) findDegrees(r *run, in *batch.Batch) error {
	s.degrees = grown(s.degrees, in.Len)
	if in.Sel == nil {
		return s.degreesOf(r, s.degrees, s.from[:in.Len])
	}
	s.nodes = s.nodes[:0]
	for _, row := range in.Sel {
		s.nodes = append(s.nodes, s.from[row])
	}
	if err := s.degreesOf(r, s.degrees[:len(s.nodes)], s.nodes); err != nil {
		return err
	}
	for i, row := range slices.Backward(in.Sel) { // rows ascend, and none is before its place
		s.degrees[row] = s.degrees[i]
	}
	return nil
}

// degreesOf is of for many nodes.
func (s *countSide) degreesOf(r *run, dst []int64, nodes []graph.NodeID) error {
	if s.flat() {
		s.branch.degrees(r, dst, nodes)
		return nil
	}
	for len(nodes) > 0 {
		n := min(len(nodes), warmRows)
		if err := s.counts(r, dst[:n], nodes[:n]); err != nil {
			return err
		}
		nodes, dst = nodes[n:], dst[n:]
	}
	return nil
}

// ready finds what speaks against relationships of a row; it returns false where nothing
// matches because a node that the other end must differ from is null.
func (s *countSide) ready(in *batch.Batch, row int) bool {
	s.excluded = s.excluded[:0]
	for _, others := range s.others {
		other := others[row]
		if other == graph.NoNode {
			return false
		}
		if !slices.Contains(s.excluded, other) {
			s.excluded = append(s.excluded, other)
		}
	}
	if len(s.spec.Distinct) > 0 {
		s.ban(in, row)
	}
	return true
}

// ahead loads what is looked at of the rows from place i on.
func (s *countSide) ahead(r *run, in *batch.Batch, i int) {
	if !s.byDegree {
		s.warm(r, in, s.from, i)
	}
}

// row counts for one row.
func (s *countSide) row(r *run, in *batch.Batch, row int) (int64, error) {
	if s.byDegree {
		return s.degrees[row], nil
	}
	if !s.ready(in, row) {
		return 0, nil
	}
	n := s.from[row]
	if len(s.asks) > 0 {
		return s.eachEnd(r, n, row)
	}
	count, err := s.of(r, n)
	if err != nil || count == 0 {
		return count, err
	}
	return s.without(r, n, count)
}

// without takes off count what leads to an excluded node, or was used already.
func (s *countSide) without(r *run, n graph.NodeID, count int64) (int64, error) {
	for _, other := range s.excluded {
		pairs := len(s.pairs.find(r, n, other, int(graph.NoEdge)))
		if pairs == 0 || !s.labelled(r, other) {
			continue
		}
		p, err := s.product(r, other)
		if err != nil {
			return 0, err
		}
		count -= int64(pairs) * p // which are a part of count
	}
	for i := range s.banned {
		other, ok := s.used(r, n, i)
		if !ok || slices.Contains(s.excluded, other) || !s.labelled(r, other) {
			continue
		}
		p, err := s.product(r, other)
		if err != nil {
			return 0, err
		}
		count -= p
	}
	return count, nil
}

// eachEnd counts the relationships of n that nothing speaks against, one by one.
func (s *countSide) eachEnd(r *run, n graph.NodeID, row int) (int64, error) {
	total := int64(0)
	if len(s.asks) == 1 && len(s.below) == 0 && len(s.excluded) <= 1 {
		return s.asked(r, n, row)
	}
	err := s.each(r, n, row, func(nodes []graph.NodeID, _ []graph.EdgeID, sel []uint16) error {
		if len(s.below) == 0 {
			total += int64(len(sel))
			return nil
		}
		for _, i := range sel {
			p, err := s.product(r, nodes[i])
			if err != nil {
				return err
			}
			if total, err = plus(total, p); err != nil {
				return err
			}
		}
		return nil
	})
	return total, err
}

// asked is eachEnd where there is one thing to ask of an end, and at most one to exclude. What
// the row has used is counted with the others and taken off.
func (s *countSide) asked(r *run, n graph.NodeID, row int) (total int64, err error) {
	a := s.asks[0]
	except := graph.NoNode
	if len(s.excluded) > 0 {
		except = s.excluded[0]
	}
	banned := s.banned
	s.banned = nil // sieve lets it pass
	err = s.runs(r, n, row, func(nodes []graph.NodeID, edges []graph.EdgeID) error {
		set := a.asBits(row)
		if set == nil || s.sieves() && !s.set.ready(r, len(nodes)) {
			total += int64(len(s.sieve(r, nodes, edges, row)))
			return nil
		}
		c := endCount{set: set, negated: a.negated, except: [2]graph.NodeID{except, graph.NoNode}}
		if s.sieves() {
			c.among = s.set.bits
		}
		if s.walk.skips(&s.hop, n) {
			c.except[1] = n
		}
		total += c.of(nodes)
		return nil
	})
	s.banned = banned
	for i := range banned {
		other, ok := s.used(r, n, i)
		if ok && other != except && s.labelled(r, other) && a.there(r, other, row) != a.negated {
			total--
		}
	}
	return total, err
}

// endCount counts nodes.
type endCount struct {
	set     nodeBits // that are in it
	negated bool     // or are not in it
	among   nodeBits // and are in this one, unless it is nil
	except  [2]graph.NodeID
}

// of counts those of nodes.
func (c *endCount) of(nodes []graph.NodeID) (total int64) {
	set, among, except := c.set, c.among, c.except
	flip, every := uint64(0), uint64(0)
	if c.negated {
		flip = 1
	}
	if among == nil {
		among, every = set, 1
	}
	words := uint32(min(len(set), len(among)))
	for _, n := range nodes {
		word, bit := uint32(n/64), n%64
		if n == except[0] || n == except[1] {
			continue
		}
		if word < words {
			total += int64((set[word]>>bit&1 ^ flip) & (among[word]>>bit&1 | every))
		} else if set.has(n) != c.negated && (every == 1 || among.has(n)) {
			total++
		}
	}
	return total
}

// each calls f for runs of relationships of n, at sel those that nothing speaks against.
func (s *countSide) each(r *run, n graph.NodeID, row int, f func(nodes []graph.NodeID, edges []graph.EdgeID, sel []uint16) error) error {
	return s.runs(r, n, row, func(nodes []graph.NodeID, edges []graph.EdgeID) error {
		return f(nodes, edges, s.sieve(r, nodes, edges, row))
	})
}

// runs calls f for runs of relationships of n, with what has to be asked of their ends ready.
func (s *countSide) runs(r *run, n graph.NodeID, row int, f func(nodes []graph.NodeID, edges []graph.EdgeID) error) error {
	if n == graph.NoNode || !s.possible {
		return nil
	}
	s.walk.start(r, &s.hop, n)
	for _, a := range s.asks {
		a.ready(r, row, s.walk.left())
	}
	for {
		nodes, edges := s.walk.next(r, &s.hop, r.size)
		if nodes == nil {
			return nil
		}
		r.hits += int64(len(nodes))
		if err := r.stepBy(len(nodes)); err != nil {
			return err
		}
		if err := f(nodes, edges); err != nil {
			return err
		}
	}
}

// eachOne is each for one relationship at a time.
func (s *countSide) eachOne(r *run, n graph.NodeID, row int, f func(other graph.NodeID, e graph.Edge) error) error {
	return s.each(r, n, row, func(nodes []graph.NodeID, edges []graph.EdgeID, sel []uint16) error {
		for _, i := range sel {
			if err := f(nodes[i], s.walk.edge(edges[i], nodes[i])); err != nil {
				return err
			}
		}
		return nil
	})
}

// sieve returns the places of the relationships that nothing speaks against, of a run of those
// that walk goes over.
func (s *countSide) sieve(r *run, nodes []graph.NodeID, edges []graph.EdgeID, row int) []uint16 {
	sel := r.rowsOf(nil, len(nodes))
	if s.sieves() {
		sel = s.pick(r, nodes)
	}
	self := graph.NoNode
	if s.walk.skips(&s.hop, s.walk.node) {
		self = s.walk.node
	}
	s.sel = s.sel[:0]
	for _, i := range sel {
		if n := nodes[i]; n != self && !slices.Contains(s.excluded, n) && s.allowed(edges[i]) {
			s.sel = append(s.sel, i)
		}
	}
	for _, a := range s.asks {
		s.sel = a.keep(r, s.sel, nodes, row)
	}
	return s.sel
}

// passes tells whether a relationship counts.
func (s *countSide) passes(r *run, other graph.NodeID, id graph.EdgeID, row int) bool {
	return s.wanted(r, other, id, row) && s.labelled(r, other)
}

// wanted is passes but for the labels.
func (s *countSide) wanted(r *run, other graph.NodeID, id graph.EdgeID, row int) bool {
	for _, a := range s.asks {
		if a.there(r, other, row) == a.negated {
			return false
		}
	}
	return !slices.Contains(s.excluded, other) && s.allowed(id)
}

// few appends the relationships of a row that nothing speaks against to dst; ok is false
// where more than pairFew have to be looked at.
func (s *countSide) few(r *run, row int, dst []ending) (list []ending, ok bool, err error) {
	n := s.from[row]
	if n == graph.NoNode || !s.possible {
		return dst, true, nil
	}
	var looked int
	if nodes, edges, one := s.inOne(r, n); one {
		if looked = len(nodes); looked > pairFew {
			return dst, false, nil
		}
		dst = s.list(r, dst, nodes, edges, graph.NoNode)
	} else if dst, looked = s.walkFew(r, dst, n); looked > pairFew {
		return dst, false, nil
	}
	r.hits += int64(looked)
	if len(dst) == 0 || len(s.asks)+len(s.excluded)+len(s.banned) == 0 {
		return dst, true, r.stepBy(1 + looked)
	}
	for _, a := range s.asks {
		a.ready(r, row, looked)
	}
	kept := dst[:0]
	for _, e := range dst {
		if s.wanted(r, e.node, e.edge, row) {
			kept = append(kept, e)
		}
	}
	return kept, true, r.stepBy(looked)
}

// inOne returns the relationships of n in one piece where that is cheap.
func (s *countSide) inOne(r *run, n graph.NodeID) (nodes []graph.NodeID, edges []graph.EdgeID, ok bool) {
	if s.spec.Direction == graph.Both {
		return nil, nil, false
	}
	return r.tx.Run(n, s.spec.Direction, s.types)
}

// walkFew appends the relationships of n that have the labels to dst, and counts those that it
// looked at. It stops when they are more than pairFew.
func (s *countSide) walkFew(r *run, dst []ending, n graph.NodeID) (list []ending, looked int) {
	for s.walk.start(r, &s.hop, n); ; {
		nodes, edges := s.walk.next(r, &s.hop, pairFew+1)
		if looked += len(nodes); nodes == nil || looked > pairFew {
			return dst, looked
		}
		self := graph.NoNode
		if s.walk.skips(&s.hop, n) {
			self = n
		}
		dst = s.list(r, dst, nodes, edges, self)
	}
}

// list appends those of a run of relationships that have the labels, and do not lead to self, to dst.
func (s *countSide) list(r *run, dst []ending, nodes []graph.NodeID, edges []graph.EdgeID, self graph.NodeID) []ending {
	if len(nodes) == 0 {
		return dst
	}
	sieves := s.sieves()
	built := sieves && s.set.ready(r, len(nodes))
	for i, n := range nodes {
		switch {
		case n == self:
			continue
		case built:
			if !s.set.bits.has(n) {
				continue
			}
		case sieves:
			if !r.tx.Labelled(&s.marks, n) {
				continue
			}
		}
		dst = append(dst, ending{n, edges[i]})
	}
	return dst
}

// refused returns why there was no memory for a table of relationships or a set of nodes.
func (s *countSide) refused() error {
	if s.pairs.refused != nil {
		return s.pairs.refused
	}
	for _, a := range s.asks {
		if a.refused != nil {
			return a.refused
		}
	}
	return nil
}

// close gives the memory back.
func (s *countSide) close(r *run) {
	s.branch.close(r)
	s.pairs.forgetTable(r)
	for _, a := range s.asks {
		a.close(r)
	}
}
