package query

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"memgraphd/internal/storage/value"
)

// lifetime is the context of a transaction, or of what is done before one begins. It ends
// with the context it was made of, and by end, whose cause is its error.
//
// Most statements are over before anybody waits for their end, so it costs nothing to begin
// one: it has a channel, and is told of the end of the other context, only from the first call
// of Done on. Until then those who work ask Err.
type lifetime struct {
	parent context.Context
	over   atomic.Pointer[ending]

	mu     sync.Mutex
	waited atomic.Bool   // done is there
	done   chan struct{} // nil until somebody waits
	unhook func() bool   // ends what tells of the end of parent
}

// begin makes l end with parent. It is new, or was closed untouched.
func (l *lifetime) begin(parent context.Context) { l.parent = parent }

// ending is why a lifetime is over.
type ending struct{ cause error }

// Deadline reports that there is none: the time limit is looked after by the session.
func (l *lifetime) Deadline() (deadline time.Time, ok bool) { return l.parent.Deadline() }

// Value returns what the parent has for key.
func (l *lifetime) Value(key any) any { return l.parent.Value(key) }

// Err returns the cause of the end, nil before it.
func (l *lifetime) Err() error {
	if e := l.over.Load(); e != nil {
		return e.cause
	}
	if l.parent.Err() != nil {
		return context.Cause(l.parent)
	}
	return nil
}

// Done returns a channel that is closed at the end.
func (l *lifetime) Done() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done != nil {
		return l.done
	}
	l.done = make(chan struct{})
	l.waited.Store(true)
	if l.over.Load() != nil {
		close(l.done)
	} else {
		l.unhook = context.AfterFunc(l.parent, func() { l.end(context.Cause(l.parent)) })
	}
	return l.done
}

// end ends l; the first cause stays.
func (l *lifetime) end(cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over.Load() != nil {
		return
	}
	l.over.Store(&ending{cause})
	if l.done != nil {
		close(l.done)
	}
}

// close lets go of whoever waits for a lifetime that is not used any more. It reports whether
// there was nobody, and no end: then l can be used again.
func (l *lifetime) close() (untouched bool) {
	if !l.waited.Load() && l.over.Load() == nil {
		return true
	}
	l.mu.Lock()
	unhook := l.unhook
	l.mu.Unlock()
	if unhook != nil {
		unhook()
	}
	l.end(context.Canceled)
	return false
}

// live is what may be asked of a session while it works: what it works on, and its end.
type live struct {
	asked atomic.Bool // to end, until Reset
	// answering tells that the session is in the middle of Answer.
	answering atomic.Bool

	mu    sync.Mutex
	works *lifetime    // of what the session works on; nil: nothing
	open  *transaction // that others may see; nil: none

	// The time limit of works. The timer is not set for each transaction: one that looks
	// sooner than it must looks again later.
	limit time.Duration // 0: none
	began time.Time     // when works began
	timer *time.Timer
	looks time.Time // when the timer goes off; zero: it does not
}

// attend makes l what Interrupt and a time limit end, from now on; t is the transaction that
// it belongs to, nil before one. Where the end was asked for already, it comes at once.
func (s *Session) attend(l *lifetime, t *transaction, now time.Time, limit time.Duration) {
	v := &s.live
	v.mu.Lock()
	defer v.mu.Unlock()
	v.works, v.open, v.limit = l, t, limit
	if v.asked.Load() { // Interrupt asks before it looks at works
		l.end(errTerminated)
	}
	if limit == 0 {
		return
	}
	v.began = now
	if v.looks.IsZero() || v.looks.Sub(now) > limit {
		s.lookAt(now.Add(limit), limit)
	}
}

// attendNothing ends that.
func (s *Session) attendNothing() {
	v := &s.live
	v.mu.Lock()
	defer v.mu.Unlock()
	v.works, v.open, v.limit = nil, nil, 0
}

// lookAt sets the timer to a moment, which is in a while from now. The lock of live is held.
func (s *Session) lookAt(moment time.Time, in time.Duration) {
	v := &s.live
	v.looks = moment
	if v.timer == nil {
		v.timer = time.AfterFunc(in, s.look)
		return
	}
	v.timer.Reset(in)
}

// look ends what has reached its time limit, or looks again when it will have.
func (s *Session) look() {
	v := &s.live
	v.mu.Lock()
	defer v.mu.Unlock()
	v.looks = time.Time{}
	if v.limit == 0 {
		return
	}
	if left := v.limit - s.engine.o.Now().Sub(v.began); left > 0 {
		s.lookAt(v.began.Add(v.limit), left)
		return
	}
	v.works.end(timeoutError{v.limit})
}

// stopLooking ends the timer for good.
func (s *Session) stopLooking() {
	v := &s.live
	v.mu.Lock()
	defer v.mu.Unlock()
	v.limit = 0
	if v.timer != nil {
		v.timer.Stop()
	}
}

// Interrupt ends the running call, and every later one until Reset, with an error. It may
// be called from any goroutine.
func (s *Session) Interrupt() {
	v := &s.live
	v.asked.Store(true)
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.works != nil {
		v.works.end(errTerminated)
	}
}

// interrupted reports whether the end was asked for and not reset.
func (s *Session) interrupted() bool { return s.live.asked.Load() }

// forgive forgets an Interrupt.
func (s *Session) forgive() { s.live.asked.Store(false) }

// interruptible returns a context that Interrupt and the time limit end, for what is done
// before a transaction has begun; within one, that of the transaction. Stop must be called.
func (s *Session) interruptible(ctx context.Context, asked time.Duration) (within context.Context, stop func()) {
	if s.t != nil {
		return &s.t.life, func() {}
	}
	l := &lifetime{parent: ctx}
	s.attend(l, nil, s.engine.o.Now(), s.engine.timeLimit(asked))
	return l, func() {
		s.attendNothing()
		l.close()
	}
}

// openTransaction is what others may know of a transaction.
type openTransaction struct {
	of         *Session
	id         uint64
	query      string // the statement that runs or ran last; empty before the first
	committing bool
	metadata   value.Value
	started    time.Time
}

// openOf returns what s has open.
func (s *Session) openOf() (o openTransaction, ok bool) {
	s.live.mu.Lock()
	defer s.live.mu.Unlock()
	t := s.live.open
	if t == nil {
		return o, false
	}
	return openTransaction{
		of: s, id: t.id, query: t.query, committing: t.committing.Load(), metadata: t.metadata, started: t.started,
	}, true
}

// end ends the transaction with a cause, if it is still open.
func (o *openTransaction) end(cause error) {
	o.of.live.mu.Lock()
	defer o.of.live.mu.Unlock()
	if t := o.of.live.open; t != nil && t.id == o.id {
		t.life.end(cause)
	}
}

// runs notes the statement that t runs.
func (t *transaction) runs(text string) {
	t.s.live.mu.Lock()
	defer t.s.live.mu.Unlock()
	t.query = text
}

// open returns the open transactions of all sessions, the oldest first.
func (e *Engine) open() []openTransaction {
	var all []openTransaction
	for _, s := range e.sessions.all() {
		if o, ok := s.openOf(); ok {
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b openTransaction) int { return cmp.Compare(a.id, b.id) })
	return all
}
