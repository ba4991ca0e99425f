package arena

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"memgraphd/internal/storage/memory"
)

// Ref addresses a block of an Arena; 0 means none.
type Ref uint32

// HeadroomBytes is what an allocation may take beyond its own size: one page.
const HeadroomBytes = pageBytes

// Arena hands out blocks of bytes. All methods may be called concurrently.
//
// Invariants: every unit of a page is in exactly one of: a block in use, the free list
// of a class, the run of a class, or beyond bump in the newest page.
type Arena struct {
	budget *memory.Budget
	pages  atomic.Pointer[[]unsafe.Pointer]
	used   atomic.Int64 // bytes of the blocks in use, as rounded
	held   atomic.Int64 // bytes of all pages

	mu      sync.Mutex
	bump    uint32   // next unit that no class has taken
	bumpEnd uint32   // end of the page that bump is in
	spare   []uint32 // page numbers whose page is gone
	slab    slab
	idle    []unsafe.Pointer    // pages out of use
	relaxed int                 // of idle, the first so many whose memory went back to the system
	live    Table[atomic.Int32] // per page: units of blocks in use; -1 for a block's own page
	classes [64]class
}

// class is the free blocks of one size.
type class struct {
	mu     sync.Mutex
	free   []Ref
	run    uint32 // next unit of the run
	runEnd uint32
	taken  uint32 // units of all runs
}

// New returns an empty arena whose pages are counted in budget.
func New(budget *memory.Budget) *Arena {
	a := &Arena{budget: budget}
	a.pages.Store(new([]unsafe.Pointer))
	a.live.Init(8, budget)
	return a
}

// Expect tells about how many bytes the arena will hold, so that memory is taken in large parts
// from the start.
func (a *Arena) Expect(bytes int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.slab.expect(bytes)
}

// Used returns the bytes of the blocks in use.
func (a *Arena) Used() int64 { return a.used.Load() }

// Held returns the bytes of all pages.
func (a *Arena) Held() int64 { return a.held.Load() }

// Full reports whether the address space is nearly used up.
func (a *Arena) Full() bool { return len(*a.pages.Load()) > pagesMax-64 }

// Pointer returns the address of the block ref, which must not be 0.
func (a *Arena) Pointer(ref Ref) unsafe.Pointer {
	page := (*a.pages.Load())[ref>>pageShift]
	return unsafe.Add(page, uintptr(ref&(pageUnits-1))*UnitBytes)
}

// Blocks returns the arena as it is now, for a loop over many blocks.
func (a *Arena) Blocks() Blocks { return Blocks{*a.pages.Load()} }

// Blocks is the pages of an Arena at one moment.
type Blocks struct {
	pages []unsafe.Pointer
}

// Pointer returns the address of the block ref, which must not be 0.
func (b Blocks) Pointer(ref Ref) unsafe.Pointer {
	return unsafe.Add(b.pages[ref>>pageShift], uintptr(ref&(pageUnits-1))*UnitBytes)
}

// Words returns the first n 32-bit words of the block ref.
func (a *Arena) Words(ref Ref, n int) []uint32 {
	return unsafe.Slice((*uint32)(a.Pointer(ref)), n)
}

// Bytes returns the first n bytes of the block ref.
func (a *Arena) Bytes(ref Ref, n int) []byte {
	return unsafe.Slice((*byte)(a.Pointer(ref)), n)
}

// Alloc returns a block of at least n bytes; RoundUp(n) bytes may be used. Its content
// is what the former owner left.
func (a *Arena) Alloc(n int) Ref {
	size := RoundUp(n)
	a.used.Add(int64(size))
	units := size / UnitBytes
	if units > classUnits {
		return a.allocPage(size)
	}
	c := &a.classes[classBySize[units]]
	c.mu.Lock()
	defer c.mu.Unlock()
	var ref Ref
	if last := len(c.free) - 1; last >= 0 {
		ref = c.free[last]
		c.free = c.free[:last]
	} else {
		if c.run == c.runEnd {
			c.run, c.runEnd = a.takeRun(units, c.taken)
			c.taken += c.runEnd - c.run
		}
		ref = Ref(c.run)
		c.run += uint32(units)
	}
	a.count(ref, units)
	return ref
}

