package damage

import (
	"sync"
	"sync/atomic"

	"memgraphd/internal/durability/vfs"
)

// sweepers is how many sweep at the same time.
const sweepers = 2

// Sweep calls fn with the numbers 0 to n-1, step by step. Calls run at the same time, each on a disk like base that it has
// to itself. It ends early where stop says so.
func Sweep(base *vfs.Mem, stop func() bool, n, step int, fn func(disk *vfs.Mem, i int)) {
	var next atomic.Int64
	var group sync.WaitGroup
	for range sweepers {
		disk := base.CrashClone(vfs.Everything)
		group.Go(func() {
			for !stop() {
				i := int(next.Add(int64(step))) - step
				if i >= n {
					return
				}
				fn(disk, i)
			}
		})
	}
	group.Wait()
}
