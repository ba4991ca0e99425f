package parser

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
)

// fail records err, placed at the current token where it has no place, and ends the parse.
func (p *parser) fail(err *failure.Error) {
	if p.err == nil {
		p.err = err.At(p.toks[p.pos].Span)
	}
	p.pos = len(p.toks) - 1
}

// failAt records err at span and ends the parse.
func (p *parser) failAt(span token.Span, err *failure.Error) { p.fail(err.At(span)) }

// unexpected fails at the current token, saying what should be there.
func (p *parser) unexpected(format string, args ...any) {
	if p.err != nil {
		return
	}
	if err := p.badToken(); err != nil {
		p.fail(err)
		return
	}
	p.fail(failure.Syntax("UnexpectedSyntax", "expected %s, found %s", fmt.Sprintf(format, args...), p.found()))
}

// badToken returns what is wrong with the current token where it can stand nowhere.
func (p *parser) badToken() *failure.Error {
	t := p.toks[p.pos]
	text := t.Text(p.text)
	switch t.Kind {
	case token.Illegal:
		return illegal(text)
	case token.UnterminatedString:
		return failure.Syntax("UnterminatedString", "the string that begins here has no closing %s", text[:1])
	case token.UnterminatedName:
		return failure.Syntax("UnterminatedName", "the name that begins here has no closing `")
	case token.UnterminatedComment:
		return failure.Syntax("UnterminatedComment", "the comment that begins here has no closing */")
	default:
		return nil
	}
}

// illegal tells what is wrong with a character.
func illegal(text string) *failure.Error {
	r, _ := utf8.DecodeRuneInString(text)
	switch {
	case r == utf8.RuneError:
		return failure.Syntax("InvalidUnicodeCharacter", "the text is not valid UTF-8 here")
	case unicode.Is(unicode.Pd, r) && r != '-':
		return failure.Syntax("InvalidUnicodeCharacter", "the character %q (%U) is not the minus sign", r, r).WithHint("write -")
	case strings.ContainsRune("‘’“”„«»", r):
		return failure.Syntax("InvalidUnicodeCharacter", "the character %q (%U) does not quote strings", r, r).WithHint("write ' or \"")
	case r >= utf8.RuneSelf:
		return failure.Syntax("InvalidUnicodeCharacter", "the character %q (%U) has no meaning here", r, r)
	case r == '$':
		return failure.Syntax("UnexpectedSyntax", "expected the name of a parameter right after $")
	default:
		return failure.Syntax("UnexpectedSyntax", "the character %q has no meaning in Cypher", r)
	}
}

// spelled is how a message names what should be there: symbols in quotes.
func spelled(k token.Kind) string {
	if k.IsKeyword() {
		return k.String()
	}
	return quote(k.String())
}

// foundMax is how much of a token a message shows.
const foundMax = 40

// found describes the current token.
func (p *parser) found() string {
	t := p.toks[p.pos]
	if t.Kind == token.EOF {
		return t.Kind.String()
	}
	text := t.Text(p.text)
	if len(text) > foundMax {
		cut := foundMax
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	if t.Kind == token.String {
		return text
	}
	return "'" + text + "'"
}

// unsupported fails because what, which exists elsewhere, does not exist here; instead says
// what does.
func (p *parser) unsupported(span token.Span, what, instead string) {
	p.failAt(span, failure.Syntax("NotSupported", "%s is not supported", what).WithHint("%s", instead))
}

// fold reports whether a and b are the same but for the case of ASCII letters.
func fold(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) }
