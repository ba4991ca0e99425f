package wal

import (
	"errors"
	"fmt"
	"sync/atomic"

	"go.uber.org/zap"

	"memgraphd/internal/durability/frame"
	"memgraphd/internal/durability/vfs"
)

const (
	// writeBytes is how much is collected before it is written, ahead of the sync.
	writeBytes = 4 << 20
	// growBytes is how much zeroed space an open segment gets at a time; less where
	// segments are small.
	growBytes    = 4 << 20
	growBytesMin = 4 << 10
	// distanceBytes is the payload of the promise ahead of a close.
	distanceBytes = 4096
	// reserveBytes is kept free at the end of a segment for the log's own frames.
	reserveBytes = 4 * frame.HeaderBytes
	// endBytes is the zeroed room that stays behind the records of an open segment, so
	// that the log can be closed in good order on a disk that is full.
	endBytes = frame.HeaderBytes + distanceBytes + 5*frame.HeaderBytes
)

// segment is the newest segment, to which frames are appended. The writer owns it.
//
// Invariants: synced <= written <= place.Offset, and the buffer holds the bytes from
// written to place.Offset. All but synced belongs to whoever has the writer's turn. Everything in the file from written on is zero, between two
// calls of the writer. After records were written, endBytes more of the file are zeroed.
type segment struct {
	file   vfs.File
	second vfs.File // the same, opened again, to be synced beside the first; nil: it could not be
	name   string
	first  uint64

	place   frame.Place
	buf     []byte
	written int64
	synced  atomic.Int64
	size    int64 // of the file, zeroed or used
	limit   int64 // size at which a new segment should begin
}

// fits tells whether a record of some bytes can be added within the limit.
func (s *segment) fits(payload int) bool {
	return s.place.Offset+recordSize(payload)+reserveBytes <= s.limit
}

// recordSize returns the bytes of all frames of a record.
func recordSize(payload int) int64 {
	whole := int64(payload / frame.PayloadMax)
	rest := payload % frame.PayloadMax
	if rest == 0 && whole > 0 {
		return whole * frame.Size(frame.PayloadMax)
	}
	return whole*frame.Size(frame.PayloadMax) + frame.Size(rest)
}

// add appends a record to the buffer, which is written where it becomes large.
func (s *segment) add(r *Record) error {
	h := frame.Header{
		Kind: r.Kind, Index: r.Index, Term: r.Term, Timeline: r.Timeline, Wall: r.Wall,
		Synced: uint64(s.synced.Load()),
	}
	for payload := r.Payload; ; h.Part++ {
		part := payload[:min(len(payload), frame.PayloadMax)]
		payload = payload[len(part):]
		h.Last = len(payload) == 0
		s.buf, s.place = frame.Append(s.buf, s.place, h, part)
		if len(s.buf) >= writeBytes {
			if err := s.write(endBytes); err != nil {
				return err
			}
		}
		if h.Last {
			return nil
		}
	}
}

// write hands the buffer to the file, behind which some zeroed bytes have to stay.
func (s *segment) write(behind int64) error {
	if len(s.buf) == 0 {
		return nil
	}
	if err := s.grow(behind); err != nil {
		return fmt.Errorf("making room in %s: %w", s.name, err)
	}
	n, err := s.file.WriteAt(s.buf, s.written)
	if err != nil {
		return fmt.Errorf("writing %d bytes to %s, %d written: %w", len(s.buf), s.name, n, err)
	}
	s.written = s.place.Offset
	s.size = max(s.size, s.written)
	s.buf = s.buf[:0]
	if cap(s.buf) > 2*writeBytes {
		s.buf = nil
	}
	return nil
}

// grow makes zeroed space before a write needs it, since a write that changes the size
// makes the sync slower. It fails where there is no room for what has to stay behind the
// write; of other troubles the write itself will tell.
func (s *segment) grow(behind int64) error {
	need := s.place.Offset + behind - s.size
	if need <= 0 {
		return nil
	}
	step := min(growBytes, max(s.limit/16, growBytesMin))
	if limit := s.limit + endBytes; limit > s.size {
		step = min(step, limit-s.size)
	}
	step = max(step, need)
	err := s.file.Preallocate(s.size, step)
	if err != nil && step > need {
		step = need
		err = s.file.Preallocate(s.size, step)
	}
	switch {
	case err == nil:
		s.size += step
	case behind > 0 && vfs.NoSpace(err):
		return err
	}
	return nil
}

