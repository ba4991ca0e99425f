package statement

import "strings"

// Masked is the text of a statement as a log may have it: where it speaks of passwords or
// other secrets, every string in it is replaced by '****'. It does not have to be a statement
// that can be read, since a misspelt one tells its password too.
func Masked(text string) string {
	if !tells(text) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		end := skipped(text, i)
		switch text[i] {
		case '\'', '"':
			b.WriteString("'****'")
		default:
			b.WriteString(text[i:end])
		}
		i = end
	}
	return b.String()
}

// tells reports whether a text has a word that goes with secrets.
func tells(text string) bool {
	lower := strings.ToLower(text)
	for _, word := range []string{"password", "passwd", "passphrase", "identified", "secret", "credential", "token"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return aboutUsers(lower)
}

// aboutUsers reports whether a text begins like a statement about users.
func aboutUsers(lower string) bool {
	words := strings.Fields(lower)
	if len(words) > 0 && words[0] == "cypher" {
		words = words[1:]
		for len(words) > 0 && (strings.Contains(words[0], "=") || words[0][0] >= '0' && words[0][0] <= '9') {
			words = words[1:]
		}
	}
	return len(words) > 1 && strings.HasPrefix(words[1], "user") && (words[0] == "create" || words[0] == "alter" || words[0] == "drop")
}

// skipped returns the end of the string, the name in backticks, the comment or the character at
// i. A string that is not closed goes to the end of the text.
func skipped(text string, i int) int {
	c := text[i]
	switch {
	case c == '\'' || c == '"' || c == '`':
		for j := i + 1; j < len(text); j++ {
			switch {
			case text[j] == '\\' && c != '`':
				j++
			case text[j] == c:
				return j + 1
			}
		}
		return len(text)
	case strings.HasPrefix(text[i:], "//"):
		if n := strings.IndexByte(text[i:], '\n'); n >= 0 {
			return i + n + 1
		}
		return len(text)
	case strings.HasPrefix(text[i:], "/*"):
		if n := strings.Index(text[i+2:], "*/"); n >= 0 {
			return i + n + 4
		}
		return len(text)
	}
	return i + 1
}
