package wal

import (
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/frame"
)

// writer is the goroutine that owns the open segment.
//
// A batch is settled in steps: all its records are written and synced at once, unless a
// new segment has to begin within it. What is settled is acknowledged and stays; what
// fails before is taken back to the mark, which is where the last step ended.
type writer struct {
	l *Log
	o *Options

	cur    *segment // nil until the first record of an empty log
	logged uint64   // index of the newest record
	chain  uint32   // of the newest frame but seals
	jump   bool     // the next record does not follow the log's last; it begins a segment

	spare    batch     // swapped with the queue
	pending  int       // records written since the last sync
	bytes    int64     // frame bytes since the last sync
	since    time.Time // of the first record since then
	active   time.Time // of the newest record
	unproven bool      // a promise is due when idle
	timer    *time.Timer
	rings    time.Time // when the timer will ring; zero if it will not
	dead     error
	closed   bool  // the file ends with a close; nothing was written since
	kickAt   int64 // offset at which the next spare is asked for
}

// mark is a state of the log that is safe to return to.
type mark struct {
	place  frame.Place
	logged uint64
}

// run takes batches until the log is closed.
func (w *writer) run() {
	defer close(w.l.ended)
	w.timer = time.NewTimer(syncInterval)
	w.active = w.o.Now()
	defer w.timer.Stop()
	for {
		requests := w.takeQueue()
		if len(w.spare.records) > 0 {
			w.batch(&w.spare)
		}
		if w.answer(requests) {
			return
		}
		if len(w.spare.records) > 0 || len(requests) > 0 {
			w.syncOverdue()
			continue
		}
		w.sleep()
	}
}

// takeQueue swaps the queue with the batch that was done last.
func (w *writer) takeQueue() []request {
	if w.spare.out == nil || len(w.spare.records) > 0 {
		w.spare.reset()
	}
	l := w.l
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.queue.records) > 0 {
		*l.queue, w.spare = w.spare, *l.queue
	}
	requests := l.requests
	l.requests = nil
	return requests
}

// sleep waits for work, or for the time to write a promise or to sync. The timer is
// left running from call to call: to set it for every commit would cost more than to
// find, now and then, that it rang too early.
func (w *writer) sleep() {
	if due, ok := w.due(); ok && (w.rings.IsZero() || due.Before(w.rings)) {
		w.timer.Reset(max(0, due.Sub(w.o.Now())))
		w.rings = due
	}
	select {
	case <-w.l.wake:
		return
	case <-w.timer.C:
		w.rings = time.Time{}
	}
	due, ok := w.due()
	switch {
	case !ok || w.o.Now().Before(due):
	case w.pending > 0:
		w.syncOverdue()
	default:
		if err := w.promise(kindPromise); err != nil {
			w.o.Log.Error("log promise was not written", zap.Error(err))
		}
	}
}

// due returns when there is something to do without new records.
func (w *writer) due() (at time.Time, ok bool) {
	switch {
	case w.dead != nil:
		return time.Time{}, false
	case w.pending > 0:
		return w.since.Add(syncInterval), true
	}
	return w.active.Add(w.o.IdlePromise), w.unproven
}

// syncOverdue syncs what has waited for long enough.
func (w *writer) syncOverdue() {
	if w.dead == nil && w.pending > 0 && !w.o.Now().Before(w.since.Add(syncInterval)) {
		if err := w.sync(); err != nil {
			w.o.Log.Error("log sync failed; no more commits are taken", zap.Error(err))
		}
	}
}

// answer carries requests out and tells whether the log ends.
func (w *writer) answer(requests []request) (closed bool) {
	for _, r := range requests {
		err := w.dead
		switch r.kind {
		case requestSync:
			if err == nil {
				err = w.sync()
			}
		case requestRotate:
			if err == nil {
				err = w.rotate()
			}
		case requestClose:
			closed = true
			w.l.endErr = w.close()
			err = nil
		}
		r.done <- err
	}
	return closed
}

// batch writes all records and tells the waiters.
func (w *writer) batch(b *batch) {
	settled := 0
	var reserved int64
	for i := range b.records {
		reserved += min(b.records[i].Reserved, w.l.budget.max)
	}
	err := w.dead
	if err == nil {
		settled, err = w.write(b.records)
	}
	w.report(b, settled)
	b.out.good, b.out.err = settled, err
	close(b.out.done)
	w.l.budget.give(reserved)
}

// write brings records to the log and returns how many are settled; fewer than all with
// an error.
func (w *writer) write(records []Record) (settled int, err error) {
	m := w.mark()
	for i := range records {
		r := &records[i]
		if w.mustRotate(r) {
			if err := w.settle(i-settled, m); err != nil {
				return settled, err
			}
			settled = i
			if err := w.begin(); err != nil {
				return settled, err
			}
			m = w.mark()
		}
		if err := w.cur.add(r); err != nil {
			return settled, w.takeBack(m, err)
		}
		w.logged = r.Index
	}
	if err := w.settle(len(records)-settled, m); err != nil {
		return settled, err
	}
	return len(records), nil
}

