package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"memgraphd/cmd/memgraphd/internal/exit"
)

// asServer makes the test binary the server itself, so that what is tested is what was built.
const asServer = "MEMGRAPHD_TEST_AS_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(asServer) != "" {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// command returns the binary with arguments, away from the configuration of this machine.
func command(t *testing.T, home string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = []string{
		asServer + "=1", "MEMGRAPH_METRICS_PORT=0", "HOME=" + home, "PATH=" + os.Getenv("PATH"),
		"NOTIFY_SOCKET=" + os.Getenv("NOTIFY_SOCKET"), "WATCHDOG_USEC=" + os.Getenv("WATCHDOG_USEC"),
	}
	return cmd
}

var times = regexp.MustCompile(`(?m)^\[[-0-9]+ [0-9:.]+\] `)

// TestRefused reads testdata/refused: starts that end at once, with what the user is told and the exit code.
//
// $DIR is an empty directory, $TAKEN a port in use. "file" writes a file into $DIR, "run" takes arguments one a
// line and variables in env=NAME=value.
func TestRefused(t *testing.T) {
	dir := t.TempDir()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	_, port, err := net.SplitHostPort(taken.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	actual := strings.NewReplacer("$DIR", dir, "$TAKEN", port)
	shown := strings.NewReplacer(dir, "$DIR", port, "$TAKEN")
	datadriven.RunTest(t, "testdata/refused", func(t *testing.T, d *datadriven.TestData) string {
		t.Helper()
		switch d.Cmd {
		case "file":
			var name string
			d.ScanArgs(t, "name", &name)
			if err := os.WriteFile(filepath.Join(dir, name), []byte(actual.Replace(d.Input)), 0o600); err != nil {
				t.Fatal(err)
			}
			return ""
		case "run":
		default:
			t.Fatalf("unknown command %s", d.Cmd)
		}
		cmd := command(t, dir, strings.Fields(actual.Replace(d.Input))...)
		for _, arg := range d.CmdArgs {
			if arg.Key == "env" {
				cmd.Env = append(cmd.Env, actual.Replace(strings.Join(arg.Vals, ",")))
			}
		}
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		timer := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
		code := exitCode(t, cmd.Run())
		var lines strings.Builder
		fmt.Fprintf(&lines, "exit %d\n", code)
		for line := range strings.Lines(times.ReplaceAllString(out.String(), "")) {
			if !strings.HasPrefix(line, "[info] ") {
				lines.WriteString(shown.Replace(line))
			}
		}
		return lines.String()
	})
}

// started is a server that runs.
type started struct {
	cmd   *exec.Cmd
	port  string
	lines chan string // of its log; closed at its end
}

var ready = regexp.MustCompile(`ready: listening for Bolt(?: \{|",)"address": ?"127\.0\.0\.1:(\d+)"`)

// start starts a server on a free port and waits until it listens.
func start(t *testing.T, dir string, args ...string) *started {
	t.Helper()
	return startWith(t, nil, dir, args...)
}

// startWith is start with more variables in the environment.
func startWith(t *testing.T, env []string, dir string, args ...string) *started {
	t.Helper()
	args = append([]string{"--bolt-address=127.0.0.1", "--bolt-port=0", "--data-directory=" + dir}, args...)
	s := &started{cmd: command(t, t.TempDir(), args...), lines: make(chan string, 10_000)}
	s.cmd.Env = append(s.cmd.Env, env...)
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	go func() {
		defer close(s.lines)
		for scan := bufio.NewScanner(stderr); scan.Scan(); {
			s.lines <- scan.Text()
		}
	}()
	s.port = s.await(t, ready)[1]
	return s
}

// await reads the log up to a line.
func (s *started) await(t *testing.T, line *regexp.Regexp) []string {
	t.Helper()
	var before []string
	limit := time.After(time.Minute)
	for {
		select {
		case text, ok := <-s.lines:
			if !ok {
				t.Fatalf("no line %s before the end:\n%s", line, strings.Join(before, "\n"))
			}
			before = append(before, text)
			if found := line.FindStringSubmatch(text); found != nil {
				return found
			}
		case <-limit:
			t.Fatalf("no line %s in time:\n%s", line, strings.Join(before, "\n"))
		}
	}
}

// stop sends a signal and returns the exit code.
func (s *started) stop(t *testing.T, sig syscall.Signal) int {
	t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	for range s.lines { // the pipe has to be read to its end before Wait
		continue
	}
	return exitCode(t, s.cmd.Wait())
}

// statements runs the shell on a server and returns what it printed, and its exit code.
func (s *started) statements(t *testing.T, in string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := command(t, t.TempDir(), append([]string{"shell", "--port=" + s.port}, args...)...)
	cmd.Stdin = strings.NewReader(in)
	return outcome(t, cmd)
}

// runCommand runs the binary with more variables in the environment and returns what it printed, and its exit code.
func runCommand(t *testing.T, env []string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := command(t, t.TempDir(), args...)
	cmd.Env = append(cmd.Env, env...)
	return outcome(t, cmd)
}

// outcome runs a command to its end.
func outcome(t *testing.T, cmd *exec.Cmd) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	code = exitCode(t, cmd.Run())
	return out.String(), errs.String(), code
}

