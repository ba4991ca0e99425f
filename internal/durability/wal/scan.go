package wal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"memgraphd/internal/durability/frame"
	"memgraphd/internal/durability/vfs"
)

// SegmentInfo describes a segment.
type SegmentInfo struct {
	// Name is the path.
	Name string
	// First and Last are the indexes that the segment is responsible for; Last is
	// First-1 while there is no record.
	First, Last uint64
	Bytes       int64
	Sealed      bool
	// End is where the frames end that are durable: what stands before never changes.
	End int64
}

// End is where a log ends, as Scan has found it. Open takes it.
type End struct {
	// Last is the last index of the log, or the one before what Scan was asked for
	// where that is greater.
	Last uint64
	// Clean means that the log was closed in good order.
	Clean bool
	// Tail is what a crash has left; nil if nothing.
	Tail *TailReport
	// Segments are all segments, oldest first.
	Segments []SegmentInfo

	database [16]byte // zero while there is no segment
	logged   uint64   // the last index that is in the log itself
	chain    uint32   // of the last record or own frame but seals
	tail     *tail
}

// Logged returns the newest index that is in the log itself, 0 where it has none.
func (e End) Logged() uint64 { return e.logged }

// tail is the newest segment, which Open goes on with.
type tail struct {
	header header
	place  frame.Place // where the next frame goes
	proven int64       // durable beyond doubt below this offset
	// promised means that the last frame is one of the log's own, or there is none.
	promised bool
}

// Scan reads and checks the whole log and calls fn, in order, for each record whose
// index is at least from. The payload is valid during the call only. With from 0 all
// records are meant, and the log may begin anywhere. No file is changed.
//
// The error is a *DamageError, *GapError, *VersionError or *ForeignError where the log
// is to blame, and wraps that of fn where fn failed.
func Scan(o Options, from uint64, fn func(Record) error) (End, error) {
	o = o.withDefaults()
	firsts, err := listSegments(&o)
	if err != nil {
		return End{}, err
	}
	s := &scanner{o: &o, from: from, fn: fn, database: o.Database}
	if err := s.progress.measure(&o, firsts); err != nil {
		return End{}, err
	}
	for i, first := range firsts {
		var next uint64
		if i+1 < len(firsts) {
			next = firsts[i+1]
		}
		if err := s.segment(first, next); err != nil {
			return End{}, err
		}
	}
	s.end.Last, s.end.database = s.end.logged, s.database
	if from > 0 {
		s.end.Last = max(s.end.Last, from-1)
	}
	return s.end, nil
}

