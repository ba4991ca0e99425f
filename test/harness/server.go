// Package harness starts the built server for tests and benchmarks: a real process on a
// real directory, which can be stopped, killed and started again.
package harness

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// startMax bounds the wait for a server to listen; recovery is part of it.
const startMax = 2 * time.Minute

// Binary builds the server into dir and returns its path. The environment variable
// MEMGRAPHD_BINARY names one that is built already.
func Binary(dir string) (string, error) {
	if path := os.Getenv("MEMGRAPHD_BINARY"); path != "" {
		return path, nil
	}
	path := filepath.Join(dir, "memgraphd")
	build := exec.Command("go", "build", "-o", path, "memgraphd/cmd/memgraphd")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
}

// Server is one run of the server.
type Server struct {
	Addr string // host:port of Bolt
	Dir  string // data directory
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended
	err  error         // how it ended; read after done

	mu  sync.Mutex
	log strings.Builder
}

// Start runs binary on the data directory dir with further flags, on a free port, and
// waits until it accepts connections.
func Start(binary, dir string, flags ...string) (*Server, error) {
	return StartUnder(nil, binary, dir, flags...)
}

// StartUnder is Start with a command in front of the binary, one that runs it in its own
// place: the process that is signalled and waited for is the server.
func StartUnder(wrapper []string, binary, dir string, flags ...string) (*Server, error) {
	for range portTries {
		if s, err := startOnce(wrapper, binary, dir, flags); !errors.Is(err, errPortTaken) {
			return s, err
		}
	}
	return nil, errPortTaken
}

// portTries bounds how often another port is tried: somebody else may take a free one
// before the server does.
const portTries = 5

var errPortTaken = errors.New("somebody else has taken the port")

func startOnce(wrapper []string, binary, dir string, flags []string) (*Server, error) {
	port, err := FreePort()
	if err != nil {
		return nil, err
	}
	s := &Server{Addr: fmt.Sprintf("127.0.0.1:%d", port), Dir: dir, done: make(chan struct{})}
	args := append([]string{
		"--bolt-address=127.0.0.1", fmt.Sprintf("--bolt-port=%d", port), "--data-directory=" + dir, "--log-level=INFO",
	}, flags...)
	line := append(append(slices.Clone(wrapper), binary), args...)
	s.cmd = exec.Command(line[0], line[1:]...)
	// A test that is ended from outside must not leave its server behind.
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	s.cmd.Env = append(os.Environ(), "HOME="+os.TempDir(), "MEMGRAPH_CONFIG=", "MEMGRAPH_METRICS_PORT=0")
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		return nil, fmt.Errorf("pipe: %w", err)
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", binary, err)
	}
	go s.watch(stderr)
	if err := s.awaitListening(); err != nil {
		_ = s.cmd.Process.Kill()
		<-s.done
		if strings.Contains(s.Log(), "address already in use") {
			return nil, errPortTaken
		}
		return nil, fmt.Errorf("%w; its log:\n%s", err, s.Log())
	}
	return s, nil
}

// watch gathers the log until the process ends.
func (s *Server) watch(stderr io.Reader) {
	lines := bufio.NewScanner(stderr)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		s.mu.Lock()
		s.log.WriteString(lines.Text() + "\n")
		s.mu.Unlock()
	}
	s.err = s.cmd.Wait()
	close(s.done)
}

func (s *Server) awaitListening() error {
	deadline := time.Now().Add(startMax)
	for time.Now().Before(deadline) {
		select {
		case <-s.done:
			return fmt.Errorf("the server ended while starting: %w", s.err)
		default:
		}
		c, err := net.DialTimeout("tcp", s.Addr, time.Second)
		if err == nil {
			err = c.Close()
			if strings.Contains(s.Log(), "listening for Bolt") { // it is this one
				return err
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	return errors.New("the server did not listen in time")
}

// Log returns what the server has written to its standard error so far.
func (s *Server) Log() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

// PID returns the process id.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// Port returns the port of Bolt.
func (s *Server) Port() string { return s.Addr[strings.LastIndexByte(s.Addr, ':')+1:] }

// Kill ends the server as kill -9 does and waits until it is gone.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill()
	<-s.done
}

// Stop ends the server with SIGTERM and returns how it ended.
func (s *Server) Stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-s.done:
		return s.err
	case <-time.After(startMax):
		s.Kill()
		return errors.New("the server did not stop in time")
	}
}

// Driver opens a driver to the server; the caller closes it.
func (s *Server) Driver() (neo4j.DriverWithContext, error) {
	return neo4j.NewDriverWithContext("bolt://"+s.Addr, neo4j.NoAuth())
}

// Query runs one statement in a session of its own and returns its rows.
func Query(ctx context.Context, d neo4j.DriverWithContext, text string, params map[string]any) ([]*neo4j.Record, error) {
	s := d.NewSession(ctx, neo4j.SessionConfig{})
	defer func() { _ = s.Close(ctx) }()
	r, err := s.Run(ctx, text, params)
	if err != nil {
		return nil, err
	}
	return r.Collect(ctx)
}

// Int runs a statement with one integer as its answer.
func Int(ctx context.Context, d neo4j.DriverWithContext, text string) (int64, error) {
	rows, err := Query(ctx, d, text, nil)
	if err != nil {
		return 0, err
	}
	if len(rows) != 1 || len(rows[0].Values) != 1 {
		return 0, fmt.Errorf("%s: expected one value, got %d rows", text, len(rows))
	}
	n, ok := rows[0].Values[0].(int64)
	if !ok {
		return 0, fmt.Errorf("%s: %T is no integer", text, rows[0].Values[0])
	}
	return n, nil
}

// Ports of servers lie below those that the system gives to the ends of outgoing
// connections (from 32768 on), of which a busy test uses thousands.
const (
	portFirst = 12_000
	portLast  = 32_000
	portLooks = 100
)

// FreePort returns a port on which nobody listens now.
func FreePort() (int, error) {
	var taken error
	start := os.Getpid()*1009 + int(time.Now().UnixMicro())
	for i := range portLooks {
		port := portFirst + (start+i)%(portLast-portFirst)
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return port, l.Close()
		}
		taken = err
	}
	return 0, fmt.Errorf("find a free port: %w", taken)
}
