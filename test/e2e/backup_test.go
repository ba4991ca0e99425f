package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
	"memgraphd/test/s3server"
)

// recipes is docs/backup.md, and a directory in which its commands run against a server.
type recipes struct {
	text string
	dir  string
	port string            // of the server
	with map[string]string // what to replace in the commands
}

func readRecipes(t *testing.T) *recipes {
	t.Helper()
	text, err := os.ReadFile("../../docs/backup.md")
	if err != nil {
		t.Fatal(err)
	}
	return &recipes{text: string(text), dir: withBinary(t), with: map[string]string{}}
}

// block returns the nth block of commands after a heading.
func (r *recipes) block(t *testing.T, heading string, n int) string {
	t.Helper()
	_, section, ok := strings.Cut(r.text, "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("docs/backup.md has no section %q", heading)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	blocks := strings.Split(section, "```sh\n")
	if n >= len(blocks) {
		t.Fatalf("section %q has no block %d", heading, n)
	}
	code, _, _ := strings.Cut(blocks[n], "```\n")
	for from, to := range r.with {
		if !strings.Contains(r.text, from) {
			t.Errorf("docs/backup.md has no %q any more", from)
		}
		code = strings.ReplaceAll(code, from, to)
	}
	if r.port != "" {
		code = strings.ReplaceAll(code, "memgraphd backup --to", "memgraphd backup --port "+r.port+" --to")
	}
	return code
}

// try runs commands as a user does, and returns what they print.
func (r *recipes) try(t *testing.T, code string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-e", "-c", code)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), "HOME="+r.dir, "MEMGRAPH_CONFIG=", "PATH="+filepath.Join(r.dir, "bin")+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (r *recipes) do(t *testing.T, code string) string {
	t.Helper()
	out, err := r.try(t, code)
	if err != nil {
		t.Fatalf("%s: %v\n%s", code, err, out)
	}
	return out
}

// serve starts a server by a line of the recipes, on a port that is free.
func (r *recipes) serve(t *testing.T, line string) (*harness.Server, neo4j.DriverWithContext) {
	t.Helper()
	var dir string
	var flags []string
	for i, word := range strings.Fields(line) {
		rest, isDir := strings.CutPrefix(word, "--data-directory=")
		switch {
		case i == 0 && word != "memgraphd":
			t.Fatalf("not the line of a server: %s", line)
		case isDir:
			dir = filepath.Join(r.dir, rest)
		case strings.HasPrefix(word, "--storage-archive="):
			flags = append(flags, strings.Replace(word, "=", "="+r.dir+"/", 1))
		case i > 0 && !strings.HasPrefix(word, "--bolt-port"):
			flags = append(flags, word)
		}
	}
	s, err := harness.Start(binary, dir, flags...)
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Driver()
	if err != nil {
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

// first starts the server that is to be backed up.
func (r *recipes) first(t *testing.T, line string) (*harness.Server, neo4j.DriverWithContext) {
	t.Helper()
	s, d := r.serve(t, line)
	r.port = port(t, s)
	query(t, d, "CREATE INDEX ON :Person(name)")
	query(t, d, "CREATE CONSTRAINT ON (p:Person) ASSERT p.name IS UNIQUE")
	query(t, d, "SET DATABASE SETTING 'server.name' TO 'kept'")
	addPeople(t, d, 0, 100)
	return s, d
}

// addPeople adds people with numbers from one to below another.
func addPeople(t *testing.T, d neo4j.DriverWithContext, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		if _, err := harness.Query(t.Context(), d, "CREATE (:Person {name: 'p' + toString($i), i: $i})-[:IS]->(:Number {i: $i})", map[string]any{"i": i}); err != nil {
			t.Fatal(err)
		}
	}
}

// holds checks that a server has exactly the first n people, and all that belongs to them.
func holds(t *testing.T, d neo4j.DriverWithContext, n int64) {
	t.Helper()
	if got := count(t, d, "MATCH (p:Person)-[:IS]->(x:Number {i: p.i}) RETURN count(x)"); got != n {
		t.Errorf("%d people, want %d", got, n)
	}
	if got := count(t, d, "MATCH (p:Person) RETURN coalesce(max(p.i), -1) + 1"); got != n {
		t.Errorf("people up to %d, want %d", got, n)
	}
	if rows := query(t, d, "SHOW INDEX INFO"); len(rows) != 1 {
		t.Errorf("%d indexes, want 1", len(rows))
	}
	if rows := query(t, d, "SHOW CONSTRAINT INFO"); len(rows) != 1 {
		t.Errorf("%d constraints, want 1", len(rows))
	}
	rows := query(t, d, "SHOW DATABASE SETTING 'server.name'")
	if len(rows) != 1 || rows[0].Values[0] != "kept" {
		t.Errorf("the setting is %v", rows)
	}
}

// TestRecipeNightly is the recipe for nightly backups to S3.
func TestRecipeNightly(t *testing.T) {
	s3server.Start(t)
	r := readRecipes(t)
	_, d := r.first(t, "memgraphd --data-directory=mg_data")
	r.do(t, r.block(t, "Nightly to S3", 1))
	addPeople(t, d, 100, 150)
	r.do(t, r.block(t, "Nightly to S3", 2))
	addPeople(t, d, 150, 160) // after the last backup
	out := r.do(t, r.block(t, "Nightly to S3", 3))
	if !strings.Contains(out, "full") || !strings.Contains(out, "incremental") {
		t.Errorf("the list is\n%s", out)
	}
	secret, err := os.ReadFile(filepath.Join(r.dir, "backup.key"))
	if err != nil || strings.Contains(out, s3server.SecretKey) || !strings.Contains(string(secret), "AGE-SECRET-KEY") {
		t.Errorf("%v, or a secret was printed:\n%s", err, out)
	}
	_, restored := r.serve(t, "memgraphd --data-directory=restored")
	holds(t, restored, 150)
	out, err = r.try(t, "memgraphd restore --from s3://backups/graph --data-directory other")
	if err == nil || !strings.Contains(out, "key") {
		t.Errorf("a restore without the key: %v\n%s", err, out)
	}
}

// TestRecipeMove is the recipe for a move to another machine.
func TestRecipeMove(t *testing.T) {
	r := readRecipes(t)
	s, d := r.first(t, "memgraphd --data-directory=old")
	r.do(t, r.block(t, "Move to another machine", 1))
	code := r.block(t, "Move to another machine", 2)
	command, server, _ := strings.Cut(code, "\n")
	r.do(t, command)
	_, moved := r.serve(t, server)
	holds(t, moved, 100)

	addPeople(t, d, 100, 110)
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	r.port = ""
	r.do(t, "memgraphd backup --from-directory old --to stopped.mgbackup && memgraphd restore --from stopped.mgbackup --data-directory again")
	_, again := r.serve(t, "memgraphd --data-directory=again")
	holds(t, again, 110)
}

// TestRecipeTest is the recipe for the test of a backup, with a good one and a damaged one.
func TestRecipeTest(t *testing.T) {
	r := readRecipes(t)
	r.first(t, "memgraphd --data-directory=mg_data")
	r.do(t, "memgraphd backup --port "+r.port+" --to nightly")
	r.do(t, r.block(t, "Test a backup", 1))
	objects, err := filepath.Glob(filepath.Join(r.dir, "nightly", "*", "*", "*", "*.log"))
	if err != nil || len(objects) == 0 {
		t.Fatalf("no pieces of the log: %v", err)
	}
	data, err := os.ReadFile(objects[0])
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err = errors.Join(os.Chmod(objects[0], 0o600), os.WriteFile(objects[0], data, 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"memgraphd verify nightly", "memgraphd restore --from nightly --data-directory trial"} {
		out, err := r.try(t, code)
		if err == nil || !strings.Contains(out, filepath.Base(objects[0])) {
			t.Errorf("%s with a damaged object: %v\n%s", code, err, out)
		}
	}
}

// awaitArchived waits until the archive has everything that was committed.
func awaitArchived(t *testing.T, r *recipes, want uint64) {
	t.Helper()
	eventually(t, "the archive of the last commit", func() bool {
		out, err := r.try(t, "memgraphd restore --from archive --data-directory x --dry-run --json -q")
		var plan struct {
			Commit uint64 `json:"commit"`
		}
		return err == nil && json.Unmarshal([]byte(out), &plan) == nil && plan.Commit >= want
	})
}

// lastCommit is the newest commit of a server.
func lastCommit(t *testing.T, r *recipes) uint64 {
	t.Helper()
	out := r.do(t, "memgraphd backup --to s"+r.port+".mgbackup --port "+r.port+" --json -q && rm s"+r.port+".mgbackup")
	var made struct {
		Last uint64 `json:"last"`
	}
	if err := json.Unmarshal([]byte(out), &made); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return made.Last
}

// TestRecipeArchive is the recipe for an archive: the machine is lost, and another takes over.
func TestRecipeArchive(t *testing.T) {
	r := readRecipes(t)
	s, _ := r.first(t, r.block(t, "Archive with point in time", 1))
	awaitArchived(t, r, lastCommit(t, r))
	if out := r.do(t, r.block(t, "Delete what is old", 1)); !strings.Contains(out, "nothing was deleted") || !strings.Contains(out, "were deleted") {
		t.Errorf("prune says\n%s", out)
	}
	s.Kill()
	if err := os.RemoveAll(filepath.Join(r.dir, "mg_data")); err != nil {
		t.Fatal(err)
	}
	r.do(t, r.block(t, "Archive with point in time", 2))
	_, restored := r.serve(t, r.block(t, "Archive with point in time", 3))
	holds(t, restored, 100)
}

// TestRecipeMoment is the recipe for one moment.
func TestRecipeMoment(t *testing.T) {
	r := readRecipes(t)
	_, d := r.first(t, "memgraphd --data-directory=mg_data --storage-archive=archive")
	time.Sleep(20 * time.Millisecond)
	moment := time.Now().UTC()
	time.Sleep(20 * time.Millisecond)
	query(t, d, "MATCH (n) DETACH DELETE n")
	awaitArchived(t, r, lastCommit(t, r))
	r.with["2026-11-23T14:05:00Z"] = moment.Format(time.RFC3339Nano)
	r.do(t, r.block(t, "Restore one moment", 1))
	_, yesterday := r.serve(t, r.block(t, "Restore one moment", 2))
	holds(t, yesterday, 100)
	if n := count(t, d, "MATCH (n) RETURN count(n)"); n != 0 {
		t.Errorf("the running server has %d nodes", n)
	}
}

// TestBackupInterrupted ends backups by signals and by the end of their server. The next one
// goes on, and none of those that were ended counts.
func TestBackupInterrupted(t *testing.T) {
	t.Parallel()
	r := readRecipes(t)
	s, d := r.first(t, "memgraphd --data-directory=mg_data")
	for range 24 {
		if _, err := harness.Query(t.Context(), d, "UNWIND range(1, 1024) AS i CREATE (:Bulk {text: randomUUID() + randomUUID()})", nil); err != nil {
			t.Fatal(err)
		}
	}
	begin := func(p string) *exec.Cmd {
		cmd := exec.Command(binary, "backup", "--port="+p, "--to", filepath.Join(r.dir, "slow"), "--throttle-mib-per-sec=1", "--json")
		cmd.Env = append(os.Environ(), "HOME="+r.dir, "MEMGRAPH_CONFIG=")
		cmd.Stderr = new(strings.Builder)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(700 * time.Millisecond) // of the three seconds that it takes
		return cmd
	}
	for _, sig := range []os.Signal{os.Interrupt, os.Kill} {
		cmd := begin(r.port)
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		err := cmd.Wait()
		if said := cmd.Stderr.(*strings.Builder).String(); err == nil || sig == os.Interrupt && !strings.Contains(said, "goes on from it") {
			t.Errorf("%v: %v\n%s", sig, err, said)
		}
	}
	cmd := begin(r.port)
	s.Kill()
	if err := cmd.Process.Signal(os.Interrupt); err != nil { // it waits for the server to come back
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("a backup without its server has ended well")
	}
	if out, err := r.try(t, "memgraphd backup --to slow --list"); err != nil || !strings.Contains(out, "no backup was completed") {
		t.Errorf("%v\n%s", err, out)
	}
	s, _ = r.serve(t, "memgraphd --data-directory=mg_data")
	r.do(t, "memgraphd backup --port "+port(t, s)+" --to slow")
	r.do(t, "memgraphd restore --from slow --data-directory restored")
	_, restored := r.serve(t, "memgraphd --data-directory=restored")
	holds(t, restored, 100)
	if n := count(t, restored, "MATCH (b:Bulk) RETURN count(b.text)"); n != 24*1024 {
		t.Errorf("%d of the others, want %d", n, 24*1024)
	}
}
