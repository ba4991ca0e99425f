package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/snapshot"
)

// snapshot sends a snapshot, unless it is there.
func (t *taker) snapshot(ctx context.Context, file SourceSnapshot) error {
	name := SnapshotName(t.d.Timeline, file.Index, file.Created)
	h := object.Header{
		Kind: object.KindSnapshot, Database: t.d.Database, Timeline: t.d.Timeline,
		To: file.Bytes, Index: file.Index, Created: file.Created,
	}
	o, err := t.peek(ctx, name, &h)
	switch {
	case err == nil:
		t.told.Bytes += file.Bytes
		t.needs(h, o)
	case errors.Is(err, object.ErrNotFound):
		if err = t.sendSnapshot(ctx, name, h, file); err != nil {
			return err
		}
	default:
		return err
	}
	t.m.Snapshot = name
	t.m.First, t.m.FirstTime, t.m.Last, t.m.LastTime = file.Index, file.Created.UTC(), file.Index, file.Created.UTC()
	return nil
}

// sendSnapshot proves a snapshot while it is sent.
func (t *taker) sendSnapshot(ctx context.Context, name string, h object.Header, file SourceSnapshot) (err error) {
	r, err := t.src.Open(ctx, file.SourceFile, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	p := &provenSnapshot{t: t, ctx: ctx, src: r, prover: snapshot.NewProver(file.Name), file: file, before: t.told.Bytes}
	o, err := object.Seal(ctx, t.store, name, h, p, t.o.Seal)
	if errors.Is(err, object.ErrExists) {
		// Another was faster, or the answer of the store was lost.
		if o, err = t.peek(ctx, name, &h); err != nil {
			return err
		}
		t.needs(h, o)
		return nil
	}
	if err != nil {
		t.told.Bytes = p.before
		return err
	}
	t.sent(h, o)
	return nil
}

// provenSnapshot reads a snapshot and fails where it is not good.
type provenSnapshot struct {
	t      *taker
	ctx    context.Context
	src    io.Reader
	prover *snapshot.Prover
	file   SourceSnapshot
	before int64
}

// Read implements io.Reader.
func (p *provenSnapshot) Read(b []byte) (int, error) {
	n, err := p.src.Read(b)
	if n > 0 {
		if _, failed := p.prover.Write(b[:n]); failed != nil {
			return 0, failed
		}
		if failed := p.t.pass(p.ctx, PhaseSnapshot, n); failed != nil {
			return 0, failed
		}
	}
	if !errors.Is(err, io.EOF) {
		return n, err
	}
	if failed := p.prover.Finish(); failed != nil {
		return 0, failed
	}
	switch h := p.prover.Header(); {
	case h.Database != p.t.d.Database:
		return 0, &snapshot.DamagedError{File: p.file.Name, Reason: "it belongs to another database"}
	case uint64(h.Index) != p.file.Index:
		return 0, &snapshot.DamagedError{File: p.file.Name, Reason: fmt.Sprintf("its name says commit %d, its header %d", p.file.Index, h.Index)}
	}
	return n, io.EOF
}

// peek describes an object that is there and holds what the header says; the header is
// then that of the object. It fails with object.ErrNotFound.
func (t *taker) peek(ctx context.Context, name string, want *object.Header) (object.Sealed, error) {
	h, o, err := object.Peek(ctx, t.store, name)
	if err != nil {
		return o, err
	}
	reason := ""
	switch {
	case h.Kind != want.Kind, h.Timeline != want.Timeline, h.Segment != want.Segment, h.Index != want.Index, h.From != want.From:
		return o, &object.DamagedError{Store: t.store.String(), Name: name, Err: errors.New("its header and its name do not fit each other")}
	case h.Database != want.Database:
		reason = fmt.Sprintf("it belongs to the database %s", DatabaseID(h.Database))
	case h.To != want.To:
		reason = fmt.Sprintf("it has %d bytes, and the source has %d", h.To, want.To)
	case h.FirstCommit != want.FirstCommit, h.LastCommit != want.LastCommit, !same(h.FirstTime, want.FirstTime), !same(h.LastTime, want.LastTime):
		reason = fmt.Sprintf("it ends with commit %d of %v, and the same bytes of the source with commit %d of %v",
			h.LastCommit, h.LastTime.UTC(), want.LastCommit, want.LastTime.UTC())
	}
	if reason != "" {
		return o, &OtherHistoryError{Store: t.store.String(), Object: name, Reason: reason}
	}
	*want = h
	return o, nil
}

// same compares times as they are in an object: in microseconds.
func same(a, b time.Time) bool { return a.UnixMicro() == b.UnixMicro() || a.IsZero() && b.IsZero() }
