package sema_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
)

// FuzzAnalyze expects an error with a place, or facts about every variable and pattern.
func FuzzAnalyze(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			f.Add(strings.TrimSuffix(line, "\n"))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<14 {
			t.Skip()
		}
		q, info, err := analyze(text)
		if err != nil {
			if e := failure.Of(err); e == nil || !e.Placed || int(e.Span.End) > len(text) {
				t.Fatalf("an error without a place: %#v", err)
			}
			return
		}
		for i, s := range info.Symbols {
			if s.ID != i || s.Type == 0 {
				t.Fatalf("symbol %d is %+v", i, s)
			}
		}
		for v, s := range info.Uses {
			if s == nil || s.Name != v.Name && s.Name == "" {
				t.Fatalf("the variable %s is bound to %+v", v.Name, s)
			}
		}
		last := q.Parts[0].Clauses[len(q.Parts[0].Clauses)-1]
		if p, ok := last.(*ast.Projection); ok && p.Return != (info.Columns != nil) {
			t.Fatalf("the columns are %v", info.Columns)
		}
	})
}
