package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// TestLargeParameters sends as much as a client may, and more.
func TestLargeParameters(t *testing.T) {
	t.Parallel()
	_, d := start(t, filepath.Join(t.TempDir(), "data"), "--bolt-max-message-bytes=16777216")
	rows := make([]any, 200_000)
	for i := range rows {
		rows[i] = map[string]any{"n": i, "text": "row"}
	}
	session := open(t, d, neo4j.SessionConfig{})
	run := in(session)
	sum := consume(t, run, "UNWIND $rows AS row CREATE (n:Row) SET n = row", map[string]any{"rows": rows})
	if n := sum.Counters().NodesCreated(); n != len(rows) {
		t.Errorf("%d nodes, want %d", n, len(rows))
	}
	if n := count(t, d, "MATCH (n:Row) WHERE n.text = 'row' RETURN sum(n.n)"); n != 199_999*100_000 {
		t.Errorf("the sum is %d", n)
	}
	long := strings.Repeat("0123456789abcdef", 1<<19) // 8 MiB
	if got := one(t, run, "RETURN $text + 'x'", map[string]any{"text": long}); got != long+"x" {
		t.Error("a long text came back changed")
	}
	query(t, d, "MATCH (n:Row) WHERE n.n > 10 DELETE n")

	err := attempt(t.Context(), run, "RETURN size($text)", map[string]any{"text": long + long + long})
	if err == nil {
		t.Error("a message longer than the limit was taken")
	}
	if err != nil {
		wantFailure(t, err, "Neo.ClientError.Request.Invalid", "MessageTooLarge", "16777216 bytes")
	}
	if n := count(t, d, "MATCH (n:Row) RETURN count(n)"); n != 11 {
		t.Errorf("%d nodes, want 11", n)
	}
}

// TestLargeStatements sends statements that are larger than anybody writes.
func TestLargeStatements(t *testing.T) {
	t.Parallel()
	_, d := start(t, filepath.Join(t.TempDir(), "data"), "--memory-limit=1024")
	nested := func(n int) string { return "RETURN " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n) }
	for name, c := range map[string]struct {
		text string
		code string // empty: it works
		says string
	}{
		"three hundred patterns": {"CREATE " + repeated(300, "(n%d:N {i: 1})"), "", ""},
		"ten thousand elements":  {"RETURN size([" + strings.Repeat("1, ", 9_999) + "1])", "", ""},
		"long chain":             {"RETURN 1" + strings.Repeat(" + 1", 300), "", ""},
		"too long a chain":       {"RETURN 1" + strings.Repeat(" + 1", 100_000), codeSyntax, "TooManyOperators"},
		"nested":                 {nested(300), "", ""},
		"too nested":             {nested(100_000), codeSyntax, "deep"},
		"nested lists":           {"RETURN " + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000), codeSyntax, "deep"},
		"nested NOT":             {"RETURN " + strings.Repeat("NOT ", 100_000) + "true", codeSyntax, "deep"},
		"nested FOREACH":         {strings.Repeat("FOREACH (x IN [1] | ", 10_000) + "CREATE ()" + strings.Repeat(")", 10_000), codeSyntax, "deep"},
		"too long":               {"RETURN '" + strings.Repeat("x", 2<<20) + "'", codeSyntax, "QueryTooLong"},
		"star of 900":            {"MATCH " + repeated(900, "(hub:N)-->(n%d:N)") + " RETURN hub", "", ""},
		"chain of 900":           {"MATCH (n:N)" + strings.Repeat("-->(:N)", 900) + " RETURN n", "", ""},
		"too large a pattern":    {"MATCH " + repeated(5000, "(n%d:N)") + " RETURN 1", codeSyntax, "PatternTooLarge"},
		"many clauses":           {strings.Repeat("WITH 1 AS x ", 20_000) + "RETURN 1", "", ""},
		"many unions":            {strings.Repeat("RETURN 1 AS x UNION ALL ", 2_000) + "RETURN 1 AS x", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := attempt(t.Context(), in(open(t, d, neo4j.SessionConfig{})), c.text, nil)
			if c.code == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantFailure(t, err, c.code, c.says)
		})
	}
	if n := count(t, d, "MATCH (n) RETURN count(n)"); n != 300 {
		t.Errorf("%d nodes, want 300", n)
	}
}

// repeated lists a pattern with the numbers below n in it.
func repeated(n int, format string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = fmt.Sprintf(format, i)
	}
	return strings.Join(parts, ", ")
}
