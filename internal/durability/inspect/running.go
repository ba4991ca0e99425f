package inspect

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"syscall"

	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/vfs"
)

// Hold keeps servers from using a directory until the result is closed. The error wraps
// vfs.ErrLocked where one uses it already. A directory that cannot be written to, such as
// one on a medium that is mounted read-only, needs no lock.
func Hold(fsys vfs.FS, dir string) (io.Closer, error) {
	lock, err := fsys.Lock(filepath.Join(dir, recovery.LockFileName))
	if errors.Is(err, syscall.EROFS) || errors.Is(err, fs.ErrPermission) {
		return unlocked{}, nil
	}
	return lock, err
}

type unlocked struct{}

// Close does nothing.
func (unlocked) Close() error { return nil }

// openTries is how often the newest segment of a running server is read before damage in
// it is believed: it may have been written to while it was read.
const openTries = 3

// running verifies the files of a directory that a server uses.
func (v *Verdict) running(ctx context.Context, o *Options, files []string) error {
	var before *File // the segment before; nil where it was given back
	var total int64
	open := "" // the newest segment
	for _, name := range files {
		total += size(o.FS, name)
		if filepath.Ext(name) == segmentSuffix {
			open = name
		}
	}
	for _, name := range files {
		if inQuarantine(name) {
			v.quarantined(name)
			continue
		}
		o.progress(Progress{What: "checking " + filepath.Base(name), Done: v.Bytes, Total: total})
		f, err := describeLive(ctx, o.FS, name, name == open)
		if errors.Is(err, fs.ErrNotExist) {
			before = nil
			continue
		}
		if err != nil {
			return err
		}
		v.take(&f)
		if f.Kind == KindSegment {
			v.liveSegment(&f, before)
			before = &f
		} else if f.Damage != "" {
			v.Add(Damaged, name, "%s", f.Damage)
		}
	}
	return nil
}

// take counts a file, and takes the identity that it bears.
func (v *Verdict) take(f *File) {
	v.Files++
	v.Bytes += f.Bytes
	v.Timeline = max(v.Timeline, f.Timeline)
	if f.Damage == "" {
		v.LastCommit = max(v.LastCommit, f.LastCommit)
	}
	switch {
	case f.Database == "":
	case v.Database == "":
		v.Database = f.Database
	case v.Database != f.Database:
		v.Add(Damaged, f.Name, "it belongs to database %s, the others to %s", f.Database, v.Database)
	}
}

// liveSegment judges a segment and how it follows the one before.
func (v *Verdict) liveSegment(f, before *File) {
	switch {
	case f.Damage != "":
		v.Add(Lost, f.Name, "%s; the server has these commits in memory: run CREATE SNAPSHOT on it, and look at the disk", f.Damage)
	case before != nil && before.Damage == "" && (f.chainBefore != before.chain || f.FirstCommit <= before.LastCommit):
		v.Add(Lost, f.Name, "it does not follow %s: a segment between them is missing or was exchanged", before.Name)
	}
}

// describeLive describes a file that a server may be writing to.
func describeLive(ctx context.Context, fsys vfs.FS, name string, newest bool) (File, error) {
	for try := 1; ; try++ {
		f, err := Describe(ctx, fsys, name)
		if err != nil || f.Damage == "" || !newest || try == openTries {
			return f, err
		}
	}
}
