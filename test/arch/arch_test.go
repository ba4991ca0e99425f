// Package arch holds the server's import policy and the test that keeps it.
package arch

import (
	"flag"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	root   = "../.."
	module = "memgraphd/"
)

var rewrite = flag.Bool("rewrite", false, "write imports.txt from the tree instead of comparing")

// TestImports compares the imports between our own packages with imports.txt.
//
// A missing edge fails as well as a new one, so that the file stays a true
// picture of the server.
func TestImports(t *testing.T) {
	if *rewrite {
		rewritePolicy(t, "imports.txt", readTree(t))
		return
	}
	want, got := readPolicy(t, "imports.txt"), readTree(t)
	for _, pkg := range slices.Sorted(maps.Keys(got)) {
		if !slices.Equal(got[pkg], want[pkg]) {
			t.Errorf("%s imports\n\t%v\nimports.txt says\n\t%v", pkg, got[pkg], want[pkg])
		}
		delete(want, pkg)
	}
	for pkg := range want {
		t.Errorf("imports.txt names %s, which has no Go files", pkg)
	}
}

// rewritePolicy writes the tree as the policy, one room after the other.
func rewritePolicy(t *testing.T, name string, tree map[string][]string) {
	t.Helper()
	var text strings.Builder
	text.WriteString("# Who may import whom, among our own packages: a true picture of the tree, rewritten by `make arch`.\n" +
		"# The directions are kept by depguard in .golangci.yml; read a difference here as a change of design.\n")
	rest := slices.Sorted(maps.Keys(tree))
	for _, room := range []string{"internal/storage", "internal/durability", "internal/query", "internal/bolt", ""} {
		title := "wiring"
		if room != "" {
			title = filepath.Base(room)
		}
		text.WriteString("\n# " + title + "\n")
		var others []string
		for _, pkg := range rest {
			if room != "" && pkg != room && !strings.HasPrefix(pkg, room+"/") {
				others = append(others, pkg)
				continue
			}
			text.WriteString(strings.TrimSpace(pkg+": "+strings.Join(tree[pkg], " ")) + "\n")
		}
		rest = others
	}
	if err := os.WriteFile(name, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// readPolicy parses lines of the form "package: import import ...".
func readPolicy(t *testing.T, name string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	policy := make(map[string][]string)
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		if pkg, imports, ok := strings.Cut(line, ":"); ok {
			policy[strings.TrimSpace(pkg)] = slices.Sorted(slices.Values(strings.Fields(imports)))
		}
	}
	return policy
}

// readTree collects the same map from the non-test Go files of cmd and internal.
func readTree(t *testing.T) map[string][]string {
	t.Helper()
	sets := make(map[string]map[string]bool)
	walk := func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		if sets[pkg] == nil {
			sets[pkg] = make(map[string]bool)
		}
		for _, spec := range file.Imports {
			if p, _ := strconv.Unquote(spec.Path.Value); strings.HasPrefix(p, module) {
				sets[pkg][strings.TrimPrefix(p, module)] = true
			}
		}
		return nil
	}
	for _, dir := range []string{"cmd", "internal"} {
		if err := filepath.WalkDir(filepath.Join(root, dir), walk); err != nil {
			t.Fatal(err)
		}
	}
	tree := make(map[string][]string)
	for pkg, set := range sets {
		tree[pkg] = slices.Sorted(maps.Keys(set))
	}
	return tree
}
