package durability_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/inspect"
	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
)

// looking are options to verify or repair a directory with.
func looking(fsys vfs.FS, newStore func() *storage.Store) inspect.Options {
	o := options(fsys, nil)
	return inspect.Options{FS: fsys, Dir: o.Dir, Workers: 2, Now: o.Now, NewStore: newStore}
}

// verify verifies a directory, with a trial of a start and without, and checks that the
// two agree and that nothing has changed.
func verify(t *testing.T, fsys *vfs.Mem) (inspect.Verdict, error) {
	t.Helper()
	before := content(t, fsys.CrashClone(vfs.Everything))
	quick, quickErr := inspect.Verify(t.Context(), looking(fsys, nil))
	v, err := inspect.Verify(t.Context(), looking(fsys, newStore))
	if (err == nil) != (quickErr == nil) || quick.LastCommit != v.LastCommit || quick.Severity != v.Severity {
		t.Errorf("without a trial %v at commit %d (%v), with one %v at commit %d (%v)",
			quick.Severity, quick.LastCommit, quickErr, v.Severity, v.LastCommit, err)
	}
	if !same(before, content(t, fsys.CrashClone(vfs.Everything))) {
		t.Error("the directory has changed")
	}
	return v, err
}

// TestVerifyAgreesWithTheStart verifies a directory after everything that can happen to its
// files, and compares the verdict with what a start makes of it.
func TestVerifyAgreesWithTheStart(t *testing.T) {
	whole := newSalvaged(t)
	for _, c := range fileCases() {
		t.Run(c.name, func(t *testing.T) {
			fsys := whole.disk.CrashClone(vfs.Everything)
			c.happens(disk{fsys, t})
			v, err := verify(t, fsys)
			t.Logf("%v, commit %d, %+v, %v", v.Severity, v.LastCommit, v.Findings, err)
			switch {
			case c.outcome == refuses:
				if err == nil && v.Severity < inspect.Damaged {
					t.Errorf("a start refuses it, and the verdict is %v", v.Severity)
				}
				if err == nil && !says(v, c.says) {
					t.Errorf("the findings do not say %q", c.says)
				}
				return
			case err != nil:
				t.Fatal(err)
			case v.Severity == inspect.Lost || change.Index(v.LastCommit) != whole.marks[2] || !v.Restored || v.Nodes == 0:
				t.Errorf("a start has every commit, and the verdict is %+v", v)
			case c.outcome == tells && v.Severity == inspect.Good:
				t.Error("a start has something to say")
			}
		})
	}
}

func says(v inspect.Verdict, text string) bool {
	return strings.Contains(fmt.Sprint(v.Findings), text)
}

// TestVerifyFindsEveryFlip flips a bit at many places of every file of a directory. Where
// the verdict is good, a start must lose nothing.
func TestVerifyFindsEveryFlip(t *testing.T) {
	whole := newSalvaged(t)
	want := whole.rec.state(whole.marks[2])
	for _, name := range append(append(segments(t, whole.disk), snapshots(t, whole.disk)...), "data/database.json") {
		info, err := whole.disk.Stat(name)
		check(t, err)
		every(t, uint64(info.Size), func(n uint64) {
			fsys := whole.disk.CrashClone(vfs.Everything)
			check(t, fsys.FlipBit(name, int64(n-1)*8+int64(n%8)))
			v, err := verify(t, fsys)
			d, startErr := tryOpen(t, fsys)
			switch lost := startErr != nil || graphText(d.s) != want; {
			case err != nil:
				if !lost {
					t.Errorf("byte %d of %s: %v", n, name, err)
				}
			case lost && v.Severity == inspect.Good:
				t.Errorf("byte %d of %s: the verdict is good, and the start says %v", n, name, startErr)
			case startErr == nil && lost != (change.Index(v.LastCommit) != whole.marks[2]):
				t.Errorf("byte %d of %s: the verdict %+v is wrong about what is lost", n, name, v)
			}
			if startErr == nil {
				d.close()
			}
		})
	}
}

// TestVerifyBesideAServer verifies a directory that is in use.
func TestVerifyBesideAServer(t *testing.T) {
	fsys := vfs.NewMem(4)
	d := open(t, fsys)
	d.commits(20)
	must[durability.SnapshotInfo](t)(d.m.CreateSnapshot(t.Context()))
	last := d.commits(20)
	v, err := inspect.Verify(t.Context(), looking(fsys, nil))
	check(t, err)
	if !v.Running || v.Severity != inspect.Good || change.Index(v.LastCommit) != last || v.Restored {
		t.Errorf("%+v", v)
	}
	if _, err = inspect.Verify(t.Context(), looking(fsys, newStore)); !errors.Is(err, vfs.ErrLocked) {
		t.Errorf("a trial beside a server: %v", err)
	}
	list := segments(t, fsys)
	check(t, fsys.FlipBit(list[0], 100*8))
	flip(t, fsys, snapshots(t, fsys)[0])
	v, err = inspect.Verify(t.Context(), looking(fsys, nil))
	check(t, err)
	if v.Severity != inspect.Lost || !says(v, list[0]) || !says(v, snapshots(t, fsys)[0]) {
		t.Errorf("%+v", v)
	}
	check(t, fsys.FlipBit(list[0], 100*8))
	check(t, fsys.Remove(list[1]))
	v, err = inspect.Verify(t.Context(), looking(fsys, nil))
	check(t, err)
	if v.Severity != inspect.Lost || !says(v, "does not follow") {
		t.Errorf("%+v", v)
	}
	d.abandon()
}

