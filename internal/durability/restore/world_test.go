package restore_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/restore"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

const (
	dataDir  = "/data"
	repoDir  = "/repo"
	freshDir = "/fresh/data"
)

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// world is a server that keeps the graph's text at each commit.
type world struct {
	t     *testing.T
	fs    *vfs.Mem
	r     *rand.Rand
	ticks *atomic.Int64
	m     *durability.Manager
	s     *storage.Store
	texts map[change.Index]string
	walls map[change.Index]time.Time
}

var epoch = time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)

func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	return &world{
		t: t, fs: vfs.NewMem(seed), ticks: new(atomic.Int64), r: rand.New(rand.NewPCG(seed, 4)),
		texts: map[change.Index]string{0: graphText(newStore())}, walls: map[change.Index]time.Time{},
	}
}

func newStore() *storage.Store {
	return storage.New(storage.Options{Now: func() time.Time { return epoch }})
}

// now is a clock on which a second goes by whenever somebody looks.
func (w *world) now() time.Time { return epoch.Add(time.Duration(w.ticks.Add(1)) * time.Second) }

// look reads the clock. What works on its own looks at it as often as it happens to.
func (w *world) look() time.Time { return epoch.Add(time.Duration(w.ticks.Load()) * time.Second) }

func (w *world) store() *storage.Store { return storage.New(storage.Options{Now: w.now}) }

func (w *world) options() durability.Options {
	return durability.Options{
		FS: w.fs, Dir: dataDir, Store: w.store(), WALEnabled: true, SegmentBytes: 2048, RetentionCount: 100,
		RecoveryOnStartup: true, Now: w.look, NewStore: w.store,
	}
}

func (w *world) open() {
	w.t.Helper()
	check(w.t, w.tryOpen(w.options()))
}

func (w *world) tryOpen(o durability.Options) error {
	m, err := durability.Open(context.Background(), o)
	if err != nil {
		return err
	}
	w.m, w.s = m, m.Store()
	return nil
}

func (w *world) close() {
	w.t.Helper()
	check(w.t, w.m.Close(context.Background()))
	check(w.t, w.s.Close())
	w.m = nil
}

// commits makes some commits, each of one node with a few values, or of one node less.
func (w *world) commits(n int) {
	w.t.Helper()
	key, err := w.s.InternKey("k")
	check(w.t, err)
	label, err := w.s.InternLabel("L")
	check(w.t, err)
	for range n {
		tx := w.s.Begin(storage.TxOptions{})
		if victim, ok := w.victim(tx); ok && w.r.IntN(4) == 0 {
			_, err := tx.DeleteNode(victim)
			check(w.t, err)
		} else {
			text := value.String(strings.Repeat("x", w.r.IntN(300)) + strconv.Itoa(w.r.Int()))
			_, err := tx.CreateNode([]graph.LabelID{label}, []storage.Property{{Key: key, Value: text}})
			check(w.t, err)
		}
		index, err := tx.Commit()
		check(w.t, err)
		tx.Release()
		w.texts[index] = graphText(w.s)
		w.walls[index] = time.UnixMicro(w.s.Wall()).UTC()
	}
}

func (w *world) victim(tx *storage.Tx) (graph.NodeID, bool) {
	var ids [8]graph.NodeID
	n := tx.ScanNodes().Next(ids[:])
	if n == 0 {
		return 0, false
	}
	return ids[w.r.IntN(n)], true
}

func (w *world) snapshot() {
	w.t.Helper()
	w.now()
	_, err := w.m.CreateSnapshot(context.Background())
	check(w.t, err)
}

