package durability_test

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
)

// The outcomes of a start, as the table in docs/durability.md begins them.
const (
	starts  = "starts"  // with everything, and nothing to say
	tells   = "tells"   // starts with everything, and says what it found
	refuses = "refuses" // names file and way out, and changes nothing
)

// fileCase is one thing that can happen to the files of a database. Its name is a row of
// that table.
type fileCase struct {
	name    string
	outcome string
	says    string // part of the message of a refusal, or of the log
	happens func(f disk)
}

func (f disk) snapshot(i int) string {
	list := snapshots(f.t, f.Mem)
	return list[(i+len(list))%len(list)]
}

func (f disk) segment(i int) string {
	list := segments(f.t, f.Mem)
	return list[(i+len(list))%len(list)]
}

func (f disk) remove(names ...string) {
	for _, name := range names {
		check(f.t, f.Remove(name))
	}
}

func (f disk) copyFile(from, to string) { write(f.t, f.Mem, to, read(f.t, f.Mem, from)) }

func (f disk) swap(a, b string) {
	x, y := read(f.t, f.Mem, a), read(f.t, f.Mem, b)
	write(f.t, f.Mem, a, y)
	write(f.t, f.Mem, b, x)
}

// deny lets nobody open a file.
func (f disk) deny(name string) {
	f.Inject(func(op vfs.Op) error {
		if op.Kind == vfs.OpOpen && op.Name == name {
			return fs.ErrPermission
		}
		return nil
	})
}

// other returns another database with snapshots and a log.
func (f disk) other() disk {
	fsys := vfs.NewMem(5)
	d := open(f.t, fsys)
	d.commits(60)
	must[durability.SnapshotInfo](f.t)(d.m.CreateSnapshot(f.t.Context()))
	d.commits(3)
	d.close()
	return disk{fsys, f.t}
}

func missingCases() []fileCase {
	return []fileCase{
		{"The newest snapshot is missing", starts, "", func(f disk) { f.remove(f.snapshot(-1)) }},
		{"All snapshots are missing, the log begins with commit 1", starts, "", func(f disk) { f.remove(snapshots(f.t, f.Mem)...) }},
		{"All snapshots are missing, the log begins later", refuses, "commits 1 to ", func(f disk) {
			f.remove(append(snapshots(f.t, f.Mem), f.segment(0))...)
		}},
		{"A segment is missing that only older snapshots need", starts, "", func(f disk) { f.remove(f.segment(0)) }},
		{"A segment in the middle is missing", refuses, "a file is missing or was exchanged", func(f disk) { f.remove(f.segment(-2)) }},
		{"The newest segment is missing", refuses, "the segment that follows this one is missing", func(f disk) { f.remove(f.segment(-1)) }},
		{"The whole log is missing", refuses, "the log is missing", func(f disk) { f.remove(segments(f.t, f.Mem)...) }},
		{"`database.json` is missing", refuses, "database.json is missing", func(f disk) { f.remove("data/database.json") }},
		{"Spare files of the log are missing", starts, "", func(f disk) {
			for _, name := range list(f.t, f.Mem, "data/wal/spare") {
				f.remove("data/wal/spare/" + name)
			}
		}},
	}
}

func emptyCases() []fileCase {
	return []fileCase{
		{"The newest snapshot is empty, cut or damaged", tells, "damaged snapshot moved away", func(f disk) { write(f.t, f.Mem, f.snapshot(-1), nil) }},
		{"All snapshots are damaged, the log begins with commit 1", tells, "damaged snapshot moved away", func(f disk) {
			flip(f.t, f.Mem, f.snapshot(0))
			flip(f.t, f.Mem, f.snapshot(1))
		}},
		{"All snapshots are damaged, the log begins later", refuses, "it is needed because snapshot ", func(f disk) {
			flip(f.t, f.Mem, f.snapshot(0))
			flip(f.t, f.Mem, f.snapshot(1))
			f.remove(f.segment(0))
		}},
		{"A segment is empty or damaged", refuses, "log is damaged: ", func(f disk) { write(f.t, f.Mem, f.segment(1), nil) }},
		{"The newest segment is empty", refuses, "log is damaged: ", func(f disk) { write(f.t, f.Mem, f.segment(-1), nil) }},
		{"The end of the newest segment is torn by a crash", tells, "torn by a crash", func(f disk) {
			data := read(f.t, f.Mem, f.segment(-1))
			copy(data[(lastUsed(data)+1024)/8*8:], "half a record")
			write(f.t, f.Mem, f.segment(-1), data)
		}},
		{"`database.json` is empty or damaged", refuses, "database.json is damaged", func(f disk) { write(f.t, f.Mem, "data/database.json", nil) }},
		{"A spare file of the log is empty", starts, "", func(f disk) { write(f.t, f.Mem, "data/wal/spare/99.spare", nil) }},
		{"A snapshot or `database.json` was being written when the server was killed", starts, "", func(f disk) {
			write(f.t, f.Mem, "data/snapshots/tmp-00000000000000000001-x.snap", []byte("half"))
			write(f.t, f.Mem, "data/database.json.tmp", []byte("half"))
		}},
	}
}

