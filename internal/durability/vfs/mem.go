package vfs

import (
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Mem is a file system in memory that can crash and fail. All its methods may be called
// by many goroutines; its faults are deterministic as far as the order of the calls is.
//
// CrashClone returns what a machine would find after a power cut at this moment; the
// Mem itself goes on. CrashAt stops the Mem at a chosen operation, so that the code
// under test runs into errors at once and changes nothing more; CrashClone then gives
// the disk for the next start.
type Mem struct {
	mu sync.Mutex

	root    *memNode
	nodes   uint64
	random  *rand.Rand
	pending []*dirOp
	last    lastWrite
	locks   map[string]*memLock

	quota  int64 // bytes; negative: none
	cached bool  // no file can be read and written directly
	used   int64

	ops     uint64
	inject  func(Op) error
	failAt  uint64
	failErr error
	sticky  bool
	crashAt uint64
	crashed bool
}

// lastWrite is the newest write, kept for tearing until its file is synced.
type lastWrite struct {
	node    *memNode
	off     int64
	before  []byte // what the range held; shorter where the file ended
	length  int
	oldSize int64
}

var _ FS = (*Mem)(nil)

// NewMem returns an empty file system whose random choices follow from seed.
func NewMem(seed uint64) *Mem {
	return &Mem{
		root:   newMemDirNode(1),
		nodes:  1,
		random: rand.New(rand.NewPCG(seed, 0)),
		locks:  map[string]*memLock{},
		quota:  -1,
	}
}

// NeverDirect makes Direct report false for every file.
func (m *Mem) NeverDirect() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cached = true
}

// Inject shows every operation to fn before it happens; an error from fn fails it. Nil
// ends that. fn may call the Mem's own methods, but no file operation.
func (m *Mem) Inject(fn func(Op) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inject = fn
}

// FailAt makes operation n fail with err, once; 0 ends that.
func (m *Mem) FailAt(n uint64, err error) { m.setFail(n, err, false) }

// FailFrom makes operation n and all later ones that change something fail with err.
func (m *Mem) FailFrom(n uint64, err error) { m.setFail(n, err, true) }

func (m *Mem) setFail(n uint64, err error, sticky bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failAt, m.failErr, m.sticky = n, err, sticky
}

// CrashAt lets the machine crash in operation n: the operation reaches memory but makes
// nothing durable, and it and all later ones return ErrCrashed; 0 ends that.
func (m *Mem) CrashAt(n uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.crashAt, m.crashed = n, false
}

// Crashed tells whether the operation of CrashAt was reached.
func (m *Mem) Crashed() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.crashed
}

// Ops returns how many operations there were.
func (m *Mem) Ops() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ops
}

// SetQuota bounds the bytes in files, counted in whole blocks; negative means no bound.
func (m *Mem) SetQuota(bytes int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.quota = bytes
}

// Used returns the bytes in files, counted in whole blocks.
func (m *Mem) Used() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.used
}

// FlipBit damages a file at rest: bit counts from the lowest bit of the first byte.
func (m *Mem) FlipBit(name string, bit int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.lookup(name)
	if err != nil {
		return err
	}
	index := int(bit / 8 / blockBytes)
	if n.dir || bit < 0 || bit/8 >= n.size {
		return pathError("flip", name, syscall.EINVAL)
	}
	_, dirty := n.dirty[index]
	b := n.own(index)
	b[bit/8%blockBytes] ^= 1 << (bit % 8)
	if !dirty && index < len(n.syncedBlocks) {
		n.syncedBlocks[index] = b
		delete(n.dirty, index)
	}
	return nil
}

// verdict is what begin decides about an operation.
type verdict struct {
	err   error
	bytes int  // with err: how much of a write goes through
	crash bool // the operation reaches memory and no further
}

// begin counts an operation and asks whether it may happen.
func (m *Mem) begin(kind OpKind, name string, off, length int64) verdict {
	m.mu.Lock()
	m.ops++
	op := Op{N: m.ops, Kind: kind, Name: name, Off: off, Len: length}
	inject := m.inject
	var v verdict
	switch {
	case m.crashed:
		v.err = ErrCrashed
	case m.crashAt != 0 && m.ops >= m.crashAt:
		m.crashed = true
		v.crash = true
	case m.failAt != 0 && (m.ops == m.failAt || m.sticky && m.ops > m.failAt && kind.Mutates()):
		v.err = m.failErr
	}
	m.mu.Unlock()
	if v.err == nil && inject != nil {
		v.err = inject(op)
	}
	if short, ok := v.err.(*ShortWriteError); ok { //nolint:errorlint // the injected value itself
		v.bytes, v.err = short.Bytes, short.Err
	}
	return v
}

// done turns the crash of a finished operation into its error.
func (v verdict) done() error {
	if v.crash {
		return ErrCrashed
	}
	return nil
}

// lookup finds a node by name.
func (m *Mem) lookup(name string) (*memNode, error) {
	n := m.root
	for part := range strings.SplitSeq(cleanName(name), "/") {
		if part == "" {
			continue
		}
		if !n.dir {
			return nil, pathError("open", name, syscall.ENOTDIR)
		}
		next, ok := n.entries[part]
		if !ok {
			return nil, pathError("open", name, fs.ErrNotExist)
		}
		n = next
	}
	return n, nil
}

// parent finds the directory that holds a name.
func (m *Mem) parent(name string) (*memNode, string, error) {
	clean := cleanName(name)
	n, err := m.lookup(filepath.Dir(clean))
	if err != nil {
		return nil, "", err
	}
	if !n.dir || clean == "/" {
		return nil, "", pathError("open", name, syscall.ENOTDIR)
	}
	return n, filepath.Base(clean), nil
}

// room tells how many of the bytes [off, off+length) fit into the quota.
func (m *Mem) room(n *memNode, off, length int64) int64 {
	if m.quota < 0 || off+length <= int64(len(n.blocks))*blockBytes {
		return length
	}
	limit := int64(len(n.blocks))*blockBytes + max(0, m.quota-m.used)/blockBytes*blockBytes
	return max(0, min(length, limit-off))
}

// grown accounts for a change of size.
func (m *Mem) grown(n *memNode, blocksBefore int) {
	m.used += int64(len(n.blocks)-blocksBefore) * blockBytes
	n.mtime = time.UnixMicro(int64(m.ops))
}

func (m *Mem) nodeID() uint64 {
	m.nodes++
	return m.nodes
}

func cleanName(name string) string { return filepath.Clean("/" + name) }

func pathError(op, name string, err error) error {
	return &fs.PathError{Op: op, Path: name, Err: err}
}

// memLock is a lock that Mem has given out.
type memLock struct {
	m    *Mem
	name string
}

var _ io.Closer = (*memLock)(nil)

// Close gives the lock back.
func (l *memLock) Close() error {
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	if l.m.locks[l.name] != l {
		return fmt.Errorf("%s: %w", l.name, fs.ErrClosed)
	}
	delete(l.m.locks, l.name)
	return nil
}
