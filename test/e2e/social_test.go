// Package e2e drives the built server as its users do: through the Go driver, the shell
// and signals.
package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
	"memgraphd/test/snb"
)

// binary is the server under test; TestMain builds it.
var binary string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "memgraphd-e2e")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if binary, err = harness.Binary(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// start runs the server on dir and gives a driver to it; both end with the test.
func start(t *testing.T, dir string, flags ...string) (*harness.Server, neo4j.DriverWithContext) {
	t.Helper()
	s, err := harness.Start(binary, dir, flags...)
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Driver()
	if err != nil {
		s.Kill()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = d.Close(context.Background())
		s.Kill()
		if t.Failed() {
			t.Log(s.Log())
		}
	})
	return s, d
}

// query runs one statement that must succeed.
func query(t *testing.T, d neo4j.DriverWithContext, text string) []*neo4j.Record {
	t.Helper()
	rows, err := harness.Query(t.Context(), d, text, nil)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return rows
}

// count runs one statement that must give one integer.
func count(t *testing.T, d neo4j.DriverWithContext, text string) int64 {
	t.Helper()
	n, err := harness.Int(t.Context(), d, text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return n
}

// TestSocialNetwork walks the whole road: an empty directory, indexes, LOAD CSV, known
// answers, a snapshot, more writes, kill -9, recovery, and a copy under LOCK DATA DIRECTORY.
func TestSocialNetwork(t *testing.T) {
	t.Parallel()
	data, ok := snb.Dir("../..")
	if !ok {
		t.Skip("../shared/data/snb is absent: nothing to load")
	}
	dir := filepath.Join(t.TempDir(), "data")
	s, d := start(t, dir)
	for _, statement := range append(snb.Indexes(), snb.Load(data)...) {
		query(t, d, statement)
	}
	checkNetwork(t, d, 0)

	path, _ := query(t, d, "CREATE SNAPSHOT")[0].Values[0].(string)
	if _, err := os.Stat(path); err != nil {
		t.Errorf("CREATE SNAPSHOT answered %q: %v", path, err)
	}
	for i := range 100 {
		query(t, d, fmt.Sprintf("CREATE (:Later {n: %d})", i))
	}
	s.Kill()

	_, d = start(t, dir)
	checkNetwork(t, d, 100)
	checkStatus(t, d, "LOCK DATA DIRECTORY", "Data directory is now locked.")
	copied := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	checkStatus(t, d, "DATA DIRECTORY LOCK STATUS", "Data directory is locked.")
	checkStatus(t, d, "UNLOCK DATA DIRECTORY", "Data directory is now unlocked.")
	checkStatus(t, d, "UNLOCK DATA DIRECTORY", "Data directory is already unlocked.")

	_, second := start(t, copied)
	checkNetwork(t, second, 100)
	checkStatus(t, second, "DATA DIRECTORY LOCK STATUS", "Data directory is unlocked.")
}

func checkStatus(t *testing.T, d neo4j.DriverWithContext, statement, want string) {
	t.Helper()
	got := query(t, d, statement)[0].Values[0]
	if got != want {
		t.Errorf("%s answered %q, want %q", statement, got, want)
	}
}

// checkNetwork compares the graph with what is known of it, plus later nodes.
func checkNetwork(t *testing.T, d neo4j.DriverWithContext, later int64) {
	t.Helper()
	if n := count(t, d, "MATCH (n) RETURN count(n)"); n != snb.Nodes+later {
		t.Errorf("%d nodes, want %d", n, snb.Nodes+later)
	}
	if n := count(t, d, "MATCH ()-[r]->() RETURN count(r)"); n != snb.Relationships {
		t.Errorf("%d relationships, want %d", n, snb.Relationships)
	}
	if n := count(t, d, "MATCH (n:Later) RETURN count(n)"); n != later {
		t.Errorf("%d later nodes, want %d", n, later)
	}
	for _, c := range snb.Counts() {
		if n := count(t, d, c.Text); n != c.Answer {
			t.Errorf("%s: %d, want %d", c.Name, n, c.Answer)
		}
	}
	indexed := 0
	for _, row := range query(t, d, "SHOW INDEX INFO") {
		if strings.HasPrefix(fmt.Sprint(row.Values[0]), "label+property") {
			indexed++
		}
	}
	if want := len(snb.Indexes()); indexed != want {
		t.Errorf("%d indexes, want %d", indexed, want)
	}
}
