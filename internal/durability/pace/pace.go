// Package pace bounds the bytes per second of work that must not crowd out the rest: the
// making of snapshots, backups and archives.
package pace

import (
	"context"
	"sync"
	"time"
)

// burst is what work that was slower than its bound may catch up.
const burst = 50 * time.Millisecond

// Limiter bounds the bytes per second of all that pass through it together. Nil is no bound.
type Limiter struct {
	now    func() time.Time
	lifted chan struct{}

	mu        sync.Mutex
	perSecond int64     // 0 is no bound
	due       time.Time // when the next bytes may pass
}

// New returns a limiter; a rate of 0 or less is no bound.
func New(bytesPerSecond int64, now func() time.Time) *Limiter {
	return &Limiter{perSecond: max(bytesPerSecond, 0), now: now, lifted: make(chan struct{})}
}

// Wait waits until n bytes more may pass. It fails with the cause of ctx's end.
func (l *Limiter) Wait(ctx context.Context, n int64) error {
	if l == nil {
		return context.Cause(ctx)
	}
	wait := l.reserve(n)
	if wait <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.lifted:
	case <-ctx.Done():
	}
	return context.Cause(ctx)
}

// reserve books n bytes and returns how long they have to wait.
func (l *Limiter) reserve(n int64) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.perSecond == 0 {
		return 0
	}
	now := l.now()
	if earliest := now.Add(-burst); l.due.Before(earliest) {
		l.due = earliest
	}
	wait := l.due.Sub(now)
	l.due = l.due.Add(l.time(n))
	return wait
}

// time is what n bytes take.
func (l *Limiter) time(n int64) time.Duration {
	return time.Duration(float64(n) / float64(l.perSecond) * float64(time.Second))
}

// GiveBack returns n bytes that were waited for and not used.
func (l *Limiter) GiveBack(n int64) {
	if l == nil || n <= 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.perSecond > 0 {
		l.due = l.due.Add(-l.time(n))
	}
}

// Step is how many of n bytes to ask for at once, so that no wait is much longer than what
// may be caught up.
func (l *Limiter) Step(n int) int {
	if l == nil {
		return n
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.perSecond == 0 {
		return n
	}
	return int(min(int64(n), max(512, l.perSecond/20)))
}

// Lift ends the bound, also for those who wait.
func (l *Limiter) Lift() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.perSecond > 0 {
		l.perSecond = 0
		close(l.lifted)
	}
}
