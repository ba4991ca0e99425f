package durability

import (
	"context"
	"time"
)

// trigger is why a snapshot is written.
type trigger string

const (
	triggerManual   trigger = "manual"   // CREATE SNAPSHOT
	triggerPeriodic trigger = "periodic" // the scheduler
)

// running is a snapshot that is being written.
type running struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	trigger trigger
	started time.Time
}

// RunningSnapshot describes the snapshot that is being written.
type RunningSnapshot struct {
	Trigger string // "manual" or "periodic"
	Started time.Time
}

// RunningSnapshot returns the snapshot that is being written; ok is false while none is.
func (m *Manager) RunningSnapshot() (s RunningSnapshot, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.running == nil {
		return RunningSnapshot{}, false
	}
	return RunningSnapshot{Trigger: string(m.running.trigger), Started: m.running.started}, true
}

// EndSnapshot ends the snapshot that is being written, which then fails with
// ErrSnapshotEnded. It returns false while none is.
func (m *Manager) EndSnapshot() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.running == nil {
		return false
	}
	m.running.cancel(ErrSnapshotEnded)
	return true
}
