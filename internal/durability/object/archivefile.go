package object

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"memgraphd/internal/durability/vfs"
)

// Measures of an archive file.
const (
	tarBlock       = 512
	tarEnd         = 2 * tarBlock // zeros that end an archive
	tarNameMax     = 100
	archiveEntries = 1 << 22
)

// archive keeps all objects in one tar file.
type archive struct {
	fs   vfs.FS
	path string
	now  func() time.Time

	writing chan struct{} // holds one token, for who writes

	mu      sync.Mutex
	entries map[string]tarEntry
	end     int64     // where the next header will stand
	last    int64     // where the last header stands; -1: there is none
	size    int64     // of the file, as it was read
	file    vfs.File  // open for writing, nil before the first Put
	lock    io.Closer // with file
	broken  error     // why nothing more is written
}

// tarEntry is where the data of an object is.
type tarEntry struct {
	offset, bytes int64
	modified      time.Time
}

var _ Store = (*archive)(nil)

// openArchive reads the headers of an archive file, if there is one.
func openArchive(o Options, path string) (Store, error) {
	a := &archive{fs: o.FS, path: path, now: o.Now, writing: make(chan struct{}, 1)}
	if a.now == nil {
		a.now = func() time.Time { return time.Unix(0, 0) }
	}
	if err := a.read(); err != nil {
		return nil, err
	}
	return a, nil
}

// String implements Store.
func (a *archive) String() string { return a.path }

