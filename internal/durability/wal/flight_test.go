package wal_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
)

// syncs holds every sync of a disk until the test lets it go on.
type syncs struct {
	arrived chan chan error
}

// holdSyncs holds those that come from now on.
func holdSyncs(m *vfs.Mem) *syncs {
	s := &syncs{arrived: make(chan chan error, 16)}
	m.Inject(func(op vfs.Op) error {
		if op.Kind != vfs.OpSync {
			return nil
		}
		outcome := make(chan error, 1)
		s.arrived <- outcome
		return <-outcome
	})
	return s
}

// enqueue puts one record into the log.
func enqueue(t *testing.T, l *wal.Log, index uint64) wal.Waiter {
	t.Helper()
	w, err := l.Enqueue(record(index))
	must(t, err)
	return w
}

// outcomes are those that the log tells, in order.
type outcomes struct {
	mu  sync.Mutex
	all []wal.Settled
}

func (o *outcomes) add(s wal.Settled) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = append(o.all, s)
}

// good returns the newest record that is acknowledged, and checks the order.
func (o *outcomes) good(t *testing.T) uint64 {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	last, good := uint64(0), uint64(0)
	for _, s := range o.all {
		if s.Last <= last || s.Good > s.Last || s.Good < s.Last && s.Err == nil || s.Good > 0 && s.Good <= last {
			t.Fatalf("%+v after %d", s, last)
		}
		last, good = s.Last, max(good, s.Good)
	}
	return good
}

// airborne is a log with one record that is durable, one that is being synced and another
// one behind it that is being synced too.
func airborne(t *testing.T) (m *vfs.Mem, l *wal.Log, told *outcomes, waiters [2]wal.Waiter, held [2]chan error) {
	t.Helper()
	m, told = newMem(t), &outcomes{}
	o := options(m)
	o.SegmentBytes, o.OnSettled = 1<<20, told.add
	l = open(t, o)
	appendAll(t, l, 1, 1)
	s := holdSyncs(m)
	for i := range waiters {
		waiters[i] = enqueue(t, l, uint64(i)+2)
		held[i] = <-s.arrived
	}
	return m, l, told, waiters, held
}

// TestTwoInTheAir has the sync of a later batch return first: it is acknowledged after the
// one before.
func TestTwoInTheAir(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, l, told, waiters, held := airborne(t)
		held[1] <- nil
		synctest.Wait()
		if good := told.good(t); good != 1 || l.State().Synced != 1 {
			t.Fatalf("%d is acknowledged and %d durable while the sync of 2 is under way", good, l.State().Synced)
		}
		held[0] <- nil
		must(t, waiters[0].Wait())
		must(t, waiters[1].Wait())
		if good := told.good(t); good != 3 || l.State().Synced != 3 {
			t.Fatalf("%d is acknowledged and %d durable", good, l.State().Synced)
		}
		wantRecords(t, options(m.CrashClone(vfs.SyncedOnly)), 1, 3)
		m.Inject(nil)
		must(t, l.Close())
	})
}

