package wal

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/frame"
)

// writer owns the open segment. It is two goroutines that take turns: while the batch of one
// is synced, the other one collects, writes and syncs the next. All fields belong to the one
// whose turn it is.
//
// Most batches fly: they are written, synced when the turn has gone on to the other, and
// settled in the order in which they were written (flight.go). Where a new segment has to
// begin, or records are not synced one by one, a batch is settled in steps instead, with
// nothing in the air: what is settled is acknowledged and stays; what fails before is taken
// back to the mark, which is where the last step ended.
type writer struct {
	l *Log
	o *Options

	turn   chan struct{}  // holds one while it is somebody's turn
	lanes  sync.WaitGroup // both goroutines
	over   bool           // the log was closed
	newest *flight        // the last that took off, nil where it is known to have landed
	dead   atomic.Pointer[error]

	cur    *segment // nil until the first record of an empty log
	logged uint64   // index of the newest record
	chain  uint32   // of the newest frame but seals
	jump   bool     // the next record does not follow the log's last; it begins a segment

	pending  int       // records written since the last sync
	bytes    int64     // frame bytes since the last sync
	since    time.Time // of the first record since then
	active   time.Time // of the newest record
	unproven bool      // a promise is due when idle
	timer    *time.Timer
	rings    time.Time // when the timer will ring; zero if it will not
	closed   bool      // the file ends with a close; nothing was written since
	kickAt   int64     // offset at which the next spare is asked for
}

// mark is a state of the log that is safe to return to.
type mark struct {
	place  frame.Place
	logged uint64
}

// start begins to take batches.
func (w *writer) start() {
	w.timer = time.NewTimer(syncInterval)
	w.active = w.o.Now()
	for lane := range lanes {
		w.lanes.Go(func() { w.run(lane) })
	}
}

// run takes batches, when it is its turn, until the log is closed.
func (w *writer) run(lane int) {
	for {
		w.turn <- struct{}{}
		if w.over {
			<-w.turn
			return
		}
		f := w.step(lane)
		<-w.turn
		if f != nil {
			w.fly(f, lane)
		}
	}
}

// step does what there is to do, and returns a batch that is to be synced.
func (w *writer) step(lane int) *flight {
	b, requests := w.takeQueue()
	if len(requests) == 0 && b != nil {
		return w.batch(b)
	}
	if b != nil {
		if f := w.batch(b); f != nil {
			w.fly(f, lane) // requests come after it
		}
	}
	if w.answer(requests) {
		w.over = true
		w.timer.Stop()
		return nil
	}
	if len(requests) > 0 {
		w.syncOverdue()
		return nil
	}
	w.sleep()
	return nil
}

// takeQueue takes what is in the queue, nil where there is nothing or more is to be waited for.
func (w *writer) takeQueue() (*batch, []request) {
	l := w.l
	l.mu.Lock()
	defer l.mu.Unlock()
	requests := l.requests
	l.requests = nil
	n := len(l.queue.records)
	l.wakeAt = 1
	if w.o.FlushEvery == 1 && len(requests) == 0 {
		l.wakeAt = l.gather.want(n)
	}
	if n == 0 || n < l.wakeAt {
		return nil, requests
	}
	if w.o.FlushEvery > 1 || l.gather.away > 0 && l.wakeAt > 1 {
		l.wakeAt = 0
		l.mu.Unlock()
		begin := w.o.Now()
		runtime.Gosched() // the last ones may be about to come; and the first one has just woken this goroutine
		lent := w.o.Now().Sub(begin)
		l.mu.Lock()
		l.gather.lend(lent)
		n = len(l.queue.records)
	}
	l.wakeAt = 0
	l.gather.leave(n, w.o.Now())
	b := l.queue
	l.queue = l.blankLocked()
	return b, requests
}

// sleep waits for work, for the time to write a promise or to sync, or for a tick. The timer
// is left running from call to call: to set it for every commit would cost more than to
// find, now and then, that it rang too early.
func (w *writer) sleep() {
	due, ok := w.due()
	if w.ticks() {
		if tick := w.o.Now().Add(gatherTick); !ok || tick.Before(due) {
			due, ok = tick, true
		}
	}
	if ok && (w.rings.IsZero() || due.Before(w.rings)) {
		w.timer.Reset(max(0, due.Sub(w.o.Now())))
		w.rings = due
	}
	select {
	case <-w.l.wake:
		return
	case <-w.timer.C:
		w.rings = time.Time{}
	}
	w.tick()
	due, ok = w.due()
	switch {
	case w.flying(): // later, when it has landed
		w.active = w.o.Now()
	case !ok || w.o.Now().Before(due):
	case w.pending > 0:
		w.syncOverdue()
	default:
		if err := w.promise(kindPromise); err != nil {
			w.o.Log.Error("log promise was not written", zap.Error(err))
		}
	}
}

