package durability_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"

	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
)

// mendFaults are the ways in which a disk fails before it is well again.
var mendFaults = []struct { //nolint:gochecknoglobals // a table
	name  string
	err   error
	count uint64 // of operations that fail
	only  func(vfs.OpKind) bool
}{
	{"EIO", syscall.EIO, 1, nil},
	{"EIO for ten operations", syscall.EIO, 10, vfs.OpKind.Mutates},
	{"ENOSPC", syscall.ENOSPC, 1, takesRoom},
	{"ENOSPC for twenty operations", syscall.ENOSPC, 20, takesRoom},
	{"EDQUOT for twenty operations", syscall.EDQUOT, 20, takesRoom},
	{"short write", &vfs.ShortWriteError{Bytes: 13, Err: syscall.ENOSPC}, 1, nil},
	{"short writes for ten operations", &vfs.ShortWriteError{Bytes: 700, Err: syscall.EDQUOT}, 10, takesRoom},
}

// takesRoom says whether a full disk refuses an operation.
func takesRoom(k vfs.OpKind) bool {
	return k == vfs.OpWrite || k == vfs.OpPreallocate || k == vfs.OpCreate || k == vfs.OpMkdir
}

// TestDiskIsMended fails operation n of a server, and some after it, for every n, and mends
// the disk. The server goes on: what was there can be read, the former snapshot stays,
// snapshots are created again; and commits are taken again unless a sync or the repair of
// a write has failed, in which case none is acknowledged until a restart.
func TestDiskIsMended(t *testing.T) {
	probe := vfs.NewMem(5)
	d := open(t, probe, withBallast)
	d.commits(13)
	begin := probe.Ops()
	mendWork(d)
	ops := probe.Ops() - begin
	d.close()
	stopped, runs := 0, 0
	for _, fault := range mendFaults {
		every(t, ops, func(n uint64) {
			runs++
			ended := mendOnce(t, fmt.Sprintf("%s at operation %d", fault.name, n), func(from uint64, op vfs.Op) error {
				if op.N < from+n || op.N >= from+n+fault.count || fault.only != nil && !fault.only(op.Kind) {
					return nil
				}
				return fault.err
			})
			if ended {
				stopped++
			}
			if ended && vfs.NoSpace(fault.err) && fault.only != nil {
				t.Errorf("%s at operation %d: a full disk has stopped the log", fault.name, n)
			}
		})
	}
	t.Logf("%d runs, the log stopped in %d of them", runs, stopped)
	if stopped == 0 || stopped == runs {
		t.Error("the test showed half of it")
	}
}

// mendOnce is one run; it reports whether the log has stopped.
func mendOnce(t *testing.T, what string, fault func(from uint64, op vfs.Op) error) (stopped bool) {
	t.Helper()
	fsys := vfs.NewMem(5)
	d := open(t, fsys, withBallast)
	var from atomic.Uint64
	fsys.Inject(func(op vfs.Op) error {
		if from.Load() == 0 {
			return nil
		}
		return fault(from.Load(), op)
	})
	d.commits(10)
	former := d.snapshot()
	d.commits(3)
	from.Store(fsys.Ops())
	mendWork(d)
	fsys.Inject(nil)
	_, err := d.m.UnlockDirectory()
	check(t, err)

	check(t, d.s.Check())
	if got, want := graphText(d.s), d.rec.state(d.s.LastCommitted()); got != want {
		t.Fatalf("%s: the graph cannot be read as it was:\n%s", what, diff(got, want))
	}
	if kept := d.kept(); len(kept) == 0 || kept[len(kept)-1] > former && len(kept) < 2 {
		t.Fatalf("%s: of the former snapshot %d, %v are left", what, former, kept)
	}
	stopped = d.m.Health() != nil
	acked := d.rec.acknowledged()
	for range 3 {
		_, err := d.put(10)
		switch {
		case stopped && !errors.Is(err, storage.ErrJournalStopped):
			t.Fatalf("%s: after the log had stopped: %v", what, err)
		case !stopped && err != nil:
			t.Fatalf("%s: not taken again: %v", what, err)
		}
	}
	if i := d.m.Info(); !i.Writes.FailingSince.IsZero() && !stopped {
		t.Fatalf("%s: %+v", what, i.Writes)
	}
	if _, err := d.m.CreateSnapshot(t.Context()); err != nil {
		t.Fatalf("%s: no snapshot: %v", what, err)
	}
	if stopped && d.rec.acknowledged() != acked {
		t.Fatalf("%s: acknowledged after the log had stopped", what)
	}
	disk := fsys.CrashClone(vfs.SyncedOnly)
	if err := d.m.Close(t.Context()); (err != nil) != stopped {
		t.Fatalf("%s: close: %v", what, err)
	}
	check(t, d.s.Close())
	recovers(t, fsys, d.rec, what+", closed")
	recovers(t, disk, d.rec, what+", crashed")
	return stopped
}

// mendWork commits, creates snapshots, locks and rotates while the disk fails, and takes
// every failure as it comes.
func mendWork(d *database) {
	for i := range 12 {
		_, _, err := d.w.commit()
		check(d.t, err)
		switch i {
		case 3, 9:
			_, _ = d.m.CreateSnapshot(d.t.Context())
		case 5:
			_, _ = d.m.LockDirectory("ann")
		case 7:
			_, _ = d.m.UnlockDirectory()
		case 8:
			_ = d.m.RotateLog(d.t.Context())
			d.m.Look()
		}
	}
}

// TestSnapshotThatIsNotDurable fails the sync that makes the name of a snapshot durable:
// it counts as none, and nothing goes for it.
func TestSnapshotThatIsNotDurable(t *testing.T) {
	fsys := vfs.NewMem(1)
	d := open(t, fsys)
	for range 2 {
		d.commits(20)
		d.snapshot()
	}
	d.commits(20)
	before := content(t, fsys)
	fsys.Inject(func(op vfs.Op) error {
		if op.Kind == vfs.OpSyncDir && op.Name == "data/snapshots" {
			return syscall.EIO
		}
		return nil
	})
	if _, err := d.m.CreateSnapshot(t.Context()); !errors.Is(err, syscall.EIO) {
		t.Fatalf("got %v", err)
	}
	fsys.Inject(nil)
	after := content(t, fsys)
	for path := range before {
		if _, there := after[path]; !there {
			t.Errorf("%s has gone for a snapshot that may not be there", path)
		}
	}
	if names := list(t, fsys, "data/snapshots"); len(names) != 2 {
		t.Errorf("%v are left", names)
	}
	last := d.snapshot()
	if got := d.kept(); len(got) != 2 || got[0] != last {
		t.Errorf("kept %v", got)
	}
	d.close()
}

// TestDamagedSnapshotOnAFullDisk finds one where there is no room to move it away: the
// start succeeds, and it moves with the next snapshot.
func TestDamagedSnapshotOnAFullDisk(t *testing.T) {
	disk, want, _ := populated(t)
	flip(t, disk, snapshots(t, disk)[1])
	disk.Inject(func(op vfs.Op) error {
		if op.Kind == vfs.OpMkdir && op.Name == "data/quarantine" {
			return syscall.ENOSPC
		}
		return nil
	})
	d := open(t, disk)
	d.same(want)
	disk.Inject(nil)
	d.snapshot()
	if names := list(t, disk, "data/quarantine"); len(names) != 1 {
		t.Errorf("got %v", names)
	}
	d.close()
}
