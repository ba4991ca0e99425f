package sema_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/function"
	"memgraphd/internal/query/parser"
	"memgraphd/internal/query/sema"
)

// tckFeatures is where the openCypher TCK lies beside the repository.
const tckFeatures = "../../../../shared/tck/features"

// scenario is one scenario of the TCK with its placeholders filled in.
type scenario struct {
	name      string
	queries   []string // what sets up, the query itself, and control queries
	query     string
	errorType string // "" where none is expected
	phase     string
	detail    string
}

var raised = regexp.MustCompile(`^\w+ an? (\w+) should be raised at (compile time|runtime|any time): ?(\S+)`)

// readFeature returns the scenarios of a feature file.
func readFeature(t *testing.T, path string) []scenario {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []scenario
	var cur *scenario
	var header []string
	var doc []string
	inDoc, examples, main := false, false, false
	base := strings.TrimSuffix(filepath.Base(path), ".feature")
	template := scenario{}
	outline := false
	flush := func() {
		if cur != nil && !outline {
			out = append(out, *cur)
		}
		cur = nil
	}
	for line := range strings.Lines(string(data)) {
		s := strings.TrimSpace(line)
		if s == `"""` {
			if inDoc && cur != nil {
				text := strings.Join(doc, "\n")
				cur.queries = append(cur.queries, text)
				if main {
					cur.query = text
				}
			}
			inDoc, doc = !inDoc, nil
			continue
		}
		if inDoc {
			doc = append(doc, strings.TrimRight(strings.TrimPrefix(line, "      "), "\n"))
			continue
		}
		switch {
		case strings.HasPrefix(s, "Scenario"):
			flush()
			kind, name, _ := strings.Cut(s, ":")
			outline, examples = kind == "Scenario Outline", false
			cur = &scenario{name: base + " " + strings.TrimSpace(name)}
		case strings.HasPrefix(s, "Examples"):
			template, examples, header = *cur, true, nil
		case strings.HasPrefix(s, "When executing query"):
			main = true
		case strings.HasSuffix(s, "executed:"), strings.Contains(s, "control query"):
			main = false
		case examples && strings.HasPrefix(s, "|"):
			cells := splitRow(s)
			if header == nil {
				header = cells
				continue
			}
			out = append(out, template.fill(header, cells))
		}
		if m := raised.FindStringSubmatch(s); m != nil && cur != nil {
			cur.errorType, cur.phase, cur.detail = m[1], m[2], m[3]
		}
	}
	flush()
	return out
}

func splitRow(s string) []string {
	s = strings.ReplaceAll(s, `\|`, "\x00")
	parts := strings.Split(strings.Trim(s, "|"), "|")
	for i := range parts {
		parts[i] = strings.ReplaceAll(strings.TrimSpace(parts[i]), "\x00", "|")
		parts[i] = strings.ReplaceAll(parts[i], `\\`, `\`)
	}
	return parts
}

func (s scenario) fill(header, cells []string) scenario {
	var pairs []string
	for i, h := range header {
		pairs = append(pairs, "<"+h+">", cells[i])
	}
	r := strings.NewReplacer(pairs...)
	out := s
	out.queries = nil
	for _, q := range s.queries {
		out.queries = append(out.queries, r.Replace(q))
	}
	out.query = r.Replace(s.query)
	out.detail = r.Replace(s.detail)
	out.name += " " + strings.Join(cells, "|")
	return out
}

var (
	temporal = regexp.MustCompile(`(?i)^(date|time|localtime|localdatetime|datetime|duration)(\.\w+)?$`)
	calls    = regexp.MustCompile(`(?i)\bCALL\b`)
)

// withTemporal adds the names of the temporal functions, of which nothing is known.
type withTemporal struct{ sema.Functions }

func (f withTemporal) Lookup(name string) (sema.Signature, bool) {
	if s, ok := f.Functions.Lookup(name); ok || !temporal.MatchString(name) {
		return s, ok
	}
	return sema.Signature{Name: name, MaxArgs: sema.Variadic, Result: sema.Any}, true
}

func TestTCK(t *testing.T) {
	var files []string
	_ = filepath.WalkDir(tckFeatures, func(path string, _ os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".feature") {
			files = append(files, path)
		}
		return nil
	})
	if len(files) == 0 {
		t.Skip("the openCypher TCK is not beside the repository")
	}
	sort.Strings(files)
	var total, skipped, compile, compileRight, valid, validRight int
	for _, path := range files {
		for _, sc := range readFeature(t, path) {
			total++
			if calls.MatchString(strings.Join(sc.queries, " ")) {
				skipped++
				continue
			}
			for _, q := range sc.queries {
				if q != sc.query {
					if err := check(q); err != nil {
						t.Errorf("%s\n%s\n  refused: %v", sc.name, q, err)
					}
				}
				checkPrint(t, q)
			}
			got := check(sc.query)
			if sc.errorType == "" || sc.phase != "compile time" {
				valid++
				if acceptable(sc, got) {
					validRight++
				} else {
					t.Errorf("%s\n%s\n  refused: %v", sc.name, sc.query, got)
				}
				continue
			}
			compile++
			if acceptable(sc, got) {
				compileRight++
			} else {
				t.Errorf("%s\n%s\n  got %s, want %s %s", sc.name, sc.query, describe(got), sc.errorType, sc.detail)
			}
		}
	}
	t.Logf("%d scenarios; %d with CALL left out; %d of %d valid ones accepted; %d of %d compile-time errors right",
		total, skipped, validRight, valid, compileRight, compile)
}

// acceptable tells whether got is what sc asks for before anything runs.
func acceptable(sc scenario, got *failure.Error) bool {
	if got == nil {
		return sc.errorType == "" || sc.phase != "compile time"
	}
	return sc.errorType == string(got.Type) && (sc.detail == "*" || sc.detail == got.Detail) &&
		(sc.phase == "any time" || sc.phase == string(got.Phase))
}

func describe(err *failure.Error) string {
	if err == nil {
		return "no error"
	}
	return fmt.Sprintf("%s %s (%s)", err.Type, err.Detail, err.Message)
}

// checkPrint expects the tree of text to print to a text with the same tree.
func checkPrint(t *testing.T, text string) {
	t.Helper()
	s, err := parser.Parse(text, parser.Options{})
	if err != nil {
		return
	}
	printed := ast.String(s)
	again, err := parser.Parse(printed, parser.Options{})
	if err != nil {
		t.Errorf("%s\n  printed as %s: %v", text, printed, err)
	} else if ast.String(again) != printed {
		t.Errorf("%s\n  printed as %s and as %s", text, printed, ast.String(again))
	}
}

// check parses and analyses a query.
func check(text string) *failure.Error {
	s, err := parser.Parse(text, parser.Options{})
	if err != nil {
		return failure.Of(err)
	}
	q, ok := s.(*ast.Query)
	if !ok {
		return nil
	}
	if _, err := sema.Analyze(q, sema.Options{Functions: withTemporal{function.Signatures}}); err != nil {
		return failure.Of(err)
	}
	return nil
}
