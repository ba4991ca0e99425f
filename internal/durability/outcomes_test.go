package durability_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
)

// outcome is what a start makes of a directory that was damaged.
type outcome struct {
	name   string
	damage func(f disk)
	err    string // "" where the start succeeds with the whole graph
	kind   any    // of error
	after  func(d *database)
}

// outcomesOfSnapshots are those of what happens to snapshots while the log is whole.
func outcomesOfSnapshots() []outcome {
	return []outcome{
		{name: "nothing"},
		{
			name:   "newest snapshot damaged",
			damage: func(f disk) { f.flip(f.snapshot(-1)) },
			after: func(d *database) {
				r := d.m.Report()
				if len(r.Quarantined) != 1 || !strings.HasPrefix(r.Quarantined[0], "data/quarantine/0") || len(r.Damaged) != 1 {
					d.t.Errorf("got %+v", r)
				}
				if left := snapshots(d.t, d.fs); len(left) != 1 {
					d.t.Errorf("%v left", left)
				}
			},
		},
		{
			name:   "newest snapshot cannot be read",
			damage: func(f disk) { f.failReads(f.snapshot(-1)) },
			after: func(d *database) {
				if r := d.m.Report(); len(r.Quarantined) != 1 {
					d.t.Errorf("got %+v", r)
				}
			},
		},
		{name: "all snapshots damaged, log complete", damage: func(f disk) { f.flip(snapshots(f.t, f.Mem)...) }},
		{
			name:   "all snapshots missing, log complete",
			damage: func(f disk) { f.remove(snapshots(f.t, f.Mem)...) },
		},
		{
			name:   "snapshot renamed",
			damage: func(f disk) { check(f.t, f.Rename(f.snapshot(-1), "data/snapshots/"+snapshot.FileName(9999, epoch))) },
			err: "snapshot data/snapshots/N-NTN.NZ.snap is damaged at byte 0: its name says commit N, its header N; " +
				"no older snapshot together with the log reaches commit N (they end at N): nothing was changed: " +
				"restore this file, or the whole directory, from a backup, or move the file away to go on with commit N",
			kind: new(*durability.DamagedSnapshotError),
		},
	}
}

// outcomesOfLogs are those of what happens to the log while the snapshots are whole.
func outcomesOfLogs() []outcome {
	return []outcome{
		{
			name:   "segments before the newest snapshot missing",
			damage: func(f disk) { f.remove(f.segment(0)) },
		},
		{
			name:   "segment after the newest snapshot missing",
			damage: func(f disk) { f.remove(f.segment(-2)) },
			err:    "log is damaged: data/wal/N.wal at offset 0: the segment does not continue the one before it",
			kind:   new(*durability.DamagedLogError),
		},
		{
			name:   "newest segment missing",
			damage: func(f disk) { f.remove(f.segment(-1)) },
			err:    "log is damaged: data/wal/N.wal at offset N: the segment that follows this one is missing",
			kind:   new(*durability.DamagedLogError),
		},
		{
			name:   "damage in a sealed segment",
			damage: func(f disk) { check(f.t, f.FlipBit(f.segment(1), 100*8)) },
			err:    "log is damaged: data/wal/N.wal at offset N: ",
			kind:   new(*durability.DamagedLogError),
		},
		{
			name:   "torn tail",
			damage: disk.tearTail,
			after: func(d *database) {
				if r := d.m.Report(); r.Tail == nil || r.Tail.Bytes == 0 {
					d.t.Errorf("got %+v", r)
				}
			},
		},
	}
}

