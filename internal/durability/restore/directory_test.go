package restore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/restore"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage/change"
)

func TestBackToEachCommit(t *testing.T) {
	w := history(t, 21, wholeSegments)
	for _, text := range []string{"45", w.walls[33].Format(time.RFC3339), "40"} {
		o := w.options()
		o.RecoverTo = text
		check(t, w.tryOpen(o))
		r, ok := w.m.WentBack()
		last := w.s.LastCommitted()
		if !ok || last != r.Commit || graphText(w.s) != w.texts[last] {
			t.Fatalf("%s: commit %d: %+v", text, last, r)
		}
		w.commits(10) // a future of its own
		w.close()
		check(t, w.tryOpen(o))
		if _, again := w.m.WentBack(); again || w.s.LastCommitted() != last+10 {
			t.Errorf("%s: it happened again, commit %d", text, w.s.LastCommitted())
		}
		w.close()
	}
}

func TestBackOutOfReach(t *testing.T) {
	w := history(t, 22, wholeSegments)
	for _, text := range []string{"61", "yesterday", "0"} {
		o := w.options()
		o.RecoverTo = text
		if err := w.tryOpen(o); err == nil {
			t.Fatalf("%s was reached", text)
		}
	}
	o := w.options()
	o.RecoverTo = w.walls[60].Add(time.Hour).Format(time.RFC3339)
	check(t, w.tryOpen(o))
	r, ok := w.m.WentBack()
	if !ok || r.NewTimeline != 0 || w.s.LastCommitted() != 60 {
		t.Errorf("%+v", r)
	}
	w.close()
	w.wants(w.fs, dataDir, 60)
}

// TestBackCrashAtEachOperation: the directory has the old future or the moment.
func TestBackCrashAtEachOperation(t *testing.T) {
	w := history(t, 23, wholeSegments)
	w.fs = w.fs.CrashClone(vfs.Everything)
	run := func(fsys *vfs.Mem) error {
		_, _, err := restore.Back(context.Background(), restore.Options{FS: fsys, Dir: dataDir, NewStore: newStore, Now: w.now}, "47")
		return err
	}
	ops := countOps(t, w.fs, run)
	seen := map[change.Index]int{}
	for op := uint64(1); op <= ops; op++ {
		for _, model := range vfs.CrashModels() {
			fsys := w.fs.CrashClone(vfs.Everything)
			fsys.CrashAt(fsys.Ops() + op)
			if err := run(fsys); err != nil && !fsys.Crashed() {
				t.Fatal(err)
			}
			v := *w
			v.fs = fsys.CrashClone(model)
			check(t, v.tryOpen(v.options()))
			last := v.s.LastCommitted()
			if last != 60 && last != 47 || graphText(v.s) != w.texts[last] {
				t.Fatalf("operation %d of %d, %v: commit %d", op, ops, model, last)
			}
			seen[last]++
			v.close()
			// The flag that is still there finishes the job, once.
			o := v.options()
			o.RecoverTo = "47"
			check(t, v.tryOpen(o))
			if got := v.s.LastCommitted(); got != 47 {
				t.Fatalf("operation %d, %v: commit %d", op, model, got)
			}
			v.close()
		}
	}
	if seen[60] == 0 || seen[47] == 0 {
		t.Errorf("%v", seen)
	}
}

func TestBackRefusesALockedDirectory(t *testing.T) {
	w := history(t, 24, wholeSegments)
	w.open()
	_, err := w.m.LockDirectory("somebody")
	check(t, err)
	w.close()
	_, _, err = restore.Back(context.Background(), restore.Options{FS: w.fs, Dir: dataDir, NewStore: newStore, Now: w.now}, "47")
	if _, held := errors.AsType[*restore.HeldError](err); !held {
		t.Errorf("%v", err)
	}
	id, err := recovery.ReadIdentity(w.fs, dataDir)
	check(t, err)
	if id.Timeline != 1 {
		t.Errorf("%+v", id)
	}
}
