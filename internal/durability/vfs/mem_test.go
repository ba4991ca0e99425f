package vfs_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/durability/vfs"
)

func osDir(dir string) fs.FS { return os.DirFS(dir) }

func read(t *testing.T, m *vfs.Mem, name string) string {
	t.Helper()
	data, err := vfs.ReadFile(m, name, 1<<30)
	if errors.Is(err, fs.ErrNotExist) {
		return "(none)"
	}
	must(t, err)
	return string(data)
}

func TestCrashKeepsWhatWasSynced(t *testing.T) {
	m := vfs.NewMem(1)
	must(t, vfs.WriteFileSync(m, "/no-dir-sync", []byte("x")))
	for _, model := range vfs.CrashModels() {
		got := read(t, m.CrashClone(model), "/no-dir-sync")
		if model == vfs.SyncedOnly && got != "(none)" || model == vfs.Everything && got != "x" {
			t.Errorf("%v: %q", model, got)
		}
	}
	must(t, m.SyncDir("/"))
	f, err := m.OpenReadWrite("/no-dir-sync")
	must(t, err)
	_, err = f.WriteAt([]byte("YY"), 0)
	must(t, err)
	if got := read(t, m.CrashClone(vfs.SyncedOnly), "/no-dir-sync"); got != "x" {
		t.Errorf("synced only: %q", got)
	}
	if got := read(t, m.CrashClone(vfs.Everything), "/no-dir-sync"); got != "YY" {
		t.Errorf("everything: %q", got)
	}
	must(t, f.SyncData())
	for _, model := range vfs.CrashModels() {
		if got := read(t, m.CrashClone(model), "/no-dir-sync"); got != "YY" {
			t.Errorf("%v after the sync: %q", model, got)
		}
	}
	must(t, f.Close())
}

func TestRandomBlocksSurviveOneByOne(t *testing.T) {
	m := vfs.NewMem(7)
	f, err := m.Create("/f")
	must(t, err)
	must(t, f.Preallocate(0, 16*4096))
	must(t, f.Sync())
	must(t, m.SyncDir("/"))
	_, err = f.WriteAt(bytes.Repeat([]byte{1}, 16*4096), 0)
	must(t, err)
	seen := map[string]bool{}
	for range 50 {
		data := read(t, m.CrashClone(vfs.RandomBlocks), "/f")
		var shape strings.Builder
		for i := range 16 {
			part := data[i*4096 : (i+1)*4096]
			if part != string(bytes.Repeat([]byte{part[0]}, 4096)) {
				t.Fatal("a block is torn")
			}
			shape.WriteByte('0' + part[0])
		}
		seen[shape.String()] = true
	}
	if len(seen) < 20 {
		t.Fatalf("%d different disks after 50 crashes", len(seen))
	}
	torn := map[string]bool{}
	for range 50 {
		torn[read(t, m.CrashClone(vfs.TornWrite), "/f")] = true
	}
	if len(torn) < 40 {
		t.Fatalf("%d different torn writes of 128 sectors after 50 crashes", len(torn))
	}
	if got := read(t, m, "/f"); got != string(bytes.Repeat([]byte{1}, 16*4096)) {
		t.Fatal("cloning changed the original")
	}
}

func TestRenameSurvivesWholly(t *testing.T) {
	for seed := range uint64(200) {
		m := vfs.NewMem(seed)
		must(t, m.MkdirAll("/d"))
		must(t, m.SyncDir("/"))
		must(t, vfs.WriteFileSync(m, "/a", []byte("A")))
		must(t, vfs.WriteFileSync(m, "/b", []byte("B")))
		must(t, m.SyncDir("/"))
		must(t, m.Rename("/a", "/d/a"))
		must(t, m.Rename("/b", "/c"))
		clone := m.CrashClone(vfs.RandomBlocks)
		one, other := read(t, clone, "/a"), read(t, clone, "/d/a")
		if one != "A" && other != "A" {
			t.Fatalf("seed %d: a rename between directories lost the file", seed)
		}
		one, other = read(t, clone, "/b"), read(t, clone, "/c")
		if (one == "B") == (other == "B") {
			t.Fatalf("seed %d: a rename in a directory is not atomic: %q, %q", seed, one, other)
		}
	}
}

func TestFailedSyncLosesWhatWaited(t *testing.T) {
	m := vfs.NewMem(1)
	must(t, vfs.WriteFileSync(m, "/f", []byte("old")))
	must(t, m.SyncDir("/"))
	f, err := m.OpenReadWrite("/f")
	must(t, err)
	_, err = f.WriteAt([]byte("new"), 0)
	must(t, err)
	m.FailAt(m.Ops()+1, syscall.EIO)
	wantErr(t, f.SyncData(), syscall.EIO)
	must(t, f.SyncData())
	if got := read(t, m, "/f"); got != "new" {
		t.Errorf("the cache holds %q", got)
	}
	if got := read(t, m.CrashClone(vfs.SyncedOnly), "/f"); got != "old" {
		t.Errorf("the disk holds %q after a sync that followed a failed one", got)
	}
	_, err = f.WriteAt([]byte("new"), 0)
	must(t, err)
	must(t, f.SyncData())
	if got := read(t, m.CrashClone(vfs.SyncedOnly), "/f"); got != "new" {
		t.Errorf("the disk holds %q after writing again", got)
	}
	must(t, f.Close())
}

