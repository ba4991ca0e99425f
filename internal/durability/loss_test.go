package durability_test

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
)

// salvaged is a directory with two snapshots and log before, between and after them, and
// what it held at each commit.
type salvaged struct {
	disk  *vfs.Mem
	rec   *recorder
	marks []change.Index // of the two snapshots, and of the last commit
}

func newSalvaged(t *testing.T) salvaged {
	t.Helper()
	fsys := vfs.NewMem(9)
	d := open(t, fsys)
	out := salvaged{rec: d.rec}
	for range 2 {
		out.marks = append(out.marks, d.commits(8))
		must[durability.SnapshotInfo](t)(d.m.CreateSnapshot(t.Context()))
	}
	out.marks = append(out.marks, d.commits(8))
	out.disk = fsys.CrashClone(vfs.SyncedOnly)
	d.close()
	return out
}

// lossy are the options of a start that may give up what stands behind a commit, and of
// one that may go on without data. They keep the newest store, which the caller closes.
func lossy(after *change.Index, allow bool, newest **storage.Store) func(*durability.Options) {
	return func(o *durability.Options) {
		*newest = o.Store
		o.AcceptLossAfter, o.AllowFailure = after, allow
		o.NewStore = func() *storage.Store {
			*newest = newStore()
			return *newest
		}
	}
}

// openLossy opens a directory; where that fails, no store is left open.
func openLossy(t *testing.T, fsys *vfs.Mem, after *change.Index, allow bool) (*database, error) {
	t.Helper()
	var newest *storage.Store
	o := options(fsys, newStore())
	lossy(after, allow, &newest)(&o)
	m, err := durability.Open(t.Context(), o)
	if err != nil {
		check(t, newest.Close())
		return nil, err
	}
	return &database{t: t, fs: fsys, s: m.Store(), m: m}, nil
}

// lossOf returns the last good point that a refused start names.
func lossOf(t *testing.T, err error) *durability.Loss {
	t.Helper()
	refused, ok := errors.AsType[*durability.RefusedError](err)
	if !ok || refused.Loss == nil {
		t.Fatalf("no way out is named: %v", err)
	}
	flag := fmt.Sprintf("--storage-accept-loss-after=%d", refused.Loss.After)
	if !strings.Contains(err.Error(), flag) {
		t.Fatalf("the message does not name %s: %v", flag, err)
	}
	return refused.Loss
}

var number = regexp.MustCompile("[0-9]+")

// harm is a way to break a salvaged directory.
type harm struct {
	name   string
	damage func(f disk)
	after  func(s salvaged) change.Index
	lost   string // what is given up, with N for numbers
}

func harms() []harm {
	first := func(s salvaged) change.Index { return s.marks[0] }
	second := func(s salvaged) change.Index { return s.marks[1] }
	third := func(s salvaged) change.Index { return s.marks[2] }
	return []harm{
		{
			"newest segment missing", func(f disk) {
				list := segments(f.t, f.Mem)
				check(f.t, f.Remove(list[len(list)-1]))
			}, nil, "every commit after N, nobody knows how many",
		},
		{
			"segment after the newest snapshot damaged", func(f disk) {
				list := segments(f.t, f.Mem)
				check(f.t, f.FlipBit(list[len(list)-2], 100*8))
			}, nil, "commits N to N",
		},
		{"log missing", removeLog, second, "every commit after N, nobody knows how many"},
		{
			"first segment damaged, which only the older snapshots need", func(f disk) {
				check(f.t, f.FlipBit(segments(f.t, f.Mem)[0], 100*8))
			}, third, "no commit",
		},
		{
			"log missing, newest snapshot damaged", func(f disk) {
				removeLog(f)
				flip(f.t, f.Mem, snapshots(f.t, f.Mem)[1])
			}, first, "every commit after N, nobody knows how many",
		},
		{
			"everything damaged", func(f disk) {
				for _, s := range snapshots(f.t, f.Mem) {
					flip(f.t, f.Mem, s)
				}
				check(f.t, f.FlipBit(segments(f.t, f.Mem)[0], 66*8))
			}, func(salvaged) change.Index { return 0 }, "commits N to N",
		},
		{
			"snapshot renamed to a later commit", func(f disk) {
				check(f.t, f.Rename(snapshots(f.t, f.Mem)[1], "data/snapshots/"+snapshot.FileName(9999, epoch)))
			}, third, "commits N to N",
		},
		{
			"newest segment replaced by an older version of it", func(f disk) {
				d := open(f.t, f.Mem)
				d.close() // notes how far the log has got
				list := segments(f.t, f.Mem)
				newest := list[len(list)-1]
				data := read(f.t, f.Mem, newest)
				write(f.t, f.Mem, newest, append(slices.Clone(data[:64]), make([]byte, len(data)-64)...))
			}, nil, "commits N to N",
		},
		{"identity missing", func(f disk) { check(f.t, f.Remove("data/database.json")) }, third, "no commit"},
		{"identity damaged", func(f disk) { flip(f.t, f.Mem, "data/database.json") }, third, "no commit"},
		{"identity emptied", func(f disk) { write(f.t, f.Mem, "data/database.json", nil) }, third, "no commit"},
		{
			"identity and log missing", func(f disk) {
				check(f.t, f.Remove("data/database.json"))
				list := segments(f.t, f.Mem)
				check(f.t, f.FlipBit(list[len(list)-2], 100*8))
			}, nil, "commits N to N",
		},
	}
}

