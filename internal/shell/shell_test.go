package shell

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/reeflective/readline"
	"pgregory.net/rapid"

	"memgraphd/internal/statement"
)

// TestSplit reads testdata/split: "split" shows the statements of a text with the lines on which they begin.
func TestSplit(t *testing.T) {
	datadriven.RunTest(t, "testdata/split", func(t *testing.T, d *datadriven.TestData) string {
		t.Helper()
		var b strings.Builder
		switch d.Cmd {
		case "split":
			for _, st := range splitAll(t, d.Input, len(d.Input)+1) {
				fmt.Fprintf(&b, "%d: %q\n", st.Line, st.Text)
			}
		case "complete":
			for line := range strings.Lines(d.Input) {
				line = strings.TrimSuffix(line, "\n")
				fmt.Fprintf(&b, "%q: %v\n", line, complete(strings.ReplaceAll(line, "¶", "\n")))
			}
		case "keyword":
			fmt.Fprintf(&b, "%q\n", keyword(d.Input))
		default:
			t.Fatalf("unknown command %s", d.Cmd)
		}
		return b.String()
	})
}

func splitAll(t interface{ Fatal(args ...any) }, text string, chunk int) []statement.Statement {
	var (
		s   statement.Splitter
		all []statement.Statement
	)
	for text != "" {
		n := min(chunk, len(text))
		if err := s.Feed([]byte(text[:n])); err != nil {
			t.Fatal(err)
		}
		text = text[n:]
		for {
			st, ok := s.Next()
			if !ok {
				break
			}
			all = append(all, st)
		}
	}
	if st, ok := s.Rest(); ok {
		all = append(all, st)
	}
	return all
}

// TestSplitChunks splits any text byte by byte and at once: the statements are the same, and none is lost.
func TestSplitChunks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{";", "'", `"`, "`", "/", "*", "//", "/*", "*/", "\\", "\n", ":", " ", "RETURN 1", "é"})
		text := strings.Join(rapid.SliceOf(piece).Draw(t, "text"), "")
		whole := splitAll(t, text, len(text)+1)
		bytewise := splitAll(t, text, 1)
		if fmt.Sprint(whole) != fmt.Sprint(bytewise) {
			t.Fatalf("%q gives %+v at once and %+v byte by byte", text, whole, bytewise)
		}
	})
}

func TestExcerpt(t *testing.T) {
	datadriven.RunTest(t, "testdata/excerpt", func(t *testing.T, d *datadriven.TestData) string {
		t.Helper()
		var message string
		d.ScanArgs(t, "message", &message)
		return excerpt(strings.ReplaceAll(d.Input, "⇥", "\t"), strings.ReplaceAll(message, "_", " "))
	})
}

// values are one of each kind.
func values() []any {
	alice := neo4j.Node{ElementId: "4:1", Labels: []string{"Person", "My Label"}, Props: map[string]any{"name": "Alice", "age": int64(42), "a b": nil}}
	bob := neo4j.Node{ElementId: "4:2", Labels: []string{"Person"}}
	knows := neo4j.Relationship{ElementId: "5:1", StartElementId: "4:1", EndElementId: "4:2", Type: "KNOWS", Props: map[string]any{"since": int64(2020)}}
	likes := neo4j.Relationship{ElementId: "5:2", StartElementId: "4:1", EndElementId: "4:2", Type: "LI`KES"}
	day := time.Date(2024, 2, 29, 13, 14, 15, 16000, time.UTC)
	return []any{
		nil, true, int64(-3), 1.0, 1.5, 1e300, 1e-9, 123456789.25, math.NaN(), math.Inf(-1),
		"", `say "hi"` + "\n\t\\", "é\x01",
		[]byte{0, 255},
		[]any{int64(1), "two", []any{}},
		map[string]any{"b": int64(1), "a": map[string]any{}},
		alice, bob,
		neo4j.Node{ElementId: "4:3"},
		knows,
		neo4j.Path{Nodes: []neo4j.Node{alice, bob, alice}, Relationships: []neo4j.Relationship{knows, likes}},
		neo4j.DateOf(day), neo4j.LocalTimeOf(day), neo4j.OffsetTimeOf(day), neo4j.LocalDateTimeOf(day),
		day.In(time.FixedZone("Offset", 3600)), neo4j.DurationOf(14, 3, 61, 5),
		neo4j.Point2D{X: 1, Y: 2.5, SpatialRefId: 7203},
		neo4j.Point3D{X: 1, Y: 2, Z: 3, SpatialRefId: 9157},
	}
}

// TestPrint reads testdata/print: "print FORMAT [rows=N]" prints one of each kind of value, a row each.
func TestPrint(t *testing.T) {
	datadriven.RunTest(t, "testdata/print", func(t *testing.T, d *datadriven.TestData) string {
		t.Helper()
		var b strings.Builder
		p, err := newPrinter(Format(d.Cmd), &b, []string{"n", "the value"}, 0)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range values() {
			if d.HasArg("empty") {
				break
			}
			row := []any{int64(i), v}
			if isGraph(v) && d.Cmd == "cypher" {
				row[0] = v
			}
			if err := p.row(row); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.end(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	})
}

// TestBlocks prints more rows than a table holds.
func TestBlocks(t *testing.T) {
	for rows, tables := range map[int]int{0: 1, 1: 1, blockRows - 1: 1, blockRows: 1, blockRows + 1: 2, 2 * blockRows: 2} {
		var b strings.Builder
		p, err := newPrinter(Table, &b, []string{"x"}, 0)
		if err != nil {
			t.Fatal(err)
		}
		for range rows {
			if err := p.row([]any{int64(1)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.end(); err != nil {
			t.Fatal(err)
		}
		lines := strings.Count(b.String(), "\n")
		if want := rows + 4*tables; rows > 0 && lines != want {
			t.Errorf("%d rows take %d lines, not %d", rows, lines, want)
		}
	}
}

func TestCounted(t *testing.T) {
	for want, got := range map[string]string{
		"1 row":        counted(1, "row"),
		"0 rows":       counted(0, "row"),
		"2 properties": counted(2, "property"),
		"3 indexes":    counted(3, "index"),
		"999 µs":       rounded(999 * time.Microsecond),
		"1.5 ms":       rounded(1500 * time.Microsecond),
		"2.25 s":       rounded(2250 * time.Millisecond),
	} {
		if got != want {
			t.Errorf("%q is not %q", got, want)
		}
	}
}

// TestDiscreetHistory keeps passwords out of the history.
func TestDiscreetHistory(t *testing.T) {
	name := filepath.Join(t.TempDir(), "history")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := readline.NewHistoryFromFile(name)
	if err != nil {
		t.Fatal(err)
	}
	history := discreet{file}
	for _, line := range []string{"RETURN 1;", "CREATE USER ann IDENTIFIED BY 'hush';", "RETURN 'x';"} {
		if _, err = history.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(name)
	if err != nil || !strings.Contains(string(data), "RETURN 'x'") || strings.Contains(string(data), "hush") {
		t.Error(string(data), err)
	}
}
