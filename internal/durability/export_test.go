package durability

import (
	"context"

	"memgraphd/internal/storage"
)

// WithJournal makes the store see another journal in front of the Manager's.
func WithJournal(o Options, wrap func(storage.Journal) storage.Journal) Options {
	o.wrap = wrap
	return o
}

// RotateLog begins a new segment.
func (m *Manager) RotateLog(ctx context.Context) error { return m.log.Rotate(ctx) }

// SnapshotEnded reports whether the snapshot that is being written was told to end.
func (m *Manager) SnapshotEnded() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.running != nil && m.running.ctx.Err() != nil
}

// Look is one round of the watcher.
func (m *Manager) Look() { m.look() }

// Tick is one tick of the scheduler.
func (m *Manager) Tick(ctx context.Context) { m.tick(ctx) }
