package durability_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// life is a server that follows a script on a disk that may crash or fail. It goes on
// over restarts, and its recorder with it.
type life struct {
	t    *testing.T
	fsys *vfs.Mem
	r    *rand.Rand
	rec  *recorder
	// faulty says that the disk fails: errors are expected, and only what was
	// acknowledged counts.
	faulty bool
	alter  func(*durability.Options)

	s *storage.Store
	m *durability.Manager
	w *worker
}

// script is one way of using a server.
type script struct {
	name string
	run  func(*life)
}

// scripts are the ways of using a server whose every operation is crashed and failed.
var scripts = []script{ //nolint:gochecknoglobals // a table
	{"changes", func(l *life) { l.commits(14) }},
	{"indexes", func(l *life) {
		for i := range 9 {
			l.commits(1)
			l.index(i)
			l.constraint()
		}
	}},
	{"rotation", func(l *life) {
		for range 5 {
			l.commits(2)
			l.ok(l.m.RotateLog(l.t.Context()))
		}
	}},
	{"snapshot", func(l *life) {
		for range 3 {
			l.commits(3)
			l.snapshot()
		}
		l.commits(2)
	}},
	{"snapshot while writing", func(l *life) {
		l.commits(3)
		var writer sync.WaitGroup
		writer.Go(func() { l.commits(8) })
		for range 2 {
			l.snapshot()
		}
		writer.Wait()
	}},
	{"lock and rotation", func(l *life) {
		l.commits(3)
		l.snapshot()
		l.lock()
		for range 3 {
			l.commits(2)
			l.ok(l.m.RotateLog(l.t.Context()))
		}
		l.restart()
		l.commits(2)
		l.unlock()
		l.snapshot()
	}},
	{"locked copy", func(l *life) {
		l.commits(4)
		l.snapshot()
		l.lock()
		l.commits(3)
		l.unlock()
		l.commits(2)
		l.lock()
		l.unlock()
	}},
	{"deletion of everything", func(l *life) {
		l.commits(6)
		l.index(0)
		l.clear()
		l.snapshot()
		l.commits(2)
		l.clear()
	}},
	{"restarts", func(l *life) {
		for i := range 4 {
			l.commits(3)
			if i == 1 {
				l.snapshot()
			}
			l.restart()
		}
		l.commits(1)
	}},
	{"users", func(l *life) {
		for i := range 10 {
			l.user(i % 3)
			if i == 5 {
				l.snapshot()
			}
		}
	}},
	{"transaction larger than a segment", func(l *life) {
		l.commits(2)
		l.large(9)
		l.commits(1)
		l.large(30)
		l.commits(2)
	}},
	{"many segments, few snapshots", func(l *life) {
		for i := range 3 {
			l.large(4)
			l.snapshot()
			l.commits(3)
			if i == 1 {
				l.restart()
			}
		}
	}},
}

// newLife starts a server for a script.
func newLife(t *testing.T, fsys *vfs.Mem, seed uint64) *life {
	t.Helper()
	l := &life{t: t, fsys: fsys, r: rand.New(rand.NewPCG(seed, 9)), rec: newRecorder(nil)}
	snapshotOnExit := l.r.IntN(3) == 0
	segment, retention := int64(1024)<<l.r.IntN(3), 1+l.r.IntN(2)
	l.alter = func(o *durability.Options) {
		o.SegmentBytes, o.RetentionCount, o.SnapshotOnExit = segment, retention, snapshotOnExit
	}
	return l
}

// start opens the data directory and reports whether that went well.
func (l *life) start() bool {
	l.s = newStore()
	l.rec.names = l.s
	o := options(l.fsys, l.s)
	l.alter(&o)
	var err error
	if l.m, err = durability.Open(l.t.Context(), durability.WithJournal(o, l.rec.wrap)); err != nil {
		l.ok(err)
		l.ok(l.s.Close())
		l.m, l.s = nil, nil
		return false
	}
	l.w, err = newWorker(l.s, l.rec, l.r.Uint64())
	l.ok(err)
	return true
}

// play runs a script from start to end.
func (l *life) play(sc script) {
	if !l.start() {
		return
	}
	defer l.end()
	sc.run(l)
}

// end stops the server.
func (l *life) end() {
	if l.m == nil {
		return
	}
	l.ok(errors.Join(l.m.Close(l.t.Context()), l.s.Check(), l.s.Close()))
}

