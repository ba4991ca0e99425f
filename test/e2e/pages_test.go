package e2e

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// elsewhere are the blocks of the documentation that another test runs, by page and language, and how many there are.
// Where one is added, see to it that that test runs it, and count it here.
func elsewhere() map[string]map[string]int {
	return map[string]map[string]int{
		"README.md":          {"console": 1},              // TestReadme
		"docs/backup.md":     {"sh": 12},                  // TestRecipe…
		"docs/cypher.md":     {"cypher": 1},               // test/docs: TestExamples
		"docs/migrate.md":    {"console": 4, "cypher": 5}, // TestMigrate
		"docs/subqueries.md": {"cypher": 11},              // test/docs: TestSubqueries
	}
}

// notRun are the beginnings of the commands that this test leaves out, and why; what else runs them.
func notRun() map[string]string {
	return map[string]string{
		"apt install ./memgraphd_":           "it installs a package on the machine: make debian does, on one of its own",
		"apt-get install prometheus":         "it installs a package of somebody else's",
		"dnf install ./memgraphd-":           "it installs a package on the machine: make systemd looks into it",
		"docker build ":                      "it needs docker and the network: test/deploy puts the image together without them",
		"docker run ":                        "it needs docker: test/deploy runs what is in the image",
		"go run ./test/bench ":               "it is a benchmark of minutes",
		"NODE_PATH=node_modules":             "it measures another engine, which npm installs",
		"go test ":                           "it runs tests, which CI does",
		"go tool pprof ":                     "it is a tool of Go's, built at its first use; the profile that it reads is fetched here",
		"make ":                              "it builds or tests, as CI does; here the target has to be there",
		`echo "DUMP DATABASE;" | mgconsole `: "it needs Memgraph: TestMigrate imports what it prints",
		"promtool check config ":             "it needs Prometheus: make alerts reads the files",
		"systemctl edit memgraphd":           "it needs systemd, and opens an editor: make systemd starts services that are changed",
		"systemctl enable --now memgraphd":   "it needs systemd: make systemd",
		"systemctl reload prometheus":        "it needs systemd and Prometheus",
		"systemctl status memgraphd":         "it needs systemd: make debian and make systemd",
	}
}

// runnable are the programs that this test runs, besides the server's own.
func runnable() []string {
	return []string{"memgraphd", "bin/memgraphd", "usr/bin/memgraphd", "cd", "chown", "cp", "curl", "gzip", "openssl", "tar"}
}

// TestPages runs the commands and the statements of README.md and docs that no other test runs: page by page, from the
// top to the bottom, in a directory that stands for the root of the machine. Commands have to succeed; where a page
// shows what they print, they have to print it. In what a page shows, … stands for anything, and times and durations
// may differ. What is not run is listed above, with the reason: a command that is neither run nor listed is a failure.
func TestPages(t *testing.T) {
	used := map[string]bool{}
	var names []string
	for _, pattern := range []string{"README.md", "CONTRIBUTING.md", "docs/*.md", "docs/decisions/*.md"} {
		found, err := filepath.Glob("../../" + pattern)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	if len(names) < 20 {
		t.Fatalf("only %d pages were found", len(names))
	}
	ran := 0
	for _, path := range names {
		name := filepath.ToSlash(strings.TrimPrefix(path, "../../"))
		steps := stepsOf(t, name, used)
		if len(steps) == 0 {
			continue
		}
		ran += len(steps)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, name)
			for _, s := range steps {
				p.step(t, s)
			}
			p.stop(t)
		})
	}
	for _, command := range slices.Sorted(maps.Keys(notRun())) {
		if !used[command] {
			t.Errorf("no page has %q any more: take it from the list", command)
		}
	}
	if ran < 40 {
		t.Errorf("only %d commands and blocks of statements were found", ran)
	}
}

// step is a command, or a block of statements.
type step struct {
	line   int
	lang   string // sh, console or cypher
	text   string
	output string // what the page shows, of console
	begins bool   // the first of its block
}

// stepsOf reads a page, and leaves out what is run elsewhere and what is not run.
func stepsOf(t *testing.T, name string, used map[string]bool) (steps []step) {
	t.Helper()
	text, err := os.ReadFile("../../" + name)
	if err != nil {
		t.Fatal(err)
	}
	others, counted := elsewhere()[name], map[string]int{}
	for _, b := range blocksOf(t, name, string(text)) {
		counted[b.lang]++
		if others[b.lang] != 0 {
			continue
		}
		for _, s := range b.split() {
			if s.lang != "cypher" && !wanted(t, name, s, used) {
				continue
			}
			steps = append(steps, s)
		}
	}
	for lang, n := range others {
		if counted[lang] != n {
			t.Errorf("%s has %d blocks of %s, where another test runs %d: see that it runs all, and count them here", name, counted[lang], lang, n)
		}
	}
	return steps
}

