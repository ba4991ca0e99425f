package arena

import (
	"cmp"
	"slices"
	"unsafe"
)

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
// looks into it. It lives until drop lets go of it.
type slab struct {
	rest     []uint64
	expected int64  // bytes that the owner will hold, 0 if it does not know
	parts    []part // those taken so far, by address
}

// part is the memory that was taken at once.
type part struct {
	words []uint64
	huge  bool // the system may put it into large pages
}

func (p part) from() uintptr  { return uintptr(unsafe.Pointer(unsafe.SliceData(p.words))) }
func (p part) bytes() uintptr { return uintptr(len(p.words)) * 8 }

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
		p := part{words: s.rest}
		p.advise(true)
		at, _ := s.find(p.from())
		s.parts = slices.Insert(s.parts, at, p)
	}
	page := unsafe.Pointer(unsafe.SliceData(s.rest))
	s.rest = s.rest[words:]
	return page
}

// advise tells the system whether a large part may lie in large pages.
func (p *part) advise(huge bool) {
	if huge == p.huge || p.bytes() < slabHuge {
		return
	}
	p.huge = huge
	if huge {
		adviseHuge(p.words)
	} else {
		adviseSmall(p.words)
	}
}

// find returns the place of the part that begins at an address, or else of the next one.
func (s *slab) find(from uintptr) (at int, found bool) {
	return slices.BinarySearchFunc(s.parts, from, func(p part, from uintptr) int { return cmp.Compare(p.from(), from) })
}

// relax gives the memory that no page was cut from yet back to the system.
func (s *slab) relax() { adviseUnused(s.rest) }

// drop lets go of the parts of which all pages are idle, whose size is pageSize, or not cut
// yet, and returns the idle pages of the others. The system would fill what is idle in a large
// page with memory again, so large pages are not asked for where something is.
func (s *slab) drop(idle []unsafe.Pointer, pageSize uintptr) []unsafe.Pointer {
	unused := make([]uintptr, len(s.parts)) // bytes
	for _, page := range idle {
		unused[s.of(page)] += pageSize
	}
	for at := range s.parts {
		s.parts[at].advise(unused[at] == 0)
	}
	if rest := s.restPart(); rest >= 0 {
		if unused[rest] += uintptr(len(s.rest)) * 8; unused[rest] == s.parts[rest].bytes() {
			s.rest = nil
		}
	}
	whole := func(at int) bool { return unused[at] == s.parts[at].bytes() }
	idle = slices.DeleteFunc(idle, func(page unsafe.Pointer) bool { return whole(s.of(page)) })
	kept := 0
	for at := range s.parts {
		if !whole(at) {
			s.parts[kept] = s.parts[at]
			kept++
		}
	}
	clear(s.parts[kept:])
	s.parts = s.parts[:kept]
	return idle
}

// of returns the place of the part that a page was cut from.
func (s *slab) of(page unsafe.Pointer) int {
	at, found := s.find(uintptr(page))
	if !found {
		at-- // it lies within the one before
	}
	return at
}

// restPart is of what is left, -1 where nothing is.
func (s *slab) restPart() int {
	if len(s.rest) == 0 {
		return -1
	}
	return s.of(unsafe.Pointer(unsafe.SliceData(s.rest)))
}
