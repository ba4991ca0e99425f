package bolt

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// tickPeriod is how often the monitor looks at the connections that work.
const tickPeriod = 5 * time.Millisecond

// watchAfter is the number of ticks after which a connection that works gets a watcher.
const watchAfter = 2

// crowdedAfter is the number of ticks after which a request counts as long, even if it is the only one.
// Some ticks may be for want of a processor; that does not make a request long.
const crowdedAfter = 4

// crowdedTicks is for how long after a request that worked for long one is expected again: a second.
const crowdedTicks = 200

// monitor looks after the connections that are working: it gives a watcher to one that
// works for long, and ends one whose client does not read.
//
// A connection that begins to work enters the list if it is not in it, and the monitor
// takes out those that it finds at rest. So a short request costs two atomic stores, no
// timer and no system call, and while nobody works the monitor sleeps.
type monitor struct {
	tick       atomic.Int64 // number of the current tick, from 1 on
	writeTicks int64        // how long a write may last
	// keepAliveTicks is after how long a client that waits hears of the server; 0 for never.
	keepAliveTicks int64

	crowdedTo atomic.Int64 // tick until which processors are taken for busy

	mu     sync.Mutex
	active []*conn
	wake   chan struct{} // of capacity 1: the list is no longer empty
}

func (m *monitor) start(writeTimeout, keepAlive time.Duration) {
	m.tick.Store(1)
	m.writeTicks = int64(writeTimeout/tickPeriod) + 1
	if keepAlive > 0 {
		m.keepAliveTicks = int64(keepAlive/tickPeriod) + 1
	}
	m.wake = make(chan struct{}, 1)
}

// begin notes that c works from now on.
func (m *monitor) begin(c *conn) {
	c.since.Store(m.tick.Load())
	m.attend(c)
}

// attend enters c into the list, if it is not there. After that the monitor finds it at rest once, at
// least.
func (m *monitor) attend(c *conn) {
	if c.active.Load() {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c.active.Store(true)
	m.active = append(m.active, c)
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// crowded reports whether requests have worked for long of late: one for crowdedAfter ticks, or as many as
// there are processors for watchAfter. Then whoever waits for the
// poller may wait until the processor is given back.
func (m *monitor) crowded() bool { return m.crowdedTo.Load() > m.tick.Load() }

// end notes that c waits for its client.
func (m *monitor) end(c *conn) { c.since.Store(0) }

// run looks after the connections until ctx ends.
func (m *monitor) run(ctx context.Context) {
	timer := time.NewTimer(tickPeriod)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.wake:
		}
		for working := true; working; {
			timer.Reset(tickPeriod)
			select {
			case <-ctx.Done():
				return
			case <-timer.C:
			}
			working = m.pass(m.tick.Add(1))
		}
	}
}

// pass looks at every connection in the list once; it reports whether any is left.
func (m *monitor) pass(tick int64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept, long := m.active[:0], 0
	for _, c := range m.active {
		if c.since.Load() == 0 {
			c.active.Store(false)
			if c.since.Load() == 0 { // begin looks the other way round, so that one of us sees the other
				c.settle()
				continue
			}
			c.active.Store(true)
		}
		kept = append(kept, c)
		if m.look(c, tick) {
			long++
		}
	}
	if long >= runtime.GOMAXPROCS(0) {
		m.crowdedTo.Store(tick + crowdedTicks)
	}
	clear(m.active[len(kept):])
	m.active = kept
	return len(kept) > 0
}

// look decides what a connection needs that works since some tick. It reports whether it has worked for
// watchAfter ticks.
func (m *monitor) look(c *conn, tick int64) (long bool) {
	if since := c.out.blocked.Load(); since != 0 && tick-since > m.writeTicks {
		c.srv.turnAway(turnedUnread)
		c.log.Info("closed: the client does not read its results")
		c.kill()
		return false
	}
	since := c.since.Load()
	if since == 0 {
		return false
	}
	if long = tick-since >= watchAfter; long {
		if c.hold.on.Load() {
			c.glance()
		} else {
			c.watch()
		}
	}
	if tick-since >= crowdedAfter {
		m.crowdedTo.Store(tick + crowdedTicks)
	}
	if tick-since >= nudgeAfter {
		c.nudge(tick, since)
	}
	return long
}
