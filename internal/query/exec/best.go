package exec

import (
	"cmp"
	"strconv"
	"unsafe"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// best finds paths in the order of their length, as many as are asked for.
//
// It is Yen's algorithm over the configs of a machine, with one difference. The shortest
// way on from the beginning of a path, found by spur, may still not be a path that is
// wanted: it may use a relationship twice in different states, or fail a condition that
// reads more than one relationship. Such a way is not given, but is branched from like
// those that are, so that what comes after it in order is found. So every path comes up
// exactly once, in the order of length, and each costs as many searches as it is long.
//
// The search goes from the other end to the one that is known, the anchor, because the
// distances from the anchor serve all other ends.
type best struct {
	spec  *plan.PathSearch
	m     *machine
	dist  distances // from the anchor
	near  distances // from the other end, to find where the two meet
	spur  spur
	nodes probe
	round []probe // by segment: conditions of whole rounds
	final probe
	count expr.Evaluator

	limit   int64 // paths, or lengths
	anchor  graph.NodeID
	into    graph.NodeID // graph.NoNode: any
	known   graph.NodeID // the node that dist is about
	target  graph.NodeID // the other end
	cursor  int          // of dist.list: the next candidate for an other end
	queue   []candidate  // a heap
	made    int          // candidates since the last target
	last    candidate    // what was taken from queue last
	pending bool         // last is not branched from yet
	cut     int          // the move of last up to which branches make sense
	given   int64
	length  int // of the path given last
	ended   bool
	held    int64
	seq     sequence // of the path given last
	buffer  track
}

// candidate is the shortest path among those that share its first moves, before dev, and
// do not go on with one of banned there.
type candidate struct {
	moves  []move
	length int
	dev    int
	banned []move
	number int // so that paths of the same length come in the order in which they were found
}

// before orders by length.
func (c *candidate) before(d *candidate) bool {
	return cmp.Or(cmp.Compare(c.length, d.length), cmp.Compare(c.number, d.number)) < 0
}

// bestShape is what a best is made from.
type bestShape struct {
	spec    *plan.PathSearch
	machine *machineShape
	nodes   []expr.Evaluator
	round   [][]expr.Evaluator
	final   []expr.Evaluator
	count   expr.Evaluator
	slots   int
}

func (c *compiler) best(o *plan.PathSearch) (*bestShape, error) {
	s := &bestShape{spec: o, slots: c.plan.Slots, round: make([][]expr.Evaluator, len(o.Segments))}
	var err error
	if s.machine, err = c.machine(o.Segments); err != nil {
		return nil, err
	}
	if s.nodes, err = c.exprs(nil, o.Nodes.Where...); err != nil {
		return nil, err
	}
	for i, x := range o.Segments {
		if s.round[i], err = c.exprs(nil, x.Round...); err != nil {
			return nil, err
		}
	}
	if s.final, err = c.exprs(nil, o.Final.Where...); err != nil {
		return nil, err
	}
	s.count, err = c.expr(nil, o.Count)
	return s, err
}

// instance makes a finder for one execution.
func (s *bestShape) instance(paired bool) *best {
	b := &best{spec: s.spec, m: s.machine.instance(), count: s.count, known: graph.NoNode}
	b.nodes = newProbe(s.slots, s.nodes, s.spec.Nodes.Reads)
	b.final = newProbe(s.slots, s.final, s.spec.Final.Reads)
	for i, tests := range s.round {
		b.round = append(b.round, newProbe(s.slots, tests, s.spec.Segments[i].RoundReads))
	}
	b.dist = distances{m: b.m, way: orientation{back: true, nodes: &b.nodes, node: s.spec.Nodes.Node}}
	b.near = distances{m: b.m, way: orientation{nodes: &b.nodes, node: s.spec.Nodes.Node}}
	b.dist.paired = paired
	b.spur = spur{m: b.m, dist: &b.dist, mode: s.spec.Mode, way: orientation{nodes: &b.nodes, node: s.spec.Nodes.Node}}
	return b
}

func (c *compiler) pathSearch(o *plan.PathSearch) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	shape, err := c.best(o)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		p := newPathfind(shape.instance(o.Into), &o.Hop, &o.Found, in(i), newOutput(slots, o.Carry))
		p.into = o.Into
		return p
	}, nil
}

