package restore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/restore"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage/change"
)

// history is a world with 60 commits, snapshots at 20 and 40, uploaded.
func history(t *testing.T, seed uint64, how pieces) *world {
	t.Helper()
	w := newWorld(t, seed)
	w.open()
	w.commits(20)
	w.snapshot()
	w.commits(20)
	w.snapshot()
	w.commits(20)
	w.close()
	w.upload(dataDir, how)
	return w
}

func TestRestoreEveryCommitAndTime(t *testing.T) {
	w := history(t, 1, cutSegments)
	for index := change.Index(1); index <= 60; index++ {
		r, err := w.restore(restore.Target{Commit: index})
		check(t, err)
		if r.Commit != index || r.NewTimeline != 2+uint32(index-1) && r.NewTimeline < 2 || !r.Exact {
			t.Fatalf("commit %d: %+v", index, r)
		}
		w.wants(w.fs, freshDir, index)
	}
	for index := change.Index(1); index <= 60; index++ {
		r, err := w.restore(restore.Target{Time: w.walls[index]})
		check(t, err)
		if r.Commit != index || r.Time.After(w.walls[index]) || r.Time.Before(w.walls[index-1]) || r.Exact != (index < 60) {
			t.Fatalf("time of commit %d: %+v", index, r)
		}
		w.wants(w.fs, freshDir, index)
	}
}

func TestRestoreToTheEnd(t *testing.T) {
	for _, how := range []pieces{wholeSegments, cutSegments} {
		w := history(t, 2, how)
		r, err := w.restore(restore.Target{})
		check(t, err)
		if r.Commit != 60 || r.NewTimeline != 2 || r.Timeline != 1 || r.KeptIn != "" || r.Index != 40 || r.Replayed != 20 {
			t.Fatalf("%+v", r)
		}
		w.wants(w.fs, freshDir, 60)
		id, err := recovery.ReadIdentity(w.fs, freshDir)
		check(t, err)
		if id.Parent != 1 || id.Forked != 60 || id.Timeline != 2 {
			t.Errorf("%+v", id)
		}
		if names, err := w.fs.List(freshDir); err != nil || strings.Contains(strings.Join(names, " "), ".restore") {
			t.Errorf("left over: %v %v", names, err)
		}
	}
}

func TestRestoreKeepsTheFormerGeneration(t *testing.T) {
	w := history(t, 3, wholeSegments)
	o := w.restoreOptions(w.repo(), restore.Target{Commit: 30})
	o.Dir = dataDir
	r, err := restore.Run(context.Background(), o)
	check(t, err)
	w.wants(w.fs, dataDir, 30)
	if r.KeptIn == "" {
		t.Fatalf("%+v", r)
	}
	w.wants(w.fs, r.KeptIn, 60)
}

func TestRestoreAcrossTimelines(t *testing.T) {
	w := history(t, 4, wholeSegments)
	future := w.texts[60]
	o := w.restoreOptions(w.repo(), restore.Target{Commit: 50})
	o.Dir = dataDir
	_, ran := restore.Run(context.Background(), o)
	check(t, ran)
	w.open()
	w.commits(15)
	w.close()
	w.upload(dataDir, cutSegments)
	for _, index := range []change.Index{10, 45, 50, 51, 60, 65} {
		r, err := w.restore(restore.Target{Commit: index})
		check(t, err)
		w.wants(w.fs, freshDir, index)
		if index > 50 && r.Timeline != 2 {
			t.Errorf("commit %d: %+v", index, r)
		}
	}
	r, err := w.restore(restore.Target{})
	check(t, err)
	if r.Commit != 65 || r.Timeline != 2 || r.NewTimeline < 3 {
		t.Errorf("%+v", r)
	}
	// The old future stays.
	_, err = w.restore(restore.Target{Timeline: 1})
	check(t, err)
	w.texts[60] = future
	w.wants(w.fs, freshDir, 60)
	// Without the first snapshot of the second timeline the first one leads there.
	from := w.repo()
	var gone int
	check(t, from.List(context.Background(), backup.SnapshotsFolder+"0000000002/", func(i object.Info) error {
		gone++
		return from.Delete(context.Background(), i.Name)
	}))
	r, err = w.restore(restore.Target{Commit: 58})
	check(t, err)
	if gone == 0 || r.Index != 40 || r.Timeline != 2 {
		t.Errorf("%d %+v", gone, r)
	}
}

