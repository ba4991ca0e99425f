package planner

import (
	"math"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/sema"
)

// repeater is a search for every path that repeats a round.
type repeater struct {
	round *round
	mode  ast.PathMode
	track int // slot of the path so far, or plan.NoSlot
}

// addRepeat adds a quantified path pattern, or a relationship of variable length that is
// followed in another way than a trail without conditions.
func (b *builder) addRepeat(g *pattern, p *ast.RelPattern, left, right *node, mode ast.PathMode) error {
	r := b.newRel(g, p, left, right)
	r.free = mode == ast.Walk
	o, err := b.newRound(r, p)
	if err != nil {
		return err
	}
	if mode == ast.Trail && b.isPlain(o) {
		r.types, r.is, r.direction = o.hops[0].Types, o.hops[0].Is, o.hops[0].Direction
		for _, group := range o.groups {
			if group.Rel {
				b.alias(group.outer, b.slot(r.symbol))
			}
		}
		return nil
	}
	r.follows(o)
	r.length = nil
	r.search = &repeater{round: o, track: plan.NoSlot, mode: mode}
	return nil
}

// follows notes what the relationships of a round may be.
func (r *rel) follows(o *round) {
	r.direction, r.types, r.is = o.hops[0].Direction, nil, nil
	for i := range o.hops {
		if len(o.hops[i].Types) == 0 {
			r.types = nil
			return
		}
		for _, t := range o.hops[i].Types {
			r.addType(t)
		}
	}
}

// isPlain tells that a round is one relationship without conditions, of which only the
// relationships are read afterwards.
func (b *builder) isPlain(o *round) bool {
	if len(o.hops) != 1 || len(o.conds) > 0 {
		return false
	}
	for _, g := range o.groups {
		if !g.Rel && b.isUsed(g.outer) {
			return false
		}
	}
	return true
}

// isUsed tells whether anything in the text reads s.
func (b *builder) isUsed(s *sema.Symbol) bool {
	for _, used := range b.info.Uses {
		if used == s {
			return true
		}
	}
	return false
}

func (s *repeater) operator(b *builder, in plan.Op, h plan.Hop, w way) plan.Op {
	o := s.round
	hops := len(o.hops)
	op := &plan.Repeat{
		Hop: h, Input: in, Legs: b.legs(o, w.reverse), Min: o.low, Max: o.high, Mode: s.mode, Into: w.into, Track: s.track,
		Found: plan.Found{Path: plan.NoSlot, Hops: []int{hops}, Reverse: w.reverse},
	}
	for i := range o.conds {
		c := &o.conds[i]
		at := c.ahead()
		if w.reverse {
			at = hops - 1 - c.back(hops)
		}
		op.Legs[at].Where = append(op.Legs[at].Where, c.expr)
	}
	for _, g := range o.groups {
		g.Slot = b.slot(g.outer)
		op.Groups = append(op.Groups, g.Group)
	}
	return op
}

func (s *repeater) estimate(fan, nodes float64, into bool) (rows, cost float64) {
	o := s.round
	l := ast.Length{Min: o.low, Max: o.high}
	each := fan
	for i := 1; i < len(o.hops); i++ {
		each = min(each*fan, 1e12)
	}
	for i := range o.conds {
		each *= math.Sqrt(selectivity(o.conds[i].expr))
	}
	rows, edges := varFanout(&l, each)
	cost = edges * costRow * float64(len(o.hops))
	if into {
		rows = min(rows, max(rows/nodes, 0.001))
	}
	return rows, cost
}

// liveLegs finds the columns that the conditions of legs read, of the input and of the
// round. own are all columns of the operator that no batch brings.
func liveLegs(p *plan.Plan, legs []*plan.Leg, own []int) {
	for _, l := range legs {
		reads := slotSet{}
		for _, e := range l.Where {
			exprSlots(p, scoped{e, nil}, reads)
		}
		l.Reads = reads.without(own...).sorted()
		l.Inner = nil
		for _, s := range own {
			if reads[s] {
				l.Inner = append(l.Inner, s)
				delete(reads, s)
			}
		}
	}
}

// legConditions lists the conditions of legs.
func legConditions(legs []*plan.Leg) []ast.Expr {
	var out []ast.Expr
	for _, l := range legs {
		out = append(out, l.Where...)
	}
	return out
}
