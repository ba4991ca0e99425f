package backup

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/pace"
	"memgraphd/internal/durability/snapshot"
)

const (
	pieceBytesDefault = 16 << 20
	idTries           = 8
	takeTries         = 3
)

// Options say how a backup is taken.
type Options struct {
	// Incremental goes on from the newest backup of the repository. Where there is none, or
	// the source does not reach back to it any more, the backup is a full one.
	Incremental bool
	// Throttle bounds the bytes per second that are read from the source; 0: no bound.
	Throttle int64
	// PieceBytes is about how many bytes of the log an object gets; 0 means 16 MiB. As much
	// is held in memory.
	PieceBytes int64
	Seal       object.SealOptions // Progress is not used
	Progress   func(Progress)     // hears now and then how far it is; nil: nobody asks
	Now        func() time.Time   // required
}

// Phase is a part of a backup.
type Phase string

// The phases, in their order.
const (
	PhaseDescribe Phase = "describe"
	PhaseSnapshot Phase = "snapshot"
	PhaseLog      Phase = "log"
	PhaseDone     Phase = "done"
)

// Progress says how far a backup is.
type Progress struct {
	Phase   Phase
	Bytes   int64 // of the source, done
	Total   int64 // of the source, that are to be done
	Objects int   // sent
	Sent    int64 // bytes of them, as stored
	Elapsed time.Duration
}

// OtherHistoryError reports that what a repository holds is not what the source has under
// the same name: one of them is a copy that has gone its own way.
type OtherHistoryError struct {
	Store  string
	Object string
	Reason string
}

// Error says what to do.
func (e *OtherHistoryError) Error() string {
	return fmt.Sprintf("%s in %s is of another history of this database: %s; choose another location, so that both stay whole",
		e.Object, e.Store, e.Reason)
}

// taker is one backup that is being taken.
type taker struct {
	src     Source
	store   object.Store
	o       Options
	limiter *pace.Limiter

	d     Description
	m     Manifest
	base  *Manifest // nil: it is a full backup
	there map[uint64]Pieces
	// prunes are the deletions that were known when the backup began.
	prunes map[string]prune

	started time.Time
	told    Progress
}

// Take makes a backup of what the source has, and returns its manifest, which is then in
// the store. Objects that are there, because an earlier try was interrupted or an
// archive writes to the same place, are not sent again. Where it fails the store has no
// manifest of it, and what was sent waits for the next try.
func Take(ctx context.Context, src Source, s object.Store, o Options) (Manifest, error) {
	if o.PieceBytes <= 0 {
		o.PieceBytes = pieceBytesDefault
	}
	o.Seal.Progress = nil
	started := o.Now()
	for try := 1; ; try++ {
		t := &taker{src: src, store: s, o: o, limiter: pace.New(o.Throttle, o.Now), started: started}
		err := t.take(ctx)
		switch {
		case err == nil:
			t.witness(ctx)
			return t.m, nil
		case try == takeTries || !errors.Is(err, object.ErrNotFound):
			return Manifest{}, err
		}
		// An archive has replaced a piece by a longer one since the pieces were listed.
	}
}

func (t *taker) take(ctx context.Context) (err error) {
	t.tell(PhaseDescribe)
	if t.d, err = t.src.Describe(ctx); err != nil {
		return err
	}
	if _, err = Join(ctx, t.store, t.d.Database, t.started); err != nil {
		return err
	}
	if err = t.admitted(ctx); err != nil {
		return err
	}
	if t.prunes, err = pruneRecords(ctx, t.store); err != nil {
		return err
	}
	if t.there, err = listPieces(ctx, t.store, t.d.Timeline); err != nil {
		return err
	}
	t.m = Manifest{
		Format: ManifestFormat, Kind: KindFull, Database: t.d.Database, Timeline: t.d.Timeline, Version: t.d.Version,
		Made: t.started.UTC().Truncate(time.Millisecond), Objects: []Object{},
	}
	segments, err := t.goOn(ctx)
	if err != nil {
		return err
	}
	if t.base == nil {
		if segments, err = t.begin(ctx); err != nil {
			return err
		}
	}
	t.measure(segments)
	if err = t.log(ctx, segments); err != nil {
		return err
	}
	return t.finish(ctx)
}

