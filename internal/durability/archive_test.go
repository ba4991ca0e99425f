package durability_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/vfs"
)

// archived makes a database archive to a store, quickly.
func archived(r *remote, alter ...func(*durability.ArchiveOptions)) func(*durability.Options) {
	return func(o *durability.Options) {
		o.Now = time.Now
		o.Archive = durability.ArchiveOptions{
			Location: "memory", Open: func(context.Context) (object.Store, error) { return r, nil },
			Interval: 2 * time.Millisecond, CallTimeout: 5 * time.Second, StallTimeout: 5 * time.Second,
			StartTimeout: 10 * time.Second, CheckEvery: 5 * time.Millisecond, RetryMax: 2 * time.Millisecond,
			StopWait: 5 * time.Second,
		}
		for _, fn := range alter {
			fn(&o.Archive)
		}
	}
}

// impatient waits for a store no longer than a test wants to.
func impatient(o *durability.ArchiveOptions) {
	o.CallTimeout, o.StallTimeout, o.StartTimeout = 20*time.Millisecond, 20*time.Millisecond, 100*time.Millisecond
}

func takingOver(o *durability.ArchiveOptions) { o.Takeover = true }

// flush waits until all is archived.
func (d *database) flush() {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(noContext, 10*time.Second)
	defer cancel()
	for {
		err := d.m.FlushArchive(ctx)
		if err == nil {
			return
		}
		if ctx.Err() != nil || errors.As(err, new(*durability.ArchiveRefusedError)) {
			d.t.Fatal(err)
		}
	}
}

// await waits until the archive is as it should be.
func (d *database) await(what string, good func(*durability.ArchiveStatus) bool) {
	d.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		st := d.m.Info().Archive
		if good(st) {
			return
		}
		if time.Now().After(end) {
			d.t.Fatalf("%s: %+v", what, st)
		}
	}
}

// holds checks that a repository holds a graph.
func holds(tb testing.TB, r *remote, timeline uint32, want string) {
	tb.Helper()
	again := open(tb, rebuilt(tb, r, timeline))
	again.same(want)
	again.close()
}

func TestArchiveHoldsWhatWasCommitted(t *testing.T) {
	t.Parallel()
	r := newRemote()
	fsys := vfs.NewMem(1)
	d := open(t, fsys, archived(r))
	for range 4 {
		for range 3 {
			d.commits(3)
			d.flush()
			holds(t, r, 1, graphText(d.s))
		}
		check(t, d.m.RotateLog(t.Context()))
	}
	d.snapshot()
	d.commits(5)
	d.await("a snapshot", func(st *durability.ArchiveStatus) bool { return st.Snapshot > 0 && st.SnapshotsWaiting == 0 })
	d.flush()
	d.await("no lag", func(st *durability.ArchiveStatus) bool {
		return st.LagBytes == 0 && st.LagSince.IsZero() && st.State == "archives" && st.LastCommit == uint64(d.s.LastCommitted())
	})
	last := d.commits(2)
	want := graphText(d.s)
	d.close()
	holds(t, r, 1, want)
	if st := d.m.Info().Archive; st.LastCommit != uint64(last) || st.LagBytes != 0 || st.LastTime.IsZero() {
		t.Fatalf("after the end: %+v", st)
	}
	again := open(t, fsys, archived(r))
	again.commits(3)
	check(t, again.m.RotateLog(t.Context()))
	again.commits(1)
	want = graphText(again.s)
	again.flush()
	again.await("one piece a segment", func(*durability.ArchiveStatus) bool { return onePieceEach(r) })
	again.close()
	holds(t, r, 1, want)
}

// onePieceEach tells whether every segment but the newest is one piece.
func onePieceEach(r *remote) bool {
	pieces := make(map[uint64]int)
	newest := uint64(0)
	for _, name := range r.names(backup.LogFolder) {
		p, _ := backup.ParsePieceName(name)
		pieces[p.Segment]++
		newest = max(newest, p.Segment)
	}
	for first, n := range pieces {
		if n != 1 && first != newest {
			return false
		}
	}
	return true
}

// TestArchiveInTrouble lets each call to the store fail in each way: commits go on, and in
// the end everything is there.
func TestArchiveInTrouble(t *testing.T) {
	t.Parallel()
	for _, kind := range []trouble{fails, loses, hangs, hangsAfter, breaksOff} {
		for at := 1; at <= 40; at++ {
			if !thorough() && at%5 != int(kind) {
				continue
			}
			r := newRemote()
			r.set(func(call int, _, _ string) trouble {
				if call == at || call == at+2 {
					return kind
				}
				return noTrouble
			})
			d := open(t, vfs.NewMem(1), archived(r, impatient))
			for range 3 {
				d.commits(2)
				d.flush()
				d.snapshot()
				check(t, d.m.RotateLog(t.Context()))
			}
			d.commits(1)
			d.flush()
			want := graphText(d.s)
			d.await("snapshots", func(st *durability.ArchiveStatus) bool { return st.SnapshotsWaiting == 0 && st.Snapshot > 0 })
			d.close()
			holds(t, r, 1, want)
		}
	}
}

