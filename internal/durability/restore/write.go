package restore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/retention"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
)

// HeldError reports a data directory that LOCK DATA DIRECTORY keeps as it is.
type HeldError struct {
	Dir   string
	Owner string
	Since time.Time
}

// Error says who holds it and what to do.
func (e *HeldError) Error() string {
	return fmt.Sprintf("data directory %s is locked since %s by %s, so that no file of it may be moved: run UNLOCK DATA DIRECTORY first",
		e.Dir, e.Since.Format(time.RFC3339), e.Owner)
}

// checkHeld refuses a directory that is locked.
func checkHeld(fsys vfs.FS, dir string) error {
	held, err := retention.ReadLock(fsys, dir)
	if err != nil {
		return err
	}
	if held.Locked {
		return &HeldError{Dir: dir, Owner: held.Owner, Since: held.Since}
	}
	return nil
}

// InUseError reports a data directory that a server uses.
type InUseError struct {
	Dir string
	Err error
}

// Error says what to do.
func (e *InUseError) Error() string {
	return fmt.Sprintf("data directory %s is in use (%v): stop that server, or choose another directory", e.Dir, e.Err)
}

// Unwrap returns the cause.
func (e *InUseError) Unwrap() error { return e.Err }

// former returns the identity of the database that is replaced, if it is the same one.
func (j *job) former() (recovery.Identity, bool) {
	id, err := recovery.ReadIdentity(j.o.FS, j.o.Dir)
	return id, err == nil && id.Database == j.v.database
}

// write makes the new generation and puts it in place. what says in words what was restored.
func (j *job) write(ctx context.Context, g *recovery.Generation, what, recovered string) error {
	o, now := j.o, j.o.Now()
	newest := j.v.newest()
	id := recovery.Identity{Database: j.v.database, Created: now.UTC().Truncate(time.Second)}
	if former, same := j.former(); same {
		id.Created, newest = former.Created, max(newest, former.Timeline)
		recovered = cmp.Or(recovered, former.Recovered)
	}
	id.Timeline, id.Recovered = j.report.Timeline, recovered
	id = id.Next(newest, j.report.Commit)
	if err := j.image(ctx, g, id); err != nil {
		return err
	}
	why := fmt.Sprintf("These files were replaced at %s by %s.\nThe database went on with commit %d, on timeline %d, which left timeline %d there.\n"+
		"They are as they were, and the server never removes them.\n", now.UTC().Format(time.RFC3339), what, j.report.Commit, id.Timeline, id.Parent)
	keptIn, err := g.Complete(id, why, now)
	if err != nil {
		return err
	}
	j.report.NewTimeline, j.report.KeptIn = id.Timeline, keptIn
	_, err = recovery.FinishSwap(o.FS, o.Dir)
	return err
}

// writeTick is the time between two words about the snapshot that is written.
const writeTick = 250 * time.Millisecond

// image writes the snapshot of the new generation.
func (j *job) image(ctx context.Context, g *recovery.Generation, id recovery.Identity) error {
	tracker := &snapshot.Tracker{}
	done := make(chan struct{})
	told := make(chan struct{})
	go func() {
		defer close(told)
		tick := time.NewTicker(writeTick)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				j.tell(Progress{Phase: PhaseWrite, Bytes: tracker.State().Bytes})
			}
		}
	}()
	j.tell(Progress{Phase: PhaseWrite})
	info, err := snapshot.Create(ctx, snapshot.Options{
		FS: j.o.FS, Dir: g.Snapshots(), Store: j.store, Database: id.Database, Timeline: id.Timeline,
		Now: j.o.Now, Workers: j.o.Workers, Tracker: tracker,
	})
	close(done)
	<-told
	if err != nil {
		return fmt.Errorf("snapshot of what was restored: %w", err)
	}
	j.tell(Progress{Phase: PhaseWrite, Bytes: info.Bytes, Total: info.Bytes})
	return nil
}

// makeDirectory makes a directory and those above it that are missing, durably.
func makeDirectory(fsys vfs.FS, dir string) error {
	var above []string
	for at := filepath.Clean(dir); ; at = filepath.Dir(at) {
		there, err := vfs.Exists(fsys, at)
		if err != nil {
			return fmt.Errorf("data directory: %w", err)
		}
		if there || filepath.Dir(at) == at {
			break
		}
		above = append(above, filepath.Dir(at))
	}
	if err := fsys.MkdirAll(dir); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	for _, d := range above {
		if err := fsys.SyncDir(d); err != nil && !errors.Is(err, fs.ErrPermission) {
			return fmt.Errorf("data directory: %w", err)
		}
	}
	return nil
}