// target is what a command of make names.
var target = regexp.MustCompile(`^make ([a-z-]+)`)

// wanted tells whether a command is to be run.
func wanted(t *testing.T, name string, s step, used map[string]bool) bool {
	t.Helper()
	for command := range notRun() {
		if !strings.HasPrefix(s.text, command) {
			continue
		}
		used[command] = true
		if m := target.FindStringSubmatch(s.text); m != nil {
			makefile, err := os.ReadFile("../../Makefile")
			if err != nil || !strings.Contains(string(makefile), "\n"+m[1]+":") {
				t.Errorf("%s:%d: the Makefile has no target %s (%v)", name, s.line, m[1], err)
			}
		}
		return false
	}
	if first, _, _ := strings.Cut(s.text, " "); !slices.Contains(runnable(), first) {
		t.Errorf("%s:%d: %s is neither run by this test nor on its list of what is not", name, s.line, s.text)
		return false
	}
	return true
}

// block is a piece of code of a page.
type block struct {
	line int // of its first line of code
	lang string
	text string
}

var (
	// commandLine is what an indented block, or one of no language, begins with that is one of commands.
	commandLine = regexp.MustCompile(`^(\$ |sudo |make |go |curl |docker |apt |apt-get |systemctl |(usr/|/usr/)?(bin/)?memgraphd( |$))`)
	// statementLine is a line of such a block that is a statement, and to be marked as one.
	statementLine = regexp.MustCompile(`(?m)^[A-Z]{2,} .*;( *(//|--).*)?$`)
)

// blocksOf returns the blocks of commands and of statements of a page. Commands are in blocks of sh or console, or
// indented; statements in those of cypher.
func blocksOf(t *testing.T, name, text string) (blocks []block) {
	t.Helper()
	var open *block
	indented, former := false, ""
	end := func() {
		if open == nil {
			return
		}
		switch {
		case open.lang == "bash":
			open.lang = "sh"
		case open.lang == "" && commandLine.MatchString(open.text):
			open.lang = "sh"
			if strings.HasPrefix(open.text, "$ ") {
				open.lang = "console"
			}
		case open.lang == "" && statementLine.MatchString(open.text):
			t.Errorf("%s:%d: statements in a block that is not marked as cypher", name, open.line)
		}
		if slices.Contains([]string{"sh", "console", "cypher"}, open.lang) {
			blocks = append(blocks, *open)
		}
		open = nil
	}
	number := 0
	for line := range strings.Lines(text) {
		number++
		lang, fence := strings.CutPrefix(line, "```")
		code, deep := strings.CutPrefix(line, "    ")
		switch {
		case fence && (open == nil || indented):
			end()
			open, indented = &block{line: number + 1, lang: strings.TrimSpace(lang)}, false
		case fence:
			end()
		case open != nil && !indented:
			open.text += line
		case open != nil && deep:
			open.text += code
		case open != nil:
			end()
		case deep && strings.TrimSpace(former) == "":
			open, indented = &block{line: number, text: code}, true
		}
		former = line
	}
	end()
	return blocks
}

// split returns the commands of a block, without sudo, or the block itself when it is one of statements.
func (b block) split() (steps []step) {
	if b.lang == "cypher" {
		return []step{{line: b.line, lang: b.lang, text: b.text, begins: true}}
	}
	line, begun, former := b.line-1, b.line, ""
	for text := range strings.Lines(b.text) {
		line++
		if former == "" {
			begun = line
		}
		if more, ok := strings.CutSuffix(text, "\\\n"); ok {
			former += more
			continue
		}
		text, former = former+text, ""
		command, isCommand := strings.CutPrefix(text, "$ ")
		if b.lang == "console" && !isCommand {
			if len(steps) > 0 {
				steps[len(steps)-1].output += text
			}
			continue
		}
		command = strings.TrimPrefix(strings.TrimSpace(command), "sudo ")
		if command == "" || strings.HasPrefix(command, "#") {
			continue
		}
		steps = append(steps, step{line: begun, lang: b.lang, text: command, begins: len(steps) == 0})
	}
	return steps
}
