package durability_test

import (
	"strings"
	"testing"

	"memgraphd/internal/durability/vfs"
)

// TestIdentitySurvivesPowerCut cuts the power where the identity was the last thing that was
// written: what it notes stands, and so a log that is lost or rolled back is noticed.
func TestIdentitySurvivesPowerCut(t *testing.T) {
	fsys := vfs.NewMem(1)
	d := open(t, fsys)
	early := d.commits(3)
	noted := fsys.CrashClone(vfs.SyncedOnly)
	check(t, noted.Remove(segments(t, noted)[0]))
	refusesToOpen(t, noted, "the log is missing")

	older := read(t, fsys, segments(t, fsys)[0])
	late := d.commits(5)
	d.close()
	if late == early {
		t.Fatal("nothing was committed")
	}
	cut := fsys.CrashClone(vfs.SyncedOnly)
	if n := len(segments(t, cut)); n != 1 {
		t.Fatalf("%d segments, want one", n)
	}
	write(t, cut, segments(t, cut)[0], older)
	refusesToOpen(t, cut, "though it has held commit")

	whole := open(t, fsys.CrashClone(vfs.SyncedOnly))
	if got := whole.s.LastCommitted(); got != late {
		t.Errorf("commit %d, want %d", got, late)
	}
	whole.close()
}

// refusesToOpen checks that a directory is refused with a text in the reason.
func refusesToOpen(t *testing.T, fsys *vfs.Mem, text string) {
	t.Helper()
	d, err := tryOpen(t, fsys)
	if err == nil {
		d.close()
		t.Errorf("it opens, want %q", text)
		return
	}
	if !strings.Contains(err.Error(), text) {
		t.Errorf("%v, want %q", err, text)
	}
}
