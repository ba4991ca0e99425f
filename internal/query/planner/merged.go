package planner

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/sema"
)

// mergedMax bounds the nodes and relationships of the clauses that are planned together, each
// counted once, so that the search for their order stays thorough.
const mergedMax = 16

// merged returns clauses with each run of MATCH that hangs together by a node made one, so
// that one order is found for all of it. Relationships of different ones may be the same
// still: clauses remembers which part came from which.
func (b *builder) merged(clauses []ast.Clause) []ast.Clause {
	var out []ast.Clause
	for _, c := range clauses {
		next, ok := c.(*ast.Match)
		if !ok || len(out) == 0 {
			out = append(out, c)
			continue
		}
		last, ok := out[len(out)-1].(*ast.Match)
		if !ok || !b.plainMatch(last) || !b.plainMatch(next) || !b.hangsTogether(last, next) {
			out = append(out, c)
			continue
		}
		out[len(out)-1] = b.together(last, next)
	}
	return out
}

// together makes one clause of two.
func (b *builder) together(x, y *ast.Match) *ast.Match {
	m, pattern := *x, *x.Pattern
	pattern.Parts = append(append([]*ast.PatternPart{}, x.Pattern.Parts...), y.Pattern.Parts...)
	m.Pattern = &pattern
	b.clauses++
	for _, part := range y.Pattern.Parts {
		b.clauseOf[part] = b.clauses
	}
	switch {
	case x.Where == nil:
		m.Where = y.Where
	case y.Where != nil:
		m.Where = &ast.Binary{Place: ast.Place{At: x.Where.Span()}, Op: "AND", X: x.Where, Y: y.Where}
	}
	return &m
}

// plainMatch tells whether c only has relationships that are simply followed.
func (b *builder) plainMatch(c *ast.Match) bool {
	if c.Optional || len(c.Hints) > 0 {
		return false
	}
	for _, part := range c.Pattern.Parts {
		if part.Select != nil || part.Repeatable || b.info.Paths[part] != nil || part.Where != nil {
			return false
		}
		for _, r := range part.Rels {
			if r.Length != nil || r.Repeat != nil || r.Search != nil {
				return false
			}
		}
	}
	return true
}

// hangsTogether tells whether x and y have a node in common, are not too large together, and
// have no relationship in common.
func (b *builder) hangsTogether(x, y *ast.Match) bool {
	nodes, rels, common := map[*sema.Symbol]bool{}, map[*sema.Symbol]bool{}, false
	for _, part := range x.Pattern.Parts {
		for _, n := range part.Nodes {
			nodes[b.info.Nodes[n]] = true
		}
		for _, r := range part.Rels {
			rels[b.info.Rels[r]] = true
		}
	}
	elements := len(nodes) + len(rels)
	own := map[*sema.Symbol]bool{}
	for _, part := range y.Pattern.Parts {
		elements += len(part.Rels)
		for _, n := range part.Nodes {
			s := b.info.Nodes[n]
			common = common || nodes[s]
			if !nodes[s] && !own[s] {
				own[s] = true
				elements++
			}
		}
		for _, r := range part.Rels {
			if rels[b.info.Rels[r]] {
				return false
			}
		}
	}
	return common && elements <= mergedMax
}
