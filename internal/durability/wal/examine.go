package wal

import (
	"errors"
	"path/filepath"

	"memgraphd/internal/durability/vfs"
)

// Examined is what one segment says by itself.
type Examined struct {
	Version  uint32
	Database [16]byte
	First    uint64 // the index that it begins with
	Last     uint64 // First-1 while it has no record
	Born     int64  // microseconds since 1970-01-01 UTC
	// ChainBefore is the chain of the last record before the segment, Chain that of its
	// own last one: a segment follows another where they are equal.
	ChainBefore, Chain uint32

	Bytes   int64 // of the file
	Used    int64 // up to the end of the last frame that is good
	Records int64
	Sealed  bool // the last frame says that there is a next segment
	Clean   bool // the last frame says that the log was closed in good order
	Tail    *TailReport
}

// Examine reads one segment, whatever its name and whatever files are beside it, checks
// every frame, and calls fn with each record. The payload is valid during the call only.
// No file is changed.
//
// Where the segment is damaged the error is a *DamageError and the result says what stands
// before that place; fn has had those records.
func Examine(fsys vfs.FS, name string, fn func(Record) error) (out Examined, err error) {
	o := Options{FS: fsys, Dir: filepath.Dir(name)}.withDefaults()
	f, err := fsys.Open(name)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	s := &scanner{o: &o, name: name, own: true}
	s.fn = func(r Record) error {
		out.Records++
		if fn == nil {
			return nil
		}
		return fn(r)
	}
	if s.win, err = newWindow(f); err != nil {
		return out, err
	}
	out.Bytes = s.win.size
	raw, err := s.win.at(0, headerBytes)
	if err != nil {
		return out, err
	}
	h, err := decodeHeader(raw)
	if err == nil {
		s.end.logged = h.first - 1
	}
	if h, err = s.header(h.first); err != nil {
		return out, err
	}
	out.Version, out.Database, out.First, out.Born, out.ChainBefore = formatVersion, h.database, h.first, h.birth, h.chain
	s.place, s.proven, s.end.logged, s.end.chain = h.place(), headerBytes, h.first-1, h.chain
	err = s.frames()
	out.Last, out.Chain, out.Used = s.end.logged, s.end.chain, s.place.Offset
	out.Sealed, out.Clean, out.Tail = s.sealed, s.end.Clean, s.end.Tail
	return out, err
}

// IsSegment tells whether a file begins as a segment does.
func IsSegment(beginning []byte) bool {
	return len(beginning) >= len(magic) && string(beginning[:len(magic)]) == magic
}
