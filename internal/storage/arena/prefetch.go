//go:build amd64 || arm64

package arena

import "unsafe"

// Prefetch has the processor load so many lines of memory, of 64 bytes, one at least, from the one with p on,
// while the caller does something else. Unlike a load it holds up nothing that follows, locks and clocks included.
//
//go:noescape
func Prefetch(p unsafe.Pointer, lines int)
