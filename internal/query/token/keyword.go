package token

// keywords are the keywords in the order of their kinds.
var keywords = [...]string{
	"AND", "AS", "ASC", "ASCENDING", "BY", "CALL", "CASE", "CONTAINS", "CREATE", "DELETE",
	"DESC", "DESCENDING", "DETACH", "DISTINCT", "ELSE", "END", "ENDS", "EXISTS", "EXPLAIN",
	"FALSE", "FOREACH", "IN", "IS", "LIMIT", "LOAD", "MATCH", "MERGE", "NOT", "NULL", "ON",
	"OPTIONAL", "OR", "ORDER", "PROFILE", "REMOVE", "RETURN", "SET", "SKIP", "STARTS",
	"THEN", "TRUE", "UNION", "UNWIND", "WHEN", "WHERE", "WITH", "XOR", "YIELD",
}

// keywordLengthMax is the length of the longest keyword.
const keywordLengthMax = 10

// starts[c] is the index of the first keyword that begins with the letter 'A'+c; the
// keywords of one letter end where those of the next begin.
var starts = makeStarts()

func makeStarts() (s [27]uint8) {
	for c := range s {
		n := 0
		for n < len(keywords) && keywords[n][0] < byte('A'+c) {
			n++
		}
		s[c] = uint8(n)
	}
	return s
}

// Lookup returns the kind of the unquoted name word: a keyword's, or Word.
func Lookup(word string) Kind {
	if len(word) < 2 || len(word) > keywordLengthMax {
		return Word
	}
	c := word[0]&^0x20 - 'A'
	if c >= 26 {
		return Word
	}
	for i := starts[c]; i < starts[c+1]; i++ {
		if EqualFold(word, keywords[i]) {
			return Kind(i) + firstKeyword
		}
	}
	return Word
}

// EqualFold reports whether word is keyword, which is in upper case, in any case.
func EqualFold(word, keyword string) bool {
	if len(word) != len(keyword) {
		return false
	}
	for i := range len(word) {
		c := word[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c != keyword[i] {
			return false
		}
	}
	return true
}

// Keywords returns the keywords in upper case, sorted.
func Keywords() []string { return keywords[:] }