// TestAcceptLoss refuses each broken directory and names the last good point; with that
// point it starts, with exactly the graph of that commit, and all that was there is kept.
func TestAcceptLoss(t *testing.T) {
	whole := newSalvaged(t)
	for _, c := range harms() {
		t.Run(c.name, func(t *testing.T) {
			fsys := whole.disk.CrashClone(vfs.Everything)
			c.damage(disk{fsys, t})
			before := content(t, fsys)
			_, err := openLossy(t, fsys, nil, false)
			loss := lossOf(t, err)
			if c.after != nil && loss.After != c.after(whole) {
				t.Errorf("last good point %d, want %d", loss.After, c.after(whole))
			}
			if c.after == nil && (loss.After < whole.marks[1] || loss.After >= whole.marks[2]) {
				t.Errorf("last good point %d, snapshots and last commit are %v", loss.After, whole.marks)
			}
			if got := number.ReplaceAllString(loss.Describe(), "N"); got != c.lost {
				t.Errorf("%q is given up, want %q", got, c.lost)
			}
			for _, other := range []change.Index{loss.After + 1, loss.After - 1} {
				if _, refused := openLossy(t, fsys, &other, false); refused == nil || lossOf(t, refused).After != loss.After {
					t.Errorf("a loss after %d: %v", other, refused)
				}
			}
			if !same(before, content(t, fsys)) {
				t.Fatal("a refused start has changed the directory")
			}
			d, err := openLossy(t, fsys, &loss.After, false)
			check(t, err)
			d.same(whole.rec.state(loss.After))
			report := d.m.Report()
			if report.Loss == nil || report.KeptIn == "" || report.Last != loss.After {
				t.Errorf("report %+v", report)
			}
			keptAll(t, fsys, before)
			if text := string(read(t, fsys, report.KeptIn+"/WHAT-WAS-GIVEN-UP.txt")); !strings.Contains(text, loss.Describe()) {
				t.Errorf("it says\n%s", text)
			}
			d.close()
			goesOn(t, fsys, whole.rec.state(loss.After), &loss.After)
		})
	}
}

// keptAll checks that the contents of each file of a database that was there still are,
// under whatever name. The segment that the log goes on in may have grown.
func keptAll(t *testing.T, fsys *vfs.Mem, before map[string]string) {
	t.Helper()
	files := content(t, fsys)
	now := slices.Collect(maps.Values(files))
	for name, data := range before {
		used := data[:lastUsed([]byte(data))]
		if strings.Contains(name, "/spare/") || strings.HasSuffix(name, ".wal") && strings.HasPrefix(files[name], used) {
			continue
		}
		if !slices.Contains(now, data) {
			t.Errorf("%s is nowhere any more", name)
		}
	}
}

// goesOn starts a directory whose loss was accepted, twice, without and with the flag, and
// commits to it.
func goesOn(t *testing.T, fsys *vfs.Mem, want string, after *change.Index) {
	t.Helper()
	for _, flag := range []*change.Index{nil, after} {
		var newest *storage.Store
		d, err := tryOpen(t, fsys, lossy(flag, false, &newest))
		check(t, err)
		d.same(want)
		if r := d.m.Report(); r.Loss != nil || len(r.Damaged) > 0 {
			t.Errorf("report of a later start: %+v", r)
		}
		d.commits(3)
		must[durability.SnapshotInfo](t)(d.m.CreateSnapshot(t.Context()))
		d.commits(3)
		want = graphText(d.s)
		d.close()
	}
	d := open(t, fsys.CrashClone(vfs.SyncedOnly))
	d.same(want)
	d.close()
}

