package deploy

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// The versions of the packages that the tests install.
const (
	older = "v0.0.1"
	newer = "v0.0.2"
)

// root is where the repository is.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// build runs deploy/build in a copy of the source, and returns the folder with what it made.
func build(t *testing.T, source, version string, what ...string) string {
	t.Helper()
	out := t.TempDir()
	cmd := exec.Command(filepath.Join(source, "deploy/build"), what...)
	cmd.Env = append(os.Environ(), "OUT="+out, "VERSION="+version, "PACKAGE_VERSION="+version[1:], "ARCHES="+runtime.GOARCH, "SOURCE_DATE_EPOCH=1700000000")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return filepath.Join(out, "release")
}

// packages returns the .deb of each version; make debian and make systemd have built them.
func packages(t *testing.T) (oldDeb, newDeb string) {
	t.Helper()
	dir := os.Getenv("MEMGRAPHD_RELEASES")
	if dir == "" {
		t.Skip("MEMGRAPHD_RELEASES names no folder with packages: run make debian or make systemd")
	}
	return debIn(t, filepath.Join(dir, older)), debIn(t, filepath.Join(dir, newer))
}

func debIn(t *testing.T, dir string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "release", "*.deb"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s has %q, and not one package: %v", dir, found, err)
	}
	return found[0]
}

// debian returns a fresh Debian, made once and kept for the next time.
func debian(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("a tree of Debian needs root")
	}
	if _, err := exec.LookPath("mmdebstrap"); err != nil {
		t.Skip("a tree of Debian needs mmdebstrap: apt-get install mmdebstrap")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	tree := filepath.Join(cache, "memgraphd", "bookworm")
	if _, err = os.Stat(tree); err == nil {
		return tree
	}
	made := tree + ".new" // what an interrupted run has left is made anew
	if err = errors.Join(os.RemoveAll(made), os.MkdirAll(made, 0o755)); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("mmdebstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus", "bookworm", made).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err = os.Rename(made, tree); err != nil {
		t.Fatal(err)
	}
	return tree
}

// TestReproducible builds in two places and compares all bytes.
func TestReproducible(t *testing.T) {
	if os.Getenv("MEMGRAPHD_RELEASES") == "" {
		t.Skip("it takes minutes: run make debian")
	}
	copied := filepath.Join(t.TempDir(), "another", "place")
	if err := os.MkdirAll(copied, 0o755); err != nil {
		t.Fatal(err)
	}
	list := "git ls-files -z --cached --others --exclude-standard | xargs -0 -r cp --parents -t '" + copied + "'"
	cmd := exec.Command("sh", "-c", list)
	cmd.Dir = root(t)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	sums := func(source string) string {
		text, err := os.ReadFile(filepath.Join(build(t, source, newer, "archives", "packages"), "SHA256SUMS"))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if first, second := sums(root(t)), sums(copied); first != second {
		t.Errorf("in one place\n%s\nin another\n%s", first, second)
	} else {
		t.Logf("the same in two places:\n%s", first)
	}
}
