package object

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"
)

// decoderMemory bounds what a damaged stream can make the decoder take.
const decoderMemory = 64 << 20

// Reader reads the raw bytes of a sealed object. What was read is proved only when Read
// has returned io.EOF: until then it may be damaged.
type Reader struct {
	header Header
	store  string
	name   string
	src    *sumReader
	body   io.Reader
	zstd   *zstd.Decoder
	raw    int64
	err    error // what Read returns from now on
	sealed Sealed
}

// Unseal opens the object of a name. It fails with ErrNotFound, a DamagedError, a
// NewerFormatError or a KeyError, or with what the store says.
func Unseal(ctx context.Context, s Store, name string, k Keys) (*Reader, error) {
	src, err := s.Get(ctx, name, 0)
	if err != nil {
		return nil, err
	}
	r, err := newReader(src, s.String(), name, k)
	if err == nil && r.header.Name != name {
		err = &DamagedError{Store: s.String(), Name: name, Err: fmt.Errorf("%w, %s", ErrExchanged, r.header.Name)}
	}
	if err != nil {
		return nil, errors.Join(err, src.Close())
	}
	return r, nil
}

// NewReader reads a sealed object from src, which Close closes. name is for messages.
func NewReader(src io.ReadCloser, name string, k Keys) (*Reader, error) {
	return newReader(src, "", name, k)
}

func newReader(src io.ReadCloser, store, name string, k Keys) (*Reader, error) {
	r := &Reader{store: store, name: name, src: &sumReader{src: src, sum: sha256.New()}}
	h, raw, err := readHead(src)
	if err != nil {
		if !isFormat(err) {
			return nil, err
		}
		return nil, ofObject(store, name, err)
	}
	r.header = h
	r.src.sum.Write(raw)
	r.src.head = int64(len(raw))
	if r.body, err = r.unpack(k); err != nil {
		return nil, r.failed(err)
	}
	return r, nil
}

// Header returns what the object says of itself.
func (r *Reader) Header() Header { return r.header }

// Sealed describes the object; it is known after io.EOF.
func (r *Reader) Sealed() Sealed { return r.sealed }

// unpack stacks the readers of the payload.
func (r *Reader) unpack(k Keys) (io.Reader, error) {
	var body io.Reader = r.src
	if r.header.Key != (KeyID{}) && !k.digestOnly {
		if len(k.identities) == 0 {
			return nil, &KeyError{Store: r.store, Name: r.name, Want: r.header.Key}
		}
		dec, err := age.Decrypt(body, k.identities...)
		if none, ok := errors.AsType[*age.NoIdentityMatchError](err); ok && none != nil {
			return nil, r.wrongKey(k)
		}
		if err != nil {
			return nil, fmt.Errorf("decrypting: %w", err)
		}
		body = dec
	}
	if r.header.Compression == CompressionZstd && !k.digestOnly {
		dec, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(windowMax*2), zstd.WithDecoderMaxMemory(decoderMemory))
		if err != nil {
			return nil, fmt.Errorf("decompressing: %w", err)
		}
		r.zstd = dec
		body = dec
	}
	return body, nil
}

// wrongKey tells whether it is the key that does not fit, or the place for it that is
// damaged.
func (r *Reader) wrongKey(k Keys) error {
	r.body = r.src
	if err := r.finish(); !errors.Is(err, io.EOF) {
		return err
	}
	return &KeyError{Store: r.store, Name: r.name, Want: r.header.Key, Have: k.openingID()}
}

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	n, err := r.body.Read(p)
	r.raw += int64(n)
	if r.raw > r.header.RawBytes() && r.body != io.Reader(r.src) {
		err = fmt.Errorf("it has more than the %d bytes that its header says", r.header.RawBytes())
	}
	switch {
	case errors.Is(err, io.EOF):
		r.err = r.finish()
	case err != nil:
		r.err = r.failed(err)
	}
	return n, r.err
}

// finish proves the whole object when its payload has ended.
func (r *Reader) finish() error {
	if err := r.src.drain(); err != nil {
		return r.failed(err)
	}
	tail := r.src.held.Bytes()
	if len(tail) != tailBytes || string(tail[56:]) != magicTail {
		return r.failed(errCut)
	}
	le := binary.LittleEndian
	r.src.sum.Write(tail[:16])
	digest := r.src.sum.Sum(nil)
	opened := r.body != io.Reader(r.src) || r.header.Compression == CompressionNone && r.header.Key == (KeyID{})
	raw := int64(le.Uint64(tail[0:]))
	switch {
	case !bytes.Equal(digest, tail[16:16+digestBytes]):
		return r.failed(errors.New("its bytes do not match its checksum"))
	case int64(le.Uint64(tail[8:])) != r.src.payload, raw != r.header.RawBytes(), opened && raw != r.raw, le.Uint64(tail[48:]) != 0:
		return r.failed(errors.New("its sizes do not fit each other"))
	}
	r.sealed = Sealed{
		Name: r.name, Bytes: r.src.head + r.src.payload + tailBytes, RawBytes: raw, SHA256: hex.EncodeToString(digest),
	}
	return io.EOF
}

