package snapshot

import "unsafe"

// text returns b as a string without a copy; blocks are not written to once they are read.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
