package durability_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
)

// lockGuard watches a locked directory: it hears of every operation of the disk, and
// compares what was there at LOCK with what is there between two operations.
type lockGuard struct {
	t    *testing.T
	what string
	r    *rand.Rand

	atLock map[string]string // content; of the segment that was open, what was written
	open   string            // that segment

	mu         sync.Mutex
	operations int
	compared   int
	crashed    bool // spares, which mean nothing and are not synced in a hurry, may be as they were before
	broken     bool
}

// newLockGuard takes stock right after LOCK.
func newLockGuard(t *testing.T, fsys *vfs.Mem, r *rand.Rand, what string) *lockGuard {
	t.Helper()
	g := &lockGuard{t: t, what: what, r: r, atLock: content(t, fsys)}
	if list := segments(t, fsys); len(list) > 0 {
		g.open = list[len(list)-1]
		g.atLock[g.open] = g.atLock[g.open][:lastUsed([]byte(g.atLock[g.open]))]
	}
	g.watch(fsys)
	return g
}

// watch makes a disk tell its operations.
func (g *lockGuard) watch(fsys *vfs.Mem) {
	fsys.Inject(func(op vfs.Op) error {
		g.hear(fsys, op)
		return nil
	})
}

func (g *lockGuard) hear(fsys *vfs.Mem, op vfs.Op) {
	if !op.Kind.Mutates() {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.operations++
	_, there := g.atLock[op.Name]
	switch {
	case !there:
	case op.Kind == vfs.OpRemove, op.Kind == vfs.OpRename, op.Kind == vfs.OpCreate:
		g.fail("%v", op)
	case op.Kind == vfs.OpWrite, op.Kind == vfs.OpTruncate, op.Kind == vfs.OpPreallocate:
		if op.Name != g.open || op.Off < int64(len(g.atLock[op.Name])) {
			g.fail("%v", op)
		}
	}
	if g.r.IntN(20) == 0 {
		g.compareLocked(fsys.CrashClone(vfs.Everything))
	}
}

func (g *lockGuard) fail(format string, args ...any) {
	if !g.broken {
		g.t.Errorf("%s: a file that was there at LOCK was touched: %s", g.what, fmt.Sprintf(format, args...))
	}
	g.broken = true
}

func (g *lockGuard) compareLocked(disk *vfs.Mem) {
	g.compared++
	now := content(g.t, disk)
	for path, was := range g.atLock {
		is, there := now[path]
		switch {
		case g.crashed && strings.HasSuffix(path, ".spare"):
		case !there:
			g.fail("%s is gone", path)
		case path == g.open && len(is) >= len(was):
			is = is[:len(was)]
			fallthrough
		default:
			if is != was {
				g.fail("%s has changed", path)
			}
		}
	}
}

// TestNothingIsTouchedWhileLocked locks a directory that has everything a retention would
// like: more snapshots than are kept, a damaged one, log that nobody needs, spares, what a
// crash left behind, a full quarantine. Then it is worked with, crashed, stopped and started
// anew, with a failing disk now and then.
func TestNothingIsTouchedWhileLocked(t *testing.T) {
	operations, compared := 0, 0
	for seed := uint64(1); seed <= 12 && !t.Failed(); seed++ {
		r := rand.New(rand.NewPCG(seed, 3))
		few := func(o *durability.Options) {
			o.RetentionCount, o.RetentionAge, o.RetentionBytes, o.QuarantineCount = 1, time.Nanosecond, 1, 1
			o.SnapshotOnExit, o.BallastBytes = seed%2 == 0, ballastBytes
		}
		fsys := vfs.NewMem(seed)
		d := open(t, fsys, few, func(o *durability.Options) { o.RetentionCount, o.RetentionAge, o.RetentionBytes = 4, 0, 0 })
		for range 3 {
			d.commits(10 + r.IntN(20))
			d.snapshot()
		}
		flip(t, fsys, snapshots(t, fsys)[r.IntN(2)])
		write(t, fsys, "data/snapshots/tmp-1", []byte("half"))
		write(t, fsys, "data/quarantine/00000000000000000001-20260506T070809.000000Z.snap", []byte("bad"))
		write(t, fsys, "data/quarantine/00000000000000000002-20260506T070809.000000Z.snap", []byte("bad"))
		for _, dir := range []string{"data/snapshots", "data/quarantine", "data"} {
			check(t, fsys.SyncDir(dir))
		}
		must[bool](t)(d.m.LockDirectory("ann"))
		g := newLockGuard(t, fsys, r, fmt.Sprintf("seed %d", seed))
		for range 30 {
			d = g.step(d, few)
		}
		g.mu.Lock()
		g.compareLocked(d.fs.CrashClone(vfs.Everything))
		operations, compared = operations+g.operations, compared+g.compared
		g.mu.Unlock()
		d.fs.Inject(nil)
		g.unlock(d, few)
	}
	t.Logf("%d operations of locked directories heard, contents compared after %d of them", operations, compared)
}

// step does something with a locked directory.
func (g *lockGuard) step(d *database, few func(*durability.Options)) *database {
	g.t.Helper()
	switch g.r.IntN(8) {
	case 0:
		if _, err := d.m.CreateSnapshot(g.t.Context()); err != nil {
			g.t.Error(err)
		}
	case 1: // stopped in good order
		d.close()
		d = open(g.t, d.fs, few)
	case 2: // a crash
		d.fs.Inject(nil)
		models := vfs.CrashModels()
		disk := d.fs.CrashClone(models[g.r.IntN(len(models))])
		d.abandon()
		g.mu.Lock()
		g.crashed = true
		g.mu.Unlock()
		g.watch(disk)
		d = open(g.t, disk, few)
	case 3: // a disk that fails for a while
		at := d.fs.Ops() + uint64(g.r.IntN(10))
		cause := []error{syscall.EIO, syscall.ENOSPC}[g.r.IntN(2)]
		d.fs.Inject(func(op vfs.Op) error {
			g.hear(d.fs, op)
			if op.N >= at && op.N < at+3 && op.Kind.Mutates() && op.Kind != vfs.OpSync {
				return cause
			}
			return nil
		})
		for range 5 {
			_, _, err := d.w.commit()
			check(g.t, err)
		}
		// Whether it comes about depends on what the disk is like.
		_, _ = d.m.CreateSnapshot(g.t.Context())
		g.watch(d.fs)
		if d.m.Health() != nil {
			d.abandon()
			d = open(g.t, d.fs, few)
		}
	case 4:
		d.m.Look()
	default:
		d.commits(1 + g.r.IntN(15))
	}
	if lock := must[durability.LockInfo](g.t)(d.m.DirectoryLock()); !lock.Locked || lock.Owner != "ann" {
		g.t.Fatalf("%s: not locked any more: %+v", g.what, lock)
	}
	return d
}

// unlock ends it: now everything goes that was kept.
func (g *lockGuard) unlock(d *database, few func(*durability.Options)) {
	g.t.Helper()
	must[bool](g.t)(d.m.UnlockDirectory())
	d.commits(1)
	d.snapshot()
	// What a crash left behind goes at the next start.
	want := graphText(d.s)
	d.close()
	d = open(g.t, d.fs, few)
	d.same(want)
	if got := d.kept(); len(got) != 1 {
		g.t.Errorf("%s: %v are kept after UNLOCK", g.what, got)
	}
	if names := list(g.t, d.fs, "data/snapshots"); len(names) != 1 {
		g.t.Errorf("%s: %v are left after UNLOCK", g.what, names)
	}
	if names := list(g.t, d.fs, "data/quarantine"); len(names) != 1 {
		g.t.Errorf("%s: %v are left in quarantine", g.what, names)
	}
	first := segments(g.t, d.fs)[0]
	if _, was := g.atLock[first]; was && slices.Contains(segments(g.t, d.fs)[1:], g.open) {
		g.t.Errorf("%s: the log was not given back after UNLOCK: %v", g.what, segments(g.t, d.fs))
	}
	d.close()
}

// TestLockHeldLong warns after an hour, and now and then from there on.
func TestLockHeldLong(t *testing.T) {
	fsys := vfs.NewMem(1)
	var passed atomic.Int64 // since epoch; goroutines of the database ask for the time
	now := func() time.Time { return epoch.Add(time.Duration(passed.Load())) }
	wait := func(d time.Duration) { passed.Add(int64(d)) }
	lines, keep := logged()
	clock := func(o *durability.Options) { o.Now = now }
	d := open(t, fsys, clock, keep)
	must[bool](t)(d.m.LockDirectory("ann"))
	warned := func() int { return lines.FilterMessageSnippet("locked for long").Len() }
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{59 * time.Minute, 0}, {2 * time.Minute, 1}, {time.Minute, 1}, {5 * time.Hour, 1}, {time.Hour, 2}, {time.Minute, 2}} {
		wait(c.after)
		d.m.Look()
		if warned() != c.want {
			t.Errorf("warned %d times after %v, want %d", warned(), now().Sub(epoch), c.want)
		}
	}
	d.close()
	d = open(t, fsys, clock, keep) // over a restart too
	if warned() != 3 {
		t.Errorf("warned %d times after a restart", warned())
	}
	line := lines.FilterMessageSnippet("locked for long").All()[2].ContextMap()
	if line["owner"] != "ann" || line["held"] == nil {
		t.Errorf("got %v", line)
	}
	must[bool](t)(d.m.UnlockDirectory())
	wait(24 * time.Hour)
	d.m.Look()
	must[bool](t)(d.m.LockDirectory("bob"))
	d.m.Look()
	if warned() != 3 {
		t.Errorf("warned %d times about a new lock", warned())
	}
	d.close()
}

