package durability_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/schedule"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

const kib = 1 << 10

// put commits one node with some bytes and returns how that ended.
func (d *database) put(bytes int) (change.Index, error) {
	d.t.Helper()
	tx := d.s.Begin(storage.TxOptions{})
	defer tx.Release()
	if _, err := tx.CreateNode([]graph.LabelID{d.w.labels[0]}, []storage.Property{
		{Key: d.w.keys[0], Value: value.String(strings.Repeat("x", bytes))},
	}); err != nil {
		return 0, err
	}
	index, err := tx.Commit()
	if err == nil {
		d.rec.acknowledge(index)
	}
	return index, err
}

// logged returns options that keep what is logged.
func logged() (*observer.ObservedLogs, func(*durability.Options)) {
	core, lines := observer.New(zap.InfoLevel)
	return lines, func(o *durability.Options) { o.Log = zap.New(core) }
}

func spaceMin(bytes uint64) func(*durability.Options) {
	return func(o *durability.Options) { o.SpaceMin = bytes }
}

// TestMinFreeSpace lets others fill the disk: commits are refused before they are written,
// reads go on, and commits are taken again once there is a quarter more than the minimum.
func TestMinFreeSpace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fsys := vfs.NewMem(1)
		fsys.SetQuota(fsys.Used() + 4096*kib)
		lines, keep := logged()
		d := open(t, fsys, spaceMin(400*kib), keep, func(o *durability.Options) { o.Now = time.Now })
		last := d.commits(10)
		want := graphText(d.s)
		if i := d.m.Info().Space; !i.BelowSince.IsZero() || i.Min != 400*kib || i.Resume != 500*kib || !i.Known || i.Free < 400*kib {
			t.Fatalf("got %+v", i)
		}
		fsys.SetQuota(fsys.Used() + 399*kib)
		time.Sleep(1100 * time.Millisecond)
		below := time.Now().Add(-100 * time.Millisecond)
		written := fsys.Used()
		var refused *durability.SpaceError
		for range 5 {
			_, err := d.put(10)
			if !errors.As(err, &refused) || !errors.Is(err, storage.ErrJournalFull) || errors.Is(err, storage.ErrJournalStopped) {
				t.Fatalf("got %v", err)
			}
		}
		if refused.Min != 400*kib || refused.Resume != 500*kib || refused.Free >= 400*kib {
			t.Errorf("got %+v", refused)
		}
		if fsys.Used() != written {
			t.Error("a refused commit was written")
		}
		i := d.m.Info()
		if !i.Space.BelowSince.Equal(below) || i.Space.Refused != 5 || i.Writes.Failures != 0 || i.LogErr != nil {
			t.Errorf("got %+v since %v", i, below)
		}
		d.same(want)
		check(t, d.m.Health())

		fsys.SetQuota(fsys.Used() + 499*kib) // above the minimum, but not by a quarter
		time.Sleep(2 * time.Second)
		if _, err := d.put(10); err == nil {
			t.Error("taken again too early")
		}
		fsys.SetQuota(fsys.Used() + 600*kib)
		time.Sleep(2 * time.Second)
		if index, err := d.put(10); err != nil || index != last+1 {
			t.Errorf("not taken again: %d, %v", index, err)
		}
		if i := d.m.Info().Space; !i.BelowSince.IsZero() || i.Refused != 6 {
			t.Errorf("got %+v", i)
		}
		if n := lines.FilterMessageSnippet("nearly full").Len(); n != 1 {
			t.Errorf("said %d times that the disk is nearly full", n)
		}
		if n := lines.FilterMessageSnippet("room on the disk").Len(); n != 1 {
			t.Errorf("said %d times that there is room", n)
		}
		want = graphText(d.s)
		d.close()
		d = open(t, fsys)
		d.same(want)
		d.close()
	})
}

// TestMinFreeSpaceInABurst writes faster than the watcher looks.
func TestMinFreeSpaceInABurst(t *testing.T) {
	fsys := vfs.NewMem(1)
	fsys.SetQuota(4096 * kib)
	d := open(t, fsys, spaceMin(1024*kib))
	for n := 0; ; n++ {
		_, err := d.put(10 * kib)
		if err == nil {
			if n > 1000 {
				t.Fatal("never refused")
			}
			continue
		}
		if !errors.Is(err, storage.ErrJournalFull) {
			t.Fatal(err)
		}
		break
	}
	// The last commit and the zeroed room of its segment come on top.
	if free, err := fsys.FreeSpace(dataDir); err != nil || free < 950*kib {
		t.Errorf("%d KiB left, %v", free/kib, err)
	}
	d.close()
}

