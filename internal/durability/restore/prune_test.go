package restore_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/restore"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage/change"
)

// dated is a store whose objects were all put at one time, and which tells what happens to it.
type dated struct {
	object.Store
	at       time.Time
	beforeOf func(verb, name string) // nil: nobody asks
}

func (d *dated) tell(verb, name string) {
	if d.beforeOf != nil {
		d.beforeOf(verb, name)
	}
}

func (d *dated) Stat(ctx context.Context, name string) (object.Info, error) {
	info, err := d.Store.Stat(ctx, name)
	info.Modified = d.at
	return info, err
}

func (d *dated) List(ctx context.Context, prefix string, fn func(object.Info) error) error {
	return d.Store.List(ctx, prefix, func(o object.Info) error {
		o.Modified = d.at
		return fn(o)
	})
}

func (d *dated) Put(ctx context.Context, name string, size int64, r io.Reader) error {
	d.tell("put", name)
	return d.Store.Put(ctx, name, size, r)
}

func (d *dated) Delete(ctx context.Context, name string) error {
	d.tell("delete", name)
	return d.Store.Delete(ctx, name)
}

// far is a repository in w whose objects were put a while ago.
func (w *world) far() *dated { return &dated{Store: w.repo(), at: w.now()} }

// take takes a backup.
func (w *world) take(to object.Store, incremental bool) backup.Manifest {
	w.t.Helper()
	m, err := w.tryTake(to, incremental)
	check(w.t, err)
	return m
}

func (w *world) tryTake(to object.Store, incremental bool) (backup.Manifest, error) {
	ctx := context.Background()
	src, err := w.m.Source(ctx, "test")
	if err != nil {
		return backup.Manifest{}, err
	}
	m, err := backup.Take(ctx, src, to, backup.Options{Incremental: incremental, Now: w.now, PieceBytes: 900})
	return m, errors.Join(err, src.Close())
}

func (w *world) prune(from object.Store, keep int, window time.Duration, mode restore.PruneMode) restore.PruneReport {
	w.t.Helper()
	r, err := restore.Prune(context.Background(), restore.PruneOptions{From: from, Keep: keep, Window: window, Mode: mode, Now: w.now})
	check(w.t, err)
	return r
}

// sound checks a repository, and returns the IDs of its backups.
func (w *world) sound(from object.Store, what string) []string {
	w.t.Helper()
	report, err := backup.Check(context.Background(), from, backup.CheckOptions{})
	check(w.t, err)
	var ids []string
	for _, b := range report.Backups {
		ids = append(ids, b.ID)
		if !b.Good {
			w.t.Fatalf("%s: backup %s is not good", what, b.ID)
		}
	}
	if len(report.Findings) > 0 {
		w.t.Fatalf("%s: %+v", what, report.Findings)
	}
	return ids
}

// generations is a world with two full backups, each with an incremental one.
func generations(t *testing.T, seed uint64) (w *world, taken []backup.Manifest) {
	t.Helper()
	w = newWorld(t, seed)
	w.open()
	to := w.repo()
	for range 2 {
		w.commits(15)
		w.snapshot()
		w.commits(5)
		taken = append(taken, w.take(to, false))
		w.commits(10)
		taken = append(taken, w.take(to, true))
	}
	check(t, to.Close())
	return w, taken
}

func TestPruneKeepsTheNewestBackups(t *testing.T) {
	w, taken := generations(t, 51)
	from := w.far()
	before := names(t, from, "")
	plan := w.prune(from, 1, 0, restore.PrunePlan)
	if !slices.Equal(names(t, from, ""), before) {
		t.Fatal("a plan has changed something")
	}
	if len(plan.Kept) != 2 || plan.Kept[0].ID != taken[3].ID || plan.Kept[1].ID != taken[2].ID || len(plan.Deleted) != 2 || len(plan.Objects) == 0 {
		t.Fatalf("%+v", plan)
	}
	done := w.prune(from, 1, 0, restore.PruneDelete)
	if done.Done != len(plan.Objects)+2 || !slices.Equal(done.Objects, plan.Objects) {
		t.Errorf("planned %+v, done %+v", plan, done)
	}
	ids := w.sound(from, "after")
	if len(ids) != 2 || !slices.Contains(ids, taken[2].ID) || !slices.Contains(ids, taken[3].ID) {
		t.Errorf("%v", ids)
	}
	for index := change.Index(taken[3].First); index <= change.Index(taken[3].Last); index++ {
		_, err := w.restore(restore.Target{Commit: index})
		check(t, err)
		w.wants(w.fs, freshDir, index)
	}
	if again := w.prune(from, 1, 0, restore.PruneDelete); again.Done != 0 || len(again.Objects) > 0 {
		t.Errorf("again: %+v", again)
	}
	w.commits(5)
	if m := w.take(from, true); m.Kind != backup.KindIncremental {
		t.Errorf("%+v", m)
	}
	w.sound(from, "after the next one")
	w.close()
}

