package planner

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"memgraphd/internal/query/sema"
)

// moveKind is a kind of step on the way to a whole match.
type moveKind uint8

const (
	moveScan   moveKind = iota // find a node by access
	moveExpand                 // follow a relationship to an unknown node
	moveInto                   // find a relationship between two known nodes
	moveFollow                 // check a relationship that is known
)

// move is one step.
type move struct {
	kind   moveKind
	node   *node   // moveScan
	access *access // moveScan
	rel    *rel
	from   *node // moveExpand, moveInto: where the relationship is followed from
	with   *move // moveExpand: what is counted together with it, or nil
	rows   float64
}

// to is the node that a moveExpand finds.
func (m *move) to() *node {
	if m.rel.right == m.from {
		return m.rel.left
	}
	return m.rel.right
}

// state is a partly found match and how it was reached.
type state struct {
	parent   *state
	move     move
	known    bits   // symbols with a value, by symbol.ID
	scanned  bits   // nodes found by a scan, by symbol.ID; nil for none
	followed bits   // relationships that were known before and are checked now, by rel.id
	preds    []bool // by predicate.id: applied
	left     int    // nodes and relationships still to be found
	rows     float64
	cost     float64
	key      string // names what is known
}

// bits is a set of small numbers.
type bits []uint64

func newBits(n int) bits { return make(bits, (n+63)/64) }

func (b bits) has(i int) bool { return b[i/64]&(1<<(i%64)) != 0 }

func (b bits) add(i int) { b[i/64] |= 1 << (i % 64) }

func (b bits) hasAll(needs symbolSet) bool {
	for s := range needs {
		if !b.has(s.ID) {
			return false
		}
	}
	return true
}

// beam is how many states are followed from each number of steps to the next.
func beam(elements int) int {
	switch {
	case elements <= 16:
		return 48
	case elements <= 40:
		return 8
	case elements <= 100:
		return 2
	}
	return 1
}

// movesMax bounds the steps that are compared at once in a pattern of more than a hundred
// elements, where the time to find an order would otherwise grow with their cube.
const movesMax = 24

// search finds a cheap order in which the nodes and relationships of c are found, for the
// given number of rows before it in which the symbols known have values and the predicates
// applied hold. It returns nil where there is no order, and when nobody waits any more.
func (b *builder) search(g *pattern, c *component, known symbolSet, applied []bool, rows float64) *state {
	start := &state{
		known: newBits(len(b.info.Symbols)), followed: newBits(len(g.rels)), preds: slices.Clone(applied), rows: rows,
	}
	for s := range known {
		start.known.add(s.ID)
	}
	for _, n := range c.nodes {
		if !n.bound {
			start.left++
		}
	}
	start.left += len(c.rels)
	width := beam(start.left)
	var best *state
	level := []*state{start}
	for len(level) > 0 {
		next := map[string]*state{}
		for _, s := range level {
			if b.interrupted() != nil {
				return nil
			}
			switch {
			case s.left > 0:
				b.followers(g, c, s, next)
			case best == nil || s.cost < best.cost:
				best = s
			}
		}
		level = promising(next, best, width)
	}
	return best
}

// followers adds the states one move after s, the cheapest of those that know the same.
func (b *builder) followers(g *pattern, c *component, s *state, next map[string]*state) {
	moves := b.pairs(g, s, b.moves(c, s))
	alone := beam(s.left) == 1
	if alone {
		moves = moves[:min(len(moves), movesMax)]
	}
	for i, m := range moves {
		t := b.advance(g, s, m)
		if alone { // nothing else can lead to the same
			t.key = strconv.Itoa(i)
		} else {
			t.key = t.name(c)
		}
		if old := next[t.key]; old == nil || t.cost < old.cost {
			next[t.key] = t
		}
	}
}

// promising returns the states to go on from, the best first.
func promising(next map[string]*state, best *state, width int) []*state {
	var level []*state
	for _, s := range next {
		if best == nil || s.cost < best.cost {
			level = append(level, s)
		}
	}
	slices.SortFunc(level, func(x, y *state) int {
		if order := cmp.Compare(x.cost+x.rows, y.cost+y.rows); order != 0 {
			return order
		}
		return strings.Compare(x.key, y.key)
	})
	return level[:min(len(level), width)]
}

