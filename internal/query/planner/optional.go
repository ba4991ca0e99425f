package planner

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/sema"
)

// optional plans OPTIONAL MATCH.
func (b *builder) optional(in plan.Op, c *ast.Match) (plan.Op, error) {
	g, err := b.newPattern(c.Pattern.Parts, c.Where)
	if err != nil {
		return nil, err
	}
	b.follow(g, c.Hints)
	if op := b.optionalHop(in, g, c); op != nil {
		b.define(g, nullable)
		return op, nil
	}
	inner, arg, err := b.inner(in, g)
	if err != nil {
		return nil, err
	}
	o := &plan.Apply{
		Outer: in, Inner: inner, Argument: arg, Mode: plan.Optional, Binds: b.newSlots(g),
		Header: plan.Header{Rows: max(in.Head().Rows, inner.Head().Rows)},
	}
	b.define(g, nullable)
	return o, nil
}

// inner plans g on top of an Argument that brings the rows of in.
func (b *builder) inner(in plan.Op, g *pattern) (plan.Op, *plan.Argument, error) {
	arg := &plan.Argument{Row: b.newSlot(""), Header: plan.Header{Rows: in.Head().Rows}}
	inner, err := b.pattern(arg, g)
	return inner, arg, err
}

// newSlots returns the slots of what g binds.
func (b *builder) newSlots(g *pattern) []int {
	var out []int
	add := func(s *sema.Symbol) {
		if !b.bound[s] {
			out = append(out, b.slot(s))
		}
	}
	for _, n := range g.nodes {
		add(n.symbol)
	}
	for _, r := range g.rels {
		add(r.symbol)
		for _, s := range r.gives {
			add(s)
		}
	}
	for _, part := range g.paths {
		add(b.info.Paths[part])
	}
	return unique(out)
}

// optionalHop plans an optional pattern of one relationship from a known node to an
// unknown one, without conditions other than labels.
func (b *builder) optionalHop(in plan.Op, g *pattern, c *ast.Match) plan.Op {
	if len(g.rels) != 1 || len(g.nodes) != 2 || len(g.preds) > 0 || len(g.paths) > 0 || len(c.Hints) > 0 {
		return nil
	}
	r := g.rels[0]
	if r.bound || r.length != nil || r.search != nil || r.left.bound == r.right.bound {
		return nil
	}
	from := r.left
	if r.right.bound {
		from = r.right
	}
	m := &matcher{b: b, g: g, at: in}
	h, to := m.hop(r, from)
	h.ToLabels = to.labels
	_, fit := b.fanout(r, from, to)
	rows := in.Head().Rows * max(1, fit)
	return &plan.Expand{Hop: h, Input: in, Optional: true, Header: plan.Header{Rows: rows}}
}
