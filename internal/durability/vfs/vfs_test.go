package vfs_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"

	"memgraphd/internal/durability/vfs"
)

// both runs a test on the real file system and on its twin.
func both(t *testing.T, f func(t *testing.T, fsys vfs.FS, dir string)) {
	t.Helper()
	t.Run("os", func(t *testing.T) { f(t, vfs.OS(), t.TempDir()) })
	t.Run("mem", func(t *testing.T) {
		m := vfs.NewMem(1)
		must(t, m.MkdirAll("/data"))
		f(t, m, "/data")
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
	}
}

func TestFileReadsWhatWasWritten(t *testing.T) {
	both(t, func(t *testing.T, fsys vfs.FS, dir string) {
		t.Helper()
		name := filepath.Join(dir, "a")
		f, err := fsys.CreateExclusive(name)
		must(t, err)
		for _, part := range []string{"one ", "two ", "three"} {
			_, err = io.WriteString(f, part)
			must(t, err)
		}
		_, err = f.WriteAt([]byte("ONE"), 0)
		must(t, err)
		big := bytes.Repeat([]byte{7}, 10_000)
		_, err = f.WriteAt(big, 5000)
		must(t, err)
		must(t, f.SyncData())
		must(t, f.Sync())
		size, err := f.Size()
		must(t, err)
		if size != 15_000 {
			t.Fatalf("size %d", size)
		}
		must(t, f.Truncate(6000))
		must(t, f.Truncate(7000))
		must(t, f.Preallocate(0, 4))
		must(t, f.Preallocate(6900, 200))
		must(t, f.Close())
		wantErr(t, f.Close(), fs.ErrClosed)
		got, err := vfs.ReadFile(fsys, name, 1<<20)
		must(t, err)
		want := make([]byte, 7100)
		copy(want, "\x00\x00\x00\x00two three")
		copy(want[5000:6000], big)
		if !bytes.Equal(got, want) {
			t.Fatalf("contents differ: %d bytes, want %d", len(got), len(want))
		}
		if _, err := vfs.ReadFile(fsys, name, 100); err == nil {
			t.Fatal("a file larger than its bound was read")
		}
	})
}

func TestReadsEndWithTheFile(t *testing.T) {
	both(t, func(t *testing.T, fsys vfs.FS, dir string) {
		t.Helper()
		name := filepath.Join(dir, "a")
		must(t, vfs.WriteFileSync(fsys, name, []byte("0123456789")))
		f, err := fsys.Open(name)
		must(t, err)
		all, err := io.ReadAll(f)
		must(t, err)
		if string(all) != "0123456789" {
			t.Fatalf("read %q", all)
		}
		buf := make([]byte, 8)
		n, err := f.ReadAt(buf, 6)
		if n != 4 || !errors.Is(err, io.EOF) {
			t.Fatalf("%d bytes, %v", n, err)
		}
		wantErr(t, vfs.ReadFullAt(f, buf, 6), io.ErrUnexpectedEOF)
		_, err = f.Write([]byte("x"))
		wantErr(t, err, syscall.EBADF)
		must(t, f.Close())
	})
}

func TestNames(t *testing.T) {
	both(t, func(t *testing.T, fsys vfs.FS, dir string) {
		t.Helper()
		in := func(parts ...string) string { return filepath.Join(append([]string{dir}, parts...)...) }
		_, err := fsys.Open(in("none"))
		wantErr(t, err, fs.ErrNotExist)
		_, err = fsys.OpenReadWrite(in("none"))
		wantErr(t, err, fs.ErrNotExist)
		must(t, fsys.MkdirAll(in("x", "y")))
		must(t, fsys.MkdirAll(in("x", "y")))
		must(t, vfs.WriteFileSync(fsys, in("b"), []byte("b")))
		must(t, vfs.WriteFileSync(fsys, in("a"), []byte("a")))
		_, err = fsys.CreateExclusive(in("a"))
		wantErr(t, err, fs.ErrExist)
		before, err := fsys.Stat(in("a"))
		must(t, err)
		must(t, fsys.Rename(in("a"), in("x", "c")))
		after, err := fsys.Stat(in("x", "c"))
		must(t, err)
		if before.ID != after.ID || before.ID == "" || after.Dir || after.Size != 1 {
			t.Fatalf("before %+v, after %+v", before, after)
		}
		must(t, fsys.Rename(in("b"), in("x", "c")))
		got, err := vfs.ReadFile(fsys, in("x", "c"), 10)
		must(t, err)
		if string(got) != "b" {
			t.Fatalf("read %q", got)
		}
		names, err := fsys.List(in("x"))
		must(t, err)
		if len(names) != 2 || names[0] != "c" || names[1] != "y" {
			t.Fatalf("names %q", names)
		}
		wantErr(t, fsys.Remove(in("x")), syscall.ENOTEMPTY)
		must(t, fsys.Remove(in("x", "c")))
		must(t, fsys.Remove(in("x", "y")))
		must(t, fsys.Remove(in("x")))
		wantErr(t, fsys.Remove(in("x")), fs.ErrNotExist)
		must(t, fsys.SyncDir(dir))
		free, err := fsys.FreeSpace(dir)
		must(t, err)
		if free == 0 {
			t.Fatal("no space left in a test directory")
		}
		there, err := vfs.Exists(fsys, in("x"))
		must(t, err)
		if there {
			t.Fatal("a removed directory exists")
		}
	})
}

func TestLockHasOneHolder(t *testing.T) {
	both(t, func(t *testing.T, fsys vfs.FS, dir string) {
		t.Helper()
		name := filepath.Join(dir, ".lock")
		first, err := fsys.Lock(name)
		must(t, err)
		_, err = fsys.Lock(name)
		wantErr(t, err, vfs.ErrLocked)
		var locked *vfs.LockedError
		if !errors.As(err, &locked) || locked.PID == 0 {
			t.Fatalf("the holder is not named: %v", err)
		}
		must(t, first.Close())
		second, err := fsys.Lock(name)
		must(t, err)
		must(t, second.Close())
	})
}

func TestModes(t *testing.T) {
	dir := t.TempDir()
	must(t, vfs.OS().MkdirAll(filepath.Join(dir, "d")))
	must(t, vfs.WriteFileSync(vfs.OS(), filepath.Join(dir, "d", "f"), nil))
	for name, want := range map[string]fs.FileMode{"d": 0o700 | fs.ModeDir, "d/f": 0o600} {
		st, err := fs.Stat(osDir(dir), name)
		must(t, err)
		if st.Mode() != want {
			t.Errorf("%s has mode %v, want %v", name, st.Mode(), want)
		}
	}
}

func TestAdviceChangesNothing(t *testing.T) {
	for name, fsys := range map[string]vfs.FS{"os": vfs.OS(), "mem": vfs.NewMem(1)} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			if err := fsys.MkdirAll(filepath.Dir(path)); err != nil {
				t.Fatal(err)
			}
			f, err := fsys.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			want := bytes.Repeat([]byte("0123456789abcdef"), 10_000)
			if _, err = f.WriteAt(want, 0); err != nil {
				t.Fatal(err)
			}
			size := int64(len(want))
			if err = errors.Join(vfs.WriteBack(f, 0, size), f.Sync(), vfs.Forget(f, 0, size)); err != nil {
				t.Fatal(err)
			}
			got := make([]byte, size)
			if err = errors.Join(vfs.ReadFullAt(f, got, 0), f.Close()); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("read back something else: %v", err)
			}
		})
	}
}