// exitCode is that of a command that ended with err: -1 by a signal.
func exitCode(t *testing.T, err error) int {
	t.Helper()
	ended := new(exec.ExitError)
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	if err == nil {
		return 0
	}
	return ended.ExitCode()
}

// TestLife starts a server, writes, ends it in every way, and finds everything again each time.
func TestLife(t *testing.T) {
	dir := t.TempDir()
	for i, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGKILL, syscall.SIGTERM} {
		s := start(t, dir)
		out, errs, code := s.statements(t, fmt.Sprintf("CREATE (:N {i: %d}); MATCH (n:N) RETURN count(n) AS n;", i), "--output-format=csv")
		if want := fmt.Sprintf("n\n%d\n", i+1); out != want || code != 0 {
			t.Fatalf("start %d: %q, %q, exit %d; not %q", i, out, errs, code, want)
		}
		want := 0
		if sig == syscall.SIGKILL {
			want = -1
		}
		if code := s.stop(t, sig); code != want {
			t.Fatalf("%v ended the server with %d, not %d", sig, code, want)
		}
	}
}

// TestSecondServer starts a server on the directory of another.
func TestSecondServer(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir)
	second := command(t, t.TempDir(), "--bolt-address=127.0.0.1", "--bolt-port=0", "--data-directory="+dir, "--data-dir-lock-acquisition-timeout-sec=0")
	out, err := second.CombinedOutput()
	if err == nil || second.ProcessState.ExitCode() != exit.Directory {
		t.Fatalf("the second server: %v, exit %d\n%s", err, second.ProcessState.ExitCode(), out)
	}
	if !strings.Contains(string(out), dir) || !strings.Contains(string(out), strconv.Itoa(s.cmd.Process.Pid)) {
		t.Errorf("neither the directory nor the process that has it is named:\n%s", out)
	}
	if code := s.stop(t, syscall.SIGTERM); code != 0 {
		t.Errorf("the first server ended with %d", code)
	}
}

// TestLogFile renames the log file as logrotate does and expects the following lines in a new one.
func TestLogFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "server.log")
	s := start(t, filepath.Join(dir, "data"), "--log-file="+name, "--also-log-to-stderr")
	if err := os.Rename(name, name+".1"); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	for limit := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		if _, err := os.Stat(name); err == nil {
			break
		}
		if time.Now().After(limit) {
			t.Fatal("the log file was not opened anew")
		}
	}
	if code := s.stop(t, syscall.SIGTERM); code != 0 {
		t.Errorf("exit %d", code)
	}
	for file, line := range map[string]string{name + ".1": "ready: listening", name: "stopped: everything is written"} {
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), line) {
			t.Errorf("%s has no line %q: %v\n%s", file, line, err, text)
		}
	}
}
