package docs

import (
	"os"
	"strings"
	"testing"

	"memgraphd/internal/query"
	"memgraphd/internal/storage/value"
)

// TestSubqueries runs the statements of docs/subqueries.md, one after the other on one graph.
func TestSubqueries(t *testing.T) {
	text, err := os.ReadFile("../../docs/subqueries.md")
	if err != nil {
		t.Fatal(err)
	}
	s := open(t).NewSession(query.SessionOptions{ID: "subqueries"})
	defer s.Close()
	blocks := strings.Split(string(text), "```cypher\n")[1:]
	if len(blocks) < 10 {
		t.Errorf("only %d statements were found", len(blocks))
	}
	for _, block := range blocks {
		statement, _, _ := strings.Cut(block, "```")
		var rows []string
		r, err := s.Run(t.Context(), statement, value.Null, query.TxOptions{})
		if err == nil {
			_, err = r.Pull(t.Context(), -1, collect(&rows))
			r.Close()
		}
		if err != nil {
			t.Errorf("%s\n%v", statement, err)
		}
		if strings.Contains(statement, "RETURN") && len(rows) == 0 {
			t.Errorf("%s\ngives nothing", statement)
		}
	}
}
