package exec

import (
	"math/bits"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
)

// branch counts how often a part of a pattern that hangs at a node matches: the sum over
// the relationships of the node of the product of what is below. The paths are not made:
// the time grows with the relationships looked at, not with the matches.
type branch struct {
	hop
	optional bool
	below    []*branch

	segs   []storage.Segment
	column countColumn
	// memory of counts by node: what was counted last of those that fall on a place
	seen  []graph.NodeID
	count []int64
	asked bool   // count was called since the memory was emptied
	held  int64  // bytes reserved for it
	view  uint64 // run.views when it was emptied
}

// memoSize is the number of places in the memory of counts, a power of two, and memoBytes
// what they take.
const (
	memoSize  = 1 << 12
	memoBytes = memoSize * (4 + 8)
)

// branch compiles a branch and those below it; what it returns makes one for an instance.
func (c *compiler) branch(o *plan.Branch) (func() *branch, error) {
	h, err := c.hop(&o.Hop)
	if err != nil {
		return nil, err
	}
	below := make([]func() *branch, len(o.Below))
	for i, b := range o.Below {
		if below[i], err = c.branch(b); err != nil {
			return nil, err
		}
	}
	return func() *branch {
		b := &branch{hop: h, optional: o.Optional}
		for _, made := range below {
			b.below = append(b.below, made())
		}
		return b
	}, nil
}

// begin looks the names up, and forgets what was counted in another view: what was counted for a part
// of the nodes, or for a row of an outer plan, is right for the next ones.
func (b *branch) begin(r *run) error {
	if r.writes || b.view != r.views {
		b.forget()
	}
	b.view = r.views
	for _, c := range b.below {
		if err := c.begin(r); err != nil {
			return err
		}
	}
	return b.resolve(r)
}

// renew looks names up again if there are new ones, and forgets what was counted then.
func (b *branch) renew(r *run) (bool, error) {
	changed, err := b.refresh(r)
	if err != nil {
		return false, err
	}
	for _, c := range b.below {
		news, err := c.renew(r)
		if err != nil {
			return false, err
		}
		changed = changed || news
	}
	if changed {
		b.forget()
	}
	return changed, nil
}

// forget empties the memory of counts.
func (b *branch) forget() {
	if b.asked {
		for i := range b.seen {
			b.seen[i] = graph.NoNode
		}
	}
	b.asked = false
}

// close gives the memory back.
func (b *branch) close(r *run) {
	r.release(b.held)
	b.held = 0
	for _, c := range b.below {
		c.close(r)
	}
}

// remembers tells whether counts are worth keeping: they are where more than the number of
// relationships has to be looked at.
func (b *branch) remembers() bool {
	return b.sieves() || len(b.below) > 0 || b.spec.Direction == graph.Both
}

// of counts the matches at n.
func (b *branch) of(r *run, n graph.NodeID) (int64, error) {
	if n == graph.NoNode || !b.remembers() {
		return b.total(r, n)
	}
	if b.seen == nil && !b.asked { // the memory is made for the second node
		b.asked = true
		return b.total(r, n)
	}
	if err := b.memorize(r); err != nil {
		return 0, err
	}
	at := spread(n) & (memoSize - 1)
	if b.seen[at] == n {
		return b.count[at], nil
	}
	count, err := b.total(r, n)
	if err == nil {
		b.seen[at], b.count[at] = n, count
	}
	return count, err
}

// memorize makes the memory of counts.
func (b *branch) memorize(r *run) error {
	if b.seen == nil {
		b.seen, b.count = make([]graph.NodeID, memoSize), make([]int64, memoSize)
		for i := range b.seen {
			b.seen[i] = graph.NoNode
		}
	}
	if b.held == 0 {
		if err := r.reserve(memoBytes); err != nil {
			return err
		}
		b.held = memoBytes
	}
	b.asked = true
	return nil
}

// total is of without the memory.
func (b *branch) total(r *run, n graph.NodeID) (int64, error) {
	if n == graph.NoNode || !b.possible {
		return b.none(r)
	}
	var total int64
	if !b.sieves() && len(b.below) == 0 && b.spec.Direction != graph.Both {
		total = int64(r.tx.Degree(n, b.spec.Direction, b.types))
	} else {
		t, err := b.sum(r, n)
		if err != nil || t.matched {
			return t.total, err
		}
	}
	if total == 0 {
		return b.none(r)
	}
	return total, nil
}

// none is what a node without a matching relationship counts.
func (b *branch) none(r *run) (int64, error) {
	if !b.optional {
		return 0, nil
	}
	return b.product(r, graph.NoNode)
}

// tally is what a part of the relationships of a node counts, and whether any of them has
// the labels.
type tally struct {
	total   int64
	matched bool
}

// add adds what another part counts.
func (t *tally) add(more tally) (err error) {
	t.matched = t.matched || more.matched
	t.total, err = plus(t.total, more.total)
	return err
}

// sum goes over the relationships of n.
func (b *branch) sum(r *run, n graph.NodeID) (tally, error) {
	var t tally
	for _, d := range [2]graph.Direction{graph.Out, graph.In} {
		if b.spec.Direction != graph.Both && b.spec.Direction != d {
			continue
		}
		one, err := b.side(r, n, d)
		if err != nil {
			return t, err
		}
		if err := t.add(one); err != nil {
			return t, err
		}
	}
	return t, nil
}

