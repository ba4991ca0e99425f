package parser

import (
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
	"memgraphd/internal/spelling"
	"memgraphd/internal/storage/constraint"
)

// createConstraint reads the rest of CREATE CONSTRAINT ON (n:Label) ASSERT …, or of the form
// CREATE CONSTRAINT [name] [IF NOT EXISTS] FOR (n:Label) REQUIRE ….
func (p *parser) createConstraint(start int32) ast.Statement {
	s := &ast.ConstraintStatement{}
	if p.accept(token.On) {
		return p.assertion(start, s)
	}
	if p.kind().IsName() && !p.at(0, "FOR") && !p.at(0, "IF") {
		name := p.name("the name of the constraint")
		s.Name = &name
	}
	if p.acceptWord("IF") && !p.acceptWords("NOT", "EXISTS") {
		p.unexpected("NOT EXISTS after IF")
	}
	if !p.acceptWord("FOR") {
		p.unexpected("ON (n:Label) ASSERT or FOR (n:Label) REQUIRE in CREATE CONSTRAINT")
	}
	v := p.schemaNode("constraint", "a constraint", &s.Label)
	p.expectWord("REQUIRE")
	p.constrainedProperties(s, v)
	if !p.acceptWord("IS") {
		p.unexpected("IS UNIQUE, IS NODE KEY, IS NOT NULL or IS :: and a type after the properties of the constraint")
	}
	switch {
	case p.acceptWords("NOT", "NULL"):
		s.Rule = constraint.Exists
		p.onlyOneProperty(s)
	case p.kind() == token.Colon && p.kindAt(1) == token.Colon:
		p.next()
		p.next()
		p.constraintType(s)
	default:
		p.uniqueOrTyped(s)
	}
	if p.at(0, "OPTIONS") {
		p.unsupported(p.toks[p.pos].Span, "OPTIONS of a constraint", "leave them out: they say nothing about what is demanded")
	}
	s.Place = p.since(start)
	return s
}

// dropConstraint reads the rest of DROP CONSTRAINT ON (n:Label) ASSERT …, or of DROP CONSTRAINT
// name [IF EXISTS].
func (p *parser) dropConstraint(start int32) ast.Statement {
	s := &ast.ConstraintStatement{Drop: true}
	if p.kind().IsName() && p.kind() != token.On {
		s.Name, s.IfExists = p.dropped("the name of the constraint")
		s.Place = p.since(start)
		return s
	}
	p.expect(token.On)
	return p.assertion(start, s)
}

// assertion reads (n:Label) ASSERT and what is demanded.
func (p *parser) assertion(start int32, s *ast.ConstraintStatement) ast.Statement {
	v := p.schemaNode("constraint", "a constraint", &s.Label)
	p.expectWord("ASSERT")
	if p.at(0, "EXISTS") && p.kindAt(1) == token.LParen {
		p.next()
		p.next()
		s.Rule = constraint.Exists
		s.Properties = []ast.Name{p.constrainedProperty(v)}
		p.expectFor(token.RParen, "after the property of the constraint")
	} else {
		p.constrainedProperties(s, v)
		if !p.acceptWord("IS") {
			p.unexpected("IS UNIQUE, IS NODE KEY or IS TYPED after the properties of the constraint")
		}
		p.uniqueOrTyped(s)
	}
	s.Place = p.since(start)
	return s
}

// uniqueOrTyped reads what both forms have behind IS.
func (p *parser) uniqueOrTyped(s *ast.ConstraintStatement) {
	switch {
	case p.acceptWord("UNIQUE"), p.acceptWords("NODE", "UNIQUE"):
		s.Rule = constraint.Unique
	case p.acceptWord("TYPED"):
		p.constraintType(s)
	case p.acceptWords("NODE", "KEY"), p.acceptWord("KEY"):
		s.Rule, s.Key = constraint.Unique, true
	default:
		p.unexpected("UNIQUE, NODE KEY, TYPED or NOT NULL after IS")
	}
}

// constrainedProperties reads n.a, n.b, … with or without parentheses around them.
func (p *parser) constrainedProperties(s *ast.ConstraintStatement, v ast.Name) {
	inside := p.accept(token.LParen)
	for {
		key := p.constrainedProperty(v)
		for _, other := range s.Properties {
			if p.err == nil && other.Text == key.Text {
				p.failAt(key.At, failure.Syntax("InvalidConstraint", "property `%s` is named twice", key.Text))
			}
		}
		s.Properties = append(s.Properties, key)
		if len(s.Properties) > constraint.KeysMax {
			p.failAt(key.At, failure.Syntax("InvalidConstraint", "a constraint has at most %d properties", constraint.KeysMax))
		}
		if p.err != nil || !p.accept(token.Comma) {
			break
		}
	}
	if inside {
		p.expectFor(token.RParen, "after the properties of the constraint")
	}
}

// constrainedProperty reads n.p.
func (p *parser) constrainedProperty(v ast.Name) ast.Name {
	use := p.name("the variable of the constraint")
	if p.err == nil && use.Text != v.Text {
		p.failAt(use.At, failure.Syntax("UndefinedVariable", "variable `%s` is not defined", use.Text).
			WithHint("did you mean `%s`?", v.Text))
	}
	p.expectFor(token.Dot, "and a property of the constraint")
	return p.name("a property")
}

// onlyOneProperty refuses several properties where each would need a constraint of its own.
func (p *parser) onlyOneProperty(s *ast.ConstraintStatement) {
	if p.err == nil && len(s.Properties) > 1 {
		p.failAt(s.Properties[1].At, failure.Syntax("InvalidConstraint", "only a unique constraint has several properties").
			WithHint("create one constraint for each property"))
	}
}

// constraintType reads the type that is demanded.
func (p *parser) constraintType(s *ast.ConstraintStatement) {
	s.Rule = constraint.Typed
	p.onlyOneProperty(s)
	first := p.name("a type, one of " + strings.Join(constraint.TypeNames(), ", "))
	name := strings.ToUpper(first.Text)
	switch name {
	case "LOCAL", "ZONED":
		if p.at(0, "TIME") || p.at(0, "DATETIME") {
			name += strings.ToUpper(p.next().Text(p.text))
		}
	case "BOOL":
		name = constraint.Boolean.String()
	case "INT":
		name = constraint.Integer.String()
	}
	typ, ok := constraint.ParseType(name)
	switch {
	case p.err != nil:
	case !ok:
		err := failure.Syntax("UnknownType", "a data type constraint knows no type `%s`", first.Text)
		if near := spelling.Nearest(name, constraint.TypeNames()); near != "" {
			err = err.WithHint("did you mean %s?", near)
		} else {
			err = err.WithHint("it knows %s", strings.Join(constraint.TypeNames(), ", "))
		}
		p.failAt(first.At, err)
	case p.kind() == token.Less:
		p.unsupported(p.toks[p.pos].Span, "a data type constraint on the elements of a list", "IS TYPED LIST demands a list of anything")
	}
	s.Type = typ
}
