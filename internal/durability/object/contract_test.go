package object_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/vfs"
)

// contract is what every store must do; the store must be empty. reopen opens it anew.
func contract(t *testing.T, s object.Store, reopen func() object.Store) {
	t.Helper()
	ctx := t.Context()
	names := []string{"a/b", "a-b", "a.b", "a/b.c/d", "a0", "b/1/x", "b/10/x", "b/2", "c"}
	for _, name := range names {
		put(t, s, name, "data of "+name)
	}
	for _, again := range []object.Store{s, reopen()} {
		lists(t, again, names)
		for _, name := range names {
			reads(t, again, name, "data of "+name)
		}
		if err := again.Put(ctx, "a/b", 1, strings.NewReader("x")); !errors.Is(err, vfs.ErrLocked) || again == s {
			wantErr(t, err, object.ErrExists)
		}
		for _, name := range []string{"a/c", "d", "a"} {
			lacks(t, again, name)
		}
	}
	takesLarge(t, s, reopen)
	leavesNothing(t, s)
	refusesNames(t, s)
	stop := errors.New("stop")
	wantErr(t, s.List(ctx, "", func(object.Info) error { return stop }), stop)
	check(t, s.Delete(ctx, "nothing"))
}

// lists looks that a store lists the names that there are, in order, whole and by prefixes.
func lists(t *testing.T, s object.Store, names []string) {
	t.Helper()
	if got, want := list(t, s, ""), slices.Sorted(slices.Values(names)); !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
	for prefix, want := range map[string]string{"a/": "a/b a/b.c/d", "b/1": "b/1/x b/10/x", "b/1/": "b/1/x", "x": "", "x/y/": "", "c/d": ""} {
		if got := strings.Join(list(t, s, prefix), " "); got != want {
			t.Errorf("listed %q for %q, want %q", got, prefix, want)
		}
	}
}

// reads looks that an object can be read from its beginning, from within, and from its end, but not from beyond.
func reads(t *testing.T, s object.Store, name, data string) {
	t.Helper()
	ctx := t.Context()
	for offset := range int64(3) {
		got, err := get(ctx, s, name, offset)
		check(t, err)
		if got != data[offset:] {
			t.Errorf("%s from %d: %q", name, offset, got)
		}
	}
	info := must[object.Info](t)(s.Stat(ctx, name))
	if info.Name != name || info.Bytes != int64(len(data)) {
		t.Errorf("%+v", info)
	}
	if got, err := get(ctx, s, name, info.Bytes); got != "" || err != nil {
		t.Errorf("at the end: %q, %v", got, err)
	}
	if _, err := get(ctx, s, name, info.Bytes+1); err == nil {
		t.Error("beyond the end: no error")
	}
}

// lacks looks that there is no object of a name.
func lacks(t *testing.T, s object.Store, name string) {
	t.Helper()
	_, err := get(t.Context(), s, name, 0)
	wantErr(t, err, object.ErrNotFound)
	_, err = s.Stat(t.Context(), name)
	wantErr(t, err, object.ErrNotFound)
}

// large is longer than the pieces in which stores copy.
var large = strings.Repeat("0123456789abcdef", 20_000)