// TestArchiveUnreachable lets a store be away for long: commits go on, nothing of the log is
// given back, and the lag is told.
func TestArchiveUnreachable(t *testing.T) {
	t.Parallel()
	r := newRemote()
	r.set(func(int, string, string) trouble { return fails })
	fsys := vfs.NewMem(1)
	keepOne := func(o *durability.Options) { o.RetentionCount = 1 }
	d := open(t, fsys, archived(r, func(o *durability.ArchiveOptions) { o.StopWait = 50 * time.Millisecond }), keepOne)
	for range 5 {
		d.commits(4)
		check(t, d.m.RotateLog(t.Context()))
		d.snapshot()
	}
	d.await("failure", func(st *durability.ArchiveStatus) bool {
		return st.State == "fails" && st.Failures > 2 && errors.Is(st.Err, errStore) && st.LagBytes > 0 && !st.LagSince.IsZero()
	})
	if n := len(segments(t, fsys)); n < 6 {
		t.Fatalf("%d segments are left", n)
	}
	want := graphText(d.s)
	d.close() // gives up after its time
	again := open(t, fsys, archived(r), keepOne)
	again.same(want)
	again.snapshot()
	if n := len(segments(t, fsys)); n < 6 {
		t.Fatalf("%d segments are left after a start", n)
	}
	r.set(nil)
	again.flush()
	again.await("no lag", func(st *durability.ArchiveStatus) bool { return st.LagBytes == 0 && st.State == "archives" })
	holds(t, r, 1, want)
	again.commits(1)
	again.snapshot()
	again.flush()
	again.snapshot()
	if n := len(segments(t, fsys)); n > 3 {
		t.Fatalf("%d segments are left though they are archived", n)
	}
	want = graphText(again.s)
	again.close()
	holds(t, r, 1, want)
}

// copied copies the files of a data directory, as an operator does.
func copied(tb testing.TB, from *vfs.Mem) *vfs.Mem {
	tb.Helper()
	to := vfs.NewMem(99)
	check(tb, to.MkdirAll("/some/where/else"))
	for i := range 7 { // other inodes
		write(tb, to, "/some/where/"+strings.Repeat("x", i+1), nil)
	}
	check(tb, to.MkdirAll(dataDir))
	for name, data := range content(tb, from) {
		check(tb, to.MkdirAll(name[:strings.LastIndex(name, "/")]))
		write(tb, to, name, []byte(data))
	}
	return to
}

func wantRefused(tb testing.TB, err error, words ...string) {
	tb.Helper()
	if !errors.As(err, new(*durability.ArchiveRefusedError)) {
		tb.Fatalf("%v, want a refusal", err)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			tb.Fatalf("%q lacks %q", err, word)
		}
	}
}

func TestArchiveOfTwoServers(t *testing.T) {
	t.Parallel()
	r := newRemote()
	fsys := vfs.NewMem(1)
	a := open(t, fsys, archived(r))
	a.commits(10)
	a.flush()
	was := graphText(a.s)
	other := copied(t, fsys)
	_, err := tryOpen(t, other, archived(r))
	wantRefused(t, err, "memory", "timeline 1", "--storage-archive-takeover")
	_, err = tryOpen(t, vfs.NewMem(5), archived(r))
	wantRefused(t, err, "belongs to database")
	_, err = tryOpen(t, vfs.NewMem(5), archived(r, takingOver))
	wantRefused(t, err, "belongs to database")

	b := open(t, other, archived(r, takingOver))
	b.same(was)
	b.commits(5)
	b.flush()
	b.await("a snapshot", func(st *durability.ArchiveStatus) bool { return st.Snapshot > 0 && st.Timeline == 2 })
	taken := graphText(b.s)
	a.commits(3)
	a.await("the first server refuses", func(st *durability.ArchiveStatus) bool { return st.State == "refused" })
	st := a.m.Info().Archive
	wantRefused(t, st.Err, "timeline 2")
	a.commits(3) // go on all the same
	went := graphText(a.s)
	a.close()
	holds(t, r, 2, taken)
	_, err = tryOpen(t, fsys, archived(r))
	wantRefused(t, err, "timeline 2")
	// The first server takes it back; what it has done meanwhile is on a timeline after its own.
	a = open(t, fsys, archived(r, takingOver))
	a.same(went)
	a.commits(2)
	a.flush()
	a.await("a snapshot", func(st *durability.ArchiveStatus) bool { return st.Snapshot > 0 && st.Timeline == 3 })
	went = graphText(a.s)
	b.await("the second server refuses", func(st *durability.ArchiveStatus) bool { return st.State == "refused" })
	b.close()
	a.close()
	holds(t, r, 3, went)
	holds(t, r, 2, taken)
	var claim backup.Claim
	check(t, object.GetJSON(noContext, r, backup.TimelineName(3), &claim))
	if claim.Parent != 1 || claim.Forked != 16 {
		t.Fatalf("the claim is %+v", claim)
	}
	claim = backup.Claim{}
	check(t, object.GetJSON(noContext, r, backup.TimelineName(2), &claim))
	if claim.Parent != 0 || claim.Forked != 10 {
		t.Fatalf("the claim is %+v", claim)
	}
	a = open(t, fsys, archived(r)) // without the flag now
	a.same(went)
	a.close()
}