// ok takes an error as it comes from a failing disk.
func (l *life) ok(err error) {
	if err != nil && !l.faulty {
		l.t.Error(err)
	}
}

func (l *life) restart() {
	if l.m == nil {
		return
	}
	l.end()
	if !l.start() {
		l.start() // as the service manager does
	}
}

// commits makes n commits, or tries as often as a full disk allows.
func (l *life) commits(n int) {
	for tries := 0; n > 0 && tries < 60 && l.m != nil; tries++ {
		before := l.rec.acknowledged()
		_, ok, err := l.w.commit()
		l.ok(err)
		if ok && l.rec.acknowledged() > before || l.faulty {
			n--
		}
	}
}

func (l *life) snapshot() {
	if l.m == nil {
		return
	}
	_, err := l.m.CreateSnapshot(l.t.Context())
	l.ok(err)
}

func (l *life) lock() {
	if l.m == nil {
		return
	}
	_, err := l.m.LockDirectory("script")
	l.ok(err)
}

func (l *life) unlock() {
	if l.m == nil {
		return
	}
	_, err := l.m.UnlockDirectory()
	l.ok(err)
}

// index makes an index, or drops the one before.
func (l *life) index(i int) {
	if l.m == nil {
		return
	}
	d := storage.IndexDef{Label: l.w.labels[i%3], Key: l.w.keys[i/3%3], HasKey: i%2 == 0}
	_, err := l.s.CreateIndex(l.t.Context(), d)
	if err == nil {
		l.rec.acknowledge(l.s.LastCommitted())
	}
	l.ok(err)
	if i%3 != 2 {
		return
	}
	if _, err = l.s.DropIndex(l.t.Context(), d); err == nil {
		l.rec.acknowledge(l.s.LastCommitted())
	}
	l.ok(err)
}

// constraint makes a constraint or drops one, after a commit under those that there are.
func (l *life) constraint() {
	if l.m == nil {
		return
	}
	tx := l.s.Begin(storage.TxOptions{})
	defer tx.Release()
	l.ok(l.w.expected(l.w.ruledNode(tx)))
	index, err := tx.Commit()
	if err == nil {
		l.rec.acknowledge(index)
	}
	l.ok(l.w.expected(err))
	_, _, err = l.w.schema()
	l.ok(err)
}

func (l *life) user(i int) {
	if l.m == nil {
		return
	}
	index, err := l.s.PutEntry(l.t.Context(), change.Entry{Kind: "user", Name: fmt.Sprint("u", i), Data: make([]byte, l.r.IntN(400))})
	if i == 2 && err == nil {
		l.rec.acknowledge(index)
		index, _, err = l.s.DeleteEntry(l.t.Context(), "user", "u1")
	}
	if err == nil {
		l.rec.acknowledge(index)
	}
	l.ok(err)
}

// large makes one transaction of n nodes with text.
func (l *life) large(n int) {
	l.transaction(func(tx *storage.Tx) error {
		for range n {
			p := storage.Property{Key: l.w.keys[0], Value: value.String(string(make([]byte, 300)))}
			if _, err := tx.CreateNode(l.w.labels[:1], []storage.Property{p}); err != nil {
				return err
			}
		}
		return nil
	})
}

// clear deletes the whole graph.
func (l *life) clear() {
	l.transaction(func(tx *storage.Tx) error {
		var edges [64]graph.Edge
		for scan, n := tx.ScanEdges(nil), 1; n > 0; {
			n = scan.Next(edges[:])
			for _, e := range edges[:n] {
				if _, err := tx.DeleteEdge(e); err != nil {
					return err
				}
			}
		}
		var ids [64]graph.NodeID
		for scan, n := tx.ScanNodes(), 1; n > 0; {
			n = scan.Next(ids[:])
			for _, id := range ids[:n] {
				if _, err := tx.DeleteNode(id); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (l *life) transaction(fn func(*storage.Tx) error) {
	if l.m == nil {
		return
	}
	tx := l.s.Begin(storage.TxOptions{})
	defer tx.Rollback()
	err := fn(tx)
	if err == nil {
		var index change.Index
		if index, err = tx.Commit(); err == nil && index > 0 {
			l.rec.acknowledge(index)
		}
	}
	l.ok(err)
}
