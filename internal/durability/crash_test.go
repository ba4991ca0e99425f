package durability_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/test/table"
)

// The crash test: random histories of commits, snapshots, rotations and locks on a file
// system that can crash. At sync points, and at random operations between, the disk is
// cloned as a power cut would leave it, under each survival model; what recovery makes of
// the clone has to be a prefix of the commits that holds every acknowledged one.
//
//	MEMGRAPHD_CRASH_HISTORIES   number of histories (25)
//	MEMGRAPHD_CRASH_SEED        runs the one history of this seed instead
//	MEMGRAPHD_CRASH_KEEP        folder for the disk of a failure
//
// Even seeds commit from one goroutine, so that the seed fixes the history; odd seeds
// from several, whose order the scheduler has a part in.
const (
	historiesDefault = 25
	statesMax        = 24 // of one history
)

// crashState is a disk after a crash, and what was known when it happened.
type crashState struct {
	model  vfs.CrashModel
	op     vfs.Op
	disk   *vfs.Mem
	acked  change.Index // when it was cloned: must be there
	issued change.Index // after it was cloned: nothing beyond can be there
	lock   lockExpectation
}

// lockExpectation says whether LOCK DATA DIRECTORY must be in force.
type lockExpectation uint8

const (
	lockOff lockExpectation = iota
	lockOn
	lockEither // a statement was running
)

// totals is the table that the test prints.
type totals struct {
	mu                                      sync.Mutex
	histories, states, acked, lost, phantom int
}

func (s *totals) add(states []crashState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.histories++
	s.states += len(states)
	for _, c := range states {
		s.acked += int(c.acked)
	}
}

func TestCrash(t *testing.T) {
	histories := table.Fewer(historiesDefault)
	if text := os.Getenv("MEMGRAPHD_CRASH_HISTORIES"); text != "" {
		n, err := strconv.Atoi(text)
		check(t, err)
		histories = n
	}
	first := uint64(1)
	if text := os.Getenv("MEMGRAPHD_CRASH_SEED"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		check(t, err)
		first, histories = seed, 1
	}
	sum := &totals{}
	seeds := make(chan uint64)
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for seed := range seeds {
				crashHistory(t, seed, sum)
			}
		})
	}
	for i := range histories {
		if t.Failed() {
			break
		}
		seeds <- first + uint64(i)
	}
	close(seeds)
	workers.Wait()
	t.Logf("\n%-10s %-13s %-22s %-5s %s\n%-10d %-13d %-22d %-5d %d", "histories", "crash states", "acknowledged commits", "lost", "phantom",
		sum.histories, sum.states, sum.acked, sum.lost, sum.phantom)
}

// crashHistory runs one history and checks all its crash states.
func crashHistory(t *testing.T, seed uint64, sum *totals) {
	t.Helper()
	h := &history{t: t, seed: seed, r: rand.New(rand.NewPCG(seed, 5)), sum: sum}
	h.run()
	sum.add(h.states)
	for i := range h.states {
		if t.Failed() {
			return
		}
		h.verify(i)
	}
}

// history is one run of a server with its crashes.
type history struct {
	t    *testing.T
	seed uint64
	r    *rand.Rand
	sum  *totals
	rec  *recorder

	mu     sync.Mutex
	states []crashState
	lock   lockExpectation
	picks  *rand.Rand // decides where to crash
}

func (h *history) fatal(format string, args ...any) {
	h.t.Errorf("seed %d (MEMGRAPHD_CRASH_SEED=%d): %s", h.seed, h.seed, fmt.Sprintf(format, args...))
}

