package storage

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/mvcc"
)

// sequencer numbers commits and makes them visible in that order.
//
// A commit takes the next index and enqueues its record under mu, waits for the log
// without it, and is published when it and all before it are settled: by the log, many at
// once, where it announces outcomes (announced), else by those who wait (settle). After the
// log failed a commit, no further one is enqueued until all that were are settled; then the
// numbering goes on behind the last one that was published.
type sequencer struct {
	last      atomic.Uint64 // newest published commit
	announces bool          // the log tells outcomes itself

	mu       sync.Mutex
	changed  sync.Cond // an outcome was settled, or draining ended
	next     uint64    // guarded by mu
	wall     int64     // guarded by mu: newest wall time, which never goes back
	pending  []*pending
	draining bool
	visible  []awaited  // guarded by mu: waiters of WaitVisible
	settled  []*pending // of announced, empty between its calls
}

// pending is a commit that waits for the log.
type pending struct {
	tx     *Tx
	index  uint64
	state  pendingState
	settle chan struct{} // closed once published or failed; nil where the log announces
}

type pendingState uint8

const (
	waiting pendingState = iota
	durable
	failed
)

type awaited struct {
	index uint64
	done  chan struct{}
}

func (q *sequencer) init() {
	q.next = 1
	q.changed.L = &q.mu
}

// LastCommitted returns the index of the newest visible commit.
func (s *Store) LastCommitted() change.Index { return change.Index(s.sequencer.last.Load()) }

// Wall returns the newest wall time of a commit, microseconds since 1970-01-01 UTC, or 0: none
// that is visible is later. It never goes back, whatever the clock does.
func (s *Store) Wall() int64 {
	q := &s.sequencer
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.wall
}

// RaiseWall tells the store of a time before which no further commit may be: that of what it
// was loaded from.
func (s *Store) RaiseWall(wall int64) {
	q := &s.sequencer
	q.mu.Lock()
	defer q.mu.Unlock()
	q.wall = max(q.wall, wall)
}

// LastBegun returns the index of the newest commit that has one, be it visible yet or not.
func (s *Store) LastBegun() change.Index {
	q := &s.sequencer
	q.mu.Lock()
	defer q.mu.Unlock()
	return change.Index(q.next - 1)
}

// Commit makes the changes durable and then visible to others, and returns the index of
// the commit; without changes, that of the view. The transaction can still be read until
// Release. After an error, which may be a *constraint.ViolationError, it is rolled back.
func (tx *Tx) Commit() (change.Index, error) {
	if tx.ended {
		return 0, ErrReadOnly
	}
	if tx.ending == nil || tx.ending.log.Len() == 0 && tx.published == nil {
		tx.finishEmpty()
		return tx.ReadIndex(), nil
	}
	s := tx.store
	passage := s.gate.Enter()
	defer passage.Leave()
	defer tx.giveClaims()
	if err := tx.validate(); err != nil {
		tx.rollback()
		return 0, err
	}
	if s.options.Journal == nil {
		return tx.commitInMemory(), nil
	}
	ticket, err := s.options.Journal.Prepare(&tx.commit)
	if err != nil {
		tx.rollback()
		return 0, fmt.Errorf("%w: %w", ErrJournal, err)
	}
	s.slots.Set(tx.ending.slot, mvcc.Committing)
	p, err := s.enqueue(tx, ticket)
	if err == nil {
		if err = ticket.Wait(); !s.sequencer.announces {
			err = s.settle(p, err)
		}
	}
	if err != nil {
		tx.rollback()
		return 0, fmt.Errorf("%w: %w", ErrJournal, err)
	}
	tx.dropCharge()
	return change.Index(p.index), nil
}

// finishEmpty ends a transaction that changed nothing.
func (tx *Tx) finishEmpty() {
	tx.ended = true
	if tx.ending != nil {
		tx.store.slots.Give(tx.ending.slot)
		tx.ending = nil
	}
	tx.dropCharge()
}

func (tx *Tx) commitInMemory() change.Index {
	q := &tx.store.sequencer
	q.mu.Lock()
	index := q.next
	q.next++
	tx.store.publishLocked(tx, index)
	q.mu.Unlock()
	tx.dropCharge()
	return change.Index(index)
}

