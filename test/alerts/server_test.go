//go:build alerts

package alerts

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"memgraphd/test/selfsigned"
)

// patience is how long a test waits for anything.
const patience = time.Minute

// server is a running one, on a disk of its own where there is one.
type server struct {
	t      *testing.T
	cmd    *exec.Cmd
	root   string // of the small disk, as this process sees it; "": none
	bolt   string // port
	port   string // for metrics
	output *bytes.Buffer
}

// binary is the built server.
func binary(t *testing.T) string {
	t.Helper()
	path := os.Getenv("MEMGRAPHD_BINARY")
	if path == "" {
		t.Skip("MEMGRAPHD_BINARY names no server: run make alerts")
	}
	return path
}

// start starts a server. Where small is not 0, its data directory is on a disk of so many MiB, and flags find that
// disk under $DISK.
func start(t *testing.T, small int, flags ...string) *server {
	t.Helper()
	disk := t.TempDir()
	s := &server{t: t, bolt: freePort(t), port: freePort(t), output: &bytes.Buffer{}}
	args := append([]string{
		binary(t), "--bolt-address=127.0.0.1", "--bolt-port=" + s.bolt, "--metrics-address=127.0.0.1", "--metrics-port=" + s.port,
		"--data-directory=$DISK/data", "--log-level=INFO", "--storage-snapshot-interval-sec=0", "--storage-wal-file-size-kib=1024",
	}, flags...)
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "$DISK", disk)
	}
	if small > 0 {
		if os.Geteuid() != 0 {
			t.Skip("a disk of its own needs root")
		}
		script := "mount --make-rprivate / && mount -t tmpfs -o size=" + strconv.Itoa(small) + "m tmpfs " + disk + ` && exec "$@"`
		args = append([]string{"unshare", "--mount", "sh", "-ec", script, "sh"}, args...)
	}
	s.cmd = exec.Command(args[0], args[1:]...)
	s.cmd.Env = append(os.Environ(), "HOME="+disk, "MEMGRAPH_CONFIG=")
	s.cmd.Stderr = s.output
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	s.eventually("the server to be ready", func() bool {
		r, err := http.Get("http://127.0.0.1:" + s.port + "/health/ready")
		if err != nil {
			return false
		}
		return r.Body.Close() == nil && r.StatusCode == http.StatusOK
	})
	s.root = filepath.Join("/proc", strconv.Itoa(s.cmd.Process.Pid), "root", disk)
	return s
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	end := time.AfterFunc(patience, func() { _ = s.cmd.Process.Kill() })
	_ = s.cmd.Wait() // the test has seen what it wanted
	end.Stop()
	if s.t.Failed() {
		s.t.Logf("the server wrote\n%s", s.output)
	}
}

func (s *server) eventually(what string, done func() bool) {
	s.t.Helper()
	for limit := time.Now().Add(patience); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(limit) {
			s.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// try runs statements in the shell; it goes on after those that fail.
func (s *server) try(statements ...string) (output string, ok bool) {
	s.t.Helper()
	cmd := exec.Command(binary(s.t), "shell", "--host=127.0.0.1", "--port="+s.bolt, "--fail-at-end")
	cmd.Stdin = strings.NewReader(strings.Join(statements, ";\n") + ";\n")
	cmd.Env = append(os.Environ(), "HOME="+s.t.TempDir(), "MEMGRAPH_CONFIG=")
	text, err := cmd.CombinedOutput()
	return string(text), err == nil
}

// run runs statements that must succeed.
func (s *server) run(statements ...string) {
	s.t.Helper()
	if text, ok := s.try(statements...); !ok {
		s.t.Fatalf("%s\n%s", strings.Join(statements, "; "), text)
	}
}

// fails runs a statement that must not.
func (s *server) fails(statement, why string) {
	s.t.Helper()
	if text, ok := s.try(statement); ok || !strings.Contains(text, why) {
		s.t.Fatalf("%s does not fail of %q:\n%s", statement, why, text)
	}
}

// leave fills the small disk but for some MiB; makeRoom empties it again.
func (s *server) leave(mib int64) {
	s.t.Helper()
	var st syscall.Statfs_t
	if err := syscall.Statfs(s.root, &st); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.root, "others"), make([]byte, int64(st.Bavail)*st.Bsize-mib<<20), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) makeRoom() {
	s.t.Helper()
	if err := os.Remove(filepath.Join(s.root, "others")); err != nil {
		s.t.Fatal(err)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil || l.Close() != nil {
		t.Fatal(err)
	}
	return port
}

// certificate makes one that is valid for so long, and returns the flags that use it.
func certificate(t *testing.T, valid time.Duration) []string {
	t.Helper()
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert"), filepath.Join(dir, "key")
	if _, err := selfsigned.Write(cert, key, 1, time.Now().Add(valid)); err != nil {
		t.Fatal(err)
	}
	return []string{"--bolt-cert-file=" + cert, "--bolt-key-file=" + key, "--bolt-require-tls=false"}
}
