package retention_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"memgraphd/internal/durability/retention"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage/change"
)

func TestDecide(t *testing.T) {
	snap := func(index change.Index) retention.Snapshot {
		return retention.Snapshot{Path: fmt.Sprintf("s%02d", index), Index: index, Good: true}
	}
	bad := func(index change.Index) retention.Snapshot {
		return retention.Snapshot{Path: fmt.Sprintf("b%02d", index), Index: index}
	}
	segments := []retention.Segment{
		{First: 1, Last: 10, Sealed: true}, {First: 11, Last: 20, Sealed: true}, {First: 21, Last: 25},
	}
	for _, c := range []struct {
		keep      int
		snapshots []retention.Snapshot
		want      string
	}{
		{2, nil, "[] [] []"},
		{2, []retention.Snapshot{snap(20)}, "[] [] []"},
		{1, []retention.Snapshot{snap(20)}, "[] [] [1 11]"},
		{1, []retention.Snapshot{snap(19)}, "[] [] [1]"},
		{1, []retention.Snapshot{snap(25)}, "[] [] [1 11]"},
		{2, []retention.Snapshot{snap(20), snap(10)}, "[] [] [1]"},
		{2, []retention.Snapshot{snap(20), snap(10), snap(5), snap(3)}, "[s03 s05] [] [1]"},
		{2, []retention.Snapshot{bad(21), snap(20), bad(15), snap(10), snap(5)}, "[s05] [b15 b21] [1]"},
		{2, []retention.Snapshot{bad(21), bad(20), snap(5)}, "[] [b20 b21] []"},
		{0, []retention.Snapshot{snap(20), snap(10)}, "[s10] [] [1 11]"},
	} {
		p := retention.Decide(retention.Limits{Count: c.keep}, since, retention.Files{Snapshots: c.snapshots, Segments: segments})
		if got := fmt.Sprint(p.Snapshots, p.Quarantine, p.Segments); got != c.want {
			t.Errorf("keep %d of %v: got %s, want %s", c.keep, c.snapshots, got, c.want)
		}
	}
}

// TestDecideKeepsEveryRecovery checks on random directories that each kept snapshot still
// has the whole log after it.
func TestDecideKeepsEveryRecovery(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var segments []retention.Segment
		at := change.Index(1)
		for range rapid.IntRange(1, 6).Draw(t, "segments") {
			n := change.Index(rapid.IntRange(1, 9).Draw(t, "records"))
			segments = append(segments, retention.Segment{First: at, Last: at + n - 1, Sealed: true})
			at += n
		}
		segments[len(segments)-1].Sealed = false
		var snapshots []retention.Snapshot
		for i := range rapid.IntRange(0, 6).Draw(t, "snapshots") {
			snapshots = append(snapshots, retention.Snapshot{
				Path: strconv.Itoa(i), Index: change.Index(rapid.IntRange(0, int(at-1)).Draw(t, "index")),
				Good: rapid.Bool().Draw(t, "good"),
			})
		}
		keep := rapid.IntRange(1, 4).Draw(t, "keep")
		p := retention.Decide(retention.Limits{Count: keep}, since, retention.Files{Snapshots: snapshots, Segments: segments})
		first := segments[len(p.Segments)].First
		good := 0
		for _, s := range snapshots {
			if !s.Good {
				continue
			}
			good++
			if !slices.Contains(p.Snapshots, s.Path) && first > s.Index+1 {
				t.Fatalf("snapshot %d is kept, but the log begins at %d", s.Index, first)
			}
		}
		if left := good - len(p.Snapshots); left != min(good, keep) {
			t.Fatalf("%d good snapshots stay of %d, keep %d", left, good, keep)
		}
		if good < keep && len(p.Segments) > 0 {
			t.Fatal("log removed before enough snapshots are there")
		}
	})
}

var since = time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)

func newDir(t *testing.T) *vfs.Mem {
	t.Helper()
	m := vfs.NewMem(1)
	check(t, m.MkdirAll("data"))
	check(t, m.SyncDir("."))
	return m
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func locked(t *testing.T, fsys vfs.FS, dir string) retention.LockInfo {
	t.Helper()
	info, err := retention.ReadLock(fsys, dir)
	check(t, err)
	return info
}

func TestLock(t *testing.T) {
	m := newDir(t)
	if locked(t, m, "data").Locked {
		t.Fatal("locked from birth")
	}
	_, err := retention.SetLock(m, "data", "ann", since)
	check(t, err)
	for _, model := range vfs.CrashModels() {
		if got := locked(t, m.CrashClone(model), "data"); got != (retention.LockInfo{Locked: true, Owner: "ann", Since: since}) {
			t.Fatalf("%v: got %+v", model, got)
		}
	}
	check(t, retention.ClearLock(m, "data"))
	check(t, retention.ClearLock(m, "data"))
	if locked(t, m.CrashClone(vfs.SyncedOnly), "data").Locked {
		t.Fatal("still locked")
	}
}

func TestLockIsNotInForceInACopy(t *testing.T) {
	m := newDir(t)
	_, err := retention.SetLock(m, "data", "ann", since)
	check(t, err)
	check(t, m.MkdirAll("copy"))
	content, err := vfs.ReadFile(m, "data/"+retention.LockName, 1000)
	check(t, err)
	check(t, vfs.WriteFileSync(m, "copy/"+retention.LockName, content))
	if got := locked(t, m, "copy"); got.Locked || !got.Copied {
		t.Fatalf("got %+v", got)
	}
	check(t, retention.ClearLock(m, "copy"))
	if names, err := m.List("copy"); err != nil || len(names) != 0 {
		t.Fatalf("%v %v", names, err)
	}
	if !locked(t, m, "data").Locked {
		t.Fatal("the original is no longer locked")
	}
}

func TestUnreadableLockHolds(t *testing.T) {
	m := newDir(t)
	check(t, vfs.WriteFileSync(m, "data/"+retention.LockName, []byte("{\"format\":2")))
	if got := locked(t, m, "data"); !got.Locked || !strings.HasPrefix(got.Owner, "unknown") {
		t.Fatalf("got %+v", got)
	}
}

func TestLockFailures(t *testing.T) {
	probe := newDir(t)
	start := probe.Ops()
	_, err := retention.SetLock(probe, "data", "ann", since)
	check(t, err)
	for n := start + 1; n <= probe.Ops(); n++ {
		m := newDir(t)
		m.FailAt(n, syscall.EIO)
		_, err := retention.SetLock(m, "data", "ann", since)
		m.FailAt(0, nil)
		if err == nil && !locked(t, m.CrashClone(vfs.SyncedOnly), "data").Locked {
			t.Fatalf("operation %d failed: a lock was reported that a crash takes away", n-start)
		}
	}
}

func TestQuarantine(t *testing.T) {
	m := newDir(t)
	check(t, m.MkdirAll("data/snapshots"))
	for _, want := range []string{"data/quarantine/x", "data/quarantine/x.1", "data/quarantine/x.2"} {
		check(t, vfs.WriteFileSync(m, "data/snapshots/x", []byte("bad")))
		got, err := retention.Quarantine(m, "data", "data/snapshots/x")
		check(t, err)
		if there, err := vfs.Exists(m, want); got != want || err != nil || !there {
			t.Fatalf("got %s, %v", got, err)
		}
	}
}
