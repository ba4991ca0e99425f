package parser

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/value"
)

// primary reads an expression without operators and remembers where it began.
func (p *parser) primary() ast.Expr {
	start := p.start()
	x := p.operand()
	p.primaryStart = start
	return x
}

// operand reads a literal, a variable, a call or something in brackets.
func (p *parser) operand() ast.Expr {
	switch k := p.kind(); k {
	case token.Integer:
		return p.integer()
	case token.Float:
		return p.float()
	case token.BadNumber:
		return p.badNumber()
	case token.String:
		return p.str()
	case token.Param:
		return p.param()
	case token.LParen:
		return p.brackets()
	case token.LBracket:
		return p.list()
	case token.LBrace:
		return p.mapLiteral()
	case token.Null, token.True, token.False:
		return p.constant()
	case token.Case:
		return p.caseOf()
	default:
		if k.IsName() {
			return p.named(k)
		}
		if k == token.Exclamation {
			p.fail(failure.Syntax("UnexpectedSyntax", "expected an expression, found '!'").WithHint("write NOT"))
		}
		p.unexpected("an expression")
		return bad()
	}
}

// constant reads null, true or false.
func (p *parser) constant() ast.Expr {
	start := p.start()
	var v value.Value
	switch p.next().Kind {
	case token.True:
		v = value.True
	case token.False:
		v = value.False
	default:
	}
	return &ast.Literal{Place: p.since(start), Value: v}
}

// brackets reads (x), or a pattern used as a condition.
func (p *parser) brackets() ast.Expr {
	if end, ok := p.patternAhead(); ok {
		return p.patternPredicate(end)
	}
	p.next()
	x := p.expr()
	if p.kind() != token.RParen {
		p.unexpected("an operator or ')'")
	}
	p.next()
	return x
}

// patternPredicate reads a pattern up to the token end.
func (p *parser) patternPredicate(end int) ast.Expr {
	start := p.start()
	if !p.enter() {
		return bad()
	}
	defer p.leave()
	part := &ast.PatternPart{}
	p.chain(part, end)
	part.Place = p.since(start)
	return &ast.PatternPredicate{Place: part.Place, Part: part}
}

// list reads [a, b] or a comprehension.
func (p *parser) list() ast.Expr {
	start := p.start()
	if !p.enter() {
		return bad()
	}
	defer p.leave()
	if p.comprehensionAhead() {
		return p.patternComprehension()
	}
	p.next()
	if p.kind().IsName() && p.kindAt(1) == token.In {
		return p.listComprehension(start, token.RBracket)
	}
	l := &ast.List{}
	if p.accept(token.RBracket) {
		l.Place = p.since(start)
		return l
	}
	for {
		l.Items = append(l.Items, p.expr())
		if !p.accept(token.Comma) {
			break
		}
	}
	if p.kind() != token.RBracket {
		p.unexpected("an operator, ',' or ']' in the list")
	}
	p.next()
	l.Place = p.since(start)
	return l
}

// listComprehension reads x IN list [WHERE cond] [| result] and the bracket closer.
func (p *parser) listComprehension(start int32, closer token.Kind) ast.Expr {
	c := &ast.ListComprehension{Var: p.define("a variable")}
	p.expect(token.In)
	outer := p.bar
	p.bar = p.barBefore(closer)
	c.List = p.expr()
	c.Where = p.where()
	p.bar = outer
	if p.accept(token.Pipe) {
		c.Result = p.expr()
	}
	if p.kind() != closer {
		p.unexpected("WHERE, '|' or '%s' in the list comprehension", closer)
	}
	p.next()
	c.Place = p.since(start)
	return c
}

// comprehensionAhead reports whether a pattern comprehension begins at the current "[".
func (p *parser) comprehensionAhead() bool {
	at := p.pos
	defer func() { p.pos = at }()
	p.pos++
	if p.kind().IsName() && p.kindAt(1) == token.Equal {
		p.skip(2)
	}
	end, ok := p.patternAhead()
	return ok && (p.toks[end].Kind == token.Pipe || p.toks[end].Kind == token.Where)
}

// patternComprehension reads [p = (a)-->(b) WHERE cond | result].
func (p *parser) patternComprehension() ast.Expr {
	start := p.start()
	p.next()
	outer := p.bar
	p.bar = p.barBefore(token.RBracket)
	c := &ast.PatternComprehension{Part: p.patternPart()}
	c.Where = p.where()
	p.bar = outer
	p.expectFor(token.Pipe, "and a result in the pattern comprehension")
	c.Result = p.expr()
	p.expectFor(token.RBracket, "after the pattern comprehension")
	c.Place = p.since(start)
	return c
}

// mapLiteral reads {key: value}.
func (p *parser) mapLiteral() ast.Expr {
	start := p.start()
	m := &ast.Map{}
	if !p.enter() {
		return m
	}
	defer p.leave()
	p.next()
	if p.accept(token.RBrace) {
		m.Place = p.since(start)
		return m
	}
	for {
		m.Keys = append(m.Keys, p.key("the name of a key"))
		p.expectFor(token.Colon, "after the key")
		m.Values = append(m.Values, p.expr())
		if !p.accept(token.Comma) {
			break
		}
	}
	if p.kind() != token.RBrace {
		p.unexpected("an operator, ',' or '}' in the map")
	}
	p.next()
	m.Place = p.since(start)
	return m
}
