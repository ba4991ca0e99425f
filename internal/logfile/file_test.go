package logfile

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"memgraphd/internal/durability/vfs"
)

const (
	dir  = "/log"
	name = dir + "/memgraph.log"
)

// clock is a time that a test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// appender writes at the end of a file, as the system does for a file that is opened for that.
type appender struct{ vfs.File }

func (a appender) Write(p []byte) (int, error) {
	size, err := a.Size()
	if err != nil {
		return 0, err
	}
	return a.WriteAt(p, size)
}

// opener opens files of fsys for appending.
func opener(fsys *vfs.Mem, written time.Time) func(string) (Opened, error) {
	return func(name string) (Opened, error) {
		file, err := fsys.CreateExclusive(name)
		if err != nil {
			file, err = fsys.OpenReadWrite(name)
		}
		if err != nil {
			return Opened{}, err
		}
		size, err := file.Size()
		if err != nil {
			return Opened{}, errors.Join(err, file.Close())
		}
		return Opened{WriteCloser: appender{file}, Size: size, Written: written, Regular: true}, nil
	}
}

func start() *clock { return &clock{time.Date(2026, 3, 4, 23, 59, 0, 0, time.FixedZone("x", 3600))} }

func disk(t *testing.T) *vfs.Mem {
	t.Helper()
	fsys := vfs.NewMem(1)
	if err := errors.Join(fsys.MkdirAll(dir), fsys.SyncDir("/")); err != nil {
		t.Fatal(err)
	}
	return fsys
}

func say(t *testing.T, f *File, text string) {
	t.Helper()
	if n, err := f.Write([]byte(text + "\n")); err != nil || n != len(text)+1 {
		t.Fatal(n, err)
	}
}

