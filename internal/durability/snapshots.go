package durability

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"go.uber.org/zap"

	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/retention"
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
	m.running = &running{ctx: ctx, cancel: cancel, trigger: t, started: m.o.Now()}
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		m.running = nil
		m.mu.Unlock()
	}()
	m.files.Lock()
	defer m.files.Unlock()
	info, err := m.writeSnapshot(ctx)
	if err == nil {
		m.noteReached()
		m.giveBack(ctx)
	}
	return info, err
}

// writeSnapshot writes a snapshot; the caller holds files.
func (m *Manager) writeSnapshot(ctx context.Context) (SnapshotInfo, error) {
	started := m.o.Now()
	info, err := snapshot.Create(ctx, snapshot.Options{
		FS: m.o.FS, Dir: filepath.Join(m.o.Dir, recovery.SnapshotsName), Store: m.o.Store,
		Database: m.identity.Database, Timeline: m.identity.Timeline, Now: m.o.Now, Workers: m.o.SnapshotWorkers,
		Publish: m.syncLog(ctx),
	})
	m.mu.Lock()
	if err != nil {
		m.stats.snapshotFailures++
	} else {
		m.verified[info.Path] = true
		m.stats.snapshot, m.stats.snapshotTook = info, m.o.Now().Sub(started)
	}
	m.mu.Unlock()
	if err != nil {
		return SnapshotInfo{}, fmt.Errorf("snapshot not created: %w", err)
	}
	m.o.Log.Info("snapshot created", zap.String("file", info.Path), zap.Uint64("commit", uint64(info.Index)),
		zap.Int64("bytes", info.Bytes), zap.Duration("took", m.o.Now().Sub(started)))
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

// giveBack deletes what retention says. The caller holds files. What cannot be deleted
// now is tried again after the next snapshot, so that a failure is only logged.
func (m *Manager) giveBack(ctx context.Context) {
	if m.broken != nil || m.lockInfo().Locked {
		return
	}
	if err := m.retain(ctx); err != nil && ctx.Err() == nil {
		m.mu.Lock()
		m.stats.retentionFailures++
		m.mu.Unlock()
		m.o.Log.Error("superfluous files could not be given back; this is tried again after the next snapshot", zap.Error(err))
	}
}

func (m *Manager) retain(ctx context.Context) error {
	snapshots, err := m.judged(ctx)
	if err != nil {
		return err
	}
	var segments []retention.Segment
	if m.log != nil {
		list, err := m.log.Segments()
		if err != nil {
			return err
		}
		for _, s := range list {
			segments = append(segments, retention.Segment{First: change.Index(s.First), Last: change.Index(s.Last), Sealed: s.Sealed})
		}
	}
	plan := retention.Decide(m.o.RetentionCount, snapshots, segments)
	for _, path := range plan.Quarantine {
		to, err := retention.Quarantine(m.o.FS, m.o.Dir, path)
		if err != nil {
			return err
		}
		m.o.Log.Warn("damaged snapshot moved away", zap.String("file", path), zap.String("to", to))
	}
	if err := m.removeSnapshots(plan.Snapshots); err != nil {
		return err
	}
	if len(plan.Segments) == 0 {
		return nil
	}
	if err := m.log.Remove(uint64(plan.Oldest) + 1); err != nil {
		return err
	}
	m.o.Log.Info("log segments given back", zap.Int("segments", len(plan.Segments)), zap.Uint64("oldestSnapshot", uint64(plan.Oldest)))
	return nil
}

func (m *Manager) removeSnapshots(paths []string) error {
	for _, path := range paths {
		if err := m.o.FS.Remove(path); err != nil {
			return err
		}
		m.mu.Lock()
		delete(m.verified, path)
		m.mu.Unlock()
		m.o.Log.Info("snapshot removed", zap.String("file", path))
	}
	if len(paths) == 0 {
		return nil
	}
	return m.o.FS.SyncDir(filepath.Join(m.o.Dir, recovery.SnapshotsName))
}

// judged lists the snapshots and says of each whether it verifies, which is read once.
func (m *Manager) judged(ctx context.Context) ([]retention.Snapshot, error) {
	infos, err := m.list()
	if err != nil {
		return nil, err
	}
	out := make([]retention.Snapshot, 0, len(infos))
	for _, info := range infos {
		m.mu.Lock()
		good, known := m.verified[info.Path]
		m.mu.Unlock()
		if !known {
			if good, err = m.verify(ctx, info.Path); err != nil {
				return nil, err
			}
			m.mu.Lock()
			m.verified[info.Path] = good
			m.mu.Unlock()
		}
		out = append(out, retention.Snapshot{Path: info.Path, Index: info.Index, Good: good})
	}
	return out, nil
}

func (m *Manager) verify(ctx context.Context, path string) (bool, error) {
	err := snapshot.Verify(ctx, m.o.FS, path, m.o.SnapshotWorkers)
	if _, damaged := errors.AsType[*snapshot.DamagedError](err); damaged {
		m.o.Log.Error("snapshot does not verify", zap.Error(err))
		return false, nil
	}
	return err == nil, err
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
