package bolt

import (
	"memgraphd/internal/bolt/message"
	"memgraphd/internal/bolt/wire"
)

// nudgeAfter is the number of ticks after which the replies of a connection that works are
// written although it has not come to its end.
const nudgeAfter = 4

// nudge writes what waits to be written while the engine works for long, or an empty chunk
// where the client has heard nothing for a while. Since is the tick at which the work began.
// It is called by the monitor, and leaves writing to a goroutine: a client that does not
// read must not hold up the monitor.
func (c *conn) nudge(tick, since int64) {
	o := &c.out
	if !o.mu.TryLock() { // the executor is not in the engine, or a nudge is under way
		return
	}
	silent := c.srv.monitor.keepAliveTicks > 0 && message.KeepsAlive(c.version) &&
		tick-max(o.wrote, since) >= c.srv.monitor.keepAliveTicks
	if o.err != nil || o.sealed == 0 && !silent {
		o.mu.Unlock()
		return
	}
	c.live.Lock()
	defer c.live.Unlock()
	if c.live.over {
		o.mu.Unlock()
		return
	}
	c.live.watchers.Go(func() {
		defer c.guard()
		defer o.mu.Unlock()
		if o.sealed == 0 {
			o.write(wire.Noop(nil))
		}
		if o.flush() != nil {
			c.kill()
		}
	})
}
