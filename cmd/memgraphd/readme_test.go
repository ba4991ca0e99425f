package main

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write README.md instead of comparing it")

var took = regexp.MustCompile(`\([0-9.]+ (µs|ms|s)\)`)

// TestReadme runs the session of README.md and compares what comes out with what is written there.
func TestReadme(t *testing.T) {
	const (
		name  = "../../README.md"
		begin = "<!-- session -->\n```console\n$ bin/memgraphd shell <<'EOF'\n"
		over  = "EOF\n"
		end   = "```\n<!-- /session -->\n"
	)
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), begin)
	input, rest, ok2 := strings.Cut(rest, over)
	want, tail, ok3 := strings.Cut(rest, end)
	if !ok || !ok2 || !ok3 {
		t.Fatal("README.md has no session")
	}
	s := start(t, t.TempDir())
	got, errs, code := s.statements(t, input)
	if code != 0 || errs != "" {
		t.Fatalf("exit %d: %s", code, errs)
	}
	if took.ReplaceAllString(got, "") == took.ReplaceAllString(want, "") {
		return
	}
	if !*update {
		t.Fatalf("the session prints\n%s\nand README.md says\n%s", got, want)
	}
	if err := os.WriteFile(name, []byte(head+begin+input+over+got+end+tail), 0o644); err != nil {
		t.Fatal(err)
	}
}
