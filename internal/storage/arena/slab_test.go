package arena

import (
	"testing"
	"unsafe"

	"memgraphd/internal/storage/memory"
)

// TestExpect takes pages of owners that expect something.
func TestExpect(t *testing.T) {
	for _, c := range []struct{ expected, held, want int64 }{
		{0, 0, pageBytes},
		{0, 64 << 20, 8 << 20},
		{0, 1 << 30, slabMax},
		{expectMin - 1, 0, pageBytes},
		{expectMin, 0, expectMin},
		{1 << 30, 0, expectMax},
		{1 << 30, 1<<30 - 40<<20, 40 << 20},
		{1 << 30, 1<<30 - 1<<20, slabMax},
		{1 << 30, 2 << 30, slabMax},
	} {
		s := slab{}
		s.expect(c.expected)
		s.take(pageBytes, c.held)
		if got := int64(len(s.rest))*8 + pageBytes; got != c.want {
			t.Errorf("%d bytes expected, %d held: a slab of %d bytes, want %d", c.expected, c.held, got, c.want)
		}
	}
	a := New(memory.New("test", 0))
	a.Expect(64 << 20)
	a.Alloc(1)
	var table Table[uint64]
	table.Init(10, memory.New("test", 0))
	table.Expect(8 << 20)
	table.Grow(1, nil)
	for _, s := range []*slab{&a.slab, &table.slab} {
		if got := len(s.rest) * 8; got < 63<<20 || got >= 64<<20 {
			t.Errorf("%d bytes of the slab left of 64 MiB", got)
		}
	}
}

// TestPrefetch holds that Prefetch may be asked for any address, and changes nothing.
func TestPrefetch(t *testing.T) {
	var bytes [256]byte
	for i := range bytes {
		bytes[i] = byte(i)
	}
	for lines := range 20 { // more than there is
		Prefetch(unsafe.Pointer(&bytes[lines]), lines)
	}
	Prefetch(nil, 1)
	for i, b := range bytes {
		if b != byte(i) {
			t.Fatalf("byte %d is %d", i, b)
		}
	}
}
