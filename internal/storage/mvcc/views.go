package mvcc

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Stamp is a moment of the clock of Views.
type Stamp uint64

// Views knows the open views and the oldest moment that one of them may remember.
//
// The clock ticks whenever something was put out of reach of views opened from then on:
// a commit was published, a rollback ended, a block was unlinked. What was put out of
// reach at stamp s may be thrown away once Oldest() >= s.
//
// A view publishes the clock first and loads everything else afterwards. If Oldest missed
// it because it published too late, then whatever Oldest allowed to be thrown away was
// out of reach before the view loaded anything.
type Views struct {
	clock atomic.Uint64
	slots []viewSlot
	_     [64]byte // what everybody reads is not in one line of memory with what changes
	hint  atomic.Uint32
	_     [64]byte

	// overflow holds the views that found no slot, the oldest first: a stamp is taken and
	// appended under mu, so that the list is in order and Oldest looks at its head alone.
	mu       sync.Mutex
	overflow struct{ first, last *extraView } // guarded by mu
	crowded  atomic.Int64                     // length of overflow
}

// extraView is an open view in the overflow list.
type extraView struct {
	stamp      uint64
	prev, next *extraView
}

// viewSlot holds the stamp of an open view, or 0. It fills a cache line.
type viewSlot struct {
	stamp atomic.Uint64
	_     [56]byte
}

// Opened is an open view.
type Opened struct {
	slot  *viewSlot
	extra *extraView
}

// Stamp returns the moment at which an open view was opened.
func (o Opened) Stamp() Stamp {
	if o.slot != nil {
		return Stamp(o.slot.stamp.Load())
	}
	return Stamp(o.extra.stamp)
}

// Init makes room for the views that are usually open at once; more are allowed.
func (v *Views) Init() {
	n := 64
	for n < 4*runtime.GOMAXPROCS(0) {
		n *= 2
	}
	v.slots = make([]viewSlot, n)
	v.clock.Store(1)
}

// Open opens a view. The caller must load what it reads, its timestamp too, afterwards.
func (v *Views) Open() Opened { return v.OpenAt(v.Place()) }

// Place returns where to begin looking for a slot. It is never 0. Who opens one view after the
// other keeps the place: then the slot stays in the caches of its processor.
func (v *Views) Place() uint32 { return v.hint.Add(1) | 1<<31 }

// OpenAt is Open for a caller that has a place.
func (v *Views) OpenAt(first uint32) Opened {
	now := v.clock.Load()
	for i := range uint32(8) {
		slot := &v.slots[(first+i*7)%uint32(len(v.slots))]
		if slot.stamp.Load() == 0 && slot.stamp.CompareAndSwap(0, now) {
			return Opened{slot: slot}
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	extra := &extraView{stamp: v.clock.Load(), prev: v.overflow.last}
	if extra.prev == nil {
		v.overflow.first = extra
	} else {
		extra.prev.next = extra
	}
	v.overflow.last = extra
	v.crowded.Add(1)
	return Opened{extra: extra}
}

// Close ends a view.
func (v *Views) Close(o Opened) {
	if o.slot != nil {
		o.slot.stamp.Store(0)
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if o.extra.prev == nil {
		v.overflow.first = o.extra.next
	} else {
		o.extra.prev.next = o.extra.next
	}
	if o.extra.next == nil {
		v.overflow.last = o.extra.prev
	} else {
		o.extra.next.prev = o.extra.prev
	}
	v.crowded.Add(-1)
}

// Tick advances the clock and returns the new moment.
func (v *Views) Tick() Stamp { return Stamp(v.clock.Add(1)) }

// Oldest returns the stamp of the oldest open view, or now if none is open.
func (v *Views) Oldest() Stamp {
	oldest := v.clock.Load()
	for i := range v.slots {
		if stamp := v.slots[i].stamp.Load(); stamp != 0 {
			oldest = min(oldest, stamp)
		}
	}
	if v.crowded.Load() > 0 {
		v.mu.Lock()
		defer v.mu.Unlock()
		if v.overflow.first != nil {
			oldest = min(oldest, v.overflow.first.stamp)
		}
	}
	return Stamp(oldest)
}

// Active returns the number of open views.
func (v *Views) Active() int {
	n := int(v.crowded.Load())
	for i := range v.slots {
		if v.slots[i].stamp.Load() != 0 {
			n++
		}
	}
	return n
}
