package planner

import (
	"math"
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/sema"
	"memgraphd/internal/storage/value"
)

// best is a search for paths in the order of their length.
type best struct {
	segments []*segment
	mode     ast.PathMode
	count    ast.Expr
	all      bool
	byLength bool
	apart    bool
	final    []ast.Expr
	node     int        // slot of each node, or plan.NoSlot
	nodes    []ast.Expr // of each node
	path     *sema.Symbol
	binds    []bind // variables of a path as a whole
}

// segment is a part of a pattern between two nodes, and what is asked of the second one.
type segment struct {
	*round
	list   *sema.Symbol // the list of its relationships, nil where nobody names it
	after  *sema.Symbol // the node after it; nil after the last
	checks []ast.Expr
}

// bind is a variable that stands for one node or relationship of a segment.
type bind struct {
	symbol *sema.Symbol
	group  plan.Group
}

// addSelected adds a part of which a selector picks matches: as a whole it is like one
// relationship between its first and its last node.
func (b *builder) addSelected(g *pattern, part *ast.PatternPart) error {
	before := len(g.preds)
	left, err := b.addNode(g, part.Nodes[0])
	if err != nil {
		return err
	}
	right, err := b.addNode(g, part.Nodes[len(part.Nodes)-1])
	if err != nil {
		return err
	}
	if part.Select.Function() {
		return b.addFunction(g, part, left, right)
	}
	r := &rel{id: len(g.rels), symbol: b.newSymbol(sema.EdgeList), left: left, right: right, needs: symbolSet{}, free: true, at: part.At}
	g.rels = append(g.rels, r)
	s := &best{mode: modeOf(part), count: part.Select.Count, node: plan.NoSlot, path: b.info.Paths[part]}
	s.byLength = part.Select.Kind == ast.SelectGroups
	if s.path != nil {
		r.gives = append(r.gives, s.path)
	}
	for i, p := range part.Rels {
		if err := b.addSegment(r, s, part, i, p); err != nil {
			return err
		}
	}
	if len(s.segments) > 0 {
		r.follows(s.segments[0].round)
	}
	if len(s.segments) > 1 {
		r.types = nil
	}
	conditions := conjuncts(part.Where, nil)
	for _, p := range g.preds[before:] {
		conditions = append(conditions, p.expr)
	}
	g.preds = g.preds[:before]
	for _, e := range conditions {
		b.addPathCondition(g, r, s, e)
	}
	if err := b.checkSelected(r, s); err != nil {
		return err
	}
	r.search = s
	if f := s.fast(b); f != nil {
		r.search = f
	}
	return nil
}

// addSegment adds relationship i of the part.
func (b *builder) addSegment(r *rel, s *best, part *ast.PatternPart, i int, p *ast.RelPattern) error {
	symbol := b.info.Rels[p]
	proxy := &rel{symbol: symbol, needs: r.needs}
	o, err := b.newRound(proxy, p)
	if err != nil {
		return err
	}
	r.gives = append(r.gives, proxy.gives...)
	x := &segment{round: o}
	switch {
	case p.Repeat != nil:
	case p.Length != nil:
		x.list = symbol
		r.gives = append(r.gives, symbol)
	default:
		s.binds = append(s.binds, bind{symbol, plan.Group{Segment: i, Rel: true, Single: true}})
		r.gives = append(r.gives, symbol)
	}
	s.segments = append(s.segments, x)
	if i == len(part.Rels)-1 {
		return nil
	}
	return b.addBetween(r, s, part.Nodes[i+1], i)
}

// addBetween adds the node after segment i.
func (b *builder) addBetween(r *rel, s *best, n *ast.NodePattern, i int) error {
	x := s.segments[i]
	symbol := b.info.Nodes[n]
	x.after = symbol
	known := b.bound[symbol] || symbol == r.left.symbol || symbol == r.right.symbol ||
		slices.ContainsFunc(s.binds, func(o bind) bool { return o.symbol == symbol })
	if known {
		x.after = b.newSymbol(sema.Node)
	}
	conditions, err := b.nodeConditions(n, x.after)
	if err != nil {
		return err
	}
	if known {
		conditions = append(conditions, b.same(x.after, symbol, n.Place))
	} else {
		r.gives = append(r.gives, symbol)
	}
	s.binds = append(s.binds, bind{x.after, plan.Group{Segment: i + 1, Single: true}})
	for _, e := range conditions {
		reads := symbolSet{}
		b.collectSymbols(e, reads)
		if slices.ContainsFunc(s.binds, func(o bind) bool { return o.symbol != x.after && reads[o.symbol] }) ||
			reads[r.left.symbol] || reads[r.right.symbol] {
			s.final = append(s.final, e)
		} else {
			x.checks = append(x.checks, e)
		}
		delete(reads, x.after)
		for y := range reads {
			r.needs[y] = true
		}
	}
	return nil
}

// addPathCondition adds a condition that stands inside of the part. What
// reads the ends alone holds for all paths between them or for none.
func (b *builder) addPathCondition(g *pattern, r *rel, s *best, e ast.Expr) {
	reads := symbolSet{}
	b.collectSymbols(e, reads)
	inside := slices.ContainsFunc(r.gives, func(x *sema.Symbol) bool { return reads[x] })
	if !inside {
		b.addCondition(g, e)
		return
	}
	s.final = append(s.final, e)
	for y := range reads {
		r.needs[y] = true
	}
}