// TestPruneCountsWholeBackupsOnly: a backup that lacks an object takes no other's place, and a
// manifest that cannot be read stops everything.
func TestPruneCountsWholeBackupsOnly(t *testing.T) {
	w, taken := generations(t, 52)
	w.close()
	from := w.far()
	check(t, from.Delete(context.Background(), taken[3].Objects[len(taken[3].Objects)-1].Name))
	if r := w.prune(from, 1, 0, restore.PrunePlan); len(r.Kept) != 2 || len(r.Broken) != 1 || r.Broken[0] != taken[3].ID {
		t.Errorf("%+v", r)
	}
	check(t, from.Delete(context.Background(), taken[2].Snapshot))
	if r := w.prune(from, 1, 0, restore.PrunePlan); len(r.Kept) != 4 || len(r.Broken) != 2 {
		t.Errorf("%+v", r)
	}
	spoil(t, w.fs, repoDir+"/"+taken[0].Name(), "", "flipped")
	_, err := restore.Prune(context.Background(), restore.PruneOptions{From: from, Keep: 1, Mode: restore.PruneDelete, Now: w.now})
	if err == nil || !strings.Contains(err.Error(), taken[0].Name()) {
		t.Errorf("%v", err)
	}
}

// TestPruneWindow: every moment of the window of an archive can be restored.
func TestPruneWindow(t *testing.T) {
	for _, first := range []change.Index{10, 25, 30} {
		w := history(t, 53, cutSegments)
		from := w.far()
		// The window ends with the newest snapshot.
		window := w.walls[40].Sub(w.walls[first]) + 2*time.Second
		before := len(names(t, from, ""))
		r := w.prune(from, 0, window, restore.PruneDelete)
		base := change.Index(0)
		if first > 20 {
			base = 20
		}
		if len(r.Since) != 1 || r.Since[0].Commit != uint64(base) || (base > 0) != (len(names(t, from, "")) < before) {
			t.Fatalf("from commit %d on: %+v", first, r)
		}
		for index := max(1, base); index <= 60; index++ {
			_, err := w.restore(restore.Target{Commit: index})
			check(t, err)
			w.wants(w.fs, freshDir, index)
			if index < first {
				continue
			}
			_, err = w.restore(restore.Target{Time: w.walls[index]})
			check(t, err)
			w.wants(w.fs, freshDir, index)
		}
	}
}

// TestPruneWindowNeedsAGoodSnapshot: one that is damaged, or was named by a clock that went
// back, takes no older one's place.
func TestPruneWindowNeedsAGoodSnapshot(t *testing.T) {
	w := history(t, 54, wholeSegments)
	from := w.far()
	window := w.walls[40].Sub(w.walls[30])
	spoil(t, w.fs, repoDir+"/"+names(t, from, backup.SnapshotsFolder)[0], "", "flipped")
	r := w.prune(from, 0, window, restore.PruneDelete)
	if len(r.Objects) > 0 || len(r.Notes) != 1 {
		t.Errorf("%+v", r)
	}
	w = history(t, 55, wholeSegments)
	w.rename(40, w.walls[25])
	from = w.far()
	r = w.prune(from, 0, time.Second, restore.PruneDelete)
	for index := change.Index(25); index <= 60; index++ {
		_, err := w.restore(restore.Target{Time: w.walls[index]})
		check(t, err)
		w.wants(w.fs, freshDir, index)
	}
	if len(r.Since) != 1 || r.Since[0].Commit != 20 {
		t.Errorf("%+v", r)
	}
}

// TestPruneLeavesAnArchiveAlone: without a window nothing of it goes, and no timeline goes
// that another one comes from.
func TestPruneLeavesAnArchiveAlone(t *testing.T) {
	w := newWorld(t, 56)
	w.open()
	w.commits(20)
	w.snapshot()
	w.commits(20)
	w.snapshot()
	w.commits(15)
	to := w.repo()
	w.take(to, false)
	w.commits(5)
	w.take(to, false)
	check(t, to.Close())
	w.close()
	w.upload(dataDir, wholeSegments)
	from := w.far()
	r := w.prune(from, 1, 0, restore.PruneDelete)
	if len(r.Objects) > 0 || len(r.Deleted) != 1 {
		t.Errorf("%+v", r)
	}
	o := w.restoreOptions(w.repo(), restore.Target{Commit: 50})
	o.Dir = dataDir
	_, err := restore.Run(context.Background(), o)
	check(t, err)
	w.open()
	old := w.texts[60]
	w.commits(15)
	w.close()
	w.upload(dataDir, wholeSegments)
	w.prune(from, 1, w.walls[60].Sub(w.walls[45]), restore.PruneDelete)
	for _, index := range []change.Index{45, 50, 51, 60, 65} {
		_, err = w.restore(restore.Target{Commit: index})
		check(t, err)
		w.wants(w.fs, freshDir, index)
	}
	w.texts[60] = old
	_, err = w.restore(restore.Target{Commit: 60, Timeline: 1})
	check(t, err)
	w.wants(w.fs, freshDir, 60)
}

