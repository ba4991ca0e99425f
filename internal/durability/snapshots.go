package durability

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"go.uber.org/zap"

	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage/change"
)

// SnapshotInfo describes a snapshot file.
type SnapshotInfo = snapshot.Info

// CreateSnapshot writes a snapshot of the newest commit while transactions go on, and
// then gives back what it makes superfluous. It fails with ErrSnapshotRunning while
// another one is being written.
func (m *Manager) CreateSnapshot(ctx context.Context) (SnapshotInfo, error) {
	return m.createSnapshot(ctx, triggerManual)
}

func (m *Manager) createSnapshot(ctx context.Context, t trigger) (SnapshotInfo, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	m.mu.Lock()
	switch {
	case m.closed:
		m.mu.Unlock()
		return SnapshotInfo{}, ErrClosed
	case m.broken != nil:
		m.mu.Unlock()
		return SnapshotInfo{}, m.broken
	case m.running != nil:
		m.mu.Unlock()
		return SnapshotInfo{}, ErrSnapshotRunning
	}
	tracker := &snapshot.Tracker{}
	m.running = &running{ctx: ctx, cancel: cancel, trigger: t, started: m.o.Now(), tracker: tracker}
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		m.running = nil
		m.mu.Unlock()
	}()
	m.files.Lock()
	defer m.files.Unlock()
	if t == triggerPeriodic {
		if m.lockInfo().Locked { // since the scheduler looked
			return SnapshotInfo{}, ErrSnapshotEnded
		}
		if err := m.roomForSnapshot(); err != nil {
			m.noteSnapshot(SnapshotInfo{}, m.o.Now(), err)
			return SnapshotInfo{}, err
		}
	}
	info, err := m.writeSnapshot(ctx, m.throttle(), tracker)
	if err == nil {
		m.noteReached()
		m.giveBack(ctx)
	}
	return info, err
}

// throttle returns the bytes per second of a snapshot, 0 for as fast as possible. After one
// that held back too much, the next one is to be fast.
func (m *Manager) throttle() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stats.heldBack {
		return 0
	}
	return m.o.SnapshotBytesPerSecond
}

// writeSnapshot writes a snapshot; the caller holds files.
func (m *Manager) writeSnapshot(ctx context.Context, bytesPerSecond int64, tracker *snapshot.Tracker) (SnapshotInfo, error) {
	started := m.o.Now()
	info, err := snapshot.Create(ctx, snapshot.Options{
		FS: m.o.FS, Dir: filepath.Join(m.o.Dir, recovery.SnapshotsName), Store: m.o.Store,
		Database: m.identity.Database, Timeline: m.identity.Timeline, Now: m.o.Now, Workers: m.o.SnapshotWorkers,
		Publish: m.syncLog(ctx), BytesPerSecond: bytesPerSecond, HeldMax: m.o.SnapshotHeldMax, Tracker: tracker,
	})
	m.noteSnapshot(info, started, err)
	if err != nil {
		return SnapshotInfo{}, fmt.Errorf("snapshot not created: %w", err)
	}
	m.o.Log.Info("snapshot created", zap.String("file", info.Path), zap.Uint64("commit", uint64(info.Index)),
		zap.Int64("bytes", info.Bytes), zap.Duration("took", m.o.Now().Sub(started)))
	m.lookArchive()
	return info, nil
}

// syncLog returns what has to happen before a snapshot gets its name: the log must not end
// before it, or no older snapshot could take its place. With a sync at each commit that is
// so. A log that cannot be synced any more is no reason to lose the snapshot.
func (m *Manager) syncLog(ctx context.Context) func(change.Index) error {
	if m.log == nil || m.o.FlushEveryN == 1 {
		return nil
	}
	return func(change.Index) error {
		if err := m.log.Sync(ctx); err != nil {
			m.o.Log.Warn("the log was not synced before the snapshot", zap.Error(err))
		}
		return ctx.Err()
	}
}

// Snapshots lists the snapshots, newest first.
func (m *Manager) Snapshots() ([]SnapshotInfo, error) { return m.list() }

func (m *Manager) list() ([]SnapshotInfo, error) {
	dir := filepath.Join(m.o.Dir, recovery.SnapshotsName)
	names, err := m.o.FS.List(dir)
	if err != nil {
		return nil, fmt.Errorf("list of the snapshots: %w", err)
	}
	var infos []SnapshotInfo
	for _, name := range slices.Backward(names) {
		index, created, ok := snapshot.ParseName(name)
		if !ok {
			continue
		}
		path := filepath.Join(dir, name)
		info, err := m.o.FS.Stat(path)
		if err != nil {
			if there, existsErr := vfs.Exists(m.o.FS, path); existsErr == nil && !there {
				continue // retention was faster
			}
			return nil, fmt.Errorf("list of the snapshots: %w", err)
		}
		infos = append(infos, SnapshotInfo{Path: path, Index: index, Created: created, Bytes: info.Size})
	}
	return infos, nil
}
