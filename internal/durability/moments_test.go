package durability_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/restore"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/memory"
	"memgraphd/test/table"
)

// chronicle is a database that archives, with what it was at each commit of each timeline.
type chronicle struct {
	t    *testing.T
	seed uint64
	r    *rand.Rand

	near     *vfs.Mem // the machine of the server
	far      *vfs.Mem // where its archive and its backups are
	timeline uint32
	lines    map[uint32]*recorder // what each timeline holds, that of its parents included
	backups  []backup.Manifest

	m *durability.Manager
	s *storage.Store
}

const (
	archiveDir = "/archive"
	backupDir  = "/backups"
	restoreDir = "/restored"
)

func newChronicle(t *testing.T, seed uint64) *chronicle {
	t.Helper()
	c := &chronicle{
		t: t, seed: seed, r: rand.New(rand.NewPCG(seed, 16)), near: vfs.NewMem(seed), far: vfs.NewMem(seed + 1), timeline: 1,
		lines: map[uint32]*recorder{1: newRecorder(nil)},
	}
	c.open()
	return c
}

func clockedStore() *storage.Store {
	return storage.New(storage.Options{Now: time.Now, Budget: memory.New("test", storeBytesMax)})
}

// repository opens one of those that are far away.
func (c *chronicle) repository(fsys *vfs.Mem, dir string) object.Store {
	c.t.Helper()
	store, err := object.Open(noContext, dir, object.Options{FS: fsys, Now: time.Now})
	check(c.t, err)
	return store
}

// open starts the server.
func (c *chronicle) open() {
	c.t.Helper()
	c.s = clockedStore()
	o := options(c.near, c.s)
	o.Now = time.Now
	o.NewStore = clockedStore
	o.Archive = durability.ArchiveOptions{
		Location: archiveDir, Interval: time.Millisecond, Takeover: c.timeline > 1, StopWait: 100 * time.Millisecond,
		Open: func(ctx context.Context) (object.Store, error) {
			return object.Open(ctx, archiveDir, object.Options{FS: c.far, Now: time.Now})
		},
	}
	rec := c.lines[c.timeline]
	rec.names = c.s
	var err error
	c.m, err = durability.Open(noContext, durability.WithJournal(o, rec.wrap))
	check(c.t, err)
	if got := c.s.LastCommitted(); got != rec.newest() {
		c.t.Fatalf("MEMGRAPHD_SEED=%d: the server starts at commit %d, want %d", c.seed, got, rec.newest())
	}
}

func (c *chronicle) close() {
	c.t.Helper()
	check(c.t, c.m.Close(noContext))
	check(c.t, c.s.Close())
}

// work has some clients commit at once.
func (c *chronicle) work() {
	c.t.Helper()
	var running sync.WaitGroup
	for range 1 + c.r.IntN(3) {
		w, err := newWorker(c.s, c.lines[c.timeline], c.r.Uint64())
		check(c.t, err)
		commits := 1 + c.r.IntN(6)
		running.Go(func() {
			for range commits {
				if _, _, err := w.commit(); err != nil {
					c.t.Errorf("MEMGRAPHD_SEED=%d: commit: %v", c.seed, err)
				}
			}
		})
	}
	running.Wait()
}

// administer does one of the things that happen to a server.
func (c *chronicle) administer() {
	c.t.Helper()
	var err error
	switch c.r.IntN(9) {
	case 0, 1:
		_, err = c.m.CreateSnapshot(noContext)
	case 2:
		err = c.m.RotateLog(noContext)
	case 3:
		err = c.m.FlushArchive(noContext)
	case 4:
		c.close()
		c.open()
	case 5: // a power cut
		c.near.CrashAt(c.near.Ops() + 1)
		_ = c.m.Close(noContext) // it can do nothing any more
		check(c.t, c.s.Close())
		c.near = c.near.CrashClone(vfs.SyncedOnly)
		c.open()
	case 6:
		c.backup()
	case 7, 8:
	}
	check(c.t, err)
}

// backup takes one while others commit.
func (c *chronicle) backup() {
	c.t.Helper()
	ctx, store := noContext, c.repository(c.far, backupDir)
	src, err := c.m.Source(ctx, "test")
	check(c.t, err)
	working := make(chan struct{})
	go func() {
		defer close(working)
		c.work()
	}()
	m, err := backup.Take(ctx, src, store, backup.Options{Now: time.Now, Incremental: len(c.backups) > 0})
	<-working
	check(c.t, errors.Join(err, src.Close(), store.Close()))
	c.backups = append(c.backups, m)
}

