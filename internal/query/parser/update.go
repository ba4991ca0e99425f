package parser

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
)

// create reads CREATE pattern or INSERT pattern.
func (p *parser) create() ast.Clause {
	start := p.start()
	p.next()
	c := &ast.Create{Pattern: p.pattern()}
	c.Place = p.since(start)
	return c
}

// merge reads MERGE part [ON CREATE SET …] [ON MATCH SET …].
func (p *parser) merge() ast.Clause {
	start := p.start()
	p.next()
	c := &ast.Merge{Part: p.patternPart()}
	for p.accept(token.On) {
		switch {
		case p.accept(token.Create):
			p.expect(token.Set)
			c.OnCreate = append(c.OnCreate, p.setItems()...)
		case p.accept(token.Match):
			p.expect(token.Set)
			c.OnMatch = append(c.OnMatch, p.setItems()...)
		default:
			p.unexpected("CREATE or MATCH after ON")
		}
	}
	c.Place = p.since(start)
	return c
}

// set reads SET items.
func (p *parser) set() ast.Clause {
	start := p.start()
	p.next()
	c := &ast.Set{Items: p.setItems()}
	c.Place = p.since(start)
	return c
}

func (p *parser) setItems() []ast.SetItem {
	var items []ast.SetItem
	for {
		items = append(items, p.setItem())
		if !p.accept(token.Comma) {
			return items
		}
	}
}

// setItem reads x.key = v, x[key] = v, x = v, x += v or x:A:B.
func (p *parser) setItem() ast.SetItem {
	start := p.start()
	item := ast.SetItem{Target: p.target()}
	switch target := item.Target.(type) {
	case *ast.Property:
		item.Kind = ast.SetProperty
		if p.kind() == token.PlusEqual {
			p.fail(failure.Syntax("UnexpectedSyntax", "expected = after a property, found +=").
				WithHint("+= merges a map into all properties of a variable"))
		}
		p.expect(token.Equal)
		item.Value = p.expr()
	case *ast.Subscript:
		item.Kind = ast.SetDynamic
		p.expect(token.Equal)
		item.Value = p.expr()
	case *ast.HasLabels:
		item.Kind, item.Target, item.Labels, item.Is = ast.SetLabels, target.X, target.Labels, target.Is
	default:
		switch {
		case p.accept(token.Equal):
			item.Kind = ast.SetAll
		case p.accept(token.PlusEqual):
			item.Kind = ast.SetMerge
		default:
			p.unexpected("'.', ':', '=' or '+=' after the variable")
		}
		item.Value = p.expr()
	}
	item.Place = p.since(start)
	return item
}

// target reads what SET and REMOVE change: a property, an element by its key, labels of a
// variable, or a variable.
func (p *parser) target() ast.Expr {
	start := p.start()
	x := p.postfix(p.primary())
	switch t := x.(type) {
	case *ast.Variable, *ast.Property, *ast.Subscript:
		return x
	case *ast.HasLabels:
		if _, ok := t.X.(*ast.Variable); !ok {
			break
		}
		if !ast.IsConjunction(t.Is) {
			p.failAt(t.Is.Span(), failure.Syntax("UnexpectedSyntax", "a label expression says what to look for, not which labels to set or remove").
				WithHint("write %s:A:B", ast.ExprString(t.X)))
		}
		return x
	}
	p.failAt(p.since(start).At, failure.Syntax("UnexpectedSyntax", "expected a variable, its property or its labels, found %s",
		quote(p.since(start).At.Text(p.text))))
	return x
}

// remove reads REMOVE items.
func (p *parser) remove() ast.Clause {
	start := p.start()
	p.next()
	c := &ast.Remove{}
	for {
		at := p.start()
		item := ast.RemoveItem{}
		switch x := p.target().(type) {
		case *ast.Property:
			item.Property = x
		case *ast.Subscript:
			item.Dynamic = x
		case *ast.HasLabels:
			item.Target, item.Labels, item.Is = x.X, x.Labels, x.Is
		default:
			p.unexpected("'.' and a property or ':' and a label after the variable")
		}
		item.Place = p.since(at)
		c.Items = append(c.Items, item)
		if !p.accept(token.Comma) {
			break
		}
	}
	c.Place = p.since(start)
	return c
}

// delete reads [DETACH|NODETACH] DELETE expressions.
func (p *parser) delete() ast.Clause {
	start := p.start()
	c := &ast.Delete{Detach: p.accept(token.Detach)}
	if !c.Detach {
		p.acceptWord("NODETACH")
	}
	p.expect(token.Delete)
	for {
		c.Exprs = append(c.Exprs, p.expr())
		if !p.accept(token.Comma) {
			break
		}
	}
	c.Place = p.since(start)
	return c
}

// foreach reads FOREACH (x IN list | updating clauses).
func (p *parser) foreach() ast.Clause {
	start := p.start()
	p.next()
	c := &ast.Foreach{}
	if !p.enter() {
		return c
	}
	defer p.leave()
	p.expectFor(token.LParen, "after FOREACH")
	c.Var = p.define("a variable")
	p.expectFor(token.In, "and a list in FOREACH")
	c.List = p.listBeforeBar()
	p.expectFor(token.Pipe, "and the updates to repeat")
	for p.err == nil && p.kind() != token.RParen {
		inner := p.clause()
		if inner == nil {
			p.unexpected("an updating clause or )")
			break
		}
		c.Body = append(c.Body, inner)
	}
	if len(c.Body) == 0 {
		p.unexpected("an updating clause")
	}
	p.expect(token.RParen)
	c.Place = p.since(start)
	return c
}
