package recovery

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
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
	folder, err := backupFolder(fsys, dir, now)
	if err != nil {
		return "", err
	}
	if err := makeBackupFolder(fsys, dir, folder); err != nil {
		return "", err
	}
	for _, name := range there {
		if err := moveInto(fsys, folder, filepath.Join(dir, name)); err != nil {
			return "", err
		}
	}
	return folder, nil
}

// backupFolder returns the name of a folder in .backup/ that does not exist yet.
func backupFolder(fsys vfs.FS, dir string, now time.Time) (string, error) {
	folder := filepath.Join(dir, BackupName, now.UTC().Format("20060102T150405.000000Z"))
	for n := 1; n < backupsMax; n++ {
		name := folder
		if n > 1 {
			name += "." + strconv.Itoa(n)
		}
		taken, err := vfs.Exists(fsys, name)
		if err != nil {
			return "", fmt.Errorf("move of the old files: %w", err)
		}
		if !taken {
			return name, nil
		}
	}
	return "", fmt.Errorf("move of the old files: %s: %w", folder, fs.ErrExist)
}

// backupsMax bounds the folders of one moment.
const backupsMax = 1000

// makeBackupFolder makes a folder in .backup/, durably.
func makeBackupFolder(fsys vfs.FS, dir, folder string) error {
	if err := fsys.MkdirAll(folder); err != nil {
		return fmt.Errorf("move of the old files: %w", err)
	}
	for _, d := range []string{filepath.Join(dir, BackupName), dir} {
		if err := fsys.SyncDir(d); err != nil {
			return fmt.Errorf("move of the old files: %w", err)
		}
	}
	return nil
}

// moveInto moves a file or a folder into another folder, which it makes if needed, durably.
func moveInto(fsys vfs.FS, folder, path string) error {
	if err := fsys.MkdirAll(folder); err != nil {
		return fmt.Errorf("move of the old files: %w", err)
	}
	if err := fsys.Rename(path, filepath.Join(folder, filepath.Base(path))); err != nil {
		return fmt.Errorf("move of the old files: %w", err)
	}
	for _, d := range []string{filepath.Dir(folder), folder, filepath.Dir(path)} {
		if err := fsys.SyncDir(d); err != nil {
			return fmt.Errorf("move of the old files: %w", err)
		}
	}
	return nil
}
