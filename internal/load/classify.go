package load

import (
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/parser"
	"memgraphd/internal/query/token"
)

// cleanUpRows is how many nodes lose their helpers in one transaction.
const cleanUpRows = "10000"

// classify says how a statement is run. The text is the one to run; the error is that of a
// statement that no server of this version takes.
func classify(text string) (kind, string, error) {
	if strings.HasPrefix(text, ":") {
		switch strings.ToLower(strings.TrimRight(strings.Fields(text)[0], ";")) {
		case ":begin", ":commit":
			return ignored, text, nil
		}
		return unknown, text, failure.Syntax("NotSupported", "a command of a shell is not a statement")
	}
	if batched, ok := cleanUp(text); ok {
		return alone, batched, nil
	}
	st, err := parser.Parse(text, parser.Options{})
	if err != nil {
		if f := failure.Of(err); f != nil && f.Detail == "NotSupported" {
			return unknown, text, err
		}
		return alone, text, nil // the server says what is wrong
	}
	switch st := st.(type) {
	case *ast.Query:
		if batches(st) {
			return alone, text, nil
		}
		return plain, text, nil
	case *ast.TransactionControl:
		if st.Verb == "ROLLBACK" {
			return unknown, text, failure.Syntax("NotSupported", "ROLLBACK is not supported in a file")
		}
		return ignored, text, nil
	default:
		return alone, text, nil
	}
}

// batches reports whether a query commits by itself, as only whole subqueries at the outermost
// level do.
func batches(q *ast.Query) bool {
	for _, part := range q.Parts {
		for _, c := range part.Clauses {
			if call, ok := c.(*ast.CallSubquery); ok && call.Batches != nil {
				return true
			}
		}
	}
	return false
}

// cleanUp returns MATCH (u) REMOVE u:H, u.k as a statement that commits many times, because it
// changes every node.
func cleanUp(text string) (string, bool) {
	w := words{text: text, toks: token.Scan(nil, text)}
	if !w.acceptAll(token.Match, token.LParen) {
		return "", false
	}
	u, ok := w.name()
	if !ok || !w.acceptAll(token.RParen, token.Remove) {
		return "", false
	}
	again, _ := w.name()
	if again != u || !w.accept(token.Colon) {
		return "", false
	}
	label, ok := w.name()
	if !ok || !w.accept(token.Comma) {
		return "", false
	}
	if again, _ = w.name(); again != u || !w.accept(token.Dot) {
		return "", false
	}
	key, ok := w.name()
	w.accept(token.Semicolon)
	if !ok || w.kind() != token.EOF {
		return "", false
	}
	return "MATCH (" + u + ") CALL (" + u + ") { REMOVE " + u + ":" + label + ", " + u + "." + key +
		" } IN TRANSACTIONS OF " + cleanUpRows + " ROWS", true
}
