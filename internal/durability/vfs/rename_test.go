package vfs_test

import (
	"io/fs"
	"testing"

	"memgraphd/internal/durability/vfs"
)

func TestRenameExclusive(t *testing.T) {
	for root, fsys := range map[string]vfs.FS{"/": vfs.NewMem(1), t.TempDir() + "/": vfs.OS()} {
		must(t, vfs.WriteFileSync(fsys, root+"a", []byte("A")))
		must(t, vfs.WriteFileSync(fsys, root+"b", []byte("B")))
		must(t, fsys.MkdirAll(root+"d"))
		wantErr(t, fsys.RenameExclusive(root+"a", root+"b"), fs.ErrExist)
		wantErr(t, fsys.RenameExclusive(root+"a", root+"d"), fs.ErrExist)
		wantErr(t, fsys.RenameExclusive(root+"none", root+"c"), fs.ErrNotExist)
		must(t, fsys.RenameExclusive(root+"a", root+"d/c"))
		for name, want := range map[string]string{"b": "B", "d/c": "A"} {
			data, err := vfs.ReadFile(fsys, root+name, 10)
			must(t, err)
			if string(data) != want {
				t.Errorf("%s%s holds %q", root, name, data)
			}
		}
		taken, err := vfs.Exists(fsys, root+"a")
		must(t, err)
		if taken {
			t.Errorf("%sa is still there", root)
		}
	}
}
