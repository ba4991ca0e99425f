package temporal

// maxText is the longest text, in bytes, that is read as a temporal value. The longest
// canonical text has fewer.
const maxText = 256

// scanner reads a text from its front.
type scanner struct {
	kind string // what the text should be, for errors
	text string
	pos  int
}

// digits counts the digits that follow.
func (s *scanner) digits() int {
	n := 0
	for s.pos+n < len(s.text) && isDigit(s.text[s.pos+n]) {
		n++
	}
	return n
}

// number reads n digits, which are there and at most 18.
func (s *scanner) number(n int) int64 {
	v := int64(0)
	for _, c := range []byte(s.text[s.pos : s.pos+n]) {
		v = v*10 + int64(c-'0')
	}
	s.pos += n
	return v
}

// peek returns the next byte, letters as capitals, or 0 at the end.
func (s *scanner) peek() byte {
	if s.pos == len(s.text) {
		return 0
	}
	c := s.text[s.pos]
	if c >= 'a' && c <= 'z' {
		c -= 'a' - 'A'
	}
	return c
}

// accept skips the next byte if it is c, which is no small letter.
func (s *scanner) accept(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.pos++
	return true
}

func (s *scanner) done() bool { return s.pos == len(s.text) }

// expected is the error of a text that does not go on as it should.
func (s *scanner) expected(what string) error { return s.wrong(s.pos, "expected "+what) }

// wrong is the error of a text that is wrong at a place.
func (s *scanner) wrong(pos int, reason string) error {
	return &ParseError{Kind: s.kind, Text: s.text, Position: pos, Reason: reason}
}

// start begins to read a text, which must not be too long.
func start(kind, text string) (scanner, error) {
	s := scanner{kind: kind, text: text}
	if len(text) > maxText {
		return s, s.wrong(maxText, "the text goes on, but 256 bytes are the limit")
	}
	return s, nil
}

// end fails if the text is not at its end.
func (s *scanner) end(what string) error {
	if s.done() {
		return nil
	}
	return s.expected(what)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
