package parser

import (
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/token"
)

// callProcedure reads name [(args)] [YIELD * | results [WHERE cond]] after CALL.
func (p *parser) callProcedure(start int32, optional bool) ast.Clause {
	c := &ast.CallProcedure{Optional: optional, Name: p.procedureName()}
	if p.kind() == token.LParen {
		p.procedureArguments(c)
	} else {
		c.Implicit = true
	}
	if p.accept(token.Yield) {
		p.yield(c)
	}
	c.Place = p.since(start)
	return c
}

// procedureName reads a name with dots.
func (p *parser) procedureName() ast.Name {
	start := p.start()
	var name strings.Builder
	name.WriteString(p.name("the name of a procedure or '{' after CALL").Text)
	for p.accept(token.Dot) {
		name.WriteByte('.')
		name.WriteString(p.name("the next part of the procedure's name").Text)
	}
	return ast.Name{Place: p.since(start), Text: name.String()}
}

func (p *parser) procedureArguments(c *ast.CallProcedure) {
	if !p.enter() {
		return
	}
	defer p.leave()
	p.next()
	if p.accept(token.RParen) {
		return
	}
	for {
		c.Args = append(c.Args, p.expr())
		if !p.accept(token.Comma) {
			break
		}
	}
	if p.kind() != token.RParen {
		p.unexpected("an operator, ',' or ')' in the call of %s()", c.Name.Text)
	}
	p.next()
}

// yield reads what follows YIELD.
func (p *parser) yield(c *ast.CallProcedure) {
	if p.accept(token.Star) {
		c.Star = true
		c.Where = p.where()
		return
	}
	c.Yields = p.yieldItems()
	c.Where = p.where()
}

// yieldItems reads result [AS alias], ….
func (p *parser) yieldItems() []ast.YieldItem {
	var items []ast.YieldItem
	for {
		start := p.start()
		item := ast.YieldItem{Var: p.define("the name of a result or '*' after YIELD")}
		item.Result = ast.Name{Place: item.Var.Place, Text: item.Var.Name}
		if p.accept(token.As) {
			item.Var = p.define("a name for the result")
		}
		item.Place = p.since(start)
		items = append(items, item)
		if !p.accept(token.Comma) {
			return items
		}
	}
}
