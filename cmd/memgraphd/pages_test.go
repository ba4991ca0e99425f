package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"memgraphd/internal/config"
	"memgraphd/internal/query/parser"
	statements "memgraphd/internal/statement"
)

// pages are README.md, its neighbours, and everything in docs.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"../../*.md", "../../docs/*.md", "../../docs/decisions/*.md"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all[name] = string(text)
		}
	}
	if len(all) < 20 {
		t.Fatalf("only %d pages were found", len(all))
	}
	return all
}

// knownFlags are the flags of the server and of all commands.
func knownFlags(root *cobra.Command) map[string]bool {
	known := map[string]bool{"flag-file": true}
	for _, f := range config.Flags() {
		known[f.Name] = true
	}
	var gather func(c *cobra.Command)
	gather = func(c *cobra.Command) {
		c.InitDefaultHelpFlag()
		c.Flags().VisitAll(func(f *pflag.Flag) { known[f.Name] = true })
		c.PersistentFlags().VisitAll(func(f *pflag.Flag) { known[f.Name] = true })
		for _, sub := range c.Commands() {
			gather(sub)
		}
	}
	gather(root)
	return known
}

// foreignFlags are those of other programs that the pages speak of, the word that stands for any, and one that was
// decided against.
func foreignFlags() []string {
	return []string{"stop-timeout", "switch", "storage-recover-to-last-good"}
}

// TestPagesFlags holds that each flag in backticks, and in a command of a page, is one that there is.
func TestPagesFlags(t *testing.T) {
	known := knownFlags(newRoot(io.Discard, io.Discard))
	quoted := regexp.MustCompile("`(?:memgraphd [a-z ]*)?--([a-z0-9][-_a-z0-9]*)([…*]?)")
	for name, text := range pages(t) {
		for _, m := range quoted.FindAllStringSubmatch(text, -1) {
			flag := strings.ReplaceAll(m[1], "_", "-")
			if m[2] != "" || strings.HasSuffix(flag, "-") { // the beginning of several
				if !slices.ContainsFunc(slices.Collect(keysOf(known)), func(k string) bool { return strings.HasPrefix(k, flag) }) {
					t.Errorf("%s: no flag begins with --%s", name, flag)
				}
				continue
			}
			if !known[flag] && !slices.Contains(foreignFlags(), flag) {
				t.Errorf("%s: there is no flag --%s", name, flag)
			}
		}
	}
}

func keysOf(m map[string]bool) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// fenced are blocks of code with their language.
var fenced = regexp.MustCompile("(?s)```([a-z]+)\n(.*?)```")

// TestPagesCommands holds that each command line of the server in a block of a page has a command and flags that exist.
func TestPagesCommands(t *testing.T) {
	found := 0
	for name, text := range pages(t) {
		for _, block := range fenced.FindAllStringSubmatch(text, -1) {
			if block[1] != "sh" && block[1] != "console" && block[1] != "bash" {
				continue
			}
			for line := range strings.Lines(strings.ReplaceAll(block[2], "\\\n", " ")) {
				words := shellWords(strings.TrimPrefix(strings.TrimSpace(line), "$ "))
				for len(words) > 0 && (words[0] == "sudo" || strings.Contains(words[0], "=") && !strings.HasPrefix(words[0], "-")) {
					words = words[1:]
				}
				if len(words) == 0 || words[0] != "memgraphd" && words[0] != "bin/memgraphd" {
					continue
				}
				found++
				checkCommand(t, name, line, words[1:])
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d command lines were found", found)
	}
}

func checkCommand(t *testing.T, page, line string, args []string) {
	t.Helper()
	root := newRoot(io.Discard, io.Discard)
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		known := knownFlags(root)
		for _, arg := range args {
			if flag, ok := strings.CutPrefix(arg, "--"); ok {
				flag, _, _ = strings.Cut(flag, "=")
				if !known[strings.ReplaceAll(flag, "_", "-")] {
					t.Errorf("%s: %s: there is no flag --%s", page, strings.TrimSpace(line), flag)
				}
			}
		}
		return
	}
	cmd, rest, err := root.Find(args)
	if err != nil || cmd == root {
		t.Errorf("%s: %s: there is no such command: %v", page, strings.TrimSpace(line), err)
		return
	}
	if err := cmd.ParseFlags(rest); err != nil {
		t.Errorf("%s: %s: %v", page, strings.TrimSpace(line), err)
	}
}

// shellWords cuts a line into words as a shell does, up to what redirects it or begins another command.
func shellWords(line string) (words []string) {
	var word strings.Builder
	var quote rune
	begun := false
	end := func() {
		if begun {
			words = append(words, word.String())
		}
		word.Reset()
		begun = false
	}
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, begun = r, true
		case unicode.IsSpace(r):
			end()
		case strings.ContainsRune("<>|;&", r), r == '#' && !begun:
			end()
			return words
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	end()
	return words
}

// TestPagesStatements holds that each statement in a block of Cypher can be read. Blocks that show what other systems
// take, or the form of a statement, are of no language.
func TestPagesStatements(t *testing.T) {
	found := 0
	for name, text := range pages(t) {
		for _, block := range fenced.FindAllStringSubmatch(text, -1) {
			if block[1] != "cypher" {
				continue
			}
			err := statements.Each(strings.NewReader(block[2]), func(s statements.Statement) error {
				if strings.HasPrefix(s.Text, ":") {
					return nil
				}
				found++
				if _, err := parser.Parse(s.Text, parser.Options{}); err != nil && !strings.Contains(err.Error(), "NotSupported") {
					t.Errorf("%s: %s: %v", name, s.Text, err)
				}
				return nil
			})
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d statements were found", found)
	}
}

// TestPagesLinks holds that what a page links to is there: the file, and the heading in it.
func TestPagesLinks(t *testing.T) {
	all := pages(t)
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	code := regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
	for name, text := range all {
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(text, ""), -1) {
			to, heading, _ := strings.Cut(m[1], "#")
			if strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") {
				continue
			}
			path := name
			if to != "" {
				path = filepath.Join(filepath.Dir(name), to)
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s: %s is not there", name, m[1])
				continue
			}
			if heading != "" && !slices.Contains(anchors(all[path]), heading) {
				t.Errorf("%s: %s has no heading #%s", name, path, heading)
			}
		}
	}
}

// anchors are the names of the headings of a page.
func anchors(page string) (names []string) {
	for line := range strings.Lines(page) {
		if !strings.HasPrefix(line, "#") {
			continue
		}
		heading := strings.ToLower(strings.TrimSpace(strings.TrimLeft(line, "#")))
		names = append(names, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return r
			}
			return -1
		}, heading))
	}
	return names
}

// TestPagesIndex holds that docs/README.md leads to every page beside it.
func TestPagesIndex(t *testing.T) {
	all := pages(t)
	index := all["../../docs/README.md"]
	for name := range all {
		if base := filepath.Base(name); filepath.Dir(name) == "../../docs" && base != "README.md" && !strings.Contains(index, "]("+base+")") {
			t.Errorf("docs/README.md does not lead to %s", base)
		}
	}
}
