package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
)

// kinds is one node of every kind of value that is stored, and what describes it.
const (
	kinds = `CREATE (:Kinds {i: -9007199254740993, f: -0.1, inf: 1e308 * 10, t: true, text: 'Grüße,
"漢字"', list: [1, 2.5, 'x', false], empty: [], none: ''})-[:LOOP {since: 1}]->(:Kinds:Second {n: 2})`
	describe = "MATCH (n:Kinds) OPTIONAL MATCH (n)-[r]->(m) RETURN labels(n) AS l, properties(n) AS p, type(r), properties(r), m.n ORDER BY size(l)"
)

// write fills a database with what check expects to find.
func write(t *testing.T, d neo4j.DriverWithContext) {
	t.Helper()
	for _, statement := range []string{
		"CREATE INDEX ON :Person", "CREATE INDEX ON :Person(n)", "CREATE INDEX ON :Gone(n)", "DROP INDEX ON :Gone(n)",
		"UNWIND range(1, 2000) AS i CREATE (:Person {n: i, name: 'person ' + toString(i)})",
		"MATCH (a:Person), (b:Person) WHERE b.n = a.n + 1 CREATE (a)-[:NEXT {d: a.n}]->(b)",
		"MATCH (a:Person) WHERE a.n > 1900 DETACH DELETE a",
		"MATCH (a:Person) WHERE a.n <= 100 SET a:Early, a.name = null REMOVE a.none",
		"MATCH (a:Person) WHERE a.n <= 10 REMOVE a:Early",
		kinds,
	} {
		query(t, d, statement)
	}
}

// check compares the database with what write wrote and more statements of CREATE (:More).
func check(t *testing.T, d neo4j.DriverWithContext, more int64) {
	t.Helper()
	for text, want := range map[string]int64{
		"MATCH (n:Person) RETURN count(n)":                       1900,
		"MATCH (n:Person) WHERE n.n = 1234 RETURN count(n)":      1,
		"MATCH (n:Person) WHERE n.n > 1890 RETURN sum(n.n)":      18955,
		"MATCH (n:Person) RETURN count(n.name)":                  1800,
		"MATCH (n:Early) RETURN count(n)":                        90,
		"MATCH (:Person)-[r:NEXT]->(:Person) RETURN count(r)":    1899,
		"MATCH (:Person)-[r:NEXT]->(:Person) RETURN sum(r.d)":    1899 * 950,
		"MATCH (a:Person {n: 1})-[*1899]->(b) RETURN b.n":        1900,
		"MATCH (n:More) RETURN count(n)":                         more,
		"MATCH (n) RETURN count(n)":                              1902 + more,
		"MATCH (n:Person {n: 1900}) RETURN size([(n)--(m) | m])": 1,
	} {
		if n := count(t, d, text); n != want {
			t.Errorf("%s: %d, want %d", text, n, want)
		}
	}
	var lines []string
	for _, row := range query(t, d, "SHOW INDEX INFO") {
		lines = append(lines, fmt.Sprint(row.Values[:3]))
	}
	if got := strings.Join(lines, " "); got != "[label Person <nil>] [label+property Person n]" {
		t.Errorf("indexes %s", got)
	}
	if plan := fmt.Sprint(query(t, d, "EXPLAIN MATCH (n:Person {n: 7}) RETURN n")[1].Values); !strings.Contains(plan, "ScanAllByLabelProperties") {
		t.Errorf("the index is not used: %s", plan)
	}
	for i, want := range []string{
		"[[Kinds] map[empty:[] f:-0.1 i:-9007199254740993 inf:+Inf list:[1 2.5 x false] none: t:true text:Grüße,\n\"漢字\"] LOOP map[since:1] 2]",
		"[[Kinds Second] map[n:2] <nil> <nil> <nil>]",
	} {
		if got := fmt.Sprint(query(t, d, describe)[i].Values); got != want {
			t.Errorf("node %d is %s, want %s", i, got, want)
		}
	}
}

// snapshots counts the snapshots in a data directory.
func snapshots(t *testing.T, dir string) int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "snapshots", "*.snap"))
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}

// TestRestart ends a server in every way, and finds everything again each time.
func TestRestart(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	for i, c := range []struct {
		flags     []string
		end       func(*harness.Server) error
		snapshots int
	}{
		{nil, kill, 0}, // with the flags as they are by default, kill -9 loses nothing
		{[]string{"--storage-snapshot-on-exit=false"}, (*harness.Server).Stop, 0},
		{nil, (*harness.Server).Stop, 1},
		{[]string{"--storage-wal-enabled=false"}, (*harness.Server).Stop, 2},
		{nil, kill, 2},
		{nil, (*harness.Server).Stop, 3},
		{nil, (*harness.Server).Stop, 4}, // of which three are kept
	} {
		s, d := start(t, dir, c.flags...)
		if i == 0 {
			write(t, d)
		}
		check(t, d, int64(i))
		query(t, d, "CREATE (:More)")
		if err := c.end(s); err != nil {
			t.Fatalf("end %d: %v\n%s", i, err, s.Log())
		}
		if n := snapshots(t, dir); n != min(c.snapshots, 3) {
			t.Errorf("%d snapshots after end %d, want %d", n, i, min(c.snapshots, 3))
		}
	}
	s, d := start(t, dir)
	check(t, d, 7)
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if n := snapshots(t, dir); n != 3 {
		t.Errorf("%d snapshots: one was taken of nothing new", n)
	}
}

