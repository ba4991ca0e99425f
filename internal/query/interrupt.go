package query

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// live is what may be asked of a session while it works: what it works on, and its end.
type live struct {
	asked atomic.Bool // to end, until Reset
	// answering tells that the session is in the middle of Answer.
	answering atomic.Bool

	mu    sync.Mutex
	works *lifetime    // of what the session works on; nil: nothing
	open  *transaction // that others may see; nil: none
	// waiting is a statement of Answer, which has no such transaction.
	waiting waiting

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