// TestSyncFailsInTheAir fails one of two syncs that are under way, in either order: what is
// behind the failure is not acknowledged, though its own sync succeeded, and what is ahead
// of it only if its sync had returned before.
func TestSyncFailsInTheAir(t *testing.T) {
	for name, tc := range map[string]struct {
		order [2]int // which sync returns first, and then
		fails int
		good  uint64
	}{
		"the earlier, first":    {[2]int{0, 1}, 0, 1},
		"the earlier, second":   {[2]int{1, 0}, 0, 1},
		"the later, first":      {[2]int{1, 0}, 1, 1},
		"the later, afterwards": {[2]int{0, 1}, 1, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, l, told, waiters, held := airborne(t)
				before := m.CrashClone(vfs.SyncedOnly)
				for _, which := range tc.order {
					var outcome error
					if which == tc.fails {
						outcome = syscall.EIO
					}
					held[which] <- outcome
					synctest.Wait()
				}
				for i, w := range waiters {
					err := w.Wait()
					if acknowledged := uint64(i)+2 <= tc.good; acknowledged != (err == nil) {
						t.Fatalf("record %d: %v", i+2, err)
					}
					if err != nil {
						wantErr(t, err, wal.ErrPoisoned)
					}
				}
				if good := told.good(t); good != tc.good {
					t.Fatalf("%d is acknowledged", good)
				}
				m.Inject(nil)
				_, err := l.Enqueue(record(4))
				wantErr(t, err, wal.ErrPoisoned)
				wantErr(t, l.Close(), wal.ErrPoisoned)
				wantRecords(t, options(before), 1, 1)
				for _, model := range vfs.CrashModels() {
					records, _, err := scan(options(m.CrashClone(model)), 1)
					must(t, err)
					if len(records) < int(tc.good) || len(records) > 3 {
						t.Fatalf("%v: %d records", model, len(records))
					}
				}
			})
		})
	}
}

// TestWriteFailsBehindTheAir has a write fail while a batch is in the air: that one is
// acknowledged, the other one is taken back, and the log goes on.
func TestWriteFailsBehindTheAir(t *testing.T) {
	m := newMem(t)
	o := options(m)
	o.SegmentBytes = 1 << 20
	l := open(t, o)
	appendAll(t, l, 1, 1)
	var mu sync.Mutex
	writes, release := 0, make(chan struct{})
	m.Inject(func(op vfs.Op) error {
		mu.Lock()
		defer mu.Unlock()
		if op.Kind == vfs.OpWrite {
			if writes++; writes == 2 {
				close(release)
				return &vfs.ShortWriteError{Bytes: 70, Err: syscall.EIO}
			}
		}
		if op.Kind == vfs.OpSync {
			mu.Unlock()
			<-release
			mu.Lock()
		}
		return nil
	})
	first, second := enqueue(t, l, 2), wal.Waiter{}
	for l.State().Err == nil {
		time.Sleep(time.Millisecond)
		mu.Lock()
		begun := writes > 0
		mu.Unlock()
		if begun {
			second = enqueue(t, l, 3)
			break
		}
	}
	must(t, first.Wait())
	wantErr(t, second.Wait(), syscall.EIO)
	m.Inject(nil)
	for range 8 {
		wantRecords(t, options(m.CrashClone(vfs.RandomBlocks)), 1, 2)
	}
	appendAll(t, l, 3, 3)
	must(t, l.Close())
	wantRecords(t, options(m), 1, 3)
}

// TestCrashWithManyCommitters has committers run into crashes, and into faults of the disk,
// at random: whatever was acknowledged at the moment of a crash is in the log afterwards.
func TestCrashWithManyCommitters(t *testing.T) {
	for seed := range uint64(24) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			crowd := newCrowd(t, seed)
			crowd.run()
			crowd.verify()
		})
	}
}

// crowd commits from many goroutines.
type crowd struct {
	t      *testing.T
	m      *vfs.Mem
	l      *wal.Log
	random *rand.Rand
	fails  int // operations until one fails, 0 for never

	order sync.Mutex // held while an index is taken and enqueued
	next  uint64

	mu     sync.Mutex
	acked  []uint64
	clones []crashed
	told   outcomes
}

// crashed is a disk after a crash, and what was acknowledged before.
type crashed struct {
	disk  *vfs.Mem
	acked []uint64
}

func newCrowd(t *testing.T, seed uint64) *crowd {
	t.Helper()
	c := &crowd{t: t, m: newMem(t), random: rand.New(rand.NewPCG(seed, 7)), next: 1}
	o := options(c.m)
	o.SegmentBytes, o.OnSettled, o.SpareMax = 6000, c.told.add, 1
	c.l = open(t, o)
	if seed%2 == 1 {
		c.fails = 20 + c.random.IntN(60)
	}
	c.m.Inject(c.operation)
	return c
}

