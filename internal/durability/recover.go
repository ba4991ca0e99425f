package durability

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/schedule"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
)

// run recovers the store. A directory that is refused is tried again without what the
// operator gave up, where that is exactly what there is to give up.
func (m *Manager) run(ctx context.Context) (*recovery.Result, error) {
	result, err := recovery.Run(ctx, m.recoveryOptions())
	refused, ok := errors.AsType[*recovery.RefusedError](err)
	if !ok || refused.Loss == nil || m.o.AcceptLossAfter == nil || *m.o.AcceptLossAfter != refused.Loss.After {
		return result, err
	}
	m.o.Log.Warn("the data directory is refused, and its loss is accepted", zap.Error(refused.Err))
	if err := m.renewStore(); err != nil {
		return nil, err
	}
	return recovery.Accept(ctx, m.recoveryOptions(), refused.Loss)
}

func (m *Manager) recoveryOptions() recovery.Options {
	return recovery.Options{
		FS: m.o.FS, Dir: m.o.Dir, Store: m.o.Store, Locked: m.held.Locked, Workers: m.o.RecoveryWorkers,
		Now: m.o.Now, Log: m.o.Log, Progress: m.o.Progress,
	}
}

// renewStore puts an empty store in the place of one that a failed recovery has filled in
// part.
func (m *Manager) renewStore() error {
	err := m.o.Store.Close()
	m.o.Store = m.o.NewStore()
	return err
}

// breaks decides whether a start that failed goes on without data, and makes it so.
func (m *Manager) breaks(ctx context.Context, err error) bool {
	if _, refused := errors.AsType[*ArchiveRefusedError](err); refused || !m.o.AllowFailure || ctx.Err() != nil {
		return false // an archive that is not for this server says nothing against its data
	}
	if closeErr := m.renewStore(); closeErr != nil {
		m.o.Log.Error("the store of the failed recovery was not closed", zap.Error(closeErr))
	}
	m.broken = &BrokenError{Err: err}
	m.identity, m.report, m.log, m.archive = recovery.Identity{}, recovery.Report{}, nil, nil
	m.o.Snapshots, m.o.SnapshotOnExit = schedule.Schedule{}, false
	m.o.Store.SetJournal(refusing{m.broken})
	return true
}

// Broken returns why there is no data, a *BrokenError, or nil. A broken Manager changes no
// file but that of LOCK and UNLOCK DATA DIRECTORY.
func (m *Manager) Broken() error { return m.broken }

// Store returns the store that was recovered into: that of the options, or what NewStore
// made after it.
func (m *Manager) Store() *storage.Store { return m.o.Store }

// refusing is the journal of a store without data.
type refusing struct{ err error }

// Prepare refuses every commit.
func (r refusing) Prepare(*change.Commit) (storage.Ticket, error) { return nil, r.err }

// noteReached notes in the identity how far the log has got, so that a log that was cut, or
// replaced by an older version of it, is not taken for a whole one. The caller holds files.
// Nothing depends on it but that proof, so that a failure is only logged.
func (m *Manager) noteReached() {
	if m.log == nil || m.Health() != nil {
		return
	}
	synced := change.Index(m.log.State().Synced)
	m.mu.Lock()
	id, locked := m.identity, m.held.Locked
	m.mu.Unlock()
	if locked || !id.Log || synced <= id.Reached {
		return
	}
	id.Reached = synced
	if err := recovery.WriteIdentity(m.o.FS, m.o.Dir, id); err != nil {
		m.o.Log.Warn("the identity of the database could not be brought up to date", zap.Error(err))
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.identity = id
}
