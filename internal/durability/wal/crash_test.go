package wal_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"syscall"
	"testing"

	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
	"memgraphd/test/table"
)

// ledger is what callers know about a log: what they asked for and what they were told.
type ledger struct {
	issued map[uint64][][]byte // payloads under which an index was enqueued
	acked  map[uint64][]byte
	denied map[uint64][][]byte // told to be not in the log
	kept   uint64              // records below may have been removed
	// relaxed means that acknowledged is not durable, only written.
	relaxed bool
}

func newLedger() *ledger {
	return &ledger{issued: map[uint64][][]byte{}, acked: map[uint64][]byte{}, denied: map[uint64][][]byte{}, kept: 1}
}

// check compares a log that was read back with what callers know.
func (g *ledger) check(records []wal.Record, powerCut bool) error {
	found := map[uint64][]byte{}
	last := uint64(0)
	for _, r := range records {
		if r.Index <= last {
			return fmt.Errorf("index %d after %d", r.Index, last)
		}
		last = r.Index
		found[r.Index] = r.Payload
		if !contains(g.issued[r.Index], r.Payload) {
			return fmt.Errorf("record %d was never issued like this", r.Index)
		}
		if contains(g.denied[r.Index], r.Payload) {
			return fmt.Errorf("record %d was reported as failed and is there", r.Index)
		}
	}
	if g.relaxed && powerCut {
		return nil
	}
	for index, payload := range g.acked {
		if got, ok := found[index]; index >= g.kept && (!ok || !bytes.Equal(got, payload)) {
			return fmt.Errorf("record %d was acknowledged and is lost", index)
		}
	}
	return nil
}

func contains(all [][]byte, one []byte) bool {
	for _, p := range all {
		if bytes.Equal(p, one) {
			return true
		}
	}
	return false
}

// workload is a life of a log: it stops at the first error that is not an answer to a
// commit.
type workload struct {
	o    wal.Options
	g    *ledger
	next uint64
	salt byte // makes payloads of the same index differ between attempts
	l    *wal.Log
	// denied is called when a commit is reported as failed while the log goes on.
	denied func()
}

func (w *workload) open() error {
	_, end, err := scan(w.o, w.g.kept)
	if err != nil {
		return err
	}
	w.next = end.Last + 1
	w.l, err = wal.Open(w.o, end)
	return err
}

// commit enqueues some records, then waits for all of them.
func (w *workload) commit(count int) error {
	type wait struct {
		r wal.Record
		w wal.Waiter
	}
	var waits []wait
	for range count {
		r := record(w.next)
		w.salt++
		r.Payload = append(r.Payload, w.salt)
		waiter, err := w.l.Enqueue(r)
		if errors.Is(err, wal.ErrOrder) {
			return fmt.Errorf("commit %d: %w", w.next, err)
		}
		if err != nil {
			return err
		}
		w.next++
		w.g.issued[r.Index] = append(w.g.issued[r.Index], r.Payload)
		waits = append(waits, wait{r, waiter})
	}
	var poisoned error
	for _, one := range waits {
		switch err := one.w.Wait(); {
		case err == nil:
			w.g.acked[one.r.Index] = one.r.Payload
		case errors.Is(err, wal.ErrPoisoned):
			poisoned = err
		default:
			w.g.denied[one.r.Index] = append(w.g.denied[one.r.Index], one.r.Payload)
			if w.denied != nil {
				w.denied()
			}
		}
	}
	return poisoned
}

// run is the life: two starts, rotations by size and by request, removal, an end in good
// order and one without.
func (w *workload) run() error {
	steps := []func() error{
		w.open,
		func() error { return w.commit(1) },
		func() error { return w.commit(3) },
		func() error { return w.commit(12) },
		func() error { return w.l.Rotate(background()) },
		func() error { return w.commit(2) },
		func() error { return w.l.Close() },
		w.open,
		func() error { return w.commit(1) },
		func() error { return w.commit(9) },
		func() error {
			w.g.kept = 10
			return w.l.Remove(10)
		},
		func() error { return w.commit(4) },
		func() error { return w.l.Sync(background()) },
		func() error { return w.commit(2) },
	}
	for i, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	return nil
}

