package e2e

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
)

// as connects as a user.
func as(t *testing.T, s *harness.Server, user, password string) neo4j.DriverWithContext {
	t.Helper()
	d, err := neo4j.NewDriverWithContext("bolt://"+s.Addr, neo4j.BasicAuth(user, password, ""))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close(t.Context()) })
	return d
}

// TestFirstUser makes the first user by the environment and by a file, and finds it after a
// kill. What it does is in the audit log, and its password nowhere.
func TestFirstUser(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	t.Setenv("MEMGRAPH_USER", "ann")
	t.Setenv("MEMGRAPH_PASSWORD", "open sesame")
	s, err := harness.Start(binary, dir, "--audit-enabled")
	if err != nil {
		t.Fatal(err)
	}
	d := as(t, s, "ann", "open sesame")
	if n := count(t, d, "UNWIND [1] AS x CREATE (n:N {x: x}) RETURN 7"); n != 7 {
		t.Error(n)
	}
	for _, wrong := range []neo4j.DriverWithContext{as(t, s, "ann", "open"), as(t, s, "eve", "open sesame")} {
		wantFailure(t, wrong.VerifyConnectivity(t.Context()), "Neo.ClientError.Security.Unauthorized", "AuthenticationFailed")
	}
	nobody, err := s.Driver()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = nobody.Close(t.Context()) }()
	wantFailure(t, nobody.VerifyConnectivity(t.Context()), "Neo.ClientError.Security.Unauthorized", "AuthenticationRequired")
	if out, _, code := command(t, "", "shell", "--port", s.Port(), "--username", "ann", "--password-file", passfile(t), "-c", "RETURN 1 AS one;"); code != 0 {
		t.Error(code, out)
	}
	eventually(t, "all is in the audit log", func() bool {
		return strings.Contains(read(t, dir), `"statement":"UNWIND`) && strings.Contains(read(t, dir), `"statement":"RETURN 1`)
	})
	s.Kill()
	former := s.Log()

	t.Setenv("MEMGRAPH_PASSWORD", "another")
	if s, err = harness.Start(binary, dir, "--audit-enabled"); err != nil {
		t.Fatal(err)
	}
	if err := as(t, s, "ann", "open sesame").VerifyConnectivity(t.Context()); err != nil {
		t.Error("the user is not there after a kill: ", err)
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	if text := former + s.Log() + read(t, dir); strings.Contains(text, "sesame") || !strings.Contains(text, "a login failed") {
		t.Error("the password is told, or the failure is not:\n", text)
	}
	var events []string
	for lines := bufio.NewScanner(strings.NewReader(read(t, dir))); lines.Scan(); {
		var l struct {
			Event, User, Outcome string
			Time                 time.Time
		}
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil || l.Time.IsZero() {
			t.Error(lines.Text(), err)
		}
		events = append(events, l.Event+" "+l.User+" "+l.Outcome)
	}
	all := strings.Join(events, "\n")
	for _, want := range []string{"login ann ok", "login eve Neo.ClientError.Security.Unauthorized", "statement ann ok", "logout ann ok"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
}

// passfile has the password of the first user.
func passfile(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(name, []byte("open sesame\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func read(t *testing.T, dir string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "audit", "audit.log"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestUsersInBackups restores a database with its users.
func TestUsersInBackups(t *testing.T) {
	top := t.TempDir()
	dir, repository := filepath.Join(top, "data"), filepath.Join(top, "repository")
	t.Setenv("MEMGRAPH_PASSFILE", filepath.Join(top, "passfile"))
	if err := os.WriteFile(filepath.Join(top, "passfile"), []byte("ann:open sesame\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := harness.Start(binary, dir)
	if err != nil {
		t.Fatal(err)
	}
	out, errs, code := command(t, "", "backup", "--port", s.Port(), "--username", "ann", "--password-file", passfile(t), "--to", repository)
	if code != 0 {
		t.Fatal(out, errs)
	}
	if _, _, code = command(t, "", "backup", "--port", s.Port(), "--to", repository); code == 0 {
		t.Error("a backup without a login")
	}
	if err = s.Stop(); err != nil {
		t.Error(err)
	}
	t.Setenv("MEMGRAPH_PASSFILE", "")
	restored := filepath.Join(top, "restored")
	if out, errs, code = command(t, "", "restore", "--from", repository, "--data-directory", restored); code != 0 {
		t.Fatal(out, errs)
	}
	if s, err = harness.Start(binary, restored); err != nil {
		t.Fatal(err)
	}
	if err := as(t, s, "ann", "open sesame").VerifyConnectivity(t.Context()); err != nil {
		t.Error(err)
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
}
