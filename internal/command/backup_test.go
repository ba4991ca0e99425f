package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
)

// world is a file system and a clock that commands run in.
type world struct {
	fs    *vfs.Mem
	begun time.Time
	looks atomic.Int64
}

func newWorld() *world {
	return &world{fs: vfs.NewMem(1), begun: time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)}
}

// tick is a clock that goes on by a millisecond with each look.
func (w *world) tick() time.Time {
	return w.begun.Add(time.Duration(w.looks.Add(1)) * time.Millisecond)
}

// run runs a command and returns what it prints to standard output, and its error.
func (w *world) run(t *testing.T, create func(Env) *cobra.Command, args ...string) (string, error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := create(Env{Stdout: &stdout, Stderr: &stderr, Now: w.tick, FS: w.fs, Version: "test"})
	cmd.SetArgs(args)
	cmd.SetOut(&stderr)
	cmd.SetErr(&stderr)
	err := cmd.ExecuteContext(t.Context())
	return stdout.String(), err
}

// must is run of a command that has to work; its result is JSON.
func (w *world) must(t *testing.T, create func(Env) *cobra.Command, args ...string) map[string]any {
	t.Helper()
	out, err := w.run(t, create, append(args, "--json")...)
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	var result map[string]any
	if err := json.Unmarshal([]byte(out), &result); err != nil {
		t.Fatalf("%q prints %s: %v", args, out, err)
	}
	return result
}

