package planner

import (
	"math"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/sema"
)

// addAlgorithm adds a relationship of variable length with a path algorithm or a filter.
func (b *builder) addAlgorithm(g *pattern, p *ast.RelPattern, left, right *node, mode ast.PathMode) error {
	r := b.newRel(g, p, left, right)
	r.free = mode == ast.Walk
	o, err := b.newRound(r, p)
	if err != nil {
		return err
	}
	r.follows(o)
	r.length = nil
	s := p.Search
	track, weight := b.addLambda(o, s.Filter)
	b.settle(r, o)
	r.oneWay = track != plan.NoSlot || weight != plan.NoSlot
	r.after = s.Algorithm != ast.DepthFirst && !r.free
	switch s.Algorithm {
	case ast.DepthFirst:
		r.search = &repeater{round: o, track: track, mode: mode}
	case ast.BreadthFirst:
		f := &shortest{low: max(o.low, 1), high: o.high, test: b.testOf(o), hop: o.hops[0], list: r.symbol}
		f.test.Path = track
		r.search = f
	case ast.WShortest, ast.AllShortest:
		r.search = b.weighted(r, o, s, track, weight)
	case ast.KShortest:
		r.search = &best{
			segments: []*segment{{round: o, list: r.symbol}}, mode: ast.Acyclic, count: s.Count, all: s.Count == nil, node: plan.NoSlot,
		}
	}
	return nil
}

// testOf makes the conditions of a round of one relationship a test.
func (b *builder) testOf(o *round) plan.Test {
	t := plan.NewTest()
	t.Start, t.Rel, t.End = b.slot(o.nodes[0]), b.slot(o.rels[0]), b.slot(o.nodes[1])
	t.Edges = conditionsOf(o)
	return t
}

// addLambda adds the conditions of a lambda, which may be nil, to a round of one
// relationship, and returns the slots of its path and its weight.
func (b *builder) addLambda(o *round, l *ast.Lambda) (track, weight int) {
	track, weight = plan.NoSlot, plan.NoSlot
	if l == nil {
		return track, weight
	}
	b.standIn(o, l)
	for _, e := range conjuncts(l.X, nil) {
		o.conds = append(o.conds, condition{expr: e})
	}
	if l.Path != nil && b.isUsedBeside(l.Path) {
		track = b.slot(b.info.Uses[l.Path])
	}
	if l.Weight != nil && b.isUsedBeside(l.Weight) {
		weight = b.slot(b.info.Uses[l.Weight])
	}
	return track, weight
}

// standIn makes the variables of a lambda those of the round.
func (b *builder) standIn(o *round, l *ast.Lambda) {
	if o.inside == nil {
		o.inside = symbolSet{}
	}
	rel, end := b.info.Uses[l.Rel], b.info.Uses[l.Node]
	b.alias(rel, b.slot(o.rels[0]))
	b.alias(end, b.slot(o.nodes[1]))
	o.inside[rel], o.inside[end] = true, true
	for _, v := range []*ast.Variable{l.Path, l.Weight} {
		if v != nil {
			o.inside[b.info.Uses[v]] = true
		}
	}
}

// isUsedBeside tells whether the variable that v defines is read anywhere.
func (b *builder) isUsedBeside(v *ast.Variable) bool {
	s := b.info.Uses[v]
	for use, used := range b.info.Uses {
		if used == s && use != v {
			return true
		}
	}
	return false
}

// weighted makes the search for the paths of the least weight.
func (b *builder) weighted(r *rel, o *round, s *ast.Search, track, weight int) search {
	w := &cheapest{round: o, weight: s.Weight.X, all: s.Algorithm == ast.AllShortest, high: o.high, test: b.testOf(o), list: r.symbol}
	w.test.Path, w.test.Weight = track, weight
	b.standIn(o, s.Weight)
	reads := symbolSet{}
	b.collectSymbols(w.weight, reads)
	for x := range reads {
		if !o.inside[x] {
			r.needs[x] = true
		}
	}
	if s.Total != nil {
		w.total = b.info.Uses[s.Total]
		r.gives = append(r.gives, w.total)
	}
	return w
}

// cheapest is a search for the paths of the least weight.
type cheapest struct {
	round  *round
	weight ast.Expr
	total  *sema.Symbol // nil where nobody names it
	high   int
	all    bool
	test   plan.Test
	list   *sema.Symbol
}

func (s *cheapest) operator(b *builder, in plan.Op, h plan.Hop, w way) plan.Op {
	h.Distinct = nil
	h.Rel = b.slot(s.list)
	o := &plan.WeightedPath{
		Hop: h, Input: in, Max: s.high, All: s.all, Into: w.into, Test: s.test, Weight: s.weight, Total: plan.NoSlot,
		Found: plan.Found{Path: plan.NoSlot, Reverse: w.reverse},
	}
	if s.total != nil {
		o.Total = b.slot(s.total)
	}
	return o
}

func (s *cheapest) estimate(fan, nodes float64, into bool) (rows, cost float64) {
	l := ast.Length{Min: 1, Max: s.high}
	reach, edges := varFanout(&l, fan)
	reach, edges = min(reach, nodes), min(edges, nodes*fan)
	cost = edges*costRow + reach*math.Log2(reach+2)
	if into {
		return 0.9, cost / 2
	}
	return reach, cost
}
