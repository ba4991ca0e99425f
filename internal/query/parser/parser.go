// Package parser turns text into the tree of package ast.
//
// It is a recursive-descent parser over the tokens of the whole text. Keywords are told
// from names by their place: a reserved word is a name wherever only a name can stand
// (after a dot, a colon, AS, in a pattern), and as the beginning of an expression once it
// has been used as a variable's name. Whether "(" begins a pattern or an expression in
// brackets is decided by looking along the tokens with the help of a table of matching
// brackets, so the parser never goes back and takes time in proportion to the text.
//
// Bounds: the length of the text, the depth of nesting and the number of operators are
// limited by Options, so that nobody's text can exhaust the stack here or in what walks
// the tree afterwards.
//
// The first mistake ends the parse: it is recorded, and the parser moves to the end of
// the tokens, where every rule gives up at once.
package parser

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
)

// Options bound a parse.
type Options struct {
	// MaxDepth is the deepest nesting of expressions and clauses; 0 means 400.
	MaxDepth int
	// MaxBytes is the longest text; 0 means 1 MiB.
	MaxBytes int
	// MaxOperators is the largest number of operators in one expression, and of
	// relationships in one pattern; 0 means 10,000.
	MaxOperators int
	// Interrupted is asked now and then; what it returns ends the parse and is its error. It
	// may be nil.
	Interrupted func() error
	// AutoLiterals numbers the literals that Strip takes out of the text in Literal.Auto.
	AutoLiterals bool
}

func (o Options) withDefaults() Options {
	if o.MaxDepth == 0 {
		o.MaxDepth = 400
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 1 << 20
	}
	if o.MaxOperators == 0 {
		o.MaxOperators = 10_000
	}
	return o
}

// parser is the state of one parse.
type parser struct {
	text  string
	toks  []token.Token // ends with EOF
	pairs []int32       // for each bracket the index of its partner, 0 for none
	auto  []int32       // for each token its number as a literal, 0 for none; nil without AutoLiterals
	pos   int           // the current token; toks[pos] always exists
	depth int
	exprs int // expressions around the current token
	ops   int // operators of the outermost of them
	// primaryStart is where the last operand began, its brackets included.
	primaryStart int32
	// bar is the index of the "|" that ends the condition of the comprehension around the
	// current token, 0 for none.
	bar int
	o   Options
	err *failure.Error
	// interrupted is why nobody waits for the tree any more.
	interrupted error
	// names are the reserved words that have been used as names of variables, in upper case.
	names map[token.Kind]bool
}

// Parse reads one statement, which may end with a semicolon. The error is a
// *failure.Error with its place in the text.
func Parse(text string, o Options) (ast.Statement, error) {
	o = o.withDefaults()
	if len(text) > o.MaxBytes {
		err := failure.Syntax("QueryTooLong", "the text has %d bytes; the limit is %d", len(text), o.MaxBytes)
		return nil, err.WithHint("pass data as parameters, for example UNWIND $rows AS row")
	}
	p := parser{text: text, o: o, toks: token.Scan(make([]token.Token, 0, len(text)/4+8), text)}
	p.pairs = pair(p.toks)
	p.options()
	if o.AutoLiterals {
		p.auto = numberLiterals(text, p.toks, p.pos)
	}
	s := p.statement()
	if p.interrupted != nil {
		return nil, p.interrupted
	}
	if p.err != nil {
		return nil, p.err.Locate(text)
	}
	return s, nil
}

// pollEvery is the number of tokens between two questions whether anybody still waits.
const pollEvery = 1024

// poll ends the parse where nobody waits for the tree any more.
func (p *parser) poll() {
	if p.o.Interrupted == nil || p.interrupted != nil {
		return
	}
	if p.interrupted = p.o.Interrupted(); p.interrupted != nil {
		p.fail(failure.Syntax("Interrupted", "the parse was interrupted"))
	}
}

