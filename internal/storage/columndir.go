package storage

import (
	"sync"
	"sync/atomic"

	"memgraphd/internal/storage/column"
)

// directory holds what was derived of each group of nodes for one key or label.
type directory[T any] struct {
	mu    sync.Mutex // one page is added at a time
	pages atomic.Pointer[[]*directoryPage[T]]
}

// directoryGroups is the number of groups of a page.
const directoryGroups = 64

type directoryPage[T any] [directoryGroups]directorySlot[T]

// directorySlot is the place of one group.
type directorySlot[T any] struct {
	at atomic.Pointer[derived[T]]
	// asked is for how many rows the group was asked since it changed last, and the last bits
	// of the version that this is about.
	asked atomic.Uint64
}

// askedBits is the number of bits of directorySlot.asked that count rows.
const askedBits = 24

// often notes that rows of the group were asked for, and reports whether a whole group of
// them was before, since the group changed last. It need not be exact.
func (s *directorySlot[T]) often(version uint64, rows int) bool {
	const most = 1<<askedBits - 1
	count := uint64(0)
	if asked := s.asked.Load(); asked>>askedBits == version<<askedBits>>askedBits {
		count = asked & most
	}
	if count >= column.GroupNodes {
		s.asked.Store(version << askedBits) // what cannot be made now is not tried at once again
		return true
	}
	s.asked.Store(version<<askedBits | min(count+uint64(rows), most))
	return false
}

// derived is what was made of the nodes of a group as they were at a version of the group.
type derived[T any] struct {
	version uint64
	bytes   int64
	used    atomic.Bool // since the last look for what can go
	is      T
}

func newDirectory[T any]() *directory[T] {
	d := &directory[T]{}
	d.pages.Store(new([]*directoryPage[T]))
	return d
}

// slot returns the place of a group, nil if it has none yet.
func (d *directory[T]) slot(group uint32) *directorySlot[T] {
	pages := *d.pages.Load()
	if i := group / directoryGroups; int(i) < len(pages) && pages[i] != nil {
		return &pages[i][group%directoryGroups]
	}
	return nil
}

// make returns the place of a group, which exists from then on.
func (d *directory[T]) make(group uint32) *directorySlot[T] {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := int(group / directoryGroups)
	old := *d.pages.Load()
	if i >= len(old) || old[i] == nil {
		pages := make([]*directoryPage[T], max(len(old), i+1))
		copy(pages, old)
		pages[i] = &directoryPage[T]{}
		d.pages.Store(&pages)
	}
	return d.slot(group)
}

// sweep drops what was not used since the last sweep, or everything, until enough bytes are
// gone, and returns how many are.
func (d *directory[T]) sweep(enough int64, which sweeping) int64 {
	freed := int64(0)
	for _, page := range *d.pages.Load() {
		if page == nil {
			continue
		}
		for i := range page {
			slot := &page[i]
			held := slot.at.Load()
			if held == nil || which == unused && held.used.Swap(false) {
				continue
			}
			if slot.at.CompareAndSwap(held, nil) {
				freed += held.bytes
			}
			if freed >= enough {
				return freed
			}
		}
	}
	return freed
}

// sweeping says what a sweep drops.
type sweeping uint8

const (
	unused sweeping = iota
	everything
)