func exchangedCases() []fileCase {
	return []fileCase{
		{"A snapshot is there twice, under another time", starts, "", func(f disk) {
			index, created, _ := snapshot.ParseName(filepath.Base(f.snapshot(-1)))
			f.copyFile(f.snapshot(-1), "data/snapshots/"+snapshot.FileName(index, created.AddDate(0, 0, -1)))
		}},
		{"A snapshot bears the name of an earlier commit", starts, "", func(f disk) {
			f.copyFile(f.snapshot(-1), "data/snapshots/"+snapshot.FileName(3, epoch))
		}},
		{"A snapshot bears the name of a later commit than there is", refuses, "its name says commit 9999", func(f disk) {
			check(f.t, f.Rename(f.snapshot(-1), "data/snapshots/"+snapshot.FileName(9999, epoch)))
		}},
		{"Two snapshots are exchanged", tells, "damaged snapshot moved away", func(f disk) { f.swap(f.snapshot(0), f.snapshot(1)) }},
		{"A segment is there twice, under another number", refuses, "log is damaged: ", func(f disk) {
			f.copyFile(f.segment(0), "data/wal/00000000000000009999.wal")
		}},
		{"A segment is renamed", refuses, "the segment is named for commit ", func(f disk) {
			check(f.t, f.Rename(f.segment(-1), "data/wal/00000000000000009999.wal"))
		}},
		{"Two segments are exchanged", refuses, "the segment is named for commit ", func(f disk) { f.swap(f.segment(-1), f.segment(-2)) }},
		{"A file with a name of nobody is in `wal/` or `snapshots/`", refuses, "files that this server does not know", func(f disk) {
			f.copyFile(f.segment(0), f.segment(0)+".bak")
		}},
		{"`wal/` is renamed", refuses, "the log is missing", func(f disk) { check(f.t, f.Rename("data/wal", "data/wal.old")) }},
	}
}

func olderCases() []fileCase {
	return []fileCase{
		{"An older version of `database.json`", starts, "", func(f disk) {
			old := read(f.t, f.Mem, "data/database.json")
			d := open(f.t, f.Mem)
			d.close()
			write(f.t, f.Mem, "data/database.json", old)
		}},
		{"An older version of a sealed segment", refuses, "log is damaged: ", func(f disk) {
			data := read(f.t, f.Mem, f.segment(1))
			clear(data[64:])
			write(f.t, f.Mem, f.segment(1), data)
		}},
		{"An older version of the newest segment, from before the last snapshot or clean stop", refuses, "though it has held commit ", func(f disk) {
			d := open(f.t, f.Mem)
			d.close()
			data := read(f.t, f.Mem, f.segment(-1))
			clear(data[64:])
			write(f.t, f.Mem, f.segment(-1), data)
		}},
	}
}

func foreignCases() []fileCase {
	return []fileCase{
		{"A snapshot of another database", refuses, "files of another database", func(f disk) {
			o := f.other()
			write(f.t, f.Mem, o.snapshot(-1), read(f.t, o.Mem, o.snapshot(-1)))
		}},
		{"A segment of another database", refuses, "belongs to database ", func(f disk) {
			o := f.other()
			write(f.t, f.Mem, f.segment(-1), read(f.t, o.Mem, o.segment(0)))
			f.remove(segments(f.t, f.Mem)[:len(segments(f.t, f.Mem))-1]...)
			check(f.t, f.Rename(f.segment(-1), o.segment(0)))
		}},
		{"`database.json` of another database", refuses, "files of another database", func(f disk) {
			write(f.t, f.Mem, "data/database.json", read(f.t, f.other().Mem, "data/database.json"))
		}},
		{"Files of Memgraph", refuses, "files of Memgraph", func(f disk) {
			write(f.t, f.Mem, "data/snapshots/20240101120000000000_timestamp_5", []byte("MGsn\x25\x00"))
		}},
		{"A file of a newer version", refuses, "was written by a newer version", func(f disk) {
			write(f.t, f.Mem, f.segment(0), newerSegment(read(f.t, f.Mem, f.segment(0))))
		}},
		{"`LOCK-DATA-DIRECTORY` was copied along with the directory", starts, "", func(f disk) {
			write(f.t, f.Mem, "data/LOCK-DATA-DIRECTORY", []byte(`{"format":1,"owner":"ann","since":"2026-05-06T07:08:09Z","directory":"mem:9999","file":"mem:9998"}`+"\n"))
		}},
	}
}