// TestPruneCrashAtEachOperation: whatever is left is whole, and the next one finishes.
func TestPruneCrashAtEachOperation(t *testing.T) {
	w, taken := generations(t, 57)
	w.close()
	w.fs = w.fs.CrashClone(vfs.Everything)
	run := func(fsys *vfs.Mem) error {
		v := *w
		v.fs = fsys
		_, err := restore.Prune(context.Background(), restore.PruneOptions{From: v.far(), Keep: 1, Mode: restore.PruneDelete, Now: w.now})
		return err
	}
	ops := countOps(t, w.fs, run)
	for op := uint64(1); op <= ops; op++ {
		for i, model := range vfs.CrashModels() {
			fsys := w.fs.CrashClone(vfs.Everything)
			if i == 0 { // and once with an error instead
				fsys.FailAt(fsys.Ops()+op, errFailed)
			} else {
				fsys.CrashAt(fsys.Ops() + op)
			}
			_ = run(fsys) // what it says is of no interest
			v := *w
			v.fs = fsys.CrashClone(model)
			v.sound(v.far(), model.String())
			check(t, run(v.fs))
			if ids := v.sound(v.far(), model.String()); len(ids) != 2 || !slices.Contains(ids, taken[3].ID) {
				t.Fatalf("operation %d of %d, %v: %v", op, ops, model, ids)
			}
		}
	}
	t.Logf("%d operations", ops)
}

// TestPruneBesideABackup: a backup that counts on objects that somebody deletes meanwhile
// notices, before and after its manifest is there.
func TestPruneBesideABackup(t *testing.T) {
	for _, when := range []string{"before the manifest", "after the manifest"} {
		w := newWorld(t, 58)
		w.open()
		w.commits(20)
		w.snapshot()
		w.commits(10)
		to := w.far()
		first := w.take(to, false)
		// Another backup, which counts as newer, so that the first one goes.
		other := backup.Manifest{Format: 1, ID: "0123abcd", Kind: backup.KindFull, Database: first.Database, Timeline: 9, Made: epoch}
		check(t, object.PutJSON(context.Background(), to, other.Name(), &other))
		var once sync.Once
		pruneNow := func() {
			r := w.prune(w.far(), 1, 0, restore.PruneDelete)
			if r.Done == 0 {
				t.Errorf("%s: nothing was deleted", when)
			}
		}
		var m backup.Manifest
		if when == "before the manifest" {
			to.beforeOf = func(verb, name string) {
				if verb == "put" && strings.HasPrefix(name, backup.ManifestsFolder) {
					once.Do(pruneNow)
				}
			}
			m = w.take(to, false)
		} else {
			written, done := make(chan struct{}), make(chan error, 1)
			from := w.far()
			from.beforeOf = func(verb, _ string) {
				if verb == "delete" {
					once.Do(func() {
						go func() {
							var err error
							m, err = w.tryTake(to, false)
							done <- err
						}()
						<-written
					})
				}
			}
			stat := to.Store
			to.Store = &noticing{Store: stat, seen: sync.OnceFunc(func() { close(written) })}
			w.prune(from, 1, 0, restore.PruneDelete)
			check(t, <-done)
		}
		ids := w.sound(w.far(), when)
		if !slices.Contains(ids, m.ID) {
			t.Errorf("%s: %v has no %s", when, ids, m.ID)
		}
		if m.SentObjects == 0 {
			t.Errorf("%s: nothing was sent again: %+v", when, m)
		}
		w.close()
	}
}

// noticing tells when the manifest of a backup is looked for, which is there then.
type noticing struct {
	object.Store
	seen func()
}

func (n *noticing) Stat(ctx context.Context, name string) (object.Info, error) {
	info, err := n.Store.Stat(ctx, name)
	if err == nil && strings.HasPrefix(name, backup.ManifestsFolder) {
		n.seen()
	}
	return info, err
}
