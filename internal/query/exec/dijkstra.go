package exec

import (
	"math"
	"slices"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// dijkstra looks for paths of the least weight. Places are nodes or, where the number of
// relationships is limited, nodes at a depth, because a dearer way with fewer relationships
// may be gone on from where a cheaper one may not.
//
// Where all paths are wanted, a place has a link for each relationship that ends a path of
// its least weight. With weights of 0 there may be another one after the place was settled,
// so paths are given only when everything that is left weighs more; and links may lead
// round in circles, which no path follows.
type dijkstra struct {
	spec   *plan.WeightedPath
	hop    hop
	tests  probe // the filter
	weight expr.Evaluator
	column batch.Vector // of weights

	ids    configMap
	places []place
	links  []link   // from is a place
	queue  []queued // a heap
	nodes  nodeMap  // what is known of nodes: a number in seen
	seen   []seenNode
	ready  []int32 // places to give paths of, the cheapest first
	given  int     // of ready
	chain  []int32 // links of the path given last, the last relationship first
	opened bool    // chain is in use
	from   graph.NodeID
	to     graph.NodeID
	ended  bool
	held   int64

	walk   walker
	fan    fan
	costs  []cost
	buffer track
}

// place is a node that was reached, at a depth.
type place struct {
	node  graph.NodeID
	depth int32
	link  int32 // the first of its links; -1 at the beginning
	done  bool
	cost  cost
}

// seenNode is what places of one node that are done say about others.
type seenNode struct {
	best   cost  // the least
	last   cost  // of the place done last
	dearer int32 // the least depth of the places that cost less than last
	atLast int32 // the least depth of those that cost as much
}

// queued is a place to be settled. A place may be queued several times.
type queued struct {
	cost cost
	at   int32
}

// before orders by cost.
func (q *queued) before(than *queued) bool { return q.cost.compare(&than.cost) < 0 }

func (c *compiler) weightedPath(o *plan.WeightedPath) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	tests, err := c.exprs(nil, o.Test.Conditions()...)
	if err != nil {
		return nil, err
	}
	weight, err := c.expr(nil, o.Weight)
	if err != nil {
		return nil, err
	}
	h, err := c.hop(&o.Hop)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	reads := slices.Compact(slices.Sorted(slices.Values(slices.Concat(o.Test.Reads, o.WeightReads))))
	return func(i *instance) operator {
		d := &dijkstra{walk: walker{free: true}, spec: o, hop: h, weight: weight, tests: newProbe(slots, tests, reads)}
		d.tests.batch.Columns = make([]batch.Vector, slots)
		p := newPathfind(d, &o.Hop, &o.Found, in(i), newOutput(slots, o.Carry)).weighed(o.Total)
		p.into = o.Into
		return p
	}, nil
}

func (d *dijkstra) open(r *run) error { return d.hop.resolve(r) }

func (d *dijkstra) refresh(r *run) error {
	_, err := d.hop.refresh(r)
	return err
}

func (d *dijkstra) take(r *run, bytes int64) error {
	if err := r.reserve(bytes); err != nil {
		return err
	}
	d.held += bytes
	return nil
}

// total is the weight of the path given last.
func (d *dijkstra) total() value.Value { return d.places[d.ready[d.given]].cost.value() }

func (d *dijkstra) end() graph.NodeID { return d.places[d.ready[d.given]].node }

// begin starts at from.
func (d *dijkstra) begin(r *run, in *batch.Batch, row int, from, to graph.NodeID) error {
	d.ids.clear(len(d.places) + 1)
	d.nodes.clear(len(d.seen) + 1)
	d.places, d.links, d.seen, d.queue = d.places[:0], d.links[:0], d.seen[:0], d.queue[:0]
	d.ready, d.given, d.opened = d.ready[:0], 0, false
	d.from, d.to = from, to
	d.tests.outer(in, row)
	d.ended = from == to
	if d.ended {
		return nil
	}
	return d.reach(r, from, 0, cost{}, graph.Edge{ID: graph.NoEdge}, -1)
}

// key is the place of n at a depth.
func (d *dijkstra) key(n graph.NodeID, depth int32) config {
	if d.spec.Max < 0 {
		depth = 0
	}
	return newConfig(depth, n)
}

// reach notes a way to n that costs c.
func (d *dijkstra) reach(r *run, n graph.NodeID, depth int32, c cost, e graph.Edge, from int32) error {
	k := d.key(n, depth)
	at := int32(d.ids.find(k))
	var err error
	switch {
	case at < 0:
		if d.ids.full() {
			if err = d.take(r, d.ids.bytesToGrow()); err != nil {
				return err
			}
			d.ids.grow()
		}
		at = int32(len(d.places))
		d.ids.put(k, int(at))
		if d.places, err = appendTaken(d, r, d.places, place{node: n, depth: depth, link: -1, cost: c}); err != nil {
			return err
		}
	default:
		p := &d.places[at]
		order := c.compare(&p.cost)
		if order > 0 || order == 0 && !d.spec.All || p.done && order < 0 {
			return nil
		}
		if order == 0 {
			return d.link(r, at, e, from)
		}
		p.link, p.cost, p.depth = -1, c, depth
	}
	if from >= 0 {
		if err = d.link(r, at, e, from); err != nil {
			return err
		}
	}
	if d.queue, err = appendTaken(d, r, d.queue, queued{c, at}); err == nil {
		heapUp(d.queue)
	}
	return err
}