// takesLarge puts objects of known and of unknown sizes, and an empty one.
func takesLarge(t *testing.T, s object.Store, reopen func() object.Store) {
	t.Helper()
	check(t, s.Put(t.Context(), "big", -1, iotest.OneByteReader(strings.NewReader(large[:10_000]))))
	check(t, s.Put(t.Context(), "bigger", int64(len(large)), strings.NewReader(large)))
	if got, err := get(t.Context(), reopen(), "bigger", 7); err != nil || got != large[7:] {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	check(t, s.Put(t.Context(), "empty", 0, strings.NewReader("")))
}

// leavesNothing looks that nothing is there of objects that could not be put, and that one can be put later.
func leavesNothing(t *testing.T, s object.Store) {
	t.Helper()
	ctx := t.Context()
	failing := errors.New("the source fails")
	wantErr(t, s.Put(ctx, "not/there", -1, io.MultiReader(strings.NewReader(large), iotest.ErrReader(failing))), failing)
	if s.Put(ctx, "not/there", 5, strings.NewReader("four")) == nil || s.Put(ctx, "not/there", 3, strings.NewReader("four")) == nil {
		t.Error("a wrong size is no error")
	}
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	wantErr(t, s.Put(canceled, "not/there", 1, strings.NewReader("x")), context.Canceled)
	lacks(t, s, "not/there")
	put(t, s, "not/there", "now it is")
}

func refusesNames(t *testing.T, s object.Store) {
	t.Helper()
	for _, name := range []string{"", "/", "../x", "a/../b", ".x", "a//b", "a b", "ä", strings.Repeat("x", 600)} {
		if s.Put(t.Context(), name, 0, strings.NewReader("")) == nil {
			t.Errorf("%q is a name", name)
		}
	}
}

func list(t *testing.T, s object.Store, prefix string) []string {
	t.Helper()
	var names []string
	check(t, s.List(t.Context(), prefix, func(info object.Info) error {
		names = append(names, info.Name)
		return nil
	}))
	return names
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}

func TestDirectory(t *testing.T) {
	for name, fsys := range map[string]vfs.FS{"/mem/store": vfs.NewMem(1), t.TempDir() + "/a/b": vfs.OS()} {
		s := open(t, fsys, name)
		contract(t, s, func() object.Store { return open(t, fsys, "file://"+name) })
		check(t, s.Delete(t.Context(), "a/b"))
		_, err := get(t.Context(), s, "a/b", 0)
		wantErr(t, err, object.ErrNotFound)
		put(t, s, "a/b", "again")
	}
}

func TestArchiveFile(t *testing.T) {
	for name, fsys := range map[string]vfs.FS{"/mem/x.mgbackup": vfs.NewMem(1), t.TempDir() + "/a/x.mgbackup": vfs.OS()} {
		s := open(t, fsys, name)
		contract(t, s, func() object.Store { return open(t, fsys, name) })
		wantErr(t, s.Delete(t.Context(), "a/b"), errors.ErrUnsupported)
		other := open(t, fsys, name)
		wantErr(t, other.Put(t.Context(), "other", 1, strings.NewReader("x")), vfs.ErrLocked)
	}
}

// TestSlots looks that writers at the same time do not remove each other's files, and that
// what a crash left is removed.
func TestSlots(t *testing.T) {
	fsys := vfs.NewMem(1)
	one, other := open(t, fsys, "/s"), open(t, fsys, "/s")
	r, w := io.Pipe()
	done := make(chan error)
	go func() { done <- one.Put(t.Context(), "one", -1, r) }()
	must[int](t)(w.Write([]byte("x")))
	put(t, other, "other", "y")
	check(t, w.Close())
	check(t, <-done)
	check(t, vfs.WriteFileSync(fsys, "/s/.partial/0.99", []byte("left")))
	check(t, one.Close())
	put(t, open(t, fsys, "/s"), "third", "z")
	if found, err := vfs.Exists(fsys, "/s/.partial/0.99"); found || err != nil {
		t.Errorf("what was left is there: %v, %v", found, err)
	}
}

func TestLocations(t *testing.T) {
	for text, want := range map[string]string{
		"/dir/": "/dir", "dir/../x": "x", "file:///a/b": "/a/b", "file://localhost/a%20b": "/a b", "/x.mgbackup": "/x.mgbackup",
		"s3://bucket": "s3://bucket", "s3://bucket/": "s3://bucket", "s3://bucket/p/q/": "s3://bucket/p/q",
	} {
		l, err := object.ParseLocation(text)
		if err != nil || l.String() != want {
			t.Errorf("%s: %v, %v", text, l, err)
		}
	}
	for _, text := range []string{"", "s3://", "s3:///x", "http://x", "file://host/x", "file://x", "s3://key:secret@bucket/x", "s3://b/../c"} {
		if l, err := object.ParseLocation(text); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, %v", text, l, err)
		}
	}
}

func TestPutAndGetJSON(t *testing.T) {
	fsys := vfs.NewMem(1)
	s := open(t, fsys, "/s")
	type thing struct{ A, B string }
	in := thing{A: "ä\n", B: "two"}
	check(t, object.PutJSON(t.Context(), s, "x/y.json", in))
	var out thing
	check(t, object.GetJSON(t.Context(), s, "x/y.json", &out))
	if in != out {
		t.Errorf("%+v", out)
	}
	data := must[[]byte](t)(vfs.ReadFile(fsys, "/s/x/y.json", 1<<20))
	for i := range data {
		for _, changed := range [][]byte{data[:i], append(append(bytes.Clone(data[:i]), data[i]^4), data[i+1:]...)} {
			check(t, vfs.WriteFileSync(fsys, "/s/x/y.json", changed))
			wantErr(t, object.GetJSON(t.Context(), s, "x/y.json", &out), object.ErrDamaged)
		}
	}
	check(t, vfs.WriteFileSync(fsys, "/s/x/z.json", data))
	err := object.GetJSON(t.Context(), s, "x/z.json", &out)
	wantErr(t, err, object.ErrDamaged)
	if !strings.Contains(err.Error(), "x/y.json") {
		t.Error(err)
	}
}