// TestArchiveOfADirectoryThatWasRolledBack puts an older state of the disk back.
func TestArchiveOfADirectoryThatWasRolledBack(t *testing.T) {
	t.Parallel()
	for _, further := range []int{0, 2, 30} {
		r := newRemote()
		fsys := vfs.NewMem(1)
		d := open(t, fsys, archived(r))
		d.commits(10)
		d.flush()
		older := fsys.CrashClone(vfs.Everything) // the same files, as a snapshot of the disk has them
		was := graphText(d.s)
		d.commits(10)
		d.flush()
		full := graphText(d.s)
		d.close()
		if further > 0 { // it went on elsewhere, without an archive
			d = open(t, older, func(o *durability.Options) { o.Now = time.Now })
			d.commits(further)
			was = graphText(d.s)
			d.close()
		}
		_, err := tryOpen(t, older, archived(r))
		wantRefused(t, err, "restore from the archive")
		d = open(t, older, archived(r, takingOver))
		d.same(was)
		d.commits(3)
		now := graphText(d.s)
		d.flush()
		d.await("a snapshot", func(st *durability.ArchiveStatus) bool { return st.Snapshot > 0 })
		d.close()
		holds(t, r, 2, now)
		holds(t, r, 1, full)
	}
}

// TestArchiveAndCrash crashes the disk at each operation, and goes on with the same archive:
// what it had is part of what survived, and in the end it has everything. An ordinary run
// takes operations in random strides.
func TestArchiveAndCrash(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 3))
	step := uint64(1)
	if !thorough() {
		step = 9
	}
	for at := uint64(40); ; at += 1 + random.Uint64N(2*step) {
		r := newRemote()
		fsys := vfs.NewMem(at)
		fsys.CrashAt(at)
		d, _ := tryOpen(t, fsys, archived(r, func(o *durability.ArchiveOptions) { o.StopWait = time.Millisecond }))
		if d != nil {
			for range 4 {
				for range 3 {
					_, _, _ = d.w.commit()
				}
				_, _ = d.m.CreateSnapshot(t.Context())
				_ = d.m.RotateLog(t.Context())
				_ = d.m.FlushArchive(t.Context())
			}
			d.abandon()
		}
		if !fsys.Crashed() {
			return
		}
		model := vfs.CrashModels()[at%4]
		again := open(t, fsys.CrashClone(model), archived(r))
		if d != nil {
			again.same(d.rec.state(again.s.LastCommitted()))
		}
		again.commits(2)
		again.flush()
		again.snapshot()
		again.await("everything", func(st *durability.ArchiveStatus) bool {
			return st.LastCommit == uint64(again.s.LastCommitted()) && st.LagBytes == 0 && st.Snapshot > 0
		})
		want := graphText(again.s)
		again.close()
		holds(t, r, 1, want)
	}
}

// TestArchiveLeavesDamageOut damages the open segment behind the back of the server.
func TestArchiveLeavesDamageOut(t *testing.T) {
	t.Parallel()
	r := newRemote()
	fsys := vfs.NewMem(1)
	d := open(t, fsys, archived(r))
	d.commits(4)
	d.flush()
	want := graphText(d.s)
	r.set(func(int, string, string) trouble { return fails })
	d.commits(4)
	names := segments(t, fsys)
	log := names[len(names)-1]
	check(t, fsys.FlipBit(log, (lastUsed(read(t, fsys, log))-200)*8))
	r.set(nil)
	d.await("damage", func(st *durability.ArchiveStatus) bool { return errors.As(st.Err, new(*durability.DamagedLogError)) })
	d.await("a lag", func(st *durability.ArchiveStatus) bool { return st.LagBytes > 0 && st.State == "fails" })
	d.abandon()
	holds(t, r, 1, want)
}

func TestArchiveNeedsTheLog(t *testing.T) {
	t.Parallel()
	_, err := tryOpen(t, vfs.NewMem(1), archived(newRemote()), func(o *durability.Options) { o.WALEnabled = false })
	if err == nil || !strings.Contains(err.Error(), "--storage-archive") {
		t.Fatal(err)
	}
}