// branch goes back to a commit in the server's own directory and begins another future.
func (c *chronicle) branch() {
	c.t.Helper()
	check(c.t, c.m.FlushArchive(noContext))
	c.close()
	from := c.lines[c.timeline]
	back := 1 + change.Index(c.r.Uint64N(uint64(from.newest())))
	report := c.restore(archiveDir, c.far, c.near, dataDir, restore.Target{Commit: back, Timeline: c.timeline})
	if report.Commit != back || report.KeptIn == "" || report.NewTimeline <= c.timeline {
		c.t.Fatalf("MEMGRAPHD_SEED=%d: restored to commit %d: %+v", c.seed, back, report)
	}
	to := newRecorder(nil)
	for index := change.Index(1); index <= back; index++ {
		to.commits[index], to.walls[index] = from.commits[index], from.walls[index]
	}
	to.issued, to.acked = back, back
	c.timeline = report.NewTimeline
	c.lines[c.timeline] = to
	c.open()
}

// restore restores and fails the test where that fails.
func (c *chronicle) restore(dir string, far, to *vfs.Mem, toDir string, target restore.Target) restore.Report {
	c.t.Helper()
	report, err := c.tryRestore(dir, far, to, toDir, target)
	if err != nil {
		c.t.Fatalf("MEMGRAPHD_SEED=%d: restore of %s to %+v: %v", c.seed, dir, target, err)
	}
	return report
}

func (c *chronicle) tryRestore(dir string, far, to *vfs.Mem, toDir string, target restore.Target) (restore.Report, error) {
	c.t.Helper()
	store := c.repository(far, dir)
	defer func() { check(c.t, store.Close()) }()
	return restore.Run(noContext, restore.Options{
		From: store, Target: target, FS: to, Dir: toDir, NewStore: clockedStore, Now: time.Now,
	})
}

// equals starts a server on a restored directory and compares with the model.
func (c *chronicle) equals(fsys *vfs.Mem, timeline uint32, index change.Index, what string) {
	c.t.Helper()
	s := clockedStore()
	o := options(fsys, s)
	o.Dir, o.NewStore = restoreDir, clockedStore
	m, err := durability.Open(noContext, o)
	if err != nil {
		c.t.Fatalf("MEMGRAPHD_SEED=%d: %s: what was restored does not open: %v", c.seed, what, err)
	}
	if got := s.LastCommitted(); got != index {
		c.t.Fatalf("MEMGRAPHD_SEED=%d: %s: commit %d, want %d", c.seed, what, got, index)
	}
	if got, want := graphText(s), c.lines[timeline].state(index); got != want {
		c.t.Fatalf("MEMGRAPHD_SEED=%d: %s: the graph at commit %d is another:\n%s", c.seed, what, index, diff(got, want))
	}
	check(c.t, errors.Join(s.Check(), m.Close(noContext), s.Close()))
}

// moment draws a commit of a timeline, or a time with the commit that it means.
func (c *chronicle) moment(timeline uint32) (restore.Target, change.Index) {
	rec := c.lines[timeline]
	index := 1 + change.Index(c.r.Uint64N(uint64(rec.newest())))
	if c.r.IntN(2) == 0 {
		return restore.Target{Commit: index, Timeline: timeline}, index
	}
	wall := rec.walls[index]
	if next, ok := rec.walls[index+1]; ok && next > wall {
		wall += c.r.Int64N(next - wall)
	}
	for index < rec.newest() && rec.walls[index+1] <= wall {
		index++
	}
	return restore.Target{Time: time.UnixMicro(wall), Timeline: timeline}, index
}

// live is the history: commits, snapshots, starts, power cuts, backups, and two branches.
func (c *chronicle) live(rounds int) {
	for i := range rounds {
		c.work()
		if i == rounds/3 || i == rounds*2/3 {
			c.branch()
			continue
		}
		c.administer()
	}
	check(c.t, c.m.FlushArchive(noContext))
	c.close()
}

// TestMoments restores MEMGRAPHD_PITR (20) random moments of a history from its archive, by
// commit and by time, on each of its timelines, and each of its backups: each is the graph
// of the model at that commit. Then objects are damaged, and each time that is told.
func TestMoments(t *testing.T) {
	count := table.Count(t, "MEMGRAPHD_PITR", 20)
	row := table.Row{Test: "R16", Seed: table.Seed(t)}
	began := time.Now()
	const each = 125 // moments of a history
	histories := 0
	for done := 0; done < count; done += each {
		c := newChronicle(t, row.Seed+uint64(histories))
		histories++
		c.live(48)
		c.restoreAll(min(each, count-done), &row)
	}
	row.What = fmt.Sprintf("moments of %d archived histories, and backups", histories)
	row.Took = time.Since(began)
	table.Add(t, row)
}

