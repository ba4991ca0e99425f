package parser

import (
	"math"
	"strconv"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/graph"
)

// pattern reads parts separated by commas, and before them how relationships may repeat.
func (p *parser) pattern() *ast.Pattern {
	start := p.start()
	pat := &ast.Pattern{}
	p.outermost()
	repeatable := p.matchMode()
	for {
		part := p.patternPart()
		part.Repeatable = repeatable
		pat.Parts = append(pat.Parts, part)
		if !p.accept(token.Comma) {
			break
		}
	}
	pat.Place = p.since(start)
	return pat
}

// patternPart reads [p =] [selector] (a)-[r]->(b)….
func (p *parser) patternPart() *ast.PatternPart {
	start := p.start()
	part := &ast.PatternPart{}
	if p.kind().IsName() && p.kindAt(1) == token.Equal {
		part.Var = p.define("a variable")
		p.next()
	}
	if p.selectorAt(0) {
		part.Select = p.selector()
	}
	p.path(part)
	part.Place = p.since(start)
	return part
}

// chain reads (a)-[r]->(b)… into part, no further than the token end.
func (p *parser) chain(part *ast.PatternPart, end int) {
	part.Nodes = append(part.Nodes, p.nodePattern())
	for k := p.kind(); p.pos < end && (k == token.Minus || k == token.Less); k = p.kind() {
		part.Rels = append(part.Rels, p.relPattern())
		part.Nodes = append(part.Nodes, p.nodePattern())
		if !p.operator() {
			return
		}
	}
}

// nodePattern reads (x:A:B {props} WHERE cond).
func (p *parser) nodePattern() *ast.NodePattern {
	start := p.start()
	n := &ast.NodePattern{}
	if p.kind() != token.LParen {
		p.unexpected("a node in round brackets")
		return n
	}
	p.next()
	if p.elementVariable(token.RParen) {
		n.Var = p.define("a variable")
	}
	n.Labels, n.Is = p.nodeLabels()
	n.Props = p.properties()
	n.Where = p.where()
	if p.kind() != token.RParen {
		p.unexpected("%s", nodeRest(n))
	}
	p.next()
	n.Place = p.since(start)
	return n
}

// nodeRest names what can follow in a node.
func nodeRest(n *ast.NodePattern) string {
	switch {
	case n.Where != nil:
		return "an operator or ')' in the node"
	case n.Props != nil:
		return "WHERE or ')' after the node's properties"
	case n.Labels != nil || n.Is != nil:
		return "':', '{', WHERE or ')' in the node"
	case n.Var != nil:
		return "':' and a label, '{' or ')' in the node"
	default:
		return "a variable, ':' and a label, '{' or ')' in the node"
	}
}

// elementVariable reports whether a variable stands at the beginning of an element, and
// not IS with a label or WHERE with a condition; closer ends the element.
func (p *parser) elementVariable(closer token.Kind) bool {
	next := p.kindAt(1)
	switch k := p.kind(); k {
	case token.Is:
		return next == closer || next == token.Is || !p.labelsAhead()
	case token.Where:
		return p.whereIsName(p.pos, closer)
	default:
		return k.IsName()
	}
}

// whereIsName reports whether the word WHERE at token i, which begins an element, is the
// name of a variable.
func (p *parser) whereIsName(i int, closer token.Kind) bool {
	switch p.toks[i+1].Kind {
	case closer, token.Colon, token.Is, token.Where, token.LBrace, token.Star:
		return true
	case token.Param:
		return p.toks[i+2].Kind == closer
	default:
		return false
	}
}

// properties reads a map or a parameter, or nothing.
func (p *parser) properties() ast.Expr {
	switch p.kind() {
	case token.LBrace:
		return p.mapLiteral()
	case token.Param:
		return p.param()
	default:
		return nil
	}
}

// relPattern reads -[r:T|U*min..max {props} WHERE cond]-> with either arrow.
func (p *parser) relPattern() *ast.RelPattern {
	start := p.start()
	r := &ast.RelPattern{Direction: graph.Both}
	left := p.accept(token.Less)
	p.expectFor(token.Minus, "of a relationship")
	if p.accept(token.LBracket) {
		p.relDetail(r)
		p.expectFor(token.RBracket, "after the relationship")
	}
	if p.kind() != token.Minus {
		p.unexpected("- or -> after the relationship")
	}
	p.next()
	right := p.accept(token.Greater)
	switch {
	case left && !right:
		r.Direction = graph.In
	case right && !left:
		r.Direction = graph.Out
	}
	r.Place = p.since(start)
	return r
}

