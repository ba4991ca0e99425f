package recovery

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"go.uber.org/zap"

	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/storage/change"
)

// lossName is the file that says what was given up, beside the files that were set aside.
const lossName = "WHAT-WAS-GIVEN-UP.txt"

// Accept opens a directory that Run has refused, with another empty store, at its last
// good point, and gives up what stands behind it.
//
// The graph is recovered in memory first. Then nothing is destroyed, and each step leaves a
// directory that is either refused as before, with the same last good point, or done:
//
//  1. a folder in .backup/ with a list of what is given up
//  2. a snapshot of the last good point, unless one is there
//  3. the snapshots that do not verify, then the whole log, move to that folder
//  4. the identity gets the next timeline and says that there is no log: from now on the
//     directory is whole
func Accept(ctx context.Context, o Options, loss *Loss) (*Result, error) {
	if o.Locked {
		return nil, errors.New("the data directory is locked by LOCK DATA DIRECTORY, so that no file of it may be moved: " +
			"start with --storage-allow-recovery-failure, run UNLOCK DATA DIRECTORY, and start again")
	}
	r := newRun(o)
	found, err := inspect(o.FS, o.Dir)
	if err != nil {
		return nil, err
	}
	r.out.Identity = loss.identity
	folder, err := backupFolder(o.FS, o.Dir, o.Now())
	if err != nil {
		return nil, err
	}
	if loss.identityOnly {
		return r.acceptIdentity(ctx, folder, loss)
	}
	if err := r.reach(ctx, found, loss); err != nil {
		return nil, err
	}
	if err := r.setAside(ctx, folder, loss); err != nil {
		return nil, fmt.Errorf("what cannot be had could not be set aside: %w", err)
	}
	r.bad = nil // they are in the folder now
	if err := r.tidy(found); err != nil {
		return nil, err
	}
	r.conclude()
	r.out.Report.Loss, r.out.Report.KeptIn = loss, folder
	return &r.out, nil
}

// acceptIdentity writes the identity that the files carry, and starts with it.
func (r *run) acceptIdentity(ctx context.Context, folder string, loss *Loss) (*Result, error) {
	if err := r.begin(folder, loss); err != nil {
		return nil, err
	}
	if err := WriteIdentity(r.o.FS, r.o.Dir, loss.identity); err != nil {
		return nil, err
	}
	result, err := Run(ctx, r.o)
	if err != nil {
		return nil, err
	}
	result.Report.Loss, result.Report.KeptIn = loss, folder
	return result, nil
}

// reach brings the store to the last good point.
func (r *run) reach(ctx context.Context, found contents, loss *Loss) error {
	good, err := r.load(ctx, found)
	if err != nil {
		return err
	}
	r.good = good
	p := newReplayer(ctx, r)
	got, err := wal.Salvage(r.logOptions(), uint64(good)+1, func(rec wal.Record) error {
		if change.Index(rec.Index) > loss.After {
			return nil
		}
		return p.record(rec)
	})
	if applyErr := p.finish(); applyErr != nil {
		return applyErr
	}
	if err != nil {
		return err
	}
	r.out.Report.Replayed = p.applied
	if change.Index(got.Last) < loss.After {
		return fmt.Errorf("the log can be read up to commit %d, no longer up to %d: %w", got.Last, loss.After, got.Problem)
	}
	if err := fill(r.o.Store, loss.After+1, r.out.Identity.Timeline, 0); err != nil {
		return err
	}
	if last := r.o.Store.LastCommitted(); last != loss.After {
		return fmt.Errorf("the directory has changed meanwhile: its last good point is commit %d, no longer %d", last, loss.After)
	}
	return nil
}

// begin makes the folder for what is set aside, and writes into it why.
func (r *run) begin(folder string, loss *Loss) error {
	if err := makeBackupFolder(r.o.FS, r.o.Dir, folder); err != nil {
		return err
	}
	if err := r.keepIdentity(folder, loss); err != nil {
		return err
	}
	if err := vfs.WriteFileSync(r.o.FS, filepath.Join(folder, lossName), []byte(loss.text())); err != nil {
		return err
	}
	return r.o.FS.SyncDir(folder)
}

// keepIdentity copies the identity as it was. One that cannot be read at all is moved.
func (r *run) keepIdentity(folder string, loss *Loss) error {
	name := filepath.Join(r.o.Dir, identityName)
	old, err := vfs.ReadFile(r.o.FS, name, identitySizeMax)
	_, lost := errors.AsType[*IdentityError](loss.Cause)
	switch {
	case err == nil:
		return vfs.WriteFileSync(r.o.FS, filepath.Join(folder, identityName), old)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case lost:
		return moveInto(r.o.FS, folder, name)
	}
	return err
}

// text is the contents of the file that says what was given up.
func (l *Loss) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "The server went on with commit %d because it was started with %s=%d.\n", l.After, AcceptFlag, l.After)
	fmt.Fprintf(&b, "It gave up %s.\n\nThe start without that flag was refused:\n%v\n\n", l.Describe(), l.Cause)
	for _, d := range l.Dropped {
		fmt.Fprintf(&b, "%v\n\tfile    %s\n\treason  %s\n", d, d.File, d.Reason)
	}
	b.WriteString("\nBeside this file are the files as they were. They are never removed by the server.\n")
	return b.String()
}

// setAside takes the steps that Accept lists, with the store at the last good point.
func (r *run) setAside(ctx context.Context, folder string, loss *Loss) error {
	if err := r.begin(folder, loss); err != nil {
		return err
	}
	if err := r.o.FS.MkdirAll(filepath.Join(r.o.Dir, SnapshotsName)); err != nil {
		return err
	}
	if err := r.o.FS.SyncDir(r.o.Dir); err != nil {
		return err
	}
	id := loss.identity.Next(0, loss.After)
	if loss.After > r.good {
		info, err := snapshot.Create(ctx, snapshot.Options{
			FS: r.o.FS, Dir: filepath.Join(r.o.Dir, SnapshotsName), Store: r.o.Store, Database: id.Database,
			Timeline: id.Timeline, Now: r.o.Now, Workers: r.o.Workers,
		})
		if err != nil {
			return err
		}
		r.out.Report.Snapshot = info
	}
	for _, b := range r.bad {
		if err := moveInto(r.o.FS, filepath.Join(folder, SnapshotsName), b.path); err != nil {
			return err
		}
		r.out.Report.Damaged = append(r.out.Report.Damaged, b.err)
		r.out.Report.Quarantined = append(r.out.Report.Quarantined, filepath.Join(folder, SnapshotsName, filepath.Base(b.path)))
	}
	log := filepath.Join(r.o.Dir, LogName)
	there, err := vfs.Exists(r.o.FS, log)
	if err == nil && there {
		err = moveInto(r.o.FS, folder, log)
	}
	if err != nil {
		return err
	}
	if err = WriteIdentity(r.o.FS, r.o.Dir, id); err != nil {
		return err
	}
	r.out.Identity = id
	r.o.Log.Warn("commits were given up", zap.Uint64("after", uint64(loss.After)), zap.String("what", loss.Describe()), zap.String("keptIn", folder))
	if err = r.folders(); err != nil {
		return err
	}
	r.out.End, err = wal.Scan(r.logOptions(), uint64(loss.After)+1, nil)
	return err
}
