package parser

import (
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
	"memgraphd/internal/spelling"
)

// typeAhead returns the number of tokens of "::", IS ::, IS TYPED and their negations, one
// of which begins here, or 0.
func (p *parser) typeAhead() int {
	if p.kind() == token.Colon && p.kindAt(1) == token.Colon {
		return 2
	}
	if p.kind() != token.Is {
		return 0
	}
	n := 1
	if p.kindAt(n) == token.Not {
		n++
	}
	switch {
	case p.at(n, "TYPED"):
		return n + 1
	case p.kindAt(n) == token.Colon && p.kindAt(n+1) == token.Colon:
		return n + 2
	default:
		return 0
	}
}

// isTyped reads the rest of x :: type, x IS NOT TYPED type and their like, whose operator
// has n tokens.
func (p *parser) isTyped(x ast.Expr, start int32, n int) ast.Expr {
	e := &ast.IsTyped{X: x, Not: p.kindAt(1) == token.Not}
	for range n {
		p.next()
	}
	e.Type = p.typeName()
	e.Place = p.since(start)
	return e
}

// typeName reads a type.
func (p *parser) typeName() *ast.Type {
	start := p.start()
	t := &ast.Type{}
	if !p.enter() {
		return t
	}
	defer p.leave()
	for p.operator() {
		t.Terms = append(t.Terms, p.typeTerm())
		if p.kind() != token.Pipe || p.pos == p.bar {
			break
		}
		p.next()
	}
	t.Place = p.since(start)
	return t
}

// typeTerm reads one name of a type with what belongs to it.
func (p *parser) typeTerm() ast.TypeTerm {
	start := p.start()
	var t ast.TypeTerm
	if !p.namedType(&t) {
		p.unknownType()
		return t
	}
	t.NotNull = p.notNull()
	t.Place = p.since(start)
	for p.err == nil && (p.acceptWord("LIST") || p.acceptWord("ARRAY")) {
		elem := &ast.Type{Place: t.Place, Terms: []ast.TypeTerm{t}}
		t = ast.TypeTerm{Kind: ast.TypeList, Elem: elem, NotNull: p.notNull()}
		t.Place = p.since(start)
	}
	return t
}

// notNull reads NOT NULL or its short form.
func (p *parser) notNull() bool { return p.acceptWords("NOT", "NULL") || p.accept(token.Exclamation) }

// typeSpelling is a name of a type; words are separated by spaces.
type typeSpelling struct {
	words string
	kind  ast.TypeKind
}

// typeSpellings are the names of types but for those that others follow in brackets. Of two
// that begin alike the longer one stands first.
func typeSpellings() []typeSpelling {
	return []typeSpelling{
		{"NOTHING", ast.TypeNothing},
		{"NULL", ast.TypeNull},
		{"BOOL", ast.TypeBoolean},
		{"BOOLEAN", ast.TypeBoolean},
		{"VARCHAR", ast.TypeString},
		{"STRING", ast.TypeString},
		{"INT", ast.TypeInteger},
		{"SIGNED INTEGER", ast.TypeInteger},
		{"INTEGER", ast.TypeInteger},
		{"FLOAT", ast.TypeFloat},
		{"DATE", ast.TypeDate},
		{"LOCAL TIME", ast.TypeLocalTime},
		{"LOCALTIME", ast.TypeLocalTime},
		{"TIME WITHOUT TIMEZONE", ast.TypeLocalTime},
		{"TIME WITHOUT TIME ZONE", ast.TypeLocalTime},
		{"ZONED TIME", ast.TypeZonedTime},
		{"TIME WITH TIMEZONE", ast.TypeZonedTime},
		{"TIME WITH TIME ZONE", ast.TypeZonedTime},
		{"LOCAL DATETIME", ast.TypeLocalDateTime},
		{"LOCALDATETIME", ast.TypeLocalDateTime},
		{"TIMESTAMP WITHOUT TIMEZONE", ast.TypeLocalDateTime},
		{"TIMESTAMP WITHOUT TIME ZONE", ast.TypeLocalDateTime},
		{"ZONED DATETIME", ast.TypeZonedDateTime},
		{"ZONEDDATETIME", ast.TypeZonedDateTime},
		{"TIMESTAMP WITH TIMEZONE", ast.TypeZonedDateTime},
		{"TIMESTAMP WITH TIME ZONE", ast.TypeZonedDateTime},
		{"DURATION", ast.TypeDuration},
		{"POINT", ast.TypePoint},
		{"ENUM", ast.TypeEnum},
		{"ANY NODE", ast.TypeNode},
		{"ANY VERTEX", ast.TypeNode},
		{"NODE", ast.TypeNode},
		{"VERTEX", ast.TypeNode},
		{"ANY RELATIONSHIP", ast.TypeRelationship},
		{"ANY EDGE", ast.TypeRelationship},
		{"RELATIONSHIP", ast.TypeRelationship},
		{"EDGE", ast.TypeRelationship},
		{"ANY MAP", ast.TypeMap},
		{"MAP", ast.TypeMap},
		{"PATH", ast.TypePath},
		{"ANY PROPERTY VALUE", ast.TypePropertyValue},
		{"PROPERTY VALUE", ast.TypePropertyValue},
	}
}

