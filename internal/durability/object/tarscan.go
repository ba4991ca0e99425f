package object

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"

	"memgraphd/internal/durability/vfs"
)

// residueStep is how much of what stands after the end of an archive is looked at at once.
const residueStep = 1 << 20

// tarScan reads the headers of an archive file.
type tarScan struct {
	f    vfs.File
	path string
	size int64
	last int64 // where the last header stands; -1: there is none
}

// all collects the entries and returns where the archive ends.
func (s *tarScan) all(entries map[string]tarEntry) (end int64, err error) {
	var block [tarBlock]byte
	for at := int64(0); ; {
		if at+tarBlock > s.size { // not even the end was written: an empty file, or one that was cut
			return at, s.cut(at, entries)
		}
		if err := vfs.ReadFullAt(s.f, block[:], at); err != nil {
			return 0, err
		}
		if block == [tarBlock]byte{} {
			return at, s.residue(at)
		}
		h, err := parseTar(block[:])
		if err != nil {
			return 0, s.damaged(at, err)
		}
		e := tarEntry{offset: at + tarBlock, bytes: h.Size, modified: h.ModTime.UTC()}
		if e.bytes > s.size-e.offset {
			return 0, s.damaged(at, fmt.Errorf("%s has %d bytes there, the file ends at %d: it was cut", h.Name, e.bytes, s.size))
		}
		if _, twice := entries[h.Name]; twice {
			return 0, s.damaged(at, fmt.Errorf("%s is there twice", h.Name))
		}
		if len(entries) >= archiveEntries {
			return 0, fmt.Errorf("archive file %s has more than %d entries", s.path, archiveEntries)
		}
		entries[h.Name] = e
		s.last = at
		at = e.offset + padded(e.bytes)
	}
}

// cut judges a file that ends where a header or the end would stand. The end of an archive
// is durable before the entry before it is, so only a file of nothing can lack it.
func (s *tarScan) cut(at int64, entries map[string]tarEntry) error {
	if len(entries) == 0 {
		var rest [tarBlock]byte
		if err := vfs.ReadFullAt(s.f, rest[:s.size-at], at); err != nil {
			return err
		}
		if rest == [tarBlock]byte{} {
			return nil
		}
	}
	return s.damaged(at, fmt.Errorf("the end of the archive is missing, the file has %d bytes: it was cut", s.size))
}

// residue looks at what stands after the end: the data of an entry that was not finished,
// or more entries, if a header was lost.
func (s *tarScan) residue(end int64) error {
	buf := make([]byte, residueStep)
	for at := end + tarBlock; at < s.size; at += residueStep {
		n := min(residueStep, s.size-at) / tarBlock * tarBlock
		if err := vfs.ReadFullAt(s.f, buf[:n], at); err != nil {
			return err
		}
		for i := int64(0); i < n; i += tarBlock {
			block := buf[i : i+tarBlock]
			if string(block[257:262]) != "ustar" {
				continue
			}
			if h, err := parseTar(block); err == nil {
				return s.damaged(end, fmt.Errorf("the header of an object is missing there: %s follows at %d", h.Name, at+i))
			}
		}
	}
	return nil
}

func (s *tarScan) damaged(at int64, err error) error {
	return &DamagedError{Name: "archive file " + s.path, Err: fmt.Errorf("at byte %d: %w", at, err)}
}

// parseTar reads a header of this package.
func parseTar(block []byte) (*tar.Header, error) {
	h, err := tar.NewReader(io.MultiReader(bytes.NewReader(block), neverEnding{})).Next()
	switch {
	case err != nil:
		return nil, fmt.Errorf("the header of an object cannot be read: %w", err)
	case h.Typeflag != tar.TypeReg || h.Size < 0 || h.Format != tar.FormatGNU || h.Linkname != "":
		return nil, errors.New("there is an entry that no object has")
	}
	return h, CheckName(h.Name)
}

// neverEnding is what stands after a header, as far as its reader is concerned.
type neverEnding struct{}

// Read implements io.Reader.
func (neverEnding) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
