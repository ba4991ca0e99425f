package durability_test

import (
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/schedule"
	"memgraphd/internal/storage/change"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must[T any](tb testing.TB) func(T, error) T {
	tb.Helper()
	return func(v T, err error) T {
		tb.Helper()
		check(tb, err)
		return v
	}
}

// copyDir copies the data directory file by file, as cp -a does, while its server runs.
func copyDir(tb testing.TB, from *vfs.Mem) *vfs.Mem {
	tb.Helper()
	to := vfs.NewMem(8)
	// Other numbers for the copies than the originals have.
	for range 50 {
		write(tb, to, "filler", nil)
		check(tb, to.Remove("filler"))
	}
	var walk func(dir string)
	walk = func(dir string) {
		check(tb, to.MkdirAll(dir))
		for _, name := range list(tb, from, dir) {
			path := filepath.Join(dir, name)
			if must[vfs.Info](tb)(from.Stat(path)).Dir {
				walk(path)
				continue
			}
			write(tb, to, path, read(tb, from, path))
		}
	}
	walk(dataDir)
	return to
}

// TestLockAndCopy copies a locked directory under load: nothing that was there at LOCK
// changes, and the copy opens, unlocked, with every commit made before LOCK.
func TestLockAndCopy(t *testing.T) {
	fsys := vfs.NewMem(1)
	d := open(t, fsys)
	for range 3 {
		d.commits(20)
		must[durability.SnapshotInfo](t)(d.m.CreateSnapshot(t.Context()))
	}
	d.commits(5)
	for round := range 5 {
		before := d.s.LastCommitted()
		if !must[bool](t)(d.m.LockDirectory("ann")) || must[bool](t)(d.m.LockDirectory("bob")) {
			t.Fatal("locked twice, or not at all")
		}
		atLock := content(t, fsys)
		list := segments(t, fsys)
		openSegment := list[len(list)-1]
		var stop atomic.Bool
		var load sync.WaitGroup
		load.Go(func() {
			for !stop.Load() {
				if _, _, err := d.w.commit(); err != nil {
					t.Error(err)
				}
			}
		})
		disk := copyDir(t, fsys)
		stop.Store(true)
		load.Wait()
		if round == 3 {
			must[durability.SnapshotInfo](t)(d.m.CreateSnapshot(t.Context()))
			d.commits(40)
		}
		now := content(t, fsys)
		for path, data := range atLock {
			used := len(data)
			if path == openSegment {
				used = int(lastUsed([]byte(data)))
			}
			if !strings.HasPrefix(now[path], data[:used]) || path != openSegment && now[path] != data {
				t.Fatalf("%s was changed while the directory was locked", path)
			}
		}
		copied := open(t, disk)
		if must[durability.LockInfo](t)(copied.m.DirectoryLock()).Locked {
			t.Fatal("the copy is locked")
		}
		last := copied.s.LastCommitted()
		if last < before {
			t.Fatalf("the copy ends at commit %d, locked at %d", last, before)
		}
		copied.same(d.rec.state(last))
		copied.commits(3)
		must[durability.SnapshotInfo](t)(copied.m.CreateSnapshot(t.Context()))
		copied.close()
		if !must[bool](t)(d.m.UnlockDirectory()) || must[bool](t)(d.m.UnlockDirectory()) {
			t.Fatal("unlocked twice, or not at all")
		}
	}
	d.close()
}

func TestLockOverRestarts(t *testing.T) {
	fsys := vfs.NewMem(1)
	d := open(t, fsys)
	d.commits(30)
	must[bool](t)(d.m.LockDirectory("ann"))
	// What a crash leaves of it: a spare file may have been zeroed in part, and not synced.
	atLock := content(t, fsys.CrashClone(vfs.SyncedOnly))
	d.commits(30)
	for range 3 {
		fsys = fsys.CrashClone(vfs.SyncedOnly)
		want := graphText(d.s)
		d.close()
		d = open(t, fsys)
		d.same(want)
		info := must[durability.LockInfo](t)(d.m.DirectoryLock())
		if !info.Locked || info.Owner != "ann" || !info.Since.Equal(epoch) {
			t.Fatalf("got %+v", info)
		}
		d.commits(30)
		must[durability.SnapshotInfo](t)(d.m.CreateSnapshot(t.Context()))
		now := content(t, fsys)
		list := segments(t, fsys)
		for path, data := range atLock {
			if strings.HasSuffix(path, ".spare") {
				continue // means nothing, and may not have been synced before the crash
			}
			if _, there := now[path]; !there || !strings.HasSuffix(path, ".wal") && now[path] != data {
				t.Fatalf("%s of %v was changed while the directory was locked", path, list)
			}
		}
	}
	if len(snapshots(t, fsys)) != 3 {
		t.Fatalf("got %v", snapshots(t, fsys))
	}
	must[bool](t)(d.m.UnlockDirectory())
	if len(snapshots(t, fsys)) != 2 {
		t.Fatalf("after UNLOCK: %v", snapshots(t, fsys))
	}
	d.close()
	d = open(t, fsys)
	if must[durability.LockInfo](t)(d.m.DirectoryLock()).Locked {
		t.Fatal("still locked")
	}
	d.close()
}

func TestLockedDirectoryKeepsWhatItHas(t *testing.T) {
	disk, want, _ := populated(t)
	d := open(t, disk)
	must[bool](t)(d.m.LockDirectory("ann"))
	disk = disk.CrashClone(vfs.Everything)
	d.close()
	flip(t, disk, snapshots(t, disk)[1])
	write(t, disk, "data/snapshots/tmp-1", []byte("half"))
	before := content(t, disk)
	d = open(t, disk)
	d.same(want)
	after := content(t, disk)
	for path := range before {
		if _, there := after[path]; !there {
			t.Errorf("%s is gone", path)
		}
	}
	if r := d.m.Report(); len(r.Quarantined) != 0 || len(r.Damaged) != 1 {
		t.Errorf("got %+v", r)
	}
	d.close()
	noRecovery := func(o *durability.Options) { o.RecoveryOnStartup = false }
	if _, err := tryOpen(t, disk, noRecovery); !errors.Is(err, durability.ErrDirectoryHeld) {
		t.Errorf("got %v", err)
	}
}

// TestLockEndsARunningSnapshot locks while a snapshot is being written.
func TestLockEndsARunningSnapshot(t *testing.T) {
	fsys := vfs.NewMem(1)
	d := open(t, fsys)
	d.commits(30)
	reached, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	fsys.Inject(func(op vfs.Op) error {
		if op.Kind == vfs.OpWrite && strings.Contains(op.Name, "tmp-") {
			once.Do(func() {
				close(reached)
				<-goOn
			})
		}
		return nil
	})
	var group sync.WaitGroup
	group.Go(func() {
		if _, err := d.m.CreateSnapshot(t.Context()); !errors.Is(err, durability.ErrSnapshotEnded) {
			t.Errorf("got %v", err)
		}
	})
	<-reached
	if _, err := d.m.CreateSnapshot(t.Context()); !errors.Is(err, durability.ErrSnapshotRunning) {
		t.Errorf("got %v", err)
	}
	group.Go(func() { must[bool](t)(d.m.LockDirectory("ann")) })
	for !d.m.SnapshotEnded() {
		time.Sleep(time.Millisecond)
	}
	if must[durability.LockInfo](t)(d.m.DirectoryLock()).Locked {
		t.Error("locked while a snapshot is being written")
	}
	close(goOn)
	group.Wait()
	if names := list(t, fsys, "data/snapshots"); len(names) != 0 {
		t.Errorf("%v left", names)
	}
	d.close()
}

func TestRetention(t *testing.T) {
	fsys := vfs.NewMem(1)
	d := open(t, fsys)
	var indexes []change.Index
	for range 6 {
		d.commits(40)
		indexes = append(indexes, must[durability.SnapshotInfo](t)(d.m.CreateSnapshot(t.Context())).Index)
		var kept []change.Index
		for _, info := range must[[]durability.SnapshotInfo](t)(d.m.Snapshots()) {
			kept = append(kept, info.Index)
		}
		n := len(indexes)
		if len(kept) != min(n, 2) || kept[0] != indexes[n-1] || n > 1 && kept[1] != indexes[n-2] {
			t.Fatalf("kept %v of %v", kept, indexes)
		}
	}
	d.commits(3)
	want := graphText(d.s)
	d.close()
	if first := filepath.Base(segments(t, fsys)[0]); first == "00000000000000000001.wal" {
		t.Fatal("the log was never given back")
	}
	flip(t, fsys, snapshots(t, fsys)[1])
	d = open(t, fsys)
	d.same(want)
	if got := d.m.Report().Snapshot.Index; got != indexes[4] {
		t.Fatalf("recovered from %d, want the older snapshot %d", got, indexes[4])
	}
	d.close()
}

// TestDamagedSnapshotCountsAsNone damages an old snapshot behind the server's back.
func TestDamagedSnapshotCountsAsNone(t *testing.T) {
	disk, want, _ := populated(t)
	flip(t, disk, snapshots(t, disk)[0])
	d := open(t, disk)
	must[durability.SnapshotInfo](t)(d.m.CreateSnapshot(t.Context()))
	if names := list(t, disk, "data/quarantine"); len(names) != 1 {
		t.Fatalf("got %v", names)
	}
	if len(snapshots(t, disk)) != 2 {
		t.Fatalf("got %v", snapshots(t, disk))
	}
	d.close()
	d = open(t, disk)
	d.same(want)
	d.close()
}

// TestSchedule runs the scheduler in time of its own.
func TestSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fsys := vfs.NewMem(1)
		d := open(t, fsys, func(o *durability.Options) {
			o.Snapshots, o.Now, o.RetentionCount = schedule.Every(time.Minute), time.Now, 10
		})
		start := time.Now()
		if dir, at, ok := d.m.NextSnapshot(); dir != "data/snapshots" || !at.Equal(start.Add(time.Minute)) || !ok {
			t.Fatal(dir, at, ok)
		}
		count := func(want int) {
			t.Helper()
			synctest.Wait()
			if got := len(snapshots(t, fsys)); got != want {
				t.Fatalf("%d snapshots after %v, want %d", got, time.Since(start), want)
			}
		}
		time.Sleep(61 * time.Second)
		count(0) // nothing to write
		d.commits(3)
		time.Sleep(time.Minute)
		count(1)
		time.Sleep(5 * time.Minute)
		count(1) // nothing new
		d.commits(3)
		fsys.Inject(func(op vfs.Op) error {
			if strings.Contains(op.Name, "tmp-") {
				return errIO
			}
			return nil
		})
		time.Sleep(time.Minute)
		count(1)
		if info := d.m.Info(); info.SnapshotFailures != 1 {
			t.Fatalf("got %+v", info)
		}
		time.Sleep(30 * time.Second) // it is tried again after 10 s, and after 20 s more
		count(1)
		if info := d.m.Info(); info.SnapshotFailures != 3 {
			t.Fatalf("got %+v", info)
		}
		fsys.Inject(nil)
		time.Sleep(30 * time.Second)
		count(2)
		d.commits(1)
		must[bool](t)(d.m.LockDirectory("ann"))
		time.Sleep(3 * time.Minute)
		count(2)
		must[bool](t)(d.m.UnlockDirectory())
		time.Sleep(time.Minute)
		count(3)
		d.close()
	})
}

