package parser

import (
	"slices"
	"strings"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
)

// languages are the versions of Cypher that a statement may ask for. Both mean the one that
// there is.
var languages = []string{"5", "25"}

// prefix reads what a client may put in front of a statement,
//
//	CYPHER [version] [option = value …]
//
// with a scanner that stands there. It returns the scanner behind it and how many tokens it
// has, none where there is no prefix. Options say how Neo4j should plan; they are read and
// mean nothing here.
func prefix(s token.Scanner, text string) (behind token.Scanner, n int, err *failure.Error) {
	ahead := s
	if t := ahead.Next(); t.Kind != token.Word || !fold(t.Text(text), "CYPHER") {
		return s, 0, nil
	}
	behind, n = ahead, 1
	t := ahead.Next()
	if t.Kind == token.Integer || t.Kind == token.Float {
		if !slices.Contains(languages, t.Text(text)) {
			return behind, n, failure.Syntax("UnsupportedVersion", "there is no version %s of Cypher here", t.Text(text)).At(t.Span).
				WithHint("ask for %s, or leave CYPHER %s out", strings.Join(languages, " or "), t.Text(text))
		}
		behind, n = ahead, n+1
		t = ahead.Next()
	}
	for t.Kind.IsName() {
		name := t
		if t = ahead.Next(); t.Kind != token.Equal {
			break
		}
		if t = ahead.Next(); !isOptionValue(t.Kind) {
			return behind, n, failure.Syntax("UnexpectedSyntax", "expected the value of the option %s after '='", name.Text(text)).At(t.Span).
				WithHint("options of CYPHER have no effect here; leave it out")
		}
		behind, n = ahead, n+3
		t = ahead.Next()
	}
	return behind, n, nil
}

// isOptionValue reports whether an option can be worth a token of kind k.
func isOptionValue(k token.Kind) bool {
	return k.IsName() || k == token.Integer || k == token.Float || k == token.String
}

// options passes over a prefix at the current token.
func (p *parser) options() {
	if !p.at(0, "CYPHER") {
		return
	}
	s := token.NewScanner(p.text)
	for range p.pos {
		s.Next()
	}
	_, n, err := prefix(s, p.text)
	if err != nil {
		p.fail(err)
		return
	}
	p.skip(n)
}
