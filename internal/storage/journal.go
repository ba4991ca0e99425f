package storage

import "memgraphd/internal/storage/change"

// Journal is what the store needs from a log.
type Journal interface {
	// Prepare encodes c, everything but Index and Wall, which are set at Enqueue. It is called concurrently.
	Prepare(c *change.Commit) (Ticket, error)
}

// Announcer is a Journal that tells the outcome of many commits at once.
type Announcer interface {
	Journal
	// Announce makes the journal call settled for every commit, each time for those that come next in the order of
	// their indexes, before Wait of any of them returns: those up to good may be acknowledged, and those after it up
	// to last have failed. It is called once, before the first commit.
	Announce(settled func(good, last change.Index))
}

// Ticket is one prepared commit.
type Ticket interface {
	// Enqueue puts the record into the log as commit index. It is called in index order and never waits for I/O.
	// An error means that the record is not in the log: the commit fails and index is used again.
	Enqueue(index change.Index, wall int64) error
	// Wait blocks until the commit may be acknowledged, or failed. It is called once, and last.
	Wait() error
}
