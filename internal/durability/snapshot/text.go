package snapshot

import (
	"unsafe"

	"memgraphd/internal/storage/graph"
)

// text returns b as a string without a copy; blocks are not written to as long as what was
// read from them is in use.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// edgeIDs returns slots as ids, which have the same form.
func edgeIDs(slots []uint32) []graph.EdgeID {
	return unsafe.Slice((*graph.EdgeID)(unsafe.SliceData(slots)), len(slots))
}
