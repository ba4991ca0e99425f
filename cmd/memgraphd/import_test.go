package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// rate is the part of a report that is never the same twice.
var rate = regexp.MustCompile(` in [0-9.]+ s( \([0-9]+ a second\))?`)

// TestImport reads testdata/import: "file name=" writes a file into the directory that the others run in, "import" runs
// the command with the arguments of its input, "shell" asks the server as CSV, "cat name=" shows a file, and "clear"
// removes the graph.
func TestImport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, filepath.Join(t.TempDir(), "data"))
	datadriven.RunTest(t, "testdata/import", func(t *testing.T, d *datadriven.TestData) string {
		t.Helper()
		var name string
		d.MaybeScanArgs(t, "name", &name)
		switch d.Cmd {
		case "file":
			if err := os.WriteFile(filepath.Join(dir, name), []byte(d.Input), 0o600); err != nil {
				t.Fatal(err)
			}
			return ""
		case "cat":
			data, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			return string(data)
		case "clear":
			s.statements(t, "MATCH (n) DETACH DELETE n;")
			return ""
		case "shell":
			out, errs, _ := s.statements(t, d.Input, "--output-format=csv")
			return out + errs
		case "import":
		default:
			t.Fatalf("unknown command %s", d.Cmd)
		}
		cmd := command(t, dir, append([]string{"import"}, strings.Fields(d.Input)...)...)
		cmd.Dir, cmd.Args = dir, append(cmd.Args, "--port="+s.port, "--quiet", "--threads=1")
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		var b strings.Builder
		failed := cmd.Run()
		b.WriteString(rate.ReplaceAllString(out.String(), " in (…)"))
		for line := range strings.Lines(errs.String()) {
			b.WriteString("! " + line)
		}
		if failed != nil {
			fmt.Fprintf(&b, "exit %d\n", cmd.ProcessState.ExitCode())
		}
		return b.String()
	})
}