func kindCases() []fileCase {
	return []fileCase{
		{"A snapshot may not be read by the server's user", refuses, "permission denied", func(f disk) { f.deny(f.snapshot(-1)) }},
		{"A segment may not be read by the server's user", refuses, "permission denied", func(f disk) { f.deny(f.segment(1)) }},
		{"`database.json` may not be read by the server's user", refuses, "permission denied", func(f disk) { f.deny("data/database.json") }},
		{"A folder is where a file belongs", refuses, "is a folder, where a file of the database belongs", func(f disk) {
			name := f.snapshot(-1)
			f.remove(name)
			check(f.t, f.MkdirAll(name))
		}},
		{"A file is where a folder belongs", refuses, "is a file, where a folder of the database belongs", func(f disk) {
			check(f.t, f.Rename("data/snapshots", "data/.snapshots"))
			write(f.t, f.Mem, "data/snapshots", nil)
		}},
		{"A sector of a snapshot cannot be read", tells, "damaged snapshot moved away", func(f disk) {
			name := f.snapshot(-1)
			f.Inject(func(op vfs.Op) error {
				if op.Kind == vfs.OpRead && op.Name == name {
					return errIO
				}
				return nil
			})
		}},
		{"A sector of the log cannot be read", refuses, "input/output error", func(f disk) {
			name := f.segment(1)
			f.Inject(func(op vfs.Op) error {
				if op.Kind == vfs.OpRead && op.Name == name {
					return errIO
				}
				return nil
			})
		}},
	}
}

func fileCases() []fileCase {
	return slices.Concat(missingCases(), emptyCases(), exchangedCases(), olderCases(), foreignCases(), kindCases())
}

// TestWhatCanHappenToFiles takes the table of docs/durability.md case by case.
func TestWhatCanHappenToFiles(t *testing.T) {
	whole := newSalvaged(t)
	want := whole.rec.state(whole.marks[2])
	for _, c := range fileCases() {
		t.Run(c.name, func(t *testing.T) {
			fsys := whole.disk.CrashClone(vfs.Everything)
			c.happens(disk{fsys, t})
			readable := fsys.CrashClone(vfs.Everything)
			before := content(t, readable)
			core, logged := observer.New(zapcore.WarnLevel)
			d, err := tryOpen(t, fsys, func(o *durability.Options) { o.Log = zap.New(core) })
			fsys.Inject(nil)
			if c.outcome == refuses {
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Fatalf("got %v, want a refusal with %q", err, c.says)
				}
				if !same(before, content(t, fsys)) {
					t.Error("the refused start has changed the directory")
				}
				if refused, ok := errors.AsType[*durability.RefusedError](err); !ok {
					t.Errorf("%T is no *RefusedError", err)
				} else if text := refused.Error(); !strings.Contains(text, "data") {
					t.Errorf("it names no place: %s", text)
				}
				return
			}
			check(t, err)
			d.same(want)
			lines := fmt.Sprint(logged.All())
			if c.outcome == tells != (logged.Len() > 0) || !strings.Contains(lines, c.says) {
				t.Errorf("the log says %s", lines)
			}
			if d.m.Info().Lock.Locked {
				t.Error("the directory is locked")
			}
			d.commits(3)
			want := graphText(d.s)
			d.close()
			again := open(t, fsys)
			again.same(want)
			again.close()
		})
	}
}

// tableRow takes the case and the outcome out of a row of the guide's table.
var tableRow = regexp.MustCompile(`^\| (.+) \| (starts|tells|refuses)\b.* \|$`)

