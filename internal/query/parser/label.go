package parser

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
)

// labelForm is what is known of a label expression while it is read.
type labelForm struct {
	what   string     // what the names are called
	is     bool       // it began with IS
	colons token.Span // the first colon between names
	mixed  bool       // there is such a colon
	other  bool       // there is another symbol, or brackets
	either bool       // there is |:
}

// labelsAhead reports whether a label expression begins here: ":" or IS and what can
// stand after it.
func (p *parser) labelsAhead() bool {
	switch p.kind() {
	case token.Colon:
		return p.labelAt(1)
	case token.Is:
		if p.kindAt(1).IsKeyword() || p.kindAt(1) == token.Word {
			return !p.isPredicateAt(1)
		}
		return p.labelAt(1)
	default:
		return false
	}
}

// labelAt reports whether the token n places further can begin a label.
func (p *parser) labelAt(n int) bool {
	switch k := p.kindAt(n); k {
	case token.LParen, token.Exclamation, token.Percent, token.Dollar, token.Param:
		return true
	default:
		return k.IsName()
	}
}

// isPredicateAt reports whether the word n places further, behind IS, is not a label: NULL,
// NOT, TYPED, NORMALIZED and the names of normal forms.
func (p *parser) isPredicateAt(n int) bool {
	for _, word := range [...]string{"NULL", "NOT", "TYPED", "NORMALIZED", "NFC", "NFD", "NFKC", "NFKD"} {
		if p.at(n, word) {
			return true
		}
	}
	return false
}

// nodeLabels reads :A:B, :A&(B|C), IS A or nothing: the names that must all be there, and
// what must hold besides.
func (p *parser) nodeLabels() ([]ast.Name, ast.LabelExpr) {
	if k := p.kind(); k != token.Colon && k != token.Is {
		return nil, nil
	}
	if names := p.plainLabels(); names != nil {
		return names, nil
	}
	f := labelForm{what: "a label"}
	e := p.labelExpr(&f)
	if p.err != nil {
		return nil, nil
	}
	if f.either {
		p.failAt(f.colons, failure.Syntax("UnexpectedSyntax", "|: stands between types of relationships only").
			WithHint("write :%s", ast.LabelString(e)))
	}
	var s splitLabels
	s.add(e)
	switch len(s.rest) {
	case 0:
		return s.names, nil
	case 1:
		return s.names, s.rest[0]
	default:
		return s.names, &ast.LabelJunction{Place: ast.Place{At: e.Span()}, Terms: s.rest}
	}
}

// plainLabels reads :A:B where nothing else follows, which is what most nodes have, and
// returns nil elsewhere.
func (p *parser) plainLabels() []ast.Name {
	n := 0
	for p.kindAt(2*n) == token.Colon && p.kindAt(2*n+1).IsName() {
		n++
	}
	switch p.kindAt(2 * n) {
	case token.Colon, token.Pipe, token.Ampersand, token.Dot:
		return nil
	default:
	}
	if n == 0 {
		return nil
	}
	if n > p.o.MaxOperators {
		p.fail(failure.Syntax("TooManyOperators", "more than %d labels together", p.o.MaxOperators).
			WithHint("a node has few labels; what differs from node to node is a property"))
		return nil
	}
	names := make([]ast.Name, 0, n)
	for range n {
		p.next()
		names = append(names, p.name("a label"))
	}
	return names
}

// splitLabels tells the names that must all be there from the rest.
type splitLabels struct {
	names []ast.Name
	rest  []ast.LabelExpr
}

func (s *splitLabels) add(e ast.LabelExpr) {
	switch e := e.(type) {
	case *ast.LabelName:
		s.names = append(s.names, e.Name)
		return
	case *ast.LabelJunction:
		if !e.Any {
			for _, t := range e.Terms {
				s.add(t)
			}
			return
		}
	default:
	}
	s.rest = append(s.rest, e)
}

// relTypes reads :A|B, :!A, IS A or nothing: any of some names, or what must hold.
func (p *parser) relTypes() ([]ast.Name, ast.LabelExpr) {
	if k := p.kind(); k != token.Colon && k != token.Is {
		return nil, nil
	}
	if p.kindAt(1).IsName() && p.kind() == token.Colon {
		switch p.kindAt(2) {
		case token.Colon, token.Pipe, token.Ampersand, token.Dot:
		default:
			p.next()
			return []ast.Name{p.name("a relationship type")}, nil
		}
	}
	f := labelForm{what: "a relationship type"}
	e := p.labelExpr(&f)
	if p.err != nil {
		return nil, nil
	}
	if f.mixed && !f.either {
		p.failAt(f.colons, failure.Syntax("UnexpectedSyntax", "a relationship has one type, so that types cannot be joined with ':'").
			WithHint("write -[:A|B]- for any of several types"))
	}
	if names := anyName(e); names != nil {
		return names, nil
	}
	return nil, e
}

