package retention

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"memgraphd/internal/durability/vfs"
)

// LockName is the name of the lock file in the data directory.
const LockName = "LOCK-DATA-DIRECTORY"

const (
	lockTemp    = LockName + ".tmp"
	lockFormat  = 1
	lockSizeMax = 1 << 16
)

// LockInfo says whether a data directory is locked, by whom and since when.
type LockInfo struct {
	Locked bool
	Owner  string
	Since  time.Time
	// Copied means that the file of the lock is there but was made for another directory:
	// it is not in force, and ClearLock removes it.
	Copied bool
}

// lockFile is the content of the lock file.
type lockFile struct {
	Format    int       `json:"format"`
	Owner     string    `json:"owner"`
	Since     time.Time `json:"since"`
	Directory string    `json:"directory"`
	File      string    `json:"file"`
}

// ReadLock returns the lock of a data directory. A lock that is there but was made for
// another directory is not in force.
func ReadLock(fsys vfs.FS, dir string) (LockInfo, error) {
	name := filepath.Join(dir, LockName)
	file, err := fsys.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return LockInfo{}, nil
	}
	if err != nil {
		return LockInfo{}, fmt.Errorf("lock of the data directory: %w", err)
	}
	directory, err := fsys.Stat(dir)
	if err != nil {
		return LockInfo{}, fmt.Errorf("lock of the data directory: %w", err)
	}
	data, err := vfs.ReadFile(fsys, name, lockSizeMax)
	if err != nil {
		return LockInfo{}, fmt.Errorf("lock of the data directory: %w", err)
	}
	l, ok := parseLock(data)
	if !ok {
		return LockInfo{Locked: true, Owner: "unknown, for the lock file cannot be read", Since: file.ModTime}, nil
	}
	if !vfs.SameFile(l.Directory, directory.ID) || !vfs.SameFile(l.File, file.ID) {
		return LockInfo{Copied: true}, nil
	}
	return LockInfo{Locked: true, Owner: l.Owner, Since: l.Since}, nil
}

// parseLock reads the lock file; ok is false where it is not one of our format.
func parseLock(data []byte) (l lockFile, ok bool) {
	err := json.Unmarshal(data, &l)
	return l, err == nil && l.Format == lockFormat
}

// SetLock locks a data directory; it is in force when SetLock returns nil.
func SetLock(fsys vfs.FS, dir, owner string, now time.Time) (LockInfo, error) {
	info := LockInfo{Locked: true, Owner: owner, Since: now.UTC()}
	temp := filepath.Join(dir, lockTemp)
	if err := writeLock(fsys, dir, temp, info); err != nil {
		return LockInfo{}, fmt.Errorf("lock of the data directory: %w", err)
	}
	if err := fsys.Rename(temp, filepath.Join(dir, LockName)); err != nil {
		return LockInfo{}, fmt.Errorf("lock of the data directory: %w", err)
	}
	if err := fsys.SyncDir(dir); err != nil {
		return LockInfo{}, fmt.Errorf("lock of the data directory: %w", err)
	}
	return info, nil
}

// ClearLock unlocks a data directory.
func ClearLock(fsys vfs.FS, dir string) error {
	return removeSync(fsys, dir, filepath.Join(dir, LockName))
}

// writeLock writes and syncs the file, which has to exist before it can name itself.
func writeLock(fsys vfs.FS, dir, name string, info LockInfo) (err error) {
	directory, err := fsys.Stat(dir)
	if err != nil {
		return err
	}
	f, err := fsys.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	file, err := fsys.Stat(name)
	if err != nil {
		return err
	}
	data, err := json.Marshal(lockFile{
		Format: lockFormat, Owner: info.Owner, Since: info.Since, Directory: directory.ID, File: file.ID,
	})
	if err != nil {
		return err
	}
	if _, err := f.Write(append(data, '\n')); err != nil {
		return err
	}
	return f.Sync()
}

func removeSync(fsys vfs.FS, dir, name string) error {
	if err := fsys.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("lock of the data directory: %w", err)
	}
	if err := fsys.SyncDir(dir); err != nil {
		return fmt.Errorf("lock of the data directory: %w", err)
	}
	return nil
}
