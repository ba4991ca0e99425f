package parser

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/token"
)

// braced reads EXISTS, COUNT and COLLECT { … }, or returns nil where the name before the
// brace is a variable that is projected.
func (p *parser) braced(k token.Kind) ast.Expr {
	switch {
	case k == token.Exists:
		return p.subquery(ast.Exists)
	case p.at(0, "COUNT") && p.subqueryAhead(2):
		return p.subquery(ast.Count)
	case p.at(0, "COLLECT") && p.subqueryAhead(2):
		return p.subquery(ast.Collect)
	}
	return nil
}

// subqueryAhead reports whether what begins n tokens further, behind a brace, is a query
// or a pattern and not an item of a map projection.
func (p *parser) subqueryAhead(n int) bool {
	switch k := p.kindAt(n); {
	case p.patternAt(n):
		return true
	case k != token.EOF && beginsQuery(p.toks[p.pos+n], p.text), k == token.Set, k == token.Remove, k == token.Delete, k == token.Detach:
		switch p.kindAt(n + 1) {
		case token.Colon, token.Comma, token.RBrace:
			return false
		default:
			return true
		}
	default:
		return false
	}
}

// subquery reads EXISTS, COUNT or COLLECT { pattern [WHERE cond] } or { query }.
func (p *parser) subquery(kind ast.SubqueryKind) ast.Expr {
	start := p.start()
	e := &ast.Subquery{Kind: kind}
	if !p.enter() {
		return e
	}
	defer p.leave()
	p.skip(2)
	if p.patternAt(0) {
		e.Pattern = p.pattern()
		e.Where = p.where()
	} else {
		q := p.query()
		if m := onlyMatch(q); m != nil {
			e.Pattern, e.Where = m.Pattern, m.Where
		} else {
			e.Query = q
		}
	}
	if p.kind() != token.RBrace {
		p.unexpected("a clause, WHERE or '}' in %s", kind)
	}
	p.next()
	e.Place = p.since(start)
	return e
}

// onlyMatch returns the MATCH that is all of q, or nil.
func onlyMatch(q *ast.Query) *ast.Match {
	if len(q.Parts) != 1 || len(q.Parts[0].Clauses) != 1 {
		return nil
	}
	if m, ok := q.Parts[0].Clauses[0].(*ast.Match); ok && !m.Optional && len(m.Hints) == 0 {
		return m
	}
	return nil
}
