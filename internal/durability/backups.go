package durability

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/object"
)

// Errors of backups that a caller may branch on.
var (
	// errBackupRunning reports a backup that was asked for while another one is taken.
	errBackupRunning = errors.New("another backup is being taken")
	// ErrBackupEnded reports a backup that somebody ended.
	ErrBackupEnded = errors.New("it was ended")
)

// RunningBackup describes the backup that is being taken.
type RunningBackup struct {
	Location string
	Started  time.Time
	Progress backup.Progress
}

// backingUp is the backup that is being taken.
type backingUp struct {
	mu     sync.Mutex
	now    RunningBackup
	cancel context.CancelCauseFunc // nil: none is
}

// Backup takes a backup of the running database into a store, while everything goes on.
// It fails while another one is taken, and with ErrBackupEnded. A database without a log gets
// a snapshot first: that is all that a backup of it can hold.
func (m *Manager) Backup(ctx context.Context, to object.Store, o backup.Options) (taken backup.Manifest, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if err = m.beginBackup(to.String(), cancel); err != nil {
		return taken, err
	}
	defer m.endBackup()
	o.Now, o.Progress = m.o.Now, m.noteBackup
	if m.log == nil && m.broken == nil && m.o.Store.LastCommitted() > m.newestSnapshot() {
		if _, err = m.CreateSnapshot(ctx); err != nil {
			m.BackupNotBegun()
			return taken, err
		}
	}
	src, err := m.Source(ctx, "backup to "+to.String())
	if err != nil {
		m.BackupNotBegun()
		return taken, err
	}
	taken, err = backup.Take(ctx, src, to, o)
	if err = errors.Join(err, src.Close()); err != nil {
		if context.Cause(ctx) != nil {
			err = context.Cause(ctx)
		}
		m.o.Log.Error("backup was not taken; the next one goes on with what was sent", zap.String("to", to.String()), zap.Error(err))
		return backup.Manifest{}, err
	}
	for _, w := range taken.Warnings {
		m.o.Log.Warn("backup", zap.String("id", taken.ID), zap.String("warning", w))
	}
	m.o.Log.Info("backup taken", zap.String("id", taken.ID), zap.String("kind", string(taken.Kind)), zap.String("to", to.String()),
		zap.Uint64("commit", taken.Last), zap.Int("objects", taken.SentObjects), zap.Int64("bytes", taken.SentBytes),
		zap.Duration("took", taken.Completed.Sub(taken.Made)))
	return taken, nil
}

func (m *Manager) beginBackup(to string, cancel context.CancelCauseFunc) error {
	b := &m.backingUp
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cancel != nil {
		return errBackupRunning
	}
	b.now, b.cancel = RunningBackup{Location: to, Started: m.o.Now()}, cancel
	return nil
}

func (m *Manager) endBackup() {
	b := &m.backingUp
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cancel = nil
}

func (m *Manager) noteBackup(p backup.Progress) {
	b := &m.backingUp
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now.Progress = p
}

// RunningBackup returns the backup that is being taken; ok is false while none is.
func (m *Manager) RunningBackup() (r RunningBackup, ok bool) {
	b := &m.backingUp
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now, b.cancel != nil
}

// EndBackup ends it: Backup then fails with ErrBackupEnded. It returns false while none is
// taken.
func (m *Manager) EndBackup() bool {
	b := &m.backingUp
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cancel == nil {
		return false
	}
	b.cancel(ErrBackupEnded)
	return true
}
