package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"memgraphd/cmd/memgraphd/internal/exit"
)

// TestShell reads testdata/shell against one server: "shell [flags]" runs statements and shows what comes out, what
// is an error marked by "! ", and the exit code if there is one. "file name=" writes a file into $DIR.
func TestShell(t *testing.T) {
	dir := t.TempDir()
	s := start(t, filepath.Join(dir, "data"))
	datadriven.RunTest(t, "testdata/shell", func(t *testing.T, d *datadriven.TestData) string {
		t.Helper()
		switch d.Cmd {
		case "file":
			var name string
			d.ScanArgs(t, "name", &name)
			if err := os.WriteFile(filepath.Join(dir, name), []byte(d.Input), 0o600); err != nil {
				t.Fatal(err)
			}
			return ""
		case "shell":
		default:
			t.Fatalf("unknown command %s", d.Cmd)
		}
		var args []string
		for _, arg := range d.CmdArgs {
			args = append(args, "--"+strings.TrimSuffix(arg.Key+"="+strings.Join(arg.Vals, ","), "="))
		}
		in := strings.ReplaceAll(d.Input, "$DIR", dir)
		if d.HasArg("command") {
			args = append(args[:0:0], "--command="+in)
			in = ""
		}
		out, errs, code := s.statements(t, in, args...)
		var b strings.Builder
		b.WriteString(took.ReplaceAllString(out, "(…)"))
		for line := range strings.Lines(errs) {
			b.WriteString("! " + line)
		}
		if code != 0 {
			fmt.Fprintf(&b, "exit %d\n", code)
		}
		return strings.ReplaceAll(b.String(), dir, "$DIR")
	})
}

// TestShellInterrupt ends a statement that would run for ever.
func TestShellInterrupt(t *testing.T) {
	s := start(t, t.TempDir())
	cmd := command(t, t.TempDir(), "shell", "--port="+s.port, "--output-format=csv")
	cmd.Stdin = strings.NewReader("UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN sum(a * b);")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for begin := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		out, errs, _ := s.statements(t, "SHOW TRANSACTIONS;", "--output-format=csv")
		if strings.Contains(out, "sum(a * b)") {
			break
		}
		if time.Since(begin) > time.Minute {
			t.Fatalf("the statement does not run: %s%s", out, errs)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	limit := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	defer limit.Stop()
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != exit.Failure {
		t.Fatalf("the shell ended with %d: %v, %s", cmd.ProcessState.ExitCode(), err, &stderr)
	}
	if !strings.Contains(stderr.String(), "ended by Ctrl-C") {
		t.Errorf("the user is told %q", &stderr)
	}
	if out, errs, code := s.statements(t, "RETURN 1 AS one;", "--output-format=csv"); out != "one\n1\n" {
		t.Errorf("afterwards: %q, %q, %d", out, errs, code)
	}
	begin := time.Now()
	if code := s.stop(t, syscall.SIGTERM); code != 0 || time.Since(begin) > 10*time.Second {
		t.Errorf("the server ended with %d after %v: the statement went on", code, time.Since(begin))
	}
}
