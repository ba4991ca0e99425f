package durability

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"go.uber.org/zap"

	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/retention"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/storage/change"
)

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
	m.keeping.Lock()
	defer m.keeping.Unlock()
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
	limits := retention.Limits{Count: m.o.RetentionCount, Age: m.o.RetentionAge, Bytes: m.o.RetentionBytes}
	plan := retention.Decide(limits, m.o.Now(), retention.Files{Snapshots: snapshots, Segments: segments, Pins: m.pinnedLocked()})
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
	if err := m.pruneQuarantine(); err != nil {
		return err
	}
	if len(plan.Segments) == 0 {
		return nil
	}
	if err := m.log.Remove(uint64(plan.Before)); err != nil {
		return err
	}
	m.o.Log.Info("log segments given back", zap.Int("segments", len(plan.Segments)), zap.Uint64("oldestSnapshot", uint64(plan.Oldest)))
	return nil
}

// pruneQuarantine deletes the oldest damaged snapshots beyond their number, and says so.
// What else is in quarantine/ stays.
func (m *Manager) pruneQuarantine() error {
	if m.o.QuarantineCount == 0 {
		return nil
	}
	deleted, err := retention.Prune(m.o.FS, m.o.Dir, m.o.QuarantineCount, snapshot.IsQuarantined)
	for _, f := range deleted {
		m.o.Log.Warn("damaged snapshot deleted from quarantine: newer ones fill it", zap.String("file", f.Path), zap.Int64("bytes", f.Bytes))
	}
	m.mu.Lock()
	m.stats.quarantineDeleted += int64(len(deleted))
	m.mu.Unlock()
	return err
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
		out = append(out, retention.Snapshot{
			Path: info.Path, Index: info.Index, Created: info.Created, Bytes: info.Bytes, Good: good,
		})
	}
	return out, nil
}

func (m *Manager) verify(ctx context.Context, path string) (bool, error) {
	err := m.verifyOwn(ctx, path)
	if _, damaged := errors.AsType[*snapshot.DamagedError](err); damaged {
		m.o.Log.Error("snapshot does not verify", zap.Error(err))
		return false, nil
	}
	return err == nil, err
}

// verifyOwn verifies a snapshot, and that it is the one of this database which its name
// says.
func (m *Manager) verifyOwn(ctx context.Context, path string) (err error) {
	f, err := snapshot.Open(m.o.FS, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	index, _, _ := snapshot.ParseName(filepath.Base(path))
	switch h := f.Header(); {
	case h.Database != m.identity.Database:
		return &snapshot.DamagedError{File: path, Reason: "it belongs to another database"}
	case h.Index != index:
		return &snapshot.DamagedError{File: path, Reason: fmt.Sprintf("its name says commit %d, its header %d", index, h.Index)}
	}
	return f.Verify(ctx, m.o.SnapshotWorkers)
}
