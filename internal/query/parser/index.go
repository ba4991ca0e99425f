package parser

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
)

// createIndex reads CREATE INDEX ON :Label[(property)], or the form
// CREATE [RANGE|BTREE] INDEX [name] [IF NOT EXISTS] FOR (n:Label) ON (n.property).
func (p *parser) createIndex(start int32) ast.Statement {
	p.next()
	if !p.acceptWord("RANGE") {
		p.acceptWord("BTREE")
	}
	p.expectWord("INDEX")
	if p.kind() == token.On {
		return p.indexOn(start, &ast.IndexStatement{})
	}
	if p.kind().IsName() && !p.at(0, "FOR") && !p.at(0, "IF") {
		p.next()
	}
	if p.acceptWord("IF") && !p.acceptWords("NOT", "EXISTS") {
		p.unexpected("NOT EXISTS after IF")
	}
	if !p.acceptWord("FOR") {
		p.unexpected("ON :Label or FOR (n:Label) ON (n.property) in CREATE INDEX")
	}
	return p.indexFor(start)
}

// dropIndex reads the rest of DROP INDEX ON :Label[(property)] or of DROP INDEX name [IF EXISTS].
func (p *parser) dropIndex(start int32) ast.Statement {
	s := &ast.IndexStatement{Drop: true}
	if p.kind().IsName() && p.kind() != token.On {
		s.Name, s.IfExists = p.dropped("the name of the index")
		s.Place = p.since(start)
		return s
	}
	return p.indexOn(start, s)
}

// dropped reads name [IF EXISTS].
func (p *parser) dropped(what string) (name *ast.Name, ifExists bool) {
	n := p.name(what)
	if p.acceptWord("IF") {
		if ifExists = p.acceptWord("EXISTS"); !ifExists {
			p.unexpected("EXISTS after IF")
		}
	}
	return &n, ifExists
}

// indexOn reads ON :Label[(property)].
func (p *parser) indexOn(start int32, s *ast.IndexStatement) ast.Statement {
	p.expect(token.On)
	p.expectFor(token.Colon, "before the label")
	if p.kind() == token.LParen {
		p.unsupported(p.toks[p.pos].Span, "an index without a label", "write CREATE INDEX ON :Label(property)")
	}
	s.Label = p.name("a label")
	if p.accept(token.LParen) {
		key := p.indexKey()
		s.Property = &key
		p.expectFor(token.RParen, "after the property of the index")
	}
	if p.at(0, "WITH") {
		p.unsupported(p.toks[p.pos].Span, "WITH CONFIG of an index", "leave it out: an index has nothing to configure")
	}
	s.Place = p.since(start)
	return s
}

// indexKey reads the one property of an index.
func (p *parser) indexKey() ast.Name {
	key := p.name("a property")
	switch p.kind() {
	case token.Comma:
		p.unsupported(p.toks[p.pos].Span, "an index on several properties",
			"make one on the property that sorts out most; what it finds is filtered by the others")
	case token.Dot:
		p.unsupported(p.toks[p.pos].Span, "an index on a nested property", "keep what is searched for in a property of its own")
	default:
	}
	return key
}

// indexFor reads (n:Label) ON (n.property).
func (p *parser) indexFor(start int32) ast.Statement {
	s := &ast.IndexStatement{}
	v := p.schemaNode("index", "an index", &s.Label)
	p.expectFor(token.On, "and the property of the index")
	p.expectFor(token.LParen, "before the property of the index")
	use := p.name("the variable of the index")
	if use.Text != v.Text {
		p.failAt(use.At, failure.Syntax("UndefinedVariable", "variable `%s` is not defined", use.Text).
			WithHint("did you mean `%s`?", v.Text))
	}
	p.expectFor(token.Dot, "and the property of the index")
	key := p.indexKey()
	s.Property = &key
	p.expectFor(token.RParen, "after the property of the index")
	s.Place = p.since(start)
	return s
}

// relationshipInstead says what there is in place of an index and a constraint on relationships.
//
//nolint:gochecknoglobals // a table
var relationshipInstead = map[string]string{
	"index":      "patterns begin at nodes: an index on a label and a property of one end is what helps",
	"constraint": "what has to be so can be demanded of nodes: make the relationship a node between two others",
}

// schemaNode reads the (n:Label) of an index or a constraint and returns the variable. what
// and its form with an article name it in errors.
func (p *parser) schemaNode(what, one string, label *ast.Name) ast.Name {
	if p.kind() == token.LParen && p.kindAt(1) == token.RParen {
		p.unsupported(p.toks[p.pos].Span, one+" on relationships", relationshipInstead[what])
	}
	p.expectFor(token.LParen, "before the node of the "+what)
	v := p.name("a variable")
	p.expectFor(token.Colon, "and a label in the node of the "+what)
	*label = p.name("a label")
	p.expectFor(token.RParen, "after the node of the "+what)
	return v
}
