package arena

import "unsafe"

// Sizes of slabs in bytes.
const (
	slabMax  = 32 << 20
	slabHuge = 4 << 20 // from here on the system is asked for large pages
)

// slab is the memory that pages are cut from: a page at a time at first, and an eighth of
// what the owner holds later, up to 32 MiB. Large slabs may lie in 2 MiB pages of the
// system, which makes a random access a third cheaper.
//
// A slab is ordinary Go memory without pointers, so the collector counts it but never
// looks into it. It lives as long as one of its pages is in use.
type slab struct {
	rest []uint64
}

// take returns zeroed memory for a page, given what the owner holds. An owner's pages are
// all of one size, a multiple of 8 bytes.
func (s *slab) take(pageSize int, held int64) unsafe.Pointer {
	words := pageSize / 8
	if len(s.rest) < words {
		pages := max(1, int(min(held/8, slabMax))/pageSize)
		s.rest = make([]uint64, pages*words)
		if pages*pageSize >= slabHuge {
			adviseHuge(s.rest)
		}
	}
	page := unsafe.Pointer(unsafe.SliceData(s.rest))
	s.rest = s.rest[words:]
	return page
}
