package parser

import (
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
)

// match reads [OPTIONAL] MATCH pattern [WHERE cond].
func (p *parser) match() ast.Clause {
	start := p.start()
	c := &ast.Match{Optional: p.accept(token.Optional)}
	p.expect(token.Match)
	c.Pattern = p.pattern()
	c.Hints = p.hints()
	c.Where = p.where()
	c.Place = p.since(start)
	return c
}

// where reads [WHERE cond].
func (p *parser) where() ast.Expr {
	if !p.accept(token.Where) {
		return nil
	}
	return p.expr()
}

// unwind reads UNWIND list AS x.
func (p *parser) unwind() ast.Clause {
	start := p.start()
	p.next()
	c := &ast.Unwind{List: p.expr()}
	p.expectFor(token.As, "and a name for the elements")
	c.Var = p.define("a variable")
	c.Place = p.since(start)
	return c
}

// loadCSV reads LOAD CSV FROM file WITH|NO HEADER [IGNORE BAD] [DELIMITER s] [QUOTE s] [NULLIF s] AS row, or the
// form LOAD CSV [WITH HEADERS] FROM file AS row [FIELDTERMINATOR s].
func (p *parser) loadCSV() ast.Clause {
	start := p.start()
	p.next()
	switch {
	case p.at(0, "PARQUET"):
		p.unsupported(p.toks[p.pos].Span, "LOAD PARQUET", "LOAD CSV and memgraphd import csv read CSV")
	case p.at(0, "JSONL"):
		p.unsupported(p.toks[p.pos].Span, "LOAD JSONL", "memgraphd import json reads such files")
	default:
	}
	p.expectWord("CSV")
	headers := p.acceptWords("WITH", "HEADERS")
	p.expectWord("FROM")
	c := &ast.LoadCSV{File: p.expr()}
	if headers || p.kind() == token.As {
		return p.loadRows(start, c, headers)
	}
	if p.at(0, "WITH") && p.at(1, "CONFIG") {
		p.unsupported(p.toks[p.pos].Span, "LOAD CSV … WITH CONFIG", "files are read from the server's disk")
	}
	switch {
	case p.acceptWords("WITH", "HEADER"):
		c.Header = true
	case p.acceptWords("NO", "HEADER"):
	default:
		p.unexpected("WITH HEADER or NO HEADER after the name of the file")
	}
	c.IgnoreBad = p.acceptWords("IGNORE", "BAD")
	if p.acceptWord("DELIMITER") {
		c.Delimiter = p.expr()
	}
	if p.acceptWord("QUOTE") {
		c.Quote = p.expr()
	}
	if p.acceptWord("NULLIF") {
		c.NullIf = p.expr()
	}
	p.expectFor(token.As, "and a name for the row")
	c.Var = p.define("a variable")
	c.Place = p.since(start)
	return c
}

// loadRows reads AS row [FIELDTERMINATOR s] behind the file of LOAD CSV.
func (p *parser) loadRows(start int32, c *ast.LoadCSV, headers bool) ast.Clause {
	c.Header, c.EmptyNull = headers, true
	p.expectFor(token.As, "and a name for the row")
	c.Var = p.define("a variable")
	if p.acceptWord("FIELDTERMINATOR") {
		c.Delimiter = p.expr()
	}
	c.Place = p.since(start)
	return c
}

// projection reads WITH or RETURN with everything that belongs to it.
func (p *parser) projection() ast.Clause {
	start := p.start()
	c := &ast.Projection{Return: p.next().Kind == token.Return}
	c.Distinct = p.accept(token.Distinct)
	if p.accept(token.Star) {
		c.Star = true
		if p.accept(token.Comma) {
			p.projectionItems(c)
		}
	} else {
		p.projectionItems(c)
	}
	p.ordering(c)
	if !c.Return {
		c.Where = p.where()
	}
	c.Place = p.since(start)
	return c
}

// ordering reads what follows the items of a projection: [ORDER BY …] [SKIP n] [LIMIT n].
func (p *parser) ordering(c *ast.Projection) {
	if p.accept(token.Order) {
		p.expectFor(token.By, "after ORDER")
		c.OrderBy = p.sortItems()
	}
	if p.accept(token.Skip) || p.acceptWord("OFFSET") {
		c.Skip = p.expr()
	}
	if p.accept(token.Limit) {
		c.Limit = p.expr()
	}
	if c.Skip == nil && (p.kind() == token.Skip || p.at(0, "OFFSET")) {
		p.fail(failure.Syntax("UnexpectedSyntax", "expected %s before LIMIT, found it after", strings.ToUpper(p.toks[p.pos].Text(p.text))))
	}
}

func (p *parser) projectionItems(c *ast.Projection) {
	for {
		start := p.start()
		item := &ast.ProjectionItem{Expr: p.expr()}
		item.Name = p.since(start).At.Text(p.text)
		if v, ok := item.Expr.(*ast.Variable); ok {
			item.Name = v.Name
		}
		if p.accept(token.As) {
			item.Alias = p.define("a name for the column")
			item.Name = item.Alias.Name
		}
		item.Place = p.since(start)
		c.Items = append(c.Items, item)
		if !p.accept(token.Comma) {
			return
		}
	}
}

func (p *parser) sortItems() []*ast.SortItem {
	var items []*ast.SortItem
	for {
		start := p.start()
		item := &ast.SortItem{Expr: p.expr()}
		switch p.kind() {
		case token.Desc, token.Descending:
			item.Descending = true
			p.next()
		case token.Asc, token.Ascending:
			p.next()
		default:
		}
		item.Place = p.since(start)
		items = append(items, item)
		if !p.accept(token.Comma) {
			return items
		}
	}
}
