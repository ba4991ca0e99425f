package recovery_test

import (
	"errors"
	"testing"

	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/vfs"
)

func TestServerID(t *testing.T) {
	t.Parallel()
	m := vfs.NewMem(1)
	id := func(dir string) string {
		got, err := recovery.ServerID(m, dir)
		if err != nil || len(got) != 32 {
			t.Fatalf("%q, %v", got, err)
		}
		return got
	}
	if err := errors.Join(m.MkdirAll("/a"), m.MkdirAll("/b"), m.SyncDir("/")); err != nil {
		t.Fatal(err)
	}
	first := id("/a")
	if again := id("/a"); again != first {
		t.Fatalf("the id changed from %s to %s", first, again)
	}
	data, err := vfs.ReadFile(m, "/a/"+recovery.ServerName, 1<<16)
	if err != nil {
		t.Fatal(err)
	}
	if err := vfs.WriteFileSync(m, "/b/"+recovery.ServerName, data); err != nil {
		t.Fatal(err)
	}
	if id("/b") == first {
		t.Fatal("a copy has the same id")
	}
	if err := m.Rename("/a", "/c"); err != nil {
		t.Fatal(err)
	}
	if id("/c") != first {
		t.Fatal("a directory that was renamed is another server")
	}
	if err := vfs.WriteFileSync(m, "/c/"+recovery.ServerName, data[:20]); err != nil {
		t.Fatal(err)
	}
	if got := id("/c"); got == first {
		t.Fatal("a file that was cut was believed")
	}
}

// TestServerIDCrash crashes at each operation: the id is one, or there is none yet.
func TestServerIDCrash(t *testing.T) {
	t.Parallel()
	for n := uint64(1); ; n++ {
		m := vfs.NewMem(n)
		if err := errors.Join(m.MkdirAll("/a"), m.SyncDir("/")); err != nil {
			t.Fatal(err)
		}
		begun := m.Ops()
		m.CrashAt(begun + n)
		first, err := recovery.ServerID(m, "/a")
		if err == nil && m.Ops() < begun+n {
			return
		}
		again := m.CrashClone(vfs.CrashModels()[n%4])
		got, errAgain := recovery.ServerID(again, "/a")
		if errAgain != nil || len(got) != 32 || err == nil && got != first {
			t.Fatalf("operation %d: %q, %v; after it %q, %v", n, first, err, got, errAgain)
		}
	}
}
