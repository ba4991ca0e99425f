package durability

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/schedule"
)

const (
	// planCheck is the longest time without a look at the clock: one that was set, or a
	// machine that slept, delays a tick by no more.
	planCheck = time.Minute
	// retryFirst and retryMax bound the pause after a snapshot that failed, which doubles
	// with each failure. A tick that comes earlier is not put off.
	retryFirst = 10 * time.Second
	retryMax   = 10 * time.Minute
	// catchUp is how long after a start a snapshot is written whose time came while the
	// server was down: a server that is stopped or killed more often than its interval
	// would never write one otherwise, and its log would grow for ever.
	catchUp = 30 * time.Second
)

// plan is when the scheduler writes snapshots. Manager.mu guards it.
type plan struct {
	schedule schedule.Schedule
	next     time.Time     // by schedule; zero: none
	retry    time.Time     // after a failure, before next; zero: none
	failures int           // of the scheduler's snapshots since the last good one
	started  time.Time     // of the scheduler
	changed  chan struct{} // holds one message: schedule or next is another
}

// due returns when the next snapshot is written; zero for never.
func (p *plan) due() time.Time {
	if p.retry.IsZero() {
		return p.next
	}
	return p.retry
}

// advance plans what follows a snapshot that is due now.
func (p *plan) advance(now time.Time) {
	p.retry = time.Time{}
	if p.next.IsZero() || now.Before(p.next) {
		return
	}
	p.next, _ = p.schedule.Next(p.next)
	if !p.next.IsZero() && !now.Before(p.next) {
		p.next, _ = p.schedule.Next(now)
	}
}

// turnBack brings the next tick near again after the clock was set back: a schedule has one no
// later than what it says now.
func (p *plan) turnBack(now time.Time) {
	if p.next.IsZero() {
		return
	}
	if next, ok := p.schedule.Next(now); ok && next.Before(p.next) {
		p.next = next
	}
	if !p.retry.IsZero() && p.retry.After(now.Add(retryMax)) {
		p.retry = now.Add(retryMax)
	}
}

// startScheduler starts the goroutine that writes the snapshots on schedule. Close stops
// it and waits.
func (m *Manager) startScheduler() {
	ctx, stop := context.WithCancel(context.Background())
	m.stop = stop
	m.plan.changed = make(chan struct{}, 1)
	m.plan.started = m.o.Now()
	m.SetSchedule(m.o.Snapshots)
	m.scheduler.Go(func() {
		for m.awaitTick(ctx) {
			m.tick(context.WithoutCancel(ctx))
		}
	})
}

// SetSchedule changes when snapshots are written by themselves. The time to the first one
// counts from now, and until this server has written one, where the start found commits
// that are in no snapshot, from the newest snapshot there was.
func (m *Manager) SetSchedule(s schedule.Schedule) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := &m.plan
	p.schedule, p.retry, p.failures = s, time.Time{}, 0
	p.next, _ = s.Next(m.o.Now())
	if at, ok := m.missed(s); ok && at.Before(p.next) {
		p.next = at
	}
	select {
	case p.changed <- struct{}{}:
	default: // the scheduler will look anyway
	}
}

// missed returns when to write the snapshot that was due after the newest one, which a
// server before this one wrote; ok is false where this one has written one, or the start
// found nothing that is not in a snapshot. The caller holds mu.
func (m *Manager) missed(s schedule.Schedule) (at time.Time, ok bool) {
	newest := m.stats.snapshot
	if m.stats.snapshots > 0 || m.report.Last <= newest.Index {
		return time.Time{}, false
	}
	if at, ok = s.Next(newest.Created); !ok {
		return time.Time{}, false
	}
	if soon := m.plan.started.Add(catchUp); at.Before(soon) {
		at = soon
	}
	return at, true
}

// Schedule returns when snapshots are written by themselves.
func (m *Manager) Schedule() schedule.Schedule {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.plan.schedule
}

// awaitTick waits until a snapshot is due, and plans the one after it. It returns false
// when ctx ends.
func (m *Manager) awaitTick(ctx context.Context) bool {
	for {
		m.mu.Lock()
		now := m.o.Now()
		m.plan.turnBack(now)
		due := m.plan.due()
		reached := !due.IsZero() && !now.Before(due)
		if reached {
			m.plan.advance(now)
		}
		m.mu.Unlock()
		if reached {
			return ctx.Err() == nil
		}
		wait := planCheck
		if !due.IsZero() {
			wait = min(due.Sub(now), planCheck)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return false
		case <-m.plan.changed:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// tick writes a snapshot unless there is nothing new, one is being written, or the
// directory is locked. A running one is ended by Close, LOCK or EndSnapshot, not by the
// scheduler's own end.
func (m *Manager) tick(ctx context.Context) {
	skipped := func(why string) { m.o.Log.Info("snapshot skipped: " + why) }
	switch {
	case m.broken != nil:
		return
	case m.o.Store.LastCommitted() == m.newestSnapshot():
		skipped("nothing was committed since the last one")
		return
	case m.lockInfo().Locked:
		skipped("the data directory is locked")
		return
	}
	started := m.o.Now()
	_, err := m.createSnapshot(ctx, triggerPeriodic)
	switch {
	case errors.Is(err, ErrClosed):
	case errors.Is(err, ErrSnapshotRunning), errors.Is(err, ErrSnapshotEnded):
		skipped(err.Error())
	case err != nil:
		m.o.Log.Error("snapshot failed", zap.Error(err), zap.Time("triedAgain", m.planRetry()))
	default:
		m.caughtUp(started)
	}
}

// planRetry plans the next try after a failure and returns its time; zero for never.
func (m *Manager) planRetry() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, now := &m.plan, m.o.Now()
	pause := min(retryFirst<<min(p.failures, 10), retryMax)
	p.failures++
	if at := now.Add(pause); !p.next.IsZero() && at.Before(p.next) {
		p.retry = at
	}
	return p.due()
}

// caughtUp plans anew after a snapshot that took longer than the time to the next.
func (m *Manager) caughtUp(started time.Time) {
	m.mu.Lock()
	p, now := &m.plan, m.o.Now()
	p.failures = 0
	late := !p.next.IsZero() && !now.Before(p.next)
	if late {
		p.advance(now)
	}
	m.mu.Unlock()
	if late {
		m.o.Log.Info("snapshot skipped: the one before it was still being written", zap.Duration("took", now.Sub(started)))
	}
}

// NextSnapshot returns when the scheduler writes the next snapshot, and into which
// folder; ok is false where none is scheduled.
func (m *Manager) NextSnapshot() (dir string, at time.Time, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.plan.turnBack(m.o.Now())
	due := m.plan.due()
	return filepath.Join(m.o.Dir, recovery.SnapshotsName), due, !due.IsZero() && !m.closed
}
