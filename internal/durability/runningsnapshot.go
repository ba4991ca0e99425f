package durability

import (
	"context"
	"time"

	"memgraphd/internal/durability/snapshot"
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
	tracker *snapshot.Tracker
}

// RunningSnapshot describes the snapshot that is being written.
type RunningSnapshot struct {
	Trigger string // "manual" or "periodic"
	Started time.Time
	Phase   string // what it is doing
	Bytes   int64  // written
	Held    int64  // bytes of old versions that its view keeps from being collected
	Done    int64  // of Total
	Total   int64
}

// RunningSnapshot returns the snapshot that is being written; ok is false while none is.
func (m *Manager) RunningSnapshot() (s RunningSnapshot, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.running == nil {
		return RunningSnapshot{}, false
	}
	state := m.running.tracker.State()
	return RunningSnapshot{
		Trigger: string(m.running.trigger), Started: m.running.started, Phase: string(state.Phase),
		Bytes: state.Bytes, Held: state.Held, Done: state.Thousandths(), Total: 1000,
	}, true
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