// anyName returns the names of A|B|…, or nil if e is something else.
func anyName(e ast.LabelExpr) []ast.Name {
	switch e := e.(type) {
	case *ast.LabelName:
		return []ast.Name{e.Name}
	case *ast.LabelJunction:
		if !e.Any {
			return nil
		}
		var names []ast.Name
		for _, t := range e.Terms {
			n := anyName(t)
			if n == nil {
				return nil
			}
			names = append(names, n...)
		}
		return names
	default:
		return nil
	}
}

// labelExpr reads a label expression with the ":" or IS before it.
func (p *parser) labelExpr(f *labelForm) ast.LabelExpr {
	f.is = p.next().Kind == token.Is
	e := p.labelAny(f)
	switch {
	case p.err != nil || !f.mixed:
	case f.is:
		p.failAt(f.colons, failure.Syntax("UnexpectedSyntax", "IS and ':' between names cannot be mixed").
			WithHint("write IS %s", ast.LabelString(e)))
	case f.other:
		p.failAt(f.colons, failure.Syntax("UnexpectedSyntax", "':' between names cannot be mixed with '|', '&', '!' and '%%'").
			WithHint("write :%s", ast.LabelString(e)))
	}
	return e
}

// colon passes over a colon between names.
func (p *parser) colon(f *labelForm) {
	if !f.mixed {
		f.mixed, f.colons = true, p.toks[p.pos].Span
	}
	p.next()
}

// labelAny reads x|y.
func (p *parser) labelAny(f *labelForm) ast.LabelExpr {
	start := p.start()
	terms := []ast.LabelExpr{p.labelAll(f)}
	legacy := false
	for p.kind() == token.Pipe && p.pos != p.bar && p.operator() {
		p.next()
		if p.kind() == token.Colon {
			p.colon(f)
			f.either, legacy = true, true
		}
		terms = append(terms, p.labelAll(f))
	}
	if len(terms) == 1 {
		return terms[0]
	}
	e := &ast.LabelJunction{Place: p.since(start), Any: true, Terms: terms}
	f.other = f.other || !legacy || anyName(e) == nil
	return e
}

// labelAll reads x&y or x:y.
func (p *parser) labelAll(f *labelForm) ast.LabelExpr {
	start := p.start()
	terms := []ast.LabelExpr{p.labelNot(f)}
	for p.err == nil {
		switch {
		case p.kind() == token.Ampersand:
			f.other = true
			p.next()
		case p.kind() == token.Colon && p.labelAt(1):
			p.colon(f)
		default:
			if len(terms) == 1 {
				return terms[0]
			}
			return &ast.LabelJunction{Place: p.since(start), Terms: terms}
		}
		if !p.operator() {
			break
		}
		terms = append(terms, p.labelNot(f))
	}
	return terms[0]
}

// labelNot reads !x.
func (p *parser) labelNot(f *labelForm) ast.LabelExpr {
	start := p.start()
	if p.kind() != token.Exclamation {
		return p.label(f)
	}
	if !p.enter() {
		return &ast.LabelWildcard{}
	}
	defer p.leave()
	p.next()
	f.other = true
	x := p.labelNot(f)
	return &ast.LabelNot{Place: p.since(start), X: x}
}

// label reads a name, %, $(x) and its like, or an expression in brackets.
func (p *parser) label(f *labelForm) ast.LabelExpr {
	start := p.start()
	switch p.kind() {
	case token.Percent:
		f.other = true
		p.next()
		return &ast.LabelWildcard{Place: p.since(start)}
	case token.Dollar, token.Param:
		return p.dynamicLabel()
	case token.LParen:
		if !p.enter() {
			return &ast.LabelWildcard{}
		}
		defer p.leave()
		p.next()
		f.other = true
		x := p.labelAny(f)
		p.expectFor(token.RParen, "in the label expression")
		return x
	default:
	}
	name := p.name(f.what)
	if p.kind() == token.Dot && p.err == nil {
		return p.labelOf(name)
	}
	return &ast.LabelName{Name: name}
}

// dynamicLabel reads $(x), $all(x), $any(x) or $name.
func (p *parser) dynamicLabel() ast.LabelExpr {
	start := p.start()
	l := &ast.LabelDynamic{}
	if p.kind() == token.Param {
		text := p.toks[p.pos].Text(p.text)[1:]
		l.Any = fold(text, "any")
		if p.kindAt(1) != token.LParen || !l.Any && !fold(text, "all") {
			l.Any, l.X = false, p.param()
			l.Place = p.since(start)
			return l
		}
	}
	p.next()
	p.expect(token.LParen)
	l.X = p.expr()
	p.expectFor(token.RParen, "after the expression that gives the name")
	l.Place = p.since(start)
	return l
}

// labelOf reads the rest of x.key, the property whose value is the name.
func (p *parser) labelOf(name ast.Name) ast.LabelExpr {
	var x ast.Expr = &ast.Variable{Place: name.Place, Name: name.Text}
	for p.accept(token.Dot) {
		key := p.name("the name of a property")
		x = &ast.Property{Place: p.since(name.At.Start), X: x, Key: key}
	}
	return &ast.LabelDynamic{Place: p.since(name.At.Start), X: x}
}
