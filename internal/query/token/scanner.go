package token

import (
	"unicode"
	"unicode/utf8"
)

// Scanner cuts a text into tokens. It is a value; a copy goes on independently.
type Scanner struct {
	text string
	at   int
}

// NewScanner returns a scanner at the beginning of text, which must be shorter than 2 GiB.
func NewScanner(text string) Scanner { return Scanner{text: text} }

// Scan appends the tokens of text to dst, with a token of kind EOF at the end.
func Scan(dst []Token, text string) []Token {
	s := NewScanner(text)
	for {
		t := s.Next()
		dst = append(dst, t)
		if t.Kind == EOF {
			return dst
		}
	}
}

// The classes of a byte.
const (
	classStart uint8 = 1 << iota // begins a name
	classPart                    // continues a name
	classDigit
	classSpace
	classWide // begins a character of several bytes
)

var classes = makeClasses()

func makeClasses() (t [256]uint8) {
	for c := range t {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_':
			t[c] = classStart | classPart
		case '0' <= c && c <= '9':
			t[c] = classDigit | classPart
		case c == '$':
			t[c] = classPart
		case c == ' ', 9 <= c && c <= 13, 28 <= c && c <= 31:
			t[c] = classSpace
		case c >= utf8.RuneSelf:
			t[c] = classWide
		}
	}
	return t
}

// Next returns the next token, and tokens of kind EOF at the end.
func (s *Scanner) Next() Token {
	if t, bad := s.skip(); bad {
		return t
	}
	start := s.at
	if start >= len(s.text) {
		return s.token(EOF, start)
	}
	c := s.text[start]
	switch class := classes[c]; {
	case class&classStart != 0:
		s.name()
		return s.token(Lookup(s.text[start:s.at]), start)
	case class&classDigit != 0:
		return s.number()
	case class&classWide != 0:
		return s.wide()
	}
	switch c {
	case '\'', '"':
		return s.quoted(c)
	case '`':
		return s.token(s.backticks(), start)
	case '$':
		return s.param()
	case '.':
		if s.peek(1) == '.' {
			return s.symbol(DotDot, 2)
		}
		if classes[s.peek(1)]&classDigit != 0 {
			return s.number()
		}
		return s.symbol(Dot, 1)
	default:
		return s.operator(c)
	}
}

func (s *Scanner) token(k Kind, start int) Token {
	return Token{Kind: k, Span: Span{Start: int32(start), End: int32(s.at)}}
}

// peek returns the byte n places further, or 0 at the end.
func (s *Scanner) peek(n int) byte {
	if s.at+n < len(s.text) {
		return s.text[s.at+n]
	}
	return 0
}

// symbol returns a token of kind k over the next n bytes.
func (s *Scanner) symbol(k Kind, n int) Token {
	start := s.at
	s.at += n
	return s.token(k, start)
}

// skip passes over white space and comments; a comment without an end is a token.
func (s *Scanner) skip() (Token, bool) {
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case classes[c]&classSpace != 0:
			s.at++
		case c == '/' && s.peek(1) == '/':
			for s.at < len(s.text) && s.text[s.at] != '\n' && s.text[s.at] != '\r' {
				s.at++
			}
		case c == '/' && s.peek(1) == '*':
			if start := s.at; !s.block() {
				return s.token(UnterminatedComment, start), true
			}
		case classes[c]&classWide != 0:
			r, n := utf8.DecodeRuneInString(s.text[s.at:])
			if !unicode.IsSpace(r) && r != '\ufeff' && r != '\u180e' {
				return Token{}, false
			}
			s.at += n
		default:
			return Token{}, false
		}
	}
	return Token{}, false
}

// block passes over a /* comment */ and reports whether it ends.
func (s *Scanner) block() bool {
	for s.at += 2; s.at < len(s.text); s.at++ {
		if s.text[s.at] == '*' && s.peek(1) == '/' {
			s.at += 2
			return true
		}
	}
	return false
}

// name passes over the rest of a name.
func (s *Scanner) name() {
	for s.at < len(s.text) {
		class := classes[s.text[s.at]]
		if class&classPart != 0 {
			s.at++
			continue
		}
		if class&classWide == 0 {
			return
		}
		r, n := utf8.DecodeRuneInString(s.text[s.at:])
		if !isPart(r) {
			return
		}
		s.at += n
	}
}

// wide reads a token that begins with a character beyond ASCII.
func (s *Scanner) wide() Token {
	start := s.at
	r, n := utf8.DecodeRuneInString(s.text[start:])
	s.at += n
	if !isStart(r) {
		return s.token(Illegal, start)
	}
	s.name()
	return s.token(Word, start)
}

