package wal

import (
	"errors"
	"fmt"

	"go.uber.org/zap"

	"memgraphd/internal/durability/vfs"
)

// rotate begins a new segment if the open one holds anything.
func (w *writer) rotate() error {
	if w.cur == nil || w.empty() {
		return nil
	}
	return w.begin()
}

// begin makes a new segment the open one and seals the former. Where it fails without
// poison, the former is still open and unchanged.
func (w *writer) begin() error {
	if err := w.sync(); err != nil {
		return err
	}
	next, err := w.create()
	if err != nil {
		return err
	}
	former := w.cur
	w.l.mu.Lock()
	w.describeLocked()
	if former != nil {
		w.l.segments[len(w.l.segments)-1].Sealed = true
	}
	w.l.segments = append(w.l.segments, SegmentInfo{
		Name: next.name, First: next.first, Last: next.first - 1, Bytes: next.size, End: next.synced.Load(),
	})
	w.l.mu.Unlock()
	w.cur, w.jump, w.closed = next, false, false
	w.kickAt = next.limit / 4
	if former != nil {
		return w.seal(former)
	}
	return nil
}

// create makes a segment: its header durable first, then its name.
func (w *writer) create() (*segment, error) {
	made, err := w.l.spares.take()
	if err != nil {
		return nil, fmt.Errorf("making a log segment: %w", err)
	}
	h := header{database: w.o.Database, first: w.logged + 1, chain: w.chain, birth: w.o.Now().UnixMicro()}
	if w.cur != nil && h.first <= w.cur.first {
		panic(fmt.Sprintf("wal: segment %d would follow segment %d", h.first, w.cur.first))
	}
	s := &segment{
		file: made.file, name: segmentName(w.o.Dir, h.first), first: h.first,
		place: h.place(), written: headerBytes, limit: w.o.SegmentBytes,
	}
	s.synced.Store(headerBytes)
	if err := s.putHeader(h); err != nil {
		return nil, errors.Join(fmt.Errorf("making log segment %s: %w", s.name, err), w.l.spares.discard(made))
	}
	if err := w.o.FS.Rename(made.name, s.name); err != nil {
		return nil, errors.Join(fmt.Errorf("making log segment: %w", err), w.l.spares.discard(made))
	}
	if err := w.o.FS.SyncDir(w.o.Dir); err != nil {
		return nil, w.poison(errors.Join(fmt.Errorf("making log segment %s: %w", s.name, err), made.file.Close()))
	}
	s.file = renamed{File: made.file, name: s.name}
	s.openSecond(w.o)
	return s, nil
}

// putHeader writes the header and syncs it, with zeroed room behind it.
func (s *segment) putHeader(h header) error {
	size, err := s.file.Size()
	if err != nil {
		return err
	}
	if short := headerBytes + endBytes - size; short > 0 {
		if err := s.file.Preallocate(size, short); err != nil {
			return err
		}
	}
	raw := h.encode()
	if _, err := s.file.WriteAt(raw[:], 0); err != nil {
		return err
	}
	if err := s.file.SyncData(); err != nil {
		return err
	}
	s.size = max(size, headerBytes+endBytes)
	return nil
}

// seal ends a former segment. A seal that cannot be written is only missed where the
// newest segment is lost; a failed sync ends the log as always.
func (w *writer) seal(former *segment) error {
	err := former.own(kindSeal, w.logged, w.o.Now().UnixMicro())
	if err != nil && former.written == former.place.Offset {
		return w.poison(errors.Join(fmt.Errorf("syncing %s: %w", former.name, err), former.close()))
	}
	w.publish(former)
	if err = errors.Join(err, former.close()); err != nil {
		w.o.Log.Warn("log segment was not sealed", zap.String("file", former.name), zap.Error(err))
	}
	return nil
}

// renamed is a file that has got another name since it was opened.
type renamed struct {
	vfs.File
	name string
}

// Name returns the present name.
func (r renamed) Name() string { return r.name }
