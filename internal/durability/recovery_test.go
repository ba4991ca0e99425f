package durability_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
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
			"cannot read; run DUMP DATABASE there, choose an empty data directory here, and load the dump with memgraphd import"},
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
