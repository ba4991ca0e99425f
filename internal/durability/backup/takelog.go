package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/wal"
)

// readBytes is how much of a segment is read at once.
const readBytes = 256 << 10

// seam reports whether the source goes on from where a backup ends, and with which
// segments. Its log must not only hold all commits after that, but also be the same up to
// there, which the chained checksum tells.
func (t *taker) seam(ctx context.Context, base *Manifest) (segments []SourceSegment, ok bool, err error) {
	if base.Last > t.d.Last {
		return nil, false, &OtherHistoryError{Store: t.store.String(), Object: base.Name(), Reason: fmt.Sprintf(
			"it reaches commit %d, and the database commit %d", base.Last, t.d.Last)}
	}
	segments, ok = t.d.after(base.Last)
	if !ok || base.End == nil {
		return segments, ok, nil
	}
	end := *base.End
	at := slices.IndexFunc(t.d.Segments, func(s SourceSegment) bool { return s.First >= end.Segment })
	switch {
	case at < 0:
		return nil, false, nil
	case t.d.Segments[at].First == end.Segment:
		// What stands behind the last commit may be frames of the log itself; the next
		// segment builds on them.
		if t.d.Segments[at].Bytes < end.To {
			return nil, false, &OtherHistoryError{Store: t.store.String(), Object: base.Name(), Reason: fmt.Sprintf(
				"its log reaches byte %d of %s, and that of the database byte %d", end.To, t.d.Segments[at].Name, t.d.Segments[at].Bytes)}
		}
		return t.d.Segments[at:], true, nil
	}
	before, err := t.before(ctx, t.d.Segments[at])
	return t.d.Segments[at:], err == nil && before == end.Chain, err
}

// before returns the chained checksum that a segment goes on from.
func (t *taker) before(ctx context.Context, s SourceSegment) (chain uint32, err error) {
	r, err := t.src.Open(ctx, s.SourceFile, 0)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	p := wal.NewProver(s.Name, s.First, t.d.Database)
	if _, err = io.CopyN(p, r, min(s.Bytes, wal.HeaderBytes)); err != nil {
		return 0, fmt.Errorf("%s: %w", s.Name, err)
	}
	return p.Before(), nil
}

