package parser

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/token"
)

// trim reads trim([LEADING | TRAILING | BOTH] [characters] FROM text) as a call of lTrim(),
// rTrim() or bTrim(), or returns nil where it is a plain call.
func (p *parser) trim() ast.Expr {
	if !p.trimsFrom() {
		return nil
	}
	start := p.start()
	c := &ast.Call{Name: "bTrim"}
	if !p.enter() {
		return c
	}
	defer p.leave()
	p.skip(2)
	if k := p.kindAt(1); k.IsName() || k == token.String || k == token.Param {
		switch {
		case p.acceptWord("LEADING"):
			c.Name = "lTrim"
		case p.acceptWord("TRAILING"):
			c.Name = "rTrim"
		default:
			p.acceptWord("BOTH")
		}
	}
	if !p.at(0, "FROM") {
		c.Args = append(c.Args, p.expr())
	}
	p.expectWord("FROM")
	c.Args = append([]ast.Expr{p.expr()}, c.Args...)
	p.expectFor(token.RParen, "after the argument of trim()")
	c.Place = p.since(start)
	return c
}

// trimsFrom reports whether FROM stands in the brackets after trim, outside of others.
func (p *parser) trimsFrom() bool {
	at := p.pos
	defer func() { p.pos = at }()
	end := int(p.pairs[p.pos+1])
	for p.pos += 2; p.pos < end; p.pos++ {
		if inner := int(p.pairs[p.pos]); inner > p.pos {
			p.pos = inner
			continue
		}
		if p.at(0, "FROM") && p.pos+1 < end && p.pos > at+2 {
			return true
		}
	}
	return false
}
