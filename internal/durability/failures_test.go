package durability_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage/change"
	"memgraphd/test/table"
)

// faults are the ways in which an operation fails.
var faults = []struct { //nolint:gochecknoglobals // a table
	name   string
	err    error
	sticky bool
}{
	{"EIO", syscall.EIO, false},
	{"EIO for ever", syscall.EIO, true},
	{"ENOSPC", syscall.ENOSPC, false},
	{"ENOSPC for ever", syscall.ENOSPC, true},
	{"short write", &vfs.ShortWriteError{Bytes: 13, Err: syscall.ENOSPC}, false},
}

// thorough tells whether tests are to take their time: make crash-histories sets it.
func thorough() bool { return os.Getenv("MEMGRAPHD_CRASH_HISTORIES") != "" }

// every runs fn for each n from 1 on, in a step that keeps an ordinary run short.
func every(t *testing.T, count uint64, fn func(n uint64)) {
	t.Helper()
	step := uint64(1)
	if !thorough() {
		step = table.Step(max(1, count/20))
	}
	for n := uint64(1); n <= count && !t.Failed(); n += step {
		fn(n)
	}
}

// TestFailureAtEveryOperation fails operation n of a run of a server, for every n, and
// looks at what the next start finds.
func TestFailureAtEveryOperation(t *testing.T) {
	probe := vfs.NewMem(3)
	faultyRun(t, probe, 0)
	for _, fault := range faults {
		runs := 0
		every(t, probe.Ops(), func(n uint64) {
			runs++
			fsys := vfs.NewMem(3)
			var syncFailed atomic.Bool
			var failed atomic.Pointer[vfs.Op]
			log := &segmentNames{}
			fsys.Inject(func(op vfs.Op) error {
				segment := log.is(op)
				if op.N != n && (!fault.sticky || op.N < n || !op.Kind.Mutates()) {
					return nil
				}
				if op.Kind == vfs.OpSync && segment {
					syncFailed.Store(true)
				}
				failed.Store(&op)
				return fault.err
			})
			rec, afterSync := faultyRun(t, fsys, n, &syncFailed)
			if afterSync {
				t.Fatalf("%s at operation %v: a commit was acknowledged after a failed sync", fault.name, failed.Load())
			}
			fsys.Inject(nil)
			for _, model := range vfs.CrashModels() {
				recovers(t, fsys.CrashClone(model), rec, fmt.Sprintf("%s at operation %d, then %v", fault.name, n, model))
			}
		})
		t.Logf("%s: %d runs", fault.name, runs)
	}
}

// segmentNames knows which open files are segments of the log: those that were opened as
// one, and spares since they were renamed.
type segmentNames struct {
	mu    sync.Mutex
	names map[string]bool
}

func (s *segmentNames) is(op vfs.Op) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.names == nil {
		s.names = make(map[string]bool)
	}
	if op.Kind == vfs.OpRename && strings.HasSuffix(op.Name, ".spare") {
		s.names[op.Name] = true
	}
	return s.names[op.Name] || strings.HasSuffix(op.Name, ".wal")
}

// faultyRun runs a server whose disk fails, and takes every failure as it comes. It
// returns what was committed, and whether a commit was acknowledged after a sync failed.
func faultyRun(t *testing.T, fsys *vfs.Mem, _ uint64, syncFailed ...*atomic.Bool) (rec *recorder, afterSync bool) {
	t.Helper()
	d, err := tryOpen(t, fsys)
	if err != nil {
		return newRecorder(nil), false
	}
	for i := range 24 {
		failedBefore := len(syncFailed) > 0 && syncFailed[0].Load()
		acked := d.rec.acknowledged()
		_, _, err := d.w.commit()
		check(t, err)
		afterSync = afterSync || failedBefore && d.rec.acknowledged() > acked
		switch i {
		case 8, 16:
			_, err = d.m.CreateSnapshot(t.Context())
		case 11:
			_, err = d.m.LockDirectory("ann")
		case 14:
			_, err = d.m.UnlockDirectory()
		case 20:
			err = d.m.RotateLog(t.Context())
		}
		if err != nil && len(syncFailed) == 0 {
			t.Fatal(err)
		}
	}
	check(t, d.s.Check())
	d.abandon()
	return d.rec, afterSync
}

// recovers opens a disk after a failure and compares with what was committed.
func recovers(t *testing.T, disk *vfs.Mem, rec *recorder, what string) {
	t.Helper()
	d, err := tryOpen(t, disk)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	last := d.s.LastCommitted()
	if last < rec.acknowledged() || last > rec.newest() {
		t.Fatalf("%s: recovered up to commit %d, acknowledged %d, made %d", what, last, rec.acknowledged(), rec.newest())
	}
	check(t, d.s.Check())
	if got, want := graphText(d.s), rec.state(last); got != want {
		t.Fatalf("%s: the graph at commit %d is another:\n%s", what, last, diff(got, want))
	}
	d.commits(1)
	d.close()
}

