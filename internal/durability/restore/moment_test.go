package restore_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/restore"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage/change"
)

// setBack is how far the clock of these tests goes back, in seconds.
const setBack = 100000

// at returns the newest commit that is not later than a time.
func (w *world) at(moment time.Time) change.Index {
	var newest change.Index
	for index := range w.walls {
		if !w.walls[index].After(moment) {
			newest = max(newest, index)
		}
	}
	return newest
}

// lapsed is a world whose clock goes back twice: before its second snapshot, and before a
// start.
func lapsed(t *testing.T, seed uint64, how pieces) *world {
	t.Helper()
	w := newWorld(t, seed)
	w.open()
	w.commits(15)
	w.snapshot()
	w.commits(15)
	w.ticks.Add(-setBack)
	w.snapshot()
	w.commits(10)
	w.ticks.Add(2 * setBack)
	w.commits(10)
	w.snapshot()
	w.close()
	w.ticks.Add(-setBack)
	w.open()
	w.commits(5)
	w.snapshot()
	w.commits(5)
	w.close()
	w.upload(dataDir, how)
	return w
}

// TestClockSetBack restores by the times of a server whose clock went back: the snapshot that
// was made next is not taken for older than what it holds.
func TestClockSetBack(t *testing.T) {
	for seed, how := range []pieces{wholeSegments, cutSegments} {
		w := lapsed(t, 30+uint64(seed), how)
		for index := change.Index(2); index <= 60; index++ {
			if w.walls[index].Before(w.walls[index-1]) {
				t.Fatalf("commit %d is of %v, the one before it of %v", index, w.walls[index], w.walls[index-1])
			}
		}
		for index := change.Index(1); index <= 60; index++ {
			r, err := w.restore(restore.Target{Time: w.walls[index]})
			check(t, err)
			if want := w.at(w.walls[index]); r.Commit != want {
				t.Fatalf("time of commit %d: got to commit %d from the snapshot of commit %d, want %d", index, r.Commit, r.Index, want)
			}
			w.wants(w.fs, freshDir, r.Commit)
		}
	}
}

// TestClockSetBackInPlace does the same with the files of a data directory.
func TestClockSetBackInPlace(t *testing.T) {
	w := lapsed(t, 32, wholeSegments)
	for _, index := range []change.Index{55, 33, 28, 12} {
		o := w.options()
		o.RecoverTo = w.walls[index].Format(time.RFC3339Nano)
		check(t, w.tryOpen(o))
		last, want := w.s.LastCommitted(), w.at(w.walls[index])
		if last != want || graphText(w.s) != w.texts[want] {
			t.Fatalf("time of commit %d: commit %d, want %d", index, last, want)
		}
		w.close()
	}
}

// TestSnapshotNamedByAClockThatWentBack: the name of a snapshot, by which earlier versions
// went, is not believed where the log knows better.
func TestSnapshotNamedByAClockThatWentBack(t *testing.T) {
	for seed, how := range []pieces{wholeSegments, cutSegments} {
		w := history(t, 33+uint64(seed), how)
		w.rename(40, epoch.Add(-time.Hour))
		begins := segmentOf(t, w, 40)
		for index := change.Index(1); index <= 60; index++ {
			o := w.restoreOptions(w.repo(), restore.Target{Time: w.walls[index]})
			r, err := restore.Run(context.Background(), o)
			check(t, err)
			if r.Commit != index || index >= 40 && r.Index != 40 || index < 40 && r.Index > 20 {
				t.Fatalf("time of commit %d: commit %d from snapshot %d", index, r.Commit, r.Index)
			}
			w.wants(w.fs, freshDir, index)
			o.Mode = restore.ModePlan
			plan, err := restore.Run(context.Background(), o)
			check(t, err)
			if how == wholeSegments && index < begins && plan.Index > 20 {
				t.Errorf("time of commit %d: planned from the snapshot of commit %d", index, plan.Index)
			}
		}
	}
}

// segmentOf is the first commit of the segment that holds a commit. Where segments end depends on how many commits
// come between the order to begin the next and its beginning.
func segmentOf(t *testing.T, w *world, index change.Index) (first change.Index) {
	t.Helper()
	for _, name := range names(t, w.repo(), backup.LogFolder) {
		if r, ok := backup.ParsePieceName(name); ok && change.Index(r.Segment) <= index {
			first = max(first, change.Index(r.Segment))
		}
	}
	if first < 2 {
		t.Fatalf("commit %d is in the first segment: the headers say nothing of it", index)
	}
	return first
}

// TestOnlyASnapshotThatIsTooLate: where nothing older is left, that is said.
func TestOnlyASnapshotThatIsTooLate(t *testing.T) {
	w := history(t, 35, wholeSegments)
	w.rename(40, epoch.Add(-time.Hour))
	from := w.repo()
	for _, name := range append(names(t, from, backup.SnapshotsFolder), names(t, from, backup.LogFolder)...) {
		r, piece := backup.ParsePieceName(name)
		if strings.Contains(name, "00020-") || piece && r.Segment == 1 {
			check(t, from.Delete(context.Background(), name))
		}
	}
	_, err := w.restore(restore.Target{Time: w.walls[30]})
	if _, ok := errors.AsType[*restore.UnreachableError](err); !ok || !strings.Contains(err.Error(), "the clock was set back") {
		t.Errorf("%v", err)
	}
	_, err = w.restore(restore.Target{Time: w.walls[45]})
	check(t, err)
	w.wants(w.fs, freshDir, 45)
}

// rename gives the snapshot of a commit another time in its name, as a server of an earlier
// version whose clock was set back did.
func (w *world) rename(index change.Index, to time.Time) {
	w.t.Helper()
	from := w.repo()
	id, err := recovery.ReadIdentity(w.fs, dataDir)
	check(w.t, err)
	files, err := w.fs.List(dataDir + "/" + recovery.SnapshotsName)
	check(w.t, err)
	for _, n := range files {
		at, created, ok := snapshot.ParseName(n)
		if !ok || at != index {
			continue
		}
		data, err := vfs.ReadFile(w.fs, dataDir+"/"+recovery.SnapshotsName+"/"+n, 1<<30)
		check(w.t, err)
		check(w.t, from.Delete(context.Background(), backup.SnapshotName(id.Timeline, uint64(index), created)))
		w.seal(from, backup.SnapshotName(id.Timeline, uint64(index), to), object.Header{
			Kind: object.KindSnapshot, Database: id.Database, Timeline: id.Timeline, To: int64(len(data)), Index: uint64(index), Created: to,
		}, data)
	}
	check(w.t, from.Close())
}