func (w *writer) mark() mark {
	if w.cur == nil {
		return mark{logged: w.logged}
	}
	return mark{place: w.cur.place, logged: w.logged}
}

// empty tells whether the open segment holds no record, so that its first index is still
// to come.
func (w *writer) empty() bool { return w.logged < w.cur.first }

// mustRotate tells whether a record needs a new segment.
func (w *writer) mustRotate(r *Record) bool {
	switch {
	case w.cur == nil || w.jump:
		return true
	case w.empty() || w.l.held.Load():
		return false
	}
	return !w.cur.fits(len(r.Payload))
}

// settle writes what is buffered and syncs it where that is due.
func (w *writer) settle(count int, m mark) error {
	if count == 0 {
		return nil
	}
	if err := w.cur.write(endBytes); err != nil {
		return w.takeBack(m, err)
	}
	w.closed = false
	w.chain = w.cur.place.Chain
	w.bytes += w.cur.place.Offset - m.place.Offset
	if w.pending == 0 && w.o.FlushEvery > 1 {
		w.since = w.o.Now()
	}
	w.pending += count
	w.unproven = true
	if w.cur.place.Offset >= w.kickAt {
		w.kickAt = w.cur.place.Offset + max(w.o.SegmentBytes/4, 1)
		w.l.spares.ask()
	}
	if w.pending >= w.o.FlushEvery {
		return w.sync()
	}
	w.active = w.o.Now()
	return nil
}

// sync makes durable what is written.
func (w *writer) sync() error {
	if w.cur == nil || w.cur.synced == w.cur.written {
		w.pending, w.bytes = 0, 0
		return nil
	}
	begin := w.o.Now()
	if err := w.cur.sync(); err != nil {
		return w.poison(fmt.Errorf("syncing %s: %w", w.cur.name, err))
	}
	end := w.o.Now()
	if w.o.OnSync != nil && w.pending > 0 {
		w.o.OnSync(SyncInfo{Records: w.pending, Bytes: w.bytes, Took: end.Sub(begin)})
	}
	w.pending, w.bytes, w.active = 0, 0, end
	w.l.mu.Lock()
	defer w.l.mu.Unlock()
	w.publishLocked(w.cur)
	w.l.state.Synced, w.l.state.LastSync = w.logged, end
	return nil
}

// takeBack undoes what was written since the mark, and returns the cause; where it
// cannot, the log ends.
func (w *writer) takeBack(m mark, cause error) error {
	if err := w.cur.rewind(m.place); err != nil {
		return w.poison(errors.Join(cause, fmt.Errorf("taking a failed write to %s back: %w", w.cur.name, err)))
	}
	w.logged = m.logged
	w.pending, w.bytes = 0, 0
	w.l.mu.Lock()
	defer w.l.mu.Unlock()
	w.l.state.Synced = w.logged
	return cause
}

// poison ends the log.
func (w *writer) poison(cause error) error {
	w.dead = fmt.Errorf("%w: %w", ErrPoisoned, cause)
	w.l.budget.close(w.dead)
	w.l.mu.Lock()
	defer w.l.mu.Unlock()
	if w.l.stopped == nil {
		w.l.stopped = w.dead
	}
	w.l.state.Err = w.dead
	return w.dead
}

// report brings the log's public state up to date after a batch.
func (w *writer) report(b *batch, settled int) {
	l := w.l
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state.Written = w.logged
	if settled < len(b.records) && len(l.queue.records) == 0 {
		l.enqueued = w.logged
	}
	w.describeLocked()
}

// describeLocked brings the entry of the open segment up to date.
func (w *writer) describeLocked() {
	if w.cur == nil || len(w.l.segments) == 0 {
		return
	}
	open := &w.l.segments[len(w.l.segments)-1]
	open.Last = max(w.logged, open.First-1)
	open.Bytes = w.cur.size
}

// promise writes one of the log's own frames at the end, if there is something to prove.
func (w *writer) promise(kind Kind) error {
	if w.cur == nil || w.dead != nil {
		return w.dead
	}
	m := w.mark()
	w.unproven, w.closed = false, false
	if err := w.cur.write(0); err != nil {
		return w.takeBack(m, err)
	}
	if err := w.sync(); err != nil {
		return err
	}
	if err := w.cur.own(kind, w.logged, w.o.Now().UnixMicro()); err != nil {
		if w.cur.written == w.cur.place.Offset {
			return w.poison(fmt.Errorf("syncing %s: %w", w.cur.name, err))
		}
		return w.takeBack(m, err)
	}
	w.chain = w.cur.place.Chain
	w.publish(w.cur)
	return nil
}

// close ends the log in good order. One that nothing was written to since it was closed
// the last time is so already.
func (w *writer) close() error {
	var err error
	if !w.closed || w.dead != nil {
		err = w.promise(kindClose)
	}
	w.l.mu.Lock()
	w.describeLocked()
	w.l.mu.Unlock()
	if w.cur != nil {
		err = errors.Join(err, w.cur.close())
	}
	w.l.budget.close(ErrClosed)
	return err
}
