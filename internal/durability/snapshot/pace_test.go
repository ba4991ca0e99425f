package snapshot_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

func TestThrottle(t *testing.T) {
	s := randomStore(t, 3, 2000)
	o := options(newFS(t), s)
	o.Now = time.Now
	o.FS = newFS(t)
	fast := must[snapshot.Info](t)(snapshot.Create(t.Context(), o))
	const took = 300 * time.Millisecond
	o.BytesPerSecond = fast.Bytes * 2 * int64(time.Second/time.Millisecond) / took.Milliseconds()
	begin := time.Now()
	must[snapshot.Info](t)(snapshot.Create(t.Context(), o))
	if got := time.Since(begin); got < took*7/10 {
		t.Fatalf("writing and reading %d bytes took %v at %d bytes a second", fast.Bytes, got, o.BytesPerSecond)
	}
}

// writesDuring calls change before each write of a snapshot.
func writesDuring(fsys *vfs.Mem, change func()) {
	fsys.Inject(func(op vfs.Op) error {
		if op.Kind == vfs.OpWrite && strings.Contains(op.Name, snapshot.TempPrefix) {
			change()
		}
		return nil
	})
}

func TestHeldBack(t *testing.T) {
	s := randomStore(t, 5, 2000)
	key := must[graph.KeyID](t)(s.InternKey("big"))
	big := value.String(strings.Repeat("x", 10_000))
	tx := s.Begin(storage.TxOptions{})
	id := must[graph.NodeID](t)(tx.CreateNode(nil, []storage.Property{{Key: key, Value: big}}))
	must[any](t)(tx.Commit())
	tx.Release()
	fsys := newFS(t)
	o := options(fsys, s)
	o.PieceBytes = vfs.DirectBytes
	o.Tracker = &snapshot.Tracker{}
	var most atomic.Int64
	writesDuring(fsys, func() {
		tx := s.Begin(storage.TxOptions{})
		defer tx.Release()
		if err := tx.SetNodeProperty(id, key, big); err != nil {
			return // another worker did it
		}
		must[any](t)(tx.Commit())
		most.Store(max(most.Load(), o.Tracker.State().Held))
	})
	free := must[snapshot.Info](t)(snapshot.Create(t.Context(), o))
	s.Collect()
	if n, bytes := s.HeldBack(); most.Load() < 100_000 || n != 0 || bytes != 0 {
		t.Fatalf("at most %d bytes were held back; %d transactions with %d bytes still are", most.Load(), n, bytes)
	}
	if state := o.Tracker.State(); state.Held != 0 || !state.Unthrottled || state.Phase != snapshot.PhaseVerify ||
		state.Thousandths() < 990 || state.Bytes <= 0 || state.Bytes > free.Bytes {
		t.Fatalf("at the end: %+v", state)
	}

	// More than is allowed ends it.
	o.HeldMax = most.Load() / 4
	_, err := snapshot.Create(t.Context(), o)
	var held *snapshot.HeldBackError
	if !errors.As(err, &held) || held.Held <= held.Max || held.Max != o.HeldMax {
		t.Fatalf("got %v", err)
	}
	if names := must[[]string](t)(fsys.List("snapshots")); len(names) != 1 {
		t.Fatalf("left behind: %v", names)
	}

	// More than half of it ends the throttle.
	o.HeldMax, o.BytesPerSecond, o.Now = 40_000, 256<<10, time.Now
	changes := 0
	writesDuring(fsys, func() {
		if changes++; changes > 3 {
			return
		}
		tx := s.Begin(storage.TxOptions{})
		defer tx.Release()
		must[bool](t)(true, tx.SetNodeProperty(id, key, big))
		must[any](t)(tx.Commit())
	})
	o.Workers = 1
	o.Tracker = &snapshot.Tracker{}
	must[snapshot.Info](t)(snapshot.Create(t.Context(), o))
	if !o.Tracker.State().Unthrottled {
		t.Fatal("it was throttled to the end")
	}
}

// TestProgressGrows asks for the progress all the time.
func TestProgressGrows(t *testing.T) {
	s := randomStore(t, 9, 3000)
	fsys := newFS(t)
	o := options(fsys, s)
	o.Tracker = &snapshot.Tracker{}
	last := int64(0)
	var mu sync.Mutex // several workers read at once
	fsys.Inject(func(vfs.Op) error {
		mu.Lock()
		defer mu.Unlock()
		if state := o.Tracker.State(); state.Phase == snapshot.PhaseVerify {
			last = max(last, state.Thousandths())
		}
		return nil
	})
	must[snapshot.Info](t)(snapshot.Create(t.Context(), o))
	if end := o.Tracker.State().Thousandths(); last < 800 || end < last {
		t.Fatalf("progress %d while verifying, %d at the end", last, end)
	}
}

// TestFailedWriteBack fails what sends a snapshot to the disk: a later sync would not tell.
func TestFailedWriteBack(t *testing.T) {
	fsys := newFS(t)
	fsys.NeverDirect()
	s := randomStore(t, 9, 3000)
	fsys.Inject(func(op vfs.Op) error {
		if op.Kind == vfs.OpWriteBack {
			return errors.New("the disk does not take it")
		}
		return nil
	})
	if _, err := snapshot.Create(t.Context(), options(fsys, s)); err == nil || !strings.Contains(err.Error(), "the disk does not take it") {
		t.Fatalf("got %v", err)
	}
	if names := must[[]string](t)(fsys.List("snapshots")); len(names) != 0 {
		t.Fatalf("left behind: %v", names)
	}
}
