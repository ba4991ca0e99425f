package parser

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
)

// The binding strengths of the operators, weakest first. NOT stands between AND and the
// comparisons; the signs bind more tightly than all of these, then ".", "[" and ":".
const (
	bindOr = iota + 1
	bindXor
	bindAnd
	bindNot
	bindComparison
	bindPredicate // IN, STARTS WITH, ENDS WITH, CONTAINS, =~, IS NULL
	bindAdd
	bindMultiply
	bindPower
)

// binding returns how strongly the operator k binds, or 0 for what is no operator.
func binding(k token.Kind) int {
	switch k {
	case token.Or:
		return bindOr
	case token.Xor:
		return bindXor
	case token.And:
		return bindAnd
	case token.Equal, token.NotEqual, token.Less, token.LessEqual, token.Greater, token.GreaterEqual:
		return bindComparison
	case token.In, token.Starts, token.Ends, token.Contains, token.Is, token.Regex:
		return bindPredicate
	case token.Plus, token.Minus, token.DoublePipe:
		return bindAdd
	case token.Star, token.Slash, token.Percent:
		return bindMultiply
	case token.Caret:
		return bindPower
	default:
		return 0
	}
}

// bad is what rules return after a mistake.
func bad() ast.Expr { return &ast.Literal{} }

// expr reads an expression.
func (p *parser) expr() ast.Expr {
	if !p.enter() {
		return bad()
	}
	p.outermost()
	p.exprs++
	x := p.binary(bindOr)
	p.exprs--
	p.leave()
	return x
}

// binary reads an expression whose operators bind at least as strongly as weakest.
func (p *parser) binary(weakest int) ast.Expr {
	start := p.start()
	var x ast.Expr
	if weakest <= bindNot && p.kind() == token.Not {
		x = p.not()
	} else {
		x = p.unary()
	}
	for p.err == nil {
		k := p.kind()
		b := binding(k)
		if k == token.Colon && p.kindAt(1) == token.Colon {
			b = bindPredicate
		}
		if b == 0 || b < weakest || !p.operator() {
			return x
		}
		switch b {
		case bindComparison:
			x = p.comparison(x, start)
		case bindPredicate:
			x = p.predicate(x, start)
		default:
			op := p.next().Kind.String()
			y := p.binary(b + 1)
			x = &ast.Binary{Place: p.since(start), Op: op, X: x, Y: y}
		}
	}
	return x
}

// not reads NOT x.
func (p *parser) not() ast.Expr {
	start := p.start()
	if !p.enter() {
		return bad()
	}
	defer p.leave()
	p.next()
	x := p.binary(bindNot)
	return &ast.Unary{Place: p.since(start), Op: "NOT", X: x}
}

// comparison reads the rest of a chain that began with x.
func (p *parser) comparison(x ast.Expr, start int32) ast.Expr {
	c := &ast.Comparison{Operands: []ast.Expr{x}}
	for binding(p.kind()) == bindComparison && p.operator() {
		c.Ops = append(c.Ops, p.next().Kind.String())
		if p.kind() == token.Equal {
			p.fail(failure.Syntax("UnexpectedSyntax", "expected an expression, found '='").
				WithHint("= alone compares two values"))
		}
		c.Operands = append(c.Operands, p.binary(bindComparison+1))
	}
	c.Place = p.since(start)
	return c
}

// predicate reads the rest of x IN y, x IS NULL and their like.
func (p *parser) predicate(x ast.Expr, start int32) ast.Expr {
	if n := p.typeAhead(); n > 0 {
		return p.isTyped(x, start, n)
	}
	if n := p.normalizedAhead(); n > 0 {
		return p.isNormalized(x, start, n)
	}
	var op string
	switch p.next().Kind {
	case token.Is:
		not := p.accept(token.Not)
		if !p.accept(token.Null) {
			p.unexpected("NULL, NOT NULL, :: and a type, NORMALIZED or a label after IS")
		}
		return &ast.IsNull{Place: p.since(start), X: x, Not: not}
	case token.Starts:
		p.expectFor(token.With, "after STARTS")
		op = "STARTS WITH"
	case token.Ends:
		p.expectFor(token.With, "after ENDS")
		op = "ENDS WITH"
	case token.Contains:
		op = "CONTAINS"
	case token.Regex:
		op = "=~"
	default:
		op = "IN"
	}
	y := p.binary(bindAdd)
	return &ast.Binary{Place: p.since(start), Op: op, X: x, Y: y}
}

// unary reads signs and what they stand before.
func (p *parser) unary() ast.Expr {
	k := p.kind()
	if k != token.Minus && k != token.Plus {
		return p.postfix(p.primary())
	}
	start := p.start()
	if !p.enter() {
		return bad()
	}
	defer p.leave()
	p.next()
	if k == token.Minus && p.kind() == token.Integer {
		if x := p.smallestInteger(start); x != nil {
			return p.postfixFrom(x, start)
		}
	}
	x := p.unary()
	return &ast.Unary{Place: p.since(start), Op: k.String(), X: x}
}

// postfix reads what follows x directly: .key, [index], [from..to], :Label and IS Label.
func (p *parser) postfix(x ast.Expr) ast.Expr {
	return p.postfixFrom(x, p.primaryStart)
}

func (p *parser) postfixFrom(x ast.Expr, start int32) ast.Expr {
	for p.err == nil {
		switch p.kind() {
		case token.Dot:
			p.next()
			key := p.name("the name of a property")
			x = &ast.Property{Place: p.since(start), X: x, Key: key}
		case token.LBracket:
			x = p.subscript(x, start)
		case token.Colon, token.Is:
			if !p.labelsAhead() {
				return x
			}
			labels, is := p.nodeLabels()
			x = &ast.HasLabels{Place: p.since(start), X: x, Labels: labels, Is: is}
		default:
			return x
		}
		if !p.operator() {
			return x
		}
	}
	return x
}

// subscript reads x[index] or x[from..to].
func (p *parser) subscript(x ast.Expr, start int32) ast.Expr {
	p.next()
	var from ast.Expr
	if p.kind() != token.DotDot {
		from = p.expr()
	}
	if !p.accept(token.DotDot) {
		p.expectFor(token.RBracket, "after the index")
		return &ast.Subscript{Place: p.since(start), X: x, Index: from}
	}
	var to ast.Expr
	if p.kind() != token.RBracket {
		to = p.expr()
	}
	p.expectFor(token.RBracket, "after the bounds of the slice")
	return &ast.Slice{Place: p.since(start), X: x, From: from, To: to}
}