// name lists what is known in s.
func (s *state) name(c *component) string {
	k := make([]byte, 0, 4*(len(c.nodes)+len(c.rels)))
	for _, n := range c.nodes {
		if s.known.has(n.symbol.ID) {
			k = append(strconv.AppendInt(k, int64(n.id), 10), ',')
		}
	}
	k = append(k, '/')
	for _, r := range c.rels {
		if s.done(r) {
			k = append(strconv.AppendInt(k, int64(r.id), 10), ',')
		}
	}
	return string(k)
}

// done tells whether r was found, or checked where it was known before.
func (s *state) done(r *rel) bool {
	if !r.bound {
		return s.known.has(r.symbol.ID)
	}
	return s.followed.has(r.id)
}

// moves lists the steps that can follow s.
func (b *builder) moves(c *component, s *state) []move {
	var out []move
	for _, r := range c.rels {
		if s.done(r) || !s.known.hasAll(r.needs) {
			continue
		}
		left, right := s.known.has(r.left.symbol.ID), s.known.has(r.right.symbol.ID)
		switch {
		case r.bound && (r.length == nil || left || right):
			out = append(out, move{kind: moveFollow, rel: r, from: r.left})
		case r.bound:
		case left && right:
			out = append(out, move{kind: moveInto, rel: r, from: b.cheaperEnd(r)})
		case left && !r.right.hinted:
			out = append(out, move{kind: moveExpand, rel: r, from: r.left})
		case right && !r.left.hinted:
			out = append(out, move{kind: moveExpand, rel: r, from: r.right})
		}
	}
	connected := len(out) > 0
	for _, n := range c.nodes {
		if s.known.has(n.symbol.ID) {
			continue
		}
		for i := range n.access {
			a := &n.access[i]
			if !s.known.hasAll(a.needs) {
				continue
			}
			// Beside an expansion only a look-up of few nodes is worth a try.
			if !connected || n.hinted || a.looksUp() && a.rows < 100 {
				out = append(out, move{kind: moveScan, node: n, access: a})
			}
		}
	}
	return out
}

// cheaperEnd returns the end of r whose nodes have fewer relationships.
func (b *builder) cheaperEnd(r *rel) *node {
	if r.length == nil {
		return r.left
	}
	fromLeft, _ := b.fanout(r, r.left, r.right)
	fromRight, _ := b.fanout(r, r.right, r.left)
	if fromRight < fromLeft {
		return r.right
	}
	return r.left
}

func subset(needs, known symbolSet) bool {
	for s := range needs {
		if !known[s] {
			return false
		}
	}
	return true
}

// advance returns the state after m.
func (b *builder) advance(g *pattern, s *state, m move) *state {
	t := &state{
		parent: s, known: slices.Clone(s.known), scanned: s.scanned, followed: s.followed, preds: slices.Clone(s.preds),
		left: s.left, rows: s.rows, cost: s.cost,
	}
	switch m.kind {
	case moveScan:
		b.advanceScan(t, m)
	case moveExpand:
		switch {
		case m.with != nil:
			b.advancePair(g, t, m)
		case g.countable(b, s, m, nil):
			b.advanceCount(g, t, m)
		default:
			b.advanceExpand(t, m)
		}
	case moveInto:
		b.advanceInto(s, t, m)
	case moveFollow:
		t.cost += s.rows * costRow
		t.rows = s.rows * 0.9
		t.learn(m.rel.left.symbol)
		t.learn(m.rel.right.symbol)
		t.followed = slices.Clone(s.followed)
		t.followed.add(m.rel.id)
		t.left--
	}
	for _, p := range g.preds {
		if !t.preds[p.id] && t.known.hasAll(p.needs) {
			t.preds[p.id] = true
			t.rows *= p.selectivity
		}
	}
	m.rows = t.rows
	t.move = m
	return t
}

// learn notes that a node has a value.
func (s *state) learn(n *sema.Symbol) {
	if !s.known.has(n.ID) {
		s.known.add(n.ID)
		s.left--
	}
}

