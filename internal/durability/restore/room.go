package restore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"syscall"

	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/vfs"
)

// RoomError reports a disk that has less room than a restore needs. Nothing was written.
type RoomError struct {
	Dir  string
	Free uint64 // bytes
	Need uint64 // bytes, at least
	Keep uint64 // of them, which have to stay free
}

// Error names the sizes and the way out.
func (e *RoomError) Error() string {
	kept := ""
	if e.Keep > 0 {
		kept = fmt.Sprintf(", %d MiB of which have to stay free", mebibytes(e.Keep))
	}
	return fmt.Sprintf("%s has %d MiB free, and at least %d MiB are needed%s: make room there, or choose another disk; nothing was written",
		e.Dir, e.Free>>20, mebibytes(e.Need), kept)
}

// Unwrap makes it an error of a full disk.
func (e *RoomError) Unwrap() error { return syscall.ENOSPC }

func mebibytes(n uint64) uint64 { return (n + 1<<20 - 1) >> 20 }

// checkRoom refuses what does not fit on the disk of a directory, or of the nearest one above
// it that exists. A disk that does not answer refuses nothing.
func checkRoom(fsys vfs.FS, dir string, need, keep uint64) error {
	at := filepath.Clean(dir)
	for {
		free, err := fsys.FreeSpace(at)
		switch {
		case errors.Is(err, fs.ErrNotExist) && filepath.Dir(at) != at:
			at = filepath.Dir(at)
			continue
		case err != nil || free >= need+keep:
			return nil //nolint:nilerr // what the disk does not say cannot be compared
		}
		return &RoomError{Dir: at, Free: free, Need: need + keep, Keep: keep}
	}
}

// segmentsAtOnce is how many segments of the log are files at the same time: the one that is
// read, the one before it, and the next one, which is fetched.
const segmentsAtOnce = 3

// room is what a restore takes at least: the snapshot that is fetched, or some segments of
// the log, and then the snapshot that is written, which is about as large as the former one.
type room struct{ temp, data uint64 }

// room returns what the best way takes.
func (j *job) room(ctx context.Context) (r room, err error) {
	ways, err := j.v.ways(j.target)
	if err != nil {
		return r, err
	}
	w := ways[0]
	r.data = uint64(w.image.bytes)
	if j.open == nil {
		return r, nil // the files are where they are
	}
	if w.image.name != "" {
		if h, err := object.ReadHeader(ctx, j.o.From, w.image.name); err == nil {
			r.data = uint64(h.RawBytes())
		} else if ctx.Err() != nil {
			return r, context.Cause(ctx)
		}
	}
	r.temp = r.data
	for _, l := range w.legs {
		for i := range l.segments {
			var sum uint64
			for at := i; at < min(i+segmentsAtOnce, len(l.segments)); at++ {
				sum += uint64(l.segments[at].end())
			}
			r.temp = max(r.temp, sum)
		}
	}
	return r, nil
}

// checkRoom refuses a restore for which there is not enough room, before it writes anything.
func (j *job) checkRoom(ctx context.Context) error {
	r, err := j.room(ctx)
	if err != nil {
		return err
	}
	data := r.data
	if j.o.TempDir == "" {
		data = max(data, r.temp) // one after the other
	} else if err := checkRoom(j.o.FS, j.o.TempDir, r.temp, 0); err != nil {
		return err
	}
	return checkRoom(j.o.FS, j.o.Dir, data, j.o.KeepFree)
}

// roomBeside refuses a snapshot that has no room beside the database that it is to replace.
func (j *job) roomBeside(path string) error {
	info, err := j.o.FS.Stat(path)
	if err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	need := uint64(info.Size)
	if h, sealed := sealedHeader(j.o.FS, path); sealed {
		need = 2 * uint64(h.RawBytes()) // it is unpacked to a file first
	}
	return checkRoom(j.o.FS, j.o.Dir, need, j.o.KeepFree)
}

// sealedHeader reads the header of a file that is a sealed object.
func sealedHeader(fsys vfs.FS, path string) (h object.Header, sealed bool) {
	f, err := fsys.Open(path)
	if err != nil {
		return h, false // whoever reads it says so
	}
	defer func() { _ = f.Close() }() // it was only read
	size, err := f.Size()
	if err != nil {
		return h, false
	}
	h, err = object.HeaderOf(io.NewSectionReader(f, 0, size))
	return h, err == nil
}
