package shell

import (
	"strings"

	"memgraphd/internal/statement"
)

// complete reports whether a text typed so far can be run: it holds nothing, a command, or ends its last statement.
func complete(text string) bool {
	var s statement.Splitter
	if s.Feed(append([]byte(text), '\n')) != nil {
		return true
	}
	for {
		if _, ok := s.Next(); !ok {
			return !s.Pending()
		}
	}
}

// spoken is the command that is meant by a word that other shells know, typed alone; "" for any other text.
func spoken(text string) string {
	switch strings.ToLower(strings.TrimSuffix(strings.TrimSpace(text), ";")) {
	case "help":
		return ":help"
	case "exit", "quit":
		return ":quit"
	}
	return ""
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
