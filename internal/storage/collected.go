package storage

import (
	"sync/atomic"
	"time"
)

// CollectorInfo is what the collector of old versions has to do, and has done since the store was made.
type CollectorInfo struct {
	Waiting   int64  // transactions that have ended and are not collected yet
	HeldBytes int64  // of old versions that these keep in memory, about
	Freed     uint64 // transactions that were collected
	// Rounds is how often the goroutine of the collector was at work, and Took how long in all. What
	// transactions collect on their way out is not in it.
	Rounds uint64
	Took   time.Duration
}

// collected is what a collector has done.
type collected struct {
	freed  atomic.Uint64 // transactions
	rounds atomic.Uint64
	took   atomic.Int64
}

// round begins to measure a round of the goroutine, and returns what ends it.
func (c *collector) round() (end func()) {
	now := c.store.options.Now
	if now == nil {
		return func() { c.did.rounds.Add(1) }
	}
	begin := now()
	return func() {
		c.did.rounds.Add(1)
		c.did.took.Add(int64(max(now().Sub(begin), 0)))
	}
}

// Collector returns the numbers of the collector of old versions.
func (s *Store) Collector() CollectorInfo {
	c := &s.collector
	return CollectorInfo{
		Waiting: c.left.Load(), HeldBytes: c.held.Load(), Freed: c.did.freed.Load(),
		Rounds: c.did.rounds.Load(), Took: time.Duration(c.did.took.Load()),
	}
}
