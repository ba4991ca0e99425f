package parser

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/token"
)

// caseOf reads CASE [subject] WHEN … THEN … [ELSE …] END.
func (p *parser) caseOf() ast.Expr {
	start := p.start()
	p.next()
	c := &ast.Case{}
	if p.kind() != token.When {
		c.Subject = p.expr()
	}
	if p.kind() != token.When {
		p.unexpected("WHEN")
	}
	for p.accept(token.When) {
		if c.Subject == nil {
			c.When = append(c.When, p.expr())
		} else {
			c.When = append(c.When, p.caseWhen())
		}
		p.expectFor(token.Then, "after the condition of WHEN")
		c.Then = append(c.Then, p.expr())
	}
	if p.accept(token.Else) {
		c.Else = p.expr()
	}
	if p.kind() != token.End {
		p.unexpected("WHEN, ELSE or END")
	}
	p.next()
	c.Place = p.since(start)
	return c
}

// caseWhen reads the values and conditions after WHEN of a simple CASE.
func (p *parser) caseWhen() ast.Expr {
	start := p.start()
	w := &ast.CaseWhen{}
	conditions := false
	for {
		if p.caseConditionAhead() {
			conditions = true
			w.Items = append(w.Items, p.caseCondition())
		} else {
			w.Items = append(w.Items, p.expr())
		}
		if !p.accept(token.Comma) {
			break
		}
	}
	if len(w.Items) == 1 && !conditions {
		return w.Items[0]
	}
	w.Place = p.since(start)
	return w
}

// caseConditionAhead reports whether an operator begins here whose left side is the subject
// of a CASE.
func (p *parser) caseConditionAhead() bool {
	switch p.kind() {
	case token.Equal, token.NotEqual, token.Less, token.LessEqual, token.Greater, token.GreaterEqual, token.Regex, token.Colon:
		return true
	case token.Starts, token.Ends:
		return p.kindAt(1) == token.With
	case token.In, token.Contains, token.Is:
		switch p.kindAt(1) {
		case token.Then, token.Comma, token.Dot:
			return false
		case token.LParen:
			return p.kind() == token.In
		default:
			return true
		}
	default:
		return false
	}
}

// caseCondition reads an operator and its right side.
func (p *parser) caseCondition() ast.Expr {
	start := p.start()
	if !p.enter() {
		return bad()
	}
	defer p.leave()
	p.outermost()
	p.exprs++
	defer func() { p.exprs-- }()
	var x ast.Expr = &ast.CaseSubject{Place: ast.Place{At: token.Span{Start: start, End: start}}}
	switch {
	case p.labelsAhead(): // and nothing behind them: a condition is no value
		labels, is := p.nodeLabels()
		return &ast.HasLabels{Place: p.since(start), X: x, Labels: labels, Is: is}
	case binding(p.kind()) == bindComparison:
		return p.comparison(x, start)
	default:
		return p.predicate(x, start)
	}
}