func (b *builder) advanceScan(t *state, m move) {
	a := m.access
	t.cost += t.rows * (costLookup + a.rows*costScan)
	t.rows *= a.rows
	for _, p := range a.covers {
		t.preds[p.id] = true
	}
	if len(m.node.labels) > 1 || a.label == "" {
		t.rows *= max(0.01, b.labelShare(m.node)/b.labelFraction(labelList(a.label)))
	}
	if t.scanned = slices.Clone(t.scanned); t.scanned == nil {
		t.scanned = newBits(len(b.info.Symbols))
	}
	t.scanned.add(m.node.symbol.ID)
	t.learn(m.node.symbol)
}

func labelList(l string) []string {
	if l == "" {
		return nil
	}
	return []string{l}
}

func (b *builder) advanceExpand(t *state, m move) {
	to := m.to()
	all, fit := b.fanout(m.rel, m.from, to)
	skew := b.skew(t, m.rel, m.from)
	all, fit = all*skew, fit*skew
	if m.rel.search != nil {
		rows, cost := m.rel.search.estimate(b.fanOf(m.rel), float64(max(1, b.cat.NodeCount())), false)
		t.cost += t.rows * (costRow + cost)
		t.rows *= rows * b.labelShare(to)
	} else if m.rel.length != nil {
		rows, edges := varFanout(m.rel.length, all)
		t.cost += t.rows * (costRow + edges*costRow)
		if all > 0 {
			rows *= fit / all
		}
		t.rows *= rows
	} else {
		t.cost += t.rows * (costRow + all*costEdge + fit*costRow)
		t.rows *= fit
	}
	t.finds(m.rel)
	t.learn(to.symbol)
}

// finds notes that r and all that it gives has a value.
func (s *state) finds(r *rel) {
	s.known.add(r.symbol.ID)
	for _, x := range r.gives {
		s.known.add(x.ID)
	}
	s.left--
}

// meets tells whether m and the expansion that s ends with are done in one: neither makes the
// rows between them.
func (s *state) meets(m move) bool {
	last := &s.move
	return last.kind == moveExpand && last.rel.length == nil && last.rel.search == nil && !last.rel.after && !m.rel.after &&
		m.rel.length == nil && m.rel.search == nil && (m.rel.left == last.to() || m.rel.right == last.to()) &&
		m.rel.left != m.rel.right && slices.Equal(s.preds, s.parent.preds)
}

func (b *builder) advanceInto(s, t *state, m move) {
	fromLeft, _ := b.fanout(m.rel, m.rel.left, m.rel.right)
	fromRight, _ := b.fanout(m.rel, m.rel.right, m.rel.left)
	fan := min(fromLeft, fromRight)
	targets := float64(max(1, b.cat.NodeCount()))
	if l := b.rarest(m.rel.right.labels); l != "" {
		targets = float64(max(1, b.cat.LabelCount(l)))
	}
	if m.rel.search != nil {
		rows, cost := m.rel.search.estimate(b.fanOf(m.rel), float64(max(1, b.cat.NodeCount())), true)
		t.cost += t.rows * (costRow + cost)
		t.rows *= rows
	} else if m.rel.length != nil {
		rows, edges := varFanout(m.rel.length, fan)
		t.cost += t.rows * (costRow + edges*costRow)
		t.rows *= min(rows, max(rows/targets, 0.001))
	} else {
		if s.parent != nil && s.meets(m) {
			t.cost += t.rows * (costEdge - costRow) // the rows that were counted before are not made
		} else {
			t.cost += t.rows * (costRow + fan*costEdge)
		}
		t.rows *= min(1, max(fromLeft/targets, 0.001)*b.skew(t, m.rel, m.rel.right))
	}
	t.finds(m.rel)
}

// steps returns the moves that lead to s, first to last.
func (s *state) steps() []move {
	var out []move
	for at := s; at.parent != nil; at = at.parent {
		if at.move.with != nil {
			with := *at.move.with
			with.rows = at.move.rows
			out = append(out, with)
		}
		out = append(out, at.move)
	}
	slices.Reverse(out)
	return out
}