// sync makes durable what was written.
func (s *segment) sync() error {
	if s.synced.Load() == s.written {
		return nil
	}
	if err := s.file.SyncData(); err != nil {
		return err
	}
	s.synced.Store(s.written)
	return nil
}

// rewind takes everything back that was added after a place: the file is zero from
// there on, durably.
func (s *segment) rewind(to frame.Place) error {
	from := to.Offset
	dirty := s.place.Offset
	s.place, s.buf, s.written = to, s.buf[:0], from
	s.synced.Store(min(s.synced.Load(), from))
	size, err := s.file.Size()
	if err != nil {
		return err
	}
	if size > max(s.size, from) {
		if err := s.file.Truncate(max(s.size, from)); err != nil {
			return err
		}
	}
	if dirty = min(dirty, s.size); dirty > from {
		if err := s.zero(from, dirty); err != nil {
			return err
		}
	}
	if err := s.file.SyncData(); err != nil {
		return err
	}
	s.synced.Store(s.written)
	return nil
}

// zero makes a part of the file zero. Where even that finds no room, as on a file system
// that never writes in place, the file ends at its beginning instead.
func (s *segment) zero(from, to int64) error {
	err := s.file.Preallocate(from, to-from)
	if !vfs.NoSpace(err) {
		return err
	}
	if err := s.file.Truncate(from); err != nil {
		return err
	}
	s.size = from
	return nil
}

// own appends one of the log's own frames, writes and syncs it. A close keeps its
// distance from the last record.
func (s *segment) own(kind Kind, index uint64, wall int64) error {
	h := frame.Header{
		Kind: kind, Last: true, Index: index, Wall: wall,
		Synced: uint64(s.synced.Load()),
	}
	if kind == kindClose {
		h.Kind = kindPromise
		s.buf, s.place = frame.Append(s.buf, s.place, h, make([]byte, distanceBytes))
		h.Kind = kindClose
	}
	s.buf, s.place = frame.Append(s.buf, s.place, h, nil)
	if err := s.write(0); err != nil {
		return err
	}
	return s.sync()
}

// openSecond opens the file again, where that is possible.
func (s *segment) openSecond(o *Options) {
	second, err := o.FS.OpenReadWrite(s.name)
	if err != nil {
		o.Log.Warn("a log segment could not be opened twice; its batches are synced one after the other", zap.Error(err))
		return
	}
	s.second = second
}

// lane returns the open file of a lane.
func (s *segment) lane(lane int) vfs.File {
	if lane == 0 {
		return s.file
	}
	return s.second
}

// close closes the file.
func (s *segment) close() error {
	err := s.file.Close()
	if s.second != nil {
		err = errors.Join(err, s.second.Close())
	}
	return err
}

// reopen opens the newest segment of a log that was scanned, takes the torn tail away,
// and makes durable what Scan has read.
func reopen(o *Options, t *tail, report *TailReport) (*segment, error) {
	name := segmentName(o.Dir, t.header.first)
	f, err := o.FS.OpenReadWrite(name)
	if err != nil {
		return nil, err
	}
	s := &segment{file: f, name: name, first: t.header.first, place: t.place, limit: o.SegmentBytes}
	if err := s.repair(t.proven, report); err != nil {
		return nil, errors.Join(fmt.Errorf("repairing the end of %s: %w", name, err), f.Close())
	}
	s.openSecond(o)
	return s, nil
}

func (s *segment) repair(proven int64, report *TailReport) error {
	size, err := s.file.Size()
	if err != nil {
		return err
	}
	s.size = size
	buf := make([]byte, min(s.place.Offset-proven, windowBytes))
	for at := proven; at < s.place.Offset; {
		part := buf[:min(int64(len(buf)), s.place.Offset-at)]
		if err := vfs.ReadFullAt(s.file, part, at); err != nil {
			return err
		}
		if _, err := s.file.WriteAt(part, at); err != nil {
			return err
		}
		at += int64(len(part))
	}
	if report != nil {
		if err := s.file.Preallocate(report.Offset, report.Bytes); err != nil {
			return err
		}
	}
	s.written = s.place.Offset
	s.synced.Store(s.written)
	return s.file.SyncData()
}
