package arena

import (
	"slices"
	"unsafe"
)

// freeKept is room for free blocks that a class may keep without having so many.
const freeKept = 1 << 10

// Relax is Trim, and gives the memory of everything that is unused back to the system: of idle
// pages, and of what no block has been cut from yet.
func (a *Arena) Relax() {
	defer a.lockAll()()
	a.trimLocked()
	for _, page := range a.idle[a.relaxed:] {
		adviseUnused(unsafe.Slice((*uint64)(page), pageBytes/8))
	}
	a.slab.relax()
	a.idle = a.slab.drop(a.idle, pageBytes)
	a.relaxed = len(a.idle)
	for i := range a.classes {
		a.adviseUnits(a.classes[i].run, a.classes[i].runEnd)
	}
	a.adviseUnits(a.bump, a.bumpEnd)
	for _, end := range []uint32{min(pageUnits, a.bumpEnd), a.bumpEnd} { // the pages that Trim keeps
		if first := (end - 1) &^ (pageUnits - 1); end > 0 && a.live.At(first>>pageShift).Load() == 0 {
			a.adviseUnits(first, end)
		}
	}
}

// adviseUnits gives the memory of units of one page back, which no block in use has.
func (a *Arena) adviseUnits(from, to uint32) {
	if from < to {
		adviseUnused(unsafe.Slice((*uint64)(a.Pointer(Ref(from))), int(to-from)*UnitBytes/8))
	}
}

// Trim gives the pages back in which no block is in use and returns their bytes.
func (a *Arena) Trim() int64 {
	defer a.lockAll()()
	return a.trimLocked()
}

// lockAll takes every lock and returns what releases them.
func (a *Arena) lockAll() (unlock func()) {
	for i := range a.classes {
		a.classes[i].mu.Lock()
	}
	a.mu.Lock()
	return func() {
		a.mu.Unlock()
		for i := range a.classes {
			a.classes[i].mu.Unlock()
		}
	}
}

func (a *Arena) trimLocked() int64 {
	pages := *a.pages.Load()
	empty := make([]bool, len(pages))
	dropped := int64(0)
	for number, page := range pages {
		// Page 0 stays, and so does the page that runs are being taken from.
		if number == 0 || page == nil || uint32(number) == (a.bumpEnd-1)>>pageShift {
			continue
		}
		if a.live.At(uint32(number)).Load() == 0 {
			empty[number] = true
			a.dropPageLocked(uint32(number), pageBytes)
			a.idle = append(a.idle, page)
			dropped += pageBytes
		}
	}
	if dropped == 0 {
		return 0
	}
	for i := range a.classes {
		c := &a.classes[i]
		c.free = slices.DeleteFunc(c.free, func(ref Ref) bool { return empty[ref>>pageShift] })
		if cap(c.free) > 2*len(c.free)+freeKept {
			c.free = slices.Clip(slices.Clone(c.free))
		}
		if c.run != c.runEnd && empty[c.run>>pageShift] {
			c.run, c.runEnd = 0, 0
		}
	}
	return dropped
}
