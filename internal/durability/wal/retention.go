package wal

import (
	"errors"
	"io/fs"
	"slices"
)

// Segments returns all segments, oldest first. The last one is open, unless the log has
// not begun.
func (l *Log) Segments() ([]SegmentInfo, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.segments), l.state.Err
}

// Remove takes away the segments that hold no record from an index on, oldest first;
// the open one stays. Some of them become spares. It fails with ErrHeld while files are
// held.
func (l *Log) Remove(before uint64) error {
	l.removing.Lock()
	defer l.removing.Unlock()
	for {
		l.mu.Lock()
		if len(l.segments) == 0 || !l.segments[0].Sealed || l.segments[0].Last >= before {
			l.mu.Unlock()
			return nil
		}
		oldest := l.segments[0]
		l.mu.Unlock()
		if l.held.Load() {
			return ErrHeld
		}
		if err := l.removeFile(oldest.Name); err != nil {
			return err
		}
		l.mu.Lock()
		l.segments = slices.Delete(l.segments, 0, 1)
		l.mu.Unlock()
	}
}

// removeFile takes one segment away durably, before a later one can go: a log that
// lacks a segment in the middle would count as damaged. A name that is gone already went
// in a try whose sync failed.
func (l *Log) removeFile(name string) error {
	spare, err := l.spares.recycle(name)
	if err == nil && spare == "" {
		err = l.o.FS.Remove(name)
	}
	switch {
	case err == nil && spare != "":
		l.unsynced = spare
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := l.o.FS.SyncDir(l.o.Dir); err != nil {
		return err
	}
	if l.unsynced != "" {
		l.spares.recycled(l.unsynced)
		l.unsynced = ""
	}
	return nil
}