func (b *best) open(r *run) error {
	b.known = graph.NoNode
	b.limit = 1
	if b.count != nil {
		v, err := expr.Const(&r.ec, b.count)
		if err != nil {
			return err
		}
		if v.Kind() != value.KindInt || v.AsInt() < 1 {
			return failure.Argument("InvalidArgumentValue", "the number of paths has to be an integer of at least 1, but is %s", describe(v)).
				At(b.spec.Count.Span())
		}
		b.limit = v.AsInt()
	}
	return b.m.open(r)
}

// describe renders a number, or names the type of anything else.
func describe(v value.Value) string {
	if v.Kind() == value.KindInt {
		return strconv.FormatInt(v.AsInt(), 10)
	}
	return v.Kind().String()
}

func (b *best) refresh(r *run) error {
	news, err := b.m.refresh(r)
	if news {
		b.known = graph.NoNode
	}
	return err
}

func (b *best) total() value.Value { return value.Null }

func (b *best) end() graph.NodeID { return b.target }

func (b *best) trace(found *track) { b.seq.trace(b, found) }

func (b *best) take(r *run, bytes int64) error {
	if err := r.reserve(bytes); err != nil {
		return err
	}
	b.held += bytes
	return nil
}

// begin looks for paths from the node to, or any, to the anchor.
func (b *best) begin(r *run, in *batch.Batch, row int, from, to graph.NodeID) error {
	b.outer(in, row)
	b.anchor, b.into, b.cursor = from, to, 0
	b.forget(r)
	b.target, b.ended = graph.NoNode, false
	if b.known == from && !b.m.reads() && len(b.spec.Nodes.Reads) == 0 {
		return nil // the distances serve again
	}
	b.known = graph.NoNode
	ok, err := b.allowed(r, from)
	if err != nil {
		return err
	}
	if !ok {
		b.ended = true
		return nil
	}
	if err := b.dist.start(r, newConfig(b.m.last, from)); err != nil {
		return err
	}
	b.known = from
	return nil
}

// outer makes row of in what conditions read from outside.
func (b *best) outer(in *batch.Batch, row int) {
	for i := range b.m.legs {
		b.m.legs[i].where.outer(in, row)
	}
	for i := range b.m.checks {
		b.m.checks[i].where.outer(in, row)
	}
	for i := range b.round {
		b.round[i].outer(in, row)
	}
	b.nodes.outer(in, row)
	b.final.outer(in, row)
}

// allowed tests the conditions of each node.
func (b *best) allowed(r *run, n graph.NodeID) (bool, error) {
	if !b.nodes.active() {
		return true, nil
	}
	b.nodes.node(b.spec.Nodes.Node, 1, n)
	pass, err := b.nodes.pass(r, 1)
	return len(pass) == 1, err
}

// next finds the next path, to the next other end where one has no more.
func (b *best) next(r *run) (bool, error) {
	for !b.ended {
		if b.target == graph.NoNode {
			ok, err := b.nextTarget(r)
			if err != nil || !ok {
				b.ended = true
				return false, err
			}
		}
		ok, err := b.nextPath(r)
		if err != nil || ok {
			return ok, err
		}
		b.target = graph.NoNode
		b.ended = b.into != graph.NoNode
	}
	return false, nil
}

// nextTarget goes on to the next other end that a path leads to.
func (b *best) nextTarget(r *run) (bool, error) {
	if b.into != graph.NoNode {
		ok, err := b.connected(r)
		if err != nil || !ok {
			return false, err
		}
		return true, b.aim(r, b.into)
	}
	for {
		for ; b.cursor < len(b.dist.list); b.cursor++ {
			if k := b.dist.list[b.cursor].key; k.state() == 0 {
				b.cursor++
				return true, b.aim(r, k.node())
			}
		}
		if b.dist.ended {
			return false, nil
		}
		if err := b.dist.further(r); err != nil {
			return false, err
		}
	}
}

// connected goes from both ends until they meet, and tells whether they do. Most of the
// way to the other end is left to the searches for paths: what is not known of a distance
// makes them look at as much as this does.
func (b *best) connected(r *run) (bool, error) {
	start := newConfig(0, b.into)
	if err := b.near.start(r, start); err != nil {
		return false, err
	}
	checked := 0
	for {
		for ; checked < len(b.near.list); checked++ {
			if b.dist.ids.find(b.near.list[checked].key) >= 0 {
				return true, nil
			}
		}
		if b.near.ended || b.dist.ended && b.near.level > 0 {
			return false, nil
		}
		if b.dist.ended || b.near.size() < b.dist.size() {
			if err := b.near.further(r); err != nil {
				return false, err
			}
			continue
		}
		if err := b.dist.further(r); err != nil {
			return false, err
		}
		checked = b.near.from // the last level meets first
	}
}

