package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/cespare/xxhash/v2"

	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/wal"
)

// errChanged means that a file gave other bytes the second time it was read.
var errChanged = errors.New("a file that does not change gave other bytes the second time it was read: its disk is failing")

// watch ends a transfer that makes no progress. Whoever makes some resets the timer.
func (a *Archiver) watch(cancel context.CancelCauseFunc) *time.Timer {
	return time.AfterFunc(a.o.StallTimeout, func() {
		cancel(fmt.Errorf("the archive %s made no progress for %v", a.o.Location, a.o.StallTimeout))
	})
}

// put seals a new object. One that is there already and has the same header is the one that
// was put before by a call whose answer was lost.
func (a *Archiver) put(ctx context.Context, s *session, name string, h object.Header, src io.Reader) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stall := a.watch(cancel)
	defer stall.Stop()
	h.Database = s.id.Database
	sealed, err := object.Seal(ctx, s.store, name, h, &watched{src: src, stall: stall, every: a.o.StallTimeout},
		object.SealOptions{Keys: s.keys, Workers: a.o.Workers})
	if err == nil {
		a.notePut(sealed.Bytes)
		return nil
	}
	if cause := context.Cause(ctx); cause != nil {
		err = fmt.Errorf("%w (%w)", cause, err)
	}
	if !errors.Is(err, object.ErrExists) {
		return err
	}
	readCtx, stop := a.call(ctx)
	defer stop()
	found, err := object.ReadHeader(readCtx, s.store, name)
	switch {
	case err != nil:
		return err
	case !sameHeader(&found, &h):
		return a.refused(name+" is there already, and another server put it", doVerify)
	}
	a.notePut(0)
	return nil
}

// sameHeader compares what does not depend on how an object is sealed.
func sameHeader(a, b *object.Header) bool {
	return a.Kind == b.Kind && a.Database == b.Database && a.Timeline == b.Timeline && a.Segment == b.Segment &&
		a.From == b.From && a.To == b.To && a.Index == b.Index && a.FirstCommit == b.FirstCommit && a.LastCommit == b.LastCommit &&
		micros(a.FirstTime) == micros(b.FirstTime) && micros(a.LastTime) == micros(b.LastTime)
}

// watched resets a timer with each step of a transfer.
type watched struct {
	src   io.Reader
	stall *time.Timer
	every time.Duration
}

// Read implements io.Reader.
func (w *watched) Read(p []byte) (int, error) {
	w.stall.Reset(w.every)
	return w.src.Read(p)
}

// putPiece proves a range of a segment and puts it. The prover stands at its beginning, and
// at its end afterwards.
func (a *Archiver) putPiece(ctx context.Context, s *session, p *wal.Prover, segment uint64, at span) (wal.Run, error) {
	sum := xxhash.New()
	if err := a.feed(io.MultiWriter(p, sum), segment, at); err != nil {
		return wal.Run{}, err
	}
	run := p.Next()
	if run.From != at.from || run.To != at.to || !run.Whole {
		return run, fmt.Errorf("the segment of commit %d has no record that ends at %d: %w", segment, at.to, errChanged)
	}
	a.noteFirst(run.FirstWall)
	f, err := backup.OpenFile(a.o.FS, a.o.Dir, backup.SegmentFile(segment, at.to), at.from)
	if err != nil {
		return run, err
	}
	h := object.Header{
		Kind: object.KindPiece, Timeline: s.id.Timeline, Segment: segment, From: at.from, To: at.to,
		FirstCommit: run.First, LastCommit: run.Last, FirstTime: instant(run.FirstWall), LastTime: instant(run.LastWall),
		Created: a.o.Now(),
	}
	err = a.put(ctx, s, s.name(segment, at), h, &summed{src: f, want: sum.Sum64(), sum: xxhash.New()})
	return run, errors.Join(err, f.Close())
}

func instant(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// summed proves that a file is read as it was read before.
type summed struct {
	src  io.Reader
	sum  *xxhash.Digest
	want uint64
}

// Read implements io.Reader.
func (s *summed) Read(p []byte) (int, error) {
	n, err := s.src.Read(p)
	if _, failed := s.sum.Write(p[:n]); failed != nil {
		return n, failed
	}
	if errors.Is(err, io.EOF) && s.sum.Sum64() != s.want {
		return n, errChanged
	}
	return n, err
}
