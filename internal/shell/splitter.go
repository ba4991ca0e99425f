package shell

import (
	"bytes"
	"errors"
	"strings"
)

// statementBytesMax bounds one statement.
const statementBytesMax = 64 << 20

var errStatementTooLong = errors.New("a statement of more than 64 MiB")

// statement is one statement without its semicolon, or one command with its colon.
type statement struct {
	text string
	line int // of the input, from 1, on which it begins
}

// mode is what the splitter is within.
type mode uint8

const (
	code         mode = iota
	slash             // after a / that may begin a comment
	singleQuoted      // '…'
	doubleQuoted      // "…"
	backquoted        // `…`
	lineComment       // //…
	blockComment      // /*…*/
	star              // after a * within a block comment
	command           // :…
)

// splitter cuts input into statements at the semicolons that are not in strings, names or comments.
//
// The text given with feed is scanned once: pos is how far, and everything before the first statement that is
// still to come has been dropped. Comments before a statement stay with it.
type splitter struct {
	text    []byte
	pos     int
	mode    mode
	escaped bool // the last byte was a \ in a string
	solid   bool // the statement has something that is neither white space nor comment
	line    int  // lines before pos
	begins  int  // line of the first solid byte
}

func (s *splitter) feed(text []byte) error {
	if len(s.text)+len(text) > statementBytesMax {
		return errStatementTooLong
	}
	s.text = append(s.text, text...)
	return nil
}

// next returns the next whole statement.
func (s *splitter) next() (statement, bool) {
	for s.pos < len(s.text) {
		b := s.text[s.pos]
		s.pos++
		ends := s.step(b)
		if b == '\n' {
			s.line++
		}
		if !ends {
			continue
		}
		if st, ok := s.cut(s.pos - 1); ok {
			return st, true
		}
	}
	return statement{}, false
}

// rest returns what is left at the end of the input, if it is more than comments.
func (s *splitter) rest() (statement, bool) {
	s.pos = len(s.text)
	if s.mode == slash {
		s.mark()
	}
	return s.cut(len(s.text))
}

// pending reports whether a statement has begun and has not ended.
func (s *splitter) pending() bool { return s.solid || s.mode == blockComment || s.mode == star }

// cut takes text[:end] as a statement and starts the next one at pos.
func (s *splitter) cut(end int) (statement, bool) {
	st := statement{text: string(bytes.TrimSpace(s.text[:end])), line: s.begins + 1}
	ok := s.solid
	s.text = append(s.text[:0], s.text[s.pos:]...)
	s.pos, s.mode, s.escaped, s.solid = 0, code, false, false
	return st, ok
}

// mark notes that the statement has begun.
func (s *splitter) mark() {
	if !s.solid {
		s.solid, s.begins = true, s.line
	}
}

// step takes one byte in and reports whether it ends a statement.
func (s *splitter) step(b byte) bool {
	if s.mode == slash {
		switch b {
		case '/':
			s.mode = lineComment
			return false
		case '*':
			s.mode = blockComment
			return false
		}
		s.mark()
		s.mode = code
	}
	switch s.mode {
	case code, slash:
		return s.stepCode(b)
	case singleQuoted:
		s.stepString(b, '\'')
	case doubleQuoted:
		s.stepString(b, '"')
	case backquoted:
		if b == '`' {
			s.mode = code
		}
	case lineComment:
		if b == '\n' {
			s.mode = code
		}
	case blockComment:
		if b == '*' {
			s.mode = star
		}
	case star:
		switch b {
		case '/':
			s.mode = code
		case '*':
		default:
			s.mode = blockComment
		}
	case command:
		return b == '\n'
	}
	return false
}

func (s *splitter) stepCode(b byte) bool {
	switch b {
	case ';':
		return true
	case ' ', '\t', '\r', '\n', '\f', '\v':
		return false
	case '/':
		s.mode = slash
		return false
	case '\'':
		s.mode = singleQuoted
	case '"':
		s.mode = doubleQuoted
	case '`':
		s.mode = backquoted
	case ':':
		if !s.solid {
			s.mode = command
		}
	}
	s.mark()
	return false
}

func (s *splitter) stepString(b, quote byte) {
	switch {
	case s.escaped:
		s.escaped = false
	case b == '\\':
		s.escaped = true
	case b == quote:
		s.mode = code
	}
}

// complete reports whether a text typed so far can be run: it holds nothing, a command, or ends its last statement.
func complete(text string) bool {
	var s splitter
	if s.feed(append([]byte(text), '\n')) != nil {
		return true
	}
	for {
		if _, ok := s.next(); !ok {
			return !s.pending()
		}
	}
}

// keyword returns a short statement in one spelling: upper case, one space between words, no comments; "" for
// a longer one.
func keyword(text string) string {
	const shortMax = 64
	var bare strings.Builder
	for text != "" && bare.Len() <= shortMax {
		skip := ""
		switch {
		case strings.HasPrefix(text, "//"):
			skip = "\n"
		case strings.HasPrefix(text, "/*"):
			skip = "*/"
		}
		if skip == "" {
			bare.WriteByte(text[0])
			text = text[1:]
			continue
		}
		bare.WriteByte(' ')
		_, text, _ = strings.Cut(text, skip)
	}
	if bare.Len() > shortMax {
		return ""
	}
	return strings.ToUpper(strings.Join(strings.Fields(bare.String()), " "))
}