// relDetail reads what stands in the square brackets of a relationship.
func (p *parser) relDetail(r *ast.RelPattern) {
	if p.elementVariable(token.RBracket) {
		r.Var = p.define("a variable")
	}
	r.Types, r.Is = p.relTypes()
	switch p.kind() {
	case token.Star:
		p.starredLength(r)
	case token.DotDot:
		p.fail(failure.Syntax("InvalidRelationshipPattern", "expected * before the bounds of the length, found '..'").
			WithHint("write *1..3"))
	default:
	}
	r.Props = p.properties()
	r.Where = p.where()
	if p.kind() != token.RBracket {
		p.unexpected("%s", relRest(r))
	}
}

// relRest names what can follow in a relationship.
func relRest(r *ast.RelPattern) string {
	switch {
	case r.Where != nil:
		return "an operator or ']' in the relationship"
	case r.Props != nil:
		return "WHERE or ']' after the relationship's properties"
	case r.Length != nil:
		return "'{', WHERE or ']' in the relationship"
	case r.Types != nil || r.Is != nil:
		return "'|', '*', '{', WHERE or ']' in the relationship"
	case r.Var != nil:
		return "':' and a type, '*', '{' or ']' in the relationship"
	default:
		return "a variable, ':' and a type, '*', '{' or ']' in the relationship"
	}
}

// lengthBounds reads nothing, n, n.., ..m or n..m after the *.
func (p *parser) lengthBounds(l *ast.Length) {
	if p.kind() == token.Integer {
		l.Min = p.bound()
		l.Max = l.Min
	}
	if p.accept(token.DotDot) {
		l.Max = -1
		if p.kind() == token.Integer {
			l.Max = p.bound()
		}
	}
	switch p.kind() {
	case token.Minus, token.Float, token.Param, token.BadNumber, token.DotDot, token.Plus:
		p.fail(failure.Syntax("InvalidRelationshipPattern", "expected a whole number as a bound of the length, found %s", p.found()).
			WithHint("write *, *2, *1.., *..3 or *1..3"))
	default:
	}
}

// bound reads a bound of a length.
func (p *parser) bound() int {
	t := p.next()
	n, err := strconv.ParseUint(t.Text(p.text), 0, 64)
	if err != nil || n > math.MaxInt32 {
		p.failAt(t.Span, failure.Syntax("IntegerOverflow", "the bound %s of a length is larger than %d", t.Text(p.text), math.MaxInt32))
	}
	return int(n & math.MaxInt32)
}

// patternAhead reports whether a pattern with at least one relationship begins at the
// current token, and returns the index of the token after it.
func (p *parser) patternAhead() (int, bool) {
	i, ok := p.nodeAhead(p.pos)
	if !ok {
		return 0, false
	}
	rels := 0
	for {
		j, ok := p.relAhead(i)
		if !ok {
			return i, rels > 0
		}
		k, ok := p.nodeAhead(j)
		if !ok {
			return i, rels > 0
		}
		rels++
		i = k
	}
}

// nodeAhead skips what looks like a node at token i.
func (p *parser) nodeAhead(i int) (int, bool) {
	if p.toks[i].Kind != token.LParen || p.pairs[i] == 0 {
		return 0, false
	}
	end := int(p.pairs[i])
	j := i + 1
	at := p.pos
	p.pos = j
	if p.elementVariable(token.RParen) {
		j++
	}
	p.pos = at
	j = p.labelsAfter(j)
	switch {
	case p.toks[j].Kind == token.LBrace && p.pairs[j] != 0:
		j = int(p.pairs[j]) + 1
	case p.toks[j].Kind == token.Param:
		j++
	}
	return end + 1, j == end || p.toks[j].Kind == token.Where
}

// labelsAfter skips what looks like a label expression at token j.
func (p *parser) labelsAfter(j int) int {
	if k := p.toks[j].Kind; k != token.Colon && k != token.Is {
		return j
	}
	operand := true // a name is next, and not an operator
	for {
		switch k := p.toks[j].Kind; k {
		case token.Colon, token.Is, token.Pipe, token.Ampersand, token.Exclamation:
			operand = true
		case token.LParen, token.Dollar:
			if k == token.Dollar {
				j++
			}
			if p.pairs[j] == 0 || !operand {
				return j
			}
			j, operand = int(p.pairs[j]), false
		case token.Param:
			if !operand {
				return j
			}
			operand = p.toks[j+1].Kind == token.LParen
		case token.Dot:
			operand = true
		default:
			if k != token.Percent && !k.IsName() || !operand {
				return j
			}
			operand = false
		}
		j++
	}
}

// relAhead skips what looks like a relationship at token i.
func (p *parser) relAhead(i int) (int, bool) {
	if p.toks[i].Kind == token.Less {
		i++
	}
	if p.toks[i].Kind != token.Minus {
		return 0, false
	}
	i++
	if p.toks[i].Kind == token.LBracket {
		if p.pairs[i] == 0 {
			return 0, false
		}
		i = int(p.pairs[i]) + 1
	}
	if p.toks[i].Kind != token.Minus {
		return 0, false
	}
	i++
	if p.toks[i].Kind == token.Greater {
		i++
	}
	return i, p.toks[i].Kind == token.LParen
}
