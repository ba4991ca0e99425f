package vfs

import (
	"io"
	"io/fs"
	"syscall"
)

// access says what an open file allows.
type access uint8

const (
	canRead access = iota + 1
	canWrite
)

// memFile is an open file of Mem.
type memFile struct {
	m      *Mem
	node   *memNode
	name   string
	access access
	pos    int64
	closed bool
	direct bool
	told   int // of the failures of node, how many this open file was told of
}

// Read implements File.
func (f *memFile) Read(p []byte) (int, error) {
	f.m.mu.Lock()
	pos := f.pos
	f.m.mu.Unlock()
	n, err := f.ReadAt(p, pos)
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	f.pos = pos + int64(n)
	if n > 0 && err == io.EOF { //nolint:errorlint // made below, never wrapped
		err = nil
	}
	return n, err
}

// ReadAt implements File.
func (f *memFile) ReadAt(p []byte, off int64) (int, error) {
	v := f.m.begin(OpRead, f.name, off, int64(len(p)))
	if v.err == nil {
		v.err = v.done()
	}
	if v.err != nil {
		return 0, pathError("read", f.name, v.err)
	}
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if f.closed {
		return 0, pathError("read", f.name, fs.ErrClosed)
	}
	if off < 0 || f.direct && !aligned(p, off) {
		return 0, pathError("read", f.name, syscall.EINVAL)
	}
	n := f.node.readAt(p, off)
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Write implements File.
func (f *memFile) Write(p []byte) (int, error) {
	f.m.mu.Lock()
	pos := f.pos
	f.m.mu.Unlock()
	n, err := f.WriteAt(p, pos)
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	f.pos = pos + int64(n)
	return n, err
}

// WriteAt implements File.
func (f *memFile) WriteAt(p []byte, off int64) (int, error) {
	v := f.m.begin(OpWrite, f.name, off, int64(len(p)))
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.writable("write"); err != nil {
		return 0, err
	}
	if off < 0 || f.direct && !aligned(p, off) {
		return 0, pathError("write", f.name, syscall.EINVAL)
	}
	if v.err != nil {
		p = p[:min(max(v.bytes, 0), len(p))]
	}
	fits := f.m.room(f.node, off, int64(len(p)))
	if v.err == nil && fits < int64(len(p)) {
		v.err = syscall.ENOSPC
	}
	p = p[:fits]
	f.m.remember(f.node, p, off)
	before := len(f.node.blocks)
	f.node.writeAt(p, off)
	f.m.grown(f.node, before)
	if v.err == nil {
		v.err = v.done()
	}
	if v.err != nil {
		return len(p), pathError("write", f.name, v.err)
	}
	return len(p), nil
}

// Sync implements File. A failure is told to each file that was open once, as the system
// does, and what was not synced is lost: a later Sync does not bring it to the disk.
func (f *memFile) Sync() error {
	v := f.m.begin(OpSync, f.name, 0, 0)
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	switch {
	case f.closed:
		return pathError("sync", f.name, fs.ErrClosed)
	case v.crash:
		return pathError("sync", f.name, ErrCrashed)
	case v.err != nil:
		f.node.failSync()
		f.told = f.node.failures
		return pathError("sync", f.name, v.err)
	case f.told < f.node.failures:
		f.told = f.node.failures
		return pathError("sync", f.name, syscall.EIO)
	}
	f.node.sync()
	if f.m.last.node == f.node {
		f.m.last = lastWrite{}
	}
	return nil
}

// SyncData implements File.
func (f *memFile) SyncData() error { return f.Sync() }

// writeBack implements advised. A failure loses what was not synced, and a later Sync of this
// open file does not tell: the system reports it once.
func (f *memFile) writeBack(off, n int64) error {
	v := f.m.begin(OpWriteBack, f.name, off, n)
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	switch {
	case f.closed:
		return pathError("sync_file_range", f.name, fs.ErrClosed)
	case v.crash:
		return pathError("sync_file_range", f.name, ErrCrashed)
	case v.err != nil:
		f.node.failSync()
		f.told = f.node.failures
		return pathError("sync_file_range", f.name, v.err)
	}
	return nil
}

// setDirect implements direct; what is not aligned fails.
func (f *memFile) setDirect(on bool) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	f.direct = on && !f.m.cached
}

// isDirect implements direct.
func (f *memFile) isDirect() bool {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	return f.direct
}

// forget implements advised.
func (f *memFile) forget(_, _ int64) error { return nil }

// Truncate implements File.
func (f *memFile) Truncate(size int64) error {
	v := f.m.begin(OpTruncate, f.name, size, 0)
	if v.err != nil {
		return pathError("truncate", f.name, v.err)
	}
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.writable("truncate"); err != nil {
		return err
	}
	if size < 0 {
		return pathError("truncate", f.name, syscall.EINVAL)
	}
	if grow := size - f.node.size; grow > 0 && f.m.room(f.node, f.node.size, grow) < grow {
		return pathError("truncate", f.name, syscall.ENOSPC)
	}
	before := len(f.node.blocks)
	f.node.resize(size)
	f.m.grown(f.node, before)
	return v.done()
}

// Preallocate implements File.
func (f *memFile) Preallocate(off, n int64) error {
	v := f.m.begin(OpPreallocate, f.name, off, n)
	if v.err != nil {
		return pathError("preallocate", f.name, v.err)
	}
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.writable("preallocate"); err != nil {
		return err
	}
	if off < 0 || n < 0 {
		return pathError("preallocate", f.name, syscall.EINVAL)
	}
	if f.m.room(f.node, off, n) < n {
		return pathError("preallocate", f.name, syscall.ENOSPC)
	}
	f.m.passBy(f.node, off, n)
	before := len(f.node.blocks)
	f.node.zero(off, n)
	f.m.grown(f.node, before)
	return v.done()
}

// Size implements File.
func (f *memFile) Size() (int64, error) {
	v := f.m.begin(OpStat, f.name, 0, 0)
	if v.err == nil {
		v.err = v.done()
	}
	if v.err != nil {
		return 0, pathError("stat", f.name, v.err)
	}
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if f.closed {
		return 0, pathError("stat", f.name, fs.ErrClosed)
	}
	return f.node.size, nil
}

// Close implements File. The file is closed even where an error is injected.
func (f *memFile) Close() error {
	v := f.m.begin(OpClose, f.name, 0, 0)
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if f.closed {
		return pathError("close", f.name, fs.ErrClosed)
	}
	f.closed = true
	if v.err == nil {
		v.err = v.done()
	}
	if v.err != nil {
		return pathError("close", f.name, v.err)
	}
	return nil
}

// Name implements File.
func (f *memFile) Name() string { return f.name }

func (f *memFile) writable(op string) error {
	if f.closed {
		return pathError(op, f.name, fs.ErrClosed)
	}
	if f.access != canWrite {
		return pathError(op, f.name, syscall.EBADF)
	}
	return nil
}