// operation delays an operation, takes the disk as a crash would leave it, or fails a sync.
func (c *crowd) operation(op vfs.Op) error {
	c.mu.Lock()
	acked, pause := slices.Clone(c.acked), time.Duration(c.random.IntN(300))*time.Microsecond
	clone, model := c.random.IntN(6) == 0, vfs.CrashModels()[c.random.IntN(4)]
	fail := false
	if op.Kind == vfs.OpSync && c.fails > 0 {
		c.fails--
		fail = c.fails == 0
	}
	c.mu.Unlock()
	if clone {
		disk := c.m.CrashClone(model)
		c.mu.Lock()
		c.clones = append(c.clones, crashed{disk, acked})
		c.mu.Unlock()
	}
	time.Sleep(pause)
	if fail {
		return syscall.EIO
	}
	return nil
}

func (c *crowd) run() {
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 25 {
				c.order.Lock()
				index := c.next
				w, err := c.l.Enqueue(record(index))
				if err == nil {
					c.next++
				}
				c.order.Unlock()
				if err == nil {
					err = w.Wait()
				}
				switch {
				case errors.Is(err, wal.ErrPoisoned):
					return
				case errors.Is(err, syscall.EIO): // a new segment could not be made; the log goes on
					continue
				case err != nil:
					c.t.Error(err)
					return
				}
				c.mu.Lock()
				c.acked = append(c.acked, index)
				c.mu.Unlock()
			}
		})
	}
	group.Wait()
	c.m.Inject(nil)
	c.told.good(c.t)
	synced, blocks := c.m.CrashClone(vfs.SyncedOnly), c.m.CrashClone(vfs.RandomBlocks)
	if err := c.l.Close(); err != nil && !errors.Is(err, wal.ErrPoisoned) {
		c.t.Error(err)
	}
	c.clones = append(c.clones, crashed{synced, c.acked}, crashed{blocks, c.acked})
}

// verify reads every disk, and goes on with it.
func (c *crowd) verify() {
	for _, left := range c.clones {
		o := options(left.disk)
		records, end, err := scan(o, 1)
		must(c.t, err)
		found := map[uint64]bool{}
		for _, r := range records {
			if found[r.Index] = true; !sameRecord(r, record(r.Index)) {
				c.t.Fatalf("record %d is %+v", r.Index, r)
			}
		}
		for _, index := range left.acked {
			if !found[index] {
				c.t.Fatalf("record %d was acknowledged and is lost", index)
			}
		}
		l, err := wal.Open(o, end)
		must(c.t, err)
		appendAll(c.t, l, end.Last+1, end.Last+1)
		must(c.t, l.Close())
		again, _, err := scan(o, 1)
		must(c.t, err)
		if len(again) != len(records)+1 {
			c.t.Fatalf("%d records after %d and one more", len(again), len(records))
		}
	}
}

// TestStayAway has only one of many committers come back: its record may wait for the others,
// and is acknowledged without them.
func TestStayAway(t *testing.T) {
	m := newMem(t)
	o := options(m)
	o.SegmentBytes = 1 << 20
	l := open(t, o)
	appendAll(t, l, 1, 1)
	m.Inject(func(op vfs.Op) error {
		if op.Kind == vfs.OpSync {
			time.Sleep(time.Millisecond) // much longer than it takes to come back
		}
		return nil
	})
	next := uint64(1)
	for range 20 {
		var waiters []wal.Waiter
		for range 12 {
			next++
			waiters = append(waiters, enqueue(t, l, next))
		}
		for _, w := range waiters {
			must(t, w.Wait())
		}
		next++
		must(t, enqueue(t, l, next).Wait())
	}
	m.Inject(nil)
	must(t, l.Close())
	wantRecords(t, o, 1, next)
}
