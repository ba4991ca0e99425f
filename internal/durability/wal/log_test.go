package wal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
)

func TestRecordsComeBack(t *testing.T) {
	for name, fsys := range map[string]vfs.FS{"mem": newMem(t), "os": vfs.OS()} {
		t.Run(name, func(t *testing.T) {
			o := options(fsys)
			o.SpareMax = 1
			if name == "os" {
				o.Dir = t.TempDir() + "/wal"
			}
			for round := range uint64(4) {
				l := open(t, o)
				appendAll(t, l, round*50+1, round*50+50)
				state := l.State()
				if state.Synced != round*50+50 || state.Written != state.Synced || state.Err != nil {
					t.Fatalf("state %+v", state)
				}
				must(t, l.Close())
				end := wantRecords(t, o, 1, round*50+50)
				if !end.Clean || end.Tail != nil || len(end.Segments) < int(round)*3 {
					t.Fatalf("end %+v", end)
				}
			}
			wantRecords(t, o, 77, 200)
			wantRecords(t, o, 201, 200)
		})
	}
}

func TestManyCommitters(t *testing.T) {
	o := options(newMem(t))
	o.SegmentBytes = 64 << 10
	o.SpareMax = 2
	l := open(t, o)
	const each, committers = 50, 16
	var order sync.Mutex
	var next uint64
	var group sync.WaitGroup
	for range committers {
		group.Go(func() {
			for range each {
				if err := l.Reserve(background(), 300); err != nil {
					t.Error(err)
					return
				}
				order.Lock()
				next++
				r := record(next)
				r.Reserved = 300
				w, err := l.Enqueue(r)
				order.Unlock()
				if err == nil {
					err = w.Wait()
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	must(t, l.Close())
	wantRecords(t, o, 1, each*committers)
}

func TestLargeRecordsAreSplit(t *testing.T) {
	o := options(vfs.OS())
	o.Dir = t.TempDir()
	o.SegmentBytes = 1 << 20
	sizes := []int{0, 1, 16 << 20, 16<<20 + 1, 33 << 20, 5}
	l := open(t, o)
	random := rand.New(rand.NewPCG(1, 2))
	var want [][]byte
	for i, size := range sizes {
		payload := make([]byte, size)
		for at := 0; at < size; at += 97 {
			payload[at] = byte(random.Uint32())
		}
		want = append(want, payload)
		w, err := l.Enqueue(wal.Record{Kind: 7, Index: uint64(i + 1), Payload: payload})
		must(t, err)
		must(t, w.Wait())
	}
	must(t, l.Close())
	records, _, err := scan(o, 1)
	must(t, err)
	if len(records) != len(sizes) {
		t.Fatalf("%d records, want %d", len(records), len(sizes))
	}
	for i, r := range records {
		if !bytes.Equal(r.Payload, want[i]) {
			t.Errorf("record %d of %d bytes comes back with %d", i+1, len(want[i]), len(r.Payload))
		}
	}
}

func TestWhatEnqueueRefuses(t *testing.T) {
	o := options(newMem(t))
	l := open(t, o)
	appendAll(t, l, 1, 3)
	for _, r := range []wal.Record{{Kind: 1, Index: 3}, {Kind: 1, Index: 1}} {
		_, err := l.Enqueue(r)
		wantErr(t, err, wal.ErrOrder)
	}
	for _, kind := range []wal.Kind{0, 128, 255} {
		_, err := l.Enqueue(wal.Record{Kind: kind, Index: 4})
		wantErr(t, err, wal.ErrRecord)
	}
	w, err := l.Enqueue(wal.Record{Kind: wal.KindMax, Index: 10})
	must(t, err)
	must(t, w.Wait())
	must(t, l.Close())
	_, err = l.Enqueue(record(11))
	wantErr(t, err, wal.ErrClosed)
	wantErr(t, l.Close(), wal.ErrClosed)
	wantErr(t, l.Sync(background()), wal.ErrClosed)
	wantErr(t, l.Reserve(background(), 1), wal.ErrClosed)
}

func TestOptionsAreChecked(t *testing.T) {
	good := options(newMem(t))
	for name, change := range map[string]func(*wal.Options){
		"FS":           func(o *wal.Options) { o.FS = nil },
		"Dir":          func(o *wal.Options) { o.Dir = "" },
		"Now":          func(o *wal.Options) { o.Now = nil },
		"SegmentBytes": func(o *wal.Options) { o.SegmentBytes = 100 },
		"FlushEvery":   func(o *wal.Options) { o.FlushEvery = -1 },
		"QueueBytes":   func(o *wal.Options) { o.QueueBytes = -1 },
	} {
		o := good
		change(&o)
		if _, err := wal.Open(o, wal.End{}); err == nil || !bytes.Contains([]byte(err.Error()), []byte(name)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReserveBoundsTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := options(newMem(t))
		o.QueueBytes = 100
		l := open(t, o)
		must(t, l.Reserve(background(), 60))
		ctx, cancel := context.WithCancel(background())
		first, second := make(chan error, 1), make(chan error, 1)
		go func() { first <- l.Reserve(ctx, 50) }()
		synctest.Wait()
		go func() { second <- l.Reserve(background(), 40) }()
		synctest.Wait()
		if len(first) != 0 || len(second) != 0 {
			t.Fatal("more was given than there is, or out of turn")
		}
		cancel()
		wantErr(t, <-first, context.Canceled)
		must(t, <-second)
		l.Release(40)
		go func() { first <- l.Reserve(background(), 1000) }()
		synctest.Wait()
		if len(first) != 0 {
			t.Fatal("more was given than there is")
		}
		r := record(1)
		r.Reserved = 60
		w, err := l.Enqueue(r)
		must(t, err)
		must(t, w.Wait())
		must(t, <-first)
		l.Release(1000)
		must(t, l.Reserve(background(), 100))
		must(t, l.Close())
	})
}

// TestRelaxedSync checks that with FlushEvery n a commit waits for the write only, and
// that a sync follows after n commits or a second.
func TestRelaxedSync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMem(t)
		o := options(m)
		o.FlushEvery = 10
		o.SegmentBytes = 1 << 20
		var syncs []int
		o.OnSync = func(i wal.SyncInfo) { syncs = append(syncs, i.Records) }
		l := open(t, o)
		durable := func() int {
			c := options(m.CrashClone(vfs.SyncedOnly))
			records, _, err := scan(c, 1)
			must(t, err)
			return len(records)
		}
		for index := range uint64(9) {
			appendAll(t, l, index+1, index+1)
		}
		if got := durable(); got != 0 {
			t.Fatalf("%d records durable before the sync", got)
		}
		if s := l.State(); s.Written != 9 || s.Synced != 0 {
			t.Fatalf("state %+v", s)
		}
		appendAll(t, l, 10, 10)
		if got := durable(); got != 10 || l.State().Synced != 10 {
			t.Fatalf("%d records durable after 10", got)
		}
		appendAll(t, l, 11, 12)
		time.Sleep(time.Second + time.Millisecond)
		synctest.Wait()
		if got := durable(); got != 12 {
			t.Fatalf("%d records durable after a second", got)
		}
		appendAll(t, l, 13, 13)
		must(t, l.Sync(background()))
		if got := durable(); got != 13 {
			t.Fatalf("%d records durable after Sync", got)
		}
		if fmt.Sprint(syncs) != "[10 2 1]" {
			t.Errorf("syncs of %v records", syncs)
		}
		must(t, l.Close())
	})
}

// TestIdlePromise checks that after a while without a commit nothing is left unproven.
func TestIdlePromise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMem(t)
		o := options(m)
		o.IdlePromise = 0
		o.SegmentBytes = 1 << 20
		l := open(t, o)
		appendAll(t, l, 1, 1)
		lost := func() (damaged bool) {
			clone := m.CrashClone(vfs.SyncedOnly)
			segments, err := l.Segments()
			must(t, err)
			must(t, clone.FlipBit(segments[0].Name, 8*70))
			_, _, err = scan(options(clone), 1)
			var damage *wal.DamageError
			return errors.As(err, &damage)
		}
		if lost() {
			t.Fatal("damage was proved before any promise")
		}
		time.Sleep(101 * time.Millisecond)
		synctest.Wait()
		if !lost() {
			t.Fatal("damage to an acknowledged commit is taken for a torn tail")
		}
		ops := m.Ops()
		time.Sleep(time.Minute)
		synctest.Wait()
		if m.Ops() != ops {
			t.Fatal("an idle log goes on writing")
		}
		must(t, l.Close())
		wantRecords(t, o, 1, 1)
	})
}