// populated returns a disk with two snapshots and log after them, what it holds, and up to
// which commit.
func populated(t *testing.T) (*vfs.Mem, string, change.Index) {
	t.Helper()
	fsys := vfs.NewMem(9)
	d := open(t, fsys)
	for range 2 {
		d.commits(8)
		_, err := d.m.CreateSnapshot(t.Context())
		check(t, err)
	}
	last := d.commits(8)
	text := graphText(d.s)
	disk := fsys.CrashClone(vfs.SyncedOnly)
	d.close()
	return disk, text, last
}

// TestFailureInRecovery fails operation n of a start, for every n. The start fails, or
// finds everything; and so does the next one.
func TestFailureInRecovery(t *testing.T) {
	disk, want, last := populated(t)
	probe := disk.CrashClone(vfs.Everything)
	d := open(t, probe)
	ops := probe.Ops()
	d.close()
	for _, fault := range faults {
		every(t, ops, func(n uint64) {
			fsys := disk.CrashClone(vfs.Everything)
			if fault.sticky {
				fsys.FailFrom(n, fault.err)
			} else {
				fsys.FailAt(n, fault.err)
			}
			d, err := tryOpen(t, fsys)
			fsys.FailAt(0, nil)
			if err == nil {
				if d.s.LastCommitted() != last {
					t.Fatalf("%s at operation %d: recovered up to %d, want %d", fault.name, n, d.s.LastCommitted(), last)
				}
				d.same(want)
				d.abandon()
			}
			again, err := tryOpen(t, fsys.CrashClone(vfs.SyncedOnly))
			if err != nil {
				t.Fatalf("%s at operation %d of a start: the next start fails: %v", fault.name, n, err)
			}
			again.same(want)
			again.close()
		})
	}
}

// TestCrashInRecovery crashes at operation n of a start, for every n, and starts again.
func TestCrashInRecovery(t *testing.T) {
	disk, want, _ := populated(t)
	probe := disk.CrashClone(vfs.Everything)
	open(t, probe).close()
	every(t, probe.Ops(), func(n uint64) {
		for _, model := range vfs.CrashModels() {
			fsys := disk.CrashClone(vfs.Everything)
			fsys.CrashAt(n)
			d, err := tryOpen(t, fsys)
			if err == nil {
				d.abandon()
			} else if !errors.Is(err, vfs.ErrCrashed) {
				t.Fatalf("crash in operation %d: %v", n, err)
			}
			again, err := tryOpen(t, fsys.CrashClone(model))
			if err != nil {
				t.Fatalf("crash in operation %d of a start, %v: the next start fails: %v", n, model, err)
			}
			again.same(want)
			again.close()
		}
	})
}

// TestFullDisk fills the disk while transactions run: they fail, the graph stays
// readable, and when there is room again they go on.
func TestFullDisk(t *testing.T) {
	fsys := vfs.NewMem(4)
	d := open(t, fsys)
	d.commits(20)
	fsys.SetQuota(fsys.Used())
	failed := 0
	for range 200 {
		acked := d.rec.acknowledged()
		if _, ok, err := d.w.commit(); err != nil {
			t.Fatal(err)
		} else if !ok || d.rec.acknowledged() == acked {
			failed++
		}
	}
	if failed < 20 {
		t.Fatalf("only %d commits failed on a full disk", failed)
	}
	if _, err := d.m.CreateSnapshot(t.Context()); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("snapshot on a full disk: %v", err)
	}
	check(t, d.m.Health())
	check(t, d.s.Check())
	fsys.SetQuota(-1)
	last := d.commits(20)
	want := graphText(d.s)
	if state := d.rec.state(last); state != want {
		t.Fatalf("the graph is another:\n%s", diff(want, state))
	}
	disk := fsys.CrashClone(vfs.SyncedOnly)
	d.close()
	again := open(t, disk)
	again.same(want)
	again.close()
}

// TestFailedSyncStopsWriting checks promise 2.
func TestFailedSyncStopsWriting(t *testing.T) {
	fsys := vfs.NewMem(4)
	d := open(t, fsys)
	d.commits(5)
	want := graphText(d.s)
	fsys.Inject(func(op vfs.Op) error {
		if op.Kind == vfs.OpSync {
			return syscall.EIO
		}
		return nil
	})
	for range 30 {
		if _, ok, err := d.w.commit(); err != nil || ok && d.rec.acknowledged() > 5 {
			t.Fatalf("a commit was acknowledged: %v", err)
		}
		if d.m.Health() != nil {
			fsys.Inject(nil) // the disk is well again; the log is not
		}
	}
	if err := d.m.Health(); !errors.Is(err, syscall.EIO) {
		t.Fatalf("health: %v", err)
	}
	if info := d.m.Info(); info.LogErr == nil || info.Synced != 5 {
		t.Fatalf("info: %+v", info)
	}
	d.same(want)
	if !must[bool](t)(d.m.LockDirectory("ann")) {
		t.Fatal("a stopped log keeps its directory from being locked")
	}
	must[bool](t)(d.m.UnlockDirectory())
	must[durability.SnapshotInfo](t)(d.m.CreateSnapshot(t.Context()))
	d.abandon()
	recovers(t, fsys.CrashClone(vfs.SyncedOnly), d.rec, "after a failed sync")
}
