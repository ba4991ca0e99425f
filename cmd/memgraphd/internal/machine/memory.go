// Package machine asks the machine how much memory there is, for the server and for others, and keeps the collector
// within it.
package machine

import (
	"math"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// MemoryLimit returns what the server may take: the configured limit, or that of the control group, or 90 % of
// the machine's memory; 0 when nothing is known.
func MemoryLimit(configured int64) int64 {
	if configured > 0 {
		return configured
	}
	limit := int64(math.MaxInt64)
	if cgroup, err := os.ReadFile("/proc/self/cgroup"); err == nil {
		limit = cgroupLimit(string(cgroup), os.ReadFile)
	}
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err == nil {
		total := int64(info.Totalram) * int64(info.Unit)
		limit = min(limit, total/10*9)
	}
	if limit == math.MaxInt64 {
		return 0
	}
	return limit
}

// BudgetLimit is how much of the limit of the process the database may take.
func BudgetLimit(process int64) int64 { return process / 10 * 9 }

// cgroupLimit returns the least limit of the control group that /proc/self/cgroup names and those above it.
func cgroupLimit(cgroup string, readFile func(string) ([]byte, error)) int64 {
	limit := int64(math.MaxInt64)
	for line := range strings.Lines(cgroup) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		var root, file string
		switch {
		case parts[0] == "0" && parts[1] == "":
			root, file = "/sys/fs/cgroup", "memory.max"
		case parts[1] == "memory":
			root, file = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
		default:
			continue
		}
		for dir := path.Clean("/" + parts[2]); ; dir = path.Dir(dir) {
			if text, err := readFile(path.Join(root, dir, file)); err == nil {
				if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n > 0 {
					limit = min(limit, n)
				}
			}
			if dir == "/" {
				break
			}
		}
	}
	return limit
}
