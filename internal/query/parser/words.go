package parser

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
)

// wordClause reads a clause that begins with a word that is a name everywhere else, or
// returns nil where none begins.
func (p *parser) wordClause() ast.Clause {
	switch {
	case p.at(0, "INSERT"):
		return p.create()
	case p.at(0, "NODETACH"):
		return p.delete()
	case p.at(0, "FINISH"):
		return &ast.Finish{Place: ast.Place{At: p.next().Span}}
	case p.at(0, "FILTER"):
		return p.filterClause()
	case p.at(0, "LET"):
		return p.let()
	default:
		return nil
	}
}

// filterClause reads FILTER [WHERE] cond, which is WITH * WHERE cond.
func (p *parser) filterClause() ast.Clause {
	start := p.start()
	p.next()
	c := &ast.Projection{Star: true, Sugar: ast.Filter}
	p.accept(token.Where)
	c.Where = p.expr()
	c.Place = p.since(start)
	return c
}

// let reads LET x = expr, …, which is WITH *, expr AS x, ….
func (p *parser) let() ast.Clause {
	start := p.start()
	p.next()
	c := &ast.Projection{Star: true, Sugar: ast.Let}
	for {
		at := p.start()
		v := p.define("a variable")
		p.expectFor(token.Equal, "after the variable of LET")
		item := &ast.ProjectionItem{Expr: p.expr(), Alias: v, Name: v.Name}
		item.Place = p.since(at)
		c.Items = append(c.Items, item)
		if !p.accept(token.Comma) {
			break
		}
	}
	c.Place = p.since(start)
	return c
}

// hints reads USING INDEX, USING SCAN and USING JOIN behind a pattern.
func (p *parser) hints() []ast.Hint {
	var hints []ast.Hint
	for p.err == nil && p.at(0, "USING") {
		hints = append(hints, p.hint())
	}
	return hints
}

// hint reads USING [RANGE|TEXT|POINT|BTREE] INDEX [SEEK] n:Label(key, …), USING SCAN n:Label
// or USING JOIN ON n, ….
func (p *parser) hint() ast.Hint {
	start := p.start()
	p.next()
	var h ast.Hint
	switch {
	case p.acceptWord("SCAN"):
		h.Kind = ast.HintScan
		p.hinted(&h)
	case p.acceptWord("JOIN"):
		h.Kind = ast.HintJoin
		p.expectFor(token.On, "after JOIN")
		for {
			h.Vars = append(h.Vars, p.variable("a variable"))
			if !p.accept(token.Comma) {
				break
			}
		}
	case p.at(0, "INDEX"), p.at(1, "INDEX") && (p.at(0, "RANGE") || p.at(0, "TEXT") || p.at(0, "POINT") || p.at(0, "BTREE")):
		if !p.at(0, "INDEX") {
			h.Index = p.next().Text(p.text)
		}
		p.next()
		if p.at(0, "SEEK") && p.kindAt(1).IsName() {
			p.next()
		}
		h.Kind = ast.HintIndex
		p.hinted(&h)
		h.Keys = p.hintKeys()
	default:
		p.unexpected("INDEX, SCAN or JOIN after USING")
	}
	h.Place = p.since(start)
	return h
}

// hinted reads n:Label.
func (p *parser) hinted(h *ast.Hint) {
	h.Vars = []*ast.Variable{p.variable("a variable")}
	p.expectFor(token.Colon, "and a label")
	h.Label = p.name("a label")
}

// hintKeys reads (key, …).
func (p *parser) hintKeys() []ast.Name {
	p.expectFor(token.LParen, "and the properties of the index")
	var keys []ast.Name
	for {
		keys = append(keys, p.name("the name of a property"))
		if !p.accept(token.Comma) {
			break
		}
	}
	p.expectFor(token.RParen, "after the properties of the index")
	return keys
}

// directives reads USING INDEX :Label(key), :Label, … and USING HOPS LIMIT n before a query.
func (p *parser) directives() (hints []ast.Hint, hops ast.Expr) {
	for p.err == nil && p.at(0, "USING") {
		start := p.start()
		p.next()
		if p.acceptWords("HOPS", "LIMIT") {
			if hops = p.count(); hops == nil {
				p.unexpected("the number of hops after USING HOPS LIMIT")
			}
			continue
		}
		if !p.acceptWord("INDEX") {
			p.fail(failure.Syntax("NotSupported", "USING %s before a query is not supported", p.toks[p.pos].Text(p.text)).
				WithHint("only USING INDEX :Label(property) and USING HOPS LIMIT can stand here"))
			return nil, nil
		}
		for {
			h := ast.Hint{Kind: ast.HintIndex}
			p.expectFor(token.Colon, "and a label")
			h.Label = p.name("a label")
			if p.kind() == token.LParen {
				h.Keys = p.hintKeys()
			}
			h.Place = p.since(start)
			hints = append(hints, h)
			if !p.accept(token.Comma) {
				break
			}
			start = p.start()
		}
	}
	return hints, hops
}
