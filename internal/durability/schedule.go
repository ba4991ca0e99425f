package durability

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/recovery"
)

// startScheduler starts the goroutine that writes a snapshot at each interval.
func (m *Manager) startScheduler() {
	ctx, stop := context.WithCancel(context.Background())
	m.stop = stop
	if m.o.SnapshotInterval == 0 {
		return
	}
	m.planNext()
	m.scheduler.Go(func() {
		tick := time.NewTicker(m.o.SnapshotInterval)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				m.planNext()
				m.tick(context.WithoutCancel(ctx))
			}
		}
	})
}

func (m *Manager) planNext() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.next = m.o.Now().Add(m.o.SnapshotInterval)
}

// tick writes a snapshot unless there is nothing new, one is being written, or the
// directory is locked. A running one is ended by Close or LOCK, not by the scheduler's
// own end.
func (m *Manager) tick(ctx context.Context) {
	switch {
	case m.o.Store.LastCommitted() == m.newestSnapshot():
		return
	case m.lockInfo().Locked:
		m.o.Log.Info("snapshot skipped: the data directory is locked")
		return
	}
	_, err := m.CreateSnapshot(ctx)
	switch {
	case err == nil, errors.Is(err, ErrClosed):
	case errors.Is(err, ErrSnapshotRunning), errors.Is(err, ErrSnapshotEnded):
		m.o.Log.Info("snapshot skipped", zap.Error(err))
	default:
		m.o.Log.Error("snapshot failed; it is tried again at the next interval", zap.Error(err))
	}
}

// NextSnapshot returns when the scheduler writes the next snapshot, and into which
// folder; ok is false where none is scheduled.
func (m *Manager) NextSnapshot() (dir string, at time.Time, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return filepath.Join(m.o.Dir, recovery.SnapshotsName), m.next, !m.next.IsZero() && !m.closed
}
