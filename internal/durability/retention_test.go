package durability_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage/change"
)

// snapshot creates one and returns its commit.
func (d *database) snapshot() change.Index {
	d.t.Helper()
	return must[durability.SnapshotInfo](d.t)(d.m.CreateSnapshot(d.t.Context())).Index
}

func (d *database) kept() []change.Index {
	d.t.Helper()
	var kept []change.Index
	for _, info := range must[[]durability.SnapshotInfo](d.t)(d.m.Snapshots()) {
		kept = append(kept, info.Index)
	}
	return kept
}

// TestRetentionByAge keeps snapshots of the last hour.
func TestRetentionByAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fsys := vfs.NewMem(1)
		d := open(t, fsys, func(o *durability.Options) {
			o.Now, o.RetentionCount, o.RetentionAge = time.Now, 100, time.Hour
		})
		var made []change.Index
		for range 10 {
			d.commits(20)
			made = append(made, d.snapshot())
			time.Sleep(20 * time.Minute)
		}
		if got, want := fmt.Sprint(d.kept()), fmt.Sprint([]change.Index{made[9], made[8], made[7], made[6]}); got != want {
			t.Errorf("kept %s of %v", got, made)
		}
		wantLogSince(t, fsys, made[6])
		time.Sleep(24 * time.Hour)
		d.commits(1)
		last := d.snapshot()
		if got := d.kept(); len(got) != 1 || got[0] != last {
			t.Errorf("kept %v", got)
		}
		want := graphText(d.s)
		d.close()
		d = open(t, fsys)
		d.same(want)
		d.close()
	})
}

// wantLogSince checks that the log was given back up to a commit, but not beyond.
func wantLogSince(t *testing.T, fsys *vfs.Mem, since change.Index) {
	t.Helper()
	var first, second change.Index
	list := segments(t, fsys)
	_, err := fmt.Sscanf(filepath.Base(list[0]), "%d.wal", &first)
	check(t, err)
	_, err = fmt.Sscanf(filepath.Base(list[1]), "%d.wal", &second)
	check(t, err)
	if first > since+1 || second <= since+1 {
		t.Errorf("the log begins with commits %d and %d, commit %d is in the oldest snapshot", first, second, since)
	}
}

// TestRetentionBySize keeps the snapshots that fit.
func TestRetentionBySize(t *testing.T) {
	fsys := vfs.NewMem(1)
	const room = 60 * kib
	d := open(t, fsys, func(o *durability.Options) { o.RetentionCount, o.RetentionBytes = 100, room })
	most := 0
	for range 25 {
		d.commits(10)
		last := d.snapshot()
		var total int64
		list := must[[]durability.SnapshotInfo](t)(d.m.Snapshots())
		for _, info := range list {
			total += info.Bytes
		}
		if total > room && len(list) > 1 || list[0].Index != last {
			t.Fatalf("%d snapshots of %d bytes", len(list), total)
		}
		most = max(most, len(list))
	}
	if most < 3 || len(d.kept()) == 25 {
		t.Errorf("%d snapshots at most", most)
	}
	wantLogSince(t, fsys, d.kept()[len(d.kept())-1])
	want := graphText(d.s)
	d.close()
	d = open(t, fsys)
	d.same(want)
	d.close()
}

// TestPin keeps the files of a reader while snapshots come and go.
func TestPin(t *testing.T) {
	fsys := vfs.NewMem(1)
	d := open(t, fsys)
	var made []change.Index
	next := func() {
		d.commits(20)
		made = append(made, d.snapshot())
	}
	for range 3 {
		next()
	}
	base := made[1]
	pin, err := d.m.Pin("backup", base+1)
	check(t, err)
	if pins := d.m.Info().Pins; len(pins) != 1 || pins[0] != (durability.PinInfo{Holder: "backup", Oldest: base + 1, Since: epoch}) {
		t.Errorf("got %+v", pins)
	}
	for range 3 {
		next()
	}
	if got, want := fmt.Sprint(d.kept()), fmt.Sprint([]change.Index{made[5], made[4], base}); got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
	wantLogSince(t, fsys, base)
	// What is pinned opens without the newer snapshots.
	disk := fsys.CrashClone(vfs.SyncedOnly)
	for _, path := range snapshots(t, disk)[1:] {
		check(t, disk.Remove(path))
	}
	check(t, disk.SyncDir("data/snapshots"))
	want := graphText(d.s)
	again := open(t, disk)
	again.same(want)
	again.close()

	var gone *durability.NotKeptError
	if _, err := d.m.Pin("late", 1); !errors.As(err, &gone) || gone.Wanted != 1 || gone.First > base+1 || gone.First < 2 {
		t.Errorf("got %v", err)
	}
	pin.Advance(made[4] + 1)
	pin.Advance(1)
	next()
	if got, want := fmt.Sprint(d.kept()), fmt.Sprint([]change.Index{made[6], made[5], made[4]}); got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
	wantLogSince(t, fsys, made[4])
	pin.Release()
	pin.Release()
	next()
	wantLogSince(t, fsys, made[6])
	if pins := d.m.Pins(); len(pins) != 0 {
		t.Errorf("got %+v", pins)
	}
	for range 64 {
		_, err := d.m.Pin("many", made[7]+1)
		check(t, err)
	}
	if _, err := d.m.Pin("too many", made[7]+1); err == nil {
		t.Error("there is no bound")
	}
	d.close()
}

// TestQuarantineIsBounded damages snapshot after snapshot: the newest damaged ones stay,
// and each one that goes is named in the log.
func TestQuarantineIsBounded(t *testing.T) {
	fsys := vfs.NewMem(1)
	lines, keep := logged()
	few := func(o *durability.Options) { o.QuarantineCount = 2 }
	for range 6 {
		d := open(t, fsys, few, keep)
		d.commits(5)
		d.snapshot()
		d.snapshot()
		list := snapshots(t, fsys)
		flip(t, fsys, list[len(list)-2])
		d.close()
	}
	d := open(t, fsys, few, keep)
	d.commits(5)
	d.snapshot()
	names := list(t, fsys, "data/quarantine")
	if len(names) != 2 {
		t.Fatalf("got %v", names)
	}
	moved := lines.FilterMessageSnippet("moved away").Len()
	deleted := lines.FilterMessageSnippet("deleted from quarantine")
	if moved < 4 || deleted.Len() != moved-2 {
		t.Errorf("%d moved, %d deleted", moved, deleted.Len())
	}
	for _, line := range deleted.All() {
		path, _ := line.ContextMap()["file"].(string)
		if !strings.HasPrefix(path, "data/quarantine/") || filepath.Base(path) >= names[0] {
			t.Errorf("%s was deleted, %v are left", path, names)
		}
	}
	if q := d.m.Info().Quarantine; q.Files != 2 || q.Bytes == 0 || q.Deleted > int64(deleted.Len()) || q.Err != nil {
		t.Errorf("got %+v", q)
	}
	d.close()
}