// observe clones the disk before an operation.
func (h *history) observe(fsys *vfs.Mem, op vfs.Op) {
	h.mu.Lock()
	defer h.mu.Unlock()
	wanted := op.Kind == vfs.OpSync || op.Kind == vfs.OpSyncDir || op.Kind == vfs.OpRename || op.Kind == vfs.OpRemove
	if !op.Kind.Mutates() || h.picks.IntN(100) >= map[bool]int{true: 40, false: 12}[wanted] {
		return
	}
	models := vfs.CrashModels()
	c := crashState{op: op, model: models[h.picks.IntN(len(models))], lock: h.lock, acked: h.rec.acknowledged()}
	c.disk = fsys.CrashClone(c.model)
	c.issued = h.rec.newest()
	if len(h.states) < statesMax {
		h.states = append(h.states, c)
		return
	}
	h.states[h.picks.IntN(statesMax)] = c
}

// run runs the server until its work is done.
func (h *history) run() {
	h.picks = rand.New(rand.NewPCG(h.seed, 6))
	fsys := vfs.NewMem(h.seed)
	s := newStore()
	h.rec = newRecorder(s)
	fsys.Inject(func(op vfs.Op) error {
		h.observe(fsys, op)
		return nil
	})
	o := options(fsys, s)
	o.SegmentBytes = 1024 << h.r.IntN(4)
	o.RetentionCount = 1 + h.r.IntN(3)
	o.SnapshotOnExit = h.r.IntN(2) == 0
	m, err := durability.Open(h.t.Context(), durability.WithJournal(o, h.rec.wrap))
	if err != nil {
		h.fatal("open: %v", err)
		return
	}
	workers := 1
	if h.seed%2 == 1 {
		workers = 2 + h.r.IntN(3)
	}
	var group sync.WaitGroup
	for i := range workers {
		w, err := newWorker(s, h.rec, h.seed*10+uint64(i))
		if err != nil {
			h.fatal("names: %v", err)
			return
		}
		admin := rand.New(rand.NewPCG(h.seed, uint64(100+i)))
		group.Go(func() {
			for range 30 / workers {
				if _, _, err := w.commit(); err != nil {
					h.fatal("commit: %v", err)
				}
				if i == 0 {
					h.administer(m, admin)
				}
			}
		})
	}
	group.Wait()
	if err := m.Close(h.t.Context()); err != nil {
		h.fatal("close: %v", err)
	}
	if err := errors.Join(s.Check(), s.Close()); err != nil {
		h.fatal("store: %v", err)
	}
	fsys.Inject(nil)
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, model := range vfs.CrashModels() {
		h.states = append(h.states, crashState{
			model: model, disk: fsys.CrashClone(model), acked: h.rec.acknowledged(), issued: h.rec.newest(), lock: h.lock,
		})
	}
}

// administer does what an operator does.
func (h *history) administer(m *durability.Manager, r *rand.Rand) {
	var err error
	switch r.IntN(14) {
	case 0, 1:
		if _, err = m.CreateSnapshot(h.t.Context()); errors.Is(err, durability.ErrSnapshotRunning) {
			err = nil
		}
	case 2:
		err = m.RotateLog(h.t.Context())
	case 3:
		h.setLock(lockEither)
		_, err = m.LockDirectory("history")
		h.setLock(lockOn)
	case 4, 5:
		if !h.locked() {
			return
		}
		h.setLock(lockEither)
		_, err = m.UnlockDirectory()
		h.setLock(lockOff)
	}
	if err != nil {
		h.fatal("administration: %v", err)
	}
}

func (h *history) setLock(l lockExpectation) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.lock != l {
		h.lock = l
	}
}

func (h *history) locked() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.lock == lockOn
}

