package durability

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
)

// journal is the log as the store sees it.
type journal struct {
	log      *wal.Log
	names    change.Names
	timeline uint32
	encoders codec.Encoders
	tickets  sync.Pool // of *ticket, for the commits to come
	space    *space
	writes   *writes

	settled func(good, last change.Index) // of the store

	noted atomic.Bool
	note  func() bool // notes that there is a log, after the first commit in it; false: not yet
}

var _ storage.Announcer = (*journal)(nil)

// Announce implements storage.Announcer.
func (j *journal) Announce(settled func(good, last change.Index)) { j.settled = settled }

// tell hands on what became of some commits.
func (j *journal) tell(s wal.Settled) { j.settled(change.Index(s.Good), change.Index(s.Last)) }

// Prepare encodes a commit, refuses it where the disk has no room for it, and waits for
// room in the queue of the log.
func (j *journal) Prepare(c *change.Commit) (storage.Ticket, error) {
	t, _ := j.tickets.Get().(*ticket)
	if t == nil {
		t = &ticket{j: j}
	}
	payload, err := j.encoders.Append(t.record.Payload[:0], c, j.names)
	if err != nil {
		return nil, err
	}
	if err := j.space.admit(len(payload)); err != nil {
		return nil, fmt.Errorf("%w: %w", storage.ErrJournalFull, err)
	}
	size := int64(len(payload))
	if err := j.log.Reserve(context.Background(), size); err != nil {
		return nil, j.writes.failed(err)
	}
	t.record = wal.Record{Kind: recovery.KindCommit, Term: c.Term, Timeline: j.timeline, Payload: payload, Reserved: size}
	return t, nil
}

// ticket is one commit on its way.
type ticket struct {
	j      *journal
	record wal.Record
	waiter wal.Waiter
}

// Enqueue puts the record into the log's queue.
func (t *ticket) Enqueue(index change.Index, wall int64) error {
	t.record.Index, t.record.Wall = uint64(index), wall
	waiter, err := t.j.log.Enqueue(t.record)
	if err != nil {
		t.j.log.Release(t.record.Reserved)
		return t.j.writes.failed(err)
	}
	t.waiter = waiter
	return nil
}

// payloadKept bounds the memory of a ticket that waits for its next commit.
const payloadKept = 1 << 10

// Wait waits for the sync. It is the last that happens to a ticket: the log has copied the payload,
// and its memory is that of a commit to come.
func (t *ticket) Wait() error {
	j := t.j
	err := t.waiter.Wait()
	if t.waiter = (wal.Waiter{}); cap(t.record.Payload) <= payloadKept {
		j.tickets.Put(t)
	}
	if err != nil {
		return j.writes.failed(err)
	}
	j.writes.succeeded()
	if !j.noted.Load() && j.note() {
		j.noted.Store(true)
	}
	return nil
}
