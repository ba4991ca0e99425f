package object

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"memgraphd/internal/durability/vfs"
)

// partialFolder holds objects that are being written.
const partialFolder = ".partial"

// Bounds of a directory.
const (
	slotsMax = 64      // writers at the same time
	knownMax = 1 << 12 // folders whose names are known to be durable
)

// directory keeps each object in a file.
type directory struct {
	fs   vfs.FS
	root string

	mu   sync.Mutex
	slot io.Closer // the lock of this writer's slot; nil before the first Put
	base string    // ROOT/.partial/SLOT.
	next uint64    // number of the next file in the slot

	knownMu sync.Mutex // may be taken with mu held
	known   map[string]struct{}
}

var _ Store = (*directory)(nil)

func newDirectory(fsys vfs.FS, root string) *directory {
	return &directory{fs: fsys, root: filepath.Clean(root), known: map[string]struct{}{}}
}

// String implements Store.
func (d *directory) String() string { return d.root }

func (d *directory) path(name string) string { return filepath.Join(d.root, filepath.FromSlash(name)) }

// Put implements Store.
func (d *directory) Put(ctx context.Context, name string, size int64, r io.Reader) error {
	if err := d.put(ctx, name, size, r); err != nil {
		return fmt.Errorf("putting %s into %s: %w", name, d.root, err)
	}
	return nil
}

func (d *directory) put(ctx context.Context, name string, size int64, r io.Reader) error {
	if err := CheckName(name); err != nil {
		return err
	}
	switch taken, err := vfs.Exists(d.fs, d.path(name)); {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	case taken:
		return d.exists(name)
	}
	temp, err := d.reserve()
	if err != nil {
		return err
	}
	if err = d.write(ctx, temp, size, r); err != nil {
		return errors.Join(err, d.discard(temp))
	}
	err = d.publish(temp, name)
	if errors.Is(err, fs.ErrNotExist) { // an empty folder was removed in between
		d.forget()
		err = d.publish(temp, name)
	}
	if errors.Is(err, fs.ErrExist) {
		return errors.Join(d.exists(name), d.discard(temp))
	}
	return err
}

// exists makes sure that what has the name is durable, as ErrExists promises.
func (d *directory) exists(name string) error {
	if err := d.fs.SyncDir(filepath.Dir(d.path(name))); err != nil {
		return err
	}
	return ErrExists
}

// reserve returns the name of a new file in this writer's slot.
func (d *directory) reserve() (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.slot == nil {
		if err := d.takeSlot(); err != nil {
			return "", err
		}
	}
	d.next++
	return d.base + strconv.FormatUint(d.next, 10), nil
}

// takeSlot locks the first free slot and removes what another writer has left in it.
func (d *directory) takeSlot() error {
	folder := filepath.Join(d.root, partialFolder)
	if err := d.makeDurable(folder); err != nil {
		return err
	}
	for n := range slotsMax {
		lock, err := d.fs.Lock(filepath.Join(folder, strconv.Itoa(n)+".lock"))
		if errors.Is(err, vfs.ErrLocked) {
			continue
		}
		if err != nil {
			return err
		}
		prefix := strconv.Itoa(n) + "."
		if err := d.sweep(folder, prefix); err != nil {
			return errors.Join(err, lock.Close())
		}
		d.slot, d.base = lock, filepath.Join(folder, prefix)
		return nil
	}
	return fmt.Errorf("%s: %d writers are at work, no more are allowed", folder, slotsMax)
}

