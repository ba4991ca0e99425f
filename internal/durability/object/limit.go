package object

import (
	"context"
	"io"
	"sync"
	"time"
)

// limitBurst is what a transfer that was slower than its bound may catch up.
const limitBurst = 50 * time.Millisecond

// Limiter bounds the bytes per second of all that pass through it together.
type Limiter struct {
	perSecond int64
	now       func() time.Time

	mu  sync.Mutex
	due time.Time // when the next bytes may pass
}

// NewLimiter returns a limiter; a rate of 0 is no bound.
func NewLimiter(bytesPerSecond int64, now func() time.Time) *Limiter {
	return &Limiter{perSecond: bytesPerSecond, now: now}
}

// Wait waits until n bytes more may pass.
func (l *Limiter) Wait(ctx context.Context, n int64) error {
	if l == nil || l.perSecond <= 0 {
		return context.Cause(ctx)
	}
	l.mu.Lock()
	now := l.now()
	if earliest := now.Add(-limitBurst); l.due.Before(earliest) {
		l.due = earliest
	}
	wait := l.due.Sub(now)
	l.due = l.due.Add(time.Duration(float64(n) / float64(l.perSecond) * float64(time.Second)))
	l.mu.Unlock()
	if wait <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return context.Cause(ctx)
}

// Limit returns the store with its transfers, in both directions, bound by l. Closing it
// closes s.
func Limit(s Store, l *Limiter) Store { return &limited{Store: s, limiter: l} }

type limited struct {
	Store
	limiter *Limiter
}

// Put implements Store.
func (s *limited) Put(ctx context.Context, name string, size int64, r io.Reader) error {
	return s.Store.Put(ctx, name, size, &limitedReader{ctx: ctx, limiter: s.limiter, src: r})
}

// Get implements Store.
func (s *limited) Get(ctx context.Context, name string, offset int64) (io.ReadCloser, error) {
	src, err := s.Store.Get(ctx, name, offset)
	if err != nil {
		return nil, err
	}
	return &limitedReader{ctx: ctx, limiter: s.limiter, src: src, closer: src}, nil
}

// limitedReader waits for each step of a transfer.
type limitedReader struct {
	ctx     context.Context
	limiter *Limiter
	src     io.Reader
	closer  io.Closer
}

// Read implements io.Reader.
func (r *limitedReader) Read(p []byte) (int, error) {
	if r.limiter.perSecond > 0 {
		p = p[:min(int64(len(p)), max(512, r.limiter.perSecond/20))] // 50 ms
	}
	if err := r.limiter.Wait(r.ctx, int64(len(p))); err != nil {
		return 0, err
	}
	n, err := r.src.Read(p)
	r.limiter.giveBack(int64(len(p) - n))
	return n, err
}

// Close implements io.Closer.
func (r *limitedReader) Close() error { return r.closer.Close() }

// giveBack returns what was waited for and not used.
func (l *Limiter) giveBack(n int64) {
	if n <= 0 || l.perSecond <= 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.due = l.due.Add(-time.Duration(float64(n) / float64(l.perSecond) * float64(time.Second)))
}
