package durability_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage/change"
	"memgraphd/test/table"
)

// The enumerations: every operation of every script is crashed under every survival
// model (R1), every operation of a recovery after such a crash is crashed again (R2), and
// every operation fails in every way (R3).
//
//	MEMGRAPHD_CRASH_SEEDS   how many seeds, each with all operations; unset: a sample of one seed
//	MEMGRAPHD_SEED          the first seed (1)
//	MEMGRAPHD_CRASH_SCRIPT  runs the script of this name only

// enumeration is what the environment asks for.
type enumeration struct {
	t       *testing.T
	first   uint64
	seeds   int
	sample  int // one operation of so many
	scripts []script
	began   time.Time

	states, acked, lost, wrong atomic.Int64
}

func newEnumeration(t *testing.T) *enumeration {
	t.Helper()
	e := &enumeration{t: t, first: 1, seeds: table.Count(t, "MEMGRAPHD_CRASH_SEEDS", 0), sample: 1, scripts: scripts, began: time.Now()}
	if os.Getenv("MEMGRAPHD_SEED") != "" {
		e.first = table.Seed(t)
	}
	if e.seeds == 0 {
		e.seeds, e.sample = 1, 12
	}
	if name := os.Getenv("MEMGRAPHD_CRASH_SCRIPT"); name != "" {
		e.scripts = nil
		for _, sc := range scripts {
			if sc.name == name {
				e.scripts = append(e.scripts, sc)
			}
		}
	}
	return e
}

// thin returns one of how many faults is tried.
func (e *enumeration) thin() int {
	if e.sample > 1 {
		return 150
	}
	return 3
}

// each runs fn for every script and seed, two at a time.
func (e *enumeration) each(fn func(seed uint64, sc script)) {
	type one struct {
		seed uint64
		sc   script
	}
	work := make(chan one)
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for w := range work {
				if !e.t.Failed() {
					fn(w.seed, w.sc)
				}
			}
		})
	}
	for i := range e.seeds {
		for _, sc := range e.scripts {
			work <- one{e.first + uint64(i), sc}
		}
	}
	close(work)
	workers.Wait()
}

func (e *enumeration) report(test, what string) {
	e.t.Helper()
	table.Add(e.t, table.Row{
		Test: test, What: what, States: e.states.Load(), Acknowledged: e.acked.Load(), Lost: e.lost.Load(),
		Undetected: e.wrong.Load(), Seed: e.first, Took: time.Since(e.began),
	})
	if e.states.Load() == 0 {
		e.t.Error("no state was looked at")
	}
}

// cut is a disk after a crash, with what was known of the commits.
type cut struct {
	disk          *vfs.Mem
	acked, issued change.Index
	rec           *recorder
	what          string
}

// judge compares what a start made of a cut with what was committed.
func (e *enumeration) judge(c cut, d *database, err error) bool {
	e.states.Add(1)
	e.acked.Add(int64(c.acked))
	if err != nil {
		e.lost.Add(int64(c.acked))
		e.t.Errorf("%s: the start fails: %v", c.what, err)
		return false
	}
	last := d.s.LastCommitted()
	switch {
	case last < c.acked:
		e.lost.Add(int64(c.acked - last))
		e.t.Errorf("%s: recovered up to commit %d, and %d was acknowledged", c.what, last, c.acked)
	case last > c.issued:
		e.wrong.Add(1)
		e.t.Errorf("%s: recovered up to commit %d, and %d were made", c.what, last, c.issued)
	}
	if err := d.s.Check(); err != nil {
		e.wrong.Add(1)
		e.t.Errorf("%s: %v", c.what, err)
	}
	if got, want := graphText(d.s), c.rec.state(last); got != want {
		e.wrong.Add(1)
		e.t.Errorf("%s: the graph at commit %d is another:\n%s", c.what, last, diff(got, want))
	}
	return !e.t.Failed()
}