// checkSelected takes what the search itself gives out of what it needs.
func (b *builder) checkSelected(r *rel, s *best) error {
	for _, x := range s.segments {
		for _, c := range x.conds {
			reads := symbolSet{}
			b.collectSymbols(c.expr, reads)
			for _, y := range slices.Concat(x.nodes, x.rels) {
				delete(reads, y)
			}
			for _, y := range r.gives {
				if reads[y] {
					return failure.Syntax("UnsupportedPattern",
						"a condition inside a quantified path pattern cannot read `%s`, which is found together with it", y.Name).
						At(c.expr.Span()).WithHint("ask for it in WHERE at the end of the pattern's brackets")
				}
			}
		}
	}
	for _, y := range r.gives {
		delete(r.needs, y)
	}
	for _, o := range s.binds {
		delete(r.needs, o.symbol)
	}
	delete(r.needs, r.left.symbol)
	delete(r.needs, r.right.symbol)
	b.endConditions(r, s)
	return nil
}

// endConditions notes the ends that conditions read before a path is known.
func (b *builder) endConditions(r *rel, s *best) {
	for _, x := range s.segments {
		for _, e := range append(conditionsOf(x.round), x.checks...) {
			reads := symbolSet{}
			b.collectSymbols(e, reads)
			for _, end := range []*node{r.left, r.right} {
				if reads[end.symbol] {
					r.needs[end.symbol] = true
				}
			}
		}
	}
}

func conditionsOf(o *round) []ast.Expr {
	var out []ast.Expr
	for i := range o.conds {
		out = append(out, o.conds[i].expr)
	}
	return out
}

// fast returns a search for the shortest paths alone, where no more is asked; or nil.
func (s *best) fast(b *builder) search {
	one := s.count == nil
	if l, ok := s.count.(*ast.Literal); ok && l.Auto == 0 {
		one = l.Value.Kind() == value.KindInt && l.Value.AsInt() == 1
	}
	if !one || len(s.segments) != 1 || len(s.segments[0].hops) != 1 || s.segments[0].low > 1 || len(s.final) > 0 || s.all {
		return nil
	}
	x := s.segments[0]
	f := &shortest{
		low: x.low, high: x.high, all: s.byLength, test: b.testOf(x.round), hop: x.hops[0], path: s.path, list: x.list,
		groups: x.groups, binds: s.binds,
	}
	if x.low > 0 {
		f.cycles = s
	}
	return f
}

func (s *best) operator(b *builder, in plan.Op, h plan.Hop, w way) plan.Op {
	h.Distinct, h.Types, h.Is = nil, nil, nil
	o := &plan.PathSearch{
		Hop: h, Input: in, Mode: s.mode, Count: s.count, All: s.all, ByLength: s.byLength, Apart: s.apart, Into: w.into,
		Nodes: plan.NodeTest{Node: s.node, Where: s.nodes},
		Final: plan.Final{Where: s.final, Rel: h.Rel, To: h.To},
		Found: plan.Found{Path: plan.NoSlot, Reverse: w.reverse},
	}
	if s.path != nil {
		o.Path = b.slot(s.path)
	}
	// The search goes from the node that is not known to the one that is.
	for i, x := range s.segments {
		o.Hops = append(o.Hops, len(x.hops))
		o.Segments = append(o.Segments, b.planSegment(x, i, !w.reverse))
		for _, g := range x.groups {
			g.Slot, g.Segment = b.slot(g.outer), i
			o.Groups = append(o.Groups, g.Group)
		}
		if x.list != nil && b.slot(x.list) != h.Rel {
			o.Groups = append(o.Groups, plan.Group{Slot: b.slot(x.list), Segment: i, Rel: true})
		}
	}
	for _, x := range s.binds {
		x.group.Slot = b.slot(x.symbol)
		o.Groups = append(o.Groups, x.group)
	}
	if !w.reverse {
		slices.Reverse(o.Segments)
	}
	for i, x := range o.Segments[:max(len(o.Segments)-1, 0)] {
		at := s.segments[min(x.Pattern, o.Segments[i+1].Pattern)]
		x.Node, x.Check = b.slot(at.after), at.checks
	}
	o.Final.Found = o.Found
	return o
}

// planSegment makes the legs of a segment; backward says that the search goes against the
// pattern.
func (b *builder) planSegment(x *segment, number int, backward bool) *plan.Segment {
	o := &plan.Segment{Legs: b.legs(x.round, backward), Min: x.low, Max: x.high, Pattern: number, Node: plan.NoSlot}
	for i := range x.conds {
		c := &x.conds[i]
		at, ok := c.local()
		if !ok {
			o.Round = append(o.Round, c.expr)
			continue
		}
		if backward {
			at = len(o.Legs) - 1 - at
		}
		o.Legs[at].Where = append(o.Legs[at].Where, c.expr)
	}
	return o
}

func (s *best) estimate(fan, nodes float64, into bool) (rows, cost float64) {
	hops, high := 0, 0
	for _, x := range s.segments {
		hops += x.low * len(x.hops)
		if x.high < 0 {
			high = -1
		} else if high >= 0 {
			high += x.high * len(x.hops)
		}
	}
	l := ast.Length{Min: min(hops, 1), Max: high}
	reach, edges := varFanout(&l, fan)
	reach, edges = min(reach, nodes), min(edges, nodes*fan)
	if into {
		return 2, math.Sqrt(edges) * 10 * costRow
	}
	return 2 * reach, edges*costRow + reach*(fan+1)*10*costRow
}