// end stops the log, however it is.
func (w *workload) end() {
	if w.l != nil {
		_ = w.l.Close()
	}
}

func newWorkload(m *vfs.Mem, g *ledger) *workload {
	o := options(m)
	o.SegmentBytes = 1500
	o.SpareMax = 1
	return &workload{o: o, g: g}
}

// restart reads a disk after a fault, checks it, goes on with the log and checks again.
func restart(t *testing.T, m *vfs.Mem, g *ledger, powerCut bool) {
	t.Helper()
	w := newWorkload(m, g)
	records, _, err := scan(w.o, g.kept)
	must(t, err)
	must(t, g.check(records, powerCut))
	again := *g
	again.acked = map[uint64][]byte{}
	for _, r := range records {
		again.acked[r.Index] = r.Payload
	}
	again.issued = map[uint64][][]byte{}
	maps.Copy(again.issued, g.issued)
	w.g, w.salt = &again, 128
	must(t, w.open())
	must(t, w.commit(1))
	for _, model := range []vfs.CrashModel{vfs.SyncedOnly, vfs.RandomBlocks} {
		left, end, failure := scan(options(m.CrashClone(model)), g.kept)
		must(t, failure)
		must(t, again.check(left, powerCut))
		if end.Tail != nil {
			t.Fatalf("all was synced, and the log ends with %v", end.Tail)
		}
	}
	must(t, w.l.Close())
	records, end, err := scan(w.o, g.kept)
	must(t, err)
	must(t, again.check(records, false))
	if end.Tail != nil || !end.Clean {
		t.Fatalf("the log was closed, and ends with %v", end.Tail)
	}
}

// TestCrashAtEveryOperation stops the machine in each operation of a log's life, and in
// each of the four ways.
func TestCrashAtEveryOperation(t *testing.T) {
	for _, flushEvery := range []int{1, 4} {
		states := 0
		for n := uint64(1); ; n += table.Step(uint64(1)) {
			m := newMem(t)
			g := newLedger()
			g.relaxed = flushEvery > 1
			w := newWorkload(m, g)
			w.o.FlushEvery = flushEvery
			m.CrashAt(m.Ops() + n)
			err := w.run()
			crashed := m.Crashed()
			if err != nil && !errors.Is(err, vfs.ErrCrashed) {
				t.Fatalf("operation %d: %v", n, err)
			}
			for _, model := range vfs.CrashModels() {
				for range 2 {
					clone := m.CrashClone(model)
					t.Logf("flush every %d, operation %d, %v", flushEvery, n, model)
					restart(t, clone, g, true)
					states++
				}
			}
			w.end()
			if !crashed {
				t.Logf("%d crash states", states)
				break
			}
		}
	}
}

// TestCrashDuringRestart crashes the start after a crash in each of its operations.
func TestCrashDuringRestart(t *testing.T) {
	for seed := range uint64(6) {
		m := vfs.NewMem(seed)
		must(t, m.MkdirAll("/db"))
		must(t, m.SyncDir("/"))
		g := newLedger()
		w := newWorkload(m, g)
		m.CrashAt(m.Ops() + 30 + seed*17)
		err := w.run()
		wantErr(t, err, vfs.ErrCrashed)
		torn := m.CrashClone(vfs.CrashModels()[2+seed%2])
		w.end()
		for n := uint64(1); ; n += table.Step(uint64(1)) {
			again := torn.CrashClone(vfs.Everything)
			again.CrashAt(again.Ops() + n)
			second := newWorkload(again, g)
			err := second.open()
			crashed := again.Crashed()
			if err != nil && !errors.Is(err, vfs.ErrCrashed) {
				t.Fatal(err)
			}
			for _, model := range vfs.CrashModels() {
				restart(t, again.CrashClone(model), g, true)
			}
			second.end()
			if !crashed {
				break
			}
		}
	}
}

