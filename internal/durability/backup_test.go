package durability_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage/change"
	"memgraphd/test/table"
)

const repositoryDir = "/repository"

func repository(tb testing.TB, fsys vfs.FS) object.Store {
	tb.Helper()
	s := must[object.Store](tb)(object.Open(tb.Context(), repositoryDir, object.Options{FS: fsys, Now: testClock}))
	tb.Cleanup(func() { _ = s.Close() }) // its disk may have crashed
	return s
}

func testClock() time.Time { return epoch }

// ticking returns a clock that goes on by a millisecond at each look, so that manifests
// have an order.
func ticking() func() time.Time {
	var looks atomic.Int64
	return func() time.Time { return epoch.Add(time.Duration(looks.Add(1)) * time.Millisecond) }
}

// backups takes backups of one database.
type backups struct {
	tb    testing.TB
	store object.Store
	o     backup.Options
}

func newBackups(tb testing.TB, store object.Store) *backups {
	tb.Helper()
	return &backups{tb: tb, store: store, o: backup.Options{Now: ticking(), PieceBytes: 700}}
}

func (b *backups) try(ctx context.Context, m *durability.Manager, incremental bool) (manifest backup.Manifest, err error) {
	src, err := m.Source(ctx, "test")
	if err != nil {
		return manifest, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	o := b.o
	o.Incremental = incremental
	return backup.Take(ctx, src, b.store, o)
}

func (b *backups) take(m *durability.Manager, incremental bool) backup.Manifest {
	b.tb.Helper()
	manifest, err := b.try(b.tb.Context(), m, incremental)
	check(b.tb, err)
	return manifest
}

// good checks the repository, of which nothing may be wrong.
func (b *backups) good() backup.CheckReport {
	b.tb.Helper()
	report := must[backup.CheckReport](b.tb)(backup.Check(b.tb.Context(), b.store, backup.CheckOptions{}))
	if len(report.Findings) > 0 {
		b.tb.Fatalf("findings %+v", report.Findings)
	}
	for _, one := range report.Backups {
		if !one.Good {
			b.tb.Fatalf("backup %+v is not good", one)
		}
	}
	return report
}

// rebuild makes a data directory of what a backup lists.
func (b *backups) rebuild(m backup.Manifest) *vfs.Mem {
	b.tb.Helper()
	list := must[[]backup.Listed](b.tb)(backup.List(b.tb.Context(), b.store))
	chain, missing := backup.Chain(list, m.ID)
	if missing != "" {
		b.tb.Fatalf("backup %s is missing", missing)
	}
	disk := vfs.NewMem(9)
	segments := map[uint64][]byte{}
	for _, one := range slices.Backward(chain) {
		slices.SortFunc(one.Objects, func(x, y backup.Object) int { return strings.Compare(x.Name, y.Name) })
		for _, o := range one.Objects {
			r := must[*object.Reader](b.tb)(object.Unseal(b.tb.Context(), b.store, o.Name, object.Keys{}))
			raw, err := io.ReadAll(r)
			check(b.tb, errors.Join(err, r.Close()))
			if o.Segment == 0 {
				write(b.tb, disk, filepath.Join(dataDir, recovery.SnapshotsName, must[string](b.tb)(snapshotName(r.Header()))), raw)
				continue
			}
			have := segments[o.Segment]
			if int64(len(have)) < o.From {
				b.tb.Fatalf("%s: bytes %d to %d are missing", o.Name, len(have), o.From)
			}
			if o.To > int64(len(have)) {
				segments[o.Segment] = append(have[:o.From], raw...)
			}
		}
	}
	for first, raw := range segments {
		write(b.tb, disk, filepath.Join(dataDir, filepath.FromSlash(backup.SegmentFile(first, 0).Name)), raw)
	}
	check(b.tb, disk.MkdirAll(dataDir))
	check(b.tb, recovery.WriteIdentity(disk, dataDir, recovery.Identity{
		Database: m.Database, Created: epoch, Timeline: m.Timeline, Log: len(segments) > 0,
	}))
	return disk
}

func snapshotName(h object.Header) (string, error) {
	file, ok := backup.SnapshotFile(fmt.Sprintf("%020d-%s.snap", h.Index, h.Created.UTC().Format("20060102T150405.000000Z")), 0)
	if !ok {
		return "", fmt.Errorf("no name for %+v", h)
	}
	return filepath.Base(file.Name), nil
}

// holds checks that a backup is the graph as it was at its last commit.
func (b *backups) holds(m backup.Manifest, rec *recorder) {
	b.tb.Helper()
	again := open(b.tb, b.rebuild(m))
	defer again.close()
	if last := again.s.LastCommitted(); uint64(last) != m.Last {
		b.tb.Fatalf("%s holds commit %d", m.String(), last)
	}
	again.same(rec.state(change.Index(m.Last)))
}

func TestBackups(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 3))
			d := open(t, vfs.NewMem(seed), func(o *durability.Options) { o.FlushEveryN = 1 + r.IntN(2)*5 })
			b := newBackups(t, repository(t, vfs.NewMem(seed)))
			if r.IntN(2) == 0 {
				b.o.Seal.Compression = object.CompressionNone
			}
			var taken []backup.Manifest
			for range 8 {
				b.o.PieceBytes = 1 + r.Int64N(3000)
				last := d.commits(1 + r.IntN(30))
				if r.IntN(3) == 0 {
					must[durability.SnapshotInfo](t)(d.m.CreateSnapshot(t.Context()))
				}
				m := b.take(d.m, r.IntN(3) > 0)
				if m.Last != uint64(last) || len(m.Warnings) > 0 && m.Kind != backup.KindFull {
					t.Fatalf("backup %+v after commit %d", m, last)
				}
				taken = append(taken, m)
				if r.IntN(3) == 0 {
					d.close()
					d2 := open(t, d.fs, func(o *durability.Options) { o.FlushEveryN = 1 })
					d2.rec.commits, d2.rec.acked = d.rec.commits, d.rec.acked
					d = d2
				}
			}
			for _, m := range taken {
				b.holds(m, d.rec)
			}
			if len(d.m.Pins()) > 0 {
				t.Fatalf("pins %+v", d.m.Pins())
			}
			d.close()
			if n := len(b.good().Backups); n != len(taken) {
				t.Fatalf("%d backups are listed, %d were taken", n, len(taken))
			}
		})
	}
}

