package machine

import (
	"os"
	"path/filepath"
	"testing"
)

// TestProcess asks the operating system.
func TestProcess(t *testing.T) {
	t.Parallel()
	if n := statusBytes([]byte("Name:\tx\nVmHWM:\t   20 kB\nVmRSS:\t   12 kB\n"), "VmRSS:"); n != 12<<10 {
		t.Errorf("%d bytes", n)
	}
	if n := statusBytes([]byte("VmRSS:\tmany kB\nVmHWM: 7\n"), "VmRSS:"); n != 0 {
		t.Errorf("%d bytes of nothing", n)
	}
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "wal"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "wal/b"} {
		if err := os.WriteFile(filepath.Join(dir, name), make([]byte, 1000), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n := diskUsage(dir); n != 2000 {
		t.Errorf("%d bytes in the directory", n)
	}
	if n := diskUsage(filepath.Join(dir, "none")); n != 0 {
		t.Errorf("%d bytes in no directory", n)
	}
}
