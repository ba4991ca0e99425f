package e2e

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// guide is README.md, and a directory in which its commands run.
type guide struct {
	text string
	dir  string // what it calls the current directory: bin/memgraphd and mg_data are in it
	port string // "7687", as README.md has it, if it is free
	copy string // likewise "7688"
}

// readGuide makes a place to follow README.md in.
func readGuide(t *testing.T) *guide {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return &guide{text: string(text), dir: withBinary(t), port: freePort(t, "7687"), copy: freePort(t, "7688")}
}

// withBinary makes a directory in which a page's commands find bin/memgraphd.
func withBinary(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	path, err := filepath.Abs(binary)
	if err == nil {
		err = os.Mkdir(filepath.Join(dir, "bin"), 0o700)
	}
	if err == nil {
		err = os.Symlink(path, filepath.Join(dir, "bin", "memgraphd"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// freePort returns wanted if nobody listens there, and any free port otherwise.
func freePort(t *testing.T, wanted string) string {
	t.Helper()
	for _, p := range []string{wanted, "0"} {
		l, err := net.Listen("tcp", "127.0.0.1:"+p)
		if err != nil {
			t.Logf("port %s is taken; README.md is followed at another one", p)
			continue
		}
		_, port, err := net.SplitHostPort(l.Addr().String())
		if err = errors.Join(err, l.Close()); err != nil {
			t.Fatal(err)
		}
		return port
	}
	t.Fatal("no port is free")
	return ""
}

// block returns the code after a heading, whose first line is open.
func (g *guide) block(t *testing.T, heading, open string) string {
	t.Helper()
	_, rest, ok := strings.Cut(g.text, "\n"+heading+"\n")
	_, rest, ok2 := strings.Cut(rest, "```"+open+"\n")
	code, _, ok3 := strings.Cut(rest, "```\n")
	if !ok || !ok2 || !ok3 {
		t.Fatalf("README.md has no %s block after %q", open, heading)
	}
	return g.local(code)
}

// local replaces the ports that are taken on this machine; nothing, where none is.
func (g *guide) local(code string) string {
	if g.port != "7687" {
		code = strings.NewReplacer("memgraphd shell", "memgraphd shell --port="+g.port, ":7687", ":"+g.port).Replace(code)
	}
	return strings.ReplaceAll(code, "7688", g.copy)
}

// do runs a command of a user to its end, and returns what it prints.
func (g *guide) do(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	out, err := g.try(t, dir, name, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return out
}

func (g *guide) try(t *testing.T, dir, name string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// serve runs the command line of a server until the test ends, and gives a driver to it.
func (g *guide) serve(t *testing.T, port, line string) neo4j.DriverWithContext {
	t.Helper()
	cmd := exec.Command("sh", "-c", "exec "+line)
	cmd.Dir, cmd.Env = g.dir, append(os.Environ(), "HOME="+t.TempDir(), "MEMGRAPH_CONFIG=")
	var log strings.Builder
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	d, err := neo4j.NewDriverWithContext("bolt://127.0.0.1:"+port, neo4j.NoAuth())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = d.Close(context.Background())
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	eventually(t, "the start of "+line, func() bool {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		return err == nil && c.Close() == nil
	})
	return d
}

// runCommand returns what `make run` executes.
func (g *guide) runCommand(t *testing.T) string {
	t.Helper()
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(makefile), "\nrun: build ")
	_, rest, ok2 := strings.Cut(rest, "exec ./bin/memgraphd")
	flags, _, ok3 := strings.Cut(rest, "\n")
	if !ok || !ok2 || !ok3 {
		t.Fatal("the Makefile has no target run as expected")
	}
	return "bin/memgraphd" + strings.ReplaceAll(flags, "7687", g.port)
}

// TestReadme follows README.md word for word: make run, the session in the shell, the programs
// in Go and JavaScript, the backup.
func TestReadme(t *testing.T) {
	g := readGuide(t)
	d := g.serve(t, g.port, g.runCommand(t))
	g.session(t)
	if t.Failed() {
		return
	}
	t.Run("Go", func(t *testing.T) { g.golang(t) })
	t.Run("JavaScript", func(t *testing.T) { g.javaScript(t) })
	t.Run("backup", func(t *testing.T) { g.backup(t, d) })
}

func (g *guide) session(t *testing.T) {
	t.Helper()
	code := g.block(t, "## A first session", "console")
	script, want, ok := strings.Cut(strings.TrimPrefix(code, "$ "), "\nEOF\n")
	if !ok {
		t.Fatal("the session in README.md has no end")
	}
	got := g.do(t, g.dir, "sh", "-c", script+"\nEOF\n")
	if took.ReplaceAllString(got, "") != took.ReplaceAllString(want, "") {
		t.Errorf("the session prints\n%s\nand README.md says\n%s", got, want)
	}
}

// people is what README.md says that both programs print.
const people = "Ada\nCharles\n"

func (g *guide) golang(t *testing.T) {
	t.Helper()
	if !strings.Contains(g.text, "Both print `Ada` and `Charles`.") {
		t.Error("README.md does not say any more what the programs print")
	}
	name := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(name, []byte(g.block(t, "### From Go", "go")), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := g.do(t, ".", "go", "run", name); got != people { // with the driver of this module
		t.Errorf("it prints %q, want %q", got, people)
	}
}

func (g *guide) javaScript(t *testing.T) {
	t.Helper()
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no %s here: %v", tool, err)
		}
	}
	code := g.block(t, "### From JavaScript", "js")
	dir := t.TempDir()
	if !strings.HasPrefix(code, "// npm install neo4j-driver; save as people.mjs\n") {
		t.Error("README.md does not say any more how to install the driver")
	}
	if err := os.WriteFile(filepath.Join(dir, "people.mjs"), []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := g.try(t, dir, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund", "neo4j-driver"); err != nil {
		t.Skipf("npm install neo4j-driver: %v\n%s", err, out)
	}
	if got := g.do(t, dir, "node", "people.mjs"); got != people {
		t.Errorf("it prints %q, want %q", got, people)
	}
}

// backup copies the database as README.md says, changes it, and asks the copy.
func (g *guide) backup(t *testing.T, d neo4j.DriverWithContext) {
	t.Helper()
	code := g.block(t, "## Backing up", "sh")
	steps, server, ok := strings.Cut(code, "\n\n")
	if !ok || !strings.HasPrefix(server, "bin/memgraphd --data-directory=backup") {
		t.Fatalf("the backup in README.md is not as expected:\n%s", code)
	}
	g.do(t, g.dir, "sh", "-e", "-c", steps)
	checkStatus(t, d, "DATA DIRECTORY LOCK STATUS", "Data directory is unlocked.")
	query(t, d, "CREATE (:Person {name: 'Somebody later'})")
	server, _, _ = strings.Cut(server, "#")
	second := g.serve(t, g.copy, server)
	if n := count(t, second, "MATCH (p:Person) RETURN count(p)"); n != 3 {
		t.Errorf("the copy has %d people, want 3", n)
	}
	if n := len(query(t, second, "SHOW INDEX INFO")); n != 1 {
		t.Errorf("the copy has %d indexes, want 1", n)
	}
}