// TestBackupUnderLoad takes backups while commits, snapshots and retention go on.
func TestBackupUnderLoad(t *testing.T) {
	d := open(t, vfs.NewMem(1), func(o *durability.Options) { o.RetentionCount = 1 })
	b := newBackups(t, repository(t, vfs.NewMem(2)))
	d.commits(50)
	stop, done := make(chan struct{}), make(chan error, 1)
	go func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			if _, _, err := d.w.commit(); err != nil {
				done <- err
				return
			}
			if n%40 == 0 {
				if _, err := d.m.CreateSnapshot(context.WithoutCancel(t.Context())); err != nil {
					done <- err
					return
				}
			}
		}
	}()
	var taken []backup.Manifest
	for n := range 10 {
		before := d.rec.acknowledged()
		m := b.take(d.m, n%3 > 0)
		if m.Last < uint64(before) {
			t.Fatalf("%s, commit %d was acknowledged before", m.String(), before)
		}
		taken = append(taken, m)
	}
	close(stop)
	check(t, <-done)
	for _, m := range taken {
		b.holds(m, d.rec)
	}
	b.good()
	d.close()
}

func TestBackupOfEmptyDatabase(t *testing.T) {
	d := open(t, vfs.NewMem(1))
	b := newBackups(t, repository(t, vfs.NewMem(2)))
	empty := b.take(d.m, true)
	if empty.Kind != backup.KindFull || empty.Last != 0 || len(empty.Objects) != 0 {
		t.Fatalf("backup %+v", empty)
	}
	b.holds(empty, d.rec)
	d.commits(5)
	b.holds(b.take(d.m, true), d.rec)
	b.good()
	d.close()
}

// TestIncrementalSendsWhatIsNew counts what an incremental backup sends.
func TestIncrementalSendsWhatIsNew(t *testing.T) {
	d := open(t, vfs.NewMem(1))
	b := newBackups(t, repository(t, vfs.NewMem(2)))
	d.commits(100)
	must[durability.SnapshotInfo](t)(d.m.CreateSnapshot(t.Context()))
	d.commits(20)
	full := b.take(d.m, false)
	again := b.take(d.m, true)
	if again.SentObjects != 0 || again.Base != full.ID || again.Kind != backup.KindIncremental {
		t.Fatalf("nothing is new: %+v", again)
	}
	second := b.take(d.m, false)
	if second.SentObjects != 0 || second.Kind != backup.KindFull || len(second.Objects) != len(full.Objects) {
		t.Fatalf("all was there: %+v", second)
	}
	d.commits(1)
	one := b.take(d.m, true)
	if one.SentObjects == 0 || one.SentBytes > full.SentBytes/4 {
		t.Fatalf("one commit: %+v after %d bytes", one, full.SentBytes)
	}
	b.holds(one, d.rec)
	// The log up to there goes: an incremental backup is not possible any more.
	for range 3 {
		d.commits(30)
		must[durability.SnapshotInfo](t)(d.m.CreateSnapshot(t.Context()))
	}
	late := b.take(d.m, true)
	if late.Kind != backup.KindFull || len(late.Warnings) != 1 {
		t.Fatalf("the log is gone: %+v", late)
	}
	b.holds(late, d.rec)
	b.good()
	d.close()
}

