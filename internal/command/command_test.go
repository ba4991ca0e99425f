package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/inspect"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// run carries out a command and returns its exit status and what it printed.
func run(t *testing.T, build func(Env) *cobra.Command, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := build(Env{Stdout: &out, Stderr: &errs, Now: time.Now, FS: vfs.OS(), Version: "test"})
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(t.Context())
	var end *StatusError
	switch {
	case err == nil:
	case errors.As(err, &end):
		status = end.Status
		if end.Err != nil {
			errs.WriteString(end.Err.Error())
		}
	default:
		status = StatusFailed
		errs.WriteString(err.Error())
	}
	return status, out.String(), errs.String()
}

// wants checks a status, and that a text has words.
func wants(t *testing.T, what string, status, want int, text string, words ...string) {
	t.Helper()
	if status != want {
		t.Errorf("%s: exit status %d, want %d\n%s", what, status, want, text)
	}
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("%s: %q is not in\n%s", what, word, text)
		}
	}
}

// database makes a data directory with two snapshots and twelve commits, closed in good
// order.
func database(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	s := storage.New(storage.Options{})
	m, err := durability.Open(t.Context(), durability.Options{FS: vfs.OS(), Dir: dir, Store: s, WALEnabled: true, RecoveryOnStartup: true, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	label, labelErr := s.InternLabel("Person")
	key, keyErr := s.InternKey("name")
	if err := errors.Join(labelErr, keyErr); err != nil {
		t.Fatal(err)
	}
	for i := range 12 {
		tx := s.Begin(storage.TxOptions{})
		_, err := tx.CreateNode([]graph.LabelID{label}, []storage.Property{{Key: key, Value: value.String("Ann")}})
		if err == nil {
			_, err = tx.Commit()
		}
		if err != nil {
			t.Fatal(err)
		}
		if i%5 == 4 {
			if _, err := m.CreateSnapshot(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(m.Close(context.Background()), s.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// one returns the last file of a pattern.
func one(t *testing.T, pattern string) string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: %v", pattern, err)
	}
	return names[len(names)-1]
}

// flip changes a byte of a file.
func flip(t *testing.T, name string, at int) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	data[at] ^= 0x10
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestInspect(t *testing.T) {
	dir := database(t)
	status, out, errs := run(t, NewInspect, dir)
	wants(t, "directory", status, 0, out+errs, "  identity\n", "  snapshot\n", "  segment\n", "closed in good order", "1 to 12, 12 of them")
	status, out, _ = run(t, NewInspect, "--json", dir)
	var result struct{ Files []inspect.File }
	if err := json.Unmarshal([]byte(out), &result); err != nil || len(result.Files) != 4 {
		t.Errorf("%v: %s", err, out)
	}
	wants(t, "JSON", status, 0, out, `"nodes":10`, `"last_commit":12`)

	status, out, _ = run(t, NewInspect, "--records", "--from-commit=3", "--to-commit=4", dir)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	wants(t, "records", status, 0, out, `"label":"Person"`, `"key":"name","value":"Ann"`)
	if len(lines) != 2 || !strings.HasPrefix(lines[0], `{"commit":3,`) {
		t.Errorf("%d lines:\n%s", len(lines), out)
	}

	segment := one(t, filepath.Join(dir, "wal", "*.wal"))
	data, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	flip(t, segment, bytes.LastIndex(data, []byte("Person"))-200)
	status, out, _ = run(t, NewInspect, segment)
	wants(t, "damage", status, StatusDamaged, out, "DAMAGED", "at offset")
	status, out, errs = run(t, NewInspect, "--records", segment)
	wants(t, "records up to damage", status, StatusDamaged, out+errs, `{"commit":1,`, "log is damaged")
	status, out, _ = run(t, NewInspect, "--records", "--past-damage", segment)
	wants(t, "records past damage", status, 0, out, `{"commit":1,`, `{"commit":12,`)

	status, _, errs = run(t, NewInspect)
	wants(t, "no arguments", status, StatusUsage, errs, "inspect --help")
	status, _, errs = run(t, NewInspect, "--nonsense", dir)
	wants(t, "unknown flag", status, StatusUsage, errs, "--nonsense")
	status, _, errs = run(t, NewInspect, "/etc/passwd")
	wants(t, "foreign file", status, StatusFailed, errs, "is no file of a database")
	status, _, errs = run(t, NewInspect, t.TempDir())
	wants(t, "empty directory", status, StatusFailed, errs, "holds no files of a database")
}

func TestVerifyAndRepair(t *testing.T) {
	dir := database(t)
	for _, args := range [][]string{{dir}, {"--restore", dir}} {
		status, out, errs := run(t, NewVerify, args...)
		wants(t, "good", status, 0, out+errs, ": good", "commit 12")
	}
	status, out, _ := run(t, NewVerify, "--json", "--restore", dir)
	wants(t, "JSON", status, 0, out, `"severity":"good"`, `"findings":[]`, `"nodes":12`)
	status, out, _ = run(t, NewRepair, dir)
	wants(t, "nothing to repair", status, 0, out, "nothing has to be repaired")

	snapshot := one(t, filepath.Join(dir, "snapshots", "*.snap"))
	flip(t, snapshot, 100)
	status, out, _ = run(t, NewVerify, dir)
	wants(t, "snapshot damaged", status, StatusDamaged, out, "every commit can be had", snapshot)
	flip(t, snapshot, 100)

	segment := one(t, filepath.Join(dir, "wal", "*.wal"))
	data, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	flip(t, segment, bytes.LastIndex(data, []byte("Person")))
	status, out, _ = run(t, NewVerify, dir)
	wants(t, "log damaged", status, StatusLost, out, "commits are lost", "commit 11", "LOST: commit 12")
	save := filepath.Join(t.TempDir(), "dropped.jsonl")
	status, out, _ = run(t, NewRepair, "--save-dropped="+save, dir)
	wants(t, "plan", status, StatusLost, out, "last good commit  11", "repair --drop-after=11", "Nothing was changed")
	if _, err := os.Stat(save); err != nil {
		t.Error(err)
	}
	status, _, errs := run(t, NewRepair, "--drop-after=10", dir)
	wants(t, "another commit", status, StatusFailed, errs, "the last good commit is 11, not 10")
	status, out, _ = run(t, NewRepair, "--drop-after=11", "--json", dir)
	wants(t, "repair", status, 0, out, `"done":true`, `"kept_in":`)
	status, out, _ = run(t, NewVerify, "--restore", dir)
	wants(t, "repaired", status, 0, out, ": good", "commit 11", "11 nodes")

	empty := t.TempDir()
	for what, build := range map[string]func(Env) *cobra.Command{"verify": NewVerify, "inspect": NewInspect} {
		status, _, errs = run(t, build, filepath.Join(empty, "none"))
		wants(t, what+" nothing", status, StatusFailed, errs, "there is no "+empty, "name the data directory of a server")
	}
	status, _, errs = run(t, NewVerify, filepath.Join(dir, "database.json"))
	wants(t, "verify a file", status, StatusFailed, errs, "database.json is a file: name the data directory", "memgraphd inspect")
	status, _, errs = run(t, NewVerify, empty)
	wants(t, "nothing to verify", status, StatusFailed, errs, "holds no database")
	status, _, errs = run(t, NewRepair, empty)
	wants(t, "nothing to repair", status, StatusFailed, errs, "holds no database")
	if names, err := os.ReadDir(empty); err != nil || len(names) > 0 {
		t.Errorf("%v, %v", names, err)
	}
}

// repository makes a backup of a data directory.
func repository(t *testing.T, dir, to string) {
	t.Helper()
	s, err := object.Open(t.Context(), to, object.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	src, err := backup.OpenDirectory(vfs.OS(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	_, err = backup.Take(t.Context(), src, s, backup.Options{Now: time.Now})
	if err = errors.Join(err, src.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestVerifyRepository(t *testing.T) {
	dir := database(t)
	for _, to := range []string{filepath.Join(t.TempDir(), "repository"), filepath.Join(t.TempDir(), "one.mgbackup")} {
		repository(t, dir, to)
		status, out, errs := run(t, NewVerify, to)
		wants(t, "good", status, 0, out+errs, ": good", "commit 12")
		status, out, errs = run(t, NewVerify, "--restore", "--temp-dir="+t.TempDir(), to)
		wants(t, "restored", status, 0, out+errs, ": good", "12 nodes", "commit 12")
		status, out, errs = run(t, NewInspect, to)
		wants(t, "inspect", status, 0, out+errs, "sealed piece of the log", "sealed snapshot", "JSON object")
	}
	to := filepath.Join(t.TempDir(), "damaged")
	repository(t, dir, to)
	snapshot := one(t, filepath.Join(to, "snapshots", "*", "*.snap"))
	flip(t, snapshot, 200)
	status, out, _ := run(t, NewVerify, to)
	wants(t, "damaged object", status, StatusLost, out, filepath.Base(snapshot), "damaged")
	status, out, _ = run(t, NewInspect, to)
	wants(t, "inspect a damaged object", status, StatusDamaged, out, "DAMAGED")
	if err := os.Remove(snapshot); err != nil {
		t.Fatal(err)
	}
	status, out, _ = run(t, NewVerify, "--json", to)
	wants(t, "missing object", status, StatusLost, out, filepath.Base(snapshot), "missing")
	status, _, errs := run(t, NewVerify, "ftp://x/y")
	wants(t, "unknown location", status, StatusUsage, errs, "ftp://")
	status, _, errs = run(t, NewVerify, filepath.Join(t.TempDir(), "none.mgbackup"))
	wants(t, "no repository", status, StatusFailed, errs, "is no repository")
}

// TestResultThatCannotBePrinted fails instead of saying that all is well.
func TestResultThatCannotBePrinted(t *testing.T) {
	dir := database(t)
	cmd := NewVerify(Env{Stdout: broken{}, Stderr: io.Discard, Now: time.Now, FS: vfs.OS()})
	cmd.SetArgs([]string{dir})
	if err := cmd.ExecuteContext(t.Context()); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v", err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
