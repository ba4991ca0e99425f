package wal

import (
	"encoding/binary"
	"errors"
	"path/filepath"

	"memgraphd/internal/durability/frame"
	"memgraphd/internal/durability/vfs"
)

// chainOffset is where a frame has its chained checksum.
const chainOffset = 4

// Leftovers calls fn with every record of a segment behind an index that can still be
// read, whatever is damaged before and between them, so that one can tell what would be
// lost. proven means that the record's own checksum is good; without it the payload may be
// anything, but for its length. It is valid during the call only. A segment whose header
// is damaged gives nothing. No file is changed.
func Leftovers(fsys vfs.FS, name string, after uint64, fn func(r Record, proven bool) error) (err error) {
	o := Options{FS: fsys, Dir: filepath.Dir(name)}.withDefaults()
	f, err := fsys.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	l := &leftovers{scanner: scanner{o: &o, name: name}, after: after, fn: fn}
	if l.win, err = newWindow(f); err != nil {
		return err
	}
	raw, err := l.win.at(0, headerBytes)
	if err != nil {
		return err
	}
	h, bad := decodeHeader(raw)
	if bad != nil { // no frame can be told from anything else
		return nil
	}
	l.place, l.chained = h.place(), true
	used, err := l.win.lastNonZero(l.place.Offset)
	if err != nil {
		return err
	}
	for l.place.Offset+frame.HeaderBytes <= used {
		if err := l.next(); err != nil {
			return err
		}
	}
	return nil
}

// leftovers is one call of Leftovers.
type leftovers struct {
	scanner
	after   uint64
	fn      func(Record, bool) error
	chained bool // the chain before the present place is known
	proven  bool // all parts of the open record are
}

// next takes the frame at the present place, or goes on to the next place where one may
// be.
func (l *leftovers) next() error {
	raw, err := l.win.at(l.place.Offset, frame.HeaderBytes)
	if err != nil {
		return err
	}
	h, bad := frame.ReadHeader(raw, l.place)
	if bad != nil || l.place.Offset+h.Size() > l.win.size {
		l.place.Offset += frame.Align
		l.chained, l.parts = false, parts{}
		return nil //nolint:nilerr // where no frame stands the next place may have one
	}
	if raw, err = l.win.at(l.place.Offset, int(h.Size())); err != nil {
		return err
	}
	_, _, _, bad = frame.Decode(raw, l.place)
	proven := bad == nil && l.chained
	payload := raw[frame.HeaderBytes : frame.HeaderBytes+int(h.Length)]
	at := l.place
	l.place.Chain, l.chained = binary.LittleEndian.Uint32(raw[chainOffset:]), true
	l.place.Offset += h.Size()
	return l.take(h, payload, at, proven)
}

// take joins the parts of records.
func (l *leftovers) take(h frame.Header, payload []byte, at frame.Place, proven bool) error {
	if h.Kind == 0 || h.Kind > KindMax || !l.parts.follows(h) {
		l.parts = parts{}
		if h.Kind == 0 || h.Kind > KindMax || h.Part != 0 {
			return nil
		}
	}
	if !l.parts.open {
		l.proven = true
	}
	l.proven = l.proven && proven
	record, whole := l.parts.add(h, payload, at, 0)
	if !whole || h.Index <= l.after {
		return nil
	}
	return l.fn(record, l.proven)
}
