// Package docs runs the examples of docs/cypher.md: what the page says is what the engine does.
//
// A table of the page whose last two columns are "Example" and "Result" is run row by row:
// each example on a graph of its own, which the page's first block of Cypher builds. An
// example is a statement or an expression. With -update the results are written anew; read
// the difference before committing it.
package docs

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/query"
	"memgraphd/internal/query/function"
	"memgraphd/internal/query/procedure"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/value"
)

var update = flag.Bool("update", false, "write the results of docs/cypher.md anew")

const page = "../../docs/cypher.md"

// resultMax is how much of a result the page shows, in bytes.
const resultMax = 200

// TestExamples compares each example with its result.
func TestExamples(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	setup := firstBlock(lines)
	inTable, examples := false, 0
	for i, line := range lines {
		cells := split(line)
		switch n := len(cells); {
		case n < 3:
			inTable = false
		case cells[n-2] == "Example" && cells[n-1] == "Result":
			inTable = true
		case inTable && !strings.HasPrefix(cells[0], "---"):
			examples++
			got := run(t, setup, code(cells[n-2]))
			if got != cells[n-1] && !*update {
				t.Errorf("%s:%d: %s\n gives %s\n not   %s", page, i+1, cells[n-2], got, cells[n-1])
			}
			cells[n-1] = got
			lines[i] = join(cells)
		}
	}
	if examples < 190 {
		t.Errorf("only %d examples were found", examples)
	}
	if *update {
		if err := os.WriteFile(page, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestComplete looks for what the page leaves out.
func TestComplete(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var first []string
	for line := range strings.Lines(string(text)) {
		if cells := split(strings.TrimSuffix(line, "\n")); len(cells) > 2 {
			first = append(first, strings.ToLower(cells[0]))
		}
	}
	listed := func(name string) bool {
		return slices.ContainsFunc(first, func(cell string) bool {
			for part := range strings.SplitSeq(cell, "`") {
				if part == strings.ToLower(name) || strings.HasPrefix(part, strings.ToLower(name)+"(") {
					return true
				}
			}
			return false
		})
	}
	for _, name := range function.Names() {
		if !listed(name) {
			t.Errorf("the function %s() is not in the tables", name)
		}
	}
	procedures, err := procedure.NewRegistry("test")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range procedures.Names() {
		if !listed(name) {
			t.Errorf("the procedure %s() is not in the tables", name)
		}
	}
}

// firstBlock returns the first fenced block of Cypher.
func firstBlock(lines []string) string {
	from := slices.Index(lines, "```cypher")
	to := from + 1 + slices.Index(lines[from+1:], "```")
	return strings.Join(lines[from+1:to], "\n")
}

// split returns the cells of a row of a table, nil for any other line.
func split(line string) []string {
	if !strings.HasPrefix(line, "| ") {
		return nil
	}
	line = strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(line, "|"), "|"), `\|`, "\x00")
	cells := strings.Split(line, "|")
	for i, c := range cells {
		cells[i] = strings.ReplaceAll(strings.TrimSpace(c), "\x00", "|")
	}
	return cells
}

// join is the inverse of split.
func join(cells []string) string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = strings.ReplaceAll(c, "|", `\|`)
	}
	return "| " + strings.Join(out, " | ") + " |"
}

// code returns what stands between backticks.
func code(cell string) string {
	fence := "`"
	if strings.HasPrefix(cell, "``") {
		fence = "``"
	}
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(cell, fence), fence))
}

// statements are the words that a statement begins with; anything else is an expression.
var statements = strings.Fields(`MATCH OPTIONAL CREATE INSERT MERGE RETURN WITH UNWIND CALL FOREACH LOAD EXPLAIN PROFILE
	SHOW DROP ALTER USING LET FILTER SET DELETE TERMINATE DUMP CYPHER`)

// run returns what an example gives, as the page shows it.
func run(t *testing.T, setup, text string) string {
	t.Helper()
	e := open(t)
	s := e.NewSession(query.SessionOptions{ID: "docs"})
	defer s.Close()
	if _, err := rows(t, s, setup); err != nil {
		t.Fatalf("the graph of the examples: %v", err)
	}
	steps := strings.Split(text, "; ")
	var out string
	for i, step := range steps {
		if first, _, _ := strings.Cut(step, " "); !slices.Contains(statements, first) {
			step = "RETURN " + step + " AS x"
		}
		got, err := rows(t, s, step)
		if err != nil {
			return "error: " + summary(err)
		}
		if i == len(steps)-1 {
			out = got
		}
	}
	if len(out) > resultMax {
		t.Errorf("the result of %s is too long for the page: %s", text, out)
	}
	return "`" + out + "`"
}

// place is where an error says that it happened.
var place = regexp.MustCompile(` \(line \d+, column \d+ \(offset: \d+\)\)`)

// summary is an error without the place.
func summary(err error) string { return place.ReplaceAllString(err.Error(), "") }

// open returns an engine on an empty store with a clock that stands still.
func open(t *testing.T) *query.Engine {
	t.Helper()
	store := storage.New(storage.Options{})
	e, err := query.New(query.Options{
		Store: store, Version: "test",
		Now: func() time.Time { return time.Date(2026, 11, 22, 12, 30, 45, 123456789, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		e.Close()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// rows runs a statement: rows are parted by ";", columns by ",".
func rows(t *testing.T, s *query.Session, text string) (string, error) {
	t.Helper()
	r, err := s.Run(t.Context(), text, value.Null, query.TxOptions{})
	if err != nil {
		return "", err
	}
	defer r.Close()
	var out []string
	if _, err := r.Pull(t.Context(), -1, collect(&out)); err != nil {
		return "", err
	}
	if len(r.Columns()) == 0 {
		return counters(r.Summary().Counters), nil
	}
	return strings.Join(out, "; "), nil
}

// counters names what a statement without rows has changed.
func counters(c query.Counters) string {
	var out []string
	for _, x := range []struct {
		name string
		n    int64
	}{
		{"nodes created", c.NodesCreated},
		{"nodes deleted", c.NodesDeleted},
		{"relationships created", c.RelationshipsCreated},
		{"relationships deleted", c.RelationshipsDeleted},
		{"properties set", c.PropertiesSet},
		{"labels added", c.LabelsAdded},
		{"labels removed", c.LabelsRemoved},
	} {
		if x.n != 0 {
			out = append(out, fmt.Sprintf("%d %s", x.n, x.name))
		}
	}
	if out == nil {
		return "done"
	}
	return strings.Join(out, ", ")
}