func TestPlanSaysWhatRunDoes(t *testing.T) {
	w := history(t, 5, wholeSegments)
	o := w.restoreOptions(w.repo(), restore.Target{Commit: 47})
	o.Mode = restore.ModePlan
	before := w.fs.Used()
	plan, err := restore.Run(context.Background(), o)
	check(t, err)
	if w.fs.Used() != before {
		t.Error("a plan has written something")
	}
	o.Mode, o.TempDir = restore.ModeProve, "/tmp/prove"
	proof, err := restore.Run(context.Background(), o)
	check(t, err)
	if plan.Snapshot != proof.Snapshot || plan.Commit != 47 || proof.Commit != 47 || proof.NewTimeline != 0 || len(proof.Pieces) > len(plan.Pieces) {
		t.Errorf("plan %+v\nproof %+v", plan, proof)
	}
	if names, err := w.fs.List("/tmp/prove"); err != nil || len(names) > 0 {
		t.Errorf("left over: %v %v", names, err)
	}
}

// names lists the objects below a prefix.
func names(t *testing.T, s object.Store, prefix string) []string {
	t.Helper()
	var out []string
	check(t, s.List(context.Background(), prefix, func(i object.Info) error {
		out = append(out, i.Name)
		return nil
	}))
	return out
}

func TestEveryDamageIsNamed(t *testing.T) {
	w := history(t, 6, wholeSegments)
	from := w.repo()
	logs := names(t, from, backup.LogFolder)
	for i, name := range logs {
		for _, how := range []string{"missing", "flipped", "cut", "swapped"} {
			fsys := w.fs.CrashClone(vfs.Everything)
			spoil(t, fsys, repoDir+"/"+name, repoDir+"/"+logs[(i+1)%len(logs)], how)
			v := *w
			v.fs = fsys
			_, err := v.restore(restore.Target{})
			needed := false
			for _, p := range mustPlan(t, w).Pieces {
				needed = needed || p.Name == name
			}
			var broken *restore.BrokenError
			switch {
			case !needed || i == len(logs)-1 && how == "missing":
				check(t, err)
			case !errors.As(err, &broken):
				t.Errorf("%s %s: %v", name, how, err)
			case how != "missing" && !strings.Contains(err.Error(), name):
				t.Errorf("%s %s is not named: %v", name, how, err)
			case broken.Reached < 40:
				t.Errorf("%s %s: reached %d", name, how, broken.Reached)
			default:
				r, again := v.restore(restore.Target{Commit: broken.Reached})
				check(t, again)
				v.wants(fsys, freshDir, r.Commit)
				err = nil
			}
			if err != nil {
				if _, err := fsys.Stat(freshDir + "/" + recovery.IdentityName); err == nil {
					t.Errorf("%s %s: something was written", name, how)
				}
			}
		}
	}
}

func mustPlan(t *testing.T, w *world) restore.Report {
	t.Helper()
	o := w.restoreOptions(w.repo(), restore.Target{})
	o.Mode = restore.ModePlan
	r, err := restore.Run(context.Background(), o)
	check(t, err)
	return r
}

// spoil damages a file.
func spoil(t *testing.T, fsys *vfs.Mem, path, other, how string) {
	t.Helper()
	data, err := vfs.ReadFile(fsys, path, 1<<30)
	check(t, err)
	switch how {
	case "missing":
		check(t, fsys.Remove(path))
		return
	case "beheaded":
		data[20] ^= 4
	case "flipped":
		data[len(data)/2] ^= 4
	case "cut":
		data = data[:len(data)-9]
	case "swapped":
		data, err = vfs.ReadFile(fsys, other, 1<<30)
		check(t, err)
	}
	check(t, vfs.WriteFileSync(fsys, path, data))
}

func TestDamagedSnapshotIsPassedOver(t *testing.T) {
	w := history(t, 7, wholeSegments)
	snapshots := names(t, w.repo(), backup.SnapshotsFolder)
	spoil(t, w.fs, repoDir+"/"+snapshots[1], "", "flipped")
	r, err := w.restore(restore.Target{})
	check(t, err)
	if r.Index != 20 || len(r.Problems) != 1 || r.Problems[0].Object != snapshots[1] || r.Commit != 60 {
		t.Errorf("%+v", r)
	}
	spoil(t, w.fs, repoDir+"/"+snapshots[0], repoDir+"/"+snapshots[1], "swapped")
	r, err = w.restore(restore.Target{})
	check(t, err)
	if r.Index != 0 || len(r.Problems) != 2 || r.Commit != 60 {
		t.Errorf("%+v", r)
	}
	w.wants(w.fs, freshDir, 60)
	spoil(t, w.fs, repoDir+"/"+snapshots[0], "", "beheaded")
	r, err = w.restore(restore.Target{})
	check(t, err)
	if told := fmt.Sprint(r.Problems[1]); !strings.Contains(told, snapshots[0]+" in ") || strings.Contains(told, "remove") {
		t.Error(told)
	}
}