// restoreAll restores moments and backups, and damages objects.
func (c *chronicle) restoreAll(moments int, row *table.Row) {
	c.t.Helper()
	timelines := slices.Sorted(maps.Keys(c.lines))
	for range moments {
		timeline := timelines[c.r.IntN(len(timelines))]
		target, want := c.moment(timeline)
		to := vfs.NewMem(c.r.Uint64())
		report := c.restore(archiveDir, c.far, to, restoreDir, target)
		what := fmt.Sprintf("%+v", target)
		if report.Commit != want || len(report.Problems) > 0 {
			c.t.Fatalf("MEMGRAPHD_SEED=%d: %s: got to commit %d, want %d; %+v", c.seed, what, report.Commit, want, report)
		}
		c.equals(to, timeline, want, what)
		row.States++
		row.Acknowledged += int64(want)
	}
	for i := range c.backups {
		c.fromBackup(&c.backups[i])
		row.States++
	}
	for range moments / 2 {
		if c.damage(timelines[c.r.IntN(len(timelines))]) {
			row.Detected++
		} else {
			row.Harmless++
		}
	}
}

// fromBackup restores the last commit of a backup.
func (c *chronicle) fromBackup(m *backup.Manifest) {
	c.t.Helper()
	to := vfs.NewMem(c.r.Uint64())
	target := restore.Target{Commit: change.Index(m.Last), Timeline: m.Timeline}
	report := c.restore(backupDir, c.far, to, restoreDir, target)
	if report.Commit != change.Index(m.Last) {
		c.t.Fatalf("MEMGRAPHD_SEED=%d: %v: got to commit %d", c.seed, m, report.Commit)
	}
	c.equals(to, m.Timeline, report.Commit, m.String())
}

// damage harms one of the objects that a restore reads. The next one names it and fails;
// or it comes to the same graph without it, where others can take its place or it was only
// read ahead; or it says what is missing.
func (c *chronicle) damage(timeline uint32) (refused bool) {
	c.t.Helper()
	target, want := c.moment(timeline)
	plan := c.restore(archiveDir, c.far, vfs.NewMem(1), restoreDir, target)
	names := []string{}
	if plan.Snapshot.Name != "" {
		names = append(names, plan.Snapshot.Name)
	}
	for _, p := range plan.Pieces {
		names = append(names, p.Name)
	}
	name := names[c.r.IntN(len(names))]
	far := c.far.CrashClone(vfs.Everything)
	path := archiveDir + "/" + name
	how := "missing"
	switch c.r.IntN(3) {
	case 0:
		check(c.t, far.Remove(path))
	case 1:
		how = "damaged"
		info, err := far.Stat(path)
		check(c.t, err)
		check(c.t, far.FlipBit(path, c.r.Int64N(info.Size*8)))
	case 2:
		how = "cut"
		f, err := far.OpenReadWrite(path)
		check(c.t, err)
		size, err := f.Size()
		check(c.t, err)
		check(c.t, errors.Join(f.Truncate(c.r.Int64N(size)), f.Sync(), f.Close()))
	}
	what := fmt.Sprintf("%+v with %s %s", target, name, how)
	to := vfs.NewMem(c.r.Uint64())
	report, err := c.tryRestore(archiveDir, far, to, restoreDir, target)
	switch {
	case err != nil:
		if text := err.Error(); how != "missing" && !strings.Contains(text, name) {
			c.t.Errorf("MEMGRAPHD_SEED=%d: %s: it is not named: %v", c.seed, what, err)
		}
		if _, statErr := to.Stat(restoreDir + "/database.json"); statErr == nil {
			c.t.Errorf("MEMGRAPHD_SEED=%d: %s: there is a database after a failure", c.seed, what)
		}
		return true
	case report.Commit == want:
		c.equals(to, timeline, want, what)
	case report.Exact && len(report.Missing) == 0:
		c.t.Errorf("MEMGRAPHD_SEED=%d: %s: came to commit %d, want %d, and says nothing of it", c.seed, what, report.Commit, want)
	default: // it says what is missing
		c.equals(to, timeline, report.Commit, what)
		return true
	}
	read := slices.ContainsFunc(report.Pieces, func(p restore.Piece) bool { return p.Name == name })
	if read || report.Snapshot.Name == name {
		c.t.Errorf("MEMGRAPHD_SEED=%d: %s: it was read as a good one", c.seed, what)
	}
	return false
}