// listSegments returns the first indexes of all segments in order, and refuses a
// directory that holds anything else.
func listSegments(o *Options) ([]uint64, error) {
	names, err := o.FS.List(o.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var firsts []uint64
	for _, name := range names {
		if name == spareDirName {
			continue
		}
		first, ok := parseName(name)
		if !ok {
			return nil, &ForeignError{File: filepath.Join(o.Dir, name), Reason: "not a file of this log"}
		}
		firsts = append(firsts, first)
	}
	return firsts, nil
}

// scanner holds what one Scan knows.
type scanner struct {
	o        *Options
	from     uint64
	fn       func(Record) error
	database [16]byte
	end      End

	progress scanProgress

	// Of the segment at hand:
	name   string
	win    *window
	next   uint64 // first index of the next segment, 0 for none
	place  frame.Place
	proven int64
	own    bool // the last frame is one of the log's own, or there is none
	sealed bool
	parts  parts
}

// segment reads one segment.
func (s *scanner) segment(first, next uint64) (err error) {
	s.name, s.next = segmentName(s.o.Dir, first), next
	f, err := s.o.FS.Open(s.name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if s.win, err = newWindow(f); err != nil {
		return err
	}
	h, err := s.header(first)
	if err != nil {
		return err
	}
	if err := s.connect(h); err != nil {
		return err
	}
	s.place, s.proven, s.own, s.sealed, s.parts = h.place(), headerBytes, true, false, parts{}
	s.end.Clean = false
	s.end.tail = nil
	if err := s.frames(); err != nil {
		return err
	}
	if s.sealed && next == 0 && !s.o.Copied {
		return s.damage(s.place.Offset, "the segment that follows this one is missing")
	}
	s.end.Segments = append(s.end.Segments, SegmentInfo{
		Name: s.name, First: first, Last: max(s.end.logged, first-1), Bytes: s.win.size, Sealed: next != 0,
		End: s.place.Offset,
	})
	s.progress.done(s.win.size)
	if next == 0 {
		s.end.tail = &tail{header: h, place: s.place, proven: s.proven, promised: s.own}
	}
	return nil
}

// header reads the segment's header and checks that it belongs here.
func (s *scanner) header(first uint64) (header, error) {
	raw, err := s.win.at(0, headerBytes)
	if err != nil {
		return header{}, err
	}
	h, err := decodeHeader(raw)
	var version *VersionError
	switch {
	case errors.As(err, &version):
		version.File = s.name
		return h, version
	case errors.Is(err, errHeaderMagic) && len(raw) >= 4 && string(raw[:4]) == "MGwl":
		return h, &ForeignError{File: s.name, Reason: "a log file of Memgraph, which this server cannot read"}
	case err != nil:
		return h, s.damage(0, err.Error())
	case h.first != first:
		return h, s.damage(0, fmt.Sprintf("the segment is named for commit %d and begins with %d", first, h.first))
	}
	if s.database == [16]byte{} {
		s.database = h.database
	}
	if h.database != s.database {
		return h, &ForeignError{File: s.name, Reason: fmt.Sprintf(
			"belongs to database %s, not to %s", uuidText(h.database), uuidText(s.database))}
	}
	return h, nil
}

// connect checks that the segment follows the one before it.
func (s *scanner) connect(h header) error {
	begun := len(s.end.Segments) > 0
	switch {
	case begun && h.chain != s.end.chain:
		return s.damage(0, "the segment does not continue the one before it; a file is missing or was exchanged")
	case begun && h.first <= s.end.logged:
		return s.damage(0, fmt.Sprintf("the segment begins with commit %d after %d", h.first, s.end.logged))
	}
	if !begun || h.first != s.end.logged+1 {
		if want := max(s.from, s.end.logged+1); s.from > 0 && want < h.first {
			return &GapError{File: s.name, Want: want, First: h.first}
		}
		s.end.logged = h.first - 1
	}
	s.end.chain = h.chain
	return nil
}

// frames reads frames up to the end of the segment.
func (s *scanner) frames() error {
	for !s.sealed {
		h, payload, next, err := s.frame()
		var bad *frameError
		switch {
		case errors.Is(err, frame.ErrEnd):
			return s.finish(nil)
		case errors.As(err, &bad):
			return s.finish(bad)
		case err != nil:
			return err
		}
		if err := s.accept(h, payload); err != nil {
			return err
		}
		s.proven = max(s.proven, int64(h.Synced))
		s.place = next
		s.progress.at(s.place.Offset)
		if h.Kind != kindSeal {
			s.end.chain = next.Chain
		}
		s.own = h.Kind > KindMax
		s.sealed = h.Kind == kindSeal
		s.end.Clean = h.Kind == kindClose
	}
	return nil
}

// frameError says why bytes are not a frame.
type frameError struct{ err error }

func (b *frameError) Error() string { return b.err.Error() }

func (b *frameError) Unwrap() error { return b.err }

// frame decodes the frame at the present place. The error is ErrEnd where only zeros
// follow, a *frameError where something else does, and any other where reading failed.
func (s *scanner) frame() (frame.Header, []byte, frame.Place, error) {
	raw, err := s.win.at(s.place.Offset, frame.HeaderBytes)
	if err != nil {
		return frame.Header{}, nil, s.place, err
	}
	h, err := frame.ReadHeader(raw, s.place)
	if errors.Is(err, frame.ErrEnd) || len(raw) < frame.HeaderBytes {
		var used int64
		used, err = s.win.lastNonZero(s.place.Offset)
		switch {
		case err != nil:
		case used == s.place.Offset:
			err = frame.ErrEnd
		case len(raw) < frame.HeaderBytes:
			err = &frameError{frame.ErrShort}
		default:
			err = &frameError{errors.New("zeros where a frame should be")}
		}
		return h, nil, s.place, err
	}
	if err != nil {
		return h, nil, s.place, &frameError{err}
	}
	raw, err = s.win.at(s.place.Offset, int(h.Size()))
	if err != nil {
		return h, nil, s.place, err
	}
	h, payload, next, err := frame.Decode(raw, s.place)
	if err != nil {
		return h, nil, s.place, &frameError{err}
	}
	return h, payload, next, nil
}

// accept checks what a good frame says and hands a whole record on.
func (s *scanner) accept(h frame.Header, payload []byte) error {
	switch h.Kind {
	case kindPromise, kindSeal, kindClose:
		distance := h.Kind == kindPromise && h.Length == distanceBytes
		if s.parts.open || h.Length != 0 && !distance || h.Part != 0 || !h.Last {
			return s.damage(s.place.Offset, "a frame of the log itself where none may be")
		}
		return nil
	}
	if h.Kind == 0 || h.Kind > KindMax {
		return s.damage(s.place.Offset, fmt.Sprintf("a frame of the unknown kind %d", h.Kind))
	}
	if !s.parts.open && h.Index <= s.end.logged {
		return s.damage(s.place.Offset, fmt.Sprintf("commit %d after %d", h.Index, s.end.logged))
	}
	if !s.parts.follows(h) {
		return s.damage(s.place.Offset, "the parts of a record are out of order")
	}
	record, whole := s.parts.add(h, payload, s.place, s.end.chain)
	if !whole {
		return nil
	}
	s.end.logged = h.Index
	if h.Index < s.from || s.fn == nil {
		return nil
	}
	if err := s.fn(record); err != nil {
		return fmt.Errorf("commit %d, %s at offset %d: %w", h.Index, s.name, s.parts.place.Offset, err)
	}
	return nil
}

// finish decides what the end of a segment that is not sealed means; bad is nil where
// zeros follow.
func (s *scanner) finish(bad *frameError) error {
	reason := "the last parts of a record are missing"
	if bad != nil {
		reason = bad.Error()
	}
	if s.next != 0 {
		return s.finishFormer(bad, reason)
	}
	if bad == nil && !s.parts.open {
		return nil
	}
	last, damaged, err := s.promised()
	if err != nil {
		return err
	}
	if damaged {
		e := s.damage(s.place.Offset, reason)
		e.Last = last
		return e
	}
	if s.parts.open {
		s.place, s.end.chain = s.parts.place, s.parts.chain
		s.parts = parts{}
	}
	used, err := s.win.lastNonZero(s.place.Offset)
	if err != nil {
		return err
	}
	s.proven = min(s.proven, s.place.Offset)
	s.end.Clean = false
	s.end.Tail = &TailReport{File: s.name, Offset: s.place.Offset, Bytes: used - s.place.Offset, Reason: reason}
	return nil
}

// finishFormer is finish for a segment that has a successor.
func (s *scanner) finishFormer(bad *frameError, reason string) error {
	chain, ok, err := s.successorChain()
	if err != nil {
		return err
	}
	if !s.parts.open && ok && chain == s.end.chain {
		return nil
	}
	if bad == nil && !s.parts.open {
		reason = "the end of the segment is missing"
	}
	e := s.damage(s.place.Offset, reason)
	e.Last = max(e.First, s.next-1)
	return e
}

// successorChain reads the chain that the next segment names. A header that is damaged
// gives false, and is reported in its turn.
func (s *scanner) successorChain() (chain uint32, ok bool, err error) {
	h, ok, err := readHeader(s.o.FS, segmentName(s.o.Dir, s.next))
	return h.chain, ok, err
}

// readHeader reads the header of a segment; ok is false where it is damaged or of a newer
// version.
func readHeader(fsys vfs.FS, name string) (h header, ok bool, err error) {
	f, err := fsys.Open(name)
	if err != nil {
		return header{}, false, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var raw [headerBytes]byte
	if err := vfs.ReadFullAt(f, raw[:], 0); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return header{}, false, err
	}
	h, bad := decodeHeader(raw[:])
	return h, bad == nil, nil
}

// promised looks for a later frame that says the present place was durable. It returns
// the greatest index in later frames.
func (s *scanner) promised() (last uint64, damaged bool, err error) {
	at := s.place
	for at.Offset += frame.Align; at.Offset+frame.HeaderBytes <= s.win.size; at.Offset += frame.Align {
		raw, err := s.win.at(at.Offset, frame.HeaderBytes)
		if err != nil {
			return 0, false, err
		}
		h, err := frame.ReadHeader(raw, at)
		if err != nil {
			continue
		}
		last = max(last, h.Index)
		if h.Synced > uint64(s.place.Offset) {
			damaged = true
		}
	}
	return last, damaged, nil
}

func (s *scanner) damage(offset int64, reason string) *DamageError {
	return &DamageError{File: s.name, Offset: offset, First: s.end.logged + 1, Reason: reason}
}