// side is sum for one direction. A relationship from n to itself counts once where the
// pattern has no direction.
func (b *branch) side(r *run, n graph.NodeID, d graph.Direction) (tally, error) {
	var t tally
	self := graph.NoNode
	if d == graph.In && b.spec.Direction == graph.Both {
		self = n
	}
	b.segs = b.adjacent(r, b.segs[:0], n, d)
	for _, s := range b.segs {
		for nodes := s.Nodes; len(nodes) > 0; {
			some := nodes[:min(len(nodes), r.size)]
			nodes = nodes[len(some):]
			r.hits += int64(len(some))
			if err := r.stepBy(len(some)); err != nil {
				return t, err
			}
			one, err := b.run(r, some, self)
			if err != nil {
				return t, err
			}
			if err := t.add(one); err != nil {
				return t, err
			}
		}
	}
	return t, nil
}

// run sums up the products of some other ends without self.
func (b *branch) run(r *run, nodes []graph.NodeID, self graph.NodeID) (tally, error) {
	rows := r.rowsOf(nil, len(nodes))
	if b.sieves() {
		rows = b.pick(r, nodes)
	}
	if len(b.below) == 0 && self == graph.NoNode {
		return tally{total: int64(len(rows)), matched: len(rows) > 0}, nil
	}
	var t tally
	var ends [warmRows]graph.NodeID
	for len(rows) > 0 {
		few := 0
		for few < warmRows && len(rows) > 0 {
			if n := nodes[rows[0]]; n != self {
				ends[few] = n
				few++
			}
			rows = rows[1:]
		}
		if err := b.products(r, ends[:few], &t); err != nil {
			return t, err
		}
	}
	return t, nil
}

// products adds what the parts below count at some other ends, at most warmRows of them, to t.
func (b *branch) products(r *run, ends []graph.NodeID, t *tally) error {
	var products [warmRows]int64
	for i := range ends {
		products[i] = 1
	}
	for _, c := range b.below {
		if err := c.multiply(r, ends, products[:len(ends)]); err != nil {
			return err
		}
	}
	for _, p := range products[:len(ends)] {
		if err := t.add(tally{total: p, matched: true}); err != nil {
			return err
		}
	}
	return nil
}

// multiply multiplies each of products with what b counts at the node of the same place.
func (b *branch) multiply(r *run, nodes []graph.NodeID, products []int64) (err error) {
	if b.flat() && !b.sieves() {
		return b.multiplyFlat(r, nodes, products)
	}
	var some [warmRows]graph.NodeID
	var counts [warmRows]int64
	n := b.wanted(&some, nodes, products)
	if err = b.counts(r, counts[:n], some[:n]); err != nil {
		return err
	}
	at := 0
	for i, p := range products {
		if p == 0 {
			continue
		}
		if products[i], err = times(p, counts[at]); err != nil {
			return err
		}
		at++
	}
	return nil
}

// wanted puts the nodes whose products are not 0 yet into some.
func (b *branch) wanted(some *[warmRows]graph.NodeID, nodes []graph.NodeID, products []int64) (n int) {
	for i, p := range products {
		if p != 0 {
			some[n] = nodes[i]
			n++
		}
	}
	return n
}

// multiplyFlat is multiply for a flat branch whose ends may be any: counts of labelled ones are
// better remembered by node, because the same nodes come again here. It asks the nodes whose products are not 0 yet.
func (b *branch) multiplyFlat(r *run, nodes []graph.NodeID, products []int64) (err error) {
	var some [warmRows]graph.NodeID
	var places [warmRows]int
	n := 0
	for i, p := range products {
		if p != 0 {
			some[n], places[n] = nodes[i], i
			n++
		}
	}
	var counts [warmRows]int64
	b.degrees(r, counts[:n], some[:n])
	for i, at := range places[:n] {
		if products[at], err = times(products[at], counts[i]); err != nil {
			return err
		}
	}
	return nil
}

// flat tells whether b counts relationships whatever else their other ends have, which is
// done best for many nodes at once.
func (b *branch) flat() bool {
	return len(b.below) == 0 && b.possible && b.spec.Direction != graph.Both &&
		(len(b.labels) == 0 || b.set != nil && b.set.built)
}

// degrees is of for many nodes of a flat branch.
func (b *branch) degrees(r *run, dst []int64, nodes []graph.NodeID) {
	var ends []uint64
	if b.sieves() {
		ends = b.set.bits
	}
	r.tx.DegreeColumn(dst, nodes, b.spec.Direction, b.types, ends)
	r.hits += int64(len(nodes))
	if b.optional {
		for i := range dst {
			dst[i] = max(dst[i], 1)
		}
	}
}

// product is what the parts below count at one other end.
func (b *branch) product(r *run, n graph.NodeID) (int64, error) {
	product := int64(1)
	for _, c := range b.below {
		count, err := c.of(r, n)
		if err != nil || count == 0 {
			return 0, err
		}
		if product, err = times(product, count); err != nil {
			return 0, err
		}
	}
	return product, nil
}

// times multiplies counts.
func times(x, y int64) (int64, error) {
	high, low := bits.Mul64(uint64(x), uint64(y))
	if high != 0 || low > 1<<63-1 {
		return 0, tooMany()
	}
	return int64(low), nil
}

// plus adds counts.
func plus(x, y int64) (int64, error) {
	if sum := x + y; sum >= 0 {
		return sum, nil
	}
	return 0, tooMany()
}

func tooMany() error {
	return failure.New(failure.ClientError, failure.Runtime, "NumberOutOfRange", "the pattern matches more than 9,223,372,036,854,775,807 times, which no count can hold").
		WithHint("ask for less of the pattern at a time")
}
