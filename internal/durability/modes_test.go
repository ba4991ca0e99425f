package durability_test

import (
	"errors"
	"strings"
	"testing"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
)

func TestStartWithoutRecovery(t *testing.T) {
	disk, want, _ := populated(t)
	noRecovery := func(o *durability.Options) { o.RecoveryOnStartup = false }
	d := open(t, disk, noRecovery)
	d.same("")
	d.commits(3)
	d.close()
	moved := list(t, disk, "data/.backup")
	if len(moved) != 1 {
		t.Fatalf("got %v", moved)
	}
	back := vfs.NewMem(2)
	check(t, back.MkdirAll("data"))
	for path, data := range content(t, disk) {
		if name, ok := strings.CutPrefix(path, "data/.backup/"+moved[0]+"/"); ok {
			write(t, back, "data/"+name, []byte(data))
		}
	}
	again := open(t, back)
	again.same(want)
	again.close()
}

func TestLogTurnedOffAndOn(t *testing.T) {
	fsys := vfs.NewMem(1)
	off := func(o *durability.Options) { o.WALEnabled = false }
	d := open(t, fsys)
	d.commits(10)
	_, err := d.m.CreateSnapshot(t.Context())
	check(t, err)
	d.commits(5)
	d.close()

	d = openPlain(t, fsys, off)
	commitPlain(t, d.s, 10)
	_, err = d.m.CreateSnapshot(t.Context())
	check(t, err)
	want := graphText(d.s)
	commitPlain(t, d.s, 3) // lost, as the option says
	d.close()

	d = open(t, fsys)
	d.same(want)
	d.commits(4)
	want = graphText(d.s)
	crashed := fsys.CrashClone(vfs.SyncedOnly)
	d.close()
	d = open(t, crashed)
	d.same(want)
	d.close()

	// Without the newest snapshot the commits that were not logged are nowhere: the older
	// snapshot and the log must not be joined over the gap.
	flip(t, fsys, snapshots(t, fsys)[1])
	_, err = tryOpen(t, fsys)
	if _, gap := errors.AsType[*durability.MissingFilesError](err); !gap {
		t.Fatalf("got %v", err)
	}
}

// openPlain opens a directory whose store has no journal.
func openPlain(t *testing.T, fsys *vfs.Mem, alter func(*durability.Options)) *database {
	t.Helper()
	return open(t, fsys, alter)
}

func commitPlain(t *testing.T, s *storage.Store, n int) {
	t.Helper()
	for range n {
		tx := s.Begin(storage.TxOptions{})
		_, err := tx.CreateNode(nil, nil)
		check(t, err)
		_, err = tx.Commit()
		check(t, err)
		tx.Release()
	}
}

func TestFlushEveryN(t *testing.T) {
	fsys := vfs.NewMem(1)
	every := func(o *durability.Options) { o.FlushEveryN = 1000 }
	d := open(t, fsys, every)
	d.commits(20)
	_, err := d.m.CreateSnapshot(t.Context())
	check(t, err)
	want, index := graphText(d.s), d.s.LastCommitted()
	d.commits(5)
	for _, model := range vfs.CrashModels() {
		again := open(t, fsys.CrashClone(model), every)
		if got := again.s.LastCommitted(); got < index {
			t.Fatalf("%v: recovered up to %d, the snapshot held %d", model, got, index)
		}
		if got := graphText(again.s); got != d.rec.state(again.s.LastCommitted()) {
			t.Fatalf("%v: another graph:\n%s", model, diff(got, want))
		}
		again.close()
	}
	d.close()
}
