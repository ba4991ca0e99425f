package vfs

import "unsafe"

// DirectBytes is what the offsets, the lengths and the addresses of direct reads and writes are
// multiples of.
const DirectBytes = 4096

// direct is a File that can pass by the cache of its system.
type direct interface {
	setDirect(on bool)
	isDirect() bool
}

// Direct makes the reads and writes of a file pass by the cache of the system, or no longer, and
// reports whether they do. While they do, each must keep to DirectBytes; a read may ask for more
// than there is. Nothing becomes durable by it. A file system without the like goes on as before.
func Direct(f File, on bool) bool {
	d, ok := f.(direct)
	if !ok {
		return false
	}
	d.setDirect(on)
	return d.isDirect()
}

// Aligned returns n bytes of memory for direct reads and writes.
func Aligned(n int) []byte {
	b := make([]byte, n+DirectBytes)
	skip := -uintptr(unsafe.Pointer(unsafe.SliceData(b))) % DirectBytes
	return b[skip : int(skip)+n : int(skip)+n]
}

// aligned reports whether a read or write may be direct.
func aligned(p []byte, off int64) bool {
	return off%DirectBytes == 0 && len(p)%DirectBytes == 0 && uintptr(unsafe.Pointer(unsafe.SliceData(p)))%DirectBytes == 0
}