// outcomesOfGaps are those of commits that no file holds any more.
func outcomesOfGaps() []outcome {
	return []outcome{
		{
			name: "all snapshots damaged, beginning of the log missing",
			damage: func(f disk) {
				f.flip(snapshots(f.t, f.Mem)...)
				f.remove(f.segment(0))
			},
			err: "data directory data: commits 1 to N are missing: there is no snapshot and the log begins at commit N; " +
				"put the missing files of wal/ or snapshots/ back from where they were moved or from a backup",
			kind: new(*durability.MissingFilesError),
		},
		{
			name: "gap between older snapshot and log",
			damage: func(f disk) {
				f.flip(f.snapshot(-1))
				list := segments(f.t, f.Mem)
				f.remove(list[:len(list)-2]...)
			},
			err: "data directory data: commits N to N are missing: the newest good snapshot ends at commit N and the log begins at commit N; " +
				"put the missing files of wal/ or snapshots/ back from where they were moved or from a backup " +
				"(it is needed because snapshot data/snapshots/N-NTN.NZ.snap is damaged at byte N: ",
			kind: new(*durability.MissingFilesError),
		},
		{
			name: "all snapshots damaged, no log",
			damage: func(f disk) {
				f.flip(snapshots(f.t, f.Mem)...)
				removeLog(f)
			},
			err: "data directory data: the log is missing (there is no snapshot, and wal/ has no segment); " +
				"put the files of wal/ back from where they were moved or from a backup",
			kind: new(*durability.MissingFilesError),
		},
		{
			name:   "no log",
			damage: removeLog,
			err: "data directory data: the log is missing (the newest good snapshot ends at commit N, and wal/ has no segment); " +
				"put the files of wal/ back from where they were moved or from a backup",
			kind: new(*durability.MissingFilesError),
		},
	}
}

// outcomesOfIdentities are those of what happens to the identity.
func outcomesOfIdentities() []outcome {
	return []outcome{
		{
			name:   "identity missing",
			damage: func(f disk) { f.remove("data/database.json") },
			err: "data/database.json is missing, though there are snapshots or a log; put the file back from a backup of the same " +
				"database: without it this server cannot tell whether the files beside it belong together",
			kind: new(*durability.IdentityError),
		},
		{
			name:   "identity damaged",
			damage: func(f disk) { f.flip("data/database.json") },
			err: "data/database.json is damaged: its checksum does not fit; put the file back from a backup of the same " +
				"database: without it this server cannot tell whether the files beside it belong together",
			kind: new(*durability.IdentityError),
		},
	}
}

// outcomesOfStrangers are those of files that do not belong there.
func outcomesOfStrangers() []outcome {
	return []outcome{
		{
			name: "left over from a crash",
			damage: func(f disk) {
				write(f.t, f.Mem, "data/snapshots/tmp-00000000000000000001-x.snap", []byte("half"))
				write(f.t, f.Mem, "data/database.json.tmp", []byte("half"))
			},
			after: func(d *database) {
				if names := append(list(d.t, d.fs, "data/snapshots"), list(d.t, d.fs, "data")...); slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, "tmp") }) {
					d.t.Errorf("%v", names)
				}
			},
		},
		{
			name: "snapshot of another database",
			damage: func(f disk) {
				other := vfs.NewMem(5)
				d := open(f.t, other)
				d.commits(90)
				info, err := d.m.CreateSnapshot(f.t.Context())
				check(f.t, err)
				d.close()
				write(f.t, f.Mem, info.Path, read(f.t, other, info.Path))
			},
			err: "data directory data holds files of another database (data/snapshots/N-NTN.NZ.snap); " +
				"choose another data directory, or move these files away",
			kind: new(*durability.ForeignFilesError),
		},
		{
			name: "log of another database",
			damage: func(f disk) {
				other := vfs.NewMem(5)
				d := open(f.t, other)
				d.commits(3)
				d.close()
				removeLog(f)
				write(f.t, f.Mem, segments(f.t, other)[0], read(f.t, other, segments(f.t, other)[0]))
			},
			err:  "data directory data holds files that this server does not know (data/wal/N.wal)",
			kind: new(*durability.ForeignFilesError),
		},
		{
			name:   "file nobody knows in the log",
			damage: func(f disk) { write(f.t, f.Mem, "data/wal/notes.txt", []byte("remember the milk")) },
			err: "data directory data holds files that this server does not know (data/wal/notes.txt); " +
				"choose another data directory, or move these files away",
			kind: new(*durability.ForeignFilesError),
		},
		{
			name: "snapshot of Memgraph",
			damage: func(f disk) {
				write(f.t, f.Mem, "data/snapshots/20240101120000000000_timestamp_5", []byte("MGsn\x25\x00"))
			},
			err: "data directory data holds files of Memgraph (data/snapshots/20240101120000000000_timestamp_5), which this server " +
				"cannot read; run DUMP DATABASE there, choose an empty data directory here, and load the dump with memgraphd import",
			kind: new(*durability.ForeignFilesError),
		},
	}
}