// recover starts on a cut and compares; more goes on with it afterwards.
func (e *enumeration) recover(c cut, more func(*database)) {
	d, err := tryOpen(e.t, c.disk)
	if !e.judge(c, d, err) {
		return
	}
	if more != nil {
		more(d)
	}
	d.abandon()
}

// goOn commits to a recovered server and sees that the next start finds it.
func (e *enumeration) goOn(c cut, d *database) {
	d.rec.mu.Lock()
	for index := change.Index(1); index <= d.s.LastCommitted(); index++ {
		if ops, ok := c.rec.ops(index); ok {
			d.rec.commits[index] = ops
		}
	}
	d.rec.mu.Unlock()
	last := d.commits(2)
	e.recover(cut{c.disk.CrashClone(vfs.SyncedOnly), last, last, d.rec, c.what + ", after going on"}, nil)
}

// ops returns what a commit was.
func (r *recorder) ops(index change.Index) ([]modelOp, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ops, ok := r.commits[index]
	return ops, ok
}

// cuts plays a script and hands out the disk at every operation, under every model.
func (e *enumeration) cuts(seed uint64, sc script, fn func(cut)) {
	fsys := vfs.NewMem(seed)
	l := newLife(e.t, fsys, seed)
	var mu sync.Mutex
	picks := rand.New(rand.NewPCG(seed, 10))
	var all []cut
	fsys.Inject(func(op vfs.Op) error {
		if !op.Kind.Mutates() {
			return nil
		}
		if op.Kind == vfs.OpSync {
			time.Sleep(100 * time.Microsecond) // who was told too early has to be heard first
		}
		mu.Lock()
		defer mu.Unlock()
		for _, model := range vfs.CrashModels() {
			if picks.IntN(e.sample) > 0 {
				continue
			}
			c := cut{acked: l.rec.acknowledged(), rec: l.rec}
			c.disk = fsys.CrashClone(model)
			c.issued = l.rec.newest()
			c.what = fmt.Sprintf("%s, MEMGRAPHD_SEED=%d, %v before %v", sc.name, seed, model, op)
			all = append(all, c)
		}
		return nil
	})
	l.play(sc)
	fsys.Inject(nil)
	for i := range all {
		if e.t.Failed() {
			return
		}
		fn(all[i])
		all[i].disk = nil
	}
}

// TestCrashAtEveryOperation is R1.
func TestCrashAtEveryOperation(t *testing.T) {
	e := newEnumeration(t)
	e.each(func(seed uint64, sc script) {
		n := 0
		e.cuts(seed, sc, func(c cut) {
			n++
			e.recover(c, func(d *database) {
				if n%8 == 0 {
					e.goOn(c, d)
				}
			})
		})
	})
	e.report("R1", "crash at every operation of 12 scripts")
}

// TestCrashInEveryRecovery is R2: the start after a crash is crashed in each of its
// operations, and that of the second start in some of its own.
func TestCrashInEveryRecovery(t *testing.T) {
	e := newEnumeration(t)
	e.each(func(seed uint64, sc script) {
		picks := rand.New(rand.NewPCG(seed, 11))
		e.cuts(seed, sc, func(c cut) {
			if picks.IntN(max(300/e.sample, 100)) == 0 {
				e.crashRecovery(c, picks, 1)
			}
		})
	})
	e.report("R2", "crash at every operation of a recovery")
}

// crashRecovery crashes a start in every operation and starts again; depth says how often
// that start is crashed, too.
func (e *enumeration) crashRecovery(c cut, picks *rand.Rand, depth int) {
	probe := c.disk.CrashClone(vfs.Everything)
	before := probe.Ops()
	d, err := tryOpen(e.t, probe)
	if err != nil {
		e.t.Errorf("%s: the start fails: %v", c.what, err)
		return
	}
	ops := probe.Ops() - before
	d.abandon()
	for n := uint64(1); n <= ops && !e.t.Failed(); n++ {
		fsys := c.disk.CrashClone(vfs.Everything)
		fsys.CrashAt(fsys.Ops() + n)
		if d, err := tryOpen(e.t, fsys); err == nil {
			d.abandon()
		} else if !errors.Is(err, vfs.ErrCrashed) {
			e.t.Errorf("%s, then crash in operation %d of %d: %v", c.what, n, ops, err)
		}
		model := vfs.CrashModels()[picks.IntN(len(vfs.CrashModels()))]
		next := c
		next.disk = fsys.CrashClone(model)
		next.what = fmt.Sprintf("%s, then %v in operation %d of the start", c.what, model, n)
		if depth > 0 && picks.IntN(60) == 0 {
			e.crashRecovery(next, picks, depth-1)
		}
		e.recover(next, nil)
	}
}