// ticks tells whether records wait for more, or may come to.
func (w *writer) ticks() bool {
	l := w.l
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gather.ticking = w.o.FlushEvery == 1 && l.gather.busy(len(l.queue.records))
	return l.gather.ticking
}

// tick lets records go that have waited for long enough.
func (w *writer) tick() {
	l := w.l
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gather.ticking {
		l.gather.tick(len(l.queue.records), w.o.Now())
	}
}

// due returns when there is something to do without new records.
func (w *writer) due() (at time.Time, ok bool) {
	switch {
	case w.poisoned() != nil:
		return time.Time{}, false
	case w.pending > 0:
		return w.since.Add(syncInterval), true
	}
	return w.active.Add(w.o.IdlePromise), w.unproven
}

// syncOverdue syncs what has waited for long enough.
func (w *writer) syncOverdue() {
	if w.poisoned() == nil && w.pending > 0 && !w.o.Now().Before(w.since.Add(syncInterval)) {
		if err := w.sync(); err != nil {
			w.o.Log.Error("log sync failed; no more commits are taken", zap.Error(err))
		}
	}
}

// answer carries requests out and tells whether the log ends.
func (w *writer) answer(requests []request) (closed bool) {
	for _, r := range requests {
		err := w.calm()
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

// batch writes all records. It returns those that are to be synced as a flight, and tells the
// waiters where there is none.
func (w *writer) batch(b *batch) *flight {
	settled, f, err := w.write(b)
	if f != nil {
		return f
	}
	if w.newest != nil { // those before hear of theirs first
		<-w.newest.done
	}
	w.report(b, settled)
	w.l.tell(b, settled, err)
	w.syncOverdue()
	return nil
}

// write brings records to the log. It returns how many are settled, fewer than all with an
// error, or the flight in which all of them are.
func (w *writer) write(b *batch) (settled int, f *flight, failed error) {
	if err := w.poisoned(); err != nil {
		return 0, nil, err
	}
	m, records := w.mark(), b.records
	for i := range records {
		r := &records[i]
		if w.mustRotate(r) {
			if err := w.settle(i-settled, m); err != nil {
				return settled, nil, err
			}
			settled = i
			if err := w.begin(); err != nil {
				return settled, nil, err
			}
			m = w.mark()
		}
		if err := w.cur.add(r); err != nil {
			return settled, nil, w.takeBack(m, err)
		}
		w.logged = r.Index
	}
	if settled == 0 && w.o.FlushEvery == 1 && w.cur.second != nil {
		f, failed = w.takeOff(b, m)
		return 0, f, failed
	}
	if err := w.settle(len(records)-settled, m); err != nil {
		return settled, nil, err
	}
	return len(records), nil, nil
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
	if err := w.put(m); err != nil {
		return err
	}
	if w.pending == 0 && w.o.FlushEvery > 1 {
		w.since = w.o.Now()
	}
	w.pending += count
	if w.pending >= w.o.FlushEvery {
		return w.sync()
	}
	w.active = w.o.Now()
	return nil
}

// put writes what is buffered since the mark.
func (w *writer) put(m mark) error {
	if err := w.cur.write(endBytes); err != nil {
		return w.takeBack(m, err)
	}
	w.closed = false
	w.chain = w.cur.place.Chain
	w.bytes += w.cur.place.Offset - m.place.Offset
	w.unproven = true
	if w.cur.place.Offset >= w.kickAt {
		w.kickAt = w.cur.place.Offset + max(w.o.SegmentBytes/4, 1)
		w.l.spares.ask()
	}
	return nil
}

// sync makes durable what is written, once nothing is in the air.
func (w *writer) sync() error {
	if err := w.calm(); err != nil {
		return err
	}
	if w.cur == nil || w.cur.synced.Load() == w.cur.written {
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
	if err := w.calm(); err != nil {
		return err
	}
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

// poisoned returns why the log has ended, nil while it has not.
func (w *writer) poisoned() error {
	if err := w.dead.Load(); err != nil {
		return *err
	}
	return nil
}

// poison ends the log. It is called by whoever has the turn while nothing is in the air, or by
// the oldest flight.
func (w *writer) poison(cause error) error {
	if err := w.poisoned(); err != nil {
		return err
	}
	err := fmt.Errorf("%w: %w", ErrPoisoned, cause)
	w.dead.Store(&err)
	w.l.budget.close(err)
	w.l.mu.Lock()
	defer w.l.mu.Unlock()
	if w.l.stopped == nil {
		w.l.stopped = err
	}
	w.l.state.Err = err
	return err
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
	if err := w.calm(); err != nil || w.cur == nil {
		return err
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
	if !w.closed || w.poisoned() != nil {
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