// link adds a relationship that a cheapest path to the place at may end with.
func (d *dijkstra) link(r *run, at int32, e graph.Edge, from int32) error {
	var err error
	d.links, err = appendTaken(d, r, d.links, link{edge: e, from: from, next: d.places[at].link})
	d.places[at].link = int32(len(d.links) - 1)
	return err
}

// next gives the next path.
func (d *dijkstra) next(r *run) (bool, error) {
	for !d.ended {
		if d.opened {
			ok, err := d.nextChain(r)
			if err != nil {
				return false, err
			}
			if ok {
				return true, nil
			}
			d.opened = false
			d.given++
		}
		d.skipStale()
		switch {
		case d.given < len(d.ready) && d.complete(d.ready[d.given]):
			d.opened, d.chain = true, d.chain[:0]
		case d.to != graph.NoNode && d.given > 0 && d.given == len(d.ready) && d.complete(d.ready[0]), len(d.queue) == 0:
			d.ended = true
		default:
			if err := d.settle(r); err != nil {
				return false, err
			}
		}
	}
	return false, nil
}

// skipStale takes out of the queue what was reached more cheaply since, or is done.
func (d *dijkstra) skipStale() {
	for len(d.queue) > 0 {
		q := &d.queue[0]
		if p := &d.places[q.at]; !p.done && p.cost.compare(&q.cost) == 0 {
			return
		}
		_, d.queue = heapPop(d.queue)
	}
}

// complete tells whether no further path to a place that is done can be found.
func (d *dijkstra) complete(at int32) bool {
	return !d.spec.All || len(d.queue) == 0 || d.queue[0].cost.compare(&d.places[at].cost) > 0
}

// settle takes the cheapest place and goes on from it.
func (d *dijkstra) settle(r *run) error {
	var q queued
	q, d.queue = heapPop(d.queue)
	p := &d.places[q.at]
	p.done = true
	first, cheapest, dominated, err := d.note(r, p)
	if err != nil {
		return err
	}
	wanted := p.node != d.from && (d.to == graph.NoNode || p.node == d.to)
	if wanted && (first || d.spec.All && cheapest) {
		if d.ready, err = appendTaken(d, r, d.ready, q.at); err != nil {
			return err
		}
	}
	if dominated || p.node == d.to || d.spec.Max >= 0 && int(p.depth) >= d.spec.Max {
		return r.step()
	}
	return d.expand(r, q.at)
}

// note notes that a place is done. It tells whether it is the first of its node, whether
// it is as cheap as that, and whether another one leaves nothing to it.
func (d *dijkstra) note(r *run, p *place) (first, cheapest, dominated bool, err error) {
	if d.nodes.full() {
		if err = d.take(r, d.nodes.bytesToGrow()); err != nil {
			return false, false, false, err
		}
		d.nodes.grow()
	}
	at := d.nodes.add(p.node, len(d.seen))
	if at < 0 {
		d.seen, err = appendTaken(d, r, d.seen, seenNode{best: p.cost, last: p.cost, dearer: math.MaxInt32, atLast: p.depth})
		return true, true, false, err
	}
	s := &d.seen[at]
	dominated = min(s.dearer, s.atLast) <= p.depth
	if p.cost.compare(&s.last) > 0 {
		s.dearer, s.last, s.atLast = min(s.dearer, s.atLast), p.cost, p.depth
	} else {
		s.atLast = min(s.atLast, p.depth)
	}
	if d.spec.All {
		dominated = s.dearer <= p.depth
	}
	return false, p.cost.compare(&s.best) == 0, dominated, nil
}

// expand reaches what the relationships of a place lead to.
func (d *dijkstra) expand(r *run, at int32) error {
	p := d.places[at]
	d.walk.start(r, &d.hop, p.node)
	for {
		nodes, edges := d.walk.next(r, &d.hop, r.size)
		if nodes == nil {
			return nil
		}
		r.hits += int64(len(nodes))
		if err := r.step(); err != nil {
			return err
		}
		d.fan.reset()
		for i, n := range nodes {
			if n == d.from || n == p.node || d.settled(n) {
				continue
			}
			d.fan.nodes, d.fan.edges = append(d.fan.nodes, n), append(d.fan.edges, d.walk.edge(edges[i], n))
		}
		if len(d.fan.nodes) == 0 {
			continue
		}
		if err := d.weigh(r, at); err != nil {
			return err
		}
		for i, n := range d.fan.nodes {
			if err := d.reach(r, n, p.depth+1, d.costs[i], d.fan.edges[i], at); err != nil {
				return err
			}
		}
	}
}

