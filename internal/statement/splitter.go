// Package statement cuts the text of a file or a terminal into statements, and hides the
// passwords in them.
package statement

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// bytesMax bounds one statement, and what stands before it.
const bytesMax = 64 << 20

// ErrTooLong reports a statement that no server would take.
var ErrTooLong = errors.New("a statement of more than 64 MiB")

// Statement is one statement without its semicolon, or one command with its colon.
type Statement struct {
	Text string
	Line int // of the input, from 1, on which it begins
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

// Splitter cuts input into statements at the semicolons that are not in strings, names or comments. The zero value
// is ready. Comments before a statement stay with it.
//
// The text given with Feed is scanned once: 0 <= from <= pos <= len(text), where from is the end of the last
// statement and pos is how far the scan is.
type Splitter struct {
	text      []byte
	from, pos int
	mode      mode
	escaped   bool // the last byte was a \ in a string
	solid     bool // the statement has something that is neither white space nor comment
	line      int  // lines before pos
	begins    int  // line of the first solid byte
}

// Feed adds text. It fails with ErrTooLong where a statement does not end.
func (s *Splitter) Feed(text []byte) error {
	if s.from > 0 {
		s.text = append(s.text[:0], s.text[s.from:]...)
		s.pos -= s.from
		s.from = 0
	}
	if len(s.text)+len(text) > bytesMax {
		return ErrTooLong
	}
	s.text = append(s.text, text...)
	return nil
}

// Next returns the next whole statement.
func (s *Splitter) Next() (Statement, bool) {
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
	return Statement{}, false
}

// Rest returns what is left at the end of the input, if it is more than comments.
func (s *Splitter) Rest() (Statement, bool) {
	s.pos = len(s.text)
	if s.mode == slash {
		s.mark()
	}
	return s.cut(len(s.text))
}

// Each hands the statements of in to do as they come; the first failure of either ends it.
func Each(in io.Reader, do func(Statement) error) error {
	var split Splitter
	chunk := make([]byte, 256<<10)
	for {
		n, readErr := in.Read(chunk)
		if err := split.Feed(chunk[:n]); err != nil {
			return err
		}
		for st, ok := split.Next(); ok; st, ok = split.Next() {
			if err := do(st); err != nil {
				return err
			}
		}
		if errors.Is(readErr, io.EOF) {
			break
		}
		if readErr != nil {
			return fmt.Errorf("read statements: %w", readErr)
		}
	}
	if st, ok := split.Rest(); ok {
		return do(st)
	}
	return nil
}

// Pending reports whether a statement has begun and has not ended.
func (s *Splitter) Pending() bool { return s.solid || s.mode == blockComment || s.mode == star }

// cut takes what ends at end as a statement and starts the next one at pos.
func (s *Splitter) cut(end int) (Statement, bool) {
	st := Statement{Text: string(bytes.TrimSpace(s.text[s.from:end])), Line: s.begins + 1}
	ok := s.solid
	s.from, s.mode, s.escaped, s.solid = s.pos, code, false, false
	return st, ok
}

// mark notes that the statement has begun.
func (s *Splitter) mark() {
	if !s.solid {
		s.solid, s.begins = true, s.line
	}
}

// step takes one byte in and reports whether it ends a statement.
func (s *Splitter) step(b byte) bool {
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

func (s *Splitter) stepCode(b byte) bool {
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

func (s *Splitter) stepString(b, quote byte) {
	switch {
	case s.escaped:
		s.escaped = false
	case b == '\\':
		s.escaped = true
	case b == quote:
		s.mode = code
	}
}
