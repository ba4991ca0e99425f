package vfs_test

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"testing"

	"memgraphd/internal/durability/vfs"
)

// TestReads reads a file in parts, several at once, and gets of each what ReadAt gives.
func TestReads(t *testing.T) {
	const part, size, most = 4 * vfs.DirectBytes, 37*vfs.DirectBytes + 100, 3
	want := make([]byte, size)
	for i := range want {
		want[i] = byte(i >> 8 * 3)
	}
	for name, fsys := range map[string]vfs.FS{"os": vfs.OS(), "mem": vfs.NewMem(1)} {
		for _, direct := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				f := fileOf(t, fsys, want)
				vfs.Direct(f, direct)
				r := vfs.NewReads(f, most)
				var buffers [most][]byte
				next, under := 0, 0
				begin := func(buf int) {
					if next > size+part {
						return
					}
					buffers[buf] = vfs.Aligned(part + next%(2*part)) // some are longer
					r.Begin(next/part*most+buf, buffers[buf], int64(next))
					next += part
					under++
				}
				for buf := range most {
					begin(buf)
				}
				for under > 0 {
					number, n, err := r.Next()
					under--
					buf, from := number%most, number/most*part
					should := want[min(from, size):min(from+len(buffers[buf]), size)]
					if n < len(buffers[buf]) && !errors.Is(err, io.EOF) || n == len(buffers[buf]) && err != nil {
						t.Fatalf("%d bytes at %d: %v", n, from, err)
					}
					if !bytes.Equal(buffers[buf][:n], should) {
						t.Fatalf("%d bytes at %d are not what is there", n, from)
					}
					begin(buf)
				}
				if err := r.Close(); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

// TestReadsClose ends the use while reads are under way.
func TestReadsClose(t *testing.T) {
	for name, fsys := range map[string]vfs.FS{"os": vfs.OS(), "mem": vfs.NewMem(1)} {
		t.Run(name, func(t *testing.T) {
			f := fileOf(t, fsys, make([]byte, 64*vfs.DirectBytes))
			vfs.Direct(f, true)
			r := vfs.NewReads(f, 2)
			r.Begin(0, vfs.Aligned(32*vfs.DirectBytes), 0)
			r.Begin(1, vfs.Aligned(32*vfs.DirectBytes), 0)
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestReadsRefused reads with an alignment that the system does not read directly.
func TestReadsRefused(t *testing.T) {
	want := bytes.Repeat([]byte("0123456789abcdef"), 1024)
	f := fileOf(t, vfs.OS(), want)
	vfs.Direct(f, true)
	r := vfs.NewReads(f, 1)
	p := vfs.Aligned(vfs.DirectBytes)[1:1001]
	r.Begin(0, p, 17)
	if _, n, err := r.Next(); err != nil || !bytes.Equal(p[:n], want[17:1017]) {
		t.Fatalf("read %d bytes: %v", n, err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

// fileOf returns a file with contents, which is closed in the end.
func fileOf(t *testing.T, fsys vfs.FS, data []byte) vfs.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := fsys.MkdirAll(filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
	if err := vfs.WriteFileSync(fsys, path, data); err != nil {
		t.Fatal(err)
	}
	f, err := fsys.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}
