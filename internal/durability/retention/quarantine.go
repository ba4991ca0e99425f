package retention

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"

	"memgraphd/internal/durability/vfs"
)

// QuarantineName is the folder of the data directory for files that do not verify.
const QuarantineName = "quarantine"

// quarantineMax bounds how many files of one name are looked for.
const quarantineMax = 10_000

// Quarantine moves a file there and returns its new path.
func Quarantine(fsys vfs.FS, dir, path string) (string, error) {
	folder := filepath.Join(dir, QuarantineName)
	if err := fsys.MkdirAll(folder); err != nil {
		return "", fmt.Errorf("quarantine: %w", err)
	}
	if err := fsys.SyncDir(dir); err != nil {
		return "", fmt.Errorf("quarantine: %w", err)
	}
	for n := range quarantineMax {
		to := filepath.Join(folder, filepath.Base(path))
		if n > 0 {
			to += "." + strconv.Itoa(n)
		}
		taken, err := vfs.Exists(fsys, to)
		if err != nil {
			return "", fmt.Errorf("quarantine: %w", err)
		}
		if taken {
			continue
		}
		if err := fsys.Rename(path, to); err != nil {
			return "", fmt.Errorf("quarantine: %w", err)
		}
		if err := fsys.SyncDir(folder); err != nil {
			return "", fmt.Errorf("quarantine: %w", err)
		}
		if err := fsys.SyncDir(filepath.Dir(path)); err != nil {
			return "", fmt.Errorf("quarantine: %w", err)
		}
		return to, nil
	}
	return "", fmt.Errorf("quarantine: %d files are called %s there already", quarantineMax, filepath.Base(path))
}

// File is a file of the quarantine.
type File struct {
	Path  string
	Bytes int64
}

// Quarantined lists the files there, ordered by name, and so snapshots by their commit.
// Folders and what is in them are not looked at.
func Quarantined(fsys vfs.FS, dir string) ([]File, error) {
	folder := filepath.Join(dir, QuarantineName)
	names, err := fsys.List(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("quarantine: %w", err)
	}
	var files []File
	for _, name := range names {
		path := filepath.Join(folder, name)
		info, err := fsys.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, fmt.Errorf("quarantine: %w", err)
		case !info.Dir:
			files = append(files, File{Path: path, Bytes: info.Size})
		}
	}
	return files, nil
}

// Prune deletes the oldest of the files there that may go, until keep of them are left,
// and returns those deleted, also with an error. Other files stay and do not count.
func Prune(fsys vfs.FS, dir string, keep int, mayGo func(name string) bool) (deleted []File, err error) {
	files, err := Quarantined(fsys, dir)
	if err != nil {
		return nil, err
	}
	files = slices.DeleteFunc(files, func(f File) bool { return !mayGo(filepath.Base(f.Path)) })
	for _, f := range files[:max(0, len(files)-keep)] {
		if err := fsys.Remove(f.Path); err != nil {
			return deleted, fmt.Errorf("quarantine: %w", err)
		}
		deleted = append(deleted, f)
	}
	if len(deleted) == 0 {
		return nil, nil
	}
	if err := fsys.SyncDir(filepath.Join(dir, QuarantineName)); err != nil {
		return deleted, fmt.Errorf("quarantine: %w", err)
	}
	return deleted, nil
}
