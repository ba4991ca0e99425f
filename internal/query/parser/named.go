package parser

import (
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
)

// named reads an operand that begins with a name: a call, a map projection or a variable.
func (p *parser) named(k token.Kind) ast.Expr {
	if k != token.Quoted {
		switch p.kindAt(1) {
		case token.LBrace:
			if x := p.braced(k); x != nil {
				return x
			}
		case token.LParen:
			if x := p.special(); x != nil {
				return x
			}
		default:
		}
	}
	reserved := k.IsReserved() && !p.names[k]
	if n := p.callAhead(); n > 0 && (!reserved || k == token.Contains) {
		return p.callOf(n)
	}
	if reserved {
		p.unexpected("an expression")
		return bad()
	}
	if p.enumValueAhead() {
		return p.enumValue()
	}
	v := p.variable("a variable")
	if p.kind() == token.LBrace {
		return p.mapProjection(v)
	}
	return v
}

// special reads the calls that have a syntax of their own, or returns nil.
func (p *parser) special() ast.Expr {
	binds := p.kindAt(2).IsName() && p.kindAt(3) == token.In
	switch name := strings.ToLower(p.toks[p.pos].Text(p.text)); name {
	case "all", "any", "none", "single":
		if binds {
			return p.quantifier(name)
		}
	case "filter", "extract":
		if binds {
			start := p.start()
			if !p.enter() {
				return bad()
			}
			defer p.leave()
			p.skip(2)
			return p.listComprehension(start, token.RParen)
		}
	case "reduce":
		return p.reduce()
	case "trim":
		return p.trim()
	case "exists":
		return p.existsCall()
	case "shortestpath", "allshortestpaths":
		return p.pathExpression()
	}
	return nil
}

// quantifier reads all(x IN list WHERE cond) and its like.
func (p *parser) quantifier(kind string) ast.Expr {
	start := p.start()
	q := &ast.Quantifier{Kind: kind}
	if !p.enter() {
		return q
	}
	defer p.leave()
	p.skip(2)
	q.Var = p.define("a variable")
	p.expect(token.In)
	q.List = p.expr()
	p.expectFor(token.Where, "and a condition in "+kind+"()")
	q.Where = p.expr()
	p.expectFor(token.RParen, "after the condition of "+kind+"()")
	q.Place = p.since(start)
	return q
}

// reduce reads reduce(acc = init, x IN list | result).
func (p *parser) reduce() ast.Expr {
	start := p.start()
	r := &ast.Reduce{}
	if !p.enter() {
		return r
	}
	defer p.leave()
	p.skip(2)
	r.Acc = p.define("the name of the accumulator")
	p.expectFor(token.Equal, "and the first value of the accumulator")
	r.Init = p.expr()
	p.expectFor(token.Comma, "after the first value of the accumulator")
	r.Var = p.define("a variable")
	p.expect(token.In)
	r.List = p.listBeforeBar()
	p.expectFor(token.Pipe, "and the next value of the accumulator")
	r.Result = p.expr()
	p.expectFor(token.RParen, "after reduce()")
	r.Place = p.since(start)
	return r
}

// existsCall reads exists(x.key), which is x.key IS NOT NULL, or exists((a)-->(b)).
func (p *parser) existsCall() ast.Expr {
	start := p.start()
	p.skip(2)
	if end, ok := p.patternAhead(); ok && p.toks[end].Kind == token.RParen {
		part := p.patternPredicate(end)
		p.next()
		e := &ast.Subquery{Place: p.since(start)}
		if pred, ok := part.(*ast.PatternPredicate); ok {
			e.Pattern = &ast.Pattern{Place: pred.Place, Parts: []*ast.PatternPart{pred.Part}}
		}
		return e
	}
	x := p.expr()
	p.expectFor(token.RParen, "after the argument of exists()")
	return &ast.IsNull{Place: p.since(start), X: x, Not: true}
}

// callAhead returns the number of tokens of the function name a.b.c that begins here and
// is followed by "(", or 0.
func (p *parser) callAhead() int {
	n := 1
	for p.kindAt(n) == token.Dot && p.kindAt(n+1).IsName() {
		n += 2
	}
	if p.kindAt(n) == token.LParen {
		return n
	}
	return 0
}

// callOf reads the call of a function whose name has n tokens.
func (p *parser) callOf(n int) ast.Expr {
	start := p.start()
	c := &ast.Call{}
	if !p.enter() {
		return c
	}
	defer p.leave()
	var name strings.Builder
	for i := range n {
		if i%2 == 0 {
			name.WriteString(p.name("the name of a function").Text)
		} else {
			p.next()
			name.WriteByte('.')
		}
	}
	c.Name = name.String()
	p.expect(token.LParen)
	c.Distinct = p.accept(token.Distinct)
	switch p.kind() {
	case token.RParen:
		if c.Distinct {
			p.unexpected("an expression after DISTINCT")
		}
	case token.Star:
		p.star(c)
	default:
		for {
			c.Args = append(c.Args, p.expr())
			if !p.accept(token.Comma) {
				break
			}
		}
	}
	if p.kind() != token.RParen {
		p.unexpected("an operator, ',' or ')' in the call of %s()", c.Name)
	}
	p.next()
	c.Place = p.since(start)
	return c
}

// star reads the * of count(*).
func (p *parser) star(c *ast.Call) {
	if !strings.EqualFold(c.Name, "count") || c.Distinct {
		p.fail(failure.Syntax("UnexpectedSyntax", "expected an expression, found '*'").
			WithHint("only count(*) takes *"))
		return
	}
	p.next()
	c.Star = true
}

// mapProjection reads {.key, .*, key: value, variable} after the variable v.
func (p *parser) mapProjection(v *ast.Variable) ast.Expr {
	m := &ast.MapProjection{X: v}
	if !p.enter() {
		return m
	}
	defer p.leave()
	p.next()
	for p.kind() != token.RBrace || len(m.Items) > 0 {
		m.Items = append(m.Items, p.mapProjectionItem())
		if !p.accept(token.Comma) {
			break
		}
	}
	if p.kind() != token.RBrace {
		p.unexpected("',' or '}' in the map projection")
	}
	p.next()
	m.Place = p.since(v.At.Start)
	return m
}

func (p *parser) mapProjectionItem() ast.MapProjectionItem {
	if p.accept(token.Dot) {
		if p.accept(token.Star) {
			return ast.MapProjectionItem{All: true}
		}
		return ast.MapProjectionItem{Key: p.name("the name of a property or *")}
	}
	if p.kindAt(1) == token.Colon {
		item := ast.MapProjectionItem{Key: p.key("the name of a key")}
		p.next()
		item.Value = p.expr()
		return item
	}
	v := p.variable("'.' and a property, a key or a variable")
	return ast.MapProjectionItem{Key: ast.Name{Place: v.Place, Text: v.Name}, Value: v}
}