// contents has the lines of each file whose name begins so, as "name: a b".
func contents(t *testing.T, fsys *vfs.Mem) string {
	t.Helper()
	names, err := fsys.List(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, n := range names {
		data, err := vfs.ReadFile(fsys, dir+"/"+n, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, n+": "+strings.Join(strings.Fields(string(data)), " "))
	}
	return strings.Join(all, "\n")
}

func expect(t *testing.T, fsys *vfs.Mem, want string) {
	t.Helper()
	if got := contents(t, fsys); got != strings.ReplaceAll(strings.TrimSpace(want), "\t", "") {
		t.Errorf("the directory has\n%s", got)
	}
}

// TestDays begins a file a day, keeps two days, and leaves alone what is not its own.
func TestDays(t *testing.T) {
	fsys, c := disk(t), start()
	for _, foreign := range []string{
		"memgraph_2020-01-01.log", "memgraph-20200101T000000.000Z.log.gz", "other-20200101T000000.000Z.log", "memgraph-2020.log",
		"memgraph-20209901T000000.000Z.log",
	} {
		if err := vfs.WriteFileSync(fsys, dir+"/"+foreign, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := fsys.MkdirAll(dir + "/memgraph-20200101T000000.000Z.log"); err != nil {
		t.Fatal(err)
	}
	f, err := Open(Options{FS: fsys, Open: opener(fsys, c.at), Name: name, Now: c.now, Daily: true, AgeMax: 48 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	for day := range 5 {
		say(t, f, fmt.Sprintf("a%d", day))
		c.at = c.at.Add(10 * time.Second)
		say(t, f, fmt.Sprintf("b%d", day))
		c.at = c.at.Add(24*time.Hour - 10*time.Second)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := fsys.Remove(dir + "/memgraph-20200101T000000.000Z.log"); err != nil {
		t.Error("a directory is nobody's former file")
	}
	expect(t, fsys, `
		memgraph-2020.log: x
		memgraph-20200101T000000.000Z.log.gz: x
		memgraph-20209901T000000.000Z.log: x
		memgraph-20260306T225900.000Z.log: a1 b1
		memgraph-20260307T225900.000Z.log: a2 b2
		memgraph-20260308T225900.000Z.log: a3 b3
		memgraph.log: a4 b4
		memgraph_2020-01-01.log: x
		other-20200101T000000.000Z.log: x`)
}

// TestDayOfFormerRun begins anew at the first line where the file is of another day.
func TestDayOfFormerRun(t *testing.T) {
	fsys, c := disk(t), start()
	if err := vfs.WriteFileSync(fsys, name, []byte("old\n")); err != nil {
		t.Fatal(err)
	}
	f, err := Open(Options{FS: fsys, Open: opener(fsys, c.at.Add(-24*time.Hour)), Name: name, Now: c.now, Daily: true})
	if err != nil {
		t.Fatal(err)
	}
	say(t, f, "new")
	expect(t, fsys, `
		memgraph-20260304T225900.000Z.log: old
		memgraph.log: new`)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestSizes begins anew by size, and bounds what all files have together.
func TestSizes(t *testing.T) {
	fsys, c := disk(t), start()
	f, err := Open(Options{FS: fsys, Open: opener(fsys, c.at), Name: name, Now: c.now, BytesMax: 20, FormerBytesMax: 45})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 12 {
		c.at = c.at.Add(time.Second)
		say(t, f, fmt.Sprintf("line%02d", i))
	}
	say(t, f, strings.Repeat("x", 30)) // longer than a file
	c.at = c.at.Add(time.Second)
	say(t, f, "last")
	expect(t, fsys, `
		memgraph-20260304T225912.000Z.log: line10 line11
		memgraph-20260304T225913.000Z.log: `+strings.Repeat("x", 30)+`
		memgraph.log: last`)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestReopen goes on in a new file after another program has renamed it, and in the same one otherwise.
func TestReopen(t *testing.T) {
	fsys, c := disk(t), start()
	f, err := Open(Options{FS: fsys, Open: opener(fsys, c.at), Name: name, Now: c.now, BytesMax: 4})
	if err != nil {
		t.Fatal(err)
	}
	say(t, f, "1")
	if err := errors.Join(f.Reopen(), fsys.Rename(name, dir+"/moved")); err != nil {
		t.Fatal(err)
	}
	say(t, f, "2")
	if err := f.Reopen(); err != nil {
		t.Fatal(err)
	}
	say(t, f, "3")
	if err := fsys.Rename(name, dir+"/moved2"); err != nil {
		t.Fatal(err)
	}
	say(t, f, "444") // begins anew: the file was renamed already
	expect(t, fsys, `
		memgraph.log: 444
		moved: 1 2
		moved2: 3`)
	if err := errors.Join(f.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestPipes appends to what is no regular file and leaves it where it is.
func TestPipes(t *testing.T) {
	fsys, c := disk(t), start()
	open := opener(fsys, c.at)
	f, err := Open(Options{FS: fsys, Name: name, Now: c.now, BytesMax: 4, Daily: true, AgeMax: 1, Open: func(name string) (Opened, error) {
		o, err := open(name)
		o.Regular = false
		return o, err
	}})
	if err != nil {
		t.Fatal(err)
	}
	say(t, f, "aaaa")
	c.at = c.at.Add(48 * time.Hour)
	say(t, f, "bbbb")
	expect(t, fsys, `memgraph.log: aaaa bbbb`)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOptions(t *testing.T) {
	if _, err := Open(Options{}); err == nil {
		t.Error("nothing is given")
	}
	if _, err := Open(Options{FS: vfs.NewMem(1), Open: opener(vfs.NewMem(1), time.Time{}), Name: "/none/log", Now: start().now}); err == nil {
		t.Error("there is no such directory")
	}
}

// run writes eight lines, over several files and days, and returns those that were taken.
func run(f *File, c *clock) (taken []string) {
	for i := range 8 {
		c.at = c.at.Add(13 * time.Hour)
		text := fmt.Sprintf("line%d", i)
		if _, err := f.Write([]byte(text + "\n")); err == nil {
			taken = append(taken, text)
		}
	}
	return taken
}

// TestFailures fails every operation once: at most one line is lost, no line is cut, and the log goes on.
func TestFailures(t *testing.T) {
	broken := errors.New("broken")
	for _, fault := range []error{broken, &vfs.ShortWriteError{Bytes: 3, Err: broken}} {
		for n := uint64(1); ; n++ {
			fsys, c := disk(t), start()
			base := fsys.Ops()
			fsys.FailAt(base+n, fault)
			complaints := 0
			f, err := Open(Options{
				FS: fsys, Open: opener(fsys, c.at), Name: name, Now: c.now, Daily: true, BytesMax: 12, AgeMax: 200 * time.Hour,
				Complain: func(error) { complaints++ },
			})
			if err != nil {
				continue
			}
			taken := run(f, c)
			_ = f.Close() // may be what fails
			ended := fsys.Ops() < base+n
			fsys.FailAt(1<<40, broken)
			got := contents(t, fsys)
			for _, text := range taken {
				if strings.Count(got, text) != 1 {
					t.Fatalf("operation %d: %s was taken, and there is\n%s", n, text, got)
				}
			}
			if len(taken) < 7 || complaints > 1 {
				t.Fatalf("operation %d: only %v was taken, with %d complaints", n, taken, complaints)
			}
			if ended {
				break
			}
		}
	}
}

// TestCrashes stops the disk at every operation: the next start goes on, whatever is left.
func TestCrashes(t *testing.T) {
	for _, model := range vfs.CrashModels() {
		for n := uint64(1); ; n++ {
			fsys, c := disk(t), start()
			fsys.CrashAt(fsys.Ops() + n)
			o := Options{FS: fsys, Open: opener(fsys, c.at), Name: name, Now: c.now, Daily: true, BytesMax: 12, FormerBytesMax: 30}
			if f, err := Open(o); err == nil {
				run(f, c)
				_ = f.Close() // the disk is gone
			}
			crashed := fsys.Crashed()
			after := fsys.CrashClone(model)
			o.FS, o.Open = after, opener(after, c.at)
			f, err := Open(o)
			if err != nil {
				t.Fatalf("%v after operation %d: %v", model, n, err)
			}
			if taken := run(f, c); len(taken) != 8 || f.Close() != nil {
				t.Fatalf("%v after operation %d: %v", model, n, taken)
			}
			if got := contents(t, after); !strings.HasSuffix(got, "line7") {
				t.Fatalf("%v after operation %d: %s", model, n, got)
			}
			if !crashed {
				break
			}
		}
	}
}

// TestPatience complains once in a minute about a directory that nothing can be renamed in, and writes on.
func TestPatience(t *testing.T) {
	fsys, c := disk(t), start()
	complaints := 0
	f, err := Open(Options{
		FS: fsys, Open: opener(fsys, c.at), Name: name, Now: c.now, BytesMax: 2, Complain: func(error) { complaints++ },
	})
	if err != nil {
		t.Fatal(err)
	}
	fsys.Inject(func(op vfs.Op) error {
		if op.Kind == vfs.OpRename {
			return errors.New("no")
		}
		return nil
	})
	for range 180 {
		c.at = c.at.Add(time.Second)
		say(t, f, "x")
	}
	if complaints != 3 || strings.Count(contents(t, fsys), "x") != 180 {
		t.Error(complaints, contents(t, fsys))
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestWriters writes from several goroutines: each line is whole, and in one file.
func TestWriters(t *testing.T) {
	fsys := disk(t)
	f, err := Open(Options{FS: fsys, Open: opener(fsys, time.Time{}), Name: name, Now: time.Now, BytesMax: 100})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			for i := range 20 {
				_, _ = fmt.Fprintf(f, "%d.%02d\n", w, i)
				if i == 10 {
					_ = f.Reopen()
				}
			}
		})
	}
	all.Wait()
	got := contents(t, fsys)
	for w := range 4 {
		for i := range 20 {
			if strings.Count(got, fmt.Sprintf(" %d.%02d", w, i)) != 1 {
				t.Fatalf("%d.%02d is not there: %s", w, i, got)
			}
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
