package planner

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/sema"
)

// round is one round of what a path consists of: relationships one after the other, with
// the nodes around them. A relationship of variable length has one relationship a round.
type round struct {
	nodes     []*sema.Symbol // one more than hops
	rels      []*sema.Symbol
	hops      []plan.Hop // in the direction of the pattern; only the relationship is set
	conds     []condition
	low, high int // how many rounds; high is -1 where there is no limit
	groups    []roundGroup
	inside    symbolSet // further variables of the round: those of lambdas
}

// roundGroup is a variable of a round that has a list of all rounds, which is outer.
type roundGroup struct {
	plan.Group
	outer *sema.Symbol
}

// condition is one that every round has to fulfil.
type condition struct {
	expr ast.Expr
	// The first and the last node and relationship of the round that it reads; last is -1
	// where it reads none.
	firstNode, lastNode int
	firstRel, lastRel   int
}

// newRound takes a relationship pattern apart. What its conditions read from outside is
// added to needs, what it binds to gives.
func (b *builder) newRound(r *rel, p *ast.RelPattern) (*round, error) {
	if p.Repeat != nil {
		return b.repeatedRound(r, p)
	}
	o := &round{low: 1, high: 1}
	if p.Length != nil {
		o.low, o.high = p.Length.Min, p.Length.Max
	}
	o.nodes = []*sema.Symbol{b.newSymbol(sema.Node), b.newSymbol(sema.Node)}
	props, err := b.propertyValues(p.Props)
	if err != nil {
		return nil, err
	}
	hop := b.info.Hops[p]
	switch {
	case hop != nil:
	case p.Length == nil:
		hop = r.symbol
	default:
		hop = b.newSymbol(sema.Edge)
	}
	b.roundRel(o, p, hop, props)
	b.settle(r, o)
	return o, nil
}

// repeatedRound takes a quantified path pattern apart.
func (b *builder) repeatedRound(r *rel, p *ast.RelPattern) (*round, error) {
	o := &round{low: p.Length.Min, high: p.Length.Max}
	part := p.Repeat.Part
	seen := symbolSet{}
	for i, n := range part.Nodes {
		s := b.info.Nodes[n]
		if seen[s] {
			again := b.newSymbol(sema.Node)
			o.conds = append(o.conds, condition{expr: b.same(again, s, n.Place)})
			s = again
		}
		seen[s] = true
		o.nodes = append(o.nodes, s)
		if err := b.roundNode(o, n, s); err != nil {
			return nil, err
		}
		if i == len(part.Rels) {
			break
		}
		x := part.Rels[i]
		props, err := b.propertyValues(x.Props)
		if err != nil {
			return nil, err
		}
		b.roundRel(o, x, b.info.Rels[x], props)
	}
	for _, e := range conjuncts(p.Repeat.Where, nil) {
		o.conds = append(o.conds, condition{expr: e})
	}
	b.roundGroups(r, o, b.info.Groups[p.Repeat])
	b.settle(r, o)
	return o, nil
}

// same is the condition that two nodes are one.
func (b *builder) same(x, y *sema.Symbol, at ast.Place) ast.Expr {
	return &ast.Comparison{Place: at, Operands: []ast.Expr{b.variable(x), b.variable(y)}, Ops: []string{"="}}
}

// roundNode adds what is asked of a node.
func (b *builder) roundNode(o *round, n *ast.NodePattern, s *sema.Symbol) error {
	list, err := b.nodeConditions(n, s)
	for _, e := range list {
		o.conds = append(o.conds, condition{expr: e})
	}
	return err
}

// nodeConditions makes conditions on s of all that stands in a node.
func (b *builder) nodeConditions(n *ast.NodePattern, s *sema.Symbol) ([]ast.Expr, error) {
	var out []ast.Expr
	if len(n.Labels) > 0 {
		out = append(out, &ast.HasLabels{Place: ast.Place{At: n.At}, X: b.variable(s), Labels: n.Labels})
	}
	for _, term := range labelTerms(n.Is) {
		out = append(out, &ast.HasLabels{Place: ast.Place{At: term.Span()}, X: b.variable(s), Is: term})
	}
	props, err := b.propertyValues(n.Props)
	for _, kv := range props {
		out = append(out, b.propertyEquals(s, kv))
	}
	return append(out, conjuncts(n.Where, nil)...), err
}

