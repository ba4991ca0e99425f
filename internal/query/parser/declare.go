package parser

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/value"
)

// declaration reads a statement about an enum or a description, or returns nil where none
// begins.
func (p *parser) declaration(start int32) ast.Statement {
	switch {
	case p.at(0, "CREATE") && p.at(1, "ENUM") && p.kindAt(2).IsName():
		p.skip(2)
		return p.createEnum(start)
	case p.acceptWords("ALTER", "ENUM"):
		return p.alterEnum(start)
	case p.acceptWords("DROP", "ENUM"):
		s := &ast.EnumStatement{Verb: ast.DropEnum, Enum: p.name("the name of an enum")}
		s.Place = p.since(start)
		return s
	case p.at(0, "SET") && p.at(1, "DESCRIPTION") && p.kindAt(2) == token.On,
		p.at(0, "DELETE") && p.at(1, "DESCRIPTION") && p.kindAt(2) == token.On:
		return p.describe(start)
	}
	return nil
}

// createEnum reads the rest of CREATE ENUM name VALUES { value, … }.
func (p *parser) createEnum(start int32) ast.Statement {
	s := &ast.EnumStatement{Verb: ast.CreateEnum, Enum: p.name("the name of an enum")}
	if !p.acceptWord("VALUES") {
		p.unexpected("VALUES and the values in { } after the name of the enum")
	}
	p.expectFor(token.LBrace, "before the values of the enum")
	for {
		s.Values = append(s.Values, p.name("the name of a value"))
		if !p.accept(token.Comma) {
			break
		}
	}
	p.expectFor(token.RBrace, "after the values of the enum")
	s.Place = p.since(start)
	return s
}

// alterEnum reads the rest of ALTER ENUM name ADD|UPDATE|REMOVE VALUE ….
func (p *parser) alterEnum(start int32) ast.Statement {
	s := &ast.EnumStatement{Enum: p.name("the name of an enum")}
	switch {
	case p.acceptWords("ADD", "VALUE"):
		s.Verb = ast.AddEnumValue
	case p.acceptWords("UPDATE", "VALUE"):
		s.Verb = ast.UpdateEnumValue
	case p.acceptWords("REMOVE", "VALUE"):
		s.Verb = ast.RemoveEnumValue
	default:
		p.unexpected("ADD VALUE, UPDATE VALUE or REMOVE VALUE after the name of the enum")
	}
	s.Values = []ast.Name{p.name("the name of a value")}
	if s.Verb == ast.UpdateEnumValue {
		if !p.acceptWord("TO") {
			p.unexpected("TO and the new name of the value")
		}
		s.Values = append(s.Values, p.name("the new name of the value"))
	}
	s.Place = p.since(start)
	return s
}

// describe reads SET DESCRIPTION ON target "text" or DELETE DESCRIPTION ON target.
func (p *parser) describe(start int32) ast.Statement {
	s := &ast.DescriptionStatement{Drop: p.at(0, "DELETE")}
	p.skip(3)
	p.described(&s.Target)
	if !s.Drop {
		if p.kind() != token.String {
			p.unexpected("the description in quotes")
			return s
		}
		if text, ok := p.str().(*ast.Literal); ok && p.err == nil {
			s.Text = text.Value.AsString()
		}
	}
	s.Place = p.since(start)
	return s
}

// described reads what a description belongs to.
func (p *parser) described(t *ast.DescriptionTarget) {
	switch {
	case p.acceptWords("LABEL", "PROPERTY"):
		t.Kind = ast.DescribeLabelProperty
		t.Names = p.colonNames("a label")
		p.targetProperty(t)
	case p.acceptWord("LABEL"):
		t.Kind = ast.DescribeLabel
		t.Names = p.colonNames("a label")
	case p.acceptWords("EDGE", "TYPE", "PROPERTY"):
		t.Kind = ast.DescribeTypeProperty
		p.targetType(t)
		p.targetProperty(t)
	case p.acceptWords("EDGE", "TYPE"):
		t.Kind = ast.DescribeType
		p.targetType(t)
	case p.acceptWord("PROPERTY"):
		t.Kind = ast.DescribeProperty
		t.Property = p.name("the name of a property")
		if p.acceptWord("VALUE") {
			t.Value = p.targetValue()
		}
	case p.acceptWord("DATABASE"):
		t.Kind = ast.DescribeDatabase
		t.Names = []ast.Name{p.name("the name of a database")}
	default:
		p.unexpected("LABEL, EDGE TYPE, LABEL PROPERTY, EDGE TYPE PROPERTY, PROPERTY or DATABASE")
	}
}

