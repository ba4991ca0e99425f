package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
	"memgraphd/test/snb"
)

// clientOf runs the binary as a client of s and returns what it prints and says.
func clientOf(t *testing.T, s *harness.Server, stdin string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	host, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, append(args, "--host="+host, "--port="+port)...)
	var out, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &said
	err = cmd.Run()
	return out.String(), said.String(), err
}

// digest is a sum over the rows of a query that does not depend on their order.
func digest(t *testing.T, d neo4j.DriverWithContext, text string) (sum uint64, rows int) {
	t.Helper()
	s := open(t, d, neo4j.SessionConfig{AccessMode: neo4j.AccessModeRead})
	result, err := s.Run(t.Context(), text, nil)
	if err != nil {
		t.Fatal(err)
	}
	for result.Next(t.Context()) {
		h := fnv.New64a()
		for _, v := range result.Record().Values {
			if labels, ok := v.([]any); ok {
				slices.SortFunc(labels, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
			}
			_, _ = fmt.Fprintf(h, "%#v|", v)
		}
		sum += h.Sum64()
		rows++
	}
	if err := result.Err(); err != nil {
		t.Fatal(err)
	}
	return sum, rows
}

// TestDumpAndImport takes the social network, with indexes, constraints, an enum and a
// description, from one server to another.
func TestDumpAndImport(t *testing.T) {
	t.Parallel()
	data, ok := snb.Dir("../..")
	if !ok {
		t.Skip("../shared/data/snb is absent: nothing to load")
	}
	dir := t.TempDir()
	from, d := start(t, filepath.Join(dir, "from"))
	for _, statement := range append(snb.Indexes(), snb.Load(data)...) {
		query(t, d, statement)
	}
	for _, statement := range []string{
		"CREATE CONSTRAINT ON (n:Person) ASSERT n.id IS UNIQUE",
		"CREATE CONSTRAINT ON (n:Person) ASSERT EXISTS (n.firstName)",
		"CREATE CONSTRAINT ON (n:Forum) ASSERT n.title IS TYPED STRING",
		"CREATE ENUM Kind VALUES { City, Country }",
		`SET DESCRIPTION ON LABEL :Person "somebody"`,
		"MATCH (n:Person) WHERE n.id % 7 = 0 SET n.since = datetime({epochMillis: n.creationDate, timezone: 'Europe/Stockholm'}), " +
			"n.at = point({longitude: n.id % 180, latitude: 1.5}), n.seen = [date('2020-01-01'), duration('P1DT2S'), Kind::City]",
	} {
		query(t, d, statement)
	}
	file := filepath.Join(dir, "network.cypherl")
	out, said, err := clientOf(t, from, "", "dump", file)
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	t.Log(strings.TrimSpace(out))
	if _, _, err = clientOf(t, from, "", "dump", file); err == nil {
		t.Error("a dump replaces a file that is there")
	}
	to, e := start(t, filepath.Join(dir, "to"))
	out, said, err = clientOf(t, to, "", "import", "--json", file)
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	t.Log(strings.TrimSpace(out))
	var report struct{ Nodes, Relationships int64 }
	if err := json.Unmarshal([]byte(out), &report); err != nil || report.Nodes != snb.Nodes || report.Relationships != snb.Relationships {
		t.Errorf("the import tells %s (%v)", out, err)
	}
	if !strings.Contains(said, `"unit":"bytes"`) {
		t.Errorf("no progress among %q", said)
	}
	for _, text := range []string{
		"MATCH (n) RETURN labels(n), properties(n)",
		"MATCH (a)-[r]->(b) WITH type(r) AS t, a.id % 999983 AS x, b.id % 999979 AS y, coalesce(r.creationDate, r.classYear, r.workFrom, 0) % 999961 AS z " +
			"RETURN t, count(*), sum(x * y), sum(x * x + y), sum((x + z) * (y + z)), sum(z * z)",
		"MATCH (a)-[r]->(b) RETURN labels(a), type(r), keys(r), labels(b), count(*)",
		"SHOW INDEX INFO", "SHOW CONSTRAINT INFO", "SHOW ENUMS", "SHOW DESCRIPTIONS",
	} {
		want, rows := digest(t, d, text)
		got, others := digest(t, e, text)
		if want != got || rows != others || rows == 0 {
			t.Errorf("%s gives %d rows and %x, and after the import %d rows and %x", text, rows, want, others, got)
		}
	}
}

// TestImportFailures imports what cannot be imported.
func TestImportFailures(t *testing.T) {
	t.Parallel()
	s, d := start(t, filepath.Join(t.TempDir(), "data"))
	out, said, err := clientOf(t, s, "CREATE (:A {i: 1});\nCREATE POINT INDEX ON :A(i);\nCREATE (:A {i: 2});", "import", "-")
	if err == nil || !strings.Contains(out, "line 2: CREATE POINT INDEX ON :A(i)\n") || !strings.Contains(said, "passed over as not supported here: 1 statement;") {
		t.Errorf("%v: %s%s", err, out, said)
	}
	if out, said, err = clientOf(t, s, "CREATE POINT INDEX ON :A(i)", "import", "-", "--skip-unsupported"); err != nil {
		t.Errorf("%v: %s%s", err, out, said)
	}
	text := "CREATE (:A {i: 3});\nCREATE INDEX ON :A(i);\nCREATE (:A {i: 4, d: date('no')});\nCREATE (:A {i: 5});\n"
	out, said, err = clientOf(t, s, text, "import", "-")
	if err == nil || !strings.Contains(said, "line 3: CREATE (:A {i: 4, d: date('no')}): ") || !strings.Contains(said, "--from-line=3") {
		t.Errorf("%v: %s%s", err, out, said)
	}
	if out, said, err = clientOf(t, s, strings.Replace(text, "no", "2020-01-01", 1), "import", "-", "--from-line=3"); err != nil {
		t.Errorf("%v: %s%s", err, out, said)
	}
	if n := count(t, d, "MATCH (n:A) RETURN sum(n.i)"); n != 1+2+3+4+5 {
		t.Errorf("the sum is %d", n)
	}
	query(t, d, "CREATE CONSTRAINT ON (n:A) ASSERT n.i IS UNIQUE")
	_, said, err = clientOf(t, s, "CREATE (:A {i: 6});\nCREATE (:A {i: 6});", "import", "-")
	if err == nil || !strings.Contains(said, "line 1: one of the 2 statements from there on") || !strings.Contains(said, "unique constraint on :A(i) violated") {
		t.Errorf("%v: %s", err, said)
	}
	if _, said, err = clientOf(t, s, "", "import", filepath.Join(t.TempDir(), "none")); err == nil || !strings.Contains(said, "no such file") {
		t.Errorf("%v: %s", err, said)
	}
	out, said, err = clientOf(t, s, "", "dump", "-")
	if err != nil || strings.Count(out, "\n") < 7 || !strings.HasPrefix(out, "CREATE (:__mg_vertex__:`A` {__mg_id__: ") {
		t.Errorf("%v: %s%s", err, out, said)
	}
}
