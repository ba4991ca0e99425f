package arena

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"memgraphd/internal/storage/memory"
)

// Table is a growing array of records of type T, which must hold no pointers. Records
// never move. At may be called concurrently with Grow.
type Table[T any] struct {
	pages  atomic.Pointer[[]unsafe.Pointer]
	mu     sync.Mutex // one Grow at a time
	slab   slab       // guarded by mu
	budget *memory.Budget
	shift  uint8
}

// Init sets the number of records of a page to 1<<shift and the budget for pages.
func (t *Table[T]) Init(shift uint8, budget *memory.Budget) {
	t.shift = shift
	t.budget = budget
	t.pages.Store(new([]unsafe.Pointer))
}

// At returns the record i, which must be below Len.
func (t *Table[T]) At(i uint32) *T {
	pages := *t.pages.Load()
	page := pages[i>>t.shift]
	var zero T
	return (*T)(unsafe.Add(page, uintptr(i&(1<<t.shift-1))*unsafe.Sizeof(zero)))
}

// Pages returns the table as it is now, for a loop over many records.
func (t *Table[T]) Pages() Pages[T] { return Pages[T]{*t.pages.Load(), t.shift & 31} }

// Pages is a Table at one moment.
type Pages[T any] struct {
	pages []unsafe.Pointer
	shift uint8
}

// At returns the record i, nil if it has no memory.
func (p Pages[T]) At(i uint32) *T {
	number := i >> p.shift
	if int(number) >= len(p.pages) {
		return nil
	}
	var zero T
	return (*T)(unsafe.Add(p.pages[number], uintptr(i&(1<<p.shift-1))*unsafe.Sizeof(zero)))
}

// Len returns the number of records that have memory.
func (t *Table[T]) Len() uint64 { return uint64(len(*t.pages.Load())) << t.shift }

// PageBytes returns the size of a page.
func (t *Table[T]) PageBytes() int64 {
	var zero T
	return int64(unsafe.Sizeof(zero)) << t.shift
}

// Bytes returns the size of all pages.
func (t *Table[T]) Bytes() int64 { return int64(len(*t.pages.Load())) * t.PageBytes() }

// Expect tells about how many records there will be, so that memory is taken in large parts
// from the start.
func (t *Table[T]) Expect(n uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.slab.expect(int64(n>>t.shift) * t.PageBytes())
}

// Relax gives memory that no record lies in yet back to the system.
func (t *Table[T]) Relax() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.slab.relax()
}

// Grow makes records 0 … n-1 exist. fill, if not nil, prepares the records of each new
// page before others can see them.
func (t *Table[T]) Grow(n uint64, fill func(records []T)) {
	if t.Len() >= n {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.Len() < n {
		page := t.slab.take(int(t.PageBytes()), t.Bytes())
		records := unsafe.Slice((*T)(page), 1<<t.shift)
		if fill != nil {
			fill(records)
		}
		t.budget.Force(t.PageBytes())
		// Readers hold slices that end before the new entry, so appending in place is safe.
		pages := append(*t.pages.Load(), page)
		t.pages.Store(&pages)
	}
}
