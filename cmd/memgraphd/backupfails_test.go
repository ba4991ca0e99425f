package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"memgraphd/internal/config"
	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/query"
	"memgraphd/internal/storage"
)

// TestBackupWithoutAPlace counts backups whose place cannot be opened, and not those at a place that may not be named.
func TestBackupWithoutAPlace(t *testing.T) {
	t.Parallel()
	s := storage.New(storage.Options{Now: time.Now})
	m, err := durability.Open(t.Context(), durability.Options{
		FS: vfs.OS(), Dir: t.TempDir(), Store: s, WALEnabled: true, RecoveryOnStartup: true, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if closeErr := errors.Join(m.Close(t.Context()), s.Close()); closeErr != nil {
			t.Error(closeErr)
		}
	}()
	root := t.TempDir()
	file := filepath.Join(root, "file")
	if err = os.WriteFile(file, []byte("no folder"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := newBackups(m, &config.Config{Backup: config.Backup{Roots: []string{root}}})
	if _, err = b.Take(t.Context(), query.BackupRequest{Location: filepath.Dir(root)}); err == nil {
		t.Error("a backup was taken above the root")
	}
	if i := m.Info().Backups; i.Failures != 0 || !i.Failed.IsZero() {
		t.Errorf("a place that may not be named counts: %+v", i)
	}
	if _, err = b.Take(t.Context(), query.BackupRequest{Location: file}); err == nil {
		t.Error("a file was taken for a repository")
	}
	if i := m.Info().Backups; i.Failures != 1 || i.Failed.IsZero() || i.Running != 0 {
		t.Errorf("a place that cannot be opened does not count: %+v", i)
	}
	if _, err = b.Take(t.Context(), query.BackupRequest{Location: root + "/good"}); err != nil {
		t.Fatal(err)
	}
	if i := m.Info().Backups; i.Failures != 1 || !i.Failed.IsZero() || i.Taken != 1 {
		t.Errorf("after a good one: %+v", i)
	}
}
