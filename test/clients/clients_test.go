// Package clients has libraries of npm, which write the statements of others, do real work
// against the built server.
package clients

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
)

// programMax bounds one program, and installMax the way of the libraries to here.
const (
	programMax = 2 * time.Minute
	installMax = 10 * time.Minute
)

// The user of the programs.
const user, password = "ann", "wonderland-7"

// TestClients runs the programs of the folder javascript. Each prints a line for each piece of
// work.
func TestClients(t *testing.T) {
	dir := install(t)
	server := start(t)
	for _, name := range []string{"graphql", "introspector", "langchain", "neogma", "neode", "builder"} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), programMax)
			defer cancel()
			program := exec.CommandContext(ctx, "node", name+".mjs", "bolt://"+server, user, password)
			program.Dir = dir
			out, err := program.CombinedOutput()
			works := 0
			for line := range strings.Lines(string(out)) {
				switch word, rest, _ := strings.Cut(strings.TrimSpace(line), " "); word {
				case "ok":
					works++
				case "FAIL":
					t.Error(rest)
				}
			}
			if works == 0 || err != nil {
				t.Errorf("%v after %d pieces of work\n%.2000s", err, works, out)
			}
			t.Logf("%d pieces of work", works)
		})
	}
}

// install brings the programs and the libraries that they need into the cache directory, and
// returns where they are. It skips unless that was asked for: it takes minutes and the network.
func install(t *testing.T) string {
	t.Helper()
	if os.Getenv("MEMGRAPHD_CLIENTS") == "" {
		t.Skip("make clients runs it: it downloads libraries and takes minutes")
	}
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is missing", tool)
		}
	}
	root, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(root, "memgraphd-clients")
	installed := filepath.Join(dir, "node_modules", ".package-lock.json")
	before, _ := os.ReadFile(filepath.Join(dir, "package.json"))
	wanted := copied(t, dir)
	if _, err = os.Stat(installed); err == nil && bytes.Equal(before, wanted) {
		return dir
	}
	ctx, cancel := context.WithTimeout(t.Context(), installMax)
	defer cancel()
	// Libraries name versions of each other that were never published together.
	get := exec.CommandContext(ctx, "npm", "install", "--prefix", dir, "--no-audit", "--no-fund", "--ignore-scripts", "--legacy-peer-deps")
	if out, err := get.CombinedOutput(); err != nil {
		t.Skipf("the libraries cannot be had here: %v\n%s", err, out)
	}
	return dir
}

// copied brings the programs to dir and returns the list of libraries that they need.
func copied(t *testing.T, dir string) (wanted []byte) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("javascript/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, filepath.Base(file)), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(file) == "package.json" {
			wanted = text
		}
	}
	return wanted
}

// start starts a server that only its user may use, and returns its address.
func start(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	binary, err := harness.Binary(dir)
	if err != nil {
		t.Fatal(err)
	}
	server, err := harness.Start(binary, filepath.Join(dir, "data"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if stopped := server.Stop(); stopped != nil {
			t.Error(stopped)
		}
	})
	d, err := server.Driver()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close(context.Background()) }()
	session := d.NewSession(t.Context(), neo4j.SessionConfig{})
	defer func() { _ = session.Close(context.Background()) }()
	if _, err = session.Run(t.Context(), "CREATE USER "+user+" IDENTIFIED BY '"+password+"'", nil); err != nil {
		t.Fatal(err)
	}
	return server.Addr
}