// settled tells whether no way to n is of use any more.
func (d *dijkstra) settled(n graph.NodeID) bool {
	if d.spec.All || d.spec.Max >= 0 {
		return false
	}
	at := d.ids.find(d.key(n, 0))
	return at >= 0 && d.places[at].done
}

// weigh leaves those of the relationships in fan that pass the filter, with the costs of
// the ways over them.
func (d *dijkstra) weigh(r *run, at int32) error {
	d.candidates(at)
	t := &d.spec.Test
	if t.Weight == plan.NoSlot && d.tests.active() {
		pass, err := d.tests.pass(r, len(d.fan.nodes))
		if err != nil {
			return err
		}
		if err := d.sum(r, at, d.tests.ready(len(d.fan.nodes)), pass); err != nil {
			return err
		}
		d.fan.keep(pass)
		return nil
	}
	if err := d.sum(r, at, d.tests.ready(len(d.fan.nodes)), nil); err != nil {
		return err
	}
	if !d.tests.active() {
		return nil
	}
	for i := range d.tests.values(t.Weight, len(d.fan.nodes)) {
		d.tests.batch.Columns[t.Weight].Values[i] = d.costs[i].value()
	}
	pass, err := d.tests.pass(r, len(d.fan.nodes))
	if err != nil {
		return err
	}
	d.fan.keep(pass)
	for i, row := range pass {
		d.costs[i] = d.costs[row]
	}
	d.costs = d.costs[:len(pass)]
	return nil
}

// sum computes the costs of the candidates in rows, nil for all, one after the other.
func (d *dijkstra) sum(r *run, at int32, b *batch.Batch, rows []uint16) error {
	d.costs = d.costs[:0]
	if b.Sel = rows; rows != nil && len(rows) == 0 {
		return nil
	}
	weights, err := expr.View(&r.ec, d.weight, b, &d.column)
	if err != nil {
		return err
	}
	base := d.places[at].cost
	for i := range b.Rows() {
		c, err := base.plus(weights.Value(b.Row(i)))
		if err != nil {
			return failure.Of(err).At(d.spec.Weight.Span())
		}
		d.costs = append(d.costs, c)
	}
	return nil
}

// candidates fills the columns that the weight and the filter read.
func (d *dijkstra) candidates(at int32) {
	t, n := &d.spec.Test, len(d.fan.nodes)
	here, there := t.Start, t.End
	if d.spec.Reverse {
		here, there = there, here
	}
	d.tests.node(here, n, d.places[at].node)
	copy(d.tests.nodes(there, n), d.fan.nodes)
	copy(d.tests.edges(t.Rel, n), d.fan.edges)
	if paths := d.tests.values(t.Path, n); paths != nil {
		d.way(at, &d.buffer)
		for i, other := range d.fan.nodes {
			d.buffer.step(d.fan.edges[i], other)
			paths[i] = d.buffer.path()
			last := len(d.buffer.edges) - 1
			d.buffer.nodes, d.buffer.edges = d.buffer.nodes[:last+1], d.buffer.edges[:last]
		}
	}
}

// way makes the first of the cheapest ways to a place.
func (d *dijkstra) way(at int32, t *track) {
	t.reset()
	for ; d.places[at].link >= 0; at = d.links[d.places[at].link].from {
		t.step(d.links[d.places[at].link].edge, d.places[at].node)
	}
	t.nodes = append(t.nodes, d.from)
	t.turn()
}

// nextChain goes on to the next way back from the place that is given, one that passes no
// node twice.
func (d *dijkstra) nextChain(r *run) (bool, error) {
	end := &d.places[d.ready[d.given]]
	cur := end.link
	pop := func() {
		last := len(d.chain) - 1
		cur = d.links[d.chain[last]].next
		d.chain = d.chain[:last]
	}
	if len(d.chain) > 0 {
		pop()
	}
	for {
		if err := r.step(); err != nil {
			return false, err
		}
		if cur < 0 {
			if len(d.chain) == 0 {
				return false, nil
			}
			pop()
			continue
		}
		p := &d.places[d.links[cur].from]
		switch {
		case p.link < 0:
			d.chain = append(d.chain, cur)
			return true, nil
		case p.node == end.node || d.onChain(p.node):
			cur = d.links[cur].next
		default:
			d.chain = append(d.chain, cur)
			cur = p.link
		}
	}
}

func (d *dijkstra) onChain(n graph.NodeID) bool {
	return slices.ContainsFunc(d.chain, func(l int32) bool { return d.places[d.links[l].from].node == n })
}

// trace makes the path of the chain.
func (d *dijkstra) trace(found *track) {
	found.reset()
	n := d.places[d.ready[d.given]].node
	for _, l := range d.chain {
		found.step(d.links[l].edge, n)
		n = d.places[d.links[l].from].node
	}
	found.nodes = append(found.nodes, n)
	found.turn()
}

func (d *dijkstra) close(r *run) {
	r.release(d.held)
	d.held = 0
	if cap(d.places) > keptNodes {
		d.ids, d.nodes = configMap{}, nodeMap{}
		d.places, d.links, d.seen, d.queue, d.ready = nil, nil, nil, nil, nil
	}
}
