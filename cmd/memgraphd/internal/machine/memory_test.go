package machine

import (
	"math"
	"os"
	"testing"
)

func TestCgroupLimit(t *testing.T) {
	files := map[string]string{
		"/sys/fs/cgroup/a/b/memory.max":                 "max\n",
		"/sys/fs/cgroup/a/memory.max":                   "1000\n",
		"/sys/fs/cgroup/memory/x/memory.limit_in_bytes": "2000\n",
	}
	read := func(name string) ([]byte, error) {
		if text, ok := files[name]; ok {
			return []byte(text), nil
		}
		return nil, os.ErrNotExist
	}
	for cgroup, want := range map[string]int64{
		"0::/a/b\n":                      1000,
		"0::/\n":                         math.MaxInt64,
		"5:cpu:/a\n4:memory:/x\n0::/c\n": 2000,
		"0::/../..\n":                    math.MaxInt64,
		"nonsense\n":                     math.MaxInt64,
		"4:memory:/x/y\n0::/a/b\n":       1000,
	} {
		if got := cgroupLimit(cgroup, read); got != want {
			t.Errorf("%q: %d, not %d", cgroup, got, want)
		}
	}
}
