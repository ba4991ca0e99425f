package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/durability/vfs"
)

const dir = "/data/audit"

func options(fsys *vfs.Mem) Options {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return Options{FS: fsys, Dir: dir, Flush: time.Millisecond, WaitMax: time.Millisecond, Now: func() time.Time {
		at = at.Add(time.Second)
		return at
	}}
}

func disk(t *testing.T) *vfs.Mem {
	t.Helper()
	fsys := vfs.NewMem(1)
	if err := errors.Join(fsys.MkdirAll("/data"), fsys.SyncDir("/")); err != nil {
		t.Fatal(err)
	}
	return fsys
}

func record(i int) *Record {
	return &Record{
		Time: time.Unix(int64(i), 5000), Event: "statement", User: "ann", Address: "192.0.2.1:7", Connection: "bolt-1",
		Statement: fmt.Sprintf("RETURN %d // \n", i), Parameters: []string{"x"}, Outcome: "ok", Rows: int64(i), Took: 1500 * time.Microsecond,
	}
}

// lines returns the numbers of the records that are in all files, the oldest first. A line
// that is cut off does not count.
func lines(t *testing.T, fsys *vfs.Mem) (rows []int64) {
	t.Helper()
	names, err := fsys.List(dir)
	if err != nil {
		return nil
	}
	for _, name := range names {
		data, err := vfs.ReadFile(fsys, dir+"/"+name, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		for text := range strings.Lines(string(data)) {
			var l line
			if json.Unmarshal([]byte(text), &l) == nil && strings.HasSuffix(text, "\n") {
				rows = append(rows, l.Rows)
			}
		}
	}
	return rows
}

func TestLog(t *testing.T) {
	fsys := disk(t)
	for start := range 2 {
		l, err := Open(options(fsys))
		if err != nil {
			t.Fatal(err)
		}
		for i := range 10 {
			l.Add(record(10*start + i))
		}
		if err := l.Close(); err != nil || l.Lost() != 0 {
			t.Fatal(err, l.Lost())
		}
		l.Add(record(0))
		if l.Lost() != 1 || l.Close() != nil {
			t.Error("a closed log takes nothing, and is closed once")
		}
	}
	rows := lines(t, fsys)
	for i, n := range rows {
		if int64(i) != n {
			t.Error(rows)
		}
	}
	if len(rows) != 20 {
		t.Error(rows)
	}
	data, err := vfs.ReadFile(fsys, dir+"/audit.log", 1<<20)
	want := `{"time":"1970-01-01T00:00:00.000005Z","event":"statement","user":"ann","address":"192.0.2.1:7","connection":"bolt-1",` +
		`"statement":"RETURN 0 // \n","parameters":["x"],"outcome":"ok","rows":0,"ms":1.5}`
	if got, _, _ := strings.Cut(string(data), "\n"); err != nil || got != want {
		t.Error(err, got)
	}
	var none *Log
	none.Add(record(1))
	if none.Lost() != 0 || none.Close() != nil {
		t.Error("no log")
	}
}

func TestRotation(t *testing.T) {
	fsys := disk(t)
	o := options(fsys)
	o.FileBytes, o.Kept = 1000, 2
	l, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		if err = l.write(record(i).append(nil)); err != nil {
			t.Fatal(err)
		}
	}
	if err = l.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := fsys.List(dir)
	if err != nil || len(names) != 3 || names[2] != "audit.log" {
		t.Fatal(names, err)
	}
	if rows := lines(t, fsys); rows[len(rows)-1] != 49 || len(rows) > 20 {
		t.Error(rows)
	}
}

// TestCrashes stops the disk at every operation, in every way: what was written and synced
// is there, and the next start goes on behind it.
func TestCrashes(t *testing.T) {
	for _, model := range vfs.CrashModels() {
		for n := uint64(1); ; n++ {
			fsys := disk(t)
			fsys.CrashAt(fsys.Ops() + n)
			o := options(fsys)
			o.FileBytes, o.Kept = 500, 3
			written := int64(-1)
			if l, err := Open(o); err == nil {
				for i := range 6 {
					if l.write(record(i).append(nil)) == nil {
						written = int64(i)
					}
				}
				_ = l.Close() // the disk is gone
			}
			crashed := fsys.Crashed()
			after := fsys.CrashClone(model)
			o.FS = after
			l, err := Open(o)
			if err != nil {
				t.Fatalf("%v after operation %d: %v", model, n, err)
			}
			l.Add(record(100))
			if err := l.Close(); err != nil || l.Lost() != 0 {
				t.Fatal(err, l.Lost())
			}
			rows := lines(t, after)
			if len(rows) < int(written)+2 || rows[len(rows)-1] != 100 {
				t.Fatalf("%v after operation %d: %d was written, and %v is there", model, n, written, rows)
			}
			if !crashed {
				break
			}
		}
	}
}

// TestFailures fails every operation once: at most the records of that write are lost, they
// are counted, and the log goes on.
func TestFailures(t *testing.T) {
	broken := errors.New("broken")
	for n := uint64(1); ; n++ {
		fsys := disk(t)
		base := fsys.Ops()
		fsys.FailAt(base+n, broken)
		o := options(fsys)
		o.FileBytes = 500
		l, err := Open(o)
		if err != nil {
			if !errors.Is(err, broken) {
				t.Fatal(err)
			}
			continue
		}
		failed := 0
		for i := range 6 {
			if l.write(record(i).append(nil)) != nil {
				failed++
			}
		}
		_ = l.Close() // may be what fails
		ended := fsys.Ops() < base+n
		fsys.FailAt(1<<40, broken)
		if rows := lines(t, fsys); failed > 1 || len(rows) < 6-failed {
			t.Fatalf("operation %d: %d failed, %v is there", n, failed, rows)
		}
		if ended {
			return
		}
	}
}

// TestSlowDisk hands over more than the buffer holds: nobody waits for ever.
func TestSlowDisk(t *testing.T) {
	fsys := disk(t)
	o := options(fsys)
	o.BufferMax, o.Flush = 1, time.Hour
	release := make(chan struct{})
	l, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	fsys.Inject(func(op vfs.Op) error {
		if op.Kind == vfs.OpWrite {
			<-release
		}
		return nil
	})
	big := record(1)
	big.Statement = strings.Repeat("x", batchBytes)
	l.Add(big)
	for l.Lost() == 0 {
		l.Add(record(2))
	}
	close(release)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}
