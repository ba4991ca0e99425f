//go:build !linux

package arena

// adviseHuge asks for large pages where the system has such a call.
func adviseHuge([]uint64) {}

// adviseSmall takes adviseHuge back.
func adviseSmall([]uint64) {}

// adviseUnused gives memory back where the system has such a call.
func adviseUnused([]uint64) {}