// outcomesOfNewer are those of files that a newer version wrote.
func outcomesOfNewer() []outcome {
	return []outcome{
		{
			name: "snapshot of a newer format",
			damage: func(f disk) {
				name := f.snapshot(-1)
				write(f.t, f.Mem, name, newerSnapshot(read(f.t, f.Mem, name)))
			},
			err: "data/snapshots/N-NTN.NZ.snap was written by a newer version: format 9, this server reads up to 4; " +
				"start the version that wrote it, or a newer one",
			kind: new(*durability.NewerFormatError),
		},
		{
			name: "identity of a newer format",
			damage: func(f disk) {
				line := `{"format":7,"shards":12}`
				write(f.t, f.Mem, "data/database.json", fmt.Appendf(nil, "%s\n%016x\n", line, hash(line)))
			},
			err: "data/database.json was written by a newer version: format 7, this server reads up to 1; " +
				"start the version that wrote it, or a newer one",
			kind: new(*durability.NewerFormatError),
		},
		{
			name: "log of a newer format",
			damage: func(f disk) {
				name := f.segment(0)
				write(f.t, f.Mem, name, newerSegment(read(f.t, f.Mem, name)))
			},
			err: "data/wal/N.wal was written by a newer version: format 9, this server reads up to 1; " +
				"start the version that wrote it, or a newer one",
			kind: new(*durability.NewerFormatError),
		},
	}
}

// flip changes a bit of each file.
func (f disk) flip(names ...string) {
	for _, name := range names {
		flip(f.t, f.Mem, name)
	}
}

// failReads makes the disk fail to read a file beyond its beginning.
func (f disk) failReads(name string) {
	f.Inject(func(op vfs.Op) error {
		if op.Kind == vfs.OpRead && op.Name == name && op.Off > 100 {
			return errIO
		}
		return nil
	})
}

// tearTail leaves half a record where the next one would begin.
func (f disk) tearTail() {
	newest := f.segment(-1)
	used := lastUsed(read(f.t, f.Mem, newest))
	out, err := f.OpenReadWrite(newest)
	check(f.t, err)
	_, err = out.WriteAt([]byte("half a record"), (used+1024)/8*8) // strings of zeros end records here
	check(f.t, errors.Join(err, out.Sync(), out.Close()))
}

// TestDefinedOutcomes damages a directory with two snapshots, and log before, between and
// after them, in every way that the reference page lists, and looks at what a start makes
// of it.
func TestDefinedOutcomes(t *testing.T) {
	whole, want, _ := populated(t)
	for _, c := range slices.Concat(outcomesOfSnapshots(), outcomesOfLogs(), outcomesOfGaps(), outcomesOfIdentities(), outcomesOfStrangers(), outcomesOfNewer()) {
		t.Run(c.name, func(t *testing.T) {
			fsys := whole.CrashClone(vfs.Everything)
			if c.damage != nil {
				c.damage(disk{fsys, t})
			}
			before := content(t, fsys)
			d, err := tryOpen(t, fsys)
			fsys.Inject(nil)
			if c.err == "" {
				check(t, err)
				d.same(want)
				if c.after != nil {
					c.after(d)
				}
				d.commits(3)
				d.close()
				return
			}
			if err == nil {
				t.Fatal("the start succeeds")
			}
			if got := digits(err.Error()); !strings.HasPrefix(got, digits(c.err)) {
				t.Errorf("got  %s\nwant %s", got, digits(c.err))
			}
			if !errors.As(err, c.kind) {
				t.Errorf("the error is no %T", c.kind)
			}
			if after := content(t, fsys); !same(before, after) {
				t.Error("the refused start has changed the directory")
			}
		})
	}
}
