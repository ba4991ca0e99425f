package machine

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"memgraphd/internal/monitor"
)

const (
	filesCounted  = 100_000 // of the data directory, at most
	processStatus = "/proc/self/status"
)

// Process is what the operating system counts of the server and of its data directory.
func Process(directory string) monitor.Process {
	var p monitor.Process
	if status, err := os.ReadFile(processStatus); err == nil {
		p.Resident, p.PeakResident = statusBytes(status, "VmRSS:"), statusBytes(status, "VmHWM:")
	}
	p.DiskUsage = diskUsage(directory)
	return p
}

// statusBytes returns a size of /proc/self/status, 0 where it is not there.
func statusBytes(status []byte, name string) int64 {
	for line := range bytes.Lines(status) {
		fields := bytes.Fields(line)
		if len(fields) == 3 && string(fields[0]) == name && string(fields[2]) == "kB" {
			n, err := strconv.ParseInt(string(fields[1]), 10, 64)
			if err != nil {
				return 0
			}
			return n << 10
		}
	}
	return 0
}

// diskUsage is the size of the files below a directory. Files that go away meanwhile do not count.
func diskUsage(dir string) int64 {
	var total int64
	left := filesCounted
	err := filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // what cannot be read, or is gone, does not count
		}
		if left--; left < 0 {
			return fs.SkipAll
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		info, err := entry.Info()
		if err == nil {
			total += info.Size()
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
	if err != nil {
		return 0
	}
	return total
}
