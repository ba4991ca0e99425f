package recovery

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"memgraphd/internal/durability/vfs"
)

// MoveAside moves the files of the database that a data directory holds to
// .backup/<time>/ and returns that folder, or "" where there was nothing. The identity
// goes last: after a crash in between, the directory is either whole or refused.
func MoveAside(fsys vfs.FS, dir string, now time.Time) (string, error) {
	var there []string
	for _, name := range []string{SnapshotsName, LogName, identityName} {
		exists, err := vfs.Exists(fsys, filepath.Join(dir, name))
		if err != nil {
			return "", fmt.Errorf("data directory: %w", err)
		}
		if exists {
			there = append(there, name)
		}
	}
	if len(there) == 0 {
		return "", nil
	}
	folder := filepath.Join(dir, backupName, now.UTC().Format("20060102T150405.000000Z"))
	if _, err := fsys.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("move of the old files: %s: %w", folder, errors.Join(fs.ErrExist, err))
	}
	if err := fsys.MkdirAll(folder); err != nil {
		return "", fmt.Errorf("move of the old files: %w", err)
	}
	for _, d := range []string{filepath.Join(dir, backupName), dir} {
		if err := fsys.SyncDir(d); err != nil {
			return "", fmt.Errorf("move of the old files: %w", err)
		}
	}
	for _, name := range there {
		if err := fsys.Rename(filepath.Join(dir, name), filepath.Join(folder, name)); err != nil {
			return "", fmt.Errorf("move of the old files: %w", err)
		}
		for _, d := range []string{folder, dir} {
			if err := fsys.SyncDir(d); err != nil {
				return "", fmt.Errorf("move of the old files: %w", err)
			}
		}
	}
	return folder, nil
}
