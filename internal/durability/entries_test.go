package durability_test

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage/change"
)

// TestEntries reads the entries of a directory without its graph: while a server has it, after a crash, in
// good order, and with a disk that fails at any operation.
func TestEntries(t *testing.T) {
	t.Parallel()
	read := func(fsys *vfs.Mem) (string, error) {
		list, err := recovery.Entries(t.Context(), recovery.Options{FS: fsys, Dir: dataDir}, "setting")
		var b strings.Builder
		for _, e := range list {
			fmt.Fprintf(&b, "%s %s=%s;", e.Kind, e.Name, e.Data)
		}
		return b.String(), err
	}
	expect := func(when string, fsys *vfs.Mem, want string) {
		t.Helper()
		before := fsys.Used()
		got, err := read(fsys)
		check(t, err)
		if got != want || fsys.Used() != before {
			t.Errorf("%s: got %s, want %s", when, got, want)
		}
	}
	fsys := vfs.NewMem(1)
	if _, err := read(fsys); !errors.As(err, new(*recovery.NoDatabaseError)) {
		t.Errorf("nothing is there, and the error is %v", err)
	}
	d := open(t, fsys)
	put := func(kind, name, data string) {
		t.Helper()
		must[change.Index](t)(d.s.PutEntry(t.Context(), change.Entry{Kind: kind, Name: name, Data: []byte(data)}))
	}
	d.commits(20)
	put("setting", "b", "1")
	put("user", "setting", "x")
	put("setting", "a", "1")
	put("setting", "gone", "1")
	d.commits(5)
	expect("in the log", fsys, "setting a=1;setting b=1;setting gone=1;")
	_, err := d.m.CreateSnapshot(t.Context())
	check(t, err)
	d.commits(5)
	put("setting", "b", "2")
	_, _, err = d.s.DeleteEntry(t.Context(), "setting", "gone")
	check(t, err)
	const want = "setting a=1;setting b=2;"
	expect("in a snapshot and the log", fsys, want)
	for _, model := range vfs.CrashModels() {
		expect("after a crash", fsys.CrashClone(model), want)
	}
	d.close()
	expect("closed", fsys, want)
	first := fsys.Ops()
	_, err = read(fsys)
	check(t, err)
	for n, last := first+1, fsys.Ops(); n <= last; n++ {
		at := fsys.Ops() + n - first
		fsys.FailAt(at, syscall.EIO)
		if got, err := read(fsys); err == nil && got != want {
			t.Errorf("operation %d failed, nothing was said of it, and there is %s", n-first, got)
		}
		fsys.FailAt(0, nil)
	}
}
