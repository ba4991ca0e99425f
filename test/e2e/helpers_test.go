package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"

	"memgraphd/test/harness"
)

// patience bounds waits whose length is not what a test is about.
const patience = time.Minute

// took is the time that the shell prints after a statement.
var took = regexp.MustCompile(`\([0-9.]+ (µs|ms|s)\)`)

// failure returns the code and the message that the server sent.
func failure(t *testing.T, err error) (code, text string) {
	t.Helper()
	var sent *neo4j.Neo4jError
	if !errors.As(err, &sent) {
		t.Fatalf("not an error of the server: %v", err)
	}
	return sent.Code, sent.Msg
}

// wantFailure checks that err was sent by the server with code and a message that has all of parts.
func wantFailure(t *testing.T, err error, code string, parts ...string) {
	t.Helper()
	got, text := failure(t, err)
	if got != code {
		t.Errorf("code %s (%s), want %s", got, text, code)
	}
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("the message %q has no %q", text, part)
		}
	}
}

// eventually waits until ok is true.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for limit := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("%s did not happen in time", what)
		}
	}
}

// open opens a session that ends with the test.
func open(t *testing.T, d neo4j.DriverWithContext, c neo4j.SessionConfig) neo4j.SessionWithContext {
	t.Helper()
	s := d.NewSession(t.Context(), c)
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

// begin opens an explicit transaction that is rolled back at the end of the test if nobody ended it.
func begin(t *testing.T, s neo4j.SessionWithContext, o ...func(*neo4j.TransactionConfig)) neo4j.ExplicitTransaction {
	t.Helper()
	tx, err := s.BeginTransaction(t.Context(), o...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Close(context.Background()) })
	return tx
}

// runner is a session or a transaction.
type runner func(ctx context.Context, text string, params map[string]any) (neo4j.ResultWithContext, error)

// in makes a runner of a session.
func in(s neo4j.SessionWithContext) runner {
	return func(ctx context.Context, text string, params map[string]any) (neo4j.ResultWithContext, error) {
		return s.Run(ctx, text, params)
	}
}

// one runs a statement that must give one value.
func one(t *testing.T, run runner, text string, params map[string]any) any {
	t.Helper()
	r, err := run(t.Context(), text, params)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	row, err := r.Single(t.Context())
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return row.Values[0]
}

// consume runs a statement and returns its summary.
func consume(t *testing.T, run runner, text string, params map[string]any) neo4j.ResultSummary {
	t.Helper()
	r, err := run(t.Context(), text, params)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	summary, err := r.Consume(t.Context())
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return summary
}

// attempt runs a statement to its end and returns its error.
func attempt(ctx context.Context, run runner, text string, params map[string]any) error {
	r, err := run(ctx, text, params)
	if err != nil {
		return err
	}
	for r.Next(ctx) { // Consume would discard, and the server not compute, what is left
		continue
	}
	return r.Err()
}

// running lists the transactions that the server has open, but for that of the question.
func running(t *testing.T, d neo4j.DriverWithContext) []*neo4j.Record {
	t.Helper()
	return query(t, d, "SHOW TRANSACTIONS YIELD * WHERE NOT 'SHOW TRANSACTIONS' IN query")
}

// awaitQuery waits until the server runs a statement with part in its text and returns its transaction's id.
func awaitQuery(t *testing.T, d neo4j.DriverWithContext, part string) string {
	t.Helper()
	id := ""
	eventually(t, "the start of "+part, func() bool {
		for _, row := range running(t, d) {
			if strings.Contains(fmt.Sprint(row.Values[2]), part) {
				id, _ = row.Values[1].(string)
			}
		}
		return id != ""
	})
	return id
}

// awaitGone returns how long a transaction stayed in the list.
func awaitGone(t *testing.T, d neo4j.DriverWithContext, id string) time.Duration {
	t.Helper()
	begun := time.Now()
	eventually(t, "the end of transaction "+id, func() bool {
		for _, row := range running(t, d) {
			if row.Values[1] == id {
				return false
			}
		}
		return true
	})
	return time.Since(begun)
}

// info returns one line of SHOW STORAGE INFO.
func info(t *testing.T, d neo4j.DriverWithContext, name string) string {
	t.Helper()
	for _, row := range query(t, d, "SHOW STORAGE INFO") {
		if row.Values[0] == name {
			return fmt.Sprint(row.Values[1])
		}
	}
	t.Fatalf("SHOW STORAGE INFO has no %s", name)
	return ""
}

// resident returns the memory in bytes that a process has in RAM.
func resident(t *testing.T, pid int) int64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skipf("resident memory is unknown here: %v", err)
	}
	_, rest, ok := strings.Cut(string(text), "VmRSS:")
	fields := strings.Fields(rest)
	if !ok || len(fields) == 0 {
		t.Fatalf("no VmRSS in\n%s", text)
	}
	kib, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kib << 10
}

// command runs the binary to its end and returns what it printed and its exit code.
func command(t *testing.T, stdin string, args ...string) (out, errs string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "MEMGRAPH_CONFIG=")
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			t.Fatal(err)
		}
		code = exit.ExitCode()
	}
	return stdout.String(), stderr.String(), code
}

// shell runs statements in the shell.
func shell(t *testing.T, s *harness.Server, stdin string, args ...string) (out, errs string, code int) {
	t.Helper()
	return command(t, stdin, append([]string{"shell", "--port=" + port(t, s)}, args...)...)
}

func port(t *testing.T, s *harness.Server) string {
	t.Helper()
	_, p, err := net.SplitHostPort(s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// counter forwards connections to a server and counts them.
type counter struct {
	listener net.Listener
	made     atomic.Int64
}

// countConnections returns a driver whose connections are counted; it keeps one at most.
func countConnections(t *testing.T, s *harness.Server) (neo4j.DriverWithContext, *counter) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &counter{listener: l}
	go c.serve(s.Addr)
	d, err := neo4j.NewDriverWithContext("bolt://"+l.Addr().String(), neo4j.NoAuth(), func(c *config.Config) {
		c.MaxConnectionPoolSize = 1
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = d.Close(context.Background())
		_ = l.Close()
	})
	return d, c
}

func (c *counter) serve(to string) {
	for {
		from, err := c.listener.Accept()
		if err != nil {
			return
		}
		c.made.Add(1)
		server, err := net.Dial("tcp", to)
		if err != nil {
			_ = from.Close()
			continue
		}
		for _, way := range [][2]net.Conn{{from, server}, {server, from}} {
			go func() {
				_, _ = io.Copy(way[1], way[0])
				_ = way[0].Close()
				_ = way[1].Close()
			}()
		}
	}
}

// within is a time in seconds that tests hold the server to. MEMGRAPHD_LENIENCE multiplies it
// for machines that do other work.
func within(seconds int) time.Duration {
	if n, err := strconv.Atoi(os.Getenv("MEMGRAPHD_LENIENCE")); err == nil && n > 1 {
		seconds *= n
	}
	return time.Duration(seconds) * time.Second
}
