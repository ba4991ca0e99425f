package token

import (
	"fmt"
	"unicode/utf8"
)

// Span is a half-open range of byte offsets in a query's text.
type Span struct {
	Start, End int32
}

// Join returns the smallest span that holds s and t.
func (s Span) Join(t Span) Span {
	return Span{Start: min(s.Start, t.Start), End: max(s.End, t.End)}
}

// Text returns the part of query that s covers.
func (s Span) Text(query string) string { return query[s.Start:s.End] }

// Position is a place in a query for people: lines and columns count from 1, columns in
// characters; Offset counts bytes from 0.
type Position struct {
	Offset, Line, Column int
}

// Locate returns the position of byte offset in query.
func Locate(query string, offset int32) Position {
	at := min(max(int(offset), 0), len(query))
	p := Position{Offset: at, Line: 1, Column: 1}
	lineStart := 0
	for i := range at {
		if query[i] == '\n' {
			p.Line++
			lineStart = i + 1
		}
	}
	p.Column = utf8.RuneCountInString(query[lineStart:at]) + 1
	return p
}

// String renders p as drivers' users know it: "line 1, column 8 (offset: 7)".
func (p Position) String() string {
	return fmt.Sprintf("line %d, column %d (offset: %d)", p.Line, p.Column, p.Offset)
}
