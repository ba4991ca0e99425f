package durability_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
)

func read(tb testing.TB, fsys vfs.FS, name string) []byte {
	tb.Helper()
	data, err := vfs.ReadFile(fsys, name, 1<<30)
	check(tb, err)
	return data
}

func write(tb testing.TB, fsys vfs.FS, name string, data []byte) {
	tb.Helper()
	check(tb, fsys.MkdirAll(filepath.Dir(name)))
	check(tb, vfs.WriteFileSync(fsys, name, data))
}

func list(tb testing.TB, fsys vfs.FS, dir string) []string {
	tb.Helper()
	names, err := fsys.List(dir)
	check(tb, err)
	return names
}

// flip damages the middle of a file.
func flip(tb testing.TB, fsys *vfs.Mem, name string) {
	tb.Helper()
	info, err := fsys.Stat(name)
	check(tb, err)
	check(tb, fsys.FlipBit(name, info.Size/2*8))
}

// segments returns the paths of the log's segments, oldest first.
func segments(tb testing.TB, fsys vfs.FS) []string {
	tb.Helper()
	var out []string
	for _, name := range list(tb, fsys, "data/wal") {
		if strings.HasSuffix(name, ".wal") {
			out = append(out, "data/wal/"+name)
		}
	}
	return out
}

func snapshots(tb testing.TB, fsys vfs.FS) []string {
	tb.Helper()
	var out []string
	for _, name := range list(tb, fsys, "data/snapshots") {
		if _, _, ok := snapshot.ParseName(name); ok {
			out = append(out, "data/snapshots/"+name)
		}
	}
	return out
}

// content maps every file of the database to what is in it.
func content(tb testing.TB, fsys vfs.FS) map[string]string {
	tb.Helper()
	out := map[string]string{}
	var walk func(dir string)
	walk = func(dir string) {
		for _, name := range list(tb, fsys, dir) {
			path := dir + "/" + name
			info, err := fsys.Stat(path)
			check(tb, err)
			switch {
			case info.Dir:
				walk(path)
			case name != ".lock":
				out[path] = string(read(tb, fsys, path))
			}
		}
	}
	walk("data")
	return out
}

