package wal

import (
	"testing"
	"time"
)

// circle is committers who commit again and again, on a clock of its own: the n-th who is told
// comes back after pause and n times each.
type circle struct {
	g           gathering
	now         time.Time
	sync        time.Duration
	pause, each time.Duration
}

func newCircle(sync, pause, each time.Duration) *circle {
	return &circle{now: time.Unix(0, 0), sync: sync, pause: pause, each: each}
}

// round has up to come committers come back, takes them when the rule says so, and syncs them.
// It returns how many left, 0 where none did.
func (c *circle) round(come int) int {
	c.now = c.now.Add(c.pause)
	for n := 1; n <= come; n++ {
		c.now = c.now.Add(c.each)
		if c.g.arrived() || n >= c.g.want(n) {
			c.depart(n)
			return n
		}
	}
	return 0
}

func (c *circle) depart(n int) {
	c.g.leave(n, c.now)
	c.g.takeOff(n)
	c.now = c.now.Add(c.sync)
	c.g.land(n, true, c.sync, c.now)
}

// all has n committers be told of one batch.
func (c *circle) all(n int) {
	for range n {
		c.g.arrived()
	}
	c.depart(n)
}

func TestGather(t *testing.T) {
	for name, tc := range map[string]struct {
		sync, pause, each time.Duration
		committers, leave int
	}{
		"one":                                  {200 * time.Microsecond, 5 * time.Microsecond, 0, 1, 1},
		"two":                                  {200 * time.Microsecond, 5 * time.Microsecond, time.Microsecond, 2, 2},
		"all come soon":                        {200 * time.Microsecond, 0, 3 * time.Microsecond, 7, 7},
		"all but the last of many":             {200 * time.Microsecond, 0, 3 * time.Microsecond, 12, 11},
		"all but the last, in two syncs":       {200 * time.Microsecond, 0, 25 * time.Microsecond, 12, 11},
		"three quarters, in two syncs":         {200 * time.Microsecond, 0, 9 * time.Microsecond, 48, 32},
		"a quarter where two syncs are enough": {200 * time.Microsecond, 0, 12 * time.Microsecond, 48, 11},
		"as many as come in two syncs":         {200 * time.Microsecond, 0, 12 * time.Microsecond, 512, 28},
		"a sync takes no time":                 {time.Microsecond, 0, 10 * time.Microsecond, 48, 1},
		"each has other things to do":          {200 * time.Microsecond, time.Millisecond, time.Microsecond, 4, 1},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCircle(tc.sync, tc.pause, tc.each)
			for range 200 {
				c.all(tc.committers)
				if c.round(tc.committers) == 0 {
					t.Fatalf("%d committers came, and nobody left", tc.committers)
				}
			}
			c.all(tc.committers)
			c.g.took, c.g.each = tc.sync, tc.pause/time.Duration(tc.leave)+tc.each // what the medians are about
			if got := c.round(tc.committers); got != tc.leave {
				t.Fatalf("%d left, not %d", got, tc.leave)
			}
		})
	}
}

// TestGatherCrowded has the processor be what committers wait for.
func TestGatherCrowded(t *testing.T) {
	c := newCircle(200*time.Microsecond, 0, 12*time.Microsecond)
	c.all(48)
	c.g.took, c.g.each, c.g.lent = c.sync, c.each, 30*time.Microsecond
	if n := c.round(48); n != 32 {
		t.Fatalf("%d left, not three quarters less an eighth", n)
	}

	// They are slow, and each tick finds more of them.
	c = newCircle(200*time.Microsecond, 0, 12*time.Microsecond)
	c.all(48)
	c.g.lent = 30 * time.Microsecond
	for tick := range 2 + growMax {
		if c.g.hasty > 0 {
			t.Fatalf("in vain with tick %d", tick)
		}
		c.g.arrived()
		c.g.tick(1+tick, c.now)
	}
	if c.g.hasty == 0 {
		t.Fatalf("nobody leaves after %d ticks", 2+growMax)
	}
}

// TestGatherInVain has committers stay away: who has come leaves with the second tick at the
// latest, and then nobody waits for a while, which becomes longer, and shorter again.
func TestGatherInVain(t *testing.T) {
	c := newCircle(200*time.Microsecond, 0, time.Microsecond)
	vain := func() (hasty int) {
		t.Helper()
		c.all(6)
		if n := c.round(5); n != 0 {
			t.Fatalf("%d of 6 left", n)
		}
		c.g.tick(5, c.now)
		c.g.tick(5, c.now)
		if want := c.g.want(5); want > 5 {
			t.Fatalf("5 that waited for two ticks leave with %d", want)
		}
		c.depart(5)
		for ; c.g.hasty > 0; hasty++ {
			if want := c.g.want(1); want != 1 {
				t.Fatalf("a batch waits for %d records after one that did in vain", want)
			}
			c.depart(1)
		}
		return hasty
	}
	var got []int
	for range 6 {
		got = append(got, vain())
	}
	for i, want := range []int{7, 15, 31, 63, 127, 127} {
		if got[i] != want {
			t.Fatalf("%v batches did not wait", got)
		}
	}
	for range 4 * strikeDecay {
		c.depart(1)
	}
	if n := vain(); n != 7 {
		t.Fatalf("%d batches did not wait, long after", n)
	}
}

// TestGatherBehindSync has records wait for a sync that is under way: they leave as they are
// where it takes much longer than others.
func TestGatherBehindSync(t *testing.T) {
	c := newCircle(200*time.Microsecond, 0, time.Microsecond)
	for range 20 {
		c.all(6)
	}
	for range 6 {
		c.g.arrived()
	}
	c.g.leave(6, c.now)
	c.g.takeOff(6)
	for range 5 { // of others
		if c.g.arrived() {
			t.Fatal("everybody is there while 6 are in the air")
		}
	}
	if want := c.g.want(5); want <= 5 {
		t.Fatalf("%d leave while 6 are in the air, who will be back soon", want)
	}
	c.g.tick(5, c.now)
	c.g.tick(5, c.now.Add(300*time.Microsecond))
	if want := c.g.want(5); want <= 5 {
		t.Fatalf("%d leave, though the sync has not taken long yet", want)
	}
	c.g.tick(5, c.now.Add(500*time.Microsecond))
	if want := c.g.want(5); want > 5 {
		t.Fatalf("5 wait for %d behind a sync that takes long", want)
	}
}

// TestGatherFails forgets those who were told that the log has ended.
func TestGatherFails(t *testing.T) {
	c := newCircle(200*time.Microsecond, 0, time.Microsecond)
	c.all(6)
	c.g.takeOff(6)
	c.g.land(6, false, c.sync, c.now)
	if !c.g.arrived() || c.g.want(1) != 1 {
		t.Fatalf("a record waits: %+v", c.g)
	}
}
