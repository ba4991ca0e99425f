package wal

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
)

// budget gives out a bounded number of bytes, first come first served. Where there is room and nobody waits, it
// takes no lock.
type budget struct {
	max  int64
	used atomic.Int64 // never more than max
	busy atomic.Bool  // somebody waits, or it is closed

	mu      sync.Mutex
	waiting []*budgetWaiter
	closed  error
}

type budgetWaiter struct {
	n     int64
	ready chan error // holds one
}

// take waits for n bytes, or for all there are where n is more, and returns how many
// they are.
func (b *budget) take(ctx context.Context, n int64) (int64, error) {
	n = min(n, b.max)
	if !b.busy.Load() && b.grab(n) {
		return n, nil
	}
	b.mu.Lock()
	if b.closed != nil {
		defer b.mu.Unlock()
		return n, b.closed
	}
	w := &budgetWaiter{n: n, ready: make(chan error, 1)}
	b.waiting = append(b.waiting, w)
	b.busy.Store(true) // from now on who gives looks who waits
	b.wakeLocked()
	b.mu.Unlock()
	select {
	case err := <-w.ready:
		return n, err
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if at := slices.Index(b.waiting, w); at >= 0 {
		b.waiting = slices.Delete(b.waiting, at, at+1)
	} else if err := <-w.ready; err == nil {
		b.used.Add(-n)
	}
	b.wakeLocked()
	return 0, context.Cause(ctx)
}

// give returns bytes.
func (b *budget) give(n int64) {
	if n == 0 {
		return
	}
	if b.used.Add(-n) < 0 {
		panic("wal: more bytes released than reserved")
	}
	if !b.busy.Load() {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wakeLocked()
}

// grab takes n bytes if they are there.
func (b *budget) grab(n int64) bool {
	for {
		used := b.used.Load()
		if used+n > b.max {
			return false
		}
		if b.used.CompareAndSwap(used, used+n) {
			return true
		}
	}
}

func (b *budget) wakeLocked() {
	for len(b.waiting) > 0 && b.grab(b.waiting[0].n) {
		b.waiting[0].ready <- nil
		b.waiting = slices.Delete(b.waiting, 0, 1)
	}
	b.busy.Store(len(b.waiting) > 0 || b.closed != nil)
}

// close fails everybody who waits and all who come later.
func (b *budget) close(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed != nil {
		return
	}
	b.closed = err
	b.busy.Store(true)
	for _, w := range b.waiting {
		w.ready <- err
	}
	b.waiting = nil
}

// clamp returns what take gives for n bytes.
func (b *budget) clamp(n int64) int64 { return min(n, b.max) }