func TestSnapshotOnExit(t *testing.T) {
	fsys := vfs.NewMem(1)
	exit := func(o *durability.Options) { o.SnapshotOnExit = true }
	d := open(t, fsys, exit)
	d.commits(5)
	want := graphText(d.s)
	d.close()
	if len(snapshots(t, fsys)) != 1 {
		t.Fatal("no snapshot on exit")
	}
	d = open(t, fsys, exit)
	d.same(want)
	if r := d.m.Report(); r.Replayed != 0 {
		t.Fatalf("got %+v", r)
	}
	d.close()
	if len(snapshots(t, fsys)) != 1 {
		t.Fatal("a second snapshot, though nothing was new")
	}
	d = open(t, fsys, exit)
	d.commits(1)
	must[bool](t)(d.m.LockDirectory("ann"))
	d.close()
	if len(snapshots(t, fsys)) != 1 {
		t.Fatal("a snapshot on exit in a locked directory")
	}
}

func TestInfoAfterCommitsAndSnapshot(t *testing.T) {
	fsys := vfs.NewMem(1)
	d := open(t, fsys)
	last := d.commits(30)
	info := must[durability.SnapshotInfo](t)(d.m.CreateSnapshot(t.Context()))
	i := d.m.Info()
	if i.Synced != last || i.LastSnapshot != info || i.LogBytes == 0 || i.LogSegments < 2 || !i.WALEnabled ||
		i.FlushEveryN != 1 || i.LogErr != nil || !i.LastSync.Equal(epoch) {
		t.Fatalf("got %+v", i)
	}
	d.close()
}
