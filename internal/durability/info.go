package durability

import (
	"time"

	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/storage/change"
)

// stats are the numbers that Info tells.
type stats struct {
	snapshot          snapshot.Info
	snapshotTook      time.Duration
	snapshotFailures  int64
	heldBack          bool // the last snapshot was ended because it held back too much
	retentionFailures int64
	quarantineDeleted int64
}

// Info is what SHOW STORAGE INFO and the metrics tell about the data directory.
type Info struct {
	Dir         string
	Database    [16]byte
	WALEnabled  bool
	FlushEveryN int

	LogBytes    int64
	LogSegments int
	Synced      change.Index // newest commit that is durable
	LastSync    time.Time
	LogErr      error // why the log takes no more commits; nil: it does

	LastSnapshot      SnapshotInfo // newest good one; zero: none
	SnapshotTook      time.Duration
	SnapshotFailures  int64 // since the start
	HeldTransactions  int64 // that have ended and that a view, of a snapshot or a query, keeps from being collected
	HeldBytes         int64 // of old versions that these keep in memory, about
	RetentionFailures int64 // since the start
	NextSnapshot      time.Time
	Lock              LockInfo
	Space             SpaceInfo
	Writes            WriteInfo
	Quarantine        QuarantineInfo
	Pins              []PinInfo
	Recovery          Report
}

// Info returns the present numbers.
func (m *Manager) Info() Info {
	m.mu.Lock()
	i := Info{
		Dir: m.o.Dir, Database: m.identity.Database, WALEnabled: m.log != nil, FlushEveryN: m.o.FlushEveryN,
		LastSnapshot: m.stats.snapshot, SnapshotTook: m.stats.snapshotTook,
		SnapshotFailures: m.stats.snapshotFailures, RetentionFailures: m.stats.retentionFailures,
		NextSnapshot: m.plan.due(), Lock: m.held, Recovery: m.report,
	}
	m.mu.Unlock()
	i.Space, i.Writes, i.Quarantine, i.Pins = m.spaceInfo(), m.writeInfo(), m.quarantineInfo(), m.Pins()
	i.HeldTransactions, i.HeldBytes = m.o.Store.HeldBack()
	if m.log == nil {
		return i
	}
	segments, err := m.log.Segments()
	state := m.log.State()
	i.LogBytes, i.LogSegments = state.Bytes, len(segments)
	i.Synced, i.LastSync, i.LogErr = change.Index(state.Synced), state.LastSync, state.Err
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
