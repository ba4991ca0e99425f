package localfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestFiles opens files within and outside the roots.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	for _, name := range []string{"in.csv", "deep/in.csv", "../out.csv"} {
		path := filepath.Join(root, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte("x"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Symlink("../out.csv", filepath.Join(root, "link.csv")), syscall.Mkfifo(filepath.Join(root, "pipe"), 0o600)); err != nil {
		t.Fatal(err)
	}
	everywhere, narrow := &Files{allowed: true}, &Files{allowed: true, roots: []string{filepath.Join(dir, "other"), root}}
	for _, c := range []struct {
		f    *Files
		name string
		ok   bool
	}{
		{everywhere, root + "/in.csv", true},
		{everywhere, "file://" + root + "/in.csv", true},
		{everywhere, root + "/../out.csv", true},
		{everywhere, root, false},
		{everywhere, root + "/pipe", false},
		{everywhere, root + "/none.csv", false},
		{everywhere, "https://example.com/x.csv", false},
		{narrow, root + "/in.csv", true},
		{narrow, "file://" + root + "/deep/in.csv", true},
		{narrow, root + "/deep/../in.csv", true},
		{narrow, dir + "/out.csv", false},
		{narrow, root + "/../out.csv", false},
		{narrow, root + "/link.csv", false},
		{narrow, root + "/pipe", false},
		{narrow, root, false},
		{&Files{}, root + "/in.csv", false},
	} {
		file, err := c.f.Open(c.name)
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if err != nil {
			continue
		}
		text, err := io.ReadAll(file)
		if closed := file.Close(); err != nil || closed != nil || string(text) != "x" {
			t.Errorf("%s: %q, %v, %v", c.name, text, err, closed)
		}
	}
}
