package bolt

import (
	"testing"
	"time"
)

// TestCourtesy gives up yielding for a second after a turn came back late.
func TestCourtesy(t *testing.T) {
	at, step, looks := time.Unix(0, 0), time.Duration(0), 0
	var y courtesy
	y.start(func() time.Time { return at }, func(t time.Time) time.Duration {
		looks++
		at = at.Add(step)
		return at.Sub(t)
	})
	for _, c := range []struct {
		name  string
		wait  time.Duration // since the yield before
		step  time.Duration // how long a look at the clock takes
		looks int           // 2 with a yield, 1 without
	}{
		{"quick", 0, 0, 2},
		{"slow", 0, 2 * time.Millisecond, 2},
		{"right after it", 0, 0, 1},
		{"half a second later", yieldPause / 2, 0, 1},
		{"a second later", yieldPause / 2, 0, 2},
		{"quick again", 0, 0, 2},
	} {
		at, step, looks = at.Add(c.wait), c.step, 0
		y.yield()
		if looks != c.looks {
			t.Errorf("%s: the clock was looked at %d times, not %d", c.name, looks, c.looks)
		}
	}
}