// failed tells damage from an error of the store.
func (r *Reader) failed(err error) error {
	if r.src.err != nil {
		return r.src.err
	}
	if known, ok := errors.AsType[*KeyError](err); ok {
		return known
	}
	if known, ok := errors.AsType[*DamagedError](err); ok {
		return known
	}
	if r.src.ended && !r.src.whole() {
		err = errCut
	}
	return &DamagedError{Store: r.store, Name: r.name, Err: err}
}

// Close ends the reading. It proves nothing.
func (r *Reader) Close() error {
	if r.zstd != nil {
		r.zstd.Close()
	}
	r.err = errors.Join(r.err, io.ErrClosedPipe)
	return r.src.src.Close()
}

// isFormat tells whether an error of readHead is about what was read.
func isFormat(err error) bool {
	for _, known := range []error{errCut, errHeadMagic, errHeadCheck, errHeadRule, errHeadLength} {
		if errors.Is(err, known) {
			return true
		}
	}
	_, newer := errors.AsType[*NewerFormatError](err)
	return newer
}

// sumReader reads the payload: all but the last tailBytes of src, which it holds back.
type sumReader struct {
	src     io.ReadCloser
	sum     hash.Hash
	head    int64
	payload int64
	held    bytes.Buffer // the newest bytes of src, at most tailBytes and what one Read gives
	chunk   []byte
	ended   bool
	err     error // of src, other than its end
}

// Read implements io.Reader.
func (s *sumReader) Read(p []byte) (int, error) {
	for s.held.Len() <= tailBytes {
		if s.err != nil {
			return 0, s.err
		}
		if s.ended {
			return 0, io.EOF
		}
		s.fill()
	}
	n := min(len(p), s.held.Len()-tailBytes)
	n, err := s.held.Read(p[:n])
	s.sum.Write(p[:n])
	s.payload += int64(n)
	return n, err
}

func (s *sumReader) fill() {
	if s.chunk == nil {
		s.chunk = make([]byte, copyBytes)
	}
	n, err := s.src.Read(s.chunk)
	s.held.Write(s.chunk[:n])
	switch {
	case errors.Is(err, io.EOF):
		s.ended = true
	case err != nil:
		s.err = err
	}
}

// drain reads what a decoder has left: there is something only if it is damaged.
func (s *sumReader) drain() error {
	_, err := io.Copy(io.Discard, s)
	return err
}

// whole tells, after the end, whether a trailer was there.
func (s *sumReader) whole() bool {
	tail := s.held.Bytes()
	return len(tail) >= 8 && string(tail[len(tail)-8:]) == magicTail
}

// Verify reads a whole object and proves it: with keys that open it down to its raw bytes,
// without any by its digest.
func Verify(ctx context.Context, s Store, name string, k Keys) (Header, Sealed, error) {
	if len(k.identities) == 0 {
		h, err := ReadHeader(ctx, s, name)
		if err != nil {
			return Header{}, Sealed{}, err
		}
		k.digestOnly = h.Key != (KeyID{})
	}
	r, err := Unseal(ctx, s, name, k)
	if err != nil {
		return Header{}, Sealed{}, err
	}
	_, err = io.Copy(io.Discard, r)
	return r.Header(), r.Sealed(), errors.Join(err, r.Close())
}

// HeaderOf reads the header at the beginning of a sealed object, wherever it is.
func HeaderOf(r io.Reader) (Header, error) {
	h, _, err := readHead(io.LimitReader(r, headMax))
	return h, err
}

// ReadHeader reads the header of an object, and no more of it.
func ReadHeader(ctx context.Context, s Store, name string) (Header, error) {
	src, err := s.Get(ctx, name, 0)
	if err != nil {
		return Header{}, err
	}
	h, _, err := readHead(io.LimitReader(src, headMax))
	switch {
	case err != nil && isFormat(err):
		err = ofObject(s.String(), name, err)
	case err == nil && h.Name != name:
		err = &DamagedError{Store: s.String(), Name: name, Err: fmt.Errorf("%w, %s", ErrExchanged, h.Name)}
	}
	return h, errors.Join(err, src.Close())
}
