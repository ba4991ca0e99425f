package sema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/function"
	"memgraphd/internal/query/parser"
	"memgraphd/internal/query/procedure"
	"memgraphd/internal/query/sema"
	"memgraphd/internal/storage/value"
)

// TestText runs the files in testdata: every line is a query.
//
// "errors" shows what is wrong with each, "columns" its columns and parameters, "symbols"
// its variables with their types, in the order of their making, and "groups" the
// aggregates and the grouping of its last clause.
func TestText(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		t.Helper()
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			t.Helper()
			var b strings.Builder
			for line := range strings.Lines(d.Input) {
				b.WriteString(answer(t, d.Cmd, strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "¶", "\n")))
				b.WriteByte('\n')
			}
			return b.String()
		})
	})
}

func answer(t *testing.T, command, text string) string {
	t.Helper()
	q, info, err := analyze(text)
	if command == "errors" {
		if err == nil {
			return "no error"
		}
		e := failure.Of(err).Locate(text)
		return fmt.Sprintf("%s at %s, %d:%d-%d: %s", e.Type, e.Phase, e.Position.Line, e.Position.Column,
			e.Span.End-e.Span.Start, e.Error())
	}
	if err != nil {
		return err.Error()
	}
	switch command {
	case "columns":
		return fmt.Sprintf("%q %q reads=%t writes=%t", info.Columns, info.Params, info.Reads, info.Writes)
	case "symbols":
		var out []string
		for _, s := range info.Symbols {
			out = append(out, fmt.Sprintf("%d:%s %s", s.ID, s.Name, s.Type))
		}
		return strings.Join(out, ", ")
	case "groups":
		clauses := q.Parts[0].Clauses
		p, ok := clauses[len(clauses)-1].(*ast.Projection)
		if !ok {
			return "no projection"
		}
		facts := info.Projections[p]
		var out []string
		for _, call := range facts.Aggregates {
			out = append(out, ast.ExprString(call))
		}
		out = append(out, "by")
		for _, e := range facts.Grouping {
			out = append(out, ast.ExprString(e))
		}
		return strings.Join(out, " ")
	case "outer":
		var out []string
		for e, symbols := range info.Outer {
			for _, s := range symbols {
				out = append(out, fmt.Sprintf("%T %s", e, s.Name))
			}
		}
		return strings.Join(out, ", ")
	default:
		t.Fatalf("unknown command %s", command)
		return ""
	}
}

func analyze(text string) (*ast.Query, *sema.Info, error) {
	s, err := parser.Parse(text, parser.Options{})
	if err != nil {
		return nil, nil, err
	}
	q, ok := s.(*ast.Query)
	if !ok {
		return nil, nil, failure.Syntax("NotAQuery", "the statement is no query").At(s.Span())
	}
	procedures, err := procedure.NewRegistry("test", testProcedures()...)
	if err != nil {
		return nil, nil, err
	}
	info, err := sema.Analyze(q, sema.Options{Functions: function.Signatures, Procedures: procedures})
	if err != nil {
		return nil, nil, failure.Of(err).Locate(text)
	}
	return q, info, nil
}

// testProcedures are called in testdata/procedures.txt.
func testProcedures() []procedure.Procedure {
	none := func(*procedure.Context, []value.Value) (procedure.Rows, error) { return procedure.None, nil }
	return []procedure.Procedure{
		{
			Name: "p",
			Args: []procedure.Argument{
				{Name: "n", Type: procedure.Integer},
				{Name: "l", Type: procedure.ListOf(procedure.Float), Optional: true},
			},
			Results: []procedure.Result{{Name: "a", Type: procedure.Float}, {Name: "b", Type: procedure.Node}},
			Call:    none,
		},
		{Name: "void", Mode: procedure.Write, Call: none},
	}
}
