package parser_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/parser"
	"memgraphd/internal/storage/value"
)

// seeds returns the lines of the text files of the front end.
func seeds(tb testing.TB, patterns ...string) []string {
	tb.Helper()
	var out []string
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		if err != nil {
			tb.Fatal(err)
		}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				tb.Fatal(err)
			}
			for line := range strings.Lines(string(data)) {
				out = append(out, strings.TrimSuffix(line, "\n"))
			}
		}
	}
	return out
}

// FuzzParse expects an error with a place, or a tree that prints and parses to itself,
// within a time in proportion to the text.
func FuzzParse(f *testing.F) {
	for _, s := range seeds(f, "testdata/*.txt", "../sema/testdata/*.txt") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<16 {
			t.Skip()
		}
		var s ast.Statement
		var err error
		// A machine may stand still for a moment; a text that is slow is slow every time.
		for try := range 4 {
			start := time.Now()
			s, err = parser.Parse(text, parser.Options{})
			d := time.Since(start)
			if d <= time.Second {
				break
			}
			if try == 3 {
				t.Fatalf("parsing %d bytes took %v", len(text), d)
			}
		}
		if err != nil {
			e := failure.Of(err)
			if e == nil || e.Position == nil || !e.Placed || int(e.Span.End) > len(text) || e.Detail == "" {
				t.Fatalf("an error without a place: %#v", err)
			}
			return
		}
		checkSpans(t, reflect.ValueOf(s), len(text))
		printed := ast.String(s)
		s2, err := parser.Parse(printed, parser.Options{MaxDepth: 10_000, MaxBytes: 1 << 24, MaxOperators: 1 << 20})
		if err != nil {
			t.Fatalf("%v\n%q\n%q", err, text, printed)
		}
		if again := ast.String(s2); again != printed {
			t.Fatalf("printing is not stable\n%q\n%q\n%q", text, printed, again)
		}
		_, values, ok := parser.Strip(text)
		numbered, err := parser.Parse(text, parser.Options{AutoLiterals: true})
		if err != nil {
			t.Fatal(err)
		}
		found := map[int]value.Value{}
		literals(reflect.ValueOf(numbered), found)
		if ok && len(found) != len(values) {
			t.Fatalf("%d literals stripped, %d numbered\n%q", len(values), len(found), text)
		}
		for i, v := range values {
			if ok && render(found[i+1]) != render(v) {
				t.Fatalf("literal %d differs in %q", i+1, text)
			}
		}
	})
}
