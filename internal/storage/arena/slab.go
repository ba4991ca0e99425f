package arena

import "unsafe"

// Sizes of slabs in bytes.
const (
	slabMax  = 32 << 20
	slabHuge = 4 << 20 // from here on the system is asked for large pages

	// An owner must expect expectMin at least: with less, large pages would leave more unused
	// than they spare. Of what it expects, it takes up to expectMax at once.
	expectMin = 32 << 20
	expectMax = 128 << 20
)

// slab is the memory that pages are cut from: a page at a time at first, and an eighth of
// what the owner holds later, up to 32 MiB; or what the owner still expects, where that is
// known and more. Large slabs may lie in 2 MiB pages of the system, which makes a random access
// a third cheaper, and the first touch of memory as well.
//
// A slab is ordinary Go memory without pointers, so the collector counts it but never
// looks into it. It lives as long as one of its pages is in use.
type slab struct {
	rest     []uint64
	expected int64 // bytes that the owner will hold, 0 if it does not know
}

// expect tells how many bytes the owner will hold, about.
func (s *slab) expect(bytes int64) {
	if bytes >= expectMin {
		s.expected = bytes
	}
}

// take returns zeroed memory for a page, given what the owner holds. An owner's pages are
// all of one size, a multiple of 8 bytes.
func (s *slab) take(pageSize int, held int64) unsafe.Pointer {
	words := pageSize / 8
	if len(s.rest) < words {
		pages := max(1, int(max(min(held/8, slabMax), min(s.expected-held, expectMax)))/pageSize)
		s.rest = make([]uint64, pages*words)
		if pages*pageSize >= slabHuge {
			adviseHuge(s.rest)
		}
	}
	page := unsafe.Pointer(unsafe.SliceData(s.rest))
	s.rest = s.rest[words:]
	return page
}
