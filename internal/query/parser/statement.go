package parser

import (
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
	"memgraphd/internal/spelling"
)

// statement reads the whole text.
func (p *parser) statement() ast.Statement {
	if p.kind() == token.EOF {
		p.unexpected("a statement")
		return nil
	}
	s := p.oneStatement()
	ended := false
	for p.accept(token.Semicolon) {
		ended = true
	}
	if p.kind() == token.EOF {
		return s
	}
	if ended {
		p.fail(failure.Syntax("UnexpectedSyntax", "expected the end of the query after ';', found %s", p.found()).
			WithHint("send one statement at a time"))
		return nil
	}
	p.afterStatement(s)
	return nil
}

// clauseWords are the words that begin a clause.
var clauseWords = []string{
	"MATCH", "OPTIONAL", "WHERE", "RETURN", "WITH", "UNWIND", "CREATE", "MERGE", "SET", "REMOVE",
	"DELETE", "DETACH", "FOREACH", "CALL", "LOAD", "UNION", "ORDER", "SKIP", "LIMIT",
	"INSERT", "NODETACH", "FINISH", "FILTER", "LET", "USING", "OFFSET",
}

// afterStatement fails because something follows a whole statement.
func (p *parser) afterStatement(s ast.Statement) {
	expected := "the end of the statement"
	if _, ok := s.(*ast.Query); ok {
		expected = "a clause, an operator or the end of the query"
	}
	t := p.toks[p.pos]
	if t.Kind == token.Ampersand {
		p.fail(failure.Syntax("UnexpectedSyntax", "expected %s, found '&'", expected).WithHint("write AND"))
		return
	}
	p.noClause(expected)
}

// noClause fails at a token that is no clause, where expected could stand.
func (p *parser) noClause(expected string) {
	if t := p.toks[p.pos]; t.Kind.IsName() {
		word := t.Text(p.text)
		hint := strange[strings.ToUpper(word)]
		if near := spelling.Nearest(word, clauseWords); hint == "" && near != "" && t.Kind == token.Word {
			hint = "did you mean " + near + "?"
		}
		if hint != "" {
			p.fail(failure.Syntax("UnexpectedSyntax", "expected %s, found %s", expected, p.found()).WithHint("%s", hint))
			return
		}
	}
	p.unexpected("%s", expected)
}

// strange says how words of other languages are written here, by those that stand where a clause could begin.
//
//nolint:gochecknoglobals // a table
var strange = map[string]string{
	"BETWEEN":   "write 1 <= x <= 3",
	"GROUP":     "what stands in RETURN or WITH beside an aggregate makes the groups",
	"HAVING":    "write WITH … WHERE …, and RETURN behind it",
	"ILIKE":     likeInstead,
	"KILL":      "TERMINATE TRANSACTIONS 'id' ends one; SHOW TRANSACTIONS lists them",
	"LIKE":      likeInstead,
	"PROCEDURE": everyStatement,
	"QUERY":     everyStatement,
	"SELECT":    "write MATCH (n:Label) RETURN n.property",
	"UPDATE":    "write MATCH (n:Label) SET n.property = value",
	"USE":       "leave it out: a server has one database, and every session uses it",
}

const everyStatement = "leave it out: --query-memory-limit bounds the memory of each transaction"

const likeInstead = "write STARTS WITH, ENDS WITH, CONTAINS, or =~ and a regular expression"

// oneStatement reads a statement up to its end.
func (p *parser) oneStatement() ast.Statement {
	start := p.start()
	mode := ast.Run
	switch p.kind() {
	case token.Explain:
		p.next()
		p.options()
		if p.at(0, "SHOW") {
			return p.explainedShow(start)
		}
		mode = ast.Explain
	case token.Profile:
		p.next()
		p.options()
		mode = ast.Profile
	default:
		shows := p.at(0, "SHOW")
		if s := p.command(); s != nil || p.err != nil {
			if shows && p.err == nil {
				return p.filtered(start, s)
			}
			return s
		}
	}
	if mode != ast.Run && p.err == nil {
		p.onlyQuery(start)
	}
	hints, hops := p.directives()
	q := p.query()
	q.Mode, q.Hints, q.Hops = mode, hints, hops
	q.Place = p.since(start)
	return q
}

// onlyQuery fails where no query but a statement of administration follows EXPLAIN or PROFILE.
func (p *parser) onlyQuery(start int32) {
	pos, from := p.pos, p.start()
	if s := p.command(); s != nil && p.err == nil {
		word := strings.ToUpper(p.text[start:from])
		p.failAt(p.since(from).At, failure.Syntax("NotSupported", "%s is for queries, and this is none", strings.Fields(word)[0]).
			WithHint("leave it out: the statement has no plan"))
		return
	}
	p.pos, p.err = pos, nil
}

// query reads single queries joined by UNION.
func (p *parser) query() *ast.Query {
	start := p.start()
	q := &ast.Query{}
	if !p.enter() {
		return q
	}
	defer p.leave()
	q.Parts = append(q.Parts, p.singleQuery())
	for p.accept(token.Union) {
		q.All = append(q.All, p.acceptWord("ALL"))
		if !q.All[len(q.All)-1] {
			p.accept(token.Distinct)
		}
		q.Parts = append(q.Parts, p.singleQuery())
	}
	q.Place = p.since(start)
	return q
}

// singleQuery reads clauses, at least one.
func (p *parser) singleQuery() *ast.SingleQuery {
	start := p.start()
	q := &ast.SingleQuery{}
	for p.err == nil {
		c := p.clause()
		if c == nil {
			break
		}
		q.Clauses = append(q.Clauses, c)
	}
	if len(q.Clauses) == 0 {
		p.notAClause()
	}
	q.Place = p.since(start)
	return q
}

// notAClause fails because a query does not begin with a clause.
func (p *parser) notAClause() {
	p.noClause("a clause such as MATCH, CREATE or RETURN")
}

// clause reads one clause, or returns nil where none begins.
func (p *parser) clause() ast.Clause {
	switch p.kind() {
	case token.Optional:
		if p.kindAt(1) == token.Call {
			return p.call()
		}
		return p.match()
	case token.Match:
		return p.match()
	case token.Unwind:
		return p.unwind()
	case token.Load:
		return p.loadCSV()
	case token.With, token.Return:
		return p.projection()
	case token.Create:
		return p.create()
	case token.Merge:
		return p.merge()
	case token.Set:
		return p.set()
	case token.Remove:
		return p.remove()
	case token.Delete, token.Detach:
		return p.delete()
	case token.Foreach:
		return p.foreach()
	case token.Call:
		return p.call()
	case token.Word:
		return p.wordClause()
	default:
		return nil
	}
}