// Free takes back a block that Alloc returned for n bytes.
func (a *Arena) Free(ref Ref, n int) {
	size := RoundUp(n)
	a.used.Add(-int64(size))
	units := size / UnitBytes
	if units > classUnits {
		a.freePage(uint32(ref)>>pageShift, size)
		return
	}
	c := &a.classes[classBySize[units]]
	c.mu.Lock()
	defer c.mu.Unlock()
	a.count(ref, -units)
	c.free = append(c.free, ref)
}

// count adds units to the blocks in use of the page of ref.
func (a *Arena) count(ref Ref, units int) {
	a.live.At(uint32(ref) >> pageShift).Add(int32(units))
}

// takeRun returns a run of units for a class with blocks of the given size that has taken
// some before. Runs grow with the class up to a page, so that the blocks of one size keep
// together: what is outgrown leaves empty pages behind, not pages with holes.
func (a *Arena) takeRun(units int, taken uint32) (from, to uint32) {
	n := uint32(max(1, min(max(runUnits, int(taken/8)), pageUnits)/units) * units)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.bump == 0 || a.bumpEnd-a.bump < uint32(units) {
		a.newPageLocked()
	}
	n = min(n, (a.bumpEnd-a.bump)/uint32(units)*uint32(units))
	from = a.bump
	a.bump += n
	return from, from + n
}

// newPageLocked starts a page. What was left of the former one stays unused until Trim.
func (a *Arena) newPageLocked() {
	var page unsafe.Pointer
	if last := len(a.idle) - 1; last >= 0 {
		page = a.idle[last]
		a.idle[last] = nil // the place would keep the slab alive
		a.idle = a.idle[:last]
		a.relaxed = min(a.relaxed, last)
	} else {
		page = a.slab.take(pageBytes, a.held.Load())
	}
	number := a.addPageLocked(page, pageBytes)
	a.bump = number << pageShift
	a.bumpEnd = a.bump + pageUnits
	if a.bump == 0 {
		a.bump = 1 // Ref 0 means none
	}
}

func (a *Arena) addPageLocked(page unsafe.Pointer, size int) uint32 {
	a.budget.Force(int64(size))
	a.held.Add(int64(size))
	pages := *a.pages.Load()
	if last := len(a.spare) - 1; last >= 0 {
		number := a.spare[last]
		a.spare = a.spare[:last]
		// Nobody reads the entry of a page that is gone, but others read its neighbours.
		atomic.StorePointer(&pages[number], page)
		return number
	}
	if len(pages) >= pagesMax {
		panic("arena: address space used up")
	}
	a.live.Grow(uint64(len(pages)+1), nil)
	pages = append(pages, page)
	a.pages.Store(&pages)
	return uint32(len(pages) - 1)
}

// allocPage returns a block with a page of its own.
func (a *Arena) allocPage(size int) Ref {
	words := make([]uint64, size/8)
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(*a.pages.Load()) == 0 {
		a.newPageLocked() // so that page 0 is never a block's own
	}
	number := a.addPageLocked(unsafe.Pointer(unsafe.SliceData(words)), size)
	a.live.At(number).Store(-1)
	return Ref(number << pageShift)
}

func (a *Arena) freePage(number uint32, size int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.dropPageLocked(number, size)
}

func (a *Arena) dropPageLocked(number uint32, size int) {
	atomic.StorePointer(&(*a.pages.Load())[number], nil)
	a.live.At(number).Store(0)
	a.spare = append(a.spare, number)
	a.budget.Release(int64(size))
	a.held.Add(-int64(size))
}
