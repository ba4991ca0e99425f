package vfs

import (
	"errors"
	"fmt"
)

// OpKind says what an operation on Mem does.
type OpKind uint8

// The kinds of operation.
const (
	OpCreate OpKind = iota + 1
	OpOpen
	OpRead
	OpWrite
	OpSync
	OpTruncate
	OpPreallocate
	OpClose
	OpRemove
	OpRename
	OpMkdir
	OpList
	OpStat
	OpSyncDir
	OpLock
	OpFreeSpace
	OpWriteBack
)

// String names the kind.
func (k OpKind) String() string {
	switch k {
	case OpCreate:
		return "create"
	case OpOpen:
		return "open"
	case OpRead:
		return "read"
	case OpWrite:
		return "write"
	case OpSync:
		return "sync"
	case OpTruncate:
		return "truncate"
	case OpPreallocate:
		return "preallocate"
	case OpClose:
		return "close"
	case OpRemove:
		return "remove"
	case OpRename:
		return "rename"
	case OpMkdir:
		return "mkdir"
	case OpList:
		return "list"
	case OpStat:
		return "stat"
	case OpSyncDir:
		return "syncdir"
	case OpLock:
		return "lock"
	case OpFreeSpace:
		return "freespace"
	case OpWriteBack:
		return "writeback"
	}
	return fmt.Sprintf("op(%d)", uint8(k))
}

// Mutates tells whether the kind can change what is on disk or what is durable.
func (k OpKind) Mutates() bool {
	switch k {
	case OpCreate, OpWrite, OpSync, OpTruncate, OpPreallocate, OpRemove, OpRename, OpMkdir, OpSyncDir, OpLock, OpWriteBack:
		return true
	case OpOpen, OpRead, OpClose, OpList, OpStat, OpFreeSpace:
		return false
	}
	return false
}

// Op is one operation on Mem, as it is shown to an injected function before it happens.
type Op struct {
	// N counts the operations of one Mem 1, 2, 3, ….
	N    uint64
	Kind OpKind
	// Name is the file, the old name of a rename, or the directory.
	Name string
	// Off and Len are the range of a read, write or preallocation.
	Off, Len int64
}

// String tells everything about the operation.
func (o Op) String() string {
	return fmt.Sprintf("%d: %v %s %d+%d", o.N, o.Kind, o.Name, o.Off, o.Len)
}

// ErrCrashed is what every operation returns at and after the point of a crash.
var ErrCrashed = errors.New("the machine has crashed")

// ShortWriteError is returned by an injected function for a write: the first Bytes bytes
// go through, and the write fails with Err.
type ShortWriteError struct {
	Bytes int
	Err   error
}

// Error tells how much was written and why no more.
func (e *ShortWriteError) Error() string {
	return fmt.Sprintf("wrote %d bytes: %v", e.Bytes, e.Err)
}

// Unwrap returns the cause.
func (e *ShortWriteError) Unwrap() error { return e.Err }