func TestBackupOfStoppedDirectory(t *testing.T) {
	fsys := vfs.NewMem(1)
	d := open(t, fsys)
	d.commits(60)
	must[durability.SnapshotInfo](t)(d.m.CreateSnapshot(t.Context()))
	d.commits(60)
	if _, err := backup.OpenDirectory(fsys, dataDir, testClock); !errors.Is(err, vfs.ErrLocked) {
		t.Fatalf("a running server's directory: %v", err)
	}
	b := newBackups(t, repository(t, vfs.NewMem(2)))
	b.take(d.m, false)
	d.commits(10)
	crashed := fsys.CrashClone(vfs.Everything)
	d.close()
	for _, disk := range []*vfs.Mem{crashed, fsys} {
		src := must[*backup.DirectorySource](t)(backup.OpenDirectory(disk, dataDir, testClock))
		o := b.o
		o.Incremental = true
		m := must[backup.Manifest](t)(backup.Take(t.Context(), src, b.store, o))
		check(t, src.Close())
		if m.Kind != backup.KindIncremental || m.Last != uint64(d.rec.newest()) {
			t.Fatalf("backup %+v", m)
		}
		b.holds(m, d.rec)
	}
	b.good()
	if _, err := backup.OpenDirectory(fsys, "/nothing", testClock); err == nil {
		t.Fatal("a directory that is not there")
	}
}

// TestBackupGoesPastDamagedSnapshot damages the newest snapshot before it is copied.
func TestBackupGoesPastDamagedSnapshot(t *testing.T) {
	d := open(t, vfs.NewMem(1))
	d.commits(30)
	must[durability.SnapshotInfo](t)(d.m.CreateSnapshot(t.Context()))
	d.commits(30)
	newest := must[durability.SnapshotInfo](t)(d.m.CreateSnapshot(t.Context()))
	check(t, d.fs.FlipBit(newest.Path, newest.Bytes*4))
	b := newBackups(t, repository(t, vfs.NewMem(2)))
	m := b.take(d.m, false)
	if len(m.Warnings) != 1 || !strings.Contains(m.Warnings[0], filepath.Base(newest.Path)) || m.First != 30 {
		t.Fatalf("backup %+v", m)
	}
	b.holds(m, d.rec)
	b.good()
	d.close()
}

// TestBackupRefusesDamagedLog flips every bit of the log that a backup would copy.
func TestBackupRefusesDamagedLog(t *testing.T) {
	d := open(t, vfs.NewMem(1))
	d.commits(25)
	src := must[backup.Source](t)(d.m.Source(t.Context(), "test"))
	described := must[backup.Description](t)(src.Describe(t.Context()))
	check(t, src.Close())
	for _, s := range described.Segments {
		for at := int64(0); at < s.Bytes; at += 37 {
			bit := at*8 + at%8
			path := filepath.Join(dataDir, s.Name)
			check(t, d.fs.FlipBit(path, bit))
			b := newBackups(t, repository(t, vfs.NewMem(2)))
			_, err := b.try(t.Context(), d.m, false)
			if err == nil || !strings.Contains(err.Error(), filepath.Base(s.Name)) {
				t.Fatalf("bit %d of %s: %v", bit, s.Name, err)
			}
			check(t, d.fs.FlipBit(path, bit))
		}
	}
	d.close()
}

// TestBackupOfAnotherHistory takes backups of a copy that went its own way.
func TestBackupOfAnotherHistory(t *testing.T) {
	d := open(t, vfs.NewMem(1))
	d.commits(40)
	check(t, d.m.RotateLog(t.Context()))
	copied := copyDir(t, d.fs)
	other := open(t, copied)
	other.w.r = rand.New(rand.NewPCG(5, 5))
	b := newBackups(t, repository(t, vfs.NewMem(2)))
	d.commits(3)
	other.commits(3)
	first := b.take(d.m, false)
	d.commits(3)
	other.commits(6)
	for _, incremental := range []bool{true, false} {
		m, err := b.try(t.Context(), other.m, incremental)
		if _, ok := errors.AsType[*backup.OtherHistoryError](err); !ok {
			t.Fatalf("incremental %t: %v, %+v", incremental, err, m)
		}
	}
	b.holds(first, d.rec)
	b.holds(b.take(d.m, true), d.rec)
	b.good()
	stranger := open(t, vfs.NewMem(3))
	_, err := b.try(t.Context(), stranger.m, false)
	if _, ok := errors.AsType[*backup.OtherDatabaseError](err); !ok {
		t.Fatalf("another database: %v", err)
	}
	d.close()
	other.close()
	stranger.close()
}

