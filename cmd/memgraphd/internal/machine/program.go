package machine

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// ReleaseProgram gives the memory that holds the program itself back to the system, which reads
// what is used again from the program's file. Much of it was used at the start only. It is advice:
// a system may not follow it, and does not where the file belongs to somebody else.
func ReleaseProgram() {
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return
	}
	for _, r := range programRanges(string(maps), program) {
		if _, _, failed := unix.Syscall(unix.SYS_MADVISE, r.from, r.to-r.from, unix.MADV_PAGEOUT); failed != 0 {
			return // an older system
		}
	}
}

// addresses is memory from ≤ address < to.
type addresses struct {
	from, to uintptr
}

// programRanges returns where the program's file stands in memory as it is: where nothing can be
// written. maps is what /proc/self/maps says.
func programRanges(maps, program string) []addresses {
	const fields = 6 // addresses, permissions, offset, device, inode, path
	var out []addresses
	for line := range strings.Lines(maps) {
		parts := strings.Fields(line)
		if len(parts) < fields || strings.Contains(parts[1], "w") || !strings.HasSuffix(strings.TrimSuffix(line, "\n"), " "+program) {
			continue
		}
		from, to, found := strings.Cut(parts[0], "-")
		a, errA := strconv.ParseUint(from, 16, 64)
		b, errB := strconv.ParseUint(to, 16, 64)
		if found && errA == nil && errB == nil && a < b {
			out = append(out, addresses{uintptr(a), uintptr(b)})
		}
	}
	return out
}
