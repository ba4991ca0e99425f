package main

import (
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

// TestBackupStatements takes backups of a database on a disk, as the statements do.
func TestBackupStatements(t *testing.T) {
	s := storage.New(storage.Options{Now: time.Now})
	m, err := durability.Open(t.Context(), durability.Options{
		FS: vfs.OS(), Dir: t.TempDir(), Store: s, WALEnabled: true, RecoveryOnStartup: true, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := errors.Join(m.Close(t.Context()), s.Close()); err != nil {
			t.Error(err)
		}
	}()
	root := t.TempDir()
	refused := func(err error) bool {
		_, ok := errors.AsType[*query.LocationError](err)
		return ok
	}
	none := newBackups(m, &config.Config{})
	if _, err := none.Take(t.Context(), query.BackupRequest{Location: root}); !refused(err) || !strings.Contains(err.(*query.LocationError).Hint, config.BackupRoots) { //nolint:errorlint // refused has looked
		t.Errorf("without roots: %v", err)
	}
	if _, err := none.List(t.Context(), ""); !refused(err) {
		t.Errorf("without roots: %v", err)
	}
	b := newBackups(m, &config.Config{Backup: config.Backup{Roots: []string{root}}})
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
