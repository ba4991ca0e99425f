package arch

import (
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// TestRooms holds that docs/ARCHITECTURE.md names every package of ours, with its path or, beside a neighbour, with the
// last part of it, and every folder of test.
func TestRooms(t *testing.T) {
	page, err := os.ReadFile("../../docs/ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for i, part := range strings.Split(string(page), "`") {
		if i%2 == 1 {
			named[part] = true
		}
	}
	packages := slices.Collect(maps.Keys(readTree(t)))
	folders, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		packages = append(packages, "test/"+f.Name())
	}
	slices.Sort(packages)
	for _, pkg := range packages {
		short := strings.TrimPrefix(pkg, "internal/")
		if !named[short] && !named[path.Base(short)] && !named[strings.TrimPrefix(short, "test/")] {
			t.Errorf("docs/ARCHITECTURE.md does not name %s", pkg)
		}
	}
}
