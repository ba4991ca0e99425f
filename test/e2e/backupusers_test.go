package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
)

// serveUsers starts a server on a directory.
func serveUsers(t *testing.T, dir string) *harness.Server {
	t.Helper()
	s, err := harness.Start(binary, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Kill()
		if t.Failed() {
			t.Log(s.Log())
		}
	})
	return s
}

// loginAs opens a driver that logs in, and says whether the server takes it.
func loginAs(t *testing.T, s *harness.Server, user, password string) (neo4j.DriverWithContext, error) {
	t.Helper()
	d, err := neo4j.NewDriverWithContext("bolt://"+s.Addr, neo4j.BasicAuth(user, password, ""))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close(context.Background()) })
	return d, d.VerifyConnectivity(t.Context())
}

// TestUsersAreInBackups: who may log in is part of the database, in a backup and what is
// restored of it.
func TestUsersAreInBackups(t *testing.T) {
	const user, password = "ann", "a password, long enough"
	root := t.TempDir()
	dir, backups, restored := filepath.Join(root, "data"), filepath.Join(root, "backups"), filepath.Join(root, "restored")
	run := func(args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), binary, args...)
		cmd.Env = append(os.Environ(), "MEMGRAPH_CONFIG=")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	t.Setenv("MEMGRAPH_USER", user)
	t.Setenv("MEMGRAPH_PASSWORD", password)
	s := serveUsers(t, dir)
	d, err := loginAs(t, s, user, password)
	if err != nil {
		t.Fatal(err)
	}
	query(t, d, "CREATE (:Kept)")
	out, err := run("backup", "--to", backups, "--port", s.Port())
	if err == nil {
		t.Errorf("somebody who has not logged in has backed the server up:\n%s", out)
	}
	out, err = run("backup", "--to", backups, "--port", s.Port(), "--username", user, "--password", password)
	if err != nil || strings.Contains(out, password) {
		t.Fatalf("%v\n%s", err, out)
	}
	if err = s.Stop(); err != nil {
		t.Fatal(err)
	}
	t.Setenv("MEMGRAPH_USER", "")
	t.Setenv("MEMGRAPH_PASSWORD", "")
	if out, err = run("restore", "--from", backups, "--data-directory", restored); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s = serveUsers(t, restored)
	for _, wrong := range [][2]string{{user, "another password"}, {"bob", password}, {"", ""}} {
		if _, err = loginAs(t, s, wrong[0], wrong[1]); err == nil {
			t.Errorf("%q logs in with %q", wrong[0], wrong[1])
		}
	}
	d, err = loginAs(t, s, user, password)
	if err != nil {
		t.Fatalf("after the restore: %v", err)
	}
	if n := count(t, d, "MATCH (n:Kept) RETURN count(n)"); n != 1 {
		t.Errorf("%d nodes", n)
	}
}
