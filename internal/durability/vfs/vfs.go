package vfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"
)

// Modes of what is created.
const (
	fileMode fs.FileMode = 0o600
	dirMode  fs.FileMode = 0o700
)

// ErrLocked is matched by the error that Lock returns when another holder has the lock.
var ErrLocked = errors.New("locked by another process")

// ErrTooLarge is matched by the error that ReadFile returns for a file that is larger than
// it may be.
var ErrTooLarge = errors.New("too large")

// LockedError says which lock is taken and, where known, by whom. It matches ErrLocked.
type LockedError struct {
	Name string
	PID  int // 0 where the holder is not known
}

// Error tells the file and the holder.
func (e *LockedError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("%s: %v", e.Name, ErrLocked)
	}
	return fmt.Sprintf("%s: %v (process %d)", e.Name, ErrLocked, e.PID)
}

// Unwrap makes errors.Is(err, ErrLocked) true.
func (e *LockedError) Unwrap() error { return ErrLocked }

// Info describes a file or a directory.
type Info struct {
	Size    int64
	Dir     bool
	Link    bool        // a symbolic link, which Stat does not follow
	Mode    fs.FileMode // permissions
	ModTime time.Time
	// ID identifies the file or directory itself, not its name: a rename keeps it and a
	// copy has another. It is device and inode where the system has them.
	ID string
}

// File is an open file. It is safe for one writer beside any number of ReadAt calls.
type File interface {
	io.Reader
	io.ReaderAt
	io.Writer
	io.WriterAt
	io.Closer

	// Sync makes contents and attributes durable.
	Sync() error
	// SyncData makes contents and size durable; timestamps may lag.
	SyncData() error
	// Truncate sets the size; what is added reads as zero.
	Truncate(size int64) error
	// Preallocate writes zeros over [off, off+n), so that later writes there need no
	// new space and no change of metadata. The file grows where needed.
	Preallocate(off, n int64) error
	// Size returns the present size.
	Size() (int64, error)
	// Name returns the name by which the file was opened.
	Name() string
}

// FS is a file system.
type FS interface {
	// Create opens a file for reading and writing and empties it if it exists.
	Create(name string) (File, error)
	// CreateExclusive is Create that fails with fs.ErrExist if the name is taken.
	CreateExclusive(name string) (File, error)
	// Open opens an existing file for reading.
	Open(name string) (File, error)
	// OpenReadWrite opens an existing file for reading and writing.
	OpenReadWrite(name string) (File, error)
	// Remove removes a file or an empty directory.
	Remove(name string) error
	// Rename gives a file or directory a new name, and replaces a file that has it.
	Rename(oldName, newName string) error
	// RenameExclusive is Rename that fails with fs.ErrExist if the new name is taken.
	RenameExclusive(oldName, newName string) error
	// MkdirAll makes a directory and its missing parents.
	MkdirAll(dir string) error
	// List returns the names in a directory, sorted, without their path.
	List(dir string) ([]string, error)
	// Stat describes a file or directory and follows no symbolic link.
	Stat(name string) (Info, error)
	// SyncDir makes the names in a directory durable.
	SyncDir(dir string) error
	// Lock takes an exclusive lock on a file, which it makes if needed and into which
	// it writes the process id. It never waits. Closing the result, or the end of the
	// process, releases the lock.
	Lock(name string) (io.Closer, error)
	// FreeSpace returns how many bytes can still be written below a directory.
	FreeSpace(dir string) (uint64, error)
}

// ReadFile returns the contents of a file that must not be larger than sizeMax.
func ReadFile(fsys FS, name string, sizeMax int64) (data []byte, err error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	if size > sizeMax {
		return nil, fmt.Errorf("%s: %d bytes, %w: %d expected at most", name, size, ErrTooLarge, sizeMax)
	}
	data = make([]byte, size)
	if err := ReadFullAt(f, data, 0); err != nil {
		return nil, err
	}
	return data, nil
}

// ReadFullAt fills p from off, and fails with io.ErrUnexpectedEOF where the file ends
// before that.
func ReadFullAt(f File, p []byte, off int64) error {
	n, err := f.ReadAt(p, off)
	if n == len(p) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("%s: reading %d bytes at %d: %w", f.Name(), len(p), off, err)
}

// WriteFileSync writes a whole new file and syncs it, but not the directory.
func WriteFileSync(fsys FS, name string, data []byte) error {
	f, err := fsys.Create(name)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// Exists tells whether a name is taken.
func Exists(fsys FS, name string) (bool, error) {
	_, err := fsys.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// SameFile compares the identities of two files (Info.ID) without the number of the device,
// which may be another after a restart of the machine. The inode numbers of a directory and of
// a file in it together tell a copy well enough.
func SameFile(a, b string) bool {
	_, inodeA, foundA := strings.Cut(a, ":")
	_, inodeB, foundB := strings.Cut(b, ":")
	return a == b || foundA && foundB && inodeA == inodeB
}
