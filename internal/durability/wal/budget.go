package wal

import (
	"context"
	"slices"
	"sync"
)

// budget gives out a bounded number of bytes, first come first served.
type budget struct {
	mu      sync.Mutex
	max     int64
	used    int64
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
	b.mu.Lock()
	if b.closed != nil || len(b.waiting) == 0 && b.used+n <= b.max {
		defer b.mu.Unlock()
		if b.closed == nil {
			b.used += n
		}
		return n, b.closed
	}
	w := &budgetWaiter{n: n, ready: make(chan error, 1)}
	b.waiting = append(b.waiting, w)
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
		b.used -= n
	}
	b.wakeLocked()
	return 0, context.Cause(ctx)
}

// give returns bytes.
func (b *budget) give(n int64) {
	if n == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= n
	if b.used < 0 {
		panic("wal: more bytes released than reserved")
	}
	b.wakeLocked()
}

func (b *budget) wakeLocked() {
	for len(b.waiting) > 0 && b.used+b.waiting[0].n <= b.max {
		b.used += b.waiting[0].n
		b.waiting[0].ready <- nil
		b.waiting = slices.Delete(b.waiting, 0, 1)
	}
}

// close fails everybody who waits and all who come later.
func (b *budget) close(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed != nil {
		return
	}
	b.closed = err
	for _, w := range b.waiting {
		w.ready <- err
	}
	b.waiting = nil
}

// clamp returns what take gives for n bytes.
func (b *budget) clamp(n int64) int64 { return min(n, b.max) }
