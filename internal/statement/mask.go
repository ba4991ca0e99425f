package statement

import (
	"strings"

	"memgraphd/internal/spelling"
)

// Masked is the text of a statement as a log may have it: where it speaks of passwords or
// other secrets, every string in it is replaced by '****', and with a string that does not end on
// its line everything from the first one on, since nobody can tell then what is within one. It does not
// have to be a statement that can be read: a misspelt one tells its password too. Names and passwords in
// addresses, as in https://ann:hush@host/, are replaced in every text.
func Masked(text string) string {
	text = maskedAddresses(text)
	if !Tells(text) {
		return text
	}
	var b strings.Builder
	first := -1 // where the first string is in b
	for i := 0; i < len(text); {
		end := skipped(text, i)
		switch text[i] {
		case '\'', '"':
			if first < 0 {
				first = b.Len()
			}
			if strings.ContainsAny(text[i:end], "\r\n") || end == len(text) && skipped(text+text[i:i+1], i) > end {
				return b.String()[:first] + mask
			}
			b.WriteString(mask)
		default:
			b.WriteString(text[i:end])
		}
		i = end
	}
	return b.String()
}

const mask = "'****'"

// Tells reports whether a text has a word that goes with secrets.
func Tells(text string) bool {
	lower := strings.ToLower(text)
	for _, word := range []string{
		"password", "passwd", "passphrase", "identified", "secret", "credential", "token", "access_key", "accesskey", "api_key", "apikey", "dbms.security",
	} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return aboutUsers(lower) || misspelt(lower)
}

// misspeltWords is how many words of a text are looked at for one that is misspelt: statements that have secrets have
// them near their beginning.
const misspeltWords = 32

// misspelt reports whether a text begins with words of which one is nearly one that goes with passwords.
func misspelt(lower string) bool {
	n := 0
	for word := range strings.FieldsFuncSeq(lower, func(r rune) bool { return r < 'a' || r > 'z' }) {
		if n++; n > misspeltWords {
			break
		}
		for _, near := range []string{"password", "passphrase", "identified"} {
			if len(word) >= len(near)-2 && len(word) <= len(near)+2 && spelling.Edits(word, near) <= 2 {
				return true
			}
		}
	}
	return false
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

// maskedAddresses replaces what stands between :// and the last @ before the host ends.
func maskedAddresses(text string) string {
	const begin = "://"
	if !strings.Contains(text, begin) {
		return text
	}
	var b strings.Builder
	for {
		at := strings.Index(text, begin)
		if at < 0 {
			break
		}
		at += len(begin)
		host := text[at:]
		if end := strings.IndexAny(host, "/?#'\"`\\ \t\r\n"); end >= 0 {
			host = host[:end]
		}
		b.WriteString(text[:at])
		if secret := strings.LastIndexByte(host, '@'); secret >= 0 {
			b.WriteString("****")
			at += secret
		}
		text = text[at:]
	}
	b.WriteString(text)
	return b.String()
}