// TestDefinedOutcomes damages a directory with two snapshots, and log before, between and
// after them, in every way that the reference page lists, and looks at what a start makes
// of it.
func TestDefinedOutcomes(t *testing.T) {
	whole, want, _ := populated(t)
	for _, c := range []struct {
		name   string
		damage func(f disk)
		err    string // "" where the start succeeds with the whole graph
		kind   any    // of error
		after  func(d *database)
	}{
		{name: "nothing"},
		{
			name:   "newest snapshot damaged",
			damage: func(f disk) { flip(f.t, f.Mem, snapshots(f.t, f.Mem)[1]) },
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
			name: "newest snapshot cannot be read",
			damage: func(f disk) {
				f.Inject(func(op vfs.Op) error {
					if op.Kind == vfs.OpRead && strings.HasSuffix(op.Name, snapshot.Suffix) && op.Off > 100 && op.Name == snapshots(f.t, whole)[1] {
						return errIO
					}
					return nil
				})
			},
			after: func(d *database) {
				if r := d.m.Report(); len(r.Quarantined) != 1 {
					d.t.Errorf("got %+v", r)
				}
			},
		},
		{
			name: "all snapshots damaged, log complete",
			damage: func(f disk) {
				for _, s := range snapshots(f.t, f.Mem) {
					flip(f.t, f.Mem, s)
				}
			},
		},
		{
			name: "all snapshots missing, log complete",
			damage: func(f disk) {
				for _, s := range snapshots(f.t, f.Mem) {
					check(f.t, f.Remove(s))
				}
			},
		},
		{
			name: "all snapshots damaged, beginning of the log missing",
			damage: func(f disk) {
				for _, s := range snapshots(f.t, f.Mem) {
					flip(f.t, f.Mem, s)
				}
				check(f.t, f.Remove(segments(f.t, f.Mem)[0]))
			},
			err: "data directory data: commits 1 to N are missing: there is no snapshot and the log begins at commit N; " +
				"put the missing files of wal/ or snapshots/ back from where they were moved or from a backup",
			kind: new(*durability.MissingFilesError),
		},
		{
			name: "all snapshots damaged, no log",
			damage: func(f disk) {
				for _, s := range snapshots(f.t, f.Mem) {
					flip(f.t, f.Mem, s)
				}
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
		{
			name: "segment after the newest snapshot missing",
			damage: func(f disk) {
				list := segments(f.t, f.Mem)
				check(f.t, f.Remove(list[len(list)-2]))
			},
			err:  "log is damaged: data/wal/N.wal at offset 0: the segment does not continue the one before it",
			kind: new(*durability.DamagedLogError),
		},
		{
			name: "newest segment missing",
			damage: func(f disk) {
				list := segments(f.t, f.Mem)
				check(f.t, f.Remove(list[len(list)-1]))
			},
			err:  "log is damaged: data/wal/N.wal at offset N: the segment that follows this one is missing",
			kind: new(*durability.DamagedLogError),
		},
		{
			name: "segments before the newest snapshot missing",
			damage: func(f disk) {
				check(f.t, f.Remove(segments(f.t, f.Mem)[0]))
			},
		},
		{
			name: "gap between older snapshot and log",
			damage: func(f disk) {
				flip(f.t, f.Mem, snapshots(f.t, f.Mem)[1])
				list := segments(f.t, f.Mem)
				for _, s := range list[:len(list)-2] {
					check(f.t, f.Remove(s))
				}
			},
			err: "data directory data: commits N to N are missing: the newest good snapshot ends at commit N and the log begins at commit N; " +
				"put the missing files of wal/ or snapshots/ back from where they were moved or from a backup " +
				"(it is needed because snapshot data/snapshots/N-NTN.NZ.snap is damaged at byte N: ",
			kind: new(*durability.MissingFilesError),
		},
		{
			name:   "damage in a sealed segment",
			damage: func(f disk) { check(f.t, f.FlipBit(segments(f.t, f.Mem)[1], 100*8)) },
			err:    "log is damaged: data/wal/N.wal at offset N: ",
			kind:   new(*durability.DamagedLogError),
		},
		{
			name: "torn tail",
			damage: func(f disk) {
				list := segments(f.t, f.Mem)
				newest := list[len(list)-1]
				used := lastUsed(read(f.t, f.Mem, newest))
				out, err := f.OpenReadWrite(newest)
				check(f.t, err)
				_, err = out.WriteAt([]byte("half a record"), (used+1024)/8*8) // strings of zeros end records here
				check(f.t, errors.Join(err, out.Sync(), out.Close()))
			},
			after: func(d *database) {
				if r := d.m.Report(); r.Tail == nil || r.Tail.Bytes == 0 {
					d.t.Errorf("got %+v", r)
				}
			},
		},
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
			name:   "identity missing",
			damage: func(f disk) { check(f.t, f.Remove("data/database.json")) },
			err: "data/database.json is missing, though there are snapshots or a log; put the file back from a backup of the same " +
				"database: without it this server cannot tell whether the files beside it belong together",
			kind: new(*durability.IdentityError),
		},
		{
			name:   "identity damaged",
			damage: func(f disk) { flip(f.t, f.Mem, "data/database.json") },
			err: "data/database.json is damaged: its checksum does not fit; put the file back from a backup of the same " +
				"database: without it this server cannot tell whether the files beside it belong together",
			kind: new(*durability.IdentityError),
		},
		{
			name: "snapshot renamed",
			damage: func(f disk) {
				check(f.t, f.Rename(snapshots(f.t, f.Mem)[1], "data/snapshots/"+snapshot.FileName(9999, epoch)))
			},
			err: "snapshot data/snapshots/N-NTN.NZ.snap is damaged at byte 0: its name says commit N, its header N; " +
				"no older snapshot together with the log reaches commit N (they end at N): nothing was changed: " +
				"restore this file, or the whole directory, from a backup, or move the file away to go on with commit N",
			kind: new(*durability.DamagedSnapshotError),
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
			name: "file nobody knows in the log",
			damage: func(f disk) {
				write(f.t, f.Mem, "data/wal/notes.txt", []byte("remember the milk"))
			},
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
				"cannot read; run DUMP DATABASE there, choose an empty data directory here, and load the dump with memgraphd shell",
			kind: new(*durability.ForeignFilesError),
		},
		{
			name: "snapshot of a newer format",
			damage: func(f disk) {
				name := snapshots(f.t, f.Mem)[1]
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
				name := segments(f.t, f.Mem)[0]
				write(f.t, f.Mem, name, newerSegment(read(f.t, f.Mem, name)))
			},
			err: "data/wal/N.wal was written by a newer version: format 9, this server reads up to 1; " +
				"start the version that wrote it, or a newer one",
			kind: new(*durability.NewerFormatError),
		},
	} {
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

// disk is a disk that is about to be damaged.
type disk struct {
	*vfs.Mem
	t *testing.T
}

func removeLog(f disk) {
	for _, s := range segments(f.t, f) {
		check(f.t, f.Remove(s))
	}
}

func same(a, b map[string]string) bool {
	for name, data := range a {
		if b[name] != data {
			return false
		}
	}
	return len(a) == len(b)
}

// digits puts N for every number of more than one digit.
func digits(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		n := 0
		for n < len(text) && text[n] >= '0' && text[n] <= '9' {
			n++
		}
		switch {
		case n > 1:
			b.WriteByte('N')
		case n == 1 && (strings.HasSuffix(b.String(), "commit ") || strings.HasSuffix(b.String(), "commits ") || strings.HasSuffix(b.String(), "to ") || strings.HasSuffix(b.String(), "at ") || strings.HasSuffix(b.String(), "header ")):
			b.WriteByte('N')
		case n == 1:
			b.WriteString(text[:1])
		default:
			n = 1
			b.WriteString(text[:1])
		}
		text = text[n:]
	}
	return b.String()
}

// lastUsed returns the offset behind the last byte that is not zero.
func lastUsed(data []byte) int64 {
	n := len(data)
	for n > 0 && data[n-1] == 0 {
		n--
	}
	return int64(n)
}

// TestForeignDirectories opens directories that never held a database.
func TestForeignDirectories(t *testing.T) {
	for _, c := range []struct {
		name  string
		files []string
		err   string
	}{
		{"empty", nil, ""},
		{"hidden files and lost+found", []string{"data/.bash_history", "data/lost+found/x"}, ""},
		{"somebody's files", []string{"data/thesis.tex", "data/photos/cat.jpg"}, "data directory data holds files that this server does not know (photos, thesis.tex); " +
			"choose another data directory, or move these files away"},
		{"Memgraph's folders", []string{"data/auth/CURRENT", "data/settings/CURRENT", "data/triggers/LOG"}, "data directory data holds files of Memgraph (auth, settings, triggers), which this server " +
			"cannot read; run DUMP DATABASE there, choose an empty data directory here, and load the dump with memgraphd shell"},
	} {
		fsys := vfs.NewMem(1)
		for _, name := range c.files {
			write(t, fsys, name, []byte("x"))
		}
		d, err := tryOpen(t, fsys)
		switch {
		case c.err == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.err == "":
			if !d.m.Report().New {
				t.Errorf("%s: not taken for a new database", c.name)
			}
			d.close()
		case err == nil || err.Error() != c.err:
			t.Errorf("%s: got  %v\nwant %s", c.name, err, c.err)
		}
	}
}

func TestNotWritable(t *testing.T) {
	for _, fail := range []vfs.OpKind{vfs.OpMkdir, vfs.OpLock, vfs.OpCreate, vfs.OpWrite, vfs.OpSync} {
		fsys := vfs.NewMem(1)
		fsys.Inject(func(op vfs.Op) error {
			if op.Kind == fail {
				return errReadOnly
			}
			return nil
		})
		_, err := tryOpen(t, fsys)
		var refused *durability.NotWritableError
		if !errors.As(err, &refused) || !errors.Is(err, errReadOnly) || !strings.Contains(err.Error(), "data directory data cannot be written to (") {
			t.Errorf("%v: got %v", fail, err)
		}
	}
}

func TestProgress(t *testing.T) {
	disk, _, _ := populated(t)
	var phases []string
	d := open(t, disk, func(o *durability.Options) {
		o.Progress = func(p durability.Progress) {
			if n := len(phases); n == 0 || phases[n-1] != string(p.Phase) {
				phases = append(phases, string(p.Phase))
			}
		}
	})
	d.close()
	if got := fmt.Sprint(phases); got != "[verify snapshot log]" {
		t.Fatal(got)
	}
}

func TestClosedManager(t *testing.T) {
	d := open(t, vfs.NewMem(1))
	d.close()
	if err := d.m.Close(t.Context()); !errors.Is(err, durability.ErrClosed) {
		t.Error(err)
	}
	if _, err := d.m.CreateSnapshot(t.Context()); !errors.Is(err, durability.ErrClosed) {
		t.Error(err)
	}
	if _, err := d.m.LockDirectory("x"); !errors.Is(err, durability.ErrClosed) {
		t.Error(err)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, alter := range []func(*durability.Options){
		func(o *durability.Options) { o.FS = nil },
		func(o *durability.Options) { o.Dir = "" },
		func(o *durability.Options) { o.Now = nil },
		func(o *durability.Options) { o.FlushEveryN = -1 },
		func(o *durability.Options) { o.RetentionCount = -1 },
		func(o *durability.Options) { o.LockTimeout = -time.Second },
	} {
		o := options(vfs.NewMem(1), newStore())
		alter(&o)
		if _, err := durability.Open(t.Context(), o); err == nil {
			t.Errorf("accepted: %+v", o)
		}
		check(t, o.Store.Close())
	}
}

// newerSnapshot and newerSegment make a file of format 9 with a good checksum.
func newerSnapshot(data []byte) []byte {
	binary.LittleEndian.PutUint32(data[8:], 9)
	binary.LittleEndian.PutUint64(data[64:], hash(string(data[:64])))
	return data
}
