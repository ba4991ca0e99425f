package parser_test

import (
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/parser"
)

// TestTrees prints what each line is understood as.
func TestTrees(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		t.Helper()
		if !strings.HasSuffix(path, ".txt") {
			return
		}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			t.Helper()
			var b strings.Builder
			for line := range strings.Lines(d.Input) {
				text := strings.TrimSuffix(line, "\n")
				switch d.Cmd {
				case "parse":
					b.WriteString(parse(text))
				case "columns":
					b.WriteString(columns(text))
				case "strip":
					key, values, ok := parser.Strip(text)
					b.WriteString(key)
					for _, v := range values {
						b.WriteString(" | " + render(v))
					}
					if !ok {
						b.WriteString(" | not stripped")
					}
				default:
					t.Fatalf("unknown command %s", d.Cmd)
				}
				b.WriteByte('\n')
			}
			return b.String()
		})
	})
}

func parse(text string) string {
	s, err := parser.Parse(text, parser.Options{})
	if err != nil {
		return err.Error()
	}
	return ast.String(s)
}

// columns shows the names of the columns of the last clause, one in each pair of |.
func columns(text string) string {
	s, err := parser.Parse(text, parser.Options{})
	if err != nil {
		return err.Error()
	}
	q, ok := s.(*ast.Query)
	if !ok {
		return "no query"
	}
	clauses := q.Parts[0].Clauses
	p, ok := clauses[len(clauses)-1].(*ast.Projection)
	if !ok {
		return "no projection"
	}
	var names []string
	for _, item := range p.Items {
		names = append(names, item.Name)
	}
	return "|" + strings.Join(names, "|") + "|"
}
