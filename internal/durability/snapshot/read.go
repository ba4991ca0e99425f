package snapshot

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/cespare/xxhash/v2"

	"memgraphd/internal/durability/vfs"
)

// File is a snapshot file whose header, footer and tail are good.
type File struct {
	f      vfs.File
	name   string
	size   int64
	header Header
	footer *footer
	ahead  atomic.Int64 // the system knows that what lies before will be read
	calm   bool         // it is not told: the disk is for others
	direct atomic.Bool  // blocks are read past the cache of the system
}

// Open opens a snapshot and reads its header and table of contents. It fails with a
// *DamagedError, a *NewerFormatError, or what the file system says.
func Open(fsys vfs.FS, name string) (*File, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	s := &File{f: f, name: name}
	if err := s.open(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return s, nil
}

func (s *File) open() error {
	size, err := s.f.Size()
	if err != nil {
		return fmt.Errorf("snapshot %s: %w", s.name, err)
	}
	s.size = size
	header := make([]byte, min(size, headerBytes))
	if err = vfs.ReadFullAt(s.f, header, 0); err != nil {
		return readFailure(s.name, 0, err)
	}
	if len(header) < headerBytes || string(header[:8]) != headerMagic {
		return s.damaged(0, errors.New("it does not begin as a snapshot does"))
	}
	if format := binary.LittleEndian.Uint32(header[8:]); format > Format {
		// A flipped bit must not pass for a newer version: every version hashes its header.
		if n := binary.LittleEndian.Uint32(header[12:]); n >= headerBytes && s.hashed(n) {
			return &NewerFormatError{File: s.name, Format: format}
		}
	} else if format == 0 {
		return s.damaged(8, fmt.Errorf("unknown format %d", format))
	}
	if s.header, err = parseHeader(header); err != nil {
		return s.damaged(0, err)
	}
	return s.readFooter(header)
}

// hashed reports whether the first n bytes end with their hash.
func (s *File) hashed(n uint32) bool {
	if int64(n) > min(s.size, 1<<16) {
		return false
	}
	b := make([]byte, n)
	return vfs.ReadFullAt(s.f, b, 0) == nil && checkHash(b) == nil
}

func (s *File) readFooter(header []byte) error {
	if s.size < headerBytes+footerBytes+tailBytes {
		return s.damaged(s.size, errors.New("it is cut off"))
	}
	tail := make([]byte, tailBytes)
	at := s.size - tailBytes
	if err := vfs.ReadFullAt(s.f, tail, at); err != nil {
		return readFailure(s.name, at, err)
	}
	if string(tail[24:]) != tailMagic {
		return s.damaged(at+24, errors.New("it is cut off, or something was added to its end"))
	}
	if err := checkHash(tail[:24]); err != nil {
		return s.damaged(at, err)
	}
	offset, length := binary.LittleEndian.Uint64(tail), binary.LittleEndian.Uint32(tail[8:])
	if offset < headerBytes || length < footerBytes || offset+uint64(length) != uint64(at) {
		return s.damaged(at, errors.New("the footer has no place in the file"))
	}
	b := make([]byte, length)
	if err := vfs.ReadFullAt(s.f, b, int64(offset)); err != nil {
		return readFailure(s.name, int64(offset), err)
	}
	blocks := binary.LittleEndian.Uint32(b[4:])
	if string(b[:4]) != footerMagic || uint64(length) != footerBytes+uint64(blocks)*tableEntryBytes {
		return s.damaged(int64(offset), errors.New("the footer does not begin as it must"))
	}
	f, err := parseFooter(b, header)
	if err != nil {
		return s.damaged(int64(offset), err)
	}
	if f.end() != int64(offset) {
		return s.damaged(f.end(), errors.New("the blocks do not reach the footer"))
	}
	s.footer = f
	return nil
}

// Close closes the file.
func (s *File) Close() error { return s.f.Close() }

// Header returns what the image is of.
func (s *File) Header() Header { return s.header }

// Counts returns the totals of the image.
func (s *File) Counts() Counts { return s.footer.counts }

// Bytes returns the size of the file.
func (s *File) Bytes() int64 { return s.size }

// Verify reads the whole file and compares every hash.
func (s *File) Verify(ctx context.Context, workers int) error {
	return s.verify(ctx, workers, func(ctx context.Context, _ int64) error { return context.Cause(ctx) })
}

// VerifyTelling is Verify that reports how far it is, on several goroutines.
func (s *File) VerifyTelling(ctx context.Context, workers int, report func(Progress)) error {
	var done atomic.Int64
	return s.verify(ctx, workers, func(ctx context.Context, n int64) error {
		report(Progress{Bytes: done.Add(n) - n, Total: s.size})
		return context.Cause(ctx)
	})
}

// verify is Verify that asks pass before each block, with its bytes.
func (s *File) verify(ctx context.Context, workers int, pass func(ctx context.Context, n int64) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.begin()
	var next atomic.Int64
	var group sync.WaitGroup
	for range max(1, min(workers, len(s.footer.blocks))) {
		group.Go(func() {
			var buf blockBuffer
			for at := next.Add(1) - 1; at < int64(len(s.footer.blocks)) && ctx.Err() == nil; at = next.Add(1) - 1 {
				h := s.footer.blocks[at]
				err := pass(ctx, blockBytes+int64(h.length))
				if err == nil {
					s.expect(h)
					_, err = s.read(h, &buf)
				}
				if err != nil {
					cancel(err)
				}
				runtime.Gosched()
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}

// begin prepares the file for being read as a whole.
func (s *File) begin() {
	s.ahead.Store(0)
	s.direct.Store(vfs.Direct(s.f, true))
}

// Verify opens a snapshot and reads the whole of it.
func Verify(ctx context.Context, fsys vfs.FS, name string, workers int) (err error) {
	s, err := Open(fsys, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.Verify(ctx, workers)
}

// Progress says how far a load is.
type Progress struct {
	Bytes int64 // read
	Total int64 // in the file
}

// aheadBytes is how far ahead of a reader of the whole file the disk may be.
const aheadBytes = 16 << 20

// expect tells the system what follows a block, once for each part of the file: readers come
// by in about the order of the file.
func (s *File) expect(h blockHeader) {
	at := s.ahead.Load()
	if s.calm || s.direct.Load() {
		return
	}
	if want := min(h.offset+aheadBytes, s.size); want > at && s.ahead.CompareAndSwap(at, min(want+aheadBytes, s.size)) {
		vfs.Expect(s.f, at, min(want+aheadBytes, s.size)-at)
	}
}

// blockBuffer is memory for one block after the other.
type blockBuffer struct {
	memory []byte // aligned for direct reads
}

// read returns header and payload of a block, in the memory of buf.
func (s *File) read(h blockHeader, buf *blockBuffer) ([]byte, error) {
	block, err := s.fetch(h, buf)
	if err == nil {
		err = s.prove(h, block)
	}
	return block, err
}

// around returns memory for a block and what lies beside it, so that it begins and ends where a
// direct read may, and the offset of that in the file.
func (b *blockBuffer) around(h blockHeader) (memory []byte, from int64) {
	skip := int(h.offset % vfs.DirectBytes)
	all := (skip + blockBytes + int(h.length) + vfs.DirectBytes - 1) / vfs.DirectBytes * vfs.DirectBytes
	if len(b.memory) < all {
		b.memory = vfs.Aligned(all)
	}
	return b.memory[:all], h.offset - int64(skip)
}

// fetch reads a block into the memory of buf.
func (s *File) fetch(h blockHeader, buf *blockBuffer) ([]byte, error) {
	memory, from := buf.around(h)
	got, err := s.f.ReadAt(memory, from)
	return s.within(h, buf, got, err)
}

// within returns a block of which a read of what is around it has ended.
func (s *File) within(h blockHeader, buf *blockBuffer, got int, err error) ([]byte, error) {
	skip, n := int(h.offset%vfs.DirectBytes), blockBytes+int(h.length)
	if got < skip+n {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, readFailure(s.name, h.offset, err)
	}
	return buf.memory[skip : skip+n], nil
}

// prove compares a block with its hashes.
func (s *File) prove(h blockHeader, block []byte) error {
	if !bytes.Equal(block[:blockBytes], h.append(nil)) {
		return s.damaged(h.offset, errors.New("the header of the block is not the one in the table"))
	}
	if xxhash.Sum64(block[blockBytes:]) != h.payload {
		return s.damaged(h.offset+blockBytes, errors.New("the checksum of the block does not fit"))
	}
	return nil
}

func (s *File) damaged(offset int64, reason error) error {
	return &DamagedError{File: s.name, Offset: offset, Reason: reason.Error()}
}

// IsSnapshot tells whether a file begins as a snapshot does.
func IsSnapshot(beginning []byte) bool {
	return len(beginning) >= len(headerMagic) && string(beginning[:len(headerMagic)]) == headerMagic
}
