package vfs

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"sync/atomic"
	"syscall"
)

// zeroStepBytes is how much Preallocate writes with one call.
const zeroStepBytes = 256 << 10

// osFile is a file of the operating system.
type osFile struct {
	f      *os.File
	direct atomic.Bool
}

// Read implements File.
func (f *osFile) Read(p []byte) (int, error) { return f.f.Read(p) }

// ReadAt implements File.
func (f *osFile) ReadAt(p []byte, off int64) (int, error) {
	if !f.direct.Load() {
		return f.f.ReadAt(p, off)
	}
	n, err := f.readDirect(p, off)
	if errors.Is(err, syscall.EINVAL) {
		f.setDirect(false)
		return f.f.ReadAt(p, off)
	}
	return n, err
}

// readDirect reads up to the end of the file, where a read is no longer aligned.
func (f *osFile) readDirect(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		part := 0
		err = retryInterrupted(func() (err error) {
			part, err = syscall.Pread(int(f.f.Fd()), p[n:], off+int64(n))
			return err
		})
		if err != nil {
			return n, &fs.PathError{Op: "read", Path: f.f.Name(), Err: err}
		}
		n += part
		if part == 0 || n < len(p) && n%DirectBytes != 0 {
			return n, io.EOF
		}
	}
	return n, nil
}

// Write implements File.
func (f *osFile) Write(p []byte) (int, error) { return f.f.Write(p) }

// WriteAt implements File.
func (f *osFile) WriteAt(p []byte, off int64) (int, error) {
	direct := f.direct.Load()
	n, err := f.f.WriteAt(p, off)
	if direct && errors.Is(err, syscall.EINVAL) { // the file system wants another alignment
		f.setDirect(false)
		return f.f.WriteAt(p, off)
	}
	return n, err
}

// setDirect implements direct.
func (f *osFile) setDirect(on bool) {
	if f.direct.Load() != on && setDirect(f.f, on) == nil {
		f.direct.Store(on)
	}
}

// isDirect implements direct.
func (f *osFile) isDirect() bool { return f.direct.Load() }

// Close implements File.
func (f *osFile) Close() error { return f.f.Close() }

// Sync implements File.
func (f *osFile) Sync() error { return f.f.Sync() }

// SyncData implements File.
func (f *osFile) SyncData() error {
	if err := syncData(f.f); err != nil {
		return &fs.PathError{Op: "fdatasync", Path: f.f.Name(), Err: err}
	}
	return nil
}

// writeBack implements advised.
func (f *osFile) writeBack(off, n int64) error {
	if err := writeBack(f.f, off, n); err != nil {
		return &fs.PathError{Op: "sync_file_range", Path: f.f.Name(), Err: err}
	}
	return nil
}

// forget implements advised.
func (f *osFile) forget(off, n int64) error {
	if err := forget(f.f, off, n); err != nil {
		return &fs.PathError{Op: "fadvise", Path: f.f.Name(), Err: err}
	}
	return nil
}

// expect is what Expect does; a refusal costs time only.
func (f *osFile) expect(off, n int64) { expect(f.f, off, n) }

// Truncate implements File.
func (f *osFile) Truncate(size int64) error { return f.f.Truncate(size) }

// Preallocate implements File. It asks for the space in one piece first, which finds a
// full disk early, and then writes zeros: space that was only reserved costs a change
// of metadata at the first sync after each write.
func (f *osFile) Preallocate(off, n int64) error {
	if err := reserve(f.f, off, n); err != nil {
		return &fs.PathError{Op: "fallocate", Path: f.f.Name(), Err: err}
	}
	zeros := make([]byte, min(n, zeroStepBytes))
	for n > 0 {
		step := min(n, int64(len(zeros)))
		if _, err := f.f.WriteAt(zeros[:step], off); err != nil {
			return err
		}
		off += step
		n -= step
	}
	return nil
}

// Size implements File.
func (f *osFile) Size() (int64, error) {
	st, err := f.f.Stat()
	if err != nil {
		return 0, err
	}
	return st.Size(), nil
}

// Name implements File.
func (f *osFile) Name() string { return f.f.Name() }
