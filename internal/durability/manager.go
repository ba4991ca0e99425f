package durability

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"sync"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/archive"
	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/retention"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/storage/change"
)

// Manager owns an open data directory. Its methods may be called concurrently.
//
// Whoever changes which files there are (a snapshot, what retention gives back, LOCK and
// UNLOCK) holds files. A running snapshot holds it for its whole length, and can be ended
// by LOCK, which must not wait for it. mu guards the fields below it and is never held
// over I/O. keeping is taken after files and before mu.
type Manager struct {
	o         Options
	lock      io.Closer
	identity  recovery.Identity
	report    recovery.Report
	replacing bool           // guarded by mu: another database is being made, or waits to take its place
	back      *RestoreReport // of a start that went back to a moment; nil: it did not
	log       *wal.Log       // nil: the log is turned off
	space     *space
	writes    *writes
	archive   *archive.Archiver // nil: nothing is archived
	broken    error             // why there is no data, a *BrokenError; nil: all is well

	files   sync.Mutex
	ballast ballast

	backingUp backingUp

	keeping sync.Mutex // held while retention decides and deletes
	pins    []*Pin

	mu       sync.Mutex
	closed   bool
	held     retention.LockInfo
	running  *running        // the snapshot that is being written, else nil
	verified map[string]bool // snapshots that were read: whether they are good
	plan     plan
	stats    stats

	stop      context.CancelFunc // of the scheduler
	scheduler sync.WaitGroup
	watcher   watcher
}

// Open takes a data directory, recovers the store from it, and makes the log the store's
// journal. Where it fails, no file of the database was changed; see the error types of
// this package for what a user can do.
func Open(ctx context.Context, o Options) (m *Manager, err error) {
	o = o.withDefaults()
	if err = o.validate(); err != nil {
		return nil, err
	}
	lock, err := takeDirectory(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, lock.Close())
		}
	}()
	m = &Manager{
		o: o, lock: lock, verified: make(map[string]bool),
		space: newSpace(&o), writes: &writes{now: o.Now, log: o.Log},
	}
	if _, err = recovery.FinishSwap(o.FS, o.Dir); err != nil {
		return nil, err
	}
	if m.held, err = retention.ReadLock(o.FS, o.Dir); err != nil {
		return nil, err
	}
	if err = m.recover(ctx); err != nil && !m.breaks(ctx, err) {
		return nil, err
	}
	m.findBallast()
	m.startArchive()
	m.startScheduler()
	m.startWatcher()
	return m, nil
}

// takeDirectory makes the directory, locks it against other servers and tries to write
// into it.
func takeDirectory(ctx context.Context, o Options) (io.Closer, error) {
	if err := makeDirectory(o); err != nil {
		return nil, &NotWritableError{Dir: o.Dir, Err: err}
	}
	lock, err := lockDirectory(ctx, o)
	if err != nil {
		return nil, err
	}
	warnOpen(o)
	if err := probe(&o); err != nil {
		return nil, errors.Join(&NotWritableError{Dir: o.Dir, Err: err}, lock.Close())
	}
	return lock, nil
}

// groupOrOthersWrite are the permissions that nobody but the server's user needs.
const groupOrOthersWrite fs.FileMode = 0o022

// warnOpen warns where others may write into the directory.
func warnOpen(o Options) {
	if info, err := o.FS.Stat(o.Dir); err == nil && info.Dir && info.Mode&groupOrOthersWrite != 0 {
		o.Log.Warn("others than the server's user may write into the data directory; take that away with chmod go-w",
			zap.String("dir", o.Dir), zap.Stringer("mode", info.Mode))
	}
}

// makeDirectory makes the directory and those above it that are missing, durably.
func makeDirectory(o Options) error {
	above := []string{filepath.Dir(filepath.Clean(o.Dir))}
	for {
		at := above[len(above)-1]
		there, err := vfs.Exists(o.FS, at)
		if err != nil {
			return err
		}
		if there || filepath.Dir(at) == at {
			break
		}
		above = append(above, filepath.Dir(at))
	}
	if err := o.FS.MkdirAll(o.Dir); err != nil {
		return err
	}
	for _, dir := range above {
		// A folder that may not be read cannot be synced; then it was not made by us.
		if err := o.FS.SyncDir(dir); errors.Is(err, fs.ErrPermission) {
			o.Log.Warn("the folder above the data directory cannot be synced", zap.Error(err))
		} else if err != nil {
			return err
		}
	}
	return nil
}