// TestMinFreeSpaceAtStart starts on a disk that is nearly full, and on one that does not say.
func TestMinFreeSpaceAtStart(t *testing.T) {
	fsys := vfs.NewMem(1)
	d := open(t, fsys)
	d.commits(5)
	want := graphText(d.s)
	d.close()
	fsys.SetQuota(fsys.Used() + 100*kib)
	d = open(t, fsys, spaceMin(400*kib))
	d.same(want)
	if _, err := d.put(10); !errors.Is(err, storage.ErrJournalFull) {
		t.Errorf("got %v", err)
	}
	d.close()

	fsys.SetQuota(-1)
	fsys.Inject(func(op vfs.Op) error {
		if op.Kind == vfs.OpFreeSpace {
			return syscall.EIO
		}
		return nil
	})
	lines, keep := logged()
	d = open(t, fsys, spaceMin(400*kib), keep)
	d.m.Look()
	for range 3 {
		if _, err := d.put(10); err != nil {
			t.Error(err)
		}
	}
	if i := d.m.Info().Space; i.Known || !i.BelowSince.IsZero() {
		t.Errorf("got %+v", i)
	}
	if n := lines.FilterMessageSnippet("is not known").Len(); n != 1 {
		t.Errorf("said %d times", n)
	}
	d.close()
}

// TestFailedWritesAreSeen fails the writes of the log: commits fail, that is said once and
// shown, and ends with the first that is written.
func TestFailedWritesAreSeen(t *testing.T) {
	for _, cause := range []error{syscall.EIO, syscall.ENOSPC, syscall.EDQUOT, &vfs.ShortWriteError{Bytes: 20, Err: syscall.ENOSPC}} {
		fsys := vfs.NewMem(1)
		lines, keep := logged()
		d := open(t, fsys, keep)
		d.commits(3)
		fsys.Inject(func(op vfs.Op) error {
			if op.Kind == vfs.OpWrite {
				return cause
			}
			return nil
		})
		for range 4 {
			_, err := d.put(10)
			if err == nil || errors.Is(err, storage.ErrJournalStopped) || vfs.NoSpace(cause) != errors.Is(err, storage.ErrJournalFull) {
				t.Errorf("%v: got %v", cause, err)
			}
		}
		if i := d.m.Info(); i.Writes.Failures != 4 || !i.Writes.FailingSince.Equal(epoch) || i.Writes.Err == nil || i.LogErr != nil {
			t.Errorf("got %+v", i)
		}
		fsys.Inject(nil)
		if _, err := d.put(10); err != nil {
			t.Error(err)
		}
		if i := d.m.Info().Writes; i.Failures != 4 || !i.FailingSince.IsZero() || i.Err != nil {
			t.Errorf("got %+v", i)
		}
		if a, b := lines.FilterMessageSnippet("cannot be written").Len(), lines.FilterMessageSnippet("written to the log again").Len(); a != 1 || b != 1 {
			t.Errorf("said %d and %d times", a, b)
		}
		d.close()
	}
}

// TestStoppedLogIsSeen fails a sync: commits fail for good, which is said once.
func TestStoppedLogIsSeen(t *testing.T) {
	fsys := vfs.NewMem(1)
	lines, keep := logged()
	d := open(t, fsys, keep)
	d.commits(3)
	fsys.Inject(func(op vfs.Op) error {
		if op.Kind == vfs.OpSync {
			return syscall.EIO
		}
		return nil
	})
	for range 3 {
		if _, err := d.put(10); !errors.Is(err, storage.ErrJournalStopped) || errors.Is(err, storage.ErrJournalFull) {
			t.Errorf("got %v", err)
		}
		fsys.Inject(nil)
	}
	d.m.Look()
	if n := lines.FilterMessageSnippet("the log has stopped: no commit").Len(); n != 1 {
		t.Errorf("said %d times", n)
	}
	d.abandon()
}

// TestScheduledSnapshotNeedsRoom does not begin a scheduled snapshot where there is less
// room than the last one took, and begins it when there is.
func TestScheduledSnapshotNeedsRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fsys := vfs.NewMem(1)
		lines, keep := logged()
		d := open(t, fsys, keep, func(o *durability.Options) {
			o.Now, o.Snapshots = time.Now, schedule.Every(time.Minute)
		})
		for range 40 {
			must[change.Index](t)(d.put(5 * kib))
		}
		time.Sleep(61 * time.Second)
		first := d.kept()
		if len(first) != 1 {
			t.Fatalf("kept %v", first)
		}
		d.commits(10)
		size := d.m.Info().LastSnapshot.Bytes
		fsys.SetQuota(fsys.Used() + size - 4096)
		used := fsys.Used()
		var peak atomic.Int64
		fsys.Inject(func(vfs.Op) error {
			if now := fsys.Used(); now > peak.Load() {
				peak.Store(now)
			}
			return nil
		})
		time.Sleep(2 * time.Minute)
		fsys.Inject(nil)
		if got := d.kept(); len(got) != 1 || peak.Load() > used+size/2 {
			t.Errorf("kept %v, and %d bytes were written", got, peak.Load()-used)
		}
		if n := lines.FilterMessage("snapshot failed").Len(); n < 2 || d.m.Info().SnapshotFailures != int64(n) {
			t.Errorf("%d failures, %+v", n, d.m.Info().SnapshotFailures)
		}
		fsys.SetQuota(-1)
		time.Sleep(61 * time.Second)
		if got := d.kept(); len(got) != 2 {
			t.Errorf("kept %v", got)
		}
		d.close()
	})
}