func TestFaults(t *testing.T) {
	m := vfs.NewMem(1)
	f, err := m.Create("/f")
	must(t, err)
	var ops []string
	m.Inject(func(op vfs.Op) error {
		ops = append(ops, op.Kind.String())
		if op.Kind == vfs.OpWrite && op.Off == 100 {
			return &vfs.ShortWriteError{Bytes: 3, Err: syscall.EIO}
		}
		if op.Kind == vfs.OpRename {
			return syscall.EXDEV
		}
		return nil
	})
	_, err = f.WriteAt(make([]byte, 100), 0)
	must(t, err)
	n, err := f.WriteAt([]byte("abcdef"), 100)
	wantErr(t, err, syscall.EIO)
	if n != 3 {
		t.Errorf("%d bytes written", n)
	}
	wantErr(t, m.Rename("/f", "/g"), syscall.EXDEV)
	if want := []string{"write", "write", "rename"}; !slices.Equal(ops, want) {
		t.Errorf("operations %v", ops)
	}
	m.Inject(nil)
	m.SetQuota(8192)
	n, err = f.WriteAt(make([]byte, 9000), 0)
	wantErr(t, err, syscall.ENOSPC)
	if n != 8192 || m.Used() != 8192 {
		t.Errorf("%d bytes written, %d used", n, m.Used())
	}
	wantErr(t, f.Preallocate(0, 8193), syscall.ENOSPC)
	must(t, f.Truncate(0))
	if m.Used() != 0 {
		t.Errorf("%d bytes used after truncation", m.Used())
	}
	must(t, f.Preallocate(0, 8192))
	must(t, f.Close())
	must(t, m.Remove("/f"))
	if free, err := m.FreeSpace("/"); err != nil || free != 8192 {
		t.Errorf("free %d, %v", free, err)
	}
}

func TestCrashAtStopsEverything(t *testing.T) {
	m := vfs.NewMem(1)
	f, err := m.Create("/f")
	must(t, err)
	must(t, m.SyncDir("/"))
	m.CrashAt(m.Ops() + 1)
	_, err = f.WriteAt([]byte("x"), 0)
	wantErr(t, err, vfs.ErrCrashed)
	wantErr(t, f.Sync(), vfs.ErrCrashed)
	_, err = m.Create("/g")
	wantErr(t, err, vfs.ErrCrashed)
	if got := read(t, m.CrashClone(vfs.Everything), "/f"); got != "x" {
		t.Errorf("everything: %q", got)
	}
	if got := read(t, m.CrashClone(vfs.SyncedOnly), "/f"); got != "" {
		t.Errorf("synced only: %q", got)
	}
	if !m.Crashed() {
		t.Error("not crashed")
	}
}

func TestFlipBitDamagesBothSides(t *testing.T) {
	m := vfs.NewMem(1)
	must(t, vfs.WriteFileSync(m, "/f", []byte{0, 0, 0}))
	must(t, m.SyncDir("/"))
	must(t, m.FlipBit("/f", 9))
	if got := read(t, m, "/f"); got != "\x00\x02\x00" {
		t.Errorf("%q", got)
	}
	if got := read(t, m.CrashClone(vfs.SyncedOnly), "/f"); got != "\x00\x02\x00" {
		t.Errorf("%q on disk", got)
	}
	wantErr(t, m.FlipBit("/f", 24), syscall.EINVAL)
}

// TestMemAgainstBytes compares a file of Mem with a slice, and its disk with a copy of
// that slice made at each sync.
func TestMemAgainstBytes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := vfs.NewMem(3)
		f, err := m.Create("/f")
		if err != nil {
			rt.Fatal(err)
		}
		if err = m.SyncDir("/"); err != nil {
			rt.Fatal(err)
		}
		var now, synced []byte
		grow := func(size int) {
			now = append(now, make([]byte, max(0, size-len(now)))...)
		}
		offset, length := rapid.IntRange(0, 20_000), rapid.IntRange(0, 9_000)
		compare := func(fsys *vfs.Mem, want []byte) {
			got, failure := vfs.ReadFile(fsys, "/f", 1<<20)
			if failure != nil || !bytes.Equal(got, want) {
				rt.Fatalf("%d bytes, want %d, %v", len(got), len(want), failure)
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"write": func(rt *rapid.T) {
				p := bytes.Repeat([]byte{byte(rapid.IntRange(1, 255).Draw(rt, "b"))}, length.Draw(rt, "n"))
				off := offset.Draw(rt, "off")
				_, err = f.WriteAt(p, int64(off))
				if len(p) > 0 {
					grow(off + len(p))
					copy(now[off:], p)
				}
			},
			"truncate": func(rt *rapid.T) {
				size := offset.Draw(rt, "size")
				err = f.Truncate(int64(size))
				grow(size)
				now = now[:size:size]
			},
			"zero": func(rt *rapid.T) {
				off, n := offset.Draw(rt, "off"), length.Draw(rt, "n")
				err = f.Preallocate(int64(off), int64(n))
				if n > 0 {
					grow(off + n)
				}
				clear(now[min(off, len(now)):min(off+n, len(now))])
			},
			"sync":  func(*rapid.T) { err, synced = f.SyncData(), bytes.Clone(now) },
			"clone": func(*rapid.T) { compare(m.CrashClone(vfs.Everything), now) },
			"": func(rt *rapid.T) {
				if err != nil {
					rt.Fatal(err)
				}
				compare(m, now)
				compare(m.CrashClone(vfs.SyncedOnly), synced)
			},
		})
	})
}