// TestErrorAtEveryOperation is R3.
func TestErrorAtEveryOperation(t *testing.T) {
	e := newEnumeration(t)
	ways := []struct {
		name string
		err  error
	}{
		{"EIO", syscall.EIO},
		{"ENOSPC", syscall.ENOSPC},
		{"EDQUOT", syscall.EDQUOT},
		{"a short write", &vfs.ShortWriteError{Bytes: 13, Err: syscall.ENOSPC}},
		{"a late error", &vfs.ShortWriteError{Bytes: 1 << 20, Err: syscall.EIO}},
	}
	e.each(func(seed uint64, sc script) {
		picks := rand.New(rand.NewPCG(seed, 12))
		probe := vfs.NewMem(seed)
		newLife(e.t, probe, seed).play(sc)
		for _, way := range ways {
			for _, sticky := range []bool{false, true} {
				for n := uint64(1); n <= probe.Ops() && !e.t.Failed(); n++ {
					if picks.IntN(e.thin()) == 0 {
						what := fmt.Sprintf("%s, MEMGRAPHD_SEED=%d, %s at operation %d, sticky %v", sc.name, seed, way.name, n, sticky)
						e.failOnce(seed, sc, fault{n, way.err, sticky}, what)
					}
				}
			}
		}
	})
	e.report("R3", "error at every operation of 12 scripts")
}

// fault is an operation that fails.
type fault struct {
	n      uint64
	err    error
	sticky bool
}

// failOnce plays a script on a disk that fails, and starts on what is left.
func (e *enumeration) failOnce(seed uint64, sc script, f fault, what string) {
	fsys := vfs.NewMem(seed)
	l := newLife(e.t, fsys, seed)
	l.faulty = true
	var syncFailed atomic.Bool
	var ackedThen atomic.Uint64
	log := &segmentNames{}
	fsys.Inject(func(op vfs.Op) error {
		segment := log.is(op)
		if op.N != f.n && (!f.sticky || op.N < f.n || !op.Kind.Mutates()) {
			return nil
		}
		if op.Kind == vfs.OpSync && segment && !syncFailed.Load() {
			ackedThen.Store(uint64(l.rec.acknowledged()))
			syncFailed.Store(true)
		}
		return f.err
	})
	if l.start() {
		m := l.m
		sc.run(l)
		if l.m == m && syncFailed.Load() && uint64(l.rec.acknowledged()) > ackedThen.Load() {
			e.wrong.Add(1)
			e.t.Errorf("%s: a commit was acknowledged after a failed sync", what)
		}
		e.alive(l, what)
	}
	fsys.Inject(nil)
	for _, model := range vfs.CrashModels() {
		c := cut{disk: fsys.CrashClone(model), acked: l.rec.acknowledged(), issued: l.rec.newest(), rec: l.rec}
		c.what = fmt.Sprintf("%s, then %v", what, model)
		e.recover(c, nil)
	}
	l.end()
}

// alive sees that a server whose disk failed still serves what was committed.
func (e *enumeration) alive(l *life, what string) {
	if l.m == nil {
		return
	}
	last := l.s.LastCommitted()
	if got, want := graphText(l.s), l.rec.state(last); got != want {
		e.wrong.Add(1)
		e.t.Errorf("%s: the running server shows another graph at commit %d:\n%s", what, last, diff(got, want))
	}
}
