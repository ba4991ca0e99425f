package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"memgraphd/internal/durability/wal"
)

// segmentReader reads a segment of a source from its beginning and proves it.
type segmentReader struct {
	t      *taker
	s      SourceSegment
	src    io.Reader
	prover *wal.Prover

	at   int64  // up to where it was skipped or collected: the end of a frame
	fed  int64  // up to where it was read
	buf  []byte // bytes [at, fed) while they are collected
	link uint32 // chained checksum at, but for the seal
}

// feed reads at most n bytes behind the buffer.
func (r *segmentReader) feed(ctx context.Context, n int64) error {
	n = min(n, readBytes)
	start := len(r.buf)
	r.buf = slices.Grow(r.buf, int(n))[:start+int(n)]
	got, err := io.ReadFull(r.src, r.buf[start:])
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%s ends at byte %d, and was said to have %d: %w", r.s.Name, r.fed+int64(got), r.s.Bytes, io.ErrUnexpectedEOF)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", r.s.Name, err)
	}
	if _, err := r.prover.Write(r.buf[start:]); err != nil {
		return err
	}
	r.fed += n
	return r.t.pass(ctx, PhaseLog, int(n))
}

// skip reads up to a place, which must be the end of a frame.
func (r *segmentReader) skip(ctx context.Context, to int64) (wal.Run, error) {
	for r.fed < to {
		r.buf = r.buf[:0]
		if err := r.feed(ctx, to-r.fed); err != nil {
			return wal.Run{}, err
		}
	}
	if r.fed != to || r.prover.Loose() != 0 {
		return wal.Run{}, &OtherHistoryError{Store: r.t.store.String(), Object: fmt.Sprintf("a piece that ends at byte %d", to), Reason: fmt.Sprintf(
			"in %s no frame ends there", r.s.Name)}
	}
	r.buf = r.buf[:0]
	run := r.prover.Next()
	r.at, r.link = to, run.Link
	return run, nil
}

// collect reads whole frames, of at least some bytes together, or those that are left. The
// bytes are valid until the next call.
func (r *segmentReader) collect(ctx context.Context, least int64) ([]byte, wal.Run, error) {
	r.buf = append(r.buf[:0], r.buf[len(r.buf)-int(r.fed-r.at):]...)
	for r.fed < r.s.Bytes && r.fed-int64(r.prover.Loose())-r.at < least {
		if err := r.feed(ctx, r.s.Bytes-r.fed); err != nil {
			return nil, wal.Run{}, err
		}
	}
	whole := r.fed - int64(r.prover.Loose())
	if whole == r.at || whole < r.fed && r.fed == r.s.Bytes {
		return nil, wal.Run{}, &wal.DamageError{File: r.s.Name, Offset: whole, First: r.s.First, Reason: "the bytes that are durable end within a frame"}
	}
	run := r.prover.Next()
	data := r.buf[:whole-r.at]
	run.From, run.To = r.at, whole
	r.at, r.link = whole, run.Link
	return data, run, nil
}
