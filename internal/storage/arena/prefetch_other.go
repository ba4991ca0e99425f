//go:build !amd64 && !arm64

package arena

import "unsafe"

// Prefetch does nothing: what is asked for is loaded when it is used.
func Prefetch(unsafe.Pointer, int) {}