// lockRetry is the time between two tries to lock the directory.
const lockRetry = 50 * time.Millisecond

func lockDirectory(ctx context.Context, o Options) (io.Closer, error) {
	deadline := time.NewTimer(o.LockTimeout)
	defer deadline.Stop()
	retry := time.NewTicker(lockRetry)
	defer retry.Stop()
	waits := false
	for {
		lock, err := o.FS.Lock(filepath.Join(o.Dir, recovery.LockFileName))
		switch {
		case err == nil:
			return lock, nil
		case !errors.Is(err, vfs.ErrLocked):
			return nil, &NotWritableError{Dir: o.Dir, Err: err}
		case o.LockTimeout == 0:
			return nil, &DirectoryLockedError{Dir: o.Dir, Err: err}
		case !waits:
			waits = true
			o.Log.Warn("another server uses the data directory; waiting until it has stopped",
				zap.String("directory", o.Dir), zap.Duration("at most", o.LockTimeout), zap.NamedError("lock", err))
		}
		select {
		case <-retry.C:
		case <-deadline.C:
			return nil, &DirectoryLockedError{Dir: o.Dir, Err: err}
		case <-ctx.Done():
			return nil, &WaitEndedError{Dir: o.Dir, Err: context.Cause(ctx)}
		}
	}
}

// recover fills the store and opens the log.
func (m *Manager) recover(ctx context.Context) error {
	o := m.o
	if !o.RecoveryOnStartup {
		if m.held.Locked {
			return fmt.Errorf("%w since %s by %s: a start without recovery would move its files; start with recovery and run "+
				"UNLOCK DATA DIRECTORY first", ErrDirectoryHeld, m.held.Since.Format(time.RFC3339), m.held.Owner)
		}
		to, err := recovery.MoveAside(o.FS, o.Dir, o.Now())
		if err != nil {
			return err
		}
		if to != "" {
			o.Log.Warn("started without recovery: the files of the database were moved aside", zap.String("to", to))
		}
	}
	if err := m.goBack(ctx); err != nil {
		return err
	}
	result, err := m.run(ctx)
	if err != nil {
		return err
	}
	if err := m.clearCopiedLock(); err != nil {
		return err
	}
	m.identity, m.report = result.Identity, result.Report
	if s := result.Report.Snapshot; s.Path != "" {
		m.verified[s.Path] = true
		m.stats.snapshot = s
	}
	if err := m.admitArchive(ctx, result); err != nil {
		return err
	}
	if o.WALEnabled {
		if err := m.openLog(result); err != nil {
			m.stopArchive()
			return err
		}
	}
	m.logRecovery()
	return nil
}

// clearCopiedLock removes the lock of the directory that this one is a copy of.
func (m *Manager) clearCopiedLock() error {
	if !m.held.Copied {
		return nil
	}
	m.held = LockInfo{}
	return retention.ClearLock(m.o.FS, m.o.Dir)
}

// openLog opens the log behind what was recovered.
func (m *Manager) openLog(result *recovery.Result) error {
	o := m.o
	j := &journal{names: o.Store, timeline: m.identity.Timeline, space: m.space, writes: m.writes, note: m.noteLog}
	log, err := wal.Open(wal.Options{
		FS: o.FS, Dir: filepath.Join(o.Dir, recovery.LogName), SegmentBytes: o.SegmentBytes, FlushEvery: o.FlushEveryN,
		Database: m.identity.Database, Now: o.Now, Log: o.Log, OnSync: m.synced, OnSettled: j.tell, Held: m.held.Locked,
	}, result.End)
	if err != nil {
		return fmt.Errorf("open of the log: %w", err)
	}
	if err := m.beginSegment(log); err != nil {
		return errors.Join(fmt.Errorf("begin of a segment for timeline %d: %w", m.identity.Timeline, err), log.Close())
	}
	m.log, j.log = log, log
	if len(result.End.Segments) > 0 {
		j.noted.Store(m.noteLog())
	}
	if o.wrap != nil {
		o.Store.SetJournal(o.wrap(j))
		return nil
	}
	o.Store.SetJournal(j)
	return nil
}

