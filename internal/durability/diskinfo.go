package durability

import (
	"time"

	"memgraphd/internal/durability/retention"
)

// SpaceInfo is what is known of the room on the disk of the data directory.
type SpaceInfo struct {
	Free       uint64    // bytes; 0 with Known false
	Known      bool      // the disk told it
	Min        uint64    // bytes below which commits are refused; 0: never
	Resume     uint64    // bytes from which on they are taken again
	BelowSince time.Time // since when they are refused; zero: they are not
	Refused    int64     // commits, since the start
}

// WriteInfo says how commits fare that were not refused.
type WriteInfo struct {
	Failures     int64     // commits that could not be written, since the start
	FailingSince time.Time // since when each fails; zero: they do not
	Err          error     // of the newest, while they fail
}

func (m *Manager) spaceInfo() SpaceInfo {
	s := m.space
	i := SpaceInfo{Min: s.min, Resume: s.resume, BelowSince: s.belowSince(), Refused: s.refused.Load()}
	i.Free, i.Known = s.left()
	return i
}

func (m *Manager) writeInfo() WriteInfo {
	i := WriteInfo{Failures: m.writes.failures.Load()}
	i.FailingSince, i.Err = m.writes.trouble()
	return i
}

// QuarantineInfo says what quarantine/ holds.
type QuarantineInfo struct {
	Files   int
	Bytes   int64
	Deleted int64 // damaged snapshots that newer ones replaced there, since the start
	Err     error // why it could not be listed
}

func (m *Manager) quarantineInfo() QuarantineInfo {
	files, err := retention.Quarantined(m.o.FS, m.o.Dir)
	i := QuarantineInfo{Files: len(files), Err: err}
	for _, f := range files {
		i.Bytes += f.Bytes
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	i.Deleted = m.stats.quarantineDeleted
	return i
}
