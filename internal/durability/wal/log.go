package wal

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"memgraphd/internal/durability/frame"
)

// Log appends records. Its methods may be called by many goroutines.
//
// Records go into a batch under a mutex that is never held during I/O. The writer takes the
// batch, leaves an empty one in its place, writes and syncs, and wakes everybody who waits
// for that batch with one close of a channel. While one is synced, the next collects, and it
// waits for those who are expected back (gathering). Two may be on their way to the disk at one time,
// and are acknowledged in the order of their records.
type Log struct {
	o      Options
	budget budget
	spares *spares
	held   atomic.Bool

	wake   chan struct{} // holds one; sent to when the queue stops being empty
	writer *writer
	endErr error // of the writer, which has ended when a request to close was answered

	mu       sync.Mutex
	queue    *batch
	blank    []*batch // for the queues to come
	wakeAt   int      // records in the queue that wake the writer; 0: it is awake
	gather   gathering
	requests []request
	enqueued uint64 // index of the newest record in the queue or before
	stopped  error  // why no more records are taken
	state    State
	segments []SegmentInfo

	removing sync.Mutex // one Remove at a time
	unsynced string     // a spare that was a segment, as long as it is not durable that it is none
}

// State is where the log stands.
type State struct {
	// Written and Synced are the greatest indexes that are in the file, and durable.
	Written, Synced uint64
	// LastSync is the time of the newest sync, zero if there was none since Open.
	LastSync time.Time
	// Bytes is the size of all segments.
	Bytes int64
	// Err is why the log has stopped; nil while it works.
	Err error
}

// Open continues a log where Scan has found its end: it cuts the torn tail, makes
// durable what Scan has read, and starts the writer. The first segment of an empty log
// is made with its first record.
func Open(o Options, end End) (*Log, error) {
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return nil, err
	}
	if o.Database == [16]byte{} {
		o.Database = end.database
	}
	if err := o.FS.MkdirAll(o.spareDir()); err != nil {
		return nil, err
	}
	for _, dir := range []string{o.Dir, filepath.Dir(o.Dir)} {
		if err := o.FS.SyncDir(dir); err != nil {
			return nil, err
		}
	}
	l := &Log{
		o:        o,
		budget:   budget{max: o.QueueBytes},
		wake:     make(chan struct{}, 1),
		queue:    &batch{out: newOutcome()},
		wakeAt:   1,
		enqueued: end.Last,
		segments: append([]SegmentInfo(nil), end.Segments...),
	}
	l.held.Store(o.Held)
	l.state.Written, l.state.Synced = end.Last, end.Last
	w := &writer{l: l, o: &l.o, turn: make(chan struct{}, 1), logged: end.Last, chain: end.chain, jump: end.Last > end.logged}
	var err error
	if l.spares, err = newSpares(&l.o, &l.held, end.Segments); err != nil {
		return nil, err
	}
	if end.tail != nil {
		if w.cur, err = reopen(&l.o, end.tail, end.Tail); err != nil {
			return nil, err
		}
		w.unproven, w.kickAt, w.closed = !end.tail.promised, w.cur.limit/4, end.Clean
	}
	l.spares.start()
	l.writer = w
	w.start()
	return l, nil
}

// Reserve waits until n bytes may be queued, so that a slow disk slows its callers down
// instead of filling memory. The bytes go back when a record with that Reserved is
// done, or by Release.
func (l *Log) Reserve(ctx context.Context, n int64) error {
	if n < 0 {
		return fmt.Errorf("%w: %d bytes reserved", ErrRecord, n)
	}
	_, err := l.budget.take(ctx, n)
	return err
}

// Release gives back what Reserve gave for a record that did not get into the log,
// because it was never passed to Enqueue or because Enqueue failed.
func (l *Log) Release(n int64) { l.budget.give(l.budget.clamp(n)) }

// Enqueue puts a record into the log's queue and never waits for I/O. Indexes ascend
// strictly from call to call. The payload must not change until the Waiter is done.
func (l *Log) Enqueue(r Record) (Waiter, error) {
	if r.Kind == 0 || r.Kind > KindMax {
		return Waiter{}, fmt.Errorf("%w: kind %d", ErrRecord, r.Kind)
	}
	if int64(len(r.Payload)) > frame.PayloadMax*int64(frame.PartMax) {
		return Waiter{}, fmt.Errorf("%w: payload of %d bytes", ErrRecord, len(r.Payload))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped != nil {
		return Waiter{}, l.stopped
	}
	if r.Index <= l.enqueued {
		return Waiter{}, fmt.Errorf("%w: index %d after %d", ErrOrder, r.Index, l.enqueued)
	}
	l.enqueued = r.Index
	b := l.queue
	b.records = append(b.records, r)
	if all := l.gather.arrived(); l.wakeAt > 0 && (all || len(b.records) >= l.wakeAt || !l.gather.ticking) {
		l.wakeAt = 0
		l.wakeWriter()
	}
	return Waiter{out: b.out, place: len(b.records) - 1}, nil
}

// Sync waits until everything that was enqueued before is durable.
func (l *Log) Sync(ctx context.Context) error { return l.ask(ctx, requestSync) }

// Rotate ends the open segment and begins a new one; an empty one is kept. It works
// also while the log is held.
func (l *Log) Rotate(ctx context.Context) error { return l.ask(ctx, requestRotate) }

// Hold says whether files are held. While they are, the open segment grows beyond its
// bound instead of being followed by another, and no other file that exists is removed,
// renamed or written.
func (l *Log) Hold(on bool) {
	l.removing.Lock()
	defer l.removing.Unlock()
	l.held.Store(on)
	if on {
		l.spares.pause()
	}
}

// State returns where the log stands.
func (l *Log) State() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	state := l.state
	for i := range l.segments {
		state.Bytes += l.segments[i].Bytes
	}
	return state
}

// Close writes what is enqueued, marks the log as closed in good order and stops it. It
// fails where a record could not be written and nobody may have asked, or where the log
// has stopped before.
func (l *Log) Close() error {
	err := l.ask(context.Background(), requestClose)
	if errors.Is(err, ErrClosed) {
		return err
	}
	l.writer.lanes.Wait()
	return errors.Join(err, l.endErr, l.spares.close())
}

// ask hands a request to the writer and waits for the answer.
func (l *Log) ask(ctx context.Context, kind requestKind) error {
	r := request{kind: kind, done: make(chan error, 1)}
	l.mu.Lock()
	if l.stopped != nil && (kind != requestClose || errors.Is(l.stopped, ErrClosed)) {
		defer l.mu.Unlock()
		return l.stopped
	}
	if kind == requestClose {
		l.stopped = ErrClosed
	}
	l.requests = append(l.requests, r)
	l.wakeWriter()
	l.mu.Unlock()
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (l *Log) wakeWriter() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}
