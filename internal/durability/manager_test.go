package durability_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
)

var noContext = context.Background() //nolint:gochecknoglobals // the empty context

// database is an open data directory with its store, and what was committed to it.
type database struct {
	t   testing.TB
	fs  *vfs.Mem
	s   *storage.Store
	rec *recorder
	m   *durability.Manager
	w   *worker
}

// open opens the data directory on a disk; change alters the options.
func open(tb testing.TB, fsys *vfs.Mem, alter ...func(*durability.Options)) *database {
	tb.Helper()
	d, err := tryOpen(tb, fsys, alter...)
	check(tb, err)
	return d
}

func tryOpen(tb testing.TB, fsys *vfs.Mem, alter ...func(*durability.Options)) (*database, error) {
	tb.Helper()
	var o durability.Options
	s := newStoreAt(func() time.Time { return o.Now() }) // one machine has one clock
	d := &database{t: tb, fs: fsys, s: s, rec: newRecorder(s)}
	o = options(fsys, s)
	for _, fn := range alter {
		fn(&o)
	}
	m, err := durability.Open(tb.Context(), durability.WithJournal(o, d.rec.wrap))
	if err != nil {
		check(tb, s.Close())
		return nil, err
	}
	d.m = m
	d.w, err = newWorker(s, d.rec, 1)
	check(tb, err)
	return d, nil
}

// commits makes n commits.
func (d *database) commits(n int) change.Index {
	d.t.Helper()
	var last change.Index
	for n > 0 {
		index, ok, err := d.w.commit()
		check(d.t, err)
		if ok && index > last {
			n--
			last = index
		}
	}
	return last
}

// close ends the server in good order.
func (d *database) close() {
	d.t.Helper()
	check(d.t, d.m.Close(d.t.Context()))
	check(d.t, d.s.Close())
}

// abandon ends it without a word, for directories whose disk has crashed.
func (d *database) abandon() {
	// What Close says of a crashed disk is of no interest.
	_ = d.m.Close(d.t.Context())
	check(d.t, d.s.Close())
}

// same checks that the store holds a text, and is consistent.
func (d *database) same(want string) {
	d.t.Helper()
	check(d.t, d.s.Check())
	if got := graphText(d.s); got != want {
		d.t.Fatalf("the graph is another:\n%s", diff(got, want))
	}
}

func TestCommitsSurvive(t *testing.T) {
	for _, model := range vfs.CrashModels() {
		fsys := vfs.NewMem(1)
		d := open(t, fsys)
		last := d.commits(60)
		want := graphText(d.s)
		if want != d.rec.state(last) {
			t.Fatalf("model and store differ:\n%s", diff(want, d.rec.state(last)))
		}
		crashed := fsys.CrashClone(model)
		d.close()
		for _, disk := range []*vfs.Mem{crashed, fsys} {
			again := open(t, disk)
			again.same(want)
			if got := again.s.LastCommitted(); got != last {
				t.Fatalf("%v: recovered up to commit %d, want %d", model, got, last)
			}
			again.commits(5)
			again.close()
		}
	}
}

func TestSnapshotThenLog(t *testing.T) {
	fsys := vfs.NewMem(1)
	d := open(t, fsys)
	d.commits(30)
	info, err := d.m.CreateSnapshot(t.Context())
	check(t, err)
	if info.Index != d.s.LastCommitted() || info.Bytes == 0 {
		t.Fatalf("got %+v", info)
	}
	d.commits(10)
	want, last := graphText(d.s), d.s.LastCommitted()
	d.close()
	again := open(t, fsys)
	again.same(want)
	r := again.m.Report()
	if r.Snapshot.Path != info.Path || r.Replayed != int64(last-info.Index) || !r.Clean || r.New {
		t.Fatalf("got %+v", r)
	}
	list, err := again.m.Snapshots()
	check(t, err)
	if len(list) != 1 || list[0] != info {
		t.Fatalf("got %+v, want %+v", list, info)
	}
	again.close()
}

// TestSecondServerWaits has a server that waits for another one say so.
func TestSecondServerWaits(t *testing.T) {
	fsys := vfs.NewMem(1)
	d := open(t, fsys)
	core, seen := observer.New(zap.WarnLevel)
	_, err := tryOpen(t, fsys, func(o *durability.Options) { o.LockTimeout, o.Log = 120*time.Millisecond, zap.New(core) })
	if _, locked := errors.AsType[*durability.DirectoryLockedError](err); !locked {
		t.Fatalf("got %v", err)
	}
	if n := seen.FilterMessage("another server uses the data directory; waiting until it has stopped").Len(); n != 1 || seen.Len() != 1 {
		t.Fatalf("%d of %d lines", n, seen.Len())
	}
	d.close()
}

// TestWaitIsStopped stops a server that waits for another one: it says that it has not begun.
func TestWaitIsStopped(t *testing.T) {
	fsys := vfs.NewMem(1)
	d := open(t, fsys)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	s := storage.New(storage.Options{})
	_, err := durability.Open(ctx, durability.Options{FS: fsys, Dir: "data", Store: s, WALEnabled: true, RecoveryOnStartup: true, Now: time.Now, LockTimeout: time.Hour})
	if !errors.Is(err, context.Canceled) ||
		err.Error() != "stopped while another server was using the data directory data: nothing was read or changed there" {
		t.Fatalf("got %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	d.close()
}

// TestStopOfNothing has a directory without commits tell that it does not know how it was left: no log has been begun.
func TestStopOfNothing(t *testing.T) {
	fsys := vfs.NewMem(1)
	open(t, fsys).close()
	d := open(t, fsys)
	if r := d.m.Report(); !r.NoLog || r.Clean || r.New {
		t.Errorf("got %+v", r)
	}
	d.commits(1)
	d.close()
	d = open(t, fsys)
	if r := d.m.Report(); r.NoLog || !r.Clean {
		t.Errorf("got %+v", r)
	}
	d.close()
}

func TestSecondServerIsRefused(t *testing.T) {
	fsys := vfs.NewMem(1)
	d := open(t, fsys)
	_, err := tryOpen(t, fsys)
	var locked *durability.DirectoryLockedError
	if !errors.As(err, &locked) || !errors.Is(err, vfs.ErrLocked) || !strings.HasPrefix(err.Error(), "data directory data is in use by another server") {
		t.Fatalf("got %v", err)
	}
	d.close()
	open(t, fsys).close()
}
