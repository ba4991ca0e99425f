package parser_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/parser"
	"memgraphd/internal/query/token"
)

func TestPrintParsesToTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkStable(t, query(t)) })
}

// checkStable parses text, prints it, and expects the print to parse to the same tree.
func checkStable(t rapid.TB, text string) {
	t.Helper()
	s, err := parser.Parse(text, parser.Options{})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	checkSpans(t, reflect.ValueOf(s), len(text))
	printed := ast.String(s)
	s2, err := parser.Parse(printed, parser.Options{MaxDepth: 4000, MaxBytes: 1 << 24})
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, text, printed)
	}
	if again := ast.String(s2); again != printed {
		t.Fatalf("printing is not stable\n%s\n%s\n%s", text, printed, again)
	}
}

// checkSpans expects every place in a tree to lie inside the text.
func checkSpans(t rapid.TB, v reflect.Value, length int) {
	t.Helper()
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if !v.IsNil() {
			checkSpans(t, v.Elem(), length)
		}
	case reflect.Struct:
		if s, ok := reflect.TypeAssert[token.Span](v); ok {
			if s.Start < 0 || s.End < s.Start || int(s.End) > length {
				t.Fatalf("the span %v is outside the text of %d bytes", s, length)
			}
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				checkSpans(t, v.Field(i), length)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			checkSpans(t, v.Index(i), length)
		}
	default:
	}
}

func TestBounds(t *testing.T) {
	nested := func(n int) string { return "RETURN " + strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, tc := range []struct{ name, text, detail string }{
		{"48 nested lists", nested(48), ""},
		{"300 nested lists", nested(150), ""},
		{"too many nested lists", nested(5000), "NestingTooDeep"},
		{"too many brackets", "RETURN " + strings.Repeat("(", 100_000), "NestingTooDeep"},
		{"too many signs", "RETURN " + strings.Repeat("- ", 10_000) + "1", "NestingTooDeep"},
		{"too many NOTs", "RETURN " + strings.Repeat("NOT ", 10_000) + "true", "NestingTooDeep"},
		{"too many maps", "RETURN " + strings.Repeat("{a:", 10_000) + "1", "NestingTooDeep"},
		{"too many FOREACHs", strings.Repeat("FOREACH (x IN [1] | ", 10_000), "NestingTooDeep"},
		{"too many EXISTS", "MATCH (n) WHERE " + strings.Repeat("EXISTS { MATCH (n) WHERE ", 10_000), "NestingTooDeep"},
		{"too many patterns", "MATCH (n) WHERE " + strings.Repeat("(n {x: ", 10_000) + strings.Repeat("})-->()", 10_000), "NestingTooDeep"},
		{"a long sum", "RETURN 1" + strings.Repeat("+1", 9_000), ""},
		{"too long a sum", "RETURN 1" + strings.Repeat("+1", 11_000), "TooManyOperators"},
		{"too long a path of keys", "RETURN a" + strings.Repeat(".a", 11_000), "TooManyOperators"},
		{"many clauses", strings.Repeat("CREATE (:Person {name: 'Ann', age: 5}) ", 20_000), ""},
		{"too long a text", strings.Repeat(" ", 2<<20), "QueryTooLong"},
		{"many sums", "RETURN 1" + strings.Repeat("+1", 9_000) + strings.Repeat(", 1+1", 9_000), ""},
		{"too long a pattern", "MATCH ()" + strings.Repeat("--()", 11_000), "TooManyOperators"},
		{"too many labels", "MATCH (n" + strings.Repeat(":A", 11_000) + ")", "TooManyOperators"},
		{"a long list", "RETURN [1" + strings.Repeat(",1", 200_000) + "]", ""},
	} {
		start := time.Now()
		s, err := parser.Parse(tc.text, parser.Options{})
		detail := ""
		if e := failure.Of(err); e != nil {
			detail = e.Detail
		}
		if detail != tc.detail {
			t.Errorf("%s: got %q (%v), want %q", tc.name, detail, err, tc.detail)
		}
		if (s == nil) == (err == nil) {
			t.Errorf("%s: a tree and an error, or neither", tc.name)
		}
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("%s took %v", tc.name, d)
		}
	}
}

func TestRelocate(t *testing.T) {
	planned := "MATCH (n {id: 1}) WHERE n.x  = 'a'\nRETURN n.y"
	current := "match  (n {id: 100000}) /* */ WHERE n.x = 'long text' RETURN n.y"
	at := int32(strings.Index(planned, "n.x"))
	got := parser.Relocate(token.Span{Start: at, End: at + 9}, planned, current)
	if text := got.Text(current); text != "n.x = 'long text'" {
		t.Errorf("got %q", text)
	}
}

func TestRelocateBehindPrefix(t *testing.T) {
	planned, current := "MATCH (n) RETURN n.y", "CYPHER 5 planner=cost  MATCH (n) RETURN n.y"
	for _, c := range [][2]string{{planned, current}, {current, planned}, {current, current}} {
		at := int32(strings.Index(c[0], "n.y"))
		if text := parser.Relocate(token.Span{Start: at, End: at + 3}, c[0], c[1]).Text(c[1]); text != "n.y" {
			t.Errorf("got %q from %q in %q", text, c[0], c[1])
		}
	}
}
