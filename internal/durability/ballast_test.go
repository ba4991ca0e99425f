package durability_test

import (
	"errors"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
)

const ballastBytes = 64 * kib

func withBallast(o *durability.Options) { o.BallastBytes = ballastBytes }

func hasBallast(t *testing.T, fsys *vfs.Mem) bool {
	t.Helper()
	return must[bool](t)(vfs.Exists(fsys, "data/.ballast"))
}

// fillDisk takes all the room of a disk but for some bytes.
func fillDisk(fsys *vfs.Mem, but int64) { fsys.SetQuota(fsys.Used() + but) }

// TestCleanStopOnAFullDisk stops on a full disk, with a snapshot on exit that finds no
// room: the log is closed in good order, and the next start finds everything.
func TestCleanStopOnAFullDisk(t *testing.T) {
	fsys := vfs.NewMem(1)
	exit := func(o *durability.Options) { o.SnapshotOnExit = true }
	lines, keep := logged()
	d := open(t, fsys, withBallast, exit, keep)
	if !hasBallast(t, fsys) {
		t.Fatal("no room was set aside")
	}
	d.commits(50)
	fillDisk(fsys, 0)
	for failed := 0; failed < 3; {
		if _, err := d.put(500); err != nil {
			failed++
		}
	}
	want := graphText(d.s)
	d.close()
	if hasBallast(t, fsys) {
		t.Error("the room was not used")
	}
	if n := lines.FilterMessageSnippet("no room for the snapshot on exit").Len(); n != 1 {
		t.Errorf("said %d times that there is no snapshot on exit", n)
	}
	// The next start is on a disk that is still full.
	fillDisk(fsys, 0)
	d = open(t, fsys, withBallast, spaceMin(400*kib))
	if r := d.m.Report(); !r.Clean {
		t.Errorf("not closed in good order: %+v", r)
	}
	d.same(want)
	if _, err := d.put(1); !errors.Is(err, storage.ErrJournalFull) {
		t.Errorf("got %v", err)
	}
	d.close()
}

// TestStartOnAFullDisk starts where nothing can be written: a database that is there is
// opened, a new one is not made.
func TestStartOnAFullDisk(t *testing.T) {
	fsys := vfs.NewMem(1)
	d := open(t, fsys, withBallast)
	d.commits(50)
	want := graphText(d.s)
	disk := fsys.CrashClone(vfs.Everything)
	d.close()
	for _, clone := range []*vfs.Mem{fsys, disk} { // closed in good order, and not
		fillDisk(clone, 0)
		d = open(t, clone, withBallast)
		d.same(want)
		d.commits(1) // with the room that was set aside
		for failed := 0; failed < 3; {
			if _, err := d.put(3000); err != nil {
				failed++
			}
		}
		d.close()
		fillDisk(clone, 0)
		d = open(t, clone, withBallast) // without it
		clone.SetQuota(-1)
		d.commits(1)
		d.close()
	}
	empty := vfs.NewMem(1)
	check(t, empty.MkdirAll(dataDir))
	fillDisk(empty, 0)
	var unusable *durability.NotWritableError
	if _, err := tryOpen(t, empty); !errors.As(err, &unusable) || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v", err)
	}
	empty.SetQuota(-1)
	d = open(t, empty)
	d.commits(1)
	d.close()
}

// TestLockAndUnlockOnAFullDisk locks and unlocks where there is no room. While locked, the
// room that was set aside stays as it is, as does every other file.
func TestLockAndUnlockOnAFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := func(o *durability.Options) { o.Now = time.Now }
		fsys := vfs.NewMem(1)
		d := open(t, fsys, withBallast, clock)
		d.commits(20)
		fillDisk(fsys, 0)
		if !must[bool](t)(d.m.LockDirectory("ann")) {
			t.Fatal("not locked")
		}
		if hasBallast(t, fsys) {
			t.Error("locked without the room that was set aside")
		}
		fsys.SetQuota(-1)
		time.Sleep(2 * time.Minute)
		if hasBallast(t, fsys) {
			t.Error("room is set aside while the directory is locked")
		}
		must[bool](t)(d.m.UnlockDirectory())
		time.Sleep(2 * time.Second)
		if !hasBallast(t, fsys) {
			t.Error("no room was set aside after UNLOCK")
		}
		must[bool](t)(d.m.LockDirectory("ann"))
		for failed := 0; failed < 3; {
			if failed == 0 {
				fillDisk(fsys, 0)
			}
			if _, err := d.put(3000); err != nil {
				failed++
			}
		}
		want := graphText(d.s)
		d.close() // its room is in the segment
		if !hasBallast(t, fsys) {
			t.Error("the locked directory lost a file")
		}
		d = open(t, fsys, withBallast, clock)
		if r := d.m.Report(); !r.Clean || !must[durability.LockInfo](t)(d.m.DirectoryLock()).Locked {
			t.Errorf("got %+v", r)
		}
		d.same(want)
		must[bool](t)(d.m.UnlockDirectory())
		d.close()
	})
}