// TestFailAtEveryOperation fails each operation of a log's life, once and from then on,
// in several ways. The process goes on, and later another one starts.
func TestFailAtEveryOperation(t *testing.T) {
	faults := map[string]error{
		"io error":    syscall.EIO,
		"disk full":   syscall.ENOSPC,
		"quota":       syscall.EDQUOT,
		"short write": &vfs.ShortWriteError{Bytes: 70, Err: syscall.EIO},
		"late error":  &vfs.ShortWriteError{Bytes: 1 << 20, Err: syscall.EIO},
		"short full":  &vfs.ShortWriteError{Bytes: 1, Err: syscall.ENOSPC},
	}
	runs := 0
	for name, fault := range faults {
		for _, sticky := range []bool{false, true} {
			for n := uint64(1); ; n += table.Step(uint64(1)) {
				m := newMem(t)
				g := newLedger()
				w := newWorkload(m, g)
				if sticky {
					m.FailFrom(m.Ops()+n, fault)
				} else {
					m.FailAt(m.Ops()+n, fault)
				}
				before := m.Ops()
				w.denied = func() {
					for range 4 {
						records, _, err := scan(options(m.CrashClone(vfs.RandomBlocks)), g.kept)
						must(t, err)
						must(t, g.check(records, true))
					}
				}
				err := w.run()
				t.Logf("%s, sticky %v, operation %d: %v", name, sticky, n, err)
				reached := m.Ops() >= before+n
				m.FailAt(0, nil)
				powerCut := m.CrashClone(vfs.SyncedOnly)
				blocks := m.CrashClone(vfs.RandomBlocks)
				w.end()
				restart(t, powerCut, g, true)
				restart(t, blocks, g, true)
				restart(t, m, g, false)
				runs++
				if !reached {
					break
				}
			}
		}
	}
	t.Logf("%d runs", runs)
}

// TestSyncFailsAtEveryOperation fails every sync once: nothing of that batch or later
// may be acknowledged.
func TestSyncFailsAtEveryOperation(t *testing.T) {
	for n := 1; ; n++ {
		m := newMem(t)
		g := newLedger()
		w := newWorkload(m, g)
		w.o.SpareMax = -1
		syncs, failed := 0, false
		m.Inject(func(op vfs.Op) error {
			if op.Kind != vfs.OpSync && op.Kind != vfs.OpSyncDir {
				return nil
			}
			syncs++
			if syncs == n {
				failed = true
				return syscall.EIO
			}
			return nil
		})
		err := w.run()
		m.Inject(nil)
		if failed && err == nil && len(g.denied) == 0 {
			t.Fatalf("sync %d failed and nobody was told", n)
		}
		restart(t, m.CrashClone(vfs.SyncedOnly), g, true)
		w.end()
		if !failed {
			break
		}
	}
}

// TestRemovalLeavesNoHole crashes around every operation of a removal: what is left is
// always the end of the log, without a gap in it.
func TestRemovalLeavesNoHole(t *testing.T) {
	for _, spareMax := range []int{-1, 2} {
		m := newMem(t)
		o := options(m)
		o.SpareMax = spareMax
		l := open(t, o)
		appendAll(t, l, 1, 60)
		m.Inject(func(vfs.Op) error {
			for range 8 {
				clone := m.CrashClone(vfs.RandomBlocks)
				if _, _, err := scan(options(clone), 50); err != nil {
					t.Error(err)
				}
			}
			return nil
		})
		must(t, l.Remove(50))
		m.Inject(nil)
		must(t, l.Close())
		wantRecords(t, o, 50, 60)
	}
}