func TestRotateHoldRemove(t *testing.T) {
	m := newMem(t)
	o := options(m)
	o.SpareMax = 1
	l := open(t, o)
	must(t, l.Rotate(background()))
	appendAll(t, l, 1, 3)
	must(t, l.Rotate(background()))
	must(t, l.Rotate(background()))
	l.Hold(true)
	appendAll(t, l, 4, 60)
	segments, err := l.Segments()
	must(t, err)
	if len(segments) != 2 || segments[0].Last != 3 || !segments[0].Sealed ||
		segments[1].First != 4 || segments[1].Last != 60 || segments[1].Sealed {
		t.Fatalf("segments %+v", segments)
	}
	wantErr(t, l.Remove(4), wal.ErrHeld)
	wantRecords(t, o, 1, 60)
	l.Hold(false)
	appendAll(t, l, 61, 100)
	must(t, l.Remove(3))
	wantRecords(t, o, 1, 100)
	must(t, l.Remove(61))
	segments, err = l.Segments()
	must(t, err)
	if segments[0].First != 61 {
		t.Fatalf("segments %+v", segments)
	}
	must(t, l.Remove(1000))
	segments, err = l.Segments()
	must(t, err)
	if len(segments) != 1 || segments[0].Last != 100 {
		t.Fatalf("segments %+v", segments)
	}
	must(t, l.Close())
	_, _, err = scan(o, 1)
	var gap *wal.GapError
	if !errors.As(err, &gap) || gap.Want != 1 || gap.First != segments[0].First {
		t.Fatalf("error %v", err)
	}
	wantRecords(t, o, segments[0].First, 100)
	names, err := m.List(dir + "/spare")
	must(t, err)
	if len(names) == 0 || len(names) > 2 {
		t.Fatalf("spares %v", names)
	}
}

func TestSparesAreUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMem(t)
		o := options(m)
		o.SpareMax = 2
		o.SegmentBytes = 16 << 10
		l := open(t, o)
		for index := uint64(1); index <= 1000; index++ {
			appendAll(t, l, index, index)
			synctest.Wait()
			if index%200 == 0 {
				must(t, l.Remove(index-100))
			}
		}
		segments, err := l.Segments()
		must(t, err)
		for _, s := range segments[1:] {
			if s.Bytes != o.SegmentBytes+wal.EndBytes {
				t.Fatalf("segment %+v was not made ahead", s)
			}
		}
		must(t, l.Close())
		wantRecords(t, o, segments[0].First, 1000)
	})
}

func TestSnapshotAheadOfTheLog(t *testing.T) {
	o := options(newMem(t))
	l := open(t, o)
	appendAll(t, l, 1, 5)
	must(t, l.Close())
	_, end, err := scan(o, 11)
	must(t, err)
	if end.Last != 10 {
		t.Fatalf("last %d", end.Last)
	}
	l, err = wal.Open(o, end)
	must(t, err)
	_, err = l.Enqueue(record(10))
	wantErr(t, err, wal.ErrOrder)
	appendAll(t, l, 11, 12)
	must(t, l.Close())
	wantRecords(t, o, 11, 12)
	_, _, err = scan(o, 3)
	var gap *wal.GapError
	if !errors.As(err, &gap) || gap.Want != 6 || gap.First != 11 {
		t.Fatalf("error %v", err)
	}
	records, _, err := scan(o, 0)
	must(t, err)
	if len(records) != 7 {
		t.Fatalf("%d records", len(records))
	}
}

