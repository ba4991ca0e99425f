package crash

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"memgraphd/test/harness"
)

// sample is what a server takes of its machine.
type sample struct {
	rss, files, bytes, descriptors, threads int64
}

// measure looks at a running server and its directory.
func measure(t *testing.T, s *harness.Server) sample {
	t.Helper()
	var m sample
	proc := fmt.Sprintf("/proc/%d/", s.PID())
	status, err := os.ReadFile(proc + "status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		name, rest, _ := strings.Cut(line, ":")
		fields := strings.Fields(rest)
		if len(fields) == 0 {
			continue
		}
		n, _ := strconv.ParseInt(fields[0], 10, 64)
		switch name {
		case "VmRSS":
			m.rss = n << 10
		case "Threads":
			m.threads = n
		}
	}
	descriptors, err := os.ReadDir(proc + "fd")
	if err != nil {
		t.Fatal(err)
	}
	m.descriptors = int64(len(descriptors))
	err = filepath.WalkDir(s.Dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return nil //nolint:nilerr // it has gone since the folder was read
		}
		if info, err := e.Info(); err == nil {
			m.files++
			m.bytes += info.Size()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// flat sees that a series does not grow: after a warm-up of a quarter, the middle of the
// last quarter is not above the middle of the second by more than a share and a little.
func flat(t *testing.T, what string, series []int64, share float64, little int64) {
	t.Helper()
	if len(series) < 8 {
		t.Logf("%s: %d samples are too few to see whether it grows", what, len(series))
		return
	}
	quarter := len(series) / 4
	middle := func(part []int64) int64 {
		sorted := slices.Sorted(slices.Values(part))
		return sorted[len(sorted)/2]
	}
	early, late := middle(series[quarter:2*quarter]), middle(series[len(series)-quarter:])
	t.Logf("%s: %d early, %d late, %d at most", what, early, late, slices.Max(series))
	if float64(late) > float64(early)*(1+share)+float64(little) {
		t.Errorf("%s grows: %d early, %d late; all: %v", what, early, late, series)
	}
}

// flatAll looks at all that a server takes.
func flatAll(t *testing.T, samples []sample) {
	t.Helper()
	for _, one := range []struct {
		what   string
		of     func(sample) int64
		share  float64
		little int64
	}{
		{"memory, bytes", func(m sample) int64 { return m.rss }, 0.25, 32 << 20},
		{"files", func(m sample) int64 { return m.files }, 0.5, 8},
		{"bytes on disk", func(m sample) int64 { return m.bytes }, 0.5, 8 << 20},
		{"descriptors", func(m sample) int64 { return m.descriptors }, 0, 8},
		{"threads", func(m sample) int64 { return m.threads }, 0, 8},
	} {
		series := make([]int64, len(samples))
		for i, m := range samples {
			series[i] = one.of(m)
		}
		flat(t, one.what, series, one.share, one.little)
	}
}
