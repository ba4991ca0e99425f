package recovery

import (
	"context"
	"errors"
	"path/filepath"

	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/storage/change"
)

// NoDatabaseError reports a directory without a database.
type NoDatabaseError struct{ Dir string }

// Error names the directory.
func (e *NoDatabaseError) Error() string {
	return e.Dir + " holds no database: neither database.json nor snapshots nor a log"
}

// Trial takes the steps of Run and changes no file, so that one knows what a start would
// make of the directory. With a store everything is loaded and replayed into it; without
// one every checksum of the newest good snapshot and of the whole log is proved, and no
// commit is applied.
//
// Where a start would go on, the result is that of Run; Report.Damaged are the snapshots
// that it would move away. Else the error is a *RefusedError, or a *NoDatabaseError.
func Trial(ctx context.Context, o Options) (*Result, error) {
	r := newRun(o)
	found, err := inspect(o.FS, o.Dir)
	if err != nil {
		return nil, &RefusedError{Err: err}
	}
	there, err := Exists(o.FS, o.Dir)
	if err != nil {
		return nil, &RefusedError{Err: err}
	}
	if !there && found.fresh() && len(found.unknown) == 0 {
		return nil, &NoDatabaseError{Dir: o.Dir}
	}
	err = r.try(ctx, found)
	switch {
	case err == nil:
		for _, b := range r.bad {
			r.out.Report.Damaged = append(r.out.Report.Damaged, b.err)
		}
		return &r.out, nil
	case ctx.Err() != nil:
		return nil, err
	}
	return nil, &RefusedError{Err: err, Loss: r.assess(ctx, found, err)}
}

// try takes the steps of recover that change nothing.
func (r *run) try(ctx context.Context, found contents) error {
	if err := r.identity(found); err != nil {
		return err
	}
	if r.o.Store == nil {
		return r.prove(ctx, found)
	}
	if err := r.bring(ctx, found); err != nil {
		return err
	}
	r.conclude()
	return nil
}

// prove is try without a store.
func (r *run) prove(ctx context.Context, found contents) error {
	if err := r.newest(ctx, found); err != nil {
		return err
	}
	o := r.logOptions()
	o.OnScan = func(read, total int64) {
		r.out.Report.LogBytes = total
		r.progress(Progress{Phase: PhaseLog, Bytes: read, Total: total, Commits: r.out.Report.Replayed})
	}
	end, err := wal.Scan(o, uint64(r.good)+1, func(wal.Record) error {
		r.out.Report.Replayed++
		return ctx.Err()
	})
	if err != nil {
		return r.explain(err, r.good)
	}
	r.out.End, r.out.Report.Tail, r.out.Report.Clean = end, end.Tail, end.Clean
	r.out.Report.Last = max(r.good, change.Index(end.Last))
	r.out.Report.Duration = r.o.Now().Sub(r.started)
	return r.judge(found, r.out.Report.Last)
}

// newest finds the newest snapshot that verifies.
func (r *run) newest(ctx context.Context, found contents) error {
	for _, name := range found.snapshots {
		path := filepath.Join(r.o.Dir, SnapshotsName, name)
		index, created, _ := snapshot.ParseName(name)
		f, err := r.verify(ctx, path, index)
		if _, damaged := errors.AsType[*snapshot.DamagedError](err); damaged {
			r.bad = append(r.bad, badSnapshot{path, index, err})
			continue
		}
		if err != nil {
			return err
		}
		counts, bytes := f.Counts(), f.Bytes()
		if err := f.Close(); err != nil {
			return err
		}
		report := &r.out.Report
		report.Snapshot = snapshot.Info{Path: path, Index: index, Created: created, Bytes: bytes}
		report.Nodes, report.Edges = counts.Nodes, counts.Edges
		r.good = index
		break
	}
	r.loaded = true
	return nil
}