// enqueue gives tx the next index and its record to the log.
func (s *Store) enqueue(tx *Tx, ticket Ticket) (*pending, error) {
	q := &s.sequencer
	var now int64 // read before the lock, which everybody waits for
	if s.options.Now != nil {
		now = s.options.Now().UnixMicro()
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.draining {
		q.changed.Wait()
	}
	q.wall = max(q.wall, now)
	if err := ticket.Enqueue(change.Index(q.next), q.wall); err != nil {
		return nil, err
	}
	p := &tx.waiting
	*p = pending{tx: tx, index: q.next}
	if !q.announces {
		p.settle = make(chan struct{})
	}
	q.next++
	q.pending = append(q.pending, p)
	return p, nil
}

// settle notes what the log said and returns once the commit is visible or failed.
func (s *Store) settle(p *pending, err error) error {
	q := &s.sequencer
	q.mu.Lock()
	p.state = durable
	if err != nil {
		p.state = failed
		q.draining = true
	}
	n := 0
	for ; n < len(q.pending) && q.pending[n].state != waiting; n++ {
		head := q.pending[n]
		if head.state == durable {
			s.publishLocked(head.tx, head.index)
		}
		close(head.settle)
	}
	q.dropLocked(n)
	q.mu.Unlock()
	<-p.settle
	return err
}

// announced publishes the commits up to index good, and gives up those after it up to last. The log calls it
// for one group of commits after the other. While the outcomes are written, which is for
// many commits, others may begin to wait for the log.
func (s *Store) announced(good, last change.Index) {
	q := &s.sequencer
	settled, n := q.takeSettled(uint64(good), uint64(last))
	for _, p := range settled[:n] {
		s.show(p.tx, p.index)
	}
	if n > 0 {
		s.collector.pushAll(settled[:n], &q.last)
	}
	clear(settled)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.tellLocked()
	q.dropLocked(0)
}

// takeSettled takes the commits up to last out of those that wait, of which the first n are up to good.
func (q *sequencer) takeSettled(good, last uint64) (settled []*pending, n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	settled = q.settled[:0]
	for _, p := range q.pending {
		if p.index > last {
			break
		}
		settled = append(settled, p)
		if p.index <= good {
			n++
		}
	}
	q.draining = q.draining || n < len(settled)
	left := copy(q.pending, q.pending[len(settled):])
	clear(q.pending[left:])
	q.pending, q.settled = q.pending[:left], settled
	return settled, n
}

// dropLocked forgets the first commits that wait, which are settled.
func (q *sequencer) dropLocked(n int) {
	left := copy(q.pending, q.pending[n:])
	clear(q.pending[left:])
	q.pending = q.pending[:left]
	if left == 0 && q.draining {
		q.draining = false
		q.next = q.last.Load() + 1
	}
	q.changed.Broadcast()
}

// publishLocked makes the changes of tx visible as commit index.
func (s *Store) publishLocked(tx *Tx, index uint64) {
	q := &s.sequencer
	s.show(tx, index)
	q.last.Store(index)
	tx.ending.committed = true
	s.collector.push(tx.ending)
	q.tellLocked()
}

// show writes that tx is commit index. It is visible when index is the newest commit.
func (s *Store) show(tx *Tx, index uint64) {
	tx.ended = true
	s.slots.Set(tx.ending.slot, mvcc.Outcome(index))
	s.counts.apply(&tx.deltas)
	if tx.published != nil {
		tx.published()
	}
}

// tellLocked tells those who wait for commits that are visible.
func (q *sequencer) tellLocked() {
	if len(q.visible) == 0 {
		return
	}
	last, kept := q.last.Load(), q.visible[:0]
	for _, a := range q.visible {
		if a.index <= last {
			close(a.done)
		} else {
			kept = append(kept, a)
		}
	}
	clear(q.visible[len(kept):])
	q.visible = kept
}

// WaitVisible waits until commit index is visible. It fails with the error of ctx, when that ends first.
func (s *Store) WaitVisible(ctx context.Context, index change.Index) error {
	q := &s.sequencer
	q.mu.Lock()
	if q.last.Load() >= uint64(index) {
		q.mu.Unlock()
		return nil
	}
	a := awaited{uint64(index), make(chan struct{})}
	q.visible = append(q.visible, a)
	q.mu.Unlock()
	select {
	case <-a.done:
		return nil
	case <-ctx.Done():
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, other := range q.visible {
		if other.done == a.done {
			q.visible = append(q.visible[:i], q.visible[i+1:]...)
			break
		}
	}
	return ctx.Err()
}

// waitOutcome waits while the transaction of slot waits for the log. It returns
// errRetry if it did, and ErrConflict if the transaction does not.
func (s *Store) waitOutcome(slot mvcc.Slot) error {
	if s.slots.Get(slot) != mvcc.Committing {
		return ErrConflict
	}
	s.awaitOutcome(slot)
	return errRetry
}

// awaitOutcome waits while the transaction of slot waits for the log.
func (s *Store) awaitOutcome(slot mvcc.Slot) {
	q := &s.sequencer
	q.mu.Lock()
	defer q.mu.Unlock()
	for s.slots.Get(slot) == mvcc.Committing {
		q.changed.Wait()
	}
}

// errRetry tells that the outcome of another transaction became known.
var errRetry = errors.New("look again")

// rollback undoes the changes in place. The undo records stay for the readers that have
// met the changes, until the collector takes them.
func (tx *Tx) rollback() {
	tx.ended = true
	s := tx.store
	if tx.ending == nil || tx.ending.log.Len() == 0 {
		tx.finishEmpty()
		return
	}
	for i := tx.ending.log.Len() - 1; i >= 0; i-- {
		r, _ := tx.ending.log.Record(s.undo, i)
		tx.restore(r)
	}
	q := &s.sequencer
	q.mu.Lock()
	s.slots.Set(tx.ending.slot, mvcc.Aborted)
	s.collector.push(tx.ending)
	q.changed.Broadcast()
	q.mu.Unlock()
	tx.dropCharge()
}

// restore puts back what r holds.
func (tx *Tx) restore(r *mvcc.Record) {
	s := tx.store
	switch r.Kind {
	case mvcc.NodeImage:
		n := s.nodes.records.At(r.ID)
		state := n.latch()
		now := n.inPlace(state)
		n.labels.Store(r.A)
		n.props.Store(r.B)
		state &^= absent
		if r.C == 0 {
			state |= absent
		}
		s.forget(graph.NodeID(r.ID), now, imageOf(r), imageOf(r), undoOf(state), &tx.ending.indexes)
		n.unlatch(state)
		s.dropBlob(now.props, arena.Ref(r.B), tx.ending)
	case mvcc.EdgeImage:
		id := graph.EdgeID(r.ID)
		now := s.edges.props(id)
		s.edges.setProps(id, arena.Ref(r.B))
		s.dropBlob(now, arena.Ref(r.B), tx.ending)
	case mvcc.EdgeCreated, mvcc.EdgeDeleted:
		// The marks name a transaction that was rolled back, which says all.
	}
}

// dropBlob puts a property blob aside unless it is also kept.
func (s *Store) dropBlob(blob, kept arena.Ref, e *ending) {
	if blob != 0 && blob != kept {
		e.blobs.Add(blob, s.blobSize(blob))
	}
}
