package durability_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/schedule"
)

// scheduled is a database in a bubble whose scheduler follows text.
func scheduled(t *testing.T, fsys *vfs.Mem, text string) *database {
	t.Helper()
	return open(t, fsys, func(o *durability.Options) {
		o.Snapshots, o.Now, o.RetentionCount = must[schedule.Schedule](t)(schedule.Parse(text)), time.Now, 100
	})
}

// TestScheduleChanges sets other schedules while the server runs.
func TestScheduleChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fsys := vfs.NewMem(1)
		d := scheduled(t, fsys, "")
		set := func(text string, want time.Duration) {
			t.Helper()
			d.m.SetSchedule(must[schedule.Schedule](t)(schedule.Parse(text)))
			_, at, ok := d.m.NextSnapshot()
			if ok != (want > 0) || ok && time.Until(at) != want {
				t.Fatalf("schedule %q at %v: next at %v, %t", text, time.Now(), at, ok)
			}
			if got := d.m.Schedule().String(); got != text {
				t.Fatalf("schedule %q is %q", text, got)
			}
		}
		written := func(after time.Duration, want int) {
			t.Helper()
			d.commits(1)
			time.Sleep(after)
			synctest.Wait()
			if got := len(snapshots(t, fsys)); got != want {
				t.Fatalf("%d snapshots, want %d", got, want)
			}
		}
		set("", 0)
		written(24*time.Hour, 0)
		set("90", 90*time.Second)
		written(89*time.Second, 0)
		written(time.Second, 1)
		set("", 0)
		written(24*time.Hour, 1)
		set("0 0 */2 * * *", time.Until(time.Now().Truncate(2*time.Hour).Add(2*time.Hour)))
		written(2*time.Hour, 2)
		written(2*time.Hour, 3)
		d.close()
	})
}

// TestScheduleAfterTheClockWentBack: a tick comes no later than the schedule says by the new
// time.
func TestScheduleAfterTheClockWentBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fsys := vfs.NewMem(1)
		var back atomic.Int64
		d := open(t, fsys, func(o *durability.Options) {
			o.Snapshots, o.RetentionCount = must[schedule.Schedule](t)(schedule.Parse("600")), 100
			o.Now = func() time.Time { return time.Now().Add(-time.Duration(back.Load())) }
		})
		d.commits(1)
		back.Store(int64(24 * time.Hour))
		time.Sleep(10*time.Minute + time.Minute)
		synctest.Wait()
		if got := len(snapshots(t, fsys)); got != 1 {
			t.Errorf("%d snapshots, want 1", got)
		}
		d.close()
	})
}

// TestScheduleEndsWithTheServer closes while a tick is far off.
func TestScheduleEndsWithTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := scheduled(t, vfs.NewMem(1), "604800")
		time.Sleep(time.Hour)
		began := time.Now()
		d.close()
		if took := time.Since(began); took != 0 {
			t.Fatalf("the end took %v", took)
		}
	})
}

// TestSlowSnapshotSkipsTicks lets a snapshot take longer than the time between two.
func TestSlowSnapshotSkipsTicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fsys := vfs.NewMem(1)
		d := scheduled(t, fsys, "60")
		slow, cancel := context.WithTimeout(t.Context(), 150*time.Second)
		defer cancel()
		fsys.Inject(func(op vfs.Op) error {
			if strings.Contains(op.Name, "tmp-") {
				<-slow.Done()
			}
			return nil
		})
		d.commits(1)
		time.Sleep(149 * time.Second)
		synctest.Wait()
		if n := len(snapshots(t, fsys)); n != 0 {
			t.Fatalf("%d snapshots", n)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		_, at, ok := d.m.NextSnapshot()
		if n := len(snapshots(t, fsys)); n != 1 || !ok || time.Until(at) != 29*time.Second {
			t.Fatalf("%d snapshots, next in %v", n, time.Until(at))
		}
		d.close()
	})
}

// TestEndSnapshot ends a snapshot that the scheduler writes.
func TestEndSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fsys := vfs.NewMem(1)
		d := scheduled(t, fsys, "60")
		if d.m.EndSnapshot() {
			t.Error("ended a snapshot that there is not")
		}
		goOn := make(chan struct{})
		fsys.Inject(func(op vfs.Op) error {
			if op.Kind == vfs.OpWrite && strings.Contains(op.Name, "tmp-") {
				<-goOn
			}
			return nil
		})
		d.commits(1)
		time.Sleep(61 * time.Second)
		synctest.Wait()
		r, ok := d.m.RunningSnapshot()
		if !ok || r.Trigger != "periodic" || time.Since(r.Started) != time.Second {
			t.Fatalf("%+v %t", r, ok)
		}
		if !d.m.EndSnapshot() {
			t.Error("not ended")
		}
		close(goOn)
		synctest.Wait()
		if r, ok := d.m.RunningSnapshot(); ok {
			t.Fatalf("%+v", r)
		}
		if n := len(list(t, fsys, "data/snapshots")); n != 0 {
			t.Errorf("%d files", n)
		}
		time.Sleep(time.Minute) // the next tick
		synctest.Wait()
		if n := len(snapshots(t, fsys)); n != 1 {
			t.Errorf("%d snapshots", n)
		}
		d.close()
	})
}

// TestShortLives stops the server more often than its interval: a snapshot is written
// nevertheless as soon as the interval has passed since the newest one, or soon after a
// start, so that the log does not grow for ever.
func TestShortLives(t *testing.T) {
	for _, text := range []string{"300", "0 */5 * * * *"} {
		synctest.Test(t, func(t *testing.T) {
			fsys := vfs.NewMem(1)
			for life := range 20 {
				d := scheduled(t, fsys, text)
				d.commits(1)
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				d.close()
				if got, least := len(snapshots(t, fsys)), life*2/5; got < least || got > least+2 {
					t.Fatalf("schedule %q: %d snapshots after %d lives of two minutes", text, got, life+1)
				}
			}
		})
	}
}

// TestNothingMissed starts a server whose data is all in a snapshot: the interval counts
// from the start.
func TestNothingMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fsys := vfs.NewMem(1)
		d := scheduled(t, fsys, "300")
		d.commits(1)
		time.Sleep(301 * time.Second)
		synctest.Wait()
		d.close()
		time.Sleep(time.Hour)
		d = scheduled(t, fsys, "300")
		if _, at, ok := d.m.NextSnapshot(); !ok || time.Until(at) != 300*time.Second {
			t.Fatalf("next at %v, %t", at, ok)
		}
		d.close()
	})
}