// log sends segments.
func (t *taker) log(ctx context.Context, segments []SourceSegment) error {
	for _, s := range segments {
		if err := t.segment(ctx, s); err != nil {
			return err
		}
		if s.Sealed {
			if err := t.keep(ctx, s.Last+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// segment sends what the store lacks of a segment. One that is there as a whole is not
// read, unless it is the one that the base ends in.
func (t *taker) segment(ctx context.Context, s SourceSegment) (err error) {
	there := t.there[s.First]
	cover, end := there.Cover(0, s.Bytes)
	seam := t.base != nil && t.base.End != nil && t.base.End.Segment == s.First
	if s.Sealed && end == s.Bytes && !seam {
		return t.adopt(ctx, s, cover)
	}
	src, err := t.src.Open(ctx, s.SourceFile, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	r := &segmentReader{t: t, s: s, src: src, prover: wal.NewProver(s.Name, s.First, t.d.Database)}
	for r.at < s.Bytes {
		if p, ok := there.Furthest(r.at); ok {
			err = t.skip(ctx, r, p)
		} else {
			err = t.piece(ctx, r)
		}
		if err != nil {
			return err
		}
	}
	t.m.End = &LogEnd{Segment: s.First, To: r.at, Chain: r.link}
	return nil
}

// adopt lists the pieces of a segment that is there as a whole.
func (t *taker) adopt(ctx context.Context, s SourceSegment, cover Pieces) error {
	for _, p := range cover {
		h, o, err := object.Peek(ctx, t.store, p.Name())
		if err != nil {
			return err
		}
		if h.Database != t.d.Database {
			return &OtherHistoryError{Store: t.store.String(), Object: p.Name(), Reason: fmt.Sprintf("it belongs to the database %s", DatabaseID(h.Database))}
		}
		t.needs(h, o)
		t.reached(h.FirstCommit, h.LastCommit, h.FirstTime, h.LastTime)
	}
	t.told.Bytes += s.Bytes
	t.tell(PhaseLog)
	return nil
}

// skip passes a piece that is there, and compares it with the source.
func (t *taker) skip(ctx context.Context, r *segmentReader, p PieceRange) error {
	var run wal.Run
	var err error
	from := r.at
	if end := t.m.End; t.base != nil && end != nil && end.Segment == r.s.First && from < end.To && end.To <= p.To {
		if run, err = r.skip(ctx, end.To); err != nil {
			return err
		}
		if r.link != end.Chain {
			return &OtherHistoryError{Store: t.store.String(), Object: t.base.Name(), Reason: fmt.Sprintf(
				"%s is another one up to byte %d", r.s.Name, end.To)}
		}
	}
	rest, err := r.skip(ctx, min(p.To, r.s.Bytes))
	if err != nil {
		return err
	}
	run = join(run, rest)
	t.reached(run.First, run.Last, moment(run.FirstWall), moment(run.LastWall))
	h := t.header(r.s, p.From, p.To, run)
	if p.From != from || p.To > r.s.Bytes {
		// Only a part of it was read: there is nothing to compare it with.
		return t.lists(ctx, p)
	}
	o, err := t.peek(ctx, p.Name(), &h)
	if err == nil {
		t.needs(h, o)
	}
	return err
}

// lists lists a piece that is there.
func (t *taker) lists(ctx context.Context, p PieceRange) error {
	h, o, err := object.Peek(ctx, t.store, p.Name())
	if err == nil {
		t.needs(h, o)
	}
	return err
}

// piece sends the next piece of a segment.
func (t *taker) piece(ctx context.Context, r *segmentReader) error {
	data, run, err := r.collect(ctx, t.o.PieceBytes)
	if err != nil {
		return err
	}
	h := t.header(r.s, run.From, run.To, run)
	name := PieceName(t.d.Timeline, r.s.First, run.From, run.To)
	o, err := object.Seal(ctx, t.store, name, h, bytes.NewReader(data), t.o.Seal)
	switch {
	case err == nil:
		t.sent(h, o)
	case errors.Is(err, object.ErrExists):
		// Another was faster, or the answer of the store was lost.
		if o, err = t.peek(ctx, name, &h); err != nil {
			return err
		}
		t.needs(h, o)
	default:
		return err
	}
	t.reached(run.First, run.Last, moment(run.FirstWall), moment(run.LastWall))
	return nil
}

func (t *taker) header(s SourceSegment, from, to int64, run wal.Run) object.Header {
	return object.Header{
		Kind: object.KindPiece, Database: t.d.Database, Timeline: t.d.Timeline, Segment: s.First, From: from, To: to,
		FirstCommit: run.First, LastCommit: run.Last, FirstTime: moment(run.FirstWall), LastTime: moment(run.LastWall),
		Created: t.o.Now(),
	}
}

// reached notes commits that the backup has.
func (t *taker) reached(first, last uint64, firstTime, lastTime time.Time) {
	if first != 0 && t.m.First == 0 && t.m.Snapshot == "" {
		t.m.First, t.m.FirstTime = first, firstTime
	}
	if last > t.m.Last {
		t.m.Last, t.m.LastTime = last, lastTime
	}
}

// moment reads a time of the log.
func moment(wall int64) time.Time {
	if wall == 0 {
		return time.Time{}
	}
	return time.UnixMicro(wall).UTC()
}

// join puts what was met one after the other together.
func join(a, b wal.Run) wal.Run {
	if a.First != 0 {
		if b.First == 0 {
			b.Last, b.LastWall = a.Last, a.LastWall
		}
		b.First, b.FirstWall = a.First, a.FirstWall
	}
	return b
}
