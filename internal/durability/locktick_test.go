package durability_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"memgraphd/internal/durability/vfs"
)

// TestTickDuringLock lets a snapshot fall due at every operation of LOCK DATA DIRECTORY:
// once the directory is locked, no file of it comes and goes.
func TestTickDuringLock(t *testing.T) {
	probe := vfs.NewMem(1)
	d := open(t, probe)
	d.commits(5)
	before := probe.Ops()
	must[bool](t)(d.m.LockDirectory("ann"))
	count := probe.Ops() - before
	d.close()
	for n := uint64(1); n <= count; n++ {
		fsys := vfs.NewMem(1)
		d := open(t, fsys)
		d.commits(5)
		begin := fsys.Ops()
		var tick sync.WaitGroup
		var locked sync.Once
		fsys.Inject(func(op vfs.Op) error {
			if op.N >= begin+n {
				locked.Do(func() {
					tick.Go(func() { d.m.Tick(t.Context()) })
					time.Sleep(2 * time.Millisecond)
				})
			}
			return nil
		})
		must[bool](t)(d.m.LockDirectory("ann"))
		fsys.Inject(func(op vfs.Op) error {
			if op.Kind.Mutates() && strings.Contains(op.Name, "/snapshots") {
				t.Errorf("tick at operation %d of LOCK, then while locked: %v", n, op)
			}
			return nil
		})
		tick.Wait()
		fsys.Inject(nil)
		must[bool](t)(d.m.UnlockDirectory())
		d.close()
	}
}
