package durability_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage/change"
	"memgraphd/test/damage"
	"memgraphd/test/table"
)

// TestDamagedDirectory damages a whole data directory at random, MEMGRAPHD_FAULTS (1000)
// times from MEMGRAPHD_SEED on: snapshots, log, identity and whatever else is in it. The
// start refuses and names a file, or has the whole graph, or says that the end of the log
// was torn; what a cut took of the newest segment with all its proofs may be missing, and
// then the graph is an older one. It is never any other.
func TestDamagedDirectory(t *testing.T) {
	base, rec, last := closedDirectory(t)
	want := rec.state(last)
	all := content(t, base)
	names := slices.Sorted(maps.Keys(all))
	var files [][]byte
	newest := 0
	for i, name := range names {
		files = append(files, []byte(all[name]))
		if strings.HasSuffix(name, ".wal") {
			newest = i
		}
	}
	seed := table.Seed(t)
	began := time.Now()
	row := table.Row{Test: "R7", What: fmt.Sprintf("random faults in a directory of %d files", len(names)), Seed: seed}
	var detected, harmless, undetected, next atomic.Int64
	count := int64(table.Count(t, "MEMGRAPHD_FAULTS", table.Fewer(1000)))
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for i := next.Add(1); i <= count && !t.Failed(); i = next.Add(1) {
				damaged, fault := damage.Random(rand.New(rand.NewPCG(seed, uint64(i))), files)
				disk := base.CrashClone(vfs.Everything)
				for _, file := range fault.Touched {
					write(t, disk, names[file], damaged[file])
				}
				what := fmt.Sprintf("MEMGRAPHD_SEED=%d, fault %d: %s%v", seed, i, fault.What, names)
				d, err := tryOpen(t, disk)
				if err != nil {
					if !namesFile(err, names) {
						t.Errorf("%s: the message names no file: %v", what, err)
					}
					detected.Add(1)
					continue
				}
				found := d.s.LastCommitted()
				report := d.m.Report()
				cut := fault.Cut && slices.Contains(fault.Touched, newest)
				switch got := graphText(d.s); {
				case got == want && found == last:
					harmless.Add(1)
				case found < last && got == rec.state(found) && (cut || report.Tail != nil):
					harmless.Add(1)
				default:
					undetected.Add(1)
					t.Errorf("%s: commit %d of %d, tail %+v:\n%s", what, found, last, report.Tail, diff(got, want))
				}
				d.abandon()
			}
		})
	}
	workers.Wait()
	row.States, row.Detected, row.Harmless, row.Undetected = count, detected.Load(), harmless.Load(), undetected.Load()
	row.Took = time.Since(began)
	table.Add(t, row)
}

// namesFile reports whether a message leads to a file or a folder of the directory.
func namesFile(err error, names []string) bool {
	text := err.Error()
	for _, name := range names {
		if strings.Contains(text, filepath.Base(name)) {
			return true
		}
	}
	return strings.Contains(text, "wal/") || strings.Contains(text, "snapshots/")
}

// closedDirectory returns a directory with snapshots and log, closed in good order.
func closedDirectory(t *testing.T) (*vfs.Mem, *recorder, change.Index) {
	t.Helper()
	fsys := vfs.NewMem(9)
	d := open(t, fsys, func(o *durability.Options) { o.SegmentBytes = 4096 })
	for range 3 {
		d.commits(12)
		_, err := d.m.CreateSnapshot(t.Context())
		check(t, err)
	}
	last := d.commits(20)
	d.close()
	return fsys, d.rec, last
}
