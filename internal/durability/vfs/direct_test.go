package vfs_test

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"syscall"
	"testing"

	"memgraphd/internal/durability/vfs"
)

// TestDirect writes and reads a file past the cache, where there is a way, and its end as any
// other file.
func TestDirect(t *testing.T) {
	cached := vfs.NewMem(1)
	cached.NeverDirect()
	for name, fsys := range map[string]vfs.FS{"os": vfs.OS(), "mem": vfs.NewMem(1), "mem without": cached} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			if err := fsys.MkdirAll(filepath.Dir(path)); err != nil {
				t.Fatal(err)
			}
			f, err := fsys.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			direct := vfs.Direct(f, true)
			if name == "mem" && !direct || name == "mem without" && direct {
				t.Fatalf("direct: %v", direct)
			}
			want := vfs.Aligned(3 * vfs.DirectBytes)
			for i := range want {
				want[i] = byte(i * 7)
			}
			if _, err = f.WriteAt(want, 0); err != nil {
				t.Fatal(err)
			}
			if vfs.Direct(f, false) {
				t.Fatal("still direct")
			}
			want = append(want, "the end"...)
			if _, err = f.WriteAt(want[3*vfs.DirectBytes:], 3*vfs.DirectBytes); err == nil {
				err = f.Sync()
			}
			if err != nil {
				t.Fatal(err)
			}
			vfs.Direct(f, true)
			got := vfs.Aligned(3 * vfs.DirectBytes)
			n, err := f.ReadAt(got, vfs.DirectBytes)
			if !errors.Is(err, io.EOF) || !bytes.Equal(got[:n], want[vfs.DirectBytes:]) {
				t.Fatalf("read %d bytes: %v", n, err)
			}
			if n, err = f.ReadAt(got[:vfs.DirectBytes], 0); err != nil || !bytes.Equal(got[:n], want[:n]) {
				t.Fatalf("read %d bytes: %v", n, err)
			}
			if n, err = f.ReadAt(got, 8*vfs.DirectBytes); n != 0 || !errors.Is(err, io.EOF) {
				t.Fatalf("read %d bytes behind the end: %v", n, err)
			}
			if err = f.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestDirectWantsAlignment finds those who do not keep to it, whatever the file system of the
// system allows.
func TestDirectWantsAlignment(t *testing.T) {
	f, err := vfs.NewMem(1).Create("file")
	if err != nil {
		t.Fatal(err)
	}
	vfs.Direct(f, true)
	b := vfs.Aligned(2 * vfs.DirectBytes)
	for _, c := range []struct {
		b   []byte
		off int64
	}{{b[:100], 0}, {b, 512}, {b[8 : 8+vfs.DirectBytes], 0}} {
		if _, err = f.WriteAt(c.b, c.off); !errors.Is(err, syscall.EINVAL) {
			t.Errorf("%d bytes written at %d: %v", len(c.b), c.off, err)
		}
		if _, err = f.ReadAt(c.b, c.off); !errors.Is(err, syscall.EINVAL) {
			t.Errorf("%d bytes read at %d: %v", len(c.b), c.off, err)
		}
	}
}