func TestSyncFailurePoisons(t *testing.T) {
	m := newMem(t)
	o := options(m)
	l := open(t, o)
	appendAll(t, l, 1, 3)
	m.Inject(func(op vfs.Op) error {
		if op.Kind == vfs.OpSync {
			return syscall.EIO
		}
		return nil
	})
	w, err := l.Enqueue(record(4))
	must(t, err)
	err = w.Wait()
	wantErr(t, err, wal.ErrPoisoned)
	wantErr(t, err, syscall.EIO)
	m.Inject(nil)
	_, err = l.Enqueue(record(5))
	wantErr(t, err, wal.ErrPoisoned)
	wantErr(t, l.Sync(background()), wal.ErrPoisoned)
	wantErr(t, l.Rotate(background()), wal.ErrPoisoned)
	wantErr(t, l.Reserve(background(), 1), wal.ErrPoisoned)
	wantErr(t, l.State().Err, wal.ErrPoisoned)
	wantErr(t, l.Close(), wal.ErrPoisoned)

	// The cache still holds record 4, the disk does not: a new start that reads it must
	// bring it to the disk.
	l = open(t, o)
	must(t, l.Close())
	wantRecords(t, options(m.CrashClone(vfs.SyncedOnly)), 1, 4)
}

func TestFullDiskFailsCommitsOnly(t *testing.T) {
	m := newMem(t)
	o := options(m)
	o.SegmentBytes = 1 << 20
	l := open(t, o)
	appendAll(t, l, 1, 3)
	m.SetQuota(m.Used())
	big := record(4)
	big.Payload = make([]byte, 8<<20)
	w, err := l.Enqueue(big)
	must(t, err)
	err = w.Wait()
	wantErr(t, err, syscall.ENOSPC)
	if errors.Is(err, wal.ErrPoisoned) {
		t.Fatal("a full disk ended the log")
	}
	// The index may be used again, and what there is room for still goes.
	appendAll(t, l, 4, 6)
	m.SetQuota(-1)
	appendAll(t, l, 7, 90)
	for _, model := range vfs.CrashModels() {
		wantRecords(t, options(m.CrashClone(model)), 1, 90)
	}
	must(t, l.Close())
	wantRecords(t, o, 1, 90)
}

// TestFailedWriteBeyondTheEnd fails a write that made the file larger.
func TestFailedWriteBeyondTheEnd(t *testing.T) {
	m := newMem(t)
	o := options(m)
	o.SegmentBytes = 1 << 20
	l := open(t, o)
	appendAll(t, l, 1, 2)
	for _, through := range []int{8, 1000, 1 << 20} {
		m.Inject(func(op vfs.Op) error {
			if op.Kind == vfs.OpPreallocate && op.Off >= 64<<10 {
				return syscall.EIO
			}
			if op.Kind != vfs.OpWrite {
				return nil
			}
			m.Inject(nil)
			return &vfs.ShortWriteError{Bytes: 66<<10 + through, Err: syscall.EIO}
		})
		w, err := l.Enqueue(wal.Record{Kind: 1, Index: 3, Payload: bytes.Repeat([]byte{1}, 100<<10)})
		must(t, err)
		err = w.Wait()
		wantErr(t, err, syscall.EIO)
		if errors.Is(err, wal.ErrPoisoned) {
			t.Fatal(err)
		}
		if end := wantRecords(t, o, 1, 2); end.Tail != nil {
			t.Fatalf("left behind: %v", end.Tail)
		}
	}
	appendAll(t, l, 3, 4)
	must(t, l.Close())
	wantRecords(t, o, 1, 4)
}

func TestFullDiskAtRotation(t *testing.T) {
	m := newMem(t)
	o := options(m)
	l := open(t, o)
	appendAll(t, l, 1, 2)
	m.SetQuota(m.Used())
	failed, index := 0, uint64(2)
	for failed < 3 {
		w, err := l.Enqueue(record(index + 1))
		must(t, err)
		if err := w.Wait(); err == nil {
			index++
		} else {
			wantErr(t, err, syscall.ENOSPC)
			failed++
		}
	}
	m.SetQuota(-1)
	appendAll(t, l, index+1, index+20)
	must(t, l.Close())
	wantRecords(t, o, 1, index+20)
}
