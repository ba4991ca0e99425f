package durability

import (
	"context"
	"time"

	"memgraphd/internal/durability/backup"
)

// BackupInfo says what is known of backups since the start: those that statements took, and
// those that the command took of this server, which tells when it is done.
type BackupInfo struct {
	Taken      int64     // completed
	Failures   int64     // that were begun, or asked of this server, and not completed
	Last       time.Time // when the newest one was completed; zero: none was
	LastCommit uint64    // up to which commit that goes
	Failed     time.Time // when the newest one failed, if none was completed since; else zero
	Running    int       // that read at the moment
}

// Completed tells that a backup of what was described is done; see backup.Witness.
func (s *managerSource) Completed(_ context.Context, last uint64) error {
	s.mu.Lock()
	counted := s.counted
	s.counted = false
	s.mu.Unlock()
	if !counted {
		return nil
	}
	m := s.m
	m.mu.Lock()
	defer m.mu.Unlock()
	b := &m.stats.backups
	b.Running--
	b.Taken++
	b.Last, b.LastCommit, b.Failed = m.o.Now(), last, time.Time{}
	return nil
}

// begin counts the source as a backup that is being taken.
func (s *managerSource) begin() {
	s.counted = true
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	s.m.stats.backups.Running++
}

// fail counts a backup that ends without having been completed.
func (s *managerSource) fail() {
	if !s.counted {
		return
	}
	s.counted = false
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	b := &s.m.stats.backups
	b.Running--
	b.Failures++
	b.Failed = s.m.o.Now()
}

// BackupNotBegun counts a backup that was asked for and failed before this server was read: there was no place to
// put it, say.
func (m *Manager) BackupNotBegun() {
	m.mu.Lock()
	defer m.mu.Unlock()
	b := &m.stats.backups
	b.Failures++
	b.Failed = m.o.Now()
}

var _ backup.Witness = (*managerSource)(nil)
