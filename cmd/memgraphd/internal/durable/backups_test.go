package durable

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/config"
	"memgraphd/internal/durability"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/query"
	"memgraphd/internal/storage"
)

func TestBelow(t *testing.T) {
	root := t.TempDir()
	outside := t.TempDir()
	for link, to := range map[string]string{"out": outside, "nowhere": filepath.Join(outside, "nothing"), "in": filepath.Join(root, "a")} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(root, "a"), 0o700); err != nil {
		t.Fatal(err)
	}
	for location, want := range map[string]bool{
		root: true, root + "/": true, root + "/a/b/c": true, "file://" + root + "/x.mgbackup": true, root + "/in/b": true,
		root + "2": false, root + "/../x": false, root + "/a/../../x": false, outside: false, root + "/out": false, root + "/out/x": false,
		root + "/nowhere": false, root + "/nowhere/x": false, "relative": false, "s3://bucket/a": false, "/": false,
	} {
		l, err := object.ParseLocation(location)
		if err != nil {
			t.Fatal(err)
		}
		if got := below(root, l); got != want {
			t.Errorf("%s below %s: %t", location, root, got)
		}
	}
	for location, want := range map[string]bool{
		"s3://bucket/a": true, "s3://bucket/a/b": true, "s3://bucket/ab": false, "s3://bucket": false, "s3://other/a": false, "/bucket/a": false,
	} {
		l, err := object.ParseLocation(location)
		if err != nil {
			t.Fatal(err)
		}
		if got := below("s3://bucket/a", l); got != want {
			t.Errorf("%s below s3://bucket/a: %t", location, got)
		}
	}
}

// openDisk opens an empty database on a disk, which is closed at the end of the test.
func openDisk(t *testing.T) (*durability.Manager, *storage.Store) {
	t.Helper()
	s := storage.New(storage.Options{Now: time.Now})
	m, err := durability.Open(t.Context(), durability.Options{
		FS: vfs.OS(), Dir: t.TempDir(), Store: s, WALEnabled: true, RecoveryOnStartup: true, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(m.Close(context.Background()), s.Close()); err != nil {
			t.Error(err)
		}
	})
	return m, s
}

// TestBackupStatements takes backups of a database on a disk, as the statements do.
func TestBackupStatements(t *testing.T) {
	m, s := openDisk(t)
	root := t.TempDir()
	refused := func(err error) bool {
		_, ok := errors.AsType[*query.LocationError](err)
		return ok
	}
	none := NewBackups(m, &config.Config{})
	if _, err := none.Take(t.Context(), query.BackupRequest{Location: root}); !refused(err) || !strings.Contains(err.(*query.LocationError).Hint, config.BackupRoots) { //nolint:errorlint // refused has looked
		t.Errorf("without roots: %v", err)
	}
	if _, err := none.List(t.Context(), ""); !refused(err) {
		t.Errorf("without roots: %v", err)
	}
	b := NewBackups(m, &config.Config{Backup: config.Backup{Roots: []string{root}}})
	if _, err := b.Take(t.Context(), query.BackupRequest{Location: root + "/../x"}); !refused(err) {
		t.Errorf("elsewhere: %v", err)
	}
	tx := s.Begin(storage.TxOptions{})
	if _, err := tx.CreateNode(nil, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	for _, location := range []string{root + "/nightly", root + "/one.mgbackup"} {
		full, err := b.Take(t.Context(), query.BackupRequest{Location: location})
		if err != nil || full.Kind != "full" || full.Last != 1 || full.Objects != 1 || full.Location != location {
			t.Fatalf("%s: %v, %+v", location, err, full)
		}
		again, err := b.Take(t.Context(), query.BackupRequest{Location: location, Incremental: true})
		if err != nil || again.Kind != "incremental" || again.Base != full.ID {
			t.Fatalf("%s: %v, %+v", location, err, again)
		}
		if list, err := b.List(t.Context(), location); err != nil || len(list) != 2 {
			t.Fatalf("%s: %v, %+v", location, err, list)
		}
	}
	if list, err := b.List(t.Context(), ""); err != nil || len(list) != 4 {
		t.Fatalf("all: %v, %+v", err, list)
	}
	if _, running := b.Running(); running || b.End() {
		t.Error("a backup is running")
	}
}

// TestBackupWithoutAPlace counts backups whose place cannot be opened, and not those at a place that may not be named.
func TestBackupWithoutAPlace(t *testing.T) {
	t.Parallel()
	m, _ := openDisk(t)
	root := t.TempDir()
	file := filepath.Join(root, "file")
	if err := os.WriteFile(file, []byte("no folder"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := NewBackups(m, &config.Config{Backup: config.Backup{Roots: []string{root}}})
	if _, err := b.Take(t.Context(), query.BackupRequest{Location: filepath.Dir(root)}); err == nil {
		t.Error("a backup was taken above the root")
	}
	if i := m.Info().Backups; i.Failures != 0 || !i.Failed.IsZero() {
		t.Errorf("a place that may not be named counts: %+v", i)
	}
	if _, err := b.Take(t.Context(), query.BackupRequest{Location: file}); err == nil {
		t.Error("a file was taken for a repository")
	}
	if i := m.Info().Backups; i.Failures != 1 || i.Failed.IsZero() || i.Running != 0 {
		t.Errorf("a place that cannot be opened does not count: %+v", i)
	}
	if _, err := b.Take(t.Context(), query.BackupRequest{Location: root + "/good"}); err != nil {
		t.Fatal(err)
	}
	if i := m.Info().Backups; i.Failures != 1 || !i.Failed.IsZero() || i.Taken != 1 {
		t.Errorf("after a good one: %+v", i)
	}
}
