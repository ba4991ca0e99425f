package planner

import (
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
// it is counted.
func (g *pattern) countable(b *builder, s *state, m move) bool {
	r := m.rel
	if g.wanted == nil || r.length != nil || r.search != nil || r.bound || len(r.gives) > 0 || len(g.paths) > 0 {
		return false
	}
	to := r.right
	if to == m.from {
		to = r.left
	}
	if to == m.from || g.wanted[to.symbol] || g.wanted[r.symbol] {
		return false
	}
	for _, other := range g.rels {
		if other != r && (other.left == to || other.right == to || overlap(r, other) && !s.done(other)) {
			return false
		}
	}
	for _, p := range g.preds {
		if s.preds[p.id] || !p.needs[to.symbol] && !p.needs[r.symbol] {
			continue
		}
		if p.needs[r.symbol] || !b.askedOf(p, to, s) {
			return false
		}
	}
	return true
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
		return len(e.Ops) == 1 && e.Ops[0] == "<>" && b.isNode(e.Operands[0]) && b.isNode(e.Operands[1])
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
	to := m.rel.right
	if to == m.from {
		to = m.rel.left
	}
	all, fit := b.fanout(m.rel, m.from, to)
	looked := 0.0
	if len(to.labels) > 0 {
		looked = all
	}
	for _, p := range g.preds {
		if !t.preds[p.id] && p.needs[to.symbol] {
			t.preds[p.id] = true
			looked = all
		}
	}
	t.cost += t.rows * (costCount + looked*costEdge)
	t.rows *= min(1, fit)
	t.finds(m.rel)
	t.learn(to.symbol)
}
