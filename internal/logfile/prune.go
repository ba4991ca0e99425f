package logfile

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"memgraphd/internal/durability/vfs"
)

// former is a file that the log has left behind.
type former struct {
	name  string // with its path
	ended time.Time
	bytes int64
}

// pruneLocked deletes the former files that are too old, and the oldest where all are too large together.
func (f *File) pruneLocked(now time.Time) error {
	if f.o.AgeMax == 0 && f.o.FormerBytesMax == 0 {
		return nil
	}
	kept, total, err := f.formersLocked()
	if err != nil {
		return fmt.Errorf("the former files of %s cannot be listed, and none is deleted: %w", f.o.Name, err)
	}
	var failures []error
	for _, old := range kept {
		aged := f.o.AgeMax > 0 && now.Sub(old.ended) > f.o.AgeMax
		large := f.o.FormerBytesMax > 0 && total > f.o.FormerBytesMax
		if !aged && !large {
			break // the rest is younger
		}
		if err := f.o.FS.Remove(old.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failures = append(failures, fmt.Errorf("a former log file cannot be deleted: %w", err))
			continue
		}
		total -= old.bytes
	}
	return errors.Join(failures...)
}

// formersLocked lists the former files, the oldest first, and how large they are together.
func (f *File) formersLocked() (found []former, total int64, err error) {
	dir := filepath.Dir(f.o.Name)
	names, err := f.o.FS.List(dir)
	if err != nil {
		return nil, 0, err
	}
	for _, name := range names {
		ended, ok := f.own(name)
		if !ok {
			continue
		}
		path := filepath.Join(dir, name)
		info, err := f.o.FS.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, 0, err
		case !regular(info):
			continue
		}
		found = append(found, former{name: path, ended: ended, bytes: info.Size})
		total += info.Size
	}
	return found, total, nil
}

func regular(info vfs.Info) bool { return !info.Dir && !info.Link }

// own tells whether a name is one that this package gives, and the time in it.
func (f *File) own(name string) (time.Time, bool) {
	if len(name) != len(f.stem)+len(timeLayout)+len(f.ending) || !strings.HasPrefix(name, f.stem) || !strings.HasSuffix(name, f.ending) {
		return time.Time{}, false
	}
	at, err := time.Parse(timeLayout, name[len(f.stem):len(f.stem)+len(timeLayout)])
	return at, err == nil
}
