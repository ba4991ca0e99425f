package restore_test

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/restore"
)

// tooSmall checks that an operation was refused for want of room, and has written nothing.
func (w *world) tooSmall(what string, used int64, err error) {
	w.t.Helper()
	room, ok := errors.AsType[*restore.RoomError](err)
	switch {
	case !ok || !errors.Is(err, syscall.ENOSPC):
		w.t.Errorf("%s: %v", what, err)
	case room.Free >= room.Need || !strings.Contains(err.Error(), room.Dir):
		w.t.Errorf("%s: %v %+v", what, err, room)
	}
	if w.fs.Used() != used {
		w.t.Errorf("%s: %d bytes were in use, and now %d", what, used, w.fs.Used())
	}
}

// TestRestoreWithoutRoom: what does not fit is refused before anything is written.
func TestRestoreWithoutRoom(t *testing.T) {
	w := history(t, 41, cutSegments)
	used := w.fs.Used()
	w.fs.SetQuota(used + 1000)
	_, err := w.restore(restore.Target{})
	w.tooSmall("restore", used, err)
	if _, err = w.fs.Stat("/fresh"); err == nil {
		t.Error("a folder was made")
	}
	o := w.restoreOptions(w.repo(), restore.Target{})
	o.TempDir = "/elsewhere"
	_, err = restore.Run(context.Background(), o)
	w.tooSmall("restore with another folder for temporary files", used, err)
	_, _, err = restore.Back(context.Background(), restore.Options{FS: w.fs, Dir: dataDir, NewStore: newStore, Now: w.now}, "47")
	w.tooSmall("going back", used, err)
	o.Mode = restore.ModePlan
	if _, err = restore.Run(context.Background(), o); err != nil {
		t.Errorf("a plan needs no room: %v", err)
	}
	w.fs.SetQuota(-1)
	_, err = w.restore(restore.Target{})
	check(t, err)
	w.wants(w.fs, freshDir, 60)
}

// TestReplaceWithoutRoom: a running database is not replaced by what does not fit, and goes on.
func TestReplaceWithoutRoom(t *testing.T) {
	w := newWorld(t, 42)
	o := w.options()
	o.SpaceMin = 1 << 20
	check(t, w.tryOpen(o))
	w.commits(20)
	info, err := w.m.CreateSnapshot(context.Background())
	check(t, err)
	w.commits(5)
	replace := func() error {
		_, err := w.m.Replace(context.Background(), durability.Replacement{
			What: "a test", Force: true, NewStore: newStore,
			Fetch: func(context.Context, string) (string, error) { return info.Path, nil },
			Alone: func(context.Context) (func(), error) { return func() {}, nil },
		})
		return err
	}
	w.fs.SetQuota(w.fs.Used() + 1<<20 + 100)
	used := w.fs.Used()
	w.tooSmall("replacing", used, replace())
	w.fs.SetQuota(-1)
	w.commits(1)
	check(t, replace())
	w.close()
	w.wants(w.fs, dataDir, 20)
}