// TestNoLossIsOffered refuses what can be mended, or is not this server's, without a way
// out that costs commits.
func TestNoLossIsOffered(t *testing.T) {
	whole := newSalvaged(t)
	other := vfs.NewMem(5)
	d := open(t, other)
	d.commits(90)
	foreign := must[durability.SnapshotInfo](t)(d.m.CreateSnapshot(t.Context()))
	d.close()
	for name, damage := range map[string]func(f disk){
		"newer snapshot": func(f disk) {
			name := snapshots(f.t, f.Mem)[1]
			write(f.t, f.Mem, name, newerSnapshot(read(f.t, f.Mem, name)))
		},
		"newer log": func(f disk) {
			name := segments(f.t, f.Mem)[0]
			write(f.t, f.Mem, name, newerSegment(read(f.t, f.Mem, name)))
		},
		"foreign snapshot": func(f disk) { write(f.t, f.Mem, foreign.Path, read(f.t, other, foreign.Path)) },
		"foreign file":     func(f disk) { write(f.t, f.Mem, "data/wal/notes.txt", []byte("remember the milk")) },
		"identity missing, files of two databases": func(f disk) {
			check(f.t, f.Remove("data/database.json"))
			write(f.t, f.Mem, foreign.Path, read(f.t, other, foreign.Path))
		},
		"a file where a folder belongs": func(f disk) {
			removeLog(f)
			check(f.t, f.Rename("data/wal", "data/.wal"))
			write(f.t, f.Mem, "data/wal", nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := whole.disk.CrashClone(vfs.Everything)
			damage(disk{fsys, t})
			before := content(t, fsys)
			after := change.Index(0)
			_, err := openLossy(t, fsys, &after, false)
			refused, ok := errors.AsType[*durability.RefusedError](err)
			if !ok || refused.Loss != nil || strings.Contains(err.Error(), "accept-loss") {
				t.Errorf("got %v", err)
			}
			if !same(before, content(t, fsys)) {
				t.Error("the refused start has changed the directory")
			}
		})
	}
}

// TestLockedDirectoryKeepsItsFiles accepts no loss while the directory is locked. The
// broken start is where it can be unlocked.
func TestLockedDirectoryKeepsItsFiles(t *testing.T) {
	whole := newSalvaged(t)
	fsys := whole.disk.CrashClone(vfs.Everything)
	d := open(t, fsys)
	must[bool](t)(d.m.LockDirectory("ann"))
	d.abandon()
	removeLog(disk{fsys, t})
	before := content(t, fsys)
	_, err := openLossy(t, fsys, nil, false)
	after := lossOf(t, err).After
	if _, err = openLossy(t, fsys, &after, false); err == nil || !strings.Contains(err.Error(), "run UNLOCK DATA DIRECTORY") {
		t.Fatalf("got %v", err)
	}
	d, err = openLossy(t, fsys, nil, true)
	check(t, err)
	if !same(before, content(t, fsys)) {
		t.Error("something was changed")
	}
	must[bool](t)(d.m.UnlockDirectory())
	d.close()
	d, err = openLossy(t, fsys, &after, false)
	check(t, err)
	d.same(whole.rec.state(after))
	d.close()
}

// TestBrokenStart goes on without data after every kind of damage, and changes nothing.
func TestBrokenStart(t *testing.T) {
	whole := newSalvaged(t)
	for _, c := range harms() {
		t.Run(c.name, func(t *testing.T) {
			fsys := whole.disk.CrashClone(vfs.Everything)
			c.damage(disk{fsys, t})
			before := content(t, fsys)
			d, err := openLossy(t, fsys, nil, true)
			check(t, err)
			if _, ok := errors.AsType[*durability.BrokenError](d.m.Broken()); !ok || d.m.Health() == nil {
				t.Fatalf("broken is %v", d.m.Broken())
			}
			d.same("")
			tx := d.s.Begin(storage.TxOptions{})
			if _, err = tx.CreateNode(nil, nil); err == nil {
				_, err = tx.Commit()
			}
			tx.Release()
			if err == nil {
				t.Error("a commit is accepted")
			}
			if _, err := d.m.CreateSnapshot(t.Context()); !errors.Is(err, d.m.Broken()) {
				t.Errorf("snapshot: %v", err)
			}
			if _, err := d.m.Snapshots(); err != nil {
				t.Errorf("list of the snapshots: %v", err)
			}
			d.m.Info()
			d.close()
			if !same(before, content(t, fsys)) {
				t.Error("the broken start has changed the directory")
			}
		})
	}
	fsys := whole.disk.CrashClone(vfs.Everything)
	d, err := openLossy(t, fsys, nil, true)
	check(t, err)
	if d.m.Broken() != nil {
		t.Errorf("a whole directory is broken: %v", d.m.Broken())
	}
	d.same(whole.rec.state(whole.marks[2]))
	d.close()
}

// broken is a directory that a start refuses, and what a start that accepts the loss makes of it.
type broken struct {
	fsys   *vfs.Mem
	before map[string]string // its files
	after  change.Index      // the last good point
	want   string            // the graph there
	ops    uint64            // how many operations that start takes
}

