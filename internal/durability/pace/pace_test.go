package pace

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestRate says when each of a row of pieces may pass.
func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(1000, time.Now)
		start := time.Now()
		for i, want := range []time.Duration{0, 50 * time.Millisecond, 150 * time.Millisecond, 250 * time.Millisecond} { // the first catches up 50 ms
			if err := l.Wait(t.Context(), 100); err != nil {
				t.Fatal(err)
			}
			if got := time.Since(start); got != want {
				t.Errorf("piece %d passed after %v, want %v", i, got, want)
			}
		}
		l.GiveBack(100)
		if err := l.Wait(t.Context(), 100); err != nil || time.Since(start) != 250*time.Millisecond {
			t.Errorf("what was given back was not free: %v, %v", time.Since(start), err)
		}
	})
}

// TestLift lets go whoever waits, and everybody after.
func TestLift(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(10, time.Now)
		start := time.Now()
		if err := l.Wait(t.Context(), 1000); err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		go func() { done <- l.Wait(t.Context(), 1) }()
		synctest.Wait()
		l.Lift()
		l.Lift()
		if err := errors.Join(<-done, l.Wait(t.Context(), 1<<30)); err != nil || time.Since(start) != 0 {
			t.Errorf("waited %v: %v", time.Since(start), err)
		}
		if l.Step(1<<20) != 1<<20 {
			t.Errorf("steps of %d without a bound", l.Step(1<<20))
		}
		l.GiveBack(5)
	})
}

// TestEnd ends a wait with the cause of its context; no bound reports it as well.
func TestEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		bound := New(1, time.Now)
		if err := bound.Wait(ctx, 1000); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Second, func() { cancel(cause) })
		if err := bound.Wait(ctx, 1); !errors.Is(err, cause) {
			t.Errorf("bound: %v", err)
		}
		var none *Limiter
		for _, l := range []*Limiter{none, New(0, time.Now), New(-1, time.Now)} {
			if err := l.Wait(ctx, 1); !errors.Is(err, cause) {
				t.Errorf("no bound: %v", err)
			}
			if l.Step(7) != 7 {
				t.Errorf("step of %d", l.Step(7))
			}
		}
	})
}

// TestStep keeps each wait near what may be caught up.
func TestStep(t *testing.T) {
	l := New(100_000, time.Now)
	if l.Step(1<<20) != 5000 || l.Step(100) != 100 || New(1, time.Now).Step(1<<20) != 512 {
		t.Errorf("steps %d, %d, %d", l.Step(1<<20), l.Step(100), New(1, time.Now).Step(1<<20))
	}
}
