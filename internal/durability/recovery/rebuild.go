package recovery

import (
	"context"
	"errors"
	"fmt"

	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/storage/change"
)

// Stop says where a replay ends.
type Stop struct {
	Commit change.Index // behind this one; 0: no bound
	Wall   int64        // before the first commit that is later, microseconds since 1970; 0: no bound
}

// Rebuild brings an empty store to a moment, from one snapshot and any stretches of log that
// follow it, wherever they are.
type Rebuild struct{ r *run }

// NewRebuild begins one. Of the options, those about a directory have no meaning.
func NewRebuild(o Options) *Rebuild { return &Rebuild{newRun(o)} }

// Verify opens a snapshot and reads the whole of it. The caller closes it. A file that cannot
// be used fails with a *snapshot.DamagedError.
func (b *Rebuild) Verify(ctx context.Context, fsys vfs.FS, path string) (*snapshot.File, error) {
	f, err := snapshot.Open(fsys, path)
	if newer, ok := errors.AsType[*snapshot.NewerFormatError](err); ok {
		return nil, &NewerFormatError{File: path, Format: int(newer.Format), Supported: snapshot.Format, Err: err}
	}
	if err != nil {
		return nil, err
	}
	b.r.progress(Progress{Phase: PhaseVerify, Total: f.Bytes()})
	err = f.VerifyTelling(ctx, max(b.r.o.Workers, 2), func(p snapshot.Progress) {
		b.r.progress(Progress{Phase: PhaseVerify, Bytes: p.Bytes, Total: p.Total})
	})
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Load fills the empty store from a snapshot that Verify has returned. After an error the
// store is of no use.
func (b *Rebuild) Load(ctx context.Context, f *snapshot.File) error {
	err := f.Fill(ctx, b.r.o.Store, max(b.r.o.Workers, 2), func(p snapshot.Progress) {
		b.r.progress(Progress{Phase: PhaseSnapshot, Bytes: p.Bytes, Total: p.Total})
	})
	if newer, ok := errors.AsType[*change.NewerEntryError](err); ok {
		return newerEntry(newer, "the snapshot")
	}
	return err
}

// Replayed says what a stretch of log gave.
type Replayed struct {
	Commits int64
	Wall    int64 // of the last commit; 0: there was none
	// Beyond tells that the log goes on behind the stop, or that it reached the commit that
	// was asked for: nothing is missing before the stop.
	Beyond bool
	Late   bool            // the log has a commit that is later than the stop
	Tail   *wal.TailReport // the torn end of the log, where it was reached
}

// errBeyond ends a scan where the target is reached.
var errBeyond = errors.New("the target is reached")

// Replay applies a log from the commit after the store's last on, up to a stop, after every
// checksum and the chain up to there have been proved. After an error the store is of no use.
func (b *Rebuild) Replay(ctx context.Context, log wal.Options, stop Stop) (Replayed, error) {
	store := b.r.o.Store
	if stop.Commit > 0 && store.LastCommitted() >= stop.Commit {
		return Replayed{Beyond: true}, nil
	}
	p := newReplayer(ctx, b.r)
	log.OnScan = p.scanned
	var (
		out  Replayed
		past bool // the log has a commit behind the one that was asked for
	)
	end, err := wal.Scan(log, uint64(store.LastCommitted())+1, func(rec wal.Record) error {
		out.Late = stop.Wall > 0 && rec.Wall > stop.Wall
		past = stop.Commit > 0 && rec.Index > uint64(stop.Commit)
		if out.Late || past {
			return errBeyond
		}
		if err := p.record(rec); err != nil {
			return err
		}
		out.Wall = rec.Wall
		if rec.Index == uint64(stop.Commit) {
			return errBeyond
		}
		return nil
	})
	if applyErr := p.finish(); applyErr != nil {
		return out, applyErr
	}
	out.Beyond = errors.Is(err, errBeyond)
	if err != nil && !out.Beyond {
		return out, err
	}
	out.Commits, out.Tail = p.applied, end.Tail
	if past && !out.Late {
		// The commits up to it failed: the log goes on behind them.
		if err := fill(store, stop.Commit+1, b.r.out.Identity.Timeline, out.Wall); err != nil {
			return out, fmt.Errorf("replay: %w", err)
		}
	}
	return out, nil
}
