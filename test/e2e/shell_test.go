package e2e

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// TestShell reads testdata/shell: "shell [flags]" gives its lines to the shell and shows what
// comes out, what is an error marked by "! ", and the exit code if there is one.
func TestShell(t *testing.T) {
	t.Parallel()
	s, _ := start(t, filepath.Join(t.TempDir(), "data"))
	datadriven.RunTest(t, "testdata/shell", func(t *testing.T, c *datadriven.TestData) string {
		t.Helper()
		if c.Cmd != "shell" {
			t.Fatalf("unknown command %s", c.Cmd)
		}
		var args []string
		for _, arg := range c.CmdArgs {
			args = append(args, "--"+strings.TrimSuffix(arg.Key+"="+strings.Join(arg.Vals, ","), "="))
		}
		out, errs, code := shell(t, s, c.Input, args...)
		var b strings.Builder
		b.WriteString(took.ReplaceAllString(out, "(…)"))
		for line := range strings.Lines(errs) {
			b.WriteString("! " + line)
		}
		if code != 0 {
			fmt.Fprintf(&b, "exit %d\n", code)
		}
		return b.String()
	})
}

// TestShellAlone starts the shell where no server listens.
func TestShellAlone(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, free, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	out, errs, code := command(t, "RETURN 1;", "shell", "--port="+free)
	if want := "memgraphd: no server listens at 127.0.0.1:" + free; code != 1 || out != "" || !strings.HasPrefix(errs, want) {
		t.Errorf("exit %d, %q, %q", code, out, errs)
	}
}

// TestShellScript runs a thousand statements and takes their result into another program's hands.
func TestShellScript(t *testing.T) {
	t.Parallel()
	s, d := start(t, filepath.Join(t.TempDir(), "data"))
	var script strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&script, "CREATE (:Line {n: %d, text: 'a;b // %d'});\n", i, i)
	}
	if _, errs, code := shell(t, s, script.String()); code != 0 || errs != "" {
		t.Fatalf("exit %d: %s", code, errs)
	}
	if n := count(t, d, "MATCH (l:Line) WHERE l.text = 'a;b // ' + toString(l.n) RETURN count(l)"); n != 1000 {
		t.Errorf("%d lines, want 1000", n)
	}
	out, errs, code := shell(t, s, "MATCH (l:Line) RETURN l.n AS n ORDER BY n;", "--output-format=csv")
	if lines := strings.Split(out, "\n"); code != 0 || errs != "" || len(lines) != 1002 || lines[0] != "n" || lines[1000] != "999" {
		t.Errorf("exit %d, %q, %d lines", code, errs, len(lines))
	}
}