// TestFilesInTheGuide compares the cases with the table of the guide.
func TestFilesInTheGuide(t *testing.T) {
	guide, err := os.Open("../../docs/durability.md")
	check(t, err)
	defer func() { check(t, guide.Close()) }()
	written := map[string]string{}
	for lines := bufio.NewScanner(guide); lines.Scan(); {
		if row := tableRow.FindStringSubmatch(lines.Text()); row != nil {
			written[row[1]] = row[2]
		}
	}
	for _, c := range append(fileCases(), linkCases()...) {
		if written[c.name] != c.outcome {
			t.Errorf("docs/durability.md says that with %q the server %q, the test that it %q", c.name, written[c.name], c.outcome)
		}
		delete(written, c.name)
	}
	for name := range written {
		t.Errorf("docs/durability.md has a case that no test has: %q", name)
	}
}

// linkCases are those that need a file system with symbolic links.
func linkCases() []fileCase {
	return []fileCase{
		{"A symbolic link is where a file or a folder belongs", refuses, "is a symbolic link", nil},
		{"The data directory itself is reached by a symbolic link", starts, "", nil},
		{"Others than the server's user may write into the data directory", tells, "others", nil},
	}
}

// TestSymbolicLinks puts links in the place of each file and folder of a database.
func TestSymbolicLinks(t *testing.T) {
	whole := newSalvaged(t)
	base := t.TempDir()
	for i, name := range []string{"wal", "snapshots", "database.json", "wal/*1.wal", "snapshots/*.snap", ""} {
		dir := filepath.Join(base, strconv.Itoa(i))
		check(t, export(whole.disk, dataDir, dir))
		onDisk := func(o *durability.Options) { o.FS, o.Dir = vfs.OS(), dir }
		if name == "" {
			dir += "-link"
			check(t, os.Symlink(filepath.Join(base, strconv.Itoa(i)), dir))
			d := open(t, nil, onDisk)
			d.same(whole.rec.state(whole.marks[2]))
			d.close()
			continue
		}
		found := must[[]string](t)(filepath.Glob(filepath.Join(dir, name)))
		check(t, os.Rename(found[0], found[0]+"-away"))
		check(t, os.Symlink(found[0]+"-away", found[0]))
		_, err := tryOpen(t, nil, onDisk)
		if _, wrong := errors.AsType[*durability.WrongKindError](err); !wrong || !strings.Contains(err.Error(), found[0]+" is a symbolic link") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestOpenDirectory warns where others may write into the directory.
func TestOpenDirectory(t *testing.T) {
	for mode, warns := range map[os.FileMode]bool{0o700: false, 0o755: false, 0o770: true, 0o777: true} {
		dir := filepath.Join(t.TempDir(), "data")
		check(t, os.Mkdir(dir, mode))
		check(t, os.Chmod(dir, mode))
		core, logged := observer.New(zapcore.WarnLevel)
		d := open(t, nil, func(o *durability.Options) { o.FS, o.Dir, o.Log = vfs.OS(), dir, zap.New(core) })
		d.close()
		if n := logged.FilterMessageSnippet("others than the server's user may write").Len(); n > 0 != warns {
			t.Errorf("mode %o: %v", mode, logged.All())
		}
	}
}

// TestMisnamedSnapshotIsNoFallback keeps a copy of a snapshot, and one of another database,
// under names of earlier commits from counting as snapshots that are kept.
func TestMisnamedSnapshotIsNoFallback(t *testing.T) {
	whole := newSalvaged(t)
	f := disk{whole.disk.CrashClone(vfs.Everything), t}
	o := f.other()
	f.copyFile(f.snapshot(-1), "data/snapshots/"+snapshot.FileName(3, epoch))
	write(t, f.Mem, "data/snapshots/"+snapshot.FileName(60, epoch), read(t, o.Mem, o.snapshot(-1)))
	check(t, f.Rename("data/snapshots/"+snapshot.FileName(60, epoch), "data/snapshots/"+snapshot.FileName(4, epoch)))
	d := open(t, f.Mem)
	must[durability.SnapshotInfo](t)(d.m.CreateSnapshot(t.Context()))
	d.close()
	if moved := list(t, f.Mem, "data/quarantine"); len(moved) != 2 {
		t.Errorf("in quarantine: %v", moved)
	}
	if kept := snapshots(t, f.Mem); len(kept) != 2 {
		t.Errorf("kept: %v", kept)
	}
}