func TestTargetsOutOfReach(t *testing.T) {
	w := history(t, 8, wholeSegments)
	_, err := w.restore(restore.Target{Commit: 61})
	var broken *restore.BrokenError
	if !errors.As(err, &broken) || broken.Reached != 60 {
		t.Errorf("commit 61: %v", err)
	}
	r, err := w.restore(restore.Target{Time: w.walls[60].Add(time.Hour)})
	check(t, err)
	if r.Exact || len(r.Missing) != 1 || r.Commit != 60 {
		t.Errorf("an hour later: %+v", r)
	}
	for _, name := range names(t, w.repo(), backup.LogFolder)[:3] {
		check(t, w.fs.Remove(repoDir+"/"+name))
	}
	var unreachable *restore.UnreachableError
	if _, err = w.restore(restore.Target{Commit: 2}); !errors.As(err, &unreachable) {
		t.Errorf("commit 2: %v", err)
	}
	if _, err = w.restore(restore.Target{Time: w.walls[1]}); !errors.As(err, &unreachable) {
		t.Errorf("time of commit 1: %v", err)
	}
}

func TestManifestSaysThatTheEndIsMissing(t *testing.T) {
	w := history(t, 9, wholeSegments)
	from := w.repo()
	logs := names(t, from, backup.LogFolder)
	m := backup.Manifest{Format: 1, ID: "0123abcd", Kind: backup.KindFull, Timeline: 1, Made: epoch, Last: 60}
	for _, name := range logs {
		m.Objects = append(m.Objects, backup.Object{Name: name})
	}
	check(t, object.PutJSON(context.Background(), from, m.Name(), &m))
	check(t, from.Delete(context.Background(), logs[len(logs)-1]))
	_, err := w.restore(restore.Target{})
	if err == nil || !strings.Contains(err.Error(), logs[len(logs)-1]) {
		t.Errorf("%v", err)
	}
}

// restoreInPlace restores a commit to the directory that has the database, in another file system.
func (w *world) restoreInPlace(fsys *vfs.Mem, commit change.Index) error {
	v := *w
	v.fs = fsys
	o := v.restoreOptions(v.repo(), restore.Target{Commit: commit})
	o.Dir = dataDir
	_, err := restore.Run(context.Background(), o)
	return err
}

// TestCrashAtEachOperation: the directory has the old database or the new one.
func TestCrashAtEachOperation(t *testing.T) {
	w := history(t, 10, wholeSegments)
	w.fs = w.fs.CrashClone(vfs.Everything)
	run := func(fsys *vfs.Mem) error { return w.restoreInPlace(fsys, 33) }
	ops := countOps(t, w.fs, run)
	seen := map[change.Index]int{}
	for op := uint64(1); op <= ops; op++ {
		for _, model := range vfs.CrashModels() {
			fsys := w.fs.CrashClone(vfs.Everything)
			fsys.CrashAt(fsys.Ops() + op)
			if err := run(fsys); err == nil && !fsys.Crashed() {
				continue
			}
			after := fsys.CrashClone(model)
			v := *w
			v.fs = after
			o := v.options()
			check(t, v.tryOpen(o))
			last := v.s.LastCommitted()
			if last != 60 && last != 33 || graphText(v.s) != w.texts[last] {
				t.Fatalf("operation %d of %d, %v: commit %d", op, ops, model, last)
			}
			seen[last]++
			v.close()
			if names, err := after.List(dataDir); err != nil || strings.Contains(strings.Join(names, " "), ".restore") {
				t.Errorf("operation %d, %v, left over: %v %v", op, model, names, err)
			}
		}
	}
	if seen[60] == 0 || seen[33] == 0 {
		t.Errorf("%v", seen)
	}
	t.Logf("%d operations, old %d times, new %d times", ops, seen[60], seen[33])
}

// TestErrorAtEachOperation: after a failure the directory has the old database or the new
// one, and the next restore works.
func TestErrorAtEachOperation(t *testing.T) {
	w := history(t, 11, wholeSegments)
	w.fs = w.fs.CrashClone(vfs.Everything)
	run := func(fsys *vfs.Mem) error { return w.restoreInPlace(fsys, 33) }
	ops := countOps(t, w.fs, run)
	for op := uint64(1); op <= ops; op++ {
		fsys := w.fs.CrashClone(vfs.Everything)
		fsys.FailAt(fsys.Ops()+op, errFailed)
		err := run(fsys)
		fsys.FailAt(0, nil)
		v := *w
		v.fs = fsys
		check(t, v.tryOpen(v.options()))
		last := v.s.LastCommitted()
		if last != 60 && last != 33 || err == nil && last != 33 || graphText(v.s) != w.texts[last] {
			t.Fatalf("operation %d of %d, %v: commit %d", op, ops, err, last)
		}
		v.close()
		check(t, run(fsys))
		v.wants(fsys, dataDir, 33)
	}
}

var errFailed = errors.New("injected")

// countOps runs something on a copy, and returns how many operations it takes.
func countOps(t *testing.T, fsys *vfs.Mem, run func(*vfs.Mem) error) uint64 {
	t.Helper()
	c := fsys.CrashClone(vfs.Everything)
	before := c.Ops()
	check(t, run(c))
	return c.Ops() - before
}