// pair returns for each bracket the index of its partner, or 0.
func pair(toks []token.Token) []int32 {
	pairs := make([]int32, len(toks))
	var open []int32
	for i, t := range toks {
		var opener token.Kind
		switch t.Kind {
		case token.LParen, token.LBracket, token.LBrace:
			open = append(open, int32(i))
			continue
		case token.RParen:
			opener = token.LParen
		case token.RBracket:
			opener = token.LBracket
		case token.RBrace:
			opener = token.LBrace
		default:
			continue
		}
		if n := len(open); n > 0 && toks[open[n-1]].Kind == opener {
			pairs[i], pairs[open[n-1]] = open[n-1], int32(i)
			open = open[:n-1]
		}
	}
	return pairs
}

// kind returns the kind of the current token.
func (p *parser) kind() token.Kind { return p.toks[p.pos].Kind }

// kindAt returns the kind of the token n places further.
func (p *parser) kindAt(n int) token.Kind {
	if p.pos+n < len(p.toks) {
		return p.toks[p.pos+n].Kind
	}
	return token.EOF
}

// next passes over the current token and returns it.
func (p *parser) next() token.Token {
	t := p.toks[p.pos]
	if t.Kind != token.EOF {
		if p.pos++; p.pos%pollEvery == 0 {
			p.poll()
		}
	}
	return t
}

// skip passes over n tokens that were looked at. After an error there is only the end.
func (p *parser) skip(n int) { p.pos = min(p.pos+n, len(p.toks)-1) }

// accept passes over a token of kind k and reports whether there was one.
func (p *parser) accept(k token.Kind) bool {
	if p.kind() != k {
		return false
	}
	p.next()
	return true
}

// expect passes over a token of kind k or fails.
func (p *parser) expect(k token.Kind) {
	if !p.accept(k) {
		p.unexpected("%s", spelled(k))
	}
}

// expectFor is expect for a part of something that a message should name.
func (p *parser) expectFor(k token.Kind, what string) {
	if !p.accept(k) {
		p.unexpected("%s %s", spelled(k), what)
	}
}

// at reports whether the token n places further is the word word, in any case.
func (p *parser) at(n int, word string) bool {
	if p.pos+n >= len(p.toks) {
		return false
	}
	t := p.toks[p.pos+n]
	return (t.Kind == token.Word || t.Kind.IsKeyword()) && fold(t.Text(p.text), word)
}

// acceptWord passes over the word word, in any case, and reports whether it was there.
func (p *parser) acceptWord(word string) bool {
	if !p.at(0, word) {
		return false
	}
	p.next()
	return true
}

// acceptWords passes over words if all of them follow.
func (p *parser) acceptWords(words ...string) bool {
	for i, w := range words {
		if !p.at(i, w) {
			return false
		}
	}
	for range words {
		p.next()
	}
	return true
}

// expectWord passes over the word word or fails.
func (p *parser) expectWord(word string) {
	if !p.acceptWord(word) {
		p.unexpected("%s", word)
	}
}

// start returns where the current token begins.
func (p *parser) start() int32 { return p.toks[p.pos].Start }

// since returns the place from start to the end of the last token that was passed.
func (p *parser) since(start int32) ast.Place {
	end := start
	if p.pos > 0 {
		end = max(end, p.toks[p.pos-1].End)
	}
	return ast.Place{At: token.Span{Start: start, End: end}}
}

// enter goes one level deeper and reports whether the limit allows that; leave goes back.
func (p *parser) enter() bool {
	p.depth++
	if p.depth > p.o.MaxDepth {
		p.fail(failure.Syntax("NestingTooDeep", "nested more than %d levels deep", p.o.MaxDepth))
		return false
	}
	return p.err == nil
}

func (p *parser) leave() { p.depth-- }

// outermost begins to count operators anew where no expression is around.
func (p *parser) outermost() {
	if p.exprs == 0 {
		p.ops = 0
	}
}

// operator counts an operator and reports whether the limit allows it.
func (p *parser) operator() bool {
	p.ops++
	if p.ops > p.o.MaxOperators {
		p.fail(failure.Syntax("TooManyOperators", "more than %d operators in one expression or pattern", p.o.MaxOperators).
			WithHint("pass data as parameters, for example n.id IN $ids"))
		return false
	}
	return p.err == nil
}