// refine makes the distances known to a level further when the searches for paths have
// looked at more than that takes.
func (b *best) refine(r *run) error {
	if b.dist.ended || b.spur.looked < refineShare*b.dist.size() || int(b.dist.level) >= b.last.length {
		return nil
	}
	b.spur.looked = 0
	return b.dist.further(r)
}

// refineShare is how much more the searches may look at than the last level has.
const refineShare = 4

// aim begins to look for paths from n.
func (b *best) aim(r *run, n graph.NodeID) error {
	b.forget(r)
	b.target, b.given, b.length = n, 0, -1
	ok, err := b.allowed(r, n)
	if err != nil || !ok {
		return err
	}
	return b.look(r, nil, 0, nil)
}

// forget drops the candidates.
func (b *best) forget(r *run) {
	clear(b.queue)
	b.queue, b.made, b.last, b.pending = b.queue[:0], 0, candidate{}, false
	r.release(b.held)
	b.held = 0
}

// look finds the shortest path that begins with the moves before dev and then takes none
// of banned.
func (b *best) look(r *run, moves []move, dev int, banned []move) error {
	if err := b.refine(r); err != nil {
		return err
	}
	found, ok, err := b.spur.search(r, newConfig(0, b.target), moves[:dev], banned, b.anchor)
	if err != nil || !ok {
		return err
	}
	length := 0
	for _, m := range found {
		if m.edge.ID != graph.NoEdge {
			length++
		}
	}
	const each = int64(unsafe.Sizeof(move{}))
	if err := b.take(r, int64(unsafe.Sizeof(candidate{}))+each*int64(len(found)+len(banned))); err != nil {
		return err
	}
	b.made++
	b.queue = append(b.queue, candidate{moves: found, length: length, dev: dev, banned: banned, number: b.made})
	heapUp(b.queue)
	return nil
}

// branch looks for the paths that leave the last one anywhere up to the move cut.
func (b *best) branch(r *run) error {
	if !b.pending {
		return nil
	}
	b.pending = false
	c := &b.last
	for i := c.dev; i <= b.cut && i < len(c.moves); i++ {
		var banned []move
		if i == c.dev {
			banned = append(banned, c.banned...)
		}
		if err := b.look(r, c.moves, i, append(banned, c.moves[i])); err != nil {
			return err
		}
	}
	return nil
}

// nextPath finds the next path from the target to the anchor.
func (b *best) nextPath(r *run) (bool, error) {
	for {
		if !b.spec.All && !b.spec.ByLength && b.given >= b.limit {
			return false, nil
		}
		if err := b.branch(r); err != nil {
			return false, err
		}
		if len(b.queue) == 0 {
			return false, nil
		}
		var c candidate
		c, b.queue = heapPop(b.queue)
		if b.spec.ByLength && c.length != b.length && b.given >= b.limit {
			return false, nil
		}
		b.last, b.pending, b.cut = c, true, len(c.moves)-1
		ok, err := b.fits(r, &b.last)
		if err != nil {
			return false, err
		}
		if !ok {
			continue
		}
		if !b.spec.ByLength || c.length != b.length {
			b.given++
		}
		b.length = c.length
		return true, nil
	}
}

// fits makes the sequence of c and tells whether it is a path that is wanted. Where it is
// not, cut is set to the move with which it became none.
func (b *best) fits(r *run, c *candidate) (bool, error) {
	if at := b.repeats(c); at >= 0 {
		b.cut = at
		return false, nil
	}
	if b.spec.Apart && b.target == b.anchor && c.length > 0 {
		return false, nil
	}
	b.seq.take(b, c)
	if ok, err := b.roundsFit(r); err != nil || !ok {
		return false, err
	}
	if !b.final.active() {
		return true, nil
	}
	return b.finally(r)
}

func (b *best) close(r *run) {
	b.forget(r)
	b.dist.release(r)
	b.near.release(r)
	b.spur.release(r)
	b.known = graph.NoNode
}