func kill(s *harness.Server) error {
	s.Kill()
	return nil
}

// TestStopWhileBusy sends SIGTERM to a server that has a long query, an open transaction and a commit to finish.
func TestStopWhileBusy(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s, d := start(t, dir)
	tx := begin(t, open(t, d, neo4j.SessionConfig{}))
	consume(t, tx.Run, "CREATE (:Open)", nil)
	long := make(chan error, 1)
	session := open(t, d, neo4j.SessionConfig{})
	go func() { long <- attempt(t.Context(), in(session), endless()["rows"], nil) }()
	awaitQuery(t, d, "UNWIND")
	query(t, d, "CREATE (:Done)")
	begun := time.Now()
	// A second signal at once is the same wish: timeout(1) sends one to the process and one to its group.
	if err := syscall.Kill(s.PID(), syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); err != nil {
		t.Fatalf("%v\n%s", err, s.Log())
	}
	t.Logf("stopped after %v", time.Since(begun))
	if took := time.Since(begun); took > within(10) {
		t.Errorf("it stopped after %v", took)
	}
	if err := <-long; err == nil {
		t.Error("the long query has an answer")
	}
	_, d = start(t, dir)
	if n := count(t, d, "MATCH (n:Done) RETURN count(n)"); n != 1 {
		t.Errorf("%d nodes that were committed", n)
	}
	if n := count(t, d, "MATCH (n:Open) RETURN count(n)"); n != 0 {
		t.Errorf("%d nodes of the open transaction", n)
	}
}

// TestSecondServer starts a server on the directory of another one.
func TestSecondServer(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	s, d := start(t, dir)
	code, text := refused(t, dir, "--data-dir-lock-acquisition-timeout-sec=0")
	if code != 12 || !strings.Contains(text, dir) || !strings.Contains(text, strconv.Itoa(s.PID())) {
		t.Errorf("exit %d, %q", code, text)
	}
	query(t, d, "CREATE (:Still)")
	s.Kill()
	_, d = start(t, dir)
	if n := count(t, d, "MATCH (n:Still) RETURN count(n)"); n != 1 {
		t.Errorf("%d nodes", n)
	}
}

// TestDirectoryLock locks the data directory over a kill and a stop, and copies it meanwhile.
func TestDirectoryLock(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	s, d := start(t, dir)
	write(t, d)
	query(t, d, "CREATE SNAPSHOT")
	checkStatus(t, d, "LOCK DATA DIRECTORY", "Data directory is now locked.")
	checkStatus(t, d, "LOCK DATA DIRECTORY", "Data directory is already locked.")
	locked := query(t, d, "DATA DIRECTORY LOCK STATUS")[0].Values
	if len(locked) != 3 || !strings.Contains(fmt.Sprint(locked[1]), "127.0.0.1") {
		t.Fatalf("the lock is %v", locked)
	}
	files := contents(t, dir)
	query(t, d, "CREATE (:More)")
	s.Kill()
	s, d = start(t, dir)
	if got := query(t, d, "DATA DIRECTORY LOCK STATUS")[0].Values; fmt.Sprint(got) != fmt.Sprint(locked) {
		t.Errorf("after kill -9 the lock is %v, was %v", got, locked)
	}
	for range 5 {
		query(t, d, "CREATE (:More)")
		query(t, d, "CREATE SNAPSHOT")
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	open := slices.Max(slices.Collect(maps.Keys(files))) // the log that new commits go to; its name sorts last
	for name, size := range files {
		if now, ok := contents(t, dir)[name]; !ok || name != open && now != size {
			t.Errorf("%s had %d bytes when the directory was locked, has %d", name, size, now)
		}
	}
	copied := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	_, d = start(t, dir)
	check(t, d, 6)
	if got := query(t, d, "DATA DIRECTORY LOCK STATUS")[0].Values; fmt.Sprint(got) != fmt.Sprint(locked) {
		t.Errorf("after a restart the lock is %v, was %v", got, locked)
	}
	checkStatus(t, d, "UNLOCK DATA DIRECTORY", "Data directory is now unlocked.")
	query(t, d, "CREATE (:More)")
	query(t, d, "CREATE SNAPSHOT")
	if n := snapshots(t, dir); n != 3 {
		t.Errorf("%d snapshots after UNLOCK, want 3", n)
	}
	_, second := start(t, copied)
	check(t, second, 6)
	checkStatus(t, second, "DATA DIRECTORY LOCK STATUS", "Data directory is unlocked.")
}

// contents lists the snapshots and log files of a directory with their sizes.
func contents(t *testing.T, dir string) map[string]int64 {
	t.Helper()
	sizes := map[string]int64{}
	for _, pattern := range []string{"snapshots/*.snap", "wal/*.wal"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			i, err := os.Stat(name)
			if err != nil {
				t.Fatal(err)
			}
			sizes[name] = i.Size()
		}
	}
	return sizes
}

// refused starts the server on dir, where it has to end by itself, and returns its exit code and what it said.
func refused(t *testing.T, dir string, flags ...string) (code int, text string) {
	t.Helper()
	args := append([]string{"--bolt-address=127.0.0.1", "--bolt-port=0", "--data-directory=" + dir}, flags...)
	cmd := exec.Command(binary, args...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "MEMGRAPH_CONFIG=")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	timer := time.AfterFunc(patience/3, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), said.String()
}
