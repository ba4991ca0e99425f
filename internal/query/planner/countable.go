package planner

import (
	"math"
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/sema"
)

// countedMax bounds the clauses that are looked at to see what becomes of the rows of one.
const countedMax = 16

// countedAfter returns the symbols that the clauses after a MATCH read, where all that they
// do with its rows is to count them, and nil where they do more.
func (b *builder) countedAfter(clauses []ast.Clause) symbolSet {
	if b.limited {
		return nil // what is counted is not followed
	}
	wanted := symbolSet{}
	for _, c := range clauses[:min(len(clauses), countedMax)] {
		switch c := c.(type) {
		case *ast.Match:
			b.collectPattern(c, wanted)
		case *ast.Projection:
			facts := b.info.Projections[c]
			if !countsOnly(facts) {
				return nil
			}
			b.collectAll(wanted, facts.Grouping...)
			return wanted
		default:
			return nil
		}
	}
	return nil
}

// countsOnly tells whether a projection counts rows, and may do so by groups. A variable that
// is counted may be null, which only makes the order that is found for it worse.
func countsOnly(facts *sema.Projection) bool {
	return len(facts.Aggregates) > 0 && !slices.ContainsFunc(facts.Aggregates, func(call *ast.Call) bool {
		return call.Distinct || !call.Star && !isNamed(call.Name, "count") ||
			slices.ContainsFunc(call.Args, func(e ast.Expr) bool { _, ok := e.(*ast.Variable); return !ok })
	})
}

// collectPattern adds the symbols of a MATCH.
func (b *builder) collectPattern(c *ast.Match, into symbolSet) {
	for _, part := range c.Pattern.Parts {
		for _, n := range part.Nodes {
			into[b.info.Nodes[n]] = true
			b.collectAll(into, n.Props, n.Where)
		}
		for _, r := range part.Rels {
			into[b.info.Rels[r]] = true
			b.collectAll(into, r.Props, r.Where)
		}
		b.collectAll(into, part.Where)
	}
	b.collectAll(into, c.Where)
}

func (b *builder) collectAll(into symbolSet, list ...ast.Expr) {
	for _, e := range list {
		if e != nil {
			b.collectSymbols(e, into)
		}
	}
}

// countable tells whether of a move from state s only matters how often it succeeds, so that
// it makes no rows: nobody reads what it finds, and what is asked of it can be asked while
// it is counted. It may have to differ from what partner finds, if both are counted together;
// nil stands for a move that is counted alone.
func (g *pattern) countable(b *builder, s *state, m move, partner *move) bool {
	r := m.rel
	if g.wanted == nil || r.length != nil || r.search != nil || r.bound || len(r.gives) > 0 || len(g.paths) > 0 {
		return false
	}
	to := m.to()
	if to == m.from || g.wanted[to.symbol] || g.wanted[r.symbol] {
		return false
	}
	for _, other := range g.rels {
		if other == r {
			continue
		}
		if other.left == to || other.right == to {
			return false
		}
		if overlap(r, other) && !s.done(other) && (partner == nil || other != partner.rel) {
			return false
		}
	}
	for _, p := range g.preds {
		if s.preds[p.id] || !p.needs[to.symbol] && !p.needs[r.symbol] {
			continue
		}
		if p.needs[r.symbol] || !b.askedOf(p, to, s) && !b.apartFrom(p, to, partner) {
			return false
		}
	}
	return true
}

// apartFrom tells whether p asks to to differ from what partner finds.
func (b *builder) apartFrom(p *predicate, to *node, partner *move) bool {
	if partner == nil || len(p.needs) != 2 || !p.needs[to.symbol] || !p.needs[partner.to().symbol] {
		return false
	}
	e, ok := p.expr.(*ast.Comparison)
	return ok && b.unequal(e)
}

// unequal tells whether e asks two nodes to be different.
func (b *builder) unequal(e *ast.Comparison) bool {
	return len(e.Ops) == 1 && e.Ops[0] == "<>" && b.isNode(e.Operands[0]) && b.isNode(e.Operands[1])
}

// askedOf tells whether p can be asked of a node while it is counted: that it differs from
// another, or has a relationship with it.
func (b *builder) askedOf(p *predicate, to *node, s *state) bool {
	for x := range p.needs {
		if x != to.symbol && !s.known.has(x.ID) {
			return false
		}
	}
	if len(p.needs) != 2 {
		return false
	}
	switch e := p.expr.(type) {
	case *ast.Comparison:
		return b.unequal(e)
	default:
		return isPatternPredicate(e) && b.oneHop(e)
	}
}

// isNode tells whether e is a variable that stands for a node.
func (b *builder) isNode(e ast.Expr) bool {
	v, ok := e.(*ast.Variable)
	return ok && b.info.Uses[v] != nil && b.info.Uses[v].Type == sema.Node
}

// oneHop tells whether a pattern predicate asks for one relationship and nothing else.
func (b *builder) oneHop(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Unary:
		return b.oneHop(e.X)
	case *ast.PatternPredicate:
		return len(e.Part.Rels) == 1 && e.Part.Rels[0].Length == nil && e.Part.Rels[0].Search == nil
	case *ast.Call:
		return len(existsCall(e).Part.Rels) == 1
	}
	return false
}

// advanceCount is advanceExpand for what countable reports.
func (b *builder) advanceCount(g *pattern, t *state, m move) {
	all, fit := b.fanout(m.rel, m.from, m.to())
	t.cost += t.rows * (costCount + b.looked(g, t, m, all)*costEdge)
	t.rows *= min(1, fit)
	t.finds(m.rel)
	t.learn(m.to().symbol)
}

// looked is how many relationships are looked at to count what m finds, of which there are
// all. It notes what is asked of them meanwhile.
func (b *builder) looked(g *pattern, t *state, m move, all float64) float64 {
	looked := 0.0
	if len(m.to().labels) > 0 {
		looked = all
	}
	for _, p := range g.preds {
		if !t.preds[p.id] && p.needs[m.to().symbol] {
			t.preds[p.id] = true
			looked = all
		}
	}
	return looked
}

// pairsMax bounds the relationships of a pattern in which pairs are looked for.
const pairsMax = 16

// pairs adds to moves the steps that count two relationships together which cannot be
// counted alone, because one must differ from the other or lead to another node.
func (b *builder) pairs(g *pattern, s *state, moves []move) []move {
	if g.wanted == nil || len(g.rels) > pairsMax {
		return moves
	}
	for i, m := range moves {
		if m.kind != moveExpand || g.countable(b, s, m, nil) {
			continue
		}
		for _, n := range moves[i+1:] {
			if n.kind != moveExpand || n.rel == m.rel || m.to() == n.to() {
				continue
			}
			if g.countable(b, s, m, &n) && g.countable(b, s, n, &m) && !g.countable(b, s, n, nil) {
				both := m
				both.with = &n
				moves = append(moves, both)
			}
		}
	}
	return moves
}

// advancePair is advanceExpand for what pairs finds.
func (b *builder) advancePair(g *pattern, t *state, m move) {
	least, looked := math.Inf(1), 0.0
	rows := t.rows
	for _, m := range [2]move{m, *m.with} {
		all, fit := b.fanout(m.rel, m.from, m.to())
		looked += b.looked(g, t, m, all)
		least = min(least, all)
		t.rows *= min(1, fit)
		t.finds(m.rel)
		t.learn(m.to().symbol)
	}
	t.cost += rows * (2*costCount + (looked+least)*costEdge)
}
