package vfs

import (
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Create implements FS.
func (m *Mem) Create(name string) (File, error) {
	v := m.begin(OpCreate, name, 0, 0)
	if v.err != nil {
		return nil, pathError("create", name, v.err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	dir, base, err := m.parent(name)
	if err != nil {
		return nil, err
	}
	n, ok := dir.entries[base]
	switch {
	case !ok:
		n = m.link(dir, base)
	case n.dir:
		return nil, pathError("create", name, syscall.EISDIR)
	default:
		before := len(n.blocks)
		n.resize(0)
		m.grown(n, before)
	}
	return m.opened(n, name, canWrite, v)
}

// CreateExclusive implements FS.
func (m *Mem) CreateExclusive(name string) (File, error) {
	v := m.begin(OpCreate, name, 0, 0)
	if v.err != nil {
		return nil, pathError("create", name, v.err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	dir, base, err := m.parent(name)
	if err != nil {
		return nil, err
	}
	if _, ok := dir.entries[base]; ok {
		return nil, pathError("create", name, fs.ErrExist)
	}
	return m.opened(m.link(dir, base), name, canWrite, v)
}

// Open implements FS.
func (m *Mem) Open(name string) (File, error) { return m.open(name, canRead) }

// OpenReadWrite implements FS.
func (m *Mem) OpenReadWrite(name string) (File, error) { return m.open(name, canWrite) }

func (m *Mem) open(name string, access access) (File, error) {
	v := m.begin(OpOpen, name, 0, 0)
	if v.err != nil {
		return nil, pathError("open", name, v.err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.lookup(name)
	if err != nil {
		return nil, err
	}
	if n.dir {
		return nil, pathError("open", name, syscall.EISDIR)
	}
	return m.opened(n, name, access, v)
}

func (m *Mem) opened(n *memNode, name string, access access, v verdict) (File, error) {
	if err := v.done(); err != nil {
		return nil, pathError("open", name, err)
	}
	return &memFile{m: m, node: n, name: name, access: access, told: n.failures}, nil
}

// link makes a new file and notes that its name is not durable yet.
func (m *Mem) link(dir *memNode, base string) *memNode {
	n := newMemFileNode(m.nodeID())
	m.change(&dirOp{dir: dir, changes: []dirChange{{dir: dir, name: base, node: n}}})
	return n
}

// Remove implements FS.
func (m *Mem) Remove(name string) error {
	v := m.begin(OpRemove, name, 0, 0)
	if v.err != nil {
		return pathError("remove", name, v.err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.lookup(name)
	if err != nil {
		return err
	}
	if n.dir && len(n.entries) > 0 {
		return pathError("remove", name, syscall.ENOTEMPTY)
	}
	dir, base, err := m.parent(name)
	if err != nil {
		return err
	}
	m.change(&dirOp{dir: dir, changes: []dirChange{{dir: dir, name: base, was: n}}})
	return v.done()
}

// Rename implements FS.
func (m *Mem) Rename(oldName, newName string) error { return m.rename(oldName, newName, renameAllowed) }

// RenameExclusive implements FS.
func (m *Mem) RenameExclusive(oldName, newName string) error {
	return m.rename(oldName, newName, renameAlone)
}

// rename gives a file or directory a new name if rule allows it.
func (m *Mem) rename(oldName, newName string, rule func(n, replaced *memNode, oldName, newName string) error) error {
	v := m.begin(OpRename, oldName, 0, 0)
	if v.err != nil {
		return pathError("rename", oldName, v.err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.lookup(oldName)
	if err != nil {
		return err
	}
	oldDir, oldBase, err := m.parent(oldName)
	if err != nil {
		return err
	}
	newDir, newBase, err := m.parent(newName)
	if err != nil {
		return err
	}
	if err := rule(n, newDir.entries[newBase], oldName, newName); err != nil {
		return err
	}
	if cleanName(oldName) == cleanName(newName) {
		return v.done()
	}
	link := dirChange{dir: newDir, name: newBase, node: n}
	unlink := dirChange{dir: oldDir, name: oldBase, was: n}
	if oldDir == newDir {
		m.change(&dirOp{dir: newDir, changes: []dirChange{link, unlink}})
		return v.done()
	}
	first := &dirOp{dir: newDir, changes: []dirChange{link}}
	m.change(first)
	m.change(&dirOp{dir: oldDir, changes: []dirChange{unlink}, after: first})
	return v.done()
}

// renameAlone is the rule that nothing is replaced.
func renameAlone(n, replaced *memNode, oldName, newName string) error {
	if replaced != nil {
		return pathError("rename", newName, fs.ErrExist)
	}
	return renameAllowed(n, replaced, oldName, newName)
}

func renameAllowed(n, replaced *memNode, oldName, newName string) error {
	if n.dir && strings.HasPrefix(cleanName(newName)+"/", cleanName(oldName)+"/") {
		return pathError("rename", oldName, syscall.EINVAL)
	}
	switch {
	case replaced == nil || replaced == n:
		return nil
	case replaced.dir && !n.dir:
		return pathError("rename", newName, syscall.EISDIR)
	case n.dir && !replaced.dir:
		return pathError("rename", newName, syscall.ENOTDIR)
	case replaced.dir && len(replaced.entries) > 0:
		return pathError("rename", newName, syscall.ENOTEMPTY)
	}
	return nil
}

// MkdirAll implements FS.
func (m *Mem) MkdirAll(dir string) error {
	v := m.begin(OpMkdir, dir, 0, 0)
	if v.err != nil {
		return pathError("mkdir", dir, v.err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.root
	for part := range strings.SplitSeq(cleanName(dir), "/") {
		if part == "" {
			continue
		}
		next, ok := n.entries[part]
		if !ok {
			next = newMemDirNode(m.nodeID())
			m.change(&dirOp{dir: n, changes: []dirChange{{dir: n, name: part, node: next}}})
		}
		if !next.dir {
			return pathError("mkdir", dir, syscall.ENOTDIR)
		}
		n = next
	}
	return v.done()
}

// List implements FS.
func (m *Mem) List(dir string) ([]string, error) {
	v := m.begin(OpList, dir, 0, 0)
	if v.err != nil {
		return nil, pathError("list", dir, v.err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.lookup(dir)
	if err != nil {
		return nil, err
	}
	if !n.dir {
		return nil, pathError("list", dir, syscall.ENOTDIR)
	}
	return slices.Sorted(maps.Keys(n.entries)), v.done()
}

// Stat implements FS.
func (m *Mem) Stat(name string) (Info, error) {
	v := m.begin(OpStat, name, 0, 0)
	if v.err != nil {
		return Info{}, pathError("stat", name, v.err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.lookup(name)
	if err != nil {
		return Info{}, err
	}
	mode := fileMode
	if n.dir {
		mode = dirMode
	}
	return Info{Size: n.size, Dir: n.dir, Mode: mode, ModTime: n.mtime, ID: fmt.Sprintf("mem:%x", n.id)}, v.done()
}

// SyncDir implements FS.
func (m *Mem) SyncDir(dir string) error {
	v := m.begin(OpSyncDir, dir, 0, 0)
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.lookup(dir)
	switch {
	case err != nil:
		return err
	case !n.dir:
		return pathError("syncdir", dir, syscall.ENOTDIR)
	case v.crash:
		return pathError("syncdir", dir, ErrCrashed)
	case v.err != nil:
		return pathError("syncdir", dir, v.err)
	}
	m.syncDir(n)
	return nil
}

// Lock implements FS. A lock ends with Close; the clone of a crash has none.
func (m *Mem) Lock(name string) (io.Closer, error) {
	v := m.begin(OpLock, name, 0, 0)
	if v.err != nil {
		return nil, pathError("lock", name, v.err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	dir, base, err := m.parent(name)
	if err != nil {
		return nil, err
	}
	clean := filepath.Join(cleanName(name))
	if m.locks[clean] != nil {
		return nil, &LockedError{Name: name, PID: os.Getpid()}
	}
	n, ok := dir.entries[base]
	if !ok {
		n = m.link(dir, base)
	}
	before := len(n.blocks)
	n.resize(0)
	n.writeAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	m.grown(n, before)
	if v.crash {
		return nil, pathError("lock", name, ErrCrashed)
	}
	l := &memLock{m: m, name: clean}
	m.locks[clean] = l
	return l, nil
}

// FreeSpace implements FS.
func (m *Mem) FreeSpace(dir string) (uint64, error) {
	v := m.begin(OpFreeSpace, dir, 0, 0)
	if v.err != nil {
		return 0, pathError("statfs", dir, v.err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, err := m.lookup(dir); err != nil {
		return 0, err
	}
	if m.quota < 0 {
		return math.MaxInt64, v.done()
	}
	return uint64(max(0, m.quota-m.used)), v.done()
}
