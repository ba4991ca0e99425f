package durability_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
)

// throttled is a database in a bubble whose snapshots take hours.
func throttled(t *testing.T, alter func(*durability.Options)) *database {
	t.Helper()
	d := open(t, vfs.NewMem(1), func(o *durability.Options) {
		o.Now, o.SnapshotBytesPerSecond, o.SnapshotWorkers = time.Now, 1, 1
		alter(o)
	})
	d.commits(200)
	return d
}

// begin starts a snapshot and returns once it waits for the throttle.
func (d *database) begin() <-chan error {
	ended := make(chan error, 1)
	go func() {
		_, err := d.m.CreateSnapshot(noContext)
		ended <- err
	}()
	synctest.Wait()
	return ended
}

func TestThrottledSnapshotEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := throttled(t, func(*durability.Options) {})
		ended := d.begin()
		r, ok := d.m.RunningSnapshot()
		if !ok || r.Phase != string(snapshot.PhaseWrite) || r.Bytes <= 0 || r.Done < 0 || r.Done >= r.Total {
			t.Fatalf("running: %+v, %t", r, ok)
		}
		before := time.Now()
		if !d.m.EndSnapshot() {
			t.Fatal("no snapshot to end")
		}
		if err := <-ended; !errors.Is(err, durability.ErrSnapshotEnded) || !time.Now().Equal(before) {
			t.Fatalf("ended after %v: %v", time.Since(before), err)
		}
		// A throttled one also comes to its end, and takes its time.
		if err := <-d.begin(); err != nil || time.Since(before) < time.Hour {
			t.Fatalf("ended after %v: %v", time.Since(before), err)
		}
		d.close()
	})
}

func TestSnapshotThatHoldsBackTooMuch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := throttled(t, func(o *durability.Options) { o.SnapshotHeldMax = 20_000 })
		ended := d.begin()
		d.commits(200)
		info := d.m.Info()
		if info.HeldTransactions < 100 || info.HeldBytes < 20_000 {
			t.Fatalf("%d transactions with %d bytes are held back", info.HeldTransactions, info.HeldBytes)
		}
		err := <-ended
		held, ok := errors.AsType[*snapshot.HeldBackError](err)
		if !ok || held.Max != 20_000 || held.Held != info.HeldBytes {
			t.Fatalf("got %v", err)
		}
		if got := d.m.Info().SnapshotFailures; got != 1 {
			t.Fatalf("%d failures counted", got)
		}
		before := time.Now()
		if err := <-d.begin(); err != nil || !time.Now().Equal(before) {
			t.Fatalf("the next one took %v: %v", time.Since(before), err)
		}
		d.s.Collect()
		if n, bytes := d.s.HeldBack(); n != 0 || bytes != 0 {
			t.Fatalf("%d transactions with %d bytes are held back by nobody", n, bytes)
		}
		d.commits(1)
		if err := <-d.begin(); err != nil || time.Since(before) < time.Hour {
			t.Fatalf("the one after it took %v: %v", time.Since(before), err)
		}
		d.close()
	})
}
