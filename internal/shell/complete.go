package shell

import (
	"maps"
	"slices"
	"strings"

	"memgraphd/internal/query/token"
)

// statementWords are what statements begin with or consist of beside the keywords of the grammar.
const statementWords = "ALL ANY ACTIVE ANALYZE AUTH BEGIN BFS BUILD COMMIT CONFIG CONSTRAINT CONSTRAINTS COUNT CSV CURRENT DATA DATABASE " +
	"DATABASES DIRECTORY DROP DUMP EDGE ENUM FREE FROM FUNCTIONS GRANT GRAPH HEADER IDENTIFIED INDEX INDEXES INFO JSONL LOCK MEMORY " +
	"METRICS NO NONE NODE PASSWORD PRIVILEGES PROCEDURES REDUCE RELATIONSHIP RESET REVOKE ROLE ROLES ROLLBACK ROWS SCHEMA SESSION SETTING SETTINGS " +
	"SHOW SINGLE SNAPSHOT SNAPSHOTS STORAGE TERMINATE TRACE TRANSACTION TRANSACTIONS TO TRIGGER UNIQUE UNLOCK USE USER USERS VERSION VERTEX"

// words returns the words that are offered and coloured as keywords, sorted.
func words() []string {
	all := slices.Concat(token.Keywords(), strings.Fields(statementWords))
	slices.Sort(all)
	return slices.Compact(all)
}

// suggestions are what may stand at the cursor.
type suggestions struct {
	prefix string   // what is there already
	values []string // what it may become, as groups have it
	kind   string   // what they are
}

// suggest finds what may stand at the end of a text.
func (s *Shell) suggest(text string) []suggestions {
	// The statement that is being typed begins behind the last one.
	if i := lastStatement(text); i > 0 {
		text = text[i:]
	}
	if trimmed := strings.TrimLeft(text, " \t\n"); strings.HasPrefix(trimmed, ":") {
		return s.suggestCommand(trimmed)
	}
	start := len(text)
	for start > 0 && isNameByte(text[start-1]) {
		start--
	}
	prefix := text[start:]
	tokens := token.Scan(nil, text[:start])
	tokens = tokens[:len(tokens)-1] // the end
	last := token.EOF
	if len(tokens) > 0 {
		last = tokens[len(tokens)-1].Kind
	}
	switch last {
	case token.UnterminatedString, token.UnterminatedComment, token.UnterminatedName:
		return nil
	case token.Colon, token.Pipe, token.Ampersand, token.Exclamation:
		if group := s.afterColon(tokens, prefix); group != nil {
			return group
		}
	case token.Dot:
		return s.afterDot(text[:start], prefix)
	case token.Call:
		return []suggestions{{prefix, s.names().procedures, "procedures"}}
	case token.Dollar, token.Illegal:
		if strings.HasSuffix(text[:start], "$") {
			return []suggestions{{prefix, slices.Sorted(maps.Keys(s.params)), "parameters"}}
		}
	case token.LBrace, token.Comma:
		if innermost(tokens) == token.LBrace {
			return []suggestions{{prefix, s.names().keys, "properties"}}
		}
	}
	if prefix == "" {
		return nil
	}
	return []suggestions{
		{prefix, variables(tokens, text), "variables"},
		{prefix, inCaseOf(prefix, words()), "keywords"},
		{prefix, s.names().functions, "functions"},
	}
}

func isNameByte(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c >= 0x80
}

// lastStatement returns where the statement begins that a text ends with.
func lastStatement(text string) int {
	start := 0
	for _, t := range token.Scan(nil, text) {
		if t.Kind == token.Semicolon {
			start = int(t.End)
		}
	}
	return start
}

// innermost is the bracket that is open at the end of tokens, or EOF.
func innermost(tokens []token.Token) token.Kind {
	depth := 0
	for _, t := range slices.Backward(tokens) {
		switch t.Kind {
		case token.RParen, token.RBracket, token.RBrace:
			depth++
		case token.LParen, token.LBracket, token.LBrace:
			if depth == 0 {
				return t.Kind
			}
			depth--
		default:
		}
	}
	return token.EOF
}

// afterColon suggests labels and types; nil within a map, where a value follows.
func (s *Shell) afterColon(tokens []token.Token, prefix string) []suggestions {
	switch innermost(tokens) {
	case token.LBracket:
		return []suggestions{{prefix, named(s.names().types), "types"}}
	case token.LBrace:
		return nil
	default:
	}
	return []suggestions{{prefix, named(s.names().labels), "labels"}}
}

// afterDot suggests what a dotted name may become: a property, or a function or procedure with dots in its name.
func (s *Shell) afterDot(before, prefix string) []suggestions {
	start := len(before)
	for start > 0 && (isNameByte(before[start-1]) || before[start-1] == '.') {
		start--
	}
	dotted := before[start:] + prefix
	known := s.names().functions
	kind := "functions"
	if strings.HasSuffix(strings.ToUpper(strings.TrimSpace(before[:start])), "CALL") {
		known, kind = s.names().procedures, "procedures"
	}
	for _, name := range known {
		if strings.HasPrefix(strings.ToLower(name), strings.ToLower(before[start:])) {
			return []suggestions{{dotted, known, kind}}
		}
	}
	return []suggestions{{prefix, named(s.names().keys), "properties"}}
}

// variables are the names that a statement has used so far where variables stand.
func variables(tokens []token.Token, text string) []string {
	found := make(map[string]bool)
	last := token.EOF
	for i, t := range tokens {
		follows := token.EOF
		if i+1 < len(tokens) {
			follows = tokens[i+1].Kind
		}
		behind := last == token.LParen || last == token.LBracket || last == token.As || last == token.Unwind || last == token.Comma
		if t.Kind == token.Word && behind && follows != token.LParen && follows != token.Dot {
			found[t.Text(text)] = true
		}
		last = t.Kind
	}
	return slices.Sorted(maps.Keys(found))
}

// inCaseOf returns keywords in lower case where the user has begun so.
func inCaseOf(prefix string, list []string) []string {
	if prefix != strings.ToLower(prefix) {
		return list
	}
	lower := make([]string, len(list))
	for i, word := range list {
		lower[i] = strings.ToLower(word)
	}
	return lower
}

// named puts names into backquotes that need them.
func named(list []string) []string {
	quoted := make([]string, len(list))
	for i, name := range list {
		quoted[i] = string(appendName(nil, name))
	}
	return quoted
}

// suggestCommand suggests commands and what some of them take.
func (s *Shell) suggestCommand(text string) []suggestions {
	name, rest, more := strings.Cut(text, " ")
	if !more {
		var all []string
		for _, c := range commands() {
			all = append(all, c.name)
		}
		return []suggestions{{name, all, "commands"}}
	}
	word := rest[strings.LastIndexByte(rest, ' ')+1:]
	for _, c := range commands() {
		if c.name == strings.ToLower(name) && c.values != nil {
			return []suggestions{{word, c.values(s, word), "values"}}
		}
	}
	return nil
}