// read finds all entries.
func (a *archive) read() (err error) {
	a.entries, a.end, a.last, a.size = map[string]tarEntry{}, 0, -1, 0
	f, err := a.fs.Open(a.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("opening archive file: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if a.size, err = f.Size(); err != nil {
		return err
	}
	s := tarScan{f: f, path: a.path, size: a.size, last: -1}
	a.end, err = s.all(a.entries)
	a.last = s.last
	return err
}

// Put implements Store. One object is written at a time.
func (a *archive) Put(ctx context.Context, name string, size int64, r io.Reader) error {
	select {
	case a.writing <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("putting %s into %s: %w", name, a.path, context.Cause(ctx))
	}
	defer func() { <-a.writing }()
	if err := a.put(ctx, name, size, r); err != nil {
		return fmt.Errorf("putting %s into %s: %w", name, a.path, err)
	}
	return nil
}

func (a *archive) put(ctx context.Context, name string, size int64, r io.Reader) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if len(name) > tarNameMax {
		return fmt.Errorf("in an archive file a name has at most %d bytes, this has %d", tarNameMax, len(name))
	}
	if a.broken != nil {
		return fmt.Errorf("an earlier object could not be taken back: %w; open the archive file anew", a.broken)
	}
	if err := a.openForWriting(); err != nil {
		return err
	}
	if _, taken := a.entry(name); taken {
		return ErrExists
	}
	n, err := a.data(ctx, size, r)
	if err != nil {
		return errors.Join(err, a.takeBack())
	}
	e := tarEntry{offset: a.end + tarBlock, bytes: n, modified: a.now().UTC().Truncate(time.Second)}
	head, err := tarHeader(name, e)
	if err == nil {
		_, err = a.file.WriteAt(head, a.end)
	}
	if err == nil {
		err = a.file.SyncData()
	}
	if err != nil { // the header may be there: whether it is durable is not known
		a.broken = err
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.entries[name] = e
	a.last = a.end
	a.end = e.offset + padded(n)
	a.size = a.end + tarEnd
	return nil
}

// openForWriting takes the lock, reads again what another writer may have added, and drops
// what a crash has left after the end.
func (a *archive) openForWriting() error {
	if a.file != nil {
		return nil
	}
	if err := a.makeFolder(); err != nil {
		return err
	}
	lock, err := a.fs.Lock(filepath.Join(filepath.Dir(a.path), "."+filepath.Base(a.path)+".lock"))
	if err != nil {
		return err
	}
	f, err := a.openLocked()
	if err != nil {
		return errors.Join(err, lock.Close())
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.file, a.lock = f, lock
	return nil
}

func (a *archive) openLocked() (vfs.File, error) {
	a.mu.Lock()
	err := a.read()
	a.mu.Unlock()
	if err != nil {
		return nil, err
	}
	f, err := a.fs.OpenReadWrite(a.path)
	if errors.Is(err, fs.ErrNotExist) {
		f, err = a.fs.CreateExclusive(a.path)
	}
	if err != nil {
		return nil, err
	}
	if err = errors.Join(a.reset(f), a.fs.SyncDir(filepath.Dir(a.path))); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// makeFolder makes the folder of the archive file.
func (a *archive) makeFolder() error {
	d := newDirectory(a.fs, filepath.Dir(a.path))
	return d.makeDurable(d.root)
}

// data writes the data of an entry and the end of the archive after it, durably.
func (a *archive) data(ctx context.Context, size int64, r io.Reader) (int64, error) {
	w := io.NewOffsetWriter(a.file, a.end+tarBlock)
	n, err := copyAll(ctx, w, r)
	if err == nil && size >= 0 && n != size {
		err = fmt.Errorf("there were %d bytes, %d were announced", n, size)
	}
	if err == nil {
		_, err = w.Write(make([]byte, padded(n)-n+tarEnd))
	}
	if err == nil {
		err = a.file.SyncData()
	}
	return n, err
}

// takeBack drops the data of an entry that got no header.
func (a *archive) takeBack() error {
	a.broken = a.reset(a.file)
	return a.broken
}

// reset ends the file after its last entry, durably. The header of that entry is written
// again: one that was read need not be on disk, if the sync after it has failed.
func (a *archive) reset(f vfs.File) error {
	if a.last >= 0 {
		var head [tarBlock]byte
		if err := vfs.ReadFullAt(f, head[:], a.last); err != nil {
			return err
		}
		if _, err := f.WriteAt(head[:], a.last); err != nil {
			return err
		}
	}
	if _, err := f.WriteAt(make([]byte, tarEnd), a.end); err != nil {
		return err
	}
	if err := f.Truncate(a.end + tarEnd); err != nil { // at no moment without an end
		return err
	}
	return f.SyncData()
}

func (a *archive) entry(name string) (tarEntry, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	e, ok := a.entries[name]
	return e, ok
}

// Get implements Store.
func (a *archive) Get(_ context.Context, name string, offset int64) (io.ReadCloser, error) {
	e, ok := a.entry(name)
	if !ok {
		return nil, a.missing(name)
	}
	if offset < 0 || offset > e.bytes {
		return nil, fmt.Errorf("%s in %s has %d bytes, there is no offset %d", name, a.path, e.bytes, offset)
	}
	f, err := a.fs.Open(a.path)
	if err != nil {
		return nil, err
	}
	return &fileRange{SectionReader: io.NewSectionReader(f, e.offset+offset, e.bytes-offset), Closer: f}, nil
}

func (a *archive) missing(name string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	return fmt.Errorf("%s in %s: %w", name, a.path, ErrNotFound)
}

// Stat implements Store.
func (a *archive) Stat(_ context.Context, name string) (Info, error) {
	e, ok := a.entry(name)
	if !ok {
		return Info{}, a.missing(name)
	}
	return Info{Name: name, Bytes: e.bytes, Modified: e.modified}, nil
}

// List implements Store.
func (a *archive) List(ctx context.Context, prefix string, fn func(Info) error) error {
	a.mu.Lock()
	var found []Info
	for name, e := range a.entries {
		if strings.HasPrefix(name, prefix) {
			found = append(found, Info{Name: name, Bytes: e.bytes, Modified: e.modified})
		}
	}
	a.mu.Unlock()
	slices.SortFunc(found, func(x, y Info) int { return strings.Compare(x.Name, y.Name) })
	for _, info := range found {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if err := fn(info); err != nil {
			return err
		}
	}
	return nil
}

// Delete implements Store. Nothing can be removed from an archive file.
func (a *archive) Delete(_ context.Context, name string) error {
	if _, ok := a.entry(name); !ok {
		return nil
	}
	return fmt.Errorf("%s in %s: nothing can be removed from an archive file: %w", name, a.path, errors.ErrUnsupported)
}

// Close implements Store.
func (a *archive) Close() error {
	a.writing <- struct{}{}
	defer func() { <-a.writing }()
	if a.file == nil {
		return nil
	}
	err := errors.Join(a.file.Close(), a.lock.Close())
	a.file, a.lock = nil, nil
	return err
}

func padded(n int64) int64 { return (n + tarBlock - 1) / tarBlock * tarBlock }

// tarHeader returns the block of an entry.
func tarHeader(name string, e tarEntry) ([]byte, error) {
	var b bytes.Buffer
	err := tar.NewWriter(&b).WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg, Name: name, Size: e.bytes, Mode: 0o600, ModTime: e.modified, Format: tar.FormatGNU,
	})
	if err == nil && b.Len() != tarBlock {
		err = fmt.Errorf("a header of %d bytes", b.Len())
	}
	if err != nil {
		return nil, fmt.Errorf("making the header of an entry: %w", err)
	}
	return b.Bytes(), nil
}
