package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// TestRecoverSnapshot puts snapshots in the place of a running database, good ones and bad
// ones, from the folder, from elsewhere, and over HTTP.
func TestRecoverSnapshot(t *testing.T) {
	t.Parallel()
	dir, other := filepath.Join(t.TempDir(), "data"), t.TempDir()
	web := httptest.NewServer(http.FileServer(http.Dir(other)))
	defer web.Close()
	s, d := start(t, dir, "--storage-backup-roots="+other+","+web.URL)
	query(t, d, "UNWIND range(1, 1000) AS i CREATE (:A {n: i})")
	query(t, d, "CREATE INDEX ON :A(n)")
	path := query(t, d, "CREATE SNAPSHOT")[0].Values[0].(string)
	query(t, d, "MATCH (n:A) DETACH DELETE n")
	query(t, d, "CREATE (:B)")
	failsWith := func(code, statement string, parts ...string) {
		t.Helper()
		_, err := open(t, d, neo4j.SessionConfig{}).Run(t.Context(), statement, nil)
		wantFailure(t, err, code, parts...)
		if n := count(t, d, "MATCH (n:B) RETURN count(n)"); n != 1 {
			t.Fatalf("%d nodes after %s", n, statement)
		}
	}
	fails := func(statement string, parts ...string) {
		t.Helper()
		failsWith("Neo.TransientError.General.DatabaseUnavailable", statement, parts...)
	}
	refused := func(statement string, parts ...string) {
		t.Helper()
		failsWith("Neo.ClientError.Statement.ArgumentError", statement, parts...)
	}
	refused(fmt.Sprintf("RECOVER SNAPSHOT %q", path), "Failed to recover a snapshot. Storage is not clean. Try using FORCE.")
	fails("RECOVER SNAPSHOT 'none.snap' FORCE", "Failed to find the defined snapshot file.")
	refused("RECOVER SNAPSHOT '/etc/hostname' FORCE", "--storage-backup-roots")
	refused("RECOVER SNAPSHOT 'http://127.0.0.1:1/x.snap' FORCE", "--storage-backup-roots")
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bad := append([]byte(nil), good...)
	bad[len(bad)/2] ^= 1
	for name, data := range map[string][]byte{"good.snap": good, "bad.snap": bad, "cut.snap": good[:len(good)-100]} {
		if err := os.WriteFile(filepath.Join(other, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fails("RECOVER SNAPSHOT 'file://"+other+"/bad.snap' FORCE", "Couldn't recover from the snapshot because of:", "damaged")
	fails("RECOVER SNAPSHOT '"+web.URL+"/cut.snap' FORCE", "damaged")
	fails("RECOVER SNAPSHOT '"+web.URL+"/none.snap' FORCE", "404")
	tx := begin(t, open(t, d, neo4j.SessionConfig{}))
	if _, err := tx.Run(t.Context(), "CREATE (:C)", nil); err != nil {
		t.Fatal(err)
	}
	fails("RECOVER SNAPSHOT '"+path+"' FORCE", "other transactions are open")
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, source := range []string{path, filepath.Join(other, "good.snap"), "file://" + other + "/good.snap", web.URL + "/good.snap"} {
		query(t, d, "RECOVER SNAPSHOT '"+source+"' FORCE")
		eventually(t, "the server being there again", func() bool { return strings.Count(s.Log(), "ready: listening for Bolt") == i+2 })
		eventually(t, "a new connection", func() bool { return d.VerifyConnectivity(t.Context()) == nil })
		if n := count(t, d, "MATCH (n:A) WHERE n.n > 500 RETURN count(n)"); n != 500 {
			t.Fatalf("%s: %d nodes", source, n)
		}
		if n := count(t, d, "MATCH (n) RETURN count(n)"); n != 1000 {
			t.Fatalf("%s: %d nodes in all", source, n)
		}
		query(t, d, "CREATE (:More)")
		kept, err := os.ReadDir(filepath.Join(dir, ".backup"))
		if err != nil || len(kept) != i+1 {
			t.Errorf("%s: %v %v", source, kept, err)
		}
	}
	s.Kill()
	_, d = start(t, dir)
	if n := count(t, d, "MATCH (n) RETURN count(n)"); n != 1001 {
		t.Errorf("%d nodes after a kill", n)
	}
}

// TestRecoverTo starts a server that goes back to a commit, once.
func TestRecoverTo(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	s, d := start(t, dir)
	for range 5 {
		query(t, d, "CREATE (:A)")
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	s, d = start(t, dir, "--recover-to=3")
	if n := count(t, d, "MATCH (n) RETURN count(n)"); n != 3 {
		t.Errorf("%d nodes", n)
	}
	info := map[string]string{}
	for _, row := range query(t, d, "SHOW RECOVERY INFO") {
		info[row.Values[0].(string)] = row.Values[1].(string)
	}
	if info["went_back_to_commit"] != "3" || info["began_timeline"] != "2" || info["former_files_kept_in"] == "" {
		t.Errorf("SHOW RECOVERY INFO says %v", info)
	}
	query(t, d, "CREATE (:A)")
	s.Kill()
	_, d = start(t, dir, "--recover-to=3")
	if n := count(t, d, "MATCH (n) RETURN count(n)"); n != 4 {
		t.Errorf("%d nodes: it happened again", n)
	}
}
