package durability_test

import (
	"testing"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
)

// TestSnapshotsOnExitAreRetained starts and stops a server often: the snapshots that it
// leaves are as few as those of a server that runs on.
func TestSnapshotsOnExitAreRetained(t *testing.T) {
	fsys := vfs.NewMem(1)
	for range 6 {
		d := open(t, fsys, func(o *durability.Options) { o.SnapshotOnExit, o.RetentionCount = true, 2 })
		d.commits(6)
		want := graphText(d.s)
		d.close()
		again := open(t, fsys)
		again.same(want)
		again.close()
	}
	if left := snapshots(t, fsys); len(left) != 2 {
		t.Errorf("%v are left, want 2", left)
	}
}
