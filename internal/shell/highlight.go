package shell

import (
	"slices"
	"strings"

	"memgraphd/internal/query/token"
)

// The colours of a statement, of those that every terminal has.
const (
	plainColor   = "\x1b[0m"
	keywordColor = "\x1b[1;34m"
	stringColor  = "\x1b[32m"
	numberColor  = "\x1b[36m"
	nameColor    = "\x1b[33m" // labels, types and parameters
	wrongColor   = "\x1b[31m"
	commentColor = "\x1b[2m"
)

// highlight colours a statement or a command.
func highlight(line []rune) string {
	text := string(line)
	if strings.HasPrefix(strings.TrimSpace(text), ":") {
		name, rest, more := strings.Cut(text, " ")
		if more {
			rest = " " + rest
		}
		return keywordColor + name + plainColor + rest
	}
	var b strings.Builder
	end, last := 0, token.EOF
	for _, t := range token.Scan(nil, text) {
		between := text[end:t.Start]
		if strings.TrimSpace(between) != "" { // only comments are passed over
			between = commentColor + between + plainColor
		}
		b.WriteString(between)
		if t.Kind == token.EOF {
			break
		}
		part := t.Text(text)
		if color := colorOf(t.Kind, last, part); color != "" {
			part = color + part + plainColor
		}
		b.WriteString(part)
		end, last = int(t.End), t.Kind
	}
	return b.String()
}

// colorOf is the colour of a token behind another one.
func colorOf(k, last token.Kind, text string) string {
	switch {
	case k == token.String:
		return stringColor
	case k == token.Integer, k == token.Float:
		return numberColor
	case k == token.Param:
		return nameColor
	case k == token.Illegal, k == token.BadNumber, k == token.UnterminatedString, k == token.UnterminatedName:
		return wrongColor
	case k == token.UnterminatedComment:
		return commentColor
	case last == token.Colon, last == token.Pipe, last == token.Ampersand:
		return nameColor
	case last == token.Dot:
		return ""
	case k.IsKeyword(), k == token.Word && slices.Contains(words(), strings.ToUpper(text)):
		return keywordColor
	}
	return ""
}
