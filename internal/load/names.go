package load

import (
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/parser"
)

// namesMax bounds how many constraints a file may give names to that are remembered.
const namesMax = 10_000

// names are those that a file has given to constraints. The server does not keep them, and an export of APOC ends with
// DROP CONSTRAINT UNIQUE_IMPORT_NAME.
type names map[string]*ast.ConstraintStatement

// told returns the statement to run instead of text: DROP CONSTRAINT with what the name stands for.
func (n names) told(text string) string {
	if !begins(text, "CREATE", "CONSTRAINT") && !begins(text, "DROP", "CONSTRAINT") {
		return text
	}
	tree, err := parser.Parse(text, parser.Options{})
	if err != nil {
		return text
	}
	st, ok := tree.(*ast.ConstraintStatement)
	if !ok || st.Name == nil {
		return text
	}
	if !st.Drop {
		if len(n) < namesMax {
			n[st.Name.Text] = st
		}
		return text
	}
	created, ok := n[st.Name.Text]
	if !ok {
		return text
	}
	dropped := *created
	dropped.Drop, dropped.Name = true, nil
	return ast.String(&dropped)
}

// begins tells whether a text begins with two words.
func begins(text, first, second string) bool {
	if len(text) < len(first) || !strings.EqualFold(text[:len(first)], first) {
		return false
	}
	rest := strings.TrimLeft(text[len(first):], " \t\r\n")
	return len(rest) >= len(second) && strings.EqualFold(rest[:len(second)], second)
}
