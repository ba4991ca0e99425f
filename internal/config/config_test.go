package config

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the rendered files instead of comparing them")

// TestLoad reads testdata/load: the commands file, env and load set up sources and show what comes of them.
//
//	file name=/x.conf   its text; gone=true takes it away, denied=true makes it unreadable
//	env                 one NAME=value a line
//	load [lines]        arguments with spaces between, or one a line → settings that are not at their default, warnings, mistakes
func TestLoad(t *testing.T) {
	files, env := map[string]string{}, map[string]string{}
	read := func(name string) ([]byte, error) {
		text, ok := files[name]
		switch {
		case !ok:
			return nil, fmt.Errorf("open %s: %w", name, fs.ErrNotExist)
		case text == "DENIED":
			return nil, fmt.Errorf("open %s: %w", name, fs.ErrPermission)
		}
		return []byte(text), nil
	}
	datadriven.RunTest(t, "testdata/load", func(t *testing.T, d *datadriven.TestData) string {
		t.Helper()
		switch d.Cmd {
		case "reset":
			clear(files)
			clear(env)
			return ""
		case "file":
			var name string
			d.ScanArgs(t, "name", &name)
			files[name] = d.Input
			if d.HasArg("denied") {
				files[name] = "DENIED"
			}
			return ""
		case "env":
			clear(env)
			for line := range strings.Lines(d.Input) {
				name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
				env[name] = value
			}
			return ""
		case "load":
			args := strings.Fields(d.Input)
			if d.HasArg("lines") {
				args = strings.Split(d.Input, "\n")
			}
			lookup := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
			c, err := Load(Sources{
				System: "/etc/memgraph/memgraph.conf", Home: "/home/u", Lookup: lookup, ReadFile: read,
				Environ: slices.Sorted(maps.Keys(env)), Args: args,
			})
			return shown(c, err)
		}
		t.Fatalf("unknown command %s", d.Cmd)
		return ""
	})
}

func shown(c *Config, err error) string {
	if err != nil {
		return "error: " + strings.ReplaceAll(err.Error(), "\n", "\nerror: ")
	}
	var b strings.Builder
	for _, s := range c.Settings {
		if s.Origin.Source != FromDefault {
			fmt.Fprintf(&b, "%s = %s (%v)\n", s.Flag.Name, s.Value, s.Origin)
		}
	}
	for _, w := range c.Warnings {
		fmt.Fprintf(&b, "warning: %v\n", w)
	}
	if b.Len() == 0 {
		return "defaults\n"
	}
	return b.String()
}

// TestRendered holds the sample flag file and the tables in the documentation to the flag table.
func TestRendered(t *testing.T) {
	const begin, end = "<!-- flags -->\n", "<!-- /flags -->\n"
	check := func(name string, render func(old string) string) {
		old, err := os.ReadFile(name)
		if err != nil && !*update {
			t.Fatal(err)
		}
		text := render(string(old))
		if text == string(old) {
			return
		}
		if !*update {
			t.Errorf("%s differs from the flag table: make golden", name)
			return
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	check("../../configs/memgraph.conf", func(string) string { return renderFile() })
	check("../../docs/configure.md", func(old string) string {
		head, rest, ok := strings.Cut(old, begin)
		_, tail, closed := strings.Cut(rest, end)
		if !ok || !closed {
			t.Fatalf("docs/configure.md has no %s … %s", begin, end)
		}
		return head + begin + renderTables() + "\n" + end + tail
	})
}

// TestSampleFile reads the sample file with every line of a flag uncommented: it must set exactly the defaults.
func TestSampleFile(t *testing.T) {
	text := regexp.MustCompile(`(?m)^# (--[a-z0-9-]+=)`).ReplaceAllString(renderFile(), "$1")
	text = strings.ReplaceAll(text, "--flag-file=/etc/memgraph/more.conf\n", "")
	c, err := Load(Sources{
		System: "/memgraph.conf",
		Lookup: func(string) (string, bool) { return "", false },
		ReadFile: func(string) ([]byte, error) {
			return []byte(text), nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range c.Settings {
		if s.Value != s.Flag.Default {
			t.Errorf("--%s is %q, and its default %q", s.Flag.Name, s.Value, s.Flag.Default)
		}
		if s.Origin.Source != FromFile {
			t.Errorf("--%s is not in the sample file", s.Flag.Name)
		}
	}
	for i := range c.Ignored {
		if s := &c.Ignored[i]; s.Value != s.Flag.Default || s.Origin.Source != FromFile {
			t.Errorf("--%s is %q (%v), and in the sample file %q", s.Flag.Name, s.Value, s.Origin, s.Flag.Default)
		}
	}
	inert := 0
	for _, f := range Flags() {
		if f.Unsupported != "" && fromEnvironment(&f) {
			inert++
		}
	}
	if len(c.Ignored) != inert {
		t.Errorf("%d flags without effect are in the sample file, and %d in the table", len(c.Ignored), inert)
	}
	for _, w := range c.Warnings {
		if !strings.Contains(w.Text, " has no effect: ") {
			t.Errorf("warning: %v", w)
		}
	}
}

// TestTable checks what every line of the table owes.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Flags() {
		if seen[f.Name] || f.Name != normal(f.Name) {
			t.Errorf("--%s is there twice or not in its normal form", f.Name)
		}
		seen[f.Name] = true
		if got, err := f.Canonical(f.Default); err != nil || got != f.Default {
			t.Errorf("--%s: its default becomes %q, %v", f.Name, got, err)
		}
		if f.Unsupported == "" && !strings.HasSuffix(f.Help, ".") {
			t.Errorf("--%s: its help is no sentence", f.Name)
		}
		if f.Unsupported != "" && (f.Help != "" || strings.HasSuffix(f.Unsupported, ".")) {
			t.Errorf("--%s: it has no effect, and its reason is part of a sentence", f.Name)
		}
		if (f.Kind == Choice) != (f.Choices != nil) || (f.Kind == Int || f.Kind == Float) != (f.Max > 0) {
			t.Errorf("--%s: its kind and its bounds do not fit", f.Name)
		}
	}
}

// TestAnyText feeds the reader text that looks like flags: it may complain, and has to end.
func TestAnyText(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		word := rapid.SampledFrom([]string{"--", "-", "no", "bolt", "_", "port", "=", "1", "flag-file", "\n", "#", "true", " ", "é", "\x00"})
		text := strings.Join(rapid.SliceOf(word).Draw(rt, "words"), "")
		_, err := Load(Sources{
			System:   "/f",
			Lookup:   func(string) (string, bool) { return "", false },
			ReadFile: func(string) ([]byte, error) { return []byte(text), nil },
			Args:     strings.Fields(text),
		})
		if problem := new(ProblemError); err != nil && !errors.As(err, &problem) {
			rt.Fatalf("an error without a place: %v", err)
		}
	})
}