// verify recovers one crash state and compares.
func (h *history) verify(i int) {
	c := h.states[i]
	original := c.disk.CrashClone(vfs.Everything)
	defer func() {
		if h.t.Failed() {
			h.keep(original, i)
		}
	}()
	s := newStore()
	rec := newRecorder(s)
	m, err := durability.Open(h.t.Context(), durability.WithJournal(options(c.disk, s), rec.wrap))
	if err != nil {
		h.lost()
		h.fatal("crash state %d (%v before %v): recovery fails: %v", i, c.model, c.op, err)
		return
	}
	last := s.LastCommitted()
	switch {
	case last < c.acked:
		h.lost()
		h.fatal("crash state %d (%v before %v): recovered up to commit %d, but %d was acknowledged", i, c.model, c.op, last, c.acked)
	case last > c.issued:
		h.phantom()
		h.fatal("crash state %d (%v before %v): recovered commit %d, but only %d were made", i, c.model, c.op, last, c.issued)
	}
	if err = s.Check(); err != nil {
		h.fatal("crash state %d (%v before %v): %v", i, c.model, c.op, err)
	}
	if got, want := graphText(s), h.rec.state(last); got != want {
		h.phantom()
		h.fatal("crash state %d (%v before %v): the graph at commit %d is another:\n%s", i, c.model, c.op, last, diff(got, want))
	}
	if info := m.Info().Lock; c.lock == lockOn && !info.Locked || c.lock == lockOff && info.Locked {
		h.fatal("crash state %d (%v before %v): lock is %+v, want %d", i, c.model, c.op, info, c.lock)
	}
	h.goOn(i, s, m, rec, c.disk)
}

// goOn checks that a recovered server takes commits that the next start finds.
func (h *history) goOn(i int, s *storage.Store, m *durability.Manager, rec *recorder, disk *vfs.Mem) {
	before := s.LastCommitted()
	w, err := newWorker(s, rec, h.seed+uint64(i))
	if err != nil {
		h.fatal("names: %v", err)
		return
	}
	for made := 0; made < 2; {
		var ok bool
		if _, ok, err = w.commit(); err != nil {
			h.fatal("crash state %d: commit after recovery: %v", i, err)
			return
		}
		if ok && s.LastCommitted() > before {
			made++
		}
	}
	want := graphText(s)
	crashed := disk.CrashClone(vfs.SyncedOnly)
	if err = errors.Join(m.Close(h.t.Context()), s.Close()); err != nil {
		h.fatal("crash state %d: close after recovery: %v", i, err)
	}
	again := newStore()
	m, err = durability.Open(h.t.Context(), options(crashed, again))
	if err != nil {
		h.fatal("crash state %d: second recovery: %v", i, err)
		return
	}
	if got := graphText(again); got != want {
		h.lost()
		h.fatal("crash state %d: commits after recovery are not recovered:\n%s", i, diff(got, want))
	}
	if err := errors.Join(m.Close(h.t.Context()), again.Close()); err != nil {
		h.fatal("crash state %d: close after the second recovery: %v", i, err)
	}
}

func (h *history) lost() {
	h.sum.mu.Lock()
	defer h.sum.mu.Unlock()
	h.sum.lost++
}

func (h *history) phantom() {
	h.sum.mu.Lock()
	defer h.sum.mu.Unlock()
	h.sum.phantom++
}

// keep writes the disk of a failure to a folder, where it can be opened again.
func (h *history) keep(disk *vfs.Mem, i int) {
	folder := os.Getenv("MEMGRAPHD_CRASH_KEEP")
	if folder == "" {
		return
	}
	to := filepath.Join(folder, fmt.Sprintf("seed-%d-state-%d", h.seed, i))
	if err := export(disk, dataDir, to); err != nil {
		h.t.Errorf("keep %s: %v", to, err)
	}
	h.t.Logf("the disk is kept in %s", to)
}

// export copies a folder from memory to the disk.
func export(from *vfs.Mem, folder, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	names, err := from.List(folder)
	if err != nil {
		return err
	}
	for _, name := range names {
		path := filepath.Join(folder, name)
		if err = exportOne(from, path, filepath.Join(to, name)); err != nil {
			return err
		}
	}
	return nil
}

func exportOne(from *vfs.Mem, path, to string) error {
	info, err := from.Stat(path)
	if err != nil {
		return err
	}
	if info.Dir {
		return export(from, path, to)
	}
	data, err := vfs.ReadFile(from, path, 1<<30)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o600)
}
