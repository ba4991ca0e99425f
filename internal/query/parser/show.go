package parser

import (
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
)

// listing is a list that SHOW shows, all of it or one kind of what is in it.
type listing struct {
	verb             ast.AdminVerb
	singular, plural string
	kinds            []string // the words before the name of the list, longer ones first
}

// listings are the lists that Neo4j shows. A list whose name INFO follows is another one.
var listings = []listing{
	{ast.ShowIndexes, "INDEX", "INDEXES", []string{
		"ALL", "BTREE", "FULLTEXT", "LOOKUP", "POINT", "RANGE", "TEXT", "VECTOR",
	}},
	{ast.ShowConstraints, "CONSTRAINT", "CONSTRAINTS", constraintKinds},
	{ast.ShowFunctions, "FUNCTION", "FUNCTIONS", []string{"ALL", "BUILT IN", "USER DEFINED"}},
	{ast.ShowProcedures, "PROCEDURE", "PROCEDURES", []string{"ALL"}},
	{ast.ShowSettings, "SETTING", "SETTINGS", nil},
}

var constraintKinds = []string{
	"ALL", "EXISTENCE", "EXIST", "KEY", "PROPERTY EXISTENCE", "PROPERTY EXIST", "PROPERTY TYPE", "PROPERTY UNIQUENESS",
	"PROPERTY UNIQUE", "UNIQUENESS", "UNIQUE",
	"NODE EXISTENCE", "NODE EXIST", "NODE KEY", "NODE PROPERTY EXISTENCE", "NODE PROPERTY EXIST", "NODE PROPERTY TYPE",
	"NODE PROPERTY UNIQUENESS", "NODE PROPERTY UNIQUE", "NODE UNIQUENESS", "NODE UNIQUE",
	"RELATIONSHIP EXISTENCE", "RELATIONSHIP EXIST", "RELATIONSHIP KEY", "RELATIONSHIP PROPERTY EXISTENCE",
	"RELATIONSHIP PROPERTY EXIST", "RELATIONSHIP PROPERTY TYPE", "RELATIONSHIP PROPERTY UNIQUENESS",
	"RELATIONSHIP PROPERTY UNIQUE", "RELATIONSHIP UNIQUENESS", "RELATIONSHIP UNIQUE",
	"REL EXISTENCE", "REL EXIST", "REL KEY", "REL PROPERTY EXISTENCE", "REL PROPERTY EXIST", "REL PROPERTY TYPE",
	"REL PROPERTY UNIQUENESS", "REL PROPERTY UNIQUE", "REL UNIQUENESS", "REL UNIQUE",
}

// listed reads SHOW [kind] list, or returns nil where none begins.
func (p *parser) listed(start int32) ast.Statement {
	if !p.at(0, "SHOW") {
		return nil
	}
	for i := range listings {
		l := &listings[i]
		if p.listAt(1, l) {
			p.skip(2)
			return p.selection(start, &ast.Admin{Verb: l.verb})
		}
		for _, kind := range l.kinds {
			n := 2 + strings.Count(kind, " ")
			if p.aheadAt(1, kind) && p.listAt(n, l) {
				p.skip(n + 1)
				if kind == "ALL" {
					kind = ""
				}
				return p.selection(start, &ast.Admin{Verb: l.verb, Kind: kind})
			}
		}
	}
	return p.oneDatabase(start)
}

// listAt reports whether the name of l stands n tokens further, and INFO not behind it.
func (p *parser) listAt(n int, l *listing) bool {
	return (p.at(n, l.plural) || p.at(n, l.singular)) && !p.at(n+1, "INFO")
}

// selection reads what may follow a list: EXECUTABLE [BY …] of what can be called, which all
// of it is, and the names of settings.
func (p *parser) selection(start int32, s *ast.Admin) ast.Statement {
	switch {
	case s.Verb == ast.ShowFunctions || s.Verb == ast.ShowProcedures:
		if p.acceptWord("EXECUTABLE") && p.accept(token.By) && !p.acceptWords("CURRENT", "USER") {
			p.name("CURRENT USER or the name of a user after BY")
		}
	case s.Verb == ast.ShowSettings && (p.kind() == token.String || p.kind() == token.Param):
		for {
			s.Names = append(s.Names, p.settingText("the name of a setting"))
			if !p.accept(token.Comma) {
				break
			}
		}
	}
	s.Place = p.since(start)
	return s
}

// oneDatabase reads SHOW [DEFAULT|HOME] DATABASE and SHOW DATABASE name, or returns nil.
func (p *parser) oneDatabase(start int32) ast.Statement {
	s := &ast.Admin{Verb: ast.ShowNamedDatabase}
	switch {
	case p.acceptWords("SHOW", "DEFAULT", "DATABASE"):
		s.Kind = "DEFAULT"
	case p.acceptWords("SHOW", "HOME", "DATABASE"):
		s.Kind = "HOME"
	case p.ahead("SHOW DATABASE") && p.databaseAt(2):
		p.skip(2)
		s.Names = []ast.Expr{p.database()}
	default:
		return nil
	}
	s.Place = p.since(start)
	return s
}

// databaseAt reports whether the name of a database stands n tokens further.
func (p *parser) databaseAt(n int) bool {
	switch k := p.kindAt(n); k {
	case token.Param, token.String:
		return true
	case token.Yield, token.Where:
		return false
	default:
		return k.IsName() && !p.at(n, "SETTING") && !p.at(n, "SETTINGS") && !p.at(n, "PRIVILEGES")
	}
}

// filtered reads what may follow a statement that shows something:
// [YIELD *|items [ORDER BY …] [SKIP n] [LIMIT n]] [WHERE cond] [RETURN …].
func (p *parser) filtered(start int32, of ast.Statement) ast.Statement {
	s := &ast.Show{Of: of}
	from := p.start()
	with := &ast.Projection{Star: true}
	switch {
	case p.accept(token.Yield):
		s.Yield = true
		if !p.accept(token.Star) {
			s.Yields = p.yieldItems()
		}
		p.ordering(with)
	case p.kind() == token.Where:
	case p.kind() == token.Return:
		p.fail(failure.Syntax("UnexpectedSyntax", "expected YIELD before RETURN").
			WithHint("write YIELD * RETURN …, or YIELD with the columns that are used"))
		return of
	default:
		return of
	}
	with.Where = p.where()
	with.Place = p.since(from)
	if with.OrderBy != nil || with.Skip != nil || with.Limit != nil || with.Where != nil {
		s.With = with
	}
	if s.Yield && p.kind() == token.Return {
		s.Return, _ = p.projection().(*ast.Projection)
	}
	s.Place = p.since(start)
	return s
}

// explainedShow reads SHOW … after EXPLAIN.
func (p *parser) explainedShow(start int32) ast.Statement {
	of := p.command()
	if of == nil {
		return nil
	}
	s, ok := p.filtered(start, of).(*ast.Show)
	if !ok {
		s = &ast.Show{Of: of}
	}
	s.Explain = true
	s.Place = p.since(start)
	return s
}
