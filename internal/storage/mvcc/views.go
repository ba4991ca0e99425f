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
	clock  atomic.Uint64
	slots  []viewSlot
	_      [64]byte // what everybody reads is not in one line of memory with what changes
	places atomic.Uint64
	_      [64]byte

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
	closed     atomic.Bool
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
	n := 1024
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
func (v *Views) Place() uint32 { return uint32(v.places.Add(1)) | 1<<31 }

// A view looks at placeTries slots, placeStride apart from its place on.
const (
	placeTries  = 8
	placeStride = 7
)

// used returns how many slots, from the first, can hold a view that was opened before the call:
// places are given out one after the other, and the number of slots is a power of two.
func (v *Views) used() []viewSlot {
	const reach = 1 + (placeTries-1)*placeStride
	return v.slots[:min(uint64(len(v.slots)), v.places.Load()+reach)]
}

// OpenAt is Open for a caller that has a place.
func (v *Views) OpenAt(first uint32) Opened {
	now := v.clock.Load()
	for i := range uint32(placeTries) {
		slot := &v.slots[(first+i*placeStride)%uint32(len(v.slots))]
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
	o.extra.closed.Store(true)
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
	oldest, _ := v.oldest()
	return oldest
}

// oldest returns the oldest view, too, none if none is open.
func (v *Views) oldest() (Stamp, Opened) {
	oldest := v.clock.Load()
	var at Opened
	used := v.used()
	for i := range used {
		if stamp := used[i].stamp.Load(); stamp != 0 && (stamp < oldest || at.slot == nil && stamp == oldest) {
			oldest, at.slot = stamp, &used[i]
		}
	}
	if v.crowded.Load() > 0 {
		v.mu.Lock()
		defer v.mu.Unlock()
		if first := v.overflow.first; first != nil && (first.stamp < oldest || at.slot == nil && first.stamp == oldest) {
			oldest, at = first.stamp, Opened{extra: first}
		}
	}
	return Stamp(oldest), at
}

// Watch remembers one open view, so that who waits for its end need not look at all of them
// again and again. The zero Watch remembers none. Watched may be called at any time, Oldest by
// one goroutine.
type Watch struct {
	slot  atomic.Pointer[viewSlot]
	stamp atomic.Uint64 // in slot
	extra atomic.Pointer[extraView]
}

// Oldest is v.Oldest, and remembers that view.
func (w *Watch) Oldest(v *Views) Stamp {
	stamp, view := v.oldest()
	w.slot.Store(nil) // no slot with the stamp of another
	w.stamp.Store(uint64(stamp))
	w.slot.Store(view.slot)
	w.extra.Store(view.extra)
	return stamp
}

// Watched reports whether there is a view to remember, and open whether a view of that moment is
// open in its place still. A closed view whose owner calls Watched afterwards has either found out,
// or Watched says so to who calls it after Oldest.
func (w *Watch) Watched() (watched, open bool) {
	if slot := w.slot.Load(); slot != nil {
		return true, slot.stamp.Load() == w.stamp.Load()
	}
	extra := w.extra.Load()
	return extra != nil, extra != nil && !extra.closed.Load()
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
