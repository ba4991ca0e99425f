package durability

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/restore"
	"memgraphd/internal/storage"
)

// What Replace fails with.
var (
	// ErrNotClean reports a database that has commits, which only Force replaces.
	ErrNotClean = errors.New("the database is not empty")
	// ErrReplaced reports that another database waits to take the place of this one.
	ErrReplaced = errors.New("the database is being replaced")
)

// Replacement says what Replace puts in the place of the database.
type Replacement struct {
	What  string // in words, for those who find the former files
	Force bool   // also where the database has commits
	Keys  restore.Keys

	NewStore func() *storage.Store // makes an empty one, to load the snapshot for proof
	// Fetch brings the snapshot into a folder, or says where it is.
	Fetch func(ctx context.Context, temp string) (path string, err error)
	// Alone waits until no transaction is open and lets none begin, until again is called.
	Alone func(ctx context.Context) (again func(), err error)
}

// Replace proves and loads a snapshot beside the running database, and has it take the
// database's place: from a nil error on the directory has the new one, this Manager takes
// nothing any more that changes its files, and the owner closes it and opens another. The
// former files stay in .backup/. With any error but one that matches ErrReplaced, nothing has
// changed.
func (m *Manager) Replace(ctx context.Context, r Replacement) (restore.Report, error) {
	if err := m.beginReplace(r.Force); err != nil {
		return restore.Report{}, err
	}
	done := false
	defer func() {
		if !done {
			m.mu.Lock()
			m.replacing = false
			m.mu.Unlock()
		}
	}()
	m.mu.Lock()
	id := m.identity
	m.mu.Unlock()
	beside, err := restore.FromSnapshot(ctx, restore.Options{
		FS: m.o.FS, Dir: m.o.Dir, NewStore: r.NewStore, Workers: m.o.RecoveryWorkers, Keys: r.Keys, Now: m.o.Now, Log: m.o.Log,
		KeepFree: m.o.SpaceMin,
	}, id, r.What, r.Fetch)
	if err != nil {
		return restore.Report{}, err
	}
	again, err := r.Alone(ctx)
	if err != nil {
		return restore.Report{}, errors.Join(err, beside.Discard())
	}
	report, err := m.complete(beside)
	if pending, pendingErr := recovery.SwapPending(m.o.FS, m.o.Dir); err != nil && pendingErr == nil && !pending {
		again()
		return restore.Report{}, errors.Join(err, beside.Discard())
	}
	done = true // what a start makes of it is not this Manager's any more
	if err != nil {
		return report, fmt.Errorf("%w, and that was not noted in good order: %w", ErrReplaced, err)
	}
	m.o.Log.Warn("the database is replaced", zap.String("by", r.What), zap.Uint64("commit", uint64(report.Commit)),
		zap.Uint32("timeline", report.NewTimeline), zap.String("keptIn", report.KeptIn))
	return report, nil
}

// beginReplace checks that the database may be replaced now.
func (m *Manager) beginReplace(force bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.closed:
		return ErrClosed
	case m.broken != nil:
		return m.broken
	case m.replacing:
		return errors.New("another snapshot is being recovered")
	case m.held.Locked:
		return fmt.Errorf("%w since %s by %s", ErrDirectoryHeld, m.held.Since.Format(time.RFC3339), m.held.Owner)
	case !force && m.o.Store.LastCommitted() > 0:
		return ErrNotClean
	}
	m.replacing = true
	return nil
}

// complete makes the new database the one of the directory. A running snapshot ends.
func (m *Manager) complete(beside *restore.Beside) (restore.Report, error) {
	m.EndSnapshot()
	m.files.Lock()
	defer m.files.Unlock()
	return beside.Complete()
}

// replaced tells whether another database may be about to take the place of this one.
func (m *Manager) replaced() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.replacing
}

// Folders of a data directory that RECOVER SNAPSHOT may read from.
const (
	SnapshotsFolder = recovery.SnapshotsName
	BackupFolder    = recovery.BackupName
)