// TestLockInACopyIsNotInForce copies a locked directory into other places and by other
// means: the lock is in force in the original and where it was moved to, and nowhere else.
func TestLockInACopyIsNotInForce(t *testing.T) {
	fsys := vfs.NewMem(1)
	d := open(t, fsys)
	d.commits(30)
	must[bool](t)(d.m.LockDirectory("ann"))
	want := graphText(d.s)
	copied := copyDir(t, fsys)
	d.close()
	other := open(t, copied)
	if must[durability.LockInfo](t)(other.m.DirectoryLock()).Locked {
		t.Error("the copy is locked")
	}
	other.same(want)
	other.snapshot()
	other.close()
	if there := must[bool](t)(vfs.Exists(copied, "data/LOCK-DATA-DIRECTORY")); there {
		t.Error("the copy keeps a lock that is not in force")
	}
	check(t, fsys.Rename("data", "elsewhere"))
	check(t, fsys.SyncDir("."))
	moved := open(t, fsys, func(o *durability.Options) { o.Dir = "elsewhere" })
	if !must[durability.LockInfo](t)(moved.m.DirectoryLock()).Locked {
		t.Error("the lock got lost on the way")
	}
	moved.close()
	// The copy of the lock file alone locks nothing.
	write(t, copied, "data/LOCK-DATA-DIRECTORY", read(t, fsys, "elsewhere/LOCK-DATA-DIRECTORY"))
	other = open(t, copied)
	if must[durability.LockInfo](t)(other.m.DirectoryLock()).Locked {
		t.Error("a copied lock file is in force")
	}
	other.close()
	if _, err := d.m.LockDirectory("late"); !errors.Is(err, durability.ErrClosed) {
		t.Errorf("got %v", err)
	}
}
