package query

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
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