// database opens the database of a directory, adds nodes and closes it. It returns how many
// nodes there are then.
func (w *world) database(t *testing.T, dir string, add int) int {
	t.Helper()
	store := storage.New(storage.Options{Now: w.tick})
	m, err := durability.Open(t.Context(), durability.Options{
		FS: w.fs, Dir: dir, Store: store, WALEnabled: true, RecoveryOnStartup: true, SegmentBytes: 64 << 10, Now: w.tick,
	})
	if err != nil {
		t.Fatal(err)
	}
	label, err := store.InternLabel("N")
	if err != nil {
		t.Fatal(err)
	}
	for range add {
		tx := store.Begin(storage.TxOptions{})
		if _, err := tx.CreateNode([]graph.LabelID{label}, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		tx.Release()
	}
	tx := store.Begin(storage.TxOptions{ReadOnly: true})
	var nodes [4096]graph.NodeID
	n := tx.ScanLabel(label).Next(nodes[:])
	tx.Release()
	if err := errors.Join(m.Close(context.Background()), store.Close()); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestBackupAndRestore backs a stopped directory up, fully and then what is new, lists that,
// and restores the end, a commit and a moment of it.
func TestBackupAndRestore(t *testing.T) {
	for _, location := range []string{"/backups", "/all.mgbackup", "file:///backups"} {
		t.Run(location, func(t *testing.T) {
			w := newWorld()
			w.database(t, "/data", 50)
			full := w.must(t, NewBackup, "--to", location, "--from-directory", "/data")
			if full["kind"] != "full" || full["last"] != 50.0 || full["id"] == "" || full["sentObjects"].(float64) < 1 {
				t.Errorf("the full backup is %v", full)
			}
			moment := w.tick()
			w.database(t, "/data", 7)
			more := w.must(t, NewBackup, "--to", location, "--from-directory", "/data", "--incremental")
			if more["kind"] != "incremental" || more["base"] != full["id"] || more["last"] != 57.0 {
				t.Errorf("the incremental backup is %v", more)
			}
			list := w.must(t, NewBackup, "--to", location, "--list")
			if backups := list["backups"].([]any); len(backups) != 2 {
				t.Errorf("the list is %v", list)
			}
			out, err := w.run(t, NewBackup, "--to", location, "--list")
			if err != nil || strings.Count(out, "\n") != 2 || !strings.Contains(out, fmt.Sprint(more["id"])) {
				t.Errorf("the list is %q, %v", out, err)
			}
			plan := w.must(t, NewRestore, "--from", location, "--dry-run")
			if plan["commit"] != 57.0 || plan["dryRun"] != true {
				t.Errorf("the plan is %v", plan)
			}
			for i, c := range []struct {
				args []string
				want int
			}{
				{nil, 57},
				{[]string{"--to-commit", "53"}, 53},
				{[]string{"--to-time", moment.Format(time.RFC3339Nano)}, 50},
			} {
				dir := fmt.Sprintf("/restored%d", i)
				report := w.must(t, NewRestore, append([]string{"--from", location, "--data-directory", dir}, c.args...)...)
				if report["commit"] != float64(c.want) || report["nodes"] != float64(c.want) {
					t.Errorf("restore%q tells %v", c.args, report)
				}
				if n := w.database(t, dir, 1); n != c.want+1 {
					t.Errorf("restore%q and one more make %d nodes, not %d", c.args, n, c.want+1)
				}
			}
			out, err = w.run(t, NewRestore, "--from", location, "--data-directory", "/restored0", "-q")
			if err != nil || !strings.Contains(out, "57 nodes") || !strings.Contains(out, ".backup") {
				t.Errorf("restore over what is there: %v\n%s", err, out)
			}
		})
	}
}

// TestEncryptedBackup makes a key, and needs it.
func TestEncryptedBackup(t *testing.T) {
	w := newWorld()
	w.database(t, "/data", 5)
	public := fmt.Sprint(w.must(t, NewKeygen, "/secret.key")["public_key"])
	if _, err := w.run(t, NewKeygen, "/secret.key"); err == nil {
		t.Error("a key was replaced")
	}
	w.must(t, NewBackup, "--to", "/b", "--from-directory", "/data", "--encrypt-to", public)
	if _, err := w.run(t, NewRestore, "--from", "/b", "--data-directory", "/r"); err == nil {
		t.Error("restored without the key")
	}
	w.must(t, NewRestore, "--from", "/b", "--data-directory", "/r", "--key-file", "/secret.key")
	if n := w.database(t, "/r", 0); n != 5 {
		t.Errorf("%d nodes", n)
	}
}

// TestBackupUsage refuses what makes no sense with the status for that, and what cannot be
// done with another.
func TestBackupUsage(t *testing.T) {
	w := newWorld()
	w.database(t, "/data", 1)
	for _, c := range []struct {
		create func(Env) *cobra.Command
		args   []string
		usage  bool
		says   string
	}{
		{NewBackup, nil, true, "--to"},
		{NewBackup, []string{"--to", "ftp://x"}, true, "ftp"},
		{NewBackup, []string{"--to", "/b", "x"}, true, "backup --help"},
		{NewBackup, []string{"--to", "/b", "--nonsense"}, true, "--nonsense"},
		{NewBackup, []string{"--to", "/b", "--from-directory", "/data", "--host", "x"}, true, "--host"},
		{NewBackup, []string{"--to", "/b", "--throttle-mib-per-sec", "-1"}, true, "-1"},
		{NewBackup, []string{"--to", "/b", "--ssl-trust-any"}, true, "--use-ssl"},
		{NewBackup, []string{"--to", "/b", "--from-directory", "/nothing"}, false, "/nothing"},
		{NewBackup, []string{"--to", "/b", "--list"}, false, "/b"},
		{NewBackup, []string{"--to", "/b", "--port", "1"}, false, "--port"},
		{NewRestore, nil, true, "--from"},
		{NewRestore, []string{"--from", "/b"}, true, "--data-directory"},
		{NewRestore, []string{"--from", "/b", "--data-directory", "/r", "--to-time", "yesterday"}, true, "yesterday"},
		{NewRestore, []string{"--from", "/b", "--data-directory", "/r", "--to-time", "2026-11-23T14:05:00Z", "--to-commit", "1"}, true, "exclude"},
		{NewRestore, []string{"--from", "/b", "--data-directory", "/r"}, false, "/b"},
		{NewKeygen, nil, true, "keygen --help"},
	} {
		_, err := w.run(t, c.create, c.args...)
		status := new(StatusError)
		usage := errors.As(err, &status) && status.Status == StatusUsage
		if err == nil || usage != c.usage || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v, usage %t", c.args, err, usage)
		}
	}
}