func isStart(r rune) bool {
	return unicode.IsLetter(r) || unicode.In(r, unicode.Nl, unicode.Pc, unicode.Other_ID_Start)
}

func isPart(r rune) bool {
	return r != utf8.RuneError &&
		(isStart(r) || unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Sc, unicode.Other_ID_Continue))
}

// number reads an integer or a float. What looks like a number and goes on as a name is a
// BadNumber.
func (s *Scanner) number() Token {
	start := s.at
	if s.text[start] == '0' && start+1 < len(s.text) {
		if base := s.text[start+1] | 0x20; base == 'x' || base == 'o' {
			return s.based(base)
		}
	}
	kind := Integer
	s.digits()
	if s.peek(0) == '.' && classes[s.peek(1)]&classDigit != 0 {
		s.at++
		s.digits()
		kind = Float
	}
	if s.peek(0)|0x20 == 'e' {
		n := 1
		if c := s.peek(1); c == '+' || c == '-' {
			n = 2
		}
		if classes[s.peek(n)]&classDigit != 0 {
			s.at += n
			s.digits()
			kind = Float
		}
	}
	if kind == Integer && s.text[start] == '0' && s.at-start > 1 {
		kind = BadNumber
	}
	return s.endNumber(kind, start)
}

// based reads an integer after 0x or 0o.
func (s *Scanner) based(base byte) Token {
	start := s.at
	s.at += 2
	kind := BadNumber
	for s.at < len(s.text) {
		c := s.text[s.at]
		lower := c | 0x20
		if ('0' > c || c > '7') && (base == 'o' || (c != '8' && c != '9' && (lower < 'a' || lower > 'f'))) {
			break
		}
		kind = Integer
		s.at++
	}
	return s.endNumber(kind, start)
}

func (s *Scanner) digits() {
	for s.at < len(s.text) && classes[s.text[s.at]]&classDigit != 0 {
		s.at++
	}
}

// endNumber swallows a name that follows a number without a gap.
func (s *Scanner) endNumber(kind Kind, start int) Token {
	end := s.at
	s.name()
	if s.at > end {
		kind = BadNumber
	}
	return s.token(kind, start)
}

// quoted reads a string up to its closing quote.
func (s *Scanner) quoted(quote byte) Token {
	start := s.at
	for s.at++; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '\\':
			s.at++
		case quote:
			s.at++
			return s.token(String, start)
		}
	}
	s.at = len(s.text)
	return s.token(UnterminatedString, start)
}

// backticks passes over a name in backticks, in which two stand for one.
func (s *Scanner) backticks() Kind {
	for s.at++; s.at < len(s.text); s.at++ {
		if s.text[s.at] != '`' {
			continue
		}
		s.at++
		if s.peek(0) != '`' {
			return Quoted
		}
	}
	s.at = len(s.text)
	return UnterminatedName
}

// param reads $name, $1, $`name`, or the $ of $(x).
func (s *Scanner) param() Token {
	start := s.at
	s.at++
	if s.peek(0) == '`' {
		if s.backticks() == UnterminatedName {
			return s.token(UnterminatedName, start)
		}
		return s.token(Param, start)
	}
	s.name()
	switch {
	case s.at > start+1:
		return s.token(Param, start)
	case s.peek(0) == '(':
		return s.token(Dollar, start)
	default:
		return s.token(Illegal, start)
	}
}

// operator reads a symbol that begins with c.
func (s *Scanner) operator(c byte) Token {
	next := s.peek(1)
	switch {
	case c == '<' && next == '>', c == '!' && next == '=':
		return s.symbol(NotEqual, 2)
	case c == '<' && next == '=':
		return s.symbol(LessEqual, 2)
	case c == '>' && next == '=':
		return s.symbol(GreaterEqual, 2)
	case c == '+' && next == '=':
		return s.symbol(PlusEqual, 2)
	case c == '=' && next == '~':
		return s.symbol(Regex, 2)
	case c == '|' && next == '|':
		return s.symbol(DoublePipe, 2)
	}
	return s.symbol(symbolOf[c], 1)
}

// symbolOf has the kind of each symbol of one byte; other bytes are Illegal.
var symbolOf = makeSymbols()

func makeSymbols() (t [256]Kind) {
	for c := range t {
		t[c] = Illegal
	}
	for k, s := range symbols {
		if len(s) == 1 {
			t[s[0]] = Kind(k)
		}
	}
	return t
}