// noteLog notes in the identity that there is a log, so that a directory that lost it is
// not taken for a whole one. It happens when the first segment is durable. It reports
// false where it has to be tried again: a commit does not wait for a snapshot, and nothing
// is rewritten in a locked directory. After a failure the next start tries again.
func (m *Manager) noteLog() bool {
	if m.lockInfo().Locked || !m.files.TryLock() {
		return false
	}
	defer m.files.Unlock()
	m.mu.Lock()
	id, locked := m.identity, m.held.Locked
	m.mu.Unlock()
	if id.Log || locked {
		return id.Log
	}
	id.Log = true
	if err := recovery.WriteIdentity(m.o.FS, m.o.Dir, id); err != nil {
		m.o.Log.Warn("the identity of the database could not be brought up to date", zap.Error(err))
		return true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.identity = id
	return true
}

// logRecovery says what the start has found.
func (m *Manager) logRecovery() {
	r := m.report
	if r.Tail != nil {
		m.o.Log.Warn("the end of the log was torn by a crash and has been cut; no acknowledged commit was in it",
			zap.String("file", r.Tail.File), zap.Int64("offset", r.Tail.Offset), zap.Int64("bytes", r.Tail.Bytes),
			zap.String("reason", r.Tail.Reason))
	}
	m.o.Log.Debug("data directory opened", zap.String("dir", m.o.Dir), zap.String("version", m.o.Version), zap.Bool("new", r.New),
		zap.String("snapshot", r.Snapshot.Path), zap.Uint64("nodes", r.Nodes), zap.Uint64("relationships", r.Edges),
		zap.Int64("replayed", r.Replayed), zap.Uint64("commit", uint64(r.Last)), zap.Duration("took", r.Duration),
		zap.Strings("quarantined", r.Quarantined), zap.Bool("locked", m.held.Locked))
	switch {
	case m.log == nil:
		m.o.Log.Warn("the log is turned off: a crash loses every change since the last snapshot")
	case m.o.FlushEveryN > 1:
		m.o.Log.Warn("the log is not synced at each commit: a power failure loses the commits of up to a second",
			zap.Int("flushEveryN", m.o.FlushEveryN))
	}
}

// Close writes the snapshot on exit, if it is asked for, the directory is not locked and
// there is something new; then it closes the log and gives the directory back. The
// store's transactions must have ended. ctx bounds the snapshot only.
func (m *Manager) Close(ctx context.Context) error {
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return ErrClosed
	}
	m.closed = true
	if m.running != nil && !m.o.SnapshotOnExit {
		m.running.cancel(ErrSnapshotEnded)
	}
	m.mu.Unlock()
	m.stop()
	m.stopWatcher()
	m.scheduler.Wait()
	m.files.Lock()
	defer m.files.Unlock()
	var err error
	if m.o.SnapshotOnExit && !m.held.Locked && !m.replaced() && m.o.Store.LastCommitted() > m.newestSnapshot() {
		if _, snapshotErr := m.writeSnapshot(ctx, 0, nil); snapshotErr != nil {
			err = m.exitSnapshotFailed(snapshotErr)
		} else {
			m.giveBack(ctx) // or a server that is often started and stopped would fill the disk
		}
	}
	m.roomToClose()
	if m.log != nil {
		err = errors.Join(err, m.closeLog())
	}
	m.stopArchive()
	return errors.Join(err, m.lock.Close())
}

// closeLog closes the log. Where there is no room for its last frame, all that was
// acknowledged is in it nevertheless.
func (m *Manager) closeLog() error {
	err := m.log.Close()
	if vfs.NoSpace(err) && !errors.Is(err, wal.ErrPoisoned) {
		m.o.Log.Warn("there is no room to mark the log as closed: the next start reads it as after a crash, nothing is lost", zap.Error(err))
		return nil
	}
	if err != nil {
		return fmt.Errorf("close of the log: %w", err)
	}
	m.noteReached()
	return nil
}

// exitSnapshotFailed makes the failure of the snapshot on exit an error, unless it was for
// want of room: all that it would have held is in the log.
func (m *Manager) exitSnapshotFailed(err error) error {
	if m.log == nil || !vfs.NoSpace(err) {
		return fmt.Errorf("snapshot on exit: %w", err)
	}
	m.o.Log.Error("there is no room for the snapshot on exit: the next start replays the log instead", zap.Error(err))
	return nil
}

// newestSnapshot returns the commit of the newest good snapshot that is known.
func (m *Manager) newestSnapshot() change.Index {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.stats.snapshot.Index
}
