package parser

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
)

// call reads [OPTIONAL] CALL of a subquery or a procedure.
func (p *parser) call() ast.Clause {
	start := p.start()
	optional := p.accept(token.Optional)
	p.next()
	switch p.kind() {
	case token.LBrace, token.LParen:
		return p.callSubquery(start, optional)
	default:
		return p.callProcedure(start, optional)
	}
}

// callSubquery reads [(imports)] { query } [IN TRANSACTIONS …].
func (p *parser) callSubquery(start int32, optional bool) ast.Clause {
	c := &ast.CallSubquery{Optional: optional}
	if !p.enter() {
		return c
	}
	defer p.leave()
	if p.accept(token.LParen) {
		p.imports(c)
	}
	p.expectFor(token.LBrace, "and the clauses of the subquery")
	c.Query = p.query()
	if p.kind() != token.RBrace {
		p.unexpected("a clause or '}' in the subquery of CALL")
	}
	p.next()
	if p.kind() == token.In {
		c.Batches = p.batches()
	}
	c.Place = p.since(start)
	return c
}

// imports reads what stands in the brackets after CALL, and the closing one.
func (p *parser) imports(c *ast.CallSubquery) {
	c.Scope = ast.ImportListed
	switch {
	case p.accept(token.Star):
		c.Scope = ast.ImportAll
	case p.kind() == token.RParen:
	default:
		for {
			c.Imports = append(c.Imports, p.variable("a variable, '*' or ')'"))
			if !p.accept(token.Comma) {
				break
			}
		}
	}
	if p.kind() == token.As {
		p.fail(failure.Syntax("UnexpectedSyntax", "expected ',' or ')' after the variable that CALL imports, found AS").
			WithHint("variables keep their names; rename inside: WITH x AS y"))
		return
	}
	p.expectFor(token.RParen, "after the variables that CALL imports")
}

// batches reads IN [[n] CONCURRENT] TRANSACTIONS and its options.
func (p *parser) batches() *ast.Batches {
	start := p.start()
	p.next()
	b := &ast.Batches{}
	if !p.acceptWord("TRANSACTIONS") {
		if !p.at(0, "CONCURRENT") {
			b.Concurrency = p.expr()
		}
		p.expectWord("CONCURRENT")
		b.Concurrent = true
		p.expectWord("TRANSACTIONS")
	}
	var seen [3]bool
	for p.err == nil {
		n := p.batchOption(b)
		if n < 0 {
			break
		}
		if seen[n] {
			p.fail(failure.Syntax("UnexpectedSyntax", "an option of IN TRANSACTIONS stands twice").At(p.since(start).At))
		}
		seen[n] = true
	}
	b.Place = p.since(start)
	return b
}

// batchOption reads one option of IN TRANSACTIONS and returns its number, or -1 where none
// begins.
func (p *parser) batchOption(b *ast.Batches) int {
	switch {
	case p.acceptWord("OF"):
		if p.at(0, "ROWS") || p.at(0, "ROW") {
			p.unexpected("a number of rows after OF")
		}
		b.Rows = p.expr()
		if !p.acceptWord("ROWS") && !p.acceptWord("ROW") {
			p.unexpected("ROWS after the number of rows")
		}
		return 0
	case p.accept(token.On):
		p.expectWord("ERROR")
		if p.acceptWord("RETRY") {
			p.retry(b)
		} else if !p.errorAction(b) {
			p.unexpected("CONTINUE, BREAK, FAIL or RETRY after ON ERROR")
		}
		return 1
	case p.acceptWord("REPORT"):
		p.expectWord("STATUS")
		p.expectFor(token.As, "and a name for the status")
		b.Status = p.define("a variable")
		return 2
	default:
		return -1
	}
}

// errorAction reads what happens after a batch failed for good.
func (p *parser) errorAction(b *ast.Batches) bool {
	switch {
	case p.acceptWord("CONTINUE"):
		b.OnError = ast.ErrorContinue
	case p.acceptWord("BREAK"):
		b.OnError = ast.ErrorBreak
	case p.acceptWord("FAIL"):
		b.OnError = ast.ErrorFail
	default:
		return false
	}
	return true
}

// retry reads what follows RETRY: [[FOR] n SECONDS] [THEN action].
func (p *parser) retry(b *ast.Batches) {
	b.Retry = true
	long := p.acceptWord("FOR")
	if !long {
		switch p.kind() {
		case token.Integer, token.Float, token.Param, token.LParen, token.Minus, token.Plus:
			long = true
		default:
		}
	}
	if long {
		b.RetryFor = p.expr()
		if !p.acceptWord("SECONDS") && !p.acceptWord("SECOND") && !p.acceptWord("SEC") {
			p.unexpected("SECONDS after the time of RETRY")
		}
	}
	if p.acceptWord("THEN") && !p.errorAction(b) {
		p.unexpected("CONTINUE, BREAK or FAIL after THEN")
	}
}
