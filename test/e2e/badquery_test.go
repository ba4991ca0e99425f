package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// TestBadQueries reads testdata/badquery: statements that fail, with what the client is told.
//
//	errors [read] [database=name] [transaction]   one statement a line, ¶ for a new line
//	error  [read] [database=name] [transaction]   one statement; lines that begin with $ are parameters as JSON
//	file name=x                                   writes $DIR/x
//
// After each of them the same connection answers, and nothing in the database has changed.
func TestBadQueries(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, d := start(t, filepath.Join(dir, "data"))
	for _, statement := range []string{
		"CREATE INDEX ON :Person(name)",
		"CREATE (:Person {name: 'Ada', born: 1815})-[:KNOWS {since: 1833}]->(:Person {name: 'Charles', born: 1791})",
		"UNWIND range(1, 100) AS i CREATE (:Item {n: i})",
	} {
		query(t, d, statement)
	}
	client, connections := countConnections(t, s)
	before := state(t, client)
	asked := 0
	datadriven.RunTest(t, "testdata/badquery", func(t *testing.T, c *datadriven.TestData) string {
		t.Helper()
		switch c.Cmd {
		case "file":
			var name string
			c.ScanArgs(t, "name", &name)
			if err := os.WriteFile(filepath.Join(dir, name), []byte(c.Input), 0o600); err != nil {
				t.Fatal(err)
			}
			return ""
		case "errors", "error":
		default:
			t.Fatalf("unknown command %s", c.Cmd)
		}
		statements := []string{c.Input}
		if c.Cmd == "errors" {
			statements = strings.Split(c.Input, "\n")
		}
		var b strings.Builder
		for _, statement := range statements {
			asked++
			text, params := parameters(t, strings.ReplaceAll(strings.ReplaceAll(statement, "¶", "\n"), "$DIR", dir))
			code, message := failure(t, fails(t, client, c, text, params))
			fmt.Fprintf(&b, "%s\n    %s\n", code, strings.ReplaceAll(message, dir, "$DIR"))
			if after := state(t, client); after != before {
				t.Fatalf("%s: the database was %s, is %s", text, before, after)
			}
		}
		return b.String()
	})
	if asked < 50 {
		t.Errorf("only %d statements were sent", asked)
	}
	if n := connections.made.Load(); n != 1 {
		t.Errorf("%d connections were made: an error ended one", n)
	}
}

// fails sends a statement as the command says and returns its error.
func fails(t *testing.T, d neo4j.DriverWithContext, c *datadriven.TestData, text string, params map[string]any) error {
	t.Helper()
	config := neo4j.SessionConfig{}
	if c.HasArg("read") {
		config.AccessMode = neo4j.AccessModeRead
	}
	c.MaybeScanArgs(t, "database", &config.DatabaseName)
	session := d.NewSession(t.Context(), config)
	defer func() { _ = session.Close(t.Context()) }()
	run := in(session)
	if c.HasArg("transaction") {
		tx, err := session.BeginTransaction(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := attempt(t.Context(), tx.Run, "CREATE (:Before)", nil); err != nil {
			t.Fatal(err)
		}
		run = tx.Run
	}
	err := attempt(t.Context(), run, text, params)
	if err == nil {
		t.Fatalf("%s: no error", text)
	}
	return err
}

// state is what a change of the database would change. The last commit is in it, so that
// nothing was written and undone either.
func state(t *testing.T, d neo4j.DriverWithContext) string {
	t.Helper()
	return fmt.Sprint(
		count(t, d, "MATCH (n) RETURN count(n)"), " nodes, ",
		count(t, d, "MATCH ()-[r]->() RETURN count(r)"), " relationships, ",
		count(t, d, "MATCH (n) RETURN sum(size(labels(n)) + size(keys(n)))"), " labels and properties, ",
		len(query(t, d, "SHOW INDEX INFO")), " indexes, commit ", info(t, d, "last_commit"),
	)
}

// parameters takes lines such as $x = [1, 2] from the beginning of a statement.
func parameters(t *testing.T, text string) (statement string, params map[string]any) {
	t.Helper()
	params = map[string]any{}
	for strings.HasPrefix(text, "$") {
		line, rest, _ := strings.Cut(text, "\n")
		name, value, _ := strings.Cut(line[1:], " = ")
		decoder := json.NewDecoder(strings.NewReader(value))
		decoder.UseNumber()
		var v any
		if err := decoder.Decode(&v); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		params[name], text = native(t, v), rest
	}
	return text, params
}

// native makes integers of the whole numbers in v.
func native(t *testing.T, v any) any {
	t.Helper()
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, err := v.Float64()
		if err != nil {
			t.Fatal(err)
		}
		return f
	case []any:
		for i := range v {
			v[i] = native(t, v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = native(t, v[k])
		}
	}
	return v
}
