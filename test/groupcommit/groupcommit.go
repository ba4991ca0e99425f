// Package groupcommit is the barest group commit, which durable commits are measured beside:
// no header, no checksum, no second file; one goroutine writes what has gathered into a file
// that was zeroed before, syncs it, and tells everybody.
package groupcommit

import (
	"errors"
	"sync"

	"memgraphd/internal/durability/vfs"
)

// fileBytes is the size of the file, which is written round and round.
const fileBytes = 64 << 20

// ErrTooLarge says that a record does not fit.
var ErrTooLarge = errors.New("the record is larger than the file")

// Log takes records from any number of goroutines.
type Log struct {
	file vfs.File
	wake chan struct{} // holds one
	done chan error

	mu   sync.Mutex
	next *group
}

// group is records that are synced together.
type group struct {
	buf  []byte
	done chan struct{} // closed when they are
	err  error
}

// Create makes a zeroed file and begins to take records.
func Create(name string) (*Log, error) {
	f, err := vfs.OS().Create(name)
	if err != nil {
		return nil, err
	}
	if err = errors.Join(f.Preallocate(0, fileBytes), f.Sync()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	l := &Log{file: f, wake: make(chan struct{}, 1), done: make(chan error, 1), next: &group{done: make(chan struct{})}}
	go func() { l.done <- l.run() }()
	return l, nil
}

// Commit returns when record is synced. It must not be called after Close.
func (l *Log) Commit(record []byte) error {
	if len(record) == 0 || len(record) > fileBytes {
		return ErrTooLarge
	}
	l.mu.Lock()
	g := l.next
	first := len(g.buf) == 0
	g.buf = append(g.buf, record...)
	l.mu.Unlock()
	if first {
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
	<-g.done
	return g.err
}

func (l *Log) run() (failed error) {
	var spare []byte
	var at int64
	for range l.wake {
		l.mu.Lock()
		g := l.next
		l.next = &group{buf: spare[:0], done: make(chan struct{})}
		l.mu.Unlock()
		spare = g.buf
		if failed == nil {
			at, failed = l.write(g.buf, at)
		}
		g.err = failed
		close(g.done)
	}
	return failed
}

// write writes and syncs buf, at the beginning of the file where there is no room behind at, and
// returns where it ends. More than the file holds, of many records, is written in parts.
func (l *Log) write(buf []byte, at int64) (int64, error) {
	for len(buf) > 0 {
		part := buf[:min(len(buf), fileBytes)]
		buf = buf[len(part):]
		if at+int64(len(part)) > fileBytes {
			at = 0
		}
		if _, err := l.file.WriteAt(part, at); err != nil {
			return at, err
		}
		at += int64(len(part))
	}
	return at, l.file.SyncData()
}

// Close ends the log, which nobody may use any more, and returns why a record failed.
func (l *Log) Close() error {
	close(l.wake)
	return errors.Join(<-l.done, l.file.Close())
}
