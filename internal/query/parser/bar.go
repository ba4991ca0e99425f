package parser

import (
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/token"
)

// listBeforeBar reads an expression that ends at the next "|" outside of brackets.
func (p *parser) listBeforeBar() ast.Expr {
	outer := p.bar
	defer func() { p.bar = outer }()
	p.bar = p.barBefore(token.RParen)
	return p.expr()
}

// barBefore returns the index of the "|" that ends the condition of a comprehension, which
// the closer ends, or 0: in [x IN list WHERE x:A | x.name] and in
// [x IN list WHERE x:A|B | x.name] it is the last one.
//
// It is the first one that cannot belong to a label expression or a type, because none
// stands before it or because something that no name can be follows; else the last one.
func (p *parser) barBefore(closer token.Kind) int {
	bar := 0
	s := labelRun{p: p}
	for i := p.pos; i < len(p.toks) && p.toks[i].Kind != closer; i++ {
		switch p.toks[i].Kind {
		case token.Pipe:
			if s.cases > 0 {
				break
			}
			if bar = i; s.ends(i) {
				return bar
			}
		case token.Where:
			if s.word() {
				bar = 0 // what came before belongs to the list
			}
		default:
		}
		s.step(i)
		i = max(i, p.enclosed(i))
	}
	return bar
}

// enclosed returns the index of the partner of an opening bracket at token i, or 0.
func (p *parser) enclosed(i int) int {
	switch p.toks[i].Kind {
	case token.LParen, token.LBracket, token.LBrace:
		return int(p.pairs[i])
	default:
		return 0
	}
}

// resultAt reports whether an expression begins at token i that is no label.
func (p *parser) resultAt(i int) bool {
	switch k := p.toks[i].Kind; k {
	case token.LParen, token.Exclamation, token.Percent, token.Dollar, token.Param, token.Colon:
		return false
	default:
		if !k.IsName() {
			return true
		}
	}
	switch p.toks[i+1].Kind {
	case token.Colon, token.Dot, token.LParen, token.LBracket, token.LBrace,
		token.Plus, token.Minus, token.Star, token.Slash, token.Percent, token.Caret:
		return true
	default:
		return false
	}
}

// typeAt reports whether the word at token i can begin the name of a type.
func (p *parser) typeAt(i int) bool {
	word := p.toks[i].Text(p.text)
	for _, s := range typeSpellings() {
		first, _, _ := strings.Cut(s.words, " ")
		if fold(word, first) {
			return true
		}
	}
	return fold(word, "LIST") || fold(word, "ARRAY")
}

// labelRun follows tokens and tells whether a label expression or a type goes on.
type labelRun struct {
	p       *parser
	running bool
	types   bool // it is a type, whose name may have several words
	named   bool // the last token was a name
	cases   int  // CASE expressions around
}

// word reports whether a keyword that comes now is no name.
func (s *labelRun) word() bool { return !s.running || s.named }

// ends reports whether the bar at token i cannot be part of a label expression or a type.
func (s *labelRun) ends(i int) bool {
	return !s.running || s.types && !s.p.typeAt(i+1) || s.p.resultAt(i+1)
}

// step passes over token i, and over what it encloses if it is a bracket.
func (s *labelRun) step(i int) {
	p := s.p
	k := p.toks[i].Kind
	switch {
	case k == token.Case && s.word():
		s.cases++
	case k == token.End && s.word() && s.cases > 0:
		s.cases--
	}
	if !s.running {
		at := p.pos
		p.pos = i
		s.running, s.types, s.named = p.labelsAhead() || p.typeAhead() > 0, p.typeAhead() > 0, false
		p.pos = at
		return
	}
	switch k {
	case token.Colon, token.Pipe, token.Ampersand, token.Exclamation, token.Percent, token.Dollar, token.Dot:
		s.named = false
	case token.Less, token.Greater:
		s.running, s.named = s.types, false
	case token.LParen, token.Param:
		s.running, s.named = !s.named && !s.types, true
	case token.And, token.Or, token.Xor, token.In, token.Is:
		s.running = !s.named && !s.types
		s.named = true
	default:
		s.running = k.IsName() && (s.types || !s.named)
		s.named = true
	}
}