// colonNames reads :A:B.
func (p *parser) colonNames(what string) []ast.Name {
	var names []ast.Name
	p.expectFor(token.Colon, "and "+what)
	for {
		names = append(names, p.name(what))
		if !p.accept(token.Colon) {
			return names
		}
	}
}

// targetProperty reads (property).
func (p *parser) targetProperty(t *ast.DescriptionTarget) {
	p.expectFor(token.LParen, "before the property")
	t.Property = p.name("the name of a property")
	p.expectFor(token.RParen, "after the property")
}

// targetType reads :T or (:A)-[:T]->(:B).
func (p *parser) targetType(t *ast.DescriptionTarget) {
	if p.kind() == token.LParen {
		t.Pattern = true
		t.Start = p.targetNode()
		p.expect(token.Minus)
		p.expect(token.LBracket)
	}
	p.expectFor(token.Colon, "and a relationship type")
	t.Names = []ast.Name{p.name("a relationship type")}
	if t.Pattern {
		p.expect(token.RBracket)
		p.expect(token.Minus)
		p.expect(token.Greater)
		t.End = p.targetNode()
	}
}

// targetNode reads () or (:A:B).
func (p *parser) targetNode() []ast.Name {
	var names []ast.Name
	p.expect(token.LParen)
	if p.kind() == token.Colon {
		names = p.colonNames("a label")
	}
	p.expect(token.RParen)
	return names
}

// targetValue reads a string, a number or a boolean.
func (p *parser) targetValue() *ast.Literal {
	start := p.start()
	negative := p.kind() == token.Minus && (p.kindAt(1) == token.Integer || p.kindAt(1) == token.Float)
	if negative {
		p.next()
	}
	var x ast.Expr
	switch p.kind() {
	case token.String:
		x = p.str()
	case token.Integer:
		x = p.integer()
	case token.Float:
		x = p.float()
	case token.True, token.False:
		x = p.constant()
	default:
		p.unexpected("a string, a number or a boolean")
	}
	l, ok := x.(*ast.Literal)
	if !ok {
		return &ast.Literal{}
	}
	l = &ast.Literal{Place: p.since(start), Value: l.Value}
	switch {
	case negative && l.Value.Kind() == value.KindInt:
		l.Value = value.Int(-l.Value.AsInt())
	case negative && l.Value.Kind() == value.KindFloat:
		l.Value = value.Float(-l.Value.AsFloat())
	}
	return l
}

// enumValueAhead reports whether Enum::Value begins here, and not a variable and its type.
func (p *parser) enumValueAhead() bool {
	return p.kindAt(1) == token.Colon && p.kindAt(2) == token.Colon && p.kindAt(3).IsName() && !p.typeNameAt(3)
}

// typeNameAt reports whether the name of a type begins n places further.
func (p *parser) typeNameAt(n int) bool {
	if p.kindAt(n) == token.Quoted {
		return false
	}
	for _, word := range []string{"LIST", "ARRAY", "ANY", "TIME", "DATETIME", "TIMESTAMP"} {
		if p.at(n, word) {
			return true
		}
	}
	for _, s := range typeSpellings() {
		if p.aheadAt(n, s.words) {
			return true
		}
	}
	return false
}

// enumValue reads Enum::Value.
func (p *parser) enumValue() ast.Expr {
	start := p.start()
	e := &ast.EnumValue{Enum: p.name("the name of an enum")}
	p.skip(2)
	e.Value = p.name("the name of a value")
	e.Place = p.since(start)
	return e
}
