package archive

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/recovery"
)

// Archiver sends a database to a repository. Its methods may be called concurrently.
//
// Two goroutines work: the tail, which sends the log, and the bulk, which sends snapshots
// and puts pieces together. Each has its own pauses after failures.
type Archiver struct {
	o Options

	opening sync.Mutex
	store   object.Store // guarded by opening until it is not nil

	wake     chan struct{}   // holds one; the tail has something to do
	bulkWake chan struct{}   // holds one; so has the bulk
	flushes  chan chan error // requests of Flush
	stopping chan struct{}   // closed by Stop: the tail makes a last round
	abort    context.CancelCauseFunc
	endBulk  context.CancelFunc
	done     chan struct{} // closed when both have ended
	started  bool

	unsent atomic.Int64 // bytes that came to the log since the tail looked
	since  atomic.Int64 // when the first of them came, microseconds; 0: none
	behind atomic.Int64 // when the oldest came of those that the tail is sending; 0: it has sent all

	mu     sync.Mutex
	s      *session // nil until the store has answered
	latest backup.Description
	st     stats
}

// New returns an Archiver that does nothing yet.
func New(o Options) (*Archiver, error) {
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return nil, err
	}
	return &Archiver{
		o: o, wake: make(chan struct{}, 1), bulkWake: make(chan struct{}, 1), flushes: make(chan chan error),
		stopping: make(chan struct{}), done: make(chan struct{}), st: stats{
			state: StateStarting, tail: worker{what: "sending the log"},
			bulk: worker{what: "sending snapshots and putting pieces of the log together"},
		},
	}, nil
}

// admission is the outcome of admit.
type admission struct {
	s    *session
	fork *Fork
	err  error
}

// Admit asks at a start whether this server may archive: before anything is written, with
// the segments that were found. It fails with a *RefusedError. With a Fork the server has to
// begin another timeline and ask again. A store that does not answer in time is no failure:
// it is asked again after Start.
func (a *Archiver) Admit(ctx context.Context, segments []backup.SourceSegment) (*Fork, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, a.o.StartTimeout,
		fmt.Errorf("the archive %s did not answer for %v", a.o.Location, a.o.StartTimeout))
	defer cancel()
	answer := make(chan admission, 1)
	go func() { // a store that hangs in the system must not keep the server from starting
		s, fork, err := a.admit(ctx, a.o.Identity(), segments)
		answer <- admission{s, fork, err}
	}()
	got := admission{}
	select {
	case got = <-answer:
	case <-ctx.Done():
		got.err = context.Cause(ctx)
	}
	refused, no := errors.AsType[*RefusedError](got.err)
	switch {
	case no:
		return nil, refused
	case got.err != nil:
		a.note(&a.st.tail, got.err)
		return nil, nil
	case got.fork != nil:
		return got.fork, nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.s = got.s
	return nil, nil
}

// Start begins to archive. From its return on the source keeps what is not archived.
func (a *Archiver) Start() {
	first := &tail{a: a}
	if err := first.open(context.Background(), a.o.Identity()); err != nil {
		a.note(&a.st.tail, err)
	}
	ctx, abort := context.WithCancelCause(context.Background())
	bulk, endBulk := context.WithCancel(ctx)
	a.abort, a.endBulk, a.started = abort, endBulk, true
	a.behind.Store(a.o.Now().UnixMicro())
	var workers sync.WaitGroup
	workers.Go(func() { a.runTail(ctx, first) })
	workers.Go(func() { a.runBulk(bulk) })
	go func() {
		workers.Wait()
		close(a.done)
	}()
}

// errStopped ends what is under way when Stop does not wait any longer.
var errStopped = errors.New("the server stops")

// Stop sends what is durable and not in the repository yet, as long as ctx allows, and ends.
// What is missing then is sent by the next start. It returns why something is missing.
func (a *Archiver) Stop(ctx context.Context) error {
	if !a.started {
		return a.closeStore()
	}
	a.endBulk()
	close(a.stopping)
	select {
	case <-a.done:
	case <-ctx.Done():
		a.abort(errStopped)
		grace := time.NewTimer(time.Second)
		defer grace.Stop()
		select {
		case <-a.done:
		case <-grace.C: // a store that hangs in the system; its goroutine ends with the process
			return a.missing(context.Cause(ctx))
		}
	}
	a.abort(errStopped)
	err := a.missing(a.Status().Err)
	return errors.Join(err, a.closeStore())
}

func (a *Archiver) closeStore() error {
	a.opening.Lock()
	defer a.opening.Unlock()
	if a.store == nil {
		return nil
	}
	return a.store.Close()
}

// missing says what is not in the repository; nil where nothing is missing.
func (a *Archiver) missing(cause error) error {
	st := a.Status()
	if st.LagBytes == 0 {
		return nil
	}
	if cause == nil {
		cause = errStopped
	}
	return fmt.Errorf("the archive %s lacks %d bytes of the log, those after commit %d; the next start sends them: %w",
		a.o.Location, st.LagBytes, st.LastCommit, cause)
}

// Flush sends what is durable by now and waits for it.
func (a *Archiver) Flush(ctx context.Context) error {
	request := make(chan error, 1)
	select {
	case a.flushes <- request:
	case <-a.done:
		return errStopped
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case err := <-request:
		return err
	case <-a.done:
		return errStopped
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Written hears of each sync of the log, on the goroutine that writes it.
func (a *Archiver) Written(bytes int64) {
	if a.since.Load() == 0 {
		a.since.Store(a.o.Now().UnixMicro())
	}
	if a.unsent.Add(bytes) >= a.o.Bytes {
		poke(a.wake)
	}
}

// Look tells that there are new files: a snapshot.
func (a *Archiver) Look() { poke(a.wake) }

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// pause is how long to wait after some failures in a row.
func (a *Archiver) pause(failures int) time.Duration {
	return min(a.o.RetryMax, time.Second<<min(failures-1, 20))
}

// note takes the outcome of a round of a worker and says in the log when trouble begins and
// when it ends. It returns how long to wait before the next round.
func (a *Archiver) note(w *worker, err error) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.o.Now()
	refused, no := errors.AsType[*RefusedError](err)
	switch {
	case err == nil:
		if w.failures > 0 {
			a.o.Log.Info("the archive works again: "+w.what, zap.String("archive", a.o.Location), zap.Duration("after", now.Sub(w.failing)))
		}
		w.failures, w.err, w.failing = 0, nil, time.Time{}
		return 0
	case no:
		if a.st.state != StateRefused {
			a.o.Log.Error("nothing is archived any more, and the log grows: " + refused.Error())
		}
		a.st.state, w.err = StateRefused, refused
		return a.o.RetryMax
	}
	if w.failures == 0 {
		w.failing = now
		a.o.Log.Error("the archive fails; this is tried again, commits go on and the log keeps what is missing: "+w.what,
			zap.String("archive", a.o.Location), zap.Error(err))
	}
	w.failures++
	a.st.failures++
	w.err = err
	return a.pause(w.failures)
}

// current returns the session, if it is for the present timeline.
func (a *Archiver) current(id recovery.Identity) *session {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.s == nil || a.s.id.Timeline != id.Timeline || a.s.id.Database != id.Database {
		return nil
	}
	return a.s
}