// TestVerifyNothing verifies directories without a database.
func TestVerifyNothing(t *testing.T) {
	fsys := vfs.NewMem(4)
	check(t, fsys.MkdirAll("data/wal"))
	if _, err := inspect.Verify(t.Context(), looking(fsys, nil)); !errors.As(err, new(*recovery.NoDatabaseError)) {
		t.Errorf("got %v", err)
	}
	if names := list(t, fsys, "data"); len(names) != 1 {
		t.Errorf("it has made %v", names)
	}
}

// TestRepair takes each broken directory to its last good commit, and looks at what is told
// before and kept behind.
func TestRepair(t *testing.T) {
	whole := newSalvaged(t)
	for _, c := range harms() {
		t.Run(c.name, func(t *testing.T) {
			fsys := whole.disk.CrashClone(vfs.Everything)
			c.damage(disk{fsys, t})
			before := content(t, fsys)
			_, err := openLossy(t, fsys, nil, false)
			loss := lossOf(t, err)
			var dropped []inspect.Commit
			o := looking(fsys, newStore)
			plan, err := inspect.PlanRepair(t.Context(), o, func(_ inspect.Dropped, c inspect.Commit) error {
				dropped = append(dropped, c)
				return nil
			})
			check(t, err)
			if !plan.Needed || change.Index(plan.LastGood) != loss.After || len(plan.Lost) != len(loss.Dropped) {
				t.Fatalf("%+v, want %+v", plan, loss)
			}
			for _, other := range []uint64{plan.LastGood + 1, plan.LastGood - 1} {
				if err = plan.Apply(t.Context(), o, other); err == nil || !strings.Contains(err.Error(), "nothing was changed") {
					t.Errorf("after %d: %v", other, err)
				}
			}
			if !same(before, content(t, fsys)) {
				t.Fatal("the plan has changed the directory")
			}
			for _, c := range dropped {
				if change.Index(c.Commit) <= loss.After || change.Index(c.Commit) > whole.marks[2] {
					t.Errorf("commit %d is none that is lost", c.Commit)
				}
			}
			t.Logf("good up to %d of %d, %d can be read", plan.LastGood, whole.marks[2], len(dropped))
			check(t, plan.Apply(t.Context(), o, plan.LastGood))
			keptAll(t, fsys, before)
			if !plan.Done || plan.KeptIn == "" {
				t.Errorf("%+v", plan)
			}
			v, err := verify(t, fsys)
			check(t, err)
			if v.Severity > inspect.Warned || v.LastCommit != plan.LastGood {
				t.Errorf("after it: %+v", v)
			}
			goesOn(t, fsys, whole.rec.state(loss.After), &loss.After)
		})
	}
}

// TestRepairReadsWhatIsLost damages one segment and expects every commit but those whose
// bytes are damaged.
func TestRepairReadsWhatIsLost(t *testing.T) {
	whole := newSalvaged(t)
	fsys := whole.disk.CrashClone(vfs.Everything)
	list := segments(t, fsys)
	check(t, fsys.FlipBit(list[len(list)-2], 100*8))
	plan, err := inspect.PlanRepair(t.Context(), looking(fsys, newStore), nil)
	check(t, err)
	if missing := int(uint64(whole.marks[2])-plan.LastGood) - plan.ReadableCount; missing > 1 {
		t.Errorf("%d commits cannot be read: %+v", missing, plan)
	}
	for i, d := range plan.Readable[1:] {
		if !d.Proven || filepath.Ext(d.File) != ".wal" {
			t.Errorf("commit %d: %+v", i, d)
		}
	}
}

// TestNoRepair repairs nothing where nothing is wrong, and nothing of somebody else's.
func TestNoRepair(t *testing.T) {
	whole := newSalvaged(t)
	fsys := whole.disk.CrashClone(vfs.Everything)
	o := looking(fsys, newStore)
	plan, err := inspect.PlanRepair(t.Context(), o, nil)
	check(t, err)
	if plan.Needed || change.Index(plan.LastGood) != whole.marks[2] {
		t.Errorf("%+v", plan)
	}
	if err := plan.Apply(t.Context(), o, plan.LastGood); err == nil {
		t.Error("it was repaired")
	}
	write(t, fsys, "data/wal/notes.txt", []byte("remember the milk"))
	if _, err := inspect.PlanRepair(t.Context(), o, nil); !errors.As(err, new(*recovery.ForeignFilesError)) {
		t.Errorf("got %v", err)
	}
}