// namedType reads the name of a type into t, and its elements in <…>.
func (p *parser) namedType(t *ast.TypeTerm) bool {
	for _, s := range typeSpellings() {
		if p.acceptWords(strings.Fields(s.words)...) {
			t.Kind = s.kind
			return true
		}
	}
	switch {
	case p.acceptWord("LIST"), p.acceptWord("ARRAY"):
		t.Kind = ast.TypeList
		t.Elem = p.elementType("after LIST")
	case p.acceptWords("ANY", "VALUE"), p.acceptWord("ANY"):
		t.Kind = ast.TypeAny
		if p.kind() == token.Less {
			t.Elem = p.elementType("after ANY")
		}
	default:
		return false
	}
	return true
}

// elementType reads <type>.
func (p *parser) elementType(where string) *ast.Type {
	p.expectFor(token.Less, where)
	bar := p.bar
	p.bar = 0
	t := p.typeName()
	p.bar = bar
	p.expectFor(token.Greater, "after the type of the elements")
	return t
}

// unknownType fails because no type has the name that stands here.
func (p *parser) unknownType() {
	t := p.toks[p.pos]
	if !t.Kind.IsName() {
		p.unexpected("the name of a type")
		return
	}
	words := []string{"LIST", "ANY"}
	for _, s := range typeSpellings() {
		words = append(words, s.words)
	}
	err := failure.Syntax("UnknownType", "there is no type %s", p.found())
	for _, word := range []string{"TIME", "DATETIME", "TIMESTAMP"} {
		if p.at(0, word) {
			short := "TIME"
			if word != "TIME" {
				short = "DATETIME"
			}
			p.fail(err.WithHint("write ZONED %s or LOCAL %s", short, short))
			return
		}
	}
	if name := spelling.Nearest(t.Text(p.text), words); name != "" {
		err = err.WithHint("did you mean %s?", name)
	}
	p.fail(err)
}

// normalForms are the Unicode normal forms that can be asked for.
func normalForms() []string { return []string{"NFC", "NFD", "NFKC", "NFKD"} }

// normalizedAhead returns the number of tokens of IS [NOT] [NFC] NORMALIZED, or 0.
func (p *parser) normalizedAhead() int {
	if p.kind() != token.Is {
		return 0
	}
	n := 1
	if p.kindAt(n) == token.Not {
		n++
	}
	for _, form := range normalForms() {
		if p.at(n, form) {
			n++
			break
		}
	}
	if p.at(n, "NORMALIZED") {
		return n + 1
	}
	return 0
}

// isNormalized reads the rest of x IS NORMALIZED, whose operator has n tokens.
func (p *parser) isNormalized(x ast.Expr, start int32, n int) ast.Expr {
	e := &ast.IsNormalized{X: x, Not: p.kindAt(1) == token.Not, Form: "NFC"}
	for range n {
		for _, form := range normalForms() {
			if p.at(0, form) {
				e.Form = form
			}
		}
		p.next()
	}
	e.Place = p.since(start)
	return e
}