// TestBackupIntoAnArchive backs up to where a server archives: that server itself, and a
// copy of it.
func TestBackupIntoAnArchive(t *testing.T) {
	d := open(t, vfs.NewMem(1))
	d.commits(10)
	copied := open(t, copyDir(t, d.fs))
	b := newBackups(t, repository(t, vfs.NewMem(2)))
	first := b.take(d.m, false)
	src := must[backup.Source](t)(d.m.Source(t.Context(), "test"))
	described := must[backup.Description](t)(src.Describe(t.Context()))
	check(t, src.Close())
	check(t, object.PutJSON(t.Context(), b.store, backup.TimelineName(1), backup.Claim{
		Format: backup.ClaimFormat, Database: first.Database, Timeline: 1, Server: described.Server, Claimed: epoch,
	}))
	b.take(d.m, true)
	_, err := b.try(t.Context(), copied.m, true)
	if _, ok := errors.AsType[*backup.OtherHistoryError](err); !ok {
		t.Fatalf("the copy: %v", err)
	}
	b.good()
	d.close()
	copied.close()
}

// TestCheckNamesWhatIsWrong damages, cuts, exchanges and removes each object.
func TestCheckNamesWhatIsWrong(t *testing.T) {
	d, disk := prepared(t)
	b := newBackups(t, repository(t, disk))
	b.take(d.m, true)
	d.close()
	var names []string
	check(t, b.store.List(t.Context(), "", func(i object.Info) error { names = append(names, i.Name); return nil }))
	for _, name := range names {
		path := filepath.Join(repositoryDir, name)
		whole := read(t, disk, path)
		for at := 0; at < len(whole); at += table.Step(1 + len(whole)/60) {
			bad := bytes.Clone(whole)
			bad[at] ^= 1 << (at % 8)
			named(t, disk, name, bad, fmt.Sprintf("byte %d", at))
			if at > 0 {
				named(t, disk, name, whole[:at], fmt.Sprintf("cut at %d", at))
			}
		}
		named(t, disk, name, append(bytes.Clone(whole), 0), "a byte more")
		named(t, disk, name, nil, "empty")
		for _, other := range names {
			if other != name {
				named(t, disk, name, read(t, disk, filepath.Join(repositoryDir, other)), "exchanged for "+other)
			}
		}
		if !strings.HasPrefix(name, backup.ManifestsFolder) && name != backup.RepositoryName {
			gone := disk.CrashClone(vfs.Everything)
			check(t, gone.Remove(path))
			wantFinding(t, gone, name, "removed")
		}
	}
	b.good()
}

// named checks that other contents of an object are found.
func named(t *testing.T, disk *vfs.Mem, name string, contents []byte, what string) {
	t.Helper()
	bad := disk.CrashClone(vfs.Everything)
	check(t, vfs.WriteFileSync(bad, filepath.Join(repositoryDir, name), contents))
	wantFinding(t, bad, name, what)
}

func wantFinding(t *testing.T, disk *vfs.Mem, name, what string) {
	t.Helper()
	store := must[object.Store](t)(object.Open(t.Context(), repositoryDir, object.Options{FS: disk, Now: testClock}))
	defer func() { check(t, store.Close()) }()
	report, err := backup.Check(t.Context(), store, backup.CheckOptions{})
	if err != nil {
		t.Fatalf("%s: %s: %v", name, what, err)
	}
	if !slices.ContainsFunc(report.Findings, func(f backup.Finding) bool { return f.Object == name && f.Reason != "" }) {
		t.Fatalf("%s: %s: not found; findings %+v", name, what, report.Findings)
	}
	if strings.HasPrefix(name, backup.LogFolder) || strings.HasPrefix(name, backup.SnapshotsFolder) {
		if !slices.ContainsFunc(report.Backups, func(c backup.CheckedBackup) bool { return !c.Good }) {
			t.Fatalf("%s: %s: all backups are said to be good; findings %+v", name, what, report.Findings)
		}
	}
}