// roundRel adds a relationship, which is s in conditions.
func (b *builder) roundRel(o *round, p *ast.RelPattern, s *sema.Symbol, props []plan.PropertyValue) {
	types := &rel{symbol: s}
	for _, t := range p.Types {
		types.addType(t.Text)
	}
	free := &pattern{}
	b.addTypes(free, types, &ast.RelPattern{Is: p.Is})
	for _, x := range free.preds {
		o.conds = append(o.conds, condition{expr: x.expr})
	}
	o.rels = append(o.rels, s)
	o.hops = append(o.hops, plan.Hop{
		From: plan.NoSlot, To: plan.NoSlot, Rel: plan.NoSlot, Direction: p.Direction, Types: types.types, Is: types.is,
	})
	for _, kv := range props {
		o.conds = append(o.conds, condition{expr: b.propertyEquals(s, kv)})
	}
	for _, e := range conjuncts(p.Where, nil) {
		o.conds = append(o.conds, condition{expr: e})
	}
}

// roundGroups notes the variables that have a list of all rounds.
func (b *builder) roundGroups(r *rel, o *round, groups []sema.Group) {
	for _, g := range groups {
		at := roundGroup{outer: g.Outer}
		for i, s := range o.rels {
			if s == g.Inner {
				at.At, at.Rel = i, true
			}
		}
		for i, s := range o.nodes {
			if s == g.Inner {
				at.At = i
			}
		}
		r.gives = append(r.gives, g.Outer)
		o.groups = append(o.groups, at)
	}
}

// settle finds out which places of the round each condition reads.
func (b *builder) settle(r *rel, o *round) {
	for i := range o.conds {
		c := &o.conds[i]
		c.firstNode, c.lastNode, c.firstRel, c.lastRel = len(o.nodes), -1, len(o.rels), -1
		reads := symbolSet{}
		b.collectSymbols(c.expr, reads)
		for at, s := range o.nodes {
			if reads[s] {
				c.firstNode, c.lastNode = min(c.firstNode, at), at
				delete(reads, s)
			}
		}
		for at, s := range o.rels {
			if reads[s] {
				c.firstRel, c.lastRel = min(c.firstRel, at), at
				delete(reads, s)
			}
		}
		for s := range reads {
			if !o.inside[s] {
				r.needs[s] = true
			}
		}
	}
}

// ahead is the hop after which, going with the pattern, all is known that c reads.
func (c *condition) ahead() int { return max(c.lastNode-1, c.lastRel, 0) }

// back is the hop after which, going against the pattern, all is known that c reads.
func (c *condition) back(hops int) int { return min(c.firstNode, c.firstRel, hops-1) }

// local tells whether c reads one relationship and its nodes only, and which.
func (c *condition) local() (hop int, ok bool) {
	switch {
	case c.lastRel >= 0:
		return c.lastRel, c.firstRel == c.lastRel && c.firstNode >= c.lastRel && c.lastNode <= c.lastRel+1
	case c.lastNode < 0:
		return 0, true
	}
	hop = max(c.lastNode-1, 0)
	return hop, c.firstNode >= hop
}

// legs lists the relationships of a round in the order of the search, without conditions.
func (b *builder) legs(o *round, backward bool) []*plan.Leg {
	legs := make([]*plan.Leg, len(o.hops))
	for i, h := range o.hops {
		l := &plan.Leg{Hop: h, Before: b.slot(o.nodes[i]), Edge: b.slot(o.rels[i]), After: b.slot(o.nodes[i+1])}
		at := i
		if backward {
			l.Direction = l.Direction.Reversed()
			l.Before, l.After = l.After, l.Before
			at = len(legs) - 1 - i
		}
		legs[at] = l
	}
	return legs
}
