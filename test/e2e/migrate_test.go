package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"memgraphd/test/harness"
)

// afterwards are the times and rates that an import tells.
var afterwards = regexp.MustCompile(` in [0-9.]+ s( \([0-9]+ a second\))?\n`)

// TestMigrate follows docs/migrate.md: each section's files are written, and its commands are run on a server of its
// own; they print what the page says.
func TestMigrate(t *testing.T) {
	text, err := os.ReadFile("../../docs/migrate.md")
	if err != nil {
		t.Fatal(err)
	}
	followed := 0
	for section := range strings.SplitSeq(string(text), "\n### ") {
		heading, _, _ := strings.Cut(section, "\n")
		if !strings.Contains(section, "```console\n") {
			continue
		}
		followed++
		t.Run(heading, func(t *testing.T) {
			t.Parallel()
			followSection(t, section)
		})
	}
	if followed != 4 {
		t.Errorf("%d sections have commands", followed)
	}
}

var (
	pageFile   = regexp.MustCompile("(?s)<!-- file ([^ ]+) -->\n```[a-z]+\n(.*?)```\n")
	pageBlock  = regexp.MustCompile("(?s)```console\n(.*?)```\n")
	ownCommand = regexp.MustCompile(`^memgraphd (shell|import csv|import json|import)`)
)

func followSection(t *testing.T, section string) {
	t.Helper()
	s, err := harness.Start(binary, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Kill() })
	path, err := filepath.Abs(binary)
	if err != nil {
		t.Fatal(err)
	}
	g := &guide{dir: t.TempDir()}
	if err := os.Symlink(path, filepath.Join(g.dir, "memgraphd")); err != nil {
		t.Fatal(err)
	}
	for _, f := range pageFile.FindAllStringSubmatch(section, -1) {
		if err := os.WriteFile(filepath.Join(g.dir, f[1]), []byte(f[2]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, port, _ := strings.Cut(s.Addr, ":")
	for _, block := range pageBlock.FindAllStringSubmatch(section, -1) {
		for step := range strings.SplitSeq("\n"+block[1], "\n$ ") {
			command, want, _ := strings.Cut(step, "\n")
			if command == "" {
				continue
			}
			line := "./" + ownCommand.ReplaceAllString(command, "memgraphd $1 --port="+port)
			got := g.do(t, g.dir, "sh", "-c", line+" 2>stderr || { cat stderr; exit 1; }")
			if !strings.HasSuffix(want, "\n") && want != "" {
				want += "\n"
			}
			if told(got) != told(want) {
				t.Errorf("$ %s\nprints\n%s\nand the page says\n%s", command, got, want)
			}
		}
	}
}

// told is an output without the times in it.
func told(text string) string {
	return took.ReplaceAllString(afterwards.ReplaceAllString(text, "\n"), "")
}
