package durability_test

import (
	"testing"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/restore"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage/change"
)

// restored restores a moment of a repository into an empty directory.
func restored(tb testing.TB, r *remote, target restore.Target) (*vfs.Mem, restore.Report) {
	tb.Helper()
	fsys := vfs.NewMem(1)
	report, err := restore.Run(noContext, restore.Options{
		From: r.clone(), Target: target, FS: fsys, Dir: dataDir, NewStore: newStore, Now: time.Now,
	})
	check(tb, err)
	return fsys, report
}

// TestArchiveIsRestored restores every commit that was archived, also across a takeover.
func TestArchiveIsRestored(t *testing.T) {
	t.Parallel()
	r := newRemote()
	fsys := vfs.NewMem(1)
	d := open(t, fsys, archived(r), func(o *durability.Options) { o.RetentionCount = 1 })
	for range 3 {
		d.commits(4)
		d.flush()
		check(t, d.m.RotateLog(t.Context()))
		d.commits(2)
		d.flush()
		d.snapshot()
		d.await("a snapshot", func(st *durability.ArchiveStatus) bool { return st.SnapshotsWaiting == 0 })
	}
	last := d.commits(3)
	d.flush()
	for commit := change.Index(1); commit <= last; commit++ {
		from, report := restored(t, r, restore.Target{Commit: commit})
		again := open(t, from)
		again.same(d.rec.state(commit))
		again.close()
		if report.Commit != commit || report.NewTimeline != 2 {
			t.Fatalf("commit %d: %+v", commit, report)
		}
	}
	// A server on another machine goes on from the middle.
	middle := last / 2
	elsewhere, _ := restored(t, r, restore.Target{Commit: middle})
	_, err := tryOpen(t, elsewhere, archived(r))
	wantRefused(t, err, "timeline 1", "--storage-archive-takeover")
	other := open(t, elsewhere, archived(r, takingOver))
	other.same(d.rec.state(middle))
	other.commits(4)
	other.flush()
	other.await("its snapshot", func(st *durability.ArchiveStatus) bool { return st.Snapshot >= uint64(middle) && st.Timeline == 2 })
	want := graphText(other.s)
	d.await("the former server refuses", func(st *durability.ArchiveStatus) bool { return st.State == "refused" })
	other.close()
	d.close()
	end, report := restored(t, r, restore.Target{})
	again := open(t, end)
	again.same(want)
	again.close()
	if report.Timeline != 2 || report.NewTimeline != 3 {
		t.Fatalf("%+v", report)
	}
	before, _ := restored(t, r, restore.Target{Commit: middle - 1})
	again = open(t, before)
	again.same(d.rec.state(middle - 1))
	again.close()
	old, report := restored(t, r, restore.Target{Timeline: 1})
	again = open(t, old)
	again.same(d.rec.state(last))
	again.close()
	if report.Commit != last {
		t.Fatalf("%+v", report)
	}
}
