package object

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"math/bits"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"
)

// Sizes of the steps between a source and a store.
const (
	copyBytes   = 128 << 10
	windowMin   = 1 << 10
	windowMax   = 4 << 20
	workersMost = 8
)

// SealOptions say how an object is sealed. The zero value compresses and does not encrypt.
type SealOptions struct {
	Compression Compression
	Keys        Keys // with recipients: encrypt for them
	// Workers is how many processors the compression may use, 1 if it is 0.
	Workers int
	// Progress is told the number of raw bytes that were taken from the source so far.
	Progress func(raw int64)
}

// Sealed describes what Seal has put, or what Verify has read.
type Sealed struct {
	Name     string `json:"name"`
	Bytes    int64  `json:"bytes"`     // as stored, header and trailer included
	RawBytes int64  `json:"raw_bytes"` // of the payload, unpacked
	SHA256   string `json:"sha256"`    // the digest in the trailer, hexadecimal
}

// Seal puts a new object of the header and the bytes of src, which must be as many as the
// header says. With ErrExists, what is there may be the same: Verify tells.
func Seal(ctx context.Context, s Store, name string, h Header, src io.Reader, o SealOptions) (Sealed, error) {
	h.Name = name
	h.Key = o.Keys.sealingID()
	h.Compression = CompressionZstd
	if o.Compression == CompressionNone {
		h.Compression = CompressionNone
	}
	if err := h.check(); err != nil {
		return Sealed{}, fmt.Errorf("sealing %s: %w", name, err)
	}
	size := int64(-1)
	if h.Compression == CompressionNone && h.Key == (KeyID{}) {
		size = int64(len(h.encode())) + h.RawBytes() + tailBytes
	}
	r, w := io.Pipe()
	w2 := &sealer{dst: w, sum: sha256.New()}
	done := make(chan struct{})
	var failure error
	go func() {
		defer close(done)
		failure = w2.write(ctx, &h, src, o)
		w.CloseWithError(failure)
	}()
	err := s.Put(ctx, name, size, r)
	r.CloseWithError(errAbandoned)
	<-done
	switch {
	case failure != nil && !errors.Is(failure, errAbandoned):
		return Sealed{}, fmt.Errorf("sealing %s: %w", name, failure)
	case err != nil:
		return Sealed{}, err
	case failure != nil:
		return Sealed{}, fmt.Errorf("sealing %s: the store %s took only a part of it", name, s)
	}
	return Sealed{Name: name, Bytes: w2.bytes, RawBytes: h.RawBytes(), SHA256: hex.EncodeToString(w2.digest)}, nil
}

// errAbandoned ends the writing of an object that the store does not want any more.
var errAbandoned = errors.New("the store has ended the transfer")

// sealer writes an object and counts and sums what it writes.
type sealer struct {
	dst    io.Writer
	sum    hash.Hash
	bytes  int64
	digest []byte
}

// Write implements io.Writer.
func (w *sealer) Write(p []byte) (int, error) {
	n, err := w.dst.Write(p)
	w.sum.Write(p[:n])
	w.bytes += int64(n)
	return n, err
}

func (w *sealer) write(ctx context.Context, h *Header, src io.Reader, o SealOptions) error {
	if _, err := w.Write(h.encode()); err != nil {
		return err
	}
	before := w.bytes
	if err := w.payload(ctx, h, src, o); err != nil {
		return err
	}
	tail := make([]byte, tailBytes)
	binary.LittleEndian.PutUint64(tail[0:], uint64(h.RawBytes()))
	binary.LittleEndian.PutUint64(tail[8:], uint64(w.bytes-before))
	w.sum.Write(tail[:16])
	w.digest = w.sum.Sum(tail[16:16])
	copy(tail[56:], magicTail)
	_, err := w.Write(tail)
	return err
}

// payload packs the bytes of src.
func (w *sealer) payload(ctx context.Context, h *Header, src io.Reader, o SealOptions) error {
	var dst io.Writer = w
	var closers []io.Closer // the innermost is the last
	if h.Key != (KeyID{}) {
		enc, err := age.Encrypt(w, o.Keys.recipients...)
		if err != nil {
			return fmt.Errorf("encrypting: %w", err)
		}
		dst = enc
		closers = append(closers, enc)
	}
	if h.Compression == CompressionZstd {
		enc, err := newEncoder(dst, h.RawBytes(), o.Workers)
		if err != nil {
			return fmt.Errorf("compressing: %w", err)
		}
		dst = enc
		closers = append(closers, enc)
	}
	err := copyRaw(ctx, dst, src, h.RawBytes(), o.Progress)
	for len(closers) > 0 {
		last := len(closers) - 1
		if failed := closers[last].Close(); err == nil {
			err = failed
		}
		closers = closers[:last]
	}
	return err
}

// newEncoder makes an encoder whose memory fits what is to be compressed.
func newEncoder(dst io.Writer, raw int64, workers int) (*zstd.Encoder, error) {
	window := windowMax
	if raw < windowMax {
		window = max(windowMin, 1<<bits.Len64(uint64(raw)))
	}
	return zstd.NewWriter(dst, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(window),
		zstd.WithEncoderConcurrency(min(max(1, workers), workersMost)), zstd.WithEncoderCRC(true))
}

// copyRaw copies exactly n bytes.
func copyRaw(ctx context.Context, dst io.Writer, src io.Reader, n int64, progress func(int64)) error {
	buf := make([]byte, min(copyBytes, n+1))
	var done int64
	for {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		got, err := src.Read(buf)
		if done += int64(got); done > n {
			return fmt.Errorf("the source has more than the %d bytes that its header says", n)
		}
		if _, failed := dst.Write(buf[:got]); failed != nil {
			return failed
		}
		if progress != nil && got > 0 {
			progress(done)
		}
		switch {
		case errors.Is(err, io.EOF) && done < n:
			return fmt.Errorf("the source has %d bytes, its header says %d", done, n)
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}
