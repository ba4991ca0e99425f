package vfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
)

// osFS is the operating system's file system.
type osFS struct{}

// OS returns the operating system's file system.
func OS() FS { return osFS{} }

// Create implements FS.
func (o osFS) Create(name string) (File, error) {
	return o.open(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC)
}

// CreateExclusive implements FS.
func (o osFS) CreateExclusive(name string) (File, error) {
	return o.open(name, os.O_RDWR|os.O_CREATE|os.O_EXCL)
}

// Open implements FS.
func (o osFS) Open(name string) (File, error) { return o.open(name, os.O_RDONLY) }

// OpenReadWrite implements FS.
func (o osFS) OpenReadWrite(name string) (File, error) { return o.open(name, os.O_RDWR) }

// Remove implements FS.
func (osFS) Remove(name string) error { return os.Remove(name) }

// Rename implements FS.
func (osFS) Rename(oldName, newName string) error { return os.Rename(oldName, newName) }

// RenameExclusive implements FS. Where the file system cannot rename so, a second name is
// made, which never replaces one, and the first is removed.
func (osFS) RenameExclusive(oldName, newName string) error {
	err := renameExclusive(oldName, newName)
	if !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	if err := os.Link(oldName, newName); err != nil {
		return err
	}
	return os.Remove(oldName)
}

// MkdirAll implements FS.
func (osFS) MkdirAll(dir string) error { return os.MkdirAll(dir, dirMode) }

// List implements FS.
func (osFS) List(dir string) ([]string, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	names, err := d.Readdirnames(-1)
	if err = errors.Join(err, d.Close()); err != nil {
		return nil, err
	}
	slices.Sort(names)
	return names, nil
}

// Stat implements FS.
func (osFS) Stat(name string) (Info, error) {
	st, err := os.Lstat(name)
	if err != nil {
		return Info{}, err
	}
	return Info{
		Size: st.Size(), Dir: st.IsDir(), Link: st.Mode()&fs.ModeSymlink != 0, Mode: st.Mode().Perm(), ModTime: st.ModTime(), ID: fileID(st),
	}, nil
}

// SyncDir implements FS.
func (osFS) SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Lock implements FS. The file stays when the lock is released: removing it would let
// two processes lock two files of one name.
func (osFS) Lock(name string) (io.Closer, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return nil, err
	}
	if err := lockExclusive(f); err != nil {
		if errors.Is(err, ErrLocked) {
			err = &LockedError{Name: name, PID: readPID(f)}
		} else {
			err = &fs.PathError{Op: "lock", Path: name, Err: err}
		}
		return nil, errors.Join(err, f.Close())
	}
	if err := writePID(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// FreeSpace implements FS.
func (osFS) FreeSpace(dir string) (uint64, error) {
	free, err := freeSpace(dir)
	if err != nil {
		return 0, &fs.PathError{Op: "statfs", Path: dir, Err: err}
	}
	return free, nil
}

func (osFS) open(name string, flag int) (File, error) {
	f, err := os.OpenFile(name, flag, fileMode)
	if err != nil {
		return nil, err
	}
	return &osFile{f: f}, nil
}

// readPID returns the process id in a lock file, 0 if there is none.
func readPID(f *os.File) int {
	var buf [32]byte
	n, err := f.ReadAt(buf[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(buf[:n])))
	if err != nil || pid < 0 {
		return 0
	}
	return pid
}

// writePID says who holds the lock. On a full disk it stays unsaid.
func writePID(f *os.File) error {
	n, err := f.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	if err == nil {
		err = f.Truncate(int64(n))
	}
	if NoSpace(err) {
		return nil
	}
	return err
}