// graphText is the graph as text.
func graphText(s *storage.Store) string {
	tx := s.Begin(storage.TxOptions{ReadOnly: true})
	defer tx.Release()
	var lines []string
	var ids [64]graph.NodeID
	for scan, n := tx.ScanNodes(), 1; n > 0; {
		n = scan.Next(ids[:])
		for _, id := range ids[:n] {
			line := []string{fmt.Sprint(id, tx.NodeGeneration(id))}
			for _, p := range tx.AppendNodeProperties(nil, id) {
				line = append(line, s.KeyName(p.Key)+p.Value.AsString())
			}
			lines = append(lines, strings.Join(line, " "))
		}
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

// pieces says how an upload cuts segments.
type pieces uint8

const (
	wholeSegments pieces = iota
	cutSegments          // in pieces, some of which lie over each other
)

func (w *world) repo() object.Store {
	w.t.Helper()
	s, err := object.Open(context.Background(), repoDir, object.Options{FS: w.fs, Now: w.now})
	check(w.t, err)
	return s
}

// upload puts everything that a data directory holds into the repository.
func (w *world) upload(dir string, how pieces) {
	w.t.Helper()
	ctx, to := context.Background(), w.repo()
	defer func() { check(w.t, to.Close()) }()
	id, err := recovery.ReadIdentity(w.fs, dir)
	check(w.t, err)
	if _, err = to.Stat(ctx, backup.RepositoryName); err != nil {
		check(w.t, object.PutJSON(ctx, to, backup.RepositoryName, backup.Repository{Format: 1, Database: id.Database, Created: epoch}))
	}
	name := backup.TimelineName(id.Timeline)
	if _, err = to.Stat(ctx, name); err != nil {
		check(w.t, object.PutJSON(ctx, to, name, backup.Claim{
			Format: 1, Database: id.Database, Timeline: id.Timeline, Server: "s", Parent: id.Parent, Forked: uint64(id.Forked),
		}))
	}
	names, err := w.fs.List(filepath.Join(dir, recovery.SnapshotsName))
	check(w.t, err)
	for _, n := range names {
		index, created, ok := snapshot.ParseName(n)
		if !ok {
			continue
		}
		data, readErr := vfs.ReadFile(w.fs, filepath.Join(dir, recovery.SnapshotsName, n), 1<<30)
		check(w.t, readErr)
		w.seal(to, backup.SnapshotName(id.Timeline, uint64(index), created), object.Header{
			Kind: object.KindSnapshot, Database: id.Database, Timeline: id.Timeline, To: int64(len(data)), Index: uint64(index), Created: created,
		}, data)
	}
	log := filepath.Join(dir, recovery.LogName)
	names, err = w.fs.List(log)
	check(w.t, err)
	end, err := wal.Scan(wal.Options{FS: w.fs, Dir: log, Database: id.Database}, 0, func(wal.Record) error { return nil })
	check(w.t, err)
	for _, n := range names {
		var first uint64
		if _, err = fmt.Sscanf(n, "%d.wal", &first); err != nil {
			continue
		}
		data, readErr := vfs.ReadFile(w.fs, filepath.Join(dir, recovery.LogName, n), 1<<30)
		check(w.t, readErr)
		data = bytes.TrimRight(data, "\x00")
		for len(data)%8 != 0 {
			data = append(data, 0)
		}
		for _, c := range w.cuts(int64(len(data)), how) {
			h := object.Header{
				Kind: object.KindPiece, Database: id.Database, Timeline: id.Timeline, Segment: first, From: c[0], To: c[1],
			}
			for _, s := range end.Segments {
				if how == wholeSegments && s.First == first && s.Last >= first {
					h.FirstCommit, h.LastCommit = s.First, s.Last
					h.FirstTime, h.LastTime = w.walls[change.Index(s.First)], w.walls[change.Index(s.Last)]
				}
			}
			w.seal(to, backup.PieceName(id.Timeline, first, c[0], c[1]), h, data[c[0]:c[1]])
		}
	}
}

func (w *world) cuts(size int64, how pieces) [][2]int64 {
	if how == wholeSegments {
		return [][2]int64{{0, size}}
	}
	var out [][2]int64
	for at := int64(0); at < size; {
		to := min(size, at+1+w.r.Int64N(900))
		from := max(0, at-w.r.Int64N(100))
		out = append(out, [2]int64{from, to})
		at = to
	}
	return out
}

func (w *world) seal(to object.Store, name string, h object.Header, data []byte) {
	w.t.Helper()
	if _, err := to.Stat(context.Background(), name); err == nil {
		return
	}
	_, err := object.Seal(context.Background(), to, name, h, bytes.NewReader(data), object.SealOptions{})
	check(w.t, err)
}

// restore runs a restore into a fresh directory.
func (w *world) restore(target restore.Target) (restore.Report, error) {
	from := w.repo()
	r, err := restore.Run(context.Background(), w.restoreOptions(from, target))
	check(w.t, from.Close())
	return r, err
}

func (w *world) restoreOptions(from object.Store, target restore.Target) restore.Options {
	return restore.Options{From: from, Target: target, FS: w.fs, Dir: freshDir, NewStore: newStore, Now: w.now}
}

// wants opens a directory and compares the graph with that of a commit.
func (w *world) wants(fsys vfs.FS, dir string, index change.Index) {
	w.t.Helper()
	o := w.options()
	o.FS, o.Dir, o.Store = fsys, dir, newStore()
	m, err := durability.Open(context.Background(), o)
	check(w.t, err)
	s := m.Store()
	if got := s.LastCommitted(); got != index {
		w.t.Errorf("%s is at commit %d, want %d", dir, got, index)
	}
	if got := graphText(s); got != w.texts[index] {
		w.t.Errorf("the graph of %s at commit %d is another:\n%s\nwant\n%s", dir, index, got, w.texts[index])
	}
	check(w.t, s.Check())
	check(w.t, m.Close(context.Background()))
	check(w.t, s.Close())
}
