package snapshot

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// unpackBeyond is how many bytes unpackWide may read behind the numbers that it takes.
const unpackBeyond = 32

// unpack fills dst with numbers from the beginning of from, which has them, and reports whether it did: where the
// processor has no wide registers, or from nothing behind the numbers, others do.
func unpack(dst []uint32, from []byte, width int, least uint32) bool {
	if !cpu.X86.HasAVX2 || len(dst) == 0 || len(from) < width*len(dst)+unpackBeyond {
		return false
	}
	unpackWide(unsafe.SliceData(dst), len(dst), unsafe.SliceData(from), width, least)
	return true
}

// unpackWide stores n numbers, one at least, of a width of 1 to 4 bytes: each is least and what stands at from.
//
//go:noescape
func unpackWide(dst *uint32, n int, from *byte, width int, least uint32)