// goOn returns the segments that an incremental backup has to send. It leaves base nil
// where a full backup has to be taken.
func (t *taker) goOn(ctx context.Context) ([]SourceSegment, error) {
	if !t.o.Incremental {
		return nil, nil
	}
	base, warnings, err := newest(ctx, t.store, t.d.Database, t.d.Timeline)
	t.m.Warnings = append(t.m.Warnings, warnings...)
	if err != nil || base == nil {
		return nil, err
	}
	segments, ok, err := t.seam(ctx, base)
	if err != nil {
		return nil, err
	}
	if !ok {
		t.m.Warnings = append(t.m.Warnings, fmt.Sprintf(
			"the log of the server does not reach back to commit %d, with which backup %s ends: a full backup was taken", base.Last, base.ID))
		return nil, nil
	}
	t.base = base
	t.m.Kind, t.m.Base, t.m.Snapshot, t.m.End = KindIncremental, base.ID, base.Snapshot, base.End
	t.m.First, t.m.FirstTime, t.m.Last, t.m.LastTime = base.First, base.FirstTime, base.Last, base.LastTime
	return segments, nil
}

// begin sends the snapshot of a full backup and returns the segments that follow it. A
// snapshot that is damaged, or gone by now, is passed over.
func (t *taker) begin(ctx context.Context) ([]SourceSegment, error) {
	routes, err := t.d.routes()
	if err != nil {
		return nil, err
	}
	var failed error
	for _, r := range routes {
		if r.snapshot == nil {
			return r.segments, nil
		}
		t.measure(r.segments)
		t.told.Total += r.snapshot.Bytes
		failed = t.snapshot(ctx, *r.snapshot)
		_, damaged := errors.AsType[*snapshot.DamagedError](failed)
		switch {
		case failed == nil:
			if len(r.segments) == 0 {
				return nil, nil
			}
			return r.segments, t.keep(ctx, r.segments[0].First)
		case damaged:
			t.m.Warnings = append(t.m.Warnings, failed.Error())
		case !errors.Is(failed, fs.ErrNotExist):
			return nil, failed
		}
	}
	return nil, failed
}

// measure adds up what there is to do.
func (t *taker) measure(segments []SourceSegment) {
	t.told.Total = t.told.Bytes
	for _, s := range segments {
		t.told.Total += s.Bytes
	}
}

// keep tells a source that can be told what is not needed any longer.
func (t *taker) keep(ctx context.Context, from uint64) error {
	k, ok := t.src.(Keeper)
	if !ok {
		return nil
	}
	if err := k.Keep(ctx, from); err != nil {
		return fmt.Errorf("giving up what was copied: %w", err)
	}
	return nil
}

// pass waits until n bytes more of the source may go by, and tells.
func (t *taker) pass(ctx context.Context, phase Phase, n int) error {
	if err := t.limiter.Wait(ctx, int64(n)); err != nil {
		return err
	}
	t.told.Bytes += int64(n)
	t.tell(phase)
	return nil
}

func (t *taker) tell(phase Phase) {
	if t.o.Progress == nil {
		return
	}
	t.told.Phase, t.told.Elapsed = phase, t.o.Now().Sub(t.started)
	t.o.Progress(t.told)
}

// witness tells the source that the backup is there, which nothing depends on.
func (t *taker) witness(ctx context.Context) {
	w, ok := t.src.(Witness)
	if !ok {
		return
	}
	if err := w.Completed(ctx, t.m.Last); err != nil {
		t.m.Warnings = append(t.m.Warnings, fmt.Sprintf("the server was not told that the backup is there: %v", err))
	}
}

// finish writes the manifest.
func (t *taker) finish(ctx context.Context) error {
	t.m.SentObjects, t.m.SentBytes = t.told.Objects, t.told.Sent
	t.m.Completed = t.o.Now().UTC()
	for range idTries {
		var id [4]byte
		if _, err := rand.Read(id[:]); err != nil {
			return fmt.Errorf("drawing the name of the backup: %w", err)
		}
		t.m.ID = hex.EncodeToString(id[:])
		err := object.PutJSON(ctx, t.store, t.m.Name(), &t.m)
		if errors.Is(err, object.ErrExists) {
			continue
		}
		if err == nil {
			err = t.outlast(ctx)
		}
		if err == nil {
			t.tell(PhaseDone)
		}
		return err
	}
	return fmt.Errorf("%s: no free name for a manifest was found", t.store)
}

// sent notes an object that the backup needs.
func (t *taker) sent(h object.Header, o object.Sealed) {
	t.told.Objects++
	t.told.Sent += o.Bytes
	t.needs(h, o)
}

// needs lists an object in the manifest.
func (t *taker) needs(h object.Header, o object.Sealed) {
	listed := Object{Name: o.Name, Bytes: o.Bytes, Raw: o.RawBytes, SHA256: o.SHA256}
	if h.Kind == object.KindSnapshot {
		listed.Index = h.Index
	} else {
		listed.Segment, listed.From, listed.To = h.Segment, h.From, h.To
		listed.FirstCommit, listed.LastCommit = h.FirstCommit, h.LastCommit
	}
	t.m.Objects = append(t.m.Objects, listed)
}