func (d *directory) sweep(folder, prefix string) error {
	names, err := d.fs.List(folder)
	if err != nil {
		return err
	}
	for _, name := range names {
		if rest, ok := strings.CutPrefix(name, prefix); ok && rest != "lock" {
			if err := d.fs.Remove(filepath.Join(folder, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// write fills a new file and makes its contents durable.
func (d *directory) write(ctx context.Context, path string, size int64, r io.Reader) error {
	f, err := d.fs.Create(path)
	if err != nil {
		return err
	}
	n, err := copyAll(ctx, f, r)
	if err == nil && size >= 0 && n != size {
		err = fmt.Errorf("there were %d bytes, %d were announced", n, size)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// publish gives a whole file the name of its object, durably.
func (d *directory) publish(temp, name string) error {
	path := d.path(name)
	folder := filepath.Dir(path)
	if err := d.makeDurable(folder); err != nil {
		return err
	}
	if err := d.fs.RenameExclusive(temp, path); err != nil {
		return err
	}
	return d.fs.SyncDir(folder)
}

// discard removes a file that became no object.
func (d *directory) discard(temp string) error {
	if err := d.fs.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// makeDurable makes a folder, and its name and those of its parents durable.
func (d *directory) makeDurable(folder string) error {
	d.knownMu.Lock()
	_, known := d.known[folder]
	d.knownMu.Unlock()
	if known {
		return nil
	}
	if err := d.fs.MkdirAll(folder); err != nil {
		return err
	}
	for at := folder; ; {
		up := filepath.Dir(at)
		if up == at {
			break
		}
		if err := d.fs.SyncDir(up); err != nil && (inside(d.root, up) || !notOurs(err)) {
			return err
		}
		at = up
	}
	d.knownMu.Lock()
	defer d.knownMu.Unlock()
	if len(d.known) >= knownMax {
		clear(d.known)
	}
	d.known[folder] = struct{}{}
	return nil
}

// notOurs tells whether a folder above the root cannot be synced because it is not ours;
// then somebody else has made what is below it.
func notOurs(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported)
}

// inside tells whether a path is root or below it.
func inside(root, path string) bool {
	return path == root || strings.HasPrefix(path, strings.TrimSuffix(root, string(filepath.Separator))+string(filepath.Separator))
}

func (d *directory) forget() {
	d.knownMu.Lock()
	defer d.knownMu.Unlock()
	clear(d.known)
}

// Get implements Store.
func (d *directory) Get(ctx context.Context, name string, offset int64) (io.ReadCloser, error) {
	if _, err := d.Stat(ctx, name); err != nil {
		return nil, err
	}
	f, err := d.fs.Open(d.path(name))
	if err != nil {
		return nil, d.missing(name, err)
	}
	size, err := f.Size()
	if err == nil && (offset < 0 || offset > size) {
		err = fmt.Errorf("%s in %s has %d bytes, there is no offset %d", name, d.root, size, offset)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &fileRange{SectionReader: io.NewSectionReader(f, offset, size-offset), Closer: f}, nil
}

// fileRange reads a part of a file of its own.
type fileRange struct {
	*io.SectionReader
	io.Closer
}

// missing turns the errors of a name without a file into ErrNotFound.
func (d *directory) missing(name string, err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNotDirectory) {
		return fmt.Errorf("%s in %s: %w", name, d.root, ErrNotFound)
	}
	return err
}

// Stat implements Store.
func (d *directory) Stat(_ context.Context, name string) (Info, error) {
	if err := CheckName(name); err != nil {
		return Info{}, err
	}
	info, err := d.fs.Stat(d.path(name))
	if err == nil && info.Dir {
		err = fs.ErrNotExist
	}
	if err != nil {
		return Info{}, d.missing(name, err)
	}
	return Info{Name: name, Bytes: info.Size, Modified: info.ModTime}, nil
}

// List implements Store.
func (d *directory) List(ctx context.Context, prefix string, fn func(Info) error) error {
	folder := ""
	if i := strings.LastIndexByte(prefix, '/'); i >= 0 {
		folder = prefix[:i+1]
		if err := CheckName(prefix[:i]); err != nil {
			return err
		}
	}
	return d.list(ctx, folder, prefix, fn)
}

// Delete implements Store. What is deleted stays so over a power cut: a manifest must not come
// back after the objects that it lists have gone.
func (d *directory) Delete(_ context.Context, name string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	path := d.path(name)
	err := d.fs.Remove(path)
	if err != nil && !errors.Is(d.missing(name, err), ErrNotFound) {
		return err
	}
	// Also where it is not there: its removal may not be durable yet.
	if err := d.fs.SyncDir(filepath.Dir(path)); err != nil && !errors.Is(d.missing(name, err), ErrNotFound) {
		return err
	}
	return nil
}

// Close implements Store.
func (d *directory) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.slot == nil {
		return nil
	}
	lock := d.slot
	d.slot = nil
	return lock.Close()
}
