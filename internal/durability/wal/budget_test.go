package wal

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
)

// TestBudget has many take and give, some of whom lose patience: never more than there is is given out, everybody who
// waits gets it, and in the end all of it is there.
func TestBudget(t *testing.T) {
	const most, takers, rounds = 100, 16, 2000
	b := &budget{max: most}
	var out, excess atomic.Int64
	var group sync.WaitGroup
	for taker := range takers {
		group.Go(func() {
			rnd := rand.New(rand.NewPCG(1, uint64(taker)))
			for range rounds {
				ctx, cancel := context.WithCancel(context.Background())
				if rnd.IntN(8) == 0 {
					go cancel()
				}
				n := 1 + rnd.Int64N(2*most) // what is more than all is all
				got, err := b.take(ctx, n)
				if err == nil {
					if got != min(n, most) {
						t.Errorf("%d of %d", got, n)
					}
					if now := out.Add(got); now > most {
						excess.Store(now)
					}
					out.Add(-got)
					b.give(got)
				}
				cancel()
			}
		})
	}
	group.Wait()
	if n := excess.Load(); n != 0 {
		t.Errorf("%d bytes of %d were given out at once", n, most)
	}
	if n, err := b.take(context.Background(), most); n != most || err != nil || len(b.waiting) > 0 {
		t.Fatalf("%d bytes are left, %v, %d wait", n, err, len(b.waiting))
	}
	first, second := make(chan error, 1), make(chan error, 1)
	wait := func(n int64, told chan error, waiting int) {
		go func() {
			_, err := b.take(context.Background(), n)
			told <- err
		}()
		for {
			b.mu.Lock()
			n := len(b.waiting)
			b.mu.Unlock()
			if n == waiting {
				return
			}
		}
	}
	wait(60, first, 1)
	wait(10, second, 2)
	b.give(30) // enough for the second, who is not the first
	if len(second) > 0 {
		t.Error("who came later was served first")
	}
	b.give(30)
	if err := <-first; err != nil {
		t.Error(err)
	}
	b.close(ErrClosed)
	if err := <-second; err != ErrClosed { //nolint:errorlint // the very error
		t.Error(err)
	}
	if _, err := b.take(context.Background(), 1); err != ErrClosed { //nolint:errorlint // the very error
		t.Error(err)
	}
}
