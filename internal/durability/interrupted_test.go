package durability_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/vfs"
)

// prepared is a database with snapshots and a repository with one backup of it.
func prepared(t *testing.T) (*database, *vfs.Mem) {
	t.Helper()
	d := open(t, vfs.NewMem(1))
	d.commits(12)
	must[durability.SnapshotInfo](t)(d.m.CreateSnapshot(t.Context()))
	d.commits(8)
	disk := vfs.NewMem(2)
	check(t, disk.MkdirAll(repositoryDir))
	check(t, disk.SyncDir("/"))
	b := newBackups(t, repository(t, disk))
	b.take(d.m, false)
	check(t, b.store.Close())
	d.commits(10)
	must[durability.SnapshotInfo](t)(d.m.CreateSnapshot(t.Context()))
	d.commits(8)
	return d, disk
}

// TestBackupInterrupted fails, or crashes, operation n of the disk with the repository, for
// every n: what is listed can be restored, and the next try goes on.
func TestBackupInterrupted(t *testing.T) {
	for _, incremental := range []bool{false, true} {
		d, disk := prepared(t)
		probe := disk.CrashClone(vfs.Everything)
		newBackups(t, repository(t, probe)).take(d.m, incremental)
		every(t, probe.Ops(), func(n uint64) {
			for _, fault := range faults {
				broken := disk.CrashClone(vfs.Everything)
				broken.Inject(func(op vfs.Op) error {
					if op.N != n && (!fault.sticky || op.N < n || !op.Kind.Mutates()) {
						return nil
					}
					return fault.err
				})
				interrupted(t, d, broken, incremental, fmt.Sprintf("%s at operation %d", fault.name, n))
				broken.Inject(nil)
				resumes(t, d, broken, incremental, fmt.Sprintf("after %s at operation %d", fault.name, n))
			}
			for _, model := range vfs.CrashModels() {
				broken := disk.CrashClone(vfs.Everything)
				broken.CrashAt(n)
				interrupted(t, d, broken, incremental, fmt.Sprintf("crash at operation %d", n))
				resumes(t, d, broken.CrashClone(model), incremental, fmt.Sprintf("after a %v crash at operation %d", model, n))
			}
		})
		d.close()
	}
}

// interrupted takes a backup that fails, or whose failure did not matter.
func interrupted(t *testing.T, d *database, disk *vfs.Mem, incremental bool, what string) {
	t.Helper()
	store := must[object.Store](t)(object.Open(t.Context(), repositoryDir, object.Options{FS: disk, Now: testClock}))
	b := newBackups(t, store)
	m, err := b.try(t.Context(), d.m, incremental)
	if err == nil && m.Last != uint64(d.rec.newest()) {
		t.Errorf("%s: %+v", what, m)
	}
	_ = store.Close()
}

// resumes checks what an interruption has left, and takes the backup.
func resumes(t *testing.T, d *database, disk *vfs.Mem, incremental bool, what string) {
	t.Helper()
	store := must[object.Store](t)(object.Open(t.Context(), repositoryDir, object.Options{FS: disk, Now: testClock}))
	defer func() { check(t, store.Close()) }()
	b := newBackups(t, store)
	report, err := backup.Check(t.Context(), store, backup.CheckOptions{})
	if err != nil || len(report.Findings) > 0 || len(report.Backups) == 0 {
		t.Fatalf("%s: %v, %+v", what, err, report)
	}
	m, err := b.try(t.Context(), d.m, incremental)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	b.good()
	b.holds(m, d.rec)
}

// TestBackupSourceFails fails operation n of the disk with the database, for every n that
// a backup has.
func TestBackupSourceFails(t *testing.T) {
	d, disk := prepared(t)
	before := d.fs.Ops()
	newBackups(t, repository(t, disk.CrashClone(vfs.Everything))).take(d.m, false)
	every(t, d.fs.Ops()-before, func(n uint64) {
		broken := disk.CrashClone(vfs.Everything)
		begun := d.fs.Ops()
		d.fs.Inject(func(op vfs.Op) error {
			if op.N == begun+n {
				return errIO
			}
			return nil
		})
		b := newBackups(t, repository(t, broken))
		m, err := b.try(t.Context(), d.m, false)
		d.fs.Inject(nil)
		if err == nil {
			b.holds(m, d.rec)
		}
		if len(d.m.Pins()) > 0 {
			t.Fatalf("pins %+v", d.m.Pins())
		}
		b.good()
		b.holds(b.take(d.m, true), d.rec)
	})
	d.close()
}

// TestBackupCancelled ends a backup at every step of its progress.
func TestBackupCancelled(t *testing.T) {
	d, disk := prepared(t)
	steps := 0
	probe := newBackups(t, repository(t, disk.CrashClone(vfs.Everything)))
	probe.o.Progress = func(p backup.Progress) {
		steps++
		if p.Bytes > p.Total && p.Phase != backup.PhaseDescribe {
			t.Fatalf("progress %+v", p)
		}
	}
	probe.take(d.m, false)
	for n := range steps {
		b := newBackups(t, repository(t, disk.CrashClone(vfs.Everything)))
		ctx, cancel := context.WithCancel(t.Context())
		left := n
		b.o.Progress = func(backup.Progress) {
			if left--; left < 0 {
				cancel()
			}
		}
		if _, err := b.try(ctx, d.m, false); err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		cancel()
		b.o.Progress = nil
		b.holds(b.take(d.m, false), d.rec)
		b.good()
	}
	d.close()
}
