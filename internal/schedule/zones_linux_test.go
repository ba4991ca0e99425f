package schedule_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"memgraphd/internal/schedule"
)

// withoutZones is set in the process that sees no database of time zones.
const withoutZones = "MEMGRAPHD_TEST_WITHOUT_ZONES"

// TestZonesAreEmbedded: a schedule follows the zone that TZ names also on a machine that has no
// database of time zones. The test runs itself again where these folders are empty.
func TestZonesAreEmbedded(t *testing.T) {
	if os.Getenv(withoutZones) != "" {
		inAnEmptyWorld(t)
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestZonesAreEmbedded$", "-test.v")
	cmd.Env = append(os.Environ(), withoutZones+"=1", "TZ=America/New_York", "ZONEINFO=", "GOROOT=/nowhere")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EINVAL), errors.Is(err, syscall.ENOSPC):
		t.Skipf("this machine allows no namespaces of users: %v", err)
	case err != nil || !strings.Contains(string(out), "PASS: TestZonesAreEmbedded"):
		t.Errorf("%v\n%s", err, out)
	}
}

// inAnEmptyWorld hides the zones of the machine, and looks at a schedule.
func inAnEmptyWorld(t *testing.T) {
	t.Helper()
	for _, dir := range []string{"/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/usr/lib/locale/TZ", "/etc/zoneinfo"} {
		if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := syscall.Mount("none", dir, "tmpfs", 0, ""); err != nil {
			t.Fatalf("%s cannot be hidden: %v", dir, err)
		}
		if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
			t.Fatalf("%s has %d files, %v", dir, len(files), err)
		}
	}
	s, err := schedule.Parse("0 30 3 * * *")
	if err != nil {
		t.Fatal(err)
	}
	next, ok := s.Next(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC).Local())
	if want := time.Date(2026, 7, 1, 7, 30, 0, 0, time.UTC); !ok || !next.Equal(want) {
		t.Errorf("half past three in New York is %v, want %v", next.UTC(), want)
	}
}
