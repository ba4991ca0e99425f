package parser

import (
	"math"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// matchMode reads REPEATABLE ELEMENTS or DIFFERENT RELATIONSHIPS before a pattern and
// reports whether relationships may repeat.
func (p *parser) matchMode() bool {
	switch {
	case p.acceptWords("REPEATABLE", "ELEMENTS"), p.acceptWords("REPEATABLE", "ELEMENT"):
		return true
	case p.acceptWords("DIFFERENT", "RELATIONSHIPS"), p.acceptWords("DIFFERENT", "RELATIONSHIP"):
	}
	return false
}

// patternAt reports whether a pattern begins n tokens further, where otherwise a clause
// or an item of a map projection would stand.
func (p *parser) patternAt(n int) bool {
	k := p.kindAt(n)
	switch {
	case k == token.LParen, k.IsName() && p.kindAt(n+1) == token.Equal:
		return true
	case p.at(n, "REPEATABLE"), p.at(n, "DIFFERENT"):
		return p.kindAt(n+1) == token.Word
	}
	return p.selectorAt(n) || p.pathFunctionAt(n)
}

// pathFunctionAt reports whether shortestPath( or allShortestPaths( stands n tokens further.
func (p *parser) pathFunctionAt(n int) bool {
	return p.kindAt(n+1) == token.LParen && (p.at(n, "SHORTESTPATH") || p.at(n, "ALLSHORTESTPATHS"))
}

// selectorAt reports whether a selector or a path mode begins n tokens further.
func (p *parser) selectorAt(n int) bool {
	switch p.kindAt(n + 1) {
	case token.Comma, token.Colon, token.Dot, token.RBrace, token.EOF:
		return false
	default:
	}
	for _, w := range []string{"ANY", "ALL", "SHORTEST", "WALK", "TRAIL", "ACYCLIC", "SIMPLE"} {
		if p.at(n, w) {
			return true
		}
	}
	return false
}

// selector reads ANY 2 PATHS, ALL SHORTEST, SHORTEST 3 GROUPS and so on, with a path mode.
func (p *parser) selector() *ast.Selector {
	start := p.start()
	s := &ast.Selector{}
	counted := true
	switch {
	case p.acceptWords("ALL", "SHORTEST"):
		s.Kind = ast.SelectGroups
	case p.acceptWords("ANY", "SHORTEST"):
		s.Kind = ast.SelectShortest
	case p.acceptWord("ALL"):
	case p.acceptWord("ANY"):
		s.Kind = ast.SelectAny
		s.Count = p.count()
	case p.acceptWord("SHORTEST"):
		s.Kind = ast.SelectShortest
		s.Count = p.count()
		counted = s.Count != nil
	}
	p.pathMode(s)
	_ = p.acceptWord("PATHS") || p.acceptWord("PATH")
	if p.err == nil && s.Kind == ast.SelectShortest && (p.acceptWord("GROUPS") || p.acceptWord("GROUP")) {
		s.Kind = ast.SelectGroups
	} else if !counted {
		p.fail(failure.Syntax("UnexpectedSyntax", "expected the number of paths after SHORTEST, found %s", p.found()).
			WithHint("write SHORTEST 1, ANY SHORTEST or ALL SHORTEST"))
	}
	s.Place = p.since(start)
	return s
}

func (p *parser) pathMode(s *ast.Selector) {
	for _, m := range []ast.PathMode{ast.Trail, ast.Walk, ast.Acyclic, ast.Simple} {
		if p.acceptWord(m.String()) {
			s.Mode = m
			return
		}
	}
}

// count reads the number of paths that a selector asks for, or returns nil.
func (p *parser) count() ast.Expr {
	switch p.kind() {
	case token.Param:
		return p.param()
	case token.Integer:
		e := p.integer()
		if l, ok := e.(*ast.Literal); ok && l.Value.Kind() == value.KindInt && l.Value.AsInt() == 0 {
			p.failAt(l.At, failure.Syntax("InvalidArgumentValue", "the number has to be at least 1, but is 0"))
		}
		return e
	default:
		return nil
	}
}

// path reads what follows the name and the selector of a part.
func (p *parser) path(part *ast.PatternPart) {
	if p.pathFunctionAt(0) {
		p.pathCall(part)
		return
	}
	for {
		switch {
		case p.groupAhead():
			if p.group(part) {
				return
			}
		case len(part.Nodes) > len(part.Rels):
			p.fail(failure.Syntax("UnexpectedSyntax", "two nodes stand side by side, but a relationship has to join them").
				WithHint("write (a)--(b), or a comma between them"))
			return
		default:
			part.Nodes = append(part.Nodes, p.nodePattern())
		}
		for k := p.kind(); k == token.Minus || k == token.Less; k = p.kind() {
			if len(part.Nodes) == len(part.Rels) {
				p.fail(failure.Syntax("UnexpectedSyntax", "a relationship cannot follow a quantified path pattern directly").
					WithHint("put a node between them: ((a)-->(b))+ ()-->()"))
				return
			}
			p.quantifiedRel(part)
			part.Nodes = append(part.Nodes, p.nodePattern())
			if !p.operator() {
				return
			}
		}
		if p.kind() != token.LParen || p.err != nil {
			break
		}
	}
	p.closeChain(part)
}

// closeChain adds the node that a repeated pattern at the end leads to.
func (p *parser) closeChain(part *ast.PatternPart) {
	if len(part.Nodes) == len(part.Rels) {
		part.Nodes = append(part.Nodes, p.anyNode())
	}
}

// anyNode makes the node that the text leaves out beside a repeated pattern.
func (p *parser) anyNode() *ast.NodePattern { return &ast.NodePattern{Place: p.since(p.start())} }

// pathCall reads shortestPath(…) or allShortestPaths(…).
func (p *parser) pathCall(part *ast.PatternPart) {
	s := &ast.Selector{Kind: ast.SelectAllShortestPaths}
	if p.at(0, "SHORTESTPATH") {
		s.Kind = ast.SelectShortestPath
	}
	if part.Select != nil {
		p.fail(failure.Syntax("UnexpectedSyntax", "a selector cannot stand before %s()", p.toks[p.pos].Text(p.text)).
			WithHint("write ANY SHORTEST (a)-->+(b), or shortestPath((a)-[*]->(b)) alone"))
		return
	}
	t := p.next()
	s.Place = ast.Place{At: t.Span}
	p.next()
	part.Select = s
	p.path(part)
	for _, r := range part.Rels {
		if r.Length == nil {
			r.Length = &ast.Length{Place: r.Place, Min: 1, Max: 1}
		}
	}
	p.expectFor(token.RParen, "after the pattern of "+t.Text(p.text)+"()")
}

// pathExpression reads shortestPath(…) or allShortestPaths(…) where a value stands.
func (p *parser) pathExpression() ast.Expr {
	start := p.start()
	e := &ast.ShortestPath{Part: &ast.PatternPart{}}
	if !p.enter() {
		return bad()
	}
	defer p.leave()
	p.pathCall(e.Part)
	e.Place = p.since(start)
	e.Part.Place = e.Place
	return e
}

// groupAhead reports whether a pattern in brackets of its own comes next.
func (p *parser) groupAhead() bool {
	if p.kind() != token.LParen {
		return false
	}
	if p.kindAt(1) == token.LParen {
		return true
	}
	return p.kindAt(1).IsName() && p.kindAt(2) == token.Equal && p.kindAt(3) == token.LParen
}

// group reads ((a)-[r]->(b) WHERE cond){1,3}, or the whole part in brackets; then it
// reports true.
func (p *parser) group(part *ast.PatternPart) bool {
	start := p.start()
	if !p.enter() {
		return true
	}
	defer p.leave()
	p.next()
	if p.kind().IsName() {
		p.fail(failure.Syntax("NotSupported", "a part of a path cannot have a name of its own").
			WithHint("name the whole path before its first bracket"))
		return true
	}
	inner := &ast.PatternPart{}
	from := p.start()
	p.path(inner)
	if p.err != nil {
		return true
	}
	inner.Place = p.since(from)
	where := p.where()
	p.expectFor(token.RParen, "after the pattern in brackets")
	r := &ast.RelPattern{Direction: graph.Both, Repeat: &ast.Repeat{Place: p.since(start), Part: inner, Where: where}}
	if r.Length = p.rounds(); r.Length == nil {
		return p.wholeGroup(part, inner, where)
	}
	r.Place = p.since(start)
	p.checkGroup(r)
	if len(part.Nodes) == len(part.Rels) {
		part.Nodes = append(part.Nodes, p.anyNode())
	}
	part.Rels = append(part.Rels, r)
	return false
}

// checkGroup refuses a quantified path pattern without a relationship, and one inside another.
func (p *parser) checkGroup(r *ast.RelPattern) {
	inner := r.Repeat.Part
	if inner.Where != nil || len(inner.Rels) == 0 {
		p.failAt(r.At, failure.Syntax("InvalidRelationshipPattern", "a quantified path pattern needs at least one relationship").
			WithHint("write ((a)-->(b)){1,3}"))
	}
	for _, x := range inner.Rels {
		if x.Length != nil {
			p.failAt(r.At, failure.Syntax("InvalidRelationshipPattern",
				"a quantified path pattern cannot have relationships of variable length or other quantifiers inside").
				WithHint("write the inner one out as relationships of a fixed number"))
		}
	}
}

// wholeGroup makes the pattern in brackets all of part.
func (p *parser) wholeGroup(part, inner *ast.PatternPart, where ast.Expr) bool {
	if len(part.Nodes) > 0 || p.kind() == token.LParen || p.kind() == token.Minus || p.kind() == token.Less || inner.Where != nil {
		p.fail(failure.Syntax("UnexpectedSyntax", "expected a quantifier after the pattern in brackets, found %s", p.found()).
			WithHint("write +, *, {2} or {1,3}, or leave the brackets out"))
		return true
	}
	part.Nodes, part.Rels, part.Where = inner.Nodes, inner.Rels, where
	return true
}

// quantifiedRel reads a relationship and what says how often it is repeated.
func (p *parser) quantifiedRel(part *ast.PatternPart) {
	r := p.relPattern()
	l := p.rounds()
	switch {
	case l == nil:
	case r.Length != nil:
		p.failAt(l.At, failure.Syntax("InvalidRelationshipPattern", "a relationship of variable length cannot be repeated again").
			WithHint("write -[:T]->{1,3} or -[:T*1..3]->"))
	default:
		r.Length = l
	}
	part.Rels = append(part.Rels, r)
}

// rounds reads +, *, {n}, {n,}, {,m} or {n,m}, or returns nil.
func (p *parser) rounds() *ast.Length {
	start := p.start()
	l := &ast.Length{Max: -1}
	switch p.kind() {
	case token.Plus:
		l.Min = 1
		p.next()
	case token.Star:
		p.next()
	case token.LBrace:
		p.roundBounds(l)
	default:
		return nil
	}
	l.Place = p.since(start)
	switch {
	case p.err != nil:
	case l.Max == 0:
		p.failAt(l.At, failure.Syntax("InvalidRelationshipPattern", "a pattern cannot be repeated 0 times at most"))
	case l.Max > 0 && l.Min > l.Max:
		p.failAt(l.At, failure.Syntax("InvalidRelationshipPattern", "the least number of rounds, %d, is larger than the greatest, %d", l.Min, l.Max).
			WithHint("write {%d,%d}", l.Max, l.Min))
	}
	return l
}

func (p *parser) roundBounds(l *ast.Length) {
	p.next()
	found := p.kind() == token.Integer
	if found {
		l.Min = p.bound()
	}
	switch {
	case p.accept(token.Comma):
		if p.kind() == token.Integer {
			l.Max = p.bound()
		}
	case found:
		l.Max = l.Min
	}
	if p.kind() != token.RBrace || l.Min > math.MaxInt32 {
		p.fail(failure.Syntax("InvalidRelationshipPattern", "expected whole numbers as the bounds of a quantifier, found %s", p.found()).
			WithHint("write {2}, {1,3}, {1,} or {,3}"))
		return
	}
	p.next()
}

// algorithm reads the path algorithm after the *, or returns nil.
func (p *parser) algorithm() *ast.Search {
	for _, a := range []ast.Algorithm{ast.BreadthFirst, ast.WShortest, ast.AllShortest, ast.KShortest} {
		if p.acceptWord(a.String()) {
			return &ast.Search{Algorithm: a}
		}
	}
	return nil
}

// search reads what follows the bounds of a variable length: lambdas, the name of the
// total weight, the number of paths. It returns nil where nothing does.
func (p *parser) search(s *ast.Search, start int32) *ast.Search {
	if s == nil {
		if p.kind() != token.LParen {
			return nil
		}
		s = &ast.Search{}
	}
	switch s.Algorithm {
	case ast.DepthFirst, ast.BreadthFirst:
		s.Filter = p.lambda()
	case ast.WShortest, ast.AllShortest:
		if p.kind() != token.LParen {
			p.unexpected("the weight of a relationship, (r, n | r.weight), after *%s", s.Algorithm)
			return s
		}
		s.Weight = p.lambda()
		if p.kind().IsName() {
			s.Total = p.define("a variable for the total weight")
		}
		s.Filter = p.lambda()
	case ast.KShortest:
		s.Filter = p.lambda()
		if p.accept(token.Pipe) {
			if s.Count = p.count(); s.Count == nil {
				p.unexpected("the number of paths after '|'")
			}
		}
	}
	s.Place = p.since(start)
	return s
}

// lambda reads (r, n, p, w | x), or returns nil.
func (p *parser) lambda() *ast.Lambda {
	if p.kind() != token.LParen {
		return nil
	}
	start := p.start()
	l := &ast.Lambda{}
	if !p.enter() {
		return l
	}
	defer p.leave()
	p.next()
	l.Rel = p.define("a variable for the relationship")
	p.expectFor(token.Comma, "and a variable for the node")
	l.Node = p.define("a variable for the node")
	if p.accept(token.Comma) {
		l.Path = p.define("a variable for the path")
		if p.accept(token.Comma) {
			l.Weight = p.define("a variable for the weight")
		}
	}
	p.expectFor(token.Pipe, "and an expression of the relationship and the node")
	l.X = p.expr()
	p.expectFor(token.RParen, "after the expression of the relationship and the node")
	l.Place = p.since(start)
	return l
}

// starredLength reads what stands in a relationship from the * on, up to its properties.
func (p *parser) starredLength(r *ast.RelPattern) {
	start := p.start()
	p.next()
	s := p.algorithm()
	r.Length = &ast.Length{Min: 1, Max: -1}
	if s != nil && (s.Algorithm == ast.WShortest || s.Algorithm == ast.AllShortest) {
		p.weightedBound(r.Length, s.Algorithm)
	} else {
		p.lengthBounds(r.Length)
	}
	r.Length.Place = p.since(start)
	r.Search = p.search(s, start)
}

// weightedBound reads the greatest length, if there is one.
func (p *parser) weightedBound(l *ast.Length, a ast.Algorithm) {
	if p.kind() == token.Integer {
		l.Max = p.bound()
	}
	if p.kind() == token.DotDot {
		p.fail(failure.Syntax("InvalidRelationshipPattern", "*%s takes the greatest length only, found '..'", a).
			WithHint("write *%s 5 (r, n | r.weight)", strings.ToUpper(a.String())))
	}
}
