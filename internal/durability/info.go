package durability

import (
	"errors"
	"time"

	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/storage/change"
)

// stats are the numbers that Info tells.
type stats struct {
	snapshot          snapshot.Info
	snapshotTook      time.Duration
	snapshots         int64         // written since the start
	snapshotsTook     time.Duration // all of them
	snapshotFailures  int64
	heldBack          bool      // the last snapshot was ended because it held back too much
	snapshotFailed    time.Time // zero: the newest is good
	snapshotErr       error
	retentionFailures int64
	quarantineDeleted int64
	backups           BackupInfo
}

// noteSnapshot takes the outcome of a snapshot. One that somebody ended has not failed.
func (m *Manager) noteSnapshot(info SnapshotInfo, started time.Time, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, now := &m.stats, m.o.Now()
	_, s.heldBack = errors.AsType[*snapshot.HeldBackError](err)
	switch {
	case errors.Is(err, ErrSnapshotEnded):
	case err != nil:
		s.snapshotFailures++
		s.snapshotFailed, s.snapshotErr = now, err
	default:
		m.verified[info.Path] = true
		s.snapshot, s.snapshotTook = info, now.Sub(started)
		s.snapshots++
		s.snapshotsTook += s.snapshotTook
		s.snapshotFailed, s.snapshotErr = time.Time{}, nil
	}
}

// Info is what SHOW STORAGE INFO and the metrics tell about the data directory.
type Info struct {
	Dir         string
	Database    [16]byte
	WALEnabled  bool
	FlushEveryN int

	LogBytes    int64
	LogSegments int
	Committed   change.Index // newest commit that others see
	Written     change.Index // newest commit in the log
	Synced      change.Index // newest commit that is durable
	LastSync    time.Time    // zero: none since the start
	LogErr      error        // why the log takes no more commits; nil: it does

	LastSnapshot      SnapshotInfo  // newest good one; zero: none
	SnapshotTook      time.Duration // LastSnapshot; 0 where it is older than this start
	Snapshots         int64         // written since the start
	SnapshotsTook     time.Duration // all of them
	SnapshotFailures  int64         // since the start
	SnapshotFailed    time.Time     // when the newest one did; zero: it did not
	SnapshotErr       error         // and why
	HeldTransactions  int64         // that have ended and that a view, of a snapshot or a query, keeps from being collected
	HeldBytes         int64         // of old versions that these keep in memory, about
	RetentionFailures int64         // since the start
	NextSnapshot      time.Time     // zero: none is scheduled
	Running           *RunningSnapshot
	Lock              LockInfo
	Space             SpaceInfo
	Writes            WriteInfo
	Quarantine        QuarantineInfo
	Pins              []PinInfo
	Recovery          Report
	Archive           *ArchiveStatus // nil: nothing is archived
	Backups           BackupInfo
}

// Info returns the present numbers.
func (m *Manager) Info() Info {
	m.mu.Lock()
	i := Info{
		Dir: m.o.Dir, Database: m.identity.Database, WALEnabled: m.log != nil, FlushEveryN: m.o.FlushEveryN,
		LastSnapshot: m.stats.snapshot, SnapshotTook: m.stats.snapshotTook,
		Snapshots: m.stats.snapshots, SnapshotsTook: m.stats.snapshotsTook, SnapshotFailures: m.stats.snapshotFailures,
		SnapshotFailed: m.stats.snapshotFailed, SnapshotErr: m.stats.snapshotErr, RetentionFailures: m.stats.retentionFailures,
		NextSnapshot: m.plan.due(), Lock: m.held, Recovery: m.report,
		Backups: m.stats.backups,
	}
	m.mu.Unlock()
	i.Committed = m.o.Store.LastCommitted()
	if r, ok := m.RunningSnapshot(); ok {
		i.Running = &r
	}
	i.Space, i.Writes, i.Quarantine, i.Pins = m.spaceInfo(), m.writeInfo(), m.quarantineInfo(), m.Pins()
	i.Archive = m.archiveStatus()
	i.HeldTransactions, i.HeldBytes = m.o.Store.HeldBack()
	if m.log == nil {
		return i
	}
	segments, err := m.log.Segments()
	state := m.log.State()
	i.LogBytes, i.LogSegments = state.Bytes, len(segments)
	i.Written, i.Synced = change.Index(state.Written), change.Index(state.Synced)
	i.LastSync, i.LogErr = state.LastSync, state.Err
	if i.LogErr == nil {
		i.LogErr = err
	}
	return i
}

// Report says what the recovery at the start found and did.
func (m *Manager) Report() Report { return m.report }

// Health returns why commits cannot be made durable, or nil. The graph can be read either
// way.
func (m *Manager) Health() error {
	if m.broken != nil {
		return m.broken
	}
	if m.log == nil {
		return nil
	}
	return m.log.State().Err
}
