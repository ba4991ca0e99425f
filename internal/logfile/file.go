package logfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"memgraphd/internal/durability/vfs"
)

// Opened is a file that is open for appending.
type Opened struct {
	io.WriteCloser
	Size    int64     // what it has already
	Written time.Time // when it was written last, where it has something
	Regular bool      // whether it can be given another name
}

// Options are the settings of a File. A zero field means that there is no such bound.
type Options struct {
	FS       vfs.FS                            // lists, renames and deletes; required
	Open     func(name string) (Opened, error) // opens for appending, and makes the file if needed; required
	Name     string                            // of the file, with its path; required
	Now      func() time.Time                  // the clock, in the time zone whose days count; required
	Complain func(error)                       // hears what went wrong with other files than the one that is written; nil: nobody

	BytesMax       int64         // of the file, before it is begun anew
	Daily          bool          // whether each day has a file of its own
	AgeMax         time.Duration // of former files
	FormerBytesMax int64         // of former files together
}

// timeLayout is the time in the name of a former file. In this form names are in the order of their times.
const timeLayout = "20060102T150405.000Z"

// patience is how long after a failure it is tried again to begin the file anew.
const patience = time.Minute

// File is an open log file. Its methods may be called concurrently.
type File struct {
	o            Options
	stem, ending string // of the names of former files, around the time

	mu      sync.Mutex
	file    Opened    // guarded by mu; without a writer where none could be opened
	torn    bool      // guarded by mu; the last line was not written whole
	begun   time.Time // guarded by mu; of the day that the file is for
	retryAt time.Time // guarded by mu; not before then is the file begun anew
}

// Open opens the file and deletes what is old. Close ends it.
func Open(o Options) (*File, error) {
	if o.FS == nil || o.Open == nil || o.Now == nil || o.Name == "" {
		return nil, errors.New("logfile: one of Options.FS, Open, Now and Name is missing")
	}
	if o.Complain == nil {
		o.Complain = func(error) {}
	}
	f := &File{o: o, ending: filepath.Ext(o.Name)}
	f.stem = strings.TrimSuffix(filepath.Base(o.Name), f.ending) + "-"
	f.mu.Lock()
	now := o.Now()
	err := f.openLocked(now)
	var complaint error
	if err == nil && f.file.Regular {
		complaint = f.pruneLocked(now)
	}
	f.mu.Unlock()
	if err != nil {
		return nil, err
	}
	f.complain(complaint)
	return f, nil
}

// Write appends a line.
func (f *File) Write(line []byte) (n int, err error) {
	f.mu.Lock()
	complaint := f.turnLocked(len(line))
	n, err = f.appendLocked(line)
	f.mu.Unlock()
	f.complain(complaint)
	return n, err
}

// Reopen goes on in the file that has the name now.
func (f *File) Reopen() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return errors.Join(f.closeLocked(), f.openLocked(f.o.Now()))
}

// Close closes the file. A line that comes later opens it again.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.closeLocked()
}

func (f *File) complain(err error) {
	if err != nil {
		f.o.Complain(err)
	}
}

func (f *File) openLocked(now time.Time) error {
	file, err := f.o.Open(f.o.Name)
	if err != nil {
		return err
	}
	f.file, f.begun = file, now
	if file.Size > 0 && !file.Written.IsZero() {
		f.begun = file.Written
	}
	return nil
}

func (f *File) closeLocked() error {
	if f.file.WriteCloser == nil {
		return nil
	}
	err := f.file.Close()
	f.file.WriteCloser = nil
	return err
}

// appendLocked writes a line, at the beginning of a line.
func (f *File) appendLocked(line []byte) (int, error) {
	if f.file.WriteCloser == nil {
		if err := f.openLocked(f.o.Now()); err != nil {
			return 0, err
		}
	}
	if f.torn {
		n, err := f.file.Write([]byte{'\n'})
		f.file.Size += int64(n)
		if err != nil {
			return 0, err
		}
	}
	n, err := f.file.Write(line)
	f.file.Size += int64(n)
	f.torn = err != nil && n > 0
	return n, err
}

// turnLocked begins the file anew where a line of so many bytes asks for it, and returns what went wrong.
func (f *File) turnLocked(lineBytes int) error {
	if !f.o.Daily && f.o.BytesMax == 0 || f.file.WriteCloser == nil || !f.file.Regular {
		return nil
	}
	now := f.o.Now()
	full := f.o.BytesMax > 0 && f.file.Size > 0 && f.file.Size+int64(lineBytes) > f.o.BytesMax
	another := f.o.Daily && !sameDay(f.begun, now)
	if !full && !another || now.Before(f.retryAt) {
		return nil
	}
	if f.file.Size == 0 { // of another day
		f.begun = now
		return f.pruneLocked(now)
	}
	if err := f.renewLocked(now); err != nil {
		f.retryAt = now.Add(patience)
		return fmt.Errorf("%s is not begun anew, and is tried again in %v: %w", f.o.Name, patience, err)
	}
	f.torn = false
	return f.pruneLocked(now)
}

// renewLocked gives the file its time as its name and opens a new one. After an error the former one is open, if it can
// be opened.
func (f *File) renewLocked(now time.Time) error {
	err := f.o.FS.RenameExclusive(f.o.Name, f.former(now))
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // else somebody has renamed it
		return err
	}
	old := f.file.WriteCloser
	file, err := f.o.Open(f.o.Name)
	if err != nil {
		f.file.WriteCloser = nil // it has another name now
		return errors.Join(err, old.Close())
	}
	f.file, f.begun = file, now
	return old.Close()
}

// former is the name of the file when it is begun anew.
func (f *File) former(now time.Time) string {
	return filepath.Join(filepath.Dir(f.o.Name), f.stem+now.UTC().Format(timeLayout)+f.ending)
}

// sameDay compares days in the time zone of b.
func sameDay(a, b time.Time) bool {
	yearA, monthA, dayA := a.In(b.Location()).Date()
	yearB, monthB, dayB := b.Date()
	return yearA == yearB && monthA == monthB && dayA == dayB
}