// broken does a harm to a copy of the directory.
func (s salvaged) broken(t *testing.T, c harm) broken {
	t.Helper()
	b := broken{fsys: s.disk.CrashClone(vfs.Everything)}
	c.damage(disk{b.fsys, t})
	b.before = content(t, b.fsys)
	_, err := openLossy(t, b.fsys.CrashClone(vfs.Everything), nil, false)
	b.after = lossOf(t, err).After
	b.want = s.rec.state(b.after)
	probe := b.fsys.CrashClone(vfs.Everything)
	d, err := openLossy(t, probe, &b.after, false)
	check(t, err)
	d.close()
	b.ops = probe.Ops()
	return b
}

// TestCrashWhileAcceptingLoss crashes at operation n of a start that accepts a loss, for
// every n. The next start is refused with the same last good point, or goes on there;
// nothing that was there is lost.
func TestCrashWhileAcceptingLoss(t *testing.T) {
	whole := newSalvaged(t)
	states := 0
	for _, c := range harms() {
		b := whole.broken(t, c)
		every(t, b.ops, func(n uint64) {
			for _, model := range vfs.CrashModels() {
				states++
				fsys := b.fsys.CrashClone(vfs.Everything)
				fsys.CrashAt(n)
				d, err := openLossy(t, fsys, &b.after, false)
				if err == nil {
					d.abandon()
				}
				settles(t, fsys.CrashClone(model), fmt.Sprintf("%s: crash in operation %d, %v", c.name, n, model), b)
			}
		})
	}
	t.Logf("%d crash states", states)
}

// settles starts a directory in which a loss was being accepted.
func settles(t *testing.T, fsys *vfs.Mem, what string, b broken) {
	t.Helper()
	keptAll(t, fsys, b.before)
	d, err := openLossy(t, fsys, nil, false)
	switch {
	case err == nil:
		if got := graphText(d.s); got != b.want {
			t.Fatalf("%s: the next start has another graph:\n%s", what, diff(got, b.want))
		}
		d.close()
	case lossOf(t, err).After != b.after:
		t.Fatalf("%s: the last good point was %d: %v", what, b.after, err)
	}
	d, err = openLossy(t, fsys, &b.after, false)
	if err != nil {
		t.Fatalf("%s: the next start that accepts the loss fails: %v", what, err)
	}
	d.same(b.want)
	d.close()
	keptAll(t, fsys, b.before)
}

// TestFailureWhileAcceptingLoss fails operation n of such a start, for every n.
func TestFailureWhileAcceptingLoss(t *testing.T) {
	whole := newSalvaged(t)
	runs := 0
	for _, c := range harms() {
		b := whole.broken(t, c)
		for _, fault := range faults {
			every(t, b.ops, func(n uint64) {
				runs++
				fsys := b.fsys.CrashClone(vfs.Everything)
				if fault.sticky {
					fsys.FailFrom(n, fault.err)
				} else {
					fsys.FailAt(n, fault.err)
				}
				d, err := openLossy(t, fsys, &b.after, false)
				fsys.FailAt(0, nil)
				if err == nil {
					if got := graphText(d.s); got != b.want {
						t.Fatalf("%s: %s at operation %d: %+v", c.name, fault.name, n, d.m.Report())
					}
					d.abandon()
				}
				settles(t, fsys.CrashClone(vfs.SyncedOnly), fmt.Sprintf("%s: %s at operation %d", c.name, fault.name, n), b)
			})
		}
	}
	t.Logf("%d runs", runs)
}

// TestUndecodableCommit gives up a commit whose record is good and whose contents are not,
// and what follows it.
func TestUndecodableCommit(t *testing.T) {
	fsys, o := emptyDatabase(t)
	good := encode(t, change.Op{Kind: change.CreateNode, Node: 0})
	next := encode(t, change.Op{Kind: change.CreateNode, Node: 1})
	appendRecords(t, o, good, next, []byte{1, 0, 0, 0, 0, 0, 1, 77, 0}, good)
	before := content(t, fsys)
	_, err := openLossy(t, fsys, nil, false)
	loss := lossOf(t, err)
	if loss.After != 2 || loss.Describe() != "commits 3 to 4" {
		t.Fatalf("got %+v", loss)
	}
	d, err := openLossy(t, fsys, &loss.After, false)
	check(t, err)
	if n := d.s.NodeCount(); n != 2 {
		t.Errorf("%d nodes", n)
	}
	keptAll(t, fsys, before)
	d.close()
	if moved := list(t, fsys, filepath.Join(dataDir, ".backup")); len(moved) != 1 {
		t.Errorf("%v", moved)
	}
}
