package recovery_test

import (
	"testing"
	"time"

	"memgraphd/internal/durability/recovery"
)

// TestProgressRemaining checks the estimate that operators wait by.
func TestProgressRemaining(t *testing.T) {
	for _, c := range []struct {
		p    recovery.Progress
		rate float64
		left time.Duration
		ok   bool
	}{
		{recovery.Progress{}, 0, 0, false},
		{recovery.Progress{Total: 100}, 0, 0, false},
		{recovery.Progress{Bytes: 25, Total: 100, InPhase: time.Second}, 25, 3 * time.Second, true},
		{recovery.Progress{Bytes: 100, Total: 100, InPhase: 2 * time.Second}, 50, 0, true},
		{recovery.Progress{Bytes: 25, Total: 100}, 0, 0, false},
	} {
		left, ok := c.p.Remaining()
		if c.p.Rate() != c.rate || left != c.left || ok != c.ok {
			t.Errorf("%+v: rate %v, left %v, %v", c.p, c.p.Rate(), left, ok)
		}
	}
}
