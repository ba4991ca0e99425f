package snapshot

import (
	"fmt"
	"sync/atomic"

	"memgraphd/internal/durability/pace"
	"memgraphd/internal/storage"
)

// HeldBackError reports a snapshot that was ended because it held back too many old versions.
type HeldBackError struct {
	Held int64 // bytes
	Max  int64 // bytes
}

// Error names both sizes.
func (e *HeldBackError) Error() string {
	return fmt.Sprintf("it was ended because transactions had replaced data of %d bytes that it still had to keep, more than the %d allowed",
		e.Held, e.Max)
}

// Phase is a part of the making of a snapshot.
type Phase string

// The phases, in their order.
const (
	PhaseWrite  Phase = "writing"   // Done and Total are slots of nodes and relationships
	PhaseSync   Phase = "syncing"   // no numbers
	PhaseVerify Phase = "verifying" // Done and Total are bytes that are read back
)

// State says how far the making of a snapshot is.
type State struct {
	Phase       Phase
	Done, Total int64 // in the unit of the phase
	Bytes       int64 // written
	Held        int64 // bytes of old versions that wait for its view to end
	Unthrottled bool  // nothing slows it down, or no longer
}

// Thousandths says how much of all is done: most of the work is in the writing.
func (s State) Thousandths() int64 {
	const writing, all = 800, 1000
	part := func(of int64) int64 {
		if s.Total <= 0 {
			return 0
		}
		return min(s.Done, s.Total) * of / s.Total
	}
	switch s.Phase {
	case PhaseWrite:
		return part(writing)
	case PhaseSync:
		return writing
	case PhaseVerify:
	}
	return writing + part(all-writing)
}

// Tracker tells others how far the making of a snapshot is. The zero value is ready.
type Tracker struct {
	phase       atomic.Pointer[Phase]
	done, total atomic.Int64
	bytes, held atomic.Int64
	unthrottled atomic.Bool
}

// State returns the present numbers.
func (t *Tracker) State() State {
	s := State{
		Done: t.done.Load(), Total: t.total.Load(), Bytes: t.bytes.Load(), Held: t.held.Load(),
		Unthrottled: t.unthrottled.Load(), Phase: PhaseWrite,
	}
	if p := t.phase.Load(); p != nil {
		s.Phase = *p
	}
	return s
}

func (t *Tracker) enter(p Phase, total int64) {
	t.done.Store(0)
	t.total.Store(total)
	t.phase.Store(&p)
}

// watchHeld looks how much the view of a snapshot holds back: at half of what is allowed it
// lifts the throttle, beyond it it fails.
func watchHeld(hold *storage.Hold, o Options, l *pace.Limiter) error {
	held := hold.Bytes()
	o.Tracker.held.Store(held)
	switch {
	case o.HeldMax <= 0 || held <= o.HeldMax/2:
		return nil
	case held > o.HeldMax:
		return &HeldBackError{Held: held, Max: o.HeldMax}
	}
	o.Tracker.unthrottled.Store(true)
	l.Lift()
	return nil
}
