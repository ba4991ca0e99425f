package crash

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
	"memgraphd/test/table"
)

// tracedCommits is how many commits the traced server takes; MEMGRAPHD_TRACED changes it.
const tracedCommits = 1000

// TestOrder traces the system calls of the server and sees that no success is written to
// a socket before a sync has returned that began after the commit was written to the log.
func TestOrder(t *testing.T) {
	o := traced(t)
	o.Seed = 0
	table.Add(t, o)
	if o.Undetected > 0 || o.Acknowledged == 0 {
		t.Errorf("%d of %d commits were acknowledged before they were synced", o.Undetected, o.Acknowledged)
	}
}

// TestOrderControl does the same with a server that is told to sync rarely, and has to
// find commits that were acknowledged too early.
func TestOrderControl(t *testing.T) {
	o := traced(t, "--storage-wal-file-flush-every-n-tx=100")
	o.What += ", control that syncs rarely (must be wrong)"
	if o.Undetected == 0 || o.Undetected == o.Acknowledged {
		t.Errorf("%d commits, %d acknowledged early: this test shows nothing", o.Acknowledged, o.Undetected)
	}
	t.Logf("\n%s%s", table.Header(), o)
}

// traced runs clients against a traced server and reads the trace.
func traced(t *testing.T, flags ...string) table.Row {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	began := time.Now()
	binary, err := harness.Binary(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	trace := filepath.Join(t.TempDir(), "trace")
	wrapper := []string{
		strace, "-D", "-f", "-yy", "-xx", "-s", "1000000", "-o", trace, "-e", "signal=none",
		"-e", "trace=read,recvfrom,write,writev,sendto,pwrite64,pwritev,pwritev2,fdatasync,fsync,sync_file_range,msync",
	}
	s, err := harness.StartUnder(wrapper, binary, filepath.Join(t.TempDir(), "data"), append(flags, "--storage-wal-file-size-kib=64")...)
	if err != nil {
		t.Skipf("the server does not run under strace: %v", err)
	}
	d, err := s.Driver()
	if err != nil {
		t.Fatal(err)
	}
	count := table.Count(t, "MEMGRAPHD_TRACED", tracedCommits)
	var running sync.WaitGroup
	for c := range clients {
		running.Go(func() {
			for i := range count / clients {
				if err := marked(t.Context(), d, marker(c, i), i%4 == 0); err != nil {
					t.Errorf("client %d, commit %d: %v", c, i, err)
					return
				}
			}
		})
	}
	running.Wait()
	_ = d.Close(context.Background())
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	o := readTrace(t, trace)
	if want := count / clients * clients; len(o.acked) != want {
		t.Fatalf("the trace shows %d acknowledged commits, the clients made %d", len(o.acked), want)
	}
	for i, early := range o.early {
		if i < 3 {
			t.Logf("early: %s", early)
		}
	}
	return table.Row{
		Test: "R20", What: "order of system calls", States: int64(o.lines), Acknowledged: int64(len(o.acked)),
		Undetected: int64(len(o.early)), Took: time.Since(began),
	}
}

func marker(client, i int) string { return fmt.Sprintf("<commit %d of %d>", i, client) }

var markers = regexp.MustCompile(`<commit \d+ of \d+>`)

// marked makes one commit whose bytes can be found again.
func marked(ctx context.Context, d neo4j.DriverWithContext, text string, explicit bool) error {
	const create = "CREATE (:Marked {text: $t})"
	params := map[string]any{"t": text}
	if !explicit {
		_, err := harness.Query(ctx, d, create, params)
		return err
	}
	session := d.NewSession(ctx, neo4j.SessionConfig{})
	defer func() { _ = session.Close(ctx) }()
	tx, err := session.BeginTransaction(ctx)
	if err != nil {
		return err
	}
	if _, err := tx.Run(ctx, create, params); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// order is what a trace shows.
type order struct {
	lines int
	acked map[string]bool
	early []string

	open      map[string]string          // thread: its unfinished call
	requested map[string]string          // socket: the newest marker that was read from it
	written   map[string]string          // marker: the file it was written to
	unsynced  map[string]map[string]bool // file: markers written since the last sync began
	syncing   map[string][]string        // thread: what the running sync will cover
	durable   map[string]bool
}

// call takes a line apart: name, descriptor, what it is open on, the rest. The ends of a
// connection are named with an arrow; those of a young one may not be known yet.
var call = regexp.MustCompile(`^(\w+)\((\d+)<((?:[^<>]|->)*)>\s*(?:, |\)|$)(.*)$`)

func isSocket(file string) bool {
	return strings.HasPrefix(file, "TCP:") || strings.HasPrefix(file, "socket:")
}

func readTrace(t *testing.T, name string) *order {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	o := &order{
		acked: map[string]bool{}, open: map[string]string{}, requested: map[string]string{},
		written: map[string]string{}, unsynced: map[string]map[string]bool{}, syncing: map[string][]string{}, durable: map[string]bool{},
	}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		o.lines++
		thread, text, ok := strings.Cut(lines.Text(), " ")
		if !ok {
			continue
		}
		text = strings.TrimSpace(text)
		switch {
		case strings.HasSuffix(text, "<unfinished ...>"):
			text = strings.TrimSuffix(text, "<unfinished ...>")
			o.open[thread] = text
			o.enter(thread, text)
		case strings.HasPrefix(text, "<... "):
			_, rest, _ := strings.Cut(text, " resumed>")
			o.leave(thread, o.open[thread]+rest)
		default:
			o.enter(thread, text)
			o.leave(thread, text)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return o
}

// enter is the moment at which a call begins: a sync covers what was written before, and
// what goes to a socket has to be true by now.
func (o *order) enter(thread, text string) {
	m := call.FindStringSubmatch(text)
	if m == nil {
		return
	}
	name, socket, file := m[1], m[2], unescape(m[3])
	switch {
	case name == "fsync" || name == "fdatasync":
		for text := range o.unsynced[file] {
			o.syncing[thread] = append(o.syncing[thread], text)
		}
		delete(o.unsynced, file)
	case isSocket(file) && (strings.Contains(name, "write") || name == "sendto"):
		o.answer(socket, decode(m[4]))
	}
}

// answer is a write to a client. The success of a commit names it in a bookmark.
func (o *order) answer(socket, data string) {
	text := o.requested[socket]
	if text == "" || !strings.Contains(data, "\x88bookmark") {
		return
	}
	o.acked[text] = true
	if !o.durable[text] {
		o.early = append(o.early, fmt.Sprintf("%s, written to %q", text, o.written[text]))
	}
	delete(o.requested, socket)
}

// leave is the moment at which a call has returned.
func (o *order) leave(thread, text string) {
	m := call.FindStringSubmatch(text)
	if m == nil || strings.Contains(text, " = -1 ") {
		delete(o.syncing, thread)
		return
	}
	name, socket, file := m[1], m[2], unescape(m[3])
	switch {
	case name == "fsync" || name == "fdatasync":
		for _, text := range o.syncing[thread] {
			o.durable[text] = true
		}
		delete(o.syncing, thread)
	case isSocket(file) && (name == "read" || name == "recvfrom"):
		o.request(socket, decode(m[4]))
	case strings.HasSuffix(file, ".wal") || strings.HasSuffix(file, ".spare"):
		for _, text := range markers.FindAllString(decode(m[4]), -1) {
			o.written[text] = file
			if o.unsynced[file] == nil {
				o.unsynced[file] = map[string]bool{}
			}
			o.unsynced[file][text] = true
		}
	}
}

// request is what a client sent.
func (o *order) request(socket, data string) {
	if text := markers.FindString(data); text != "" {
		o.requested[socket] = text
	}
}

var quoted = regexp.MustCompile(`"((?:\\x[0-9a-f]{2})*)"`)

// unescape returns a path that is written in hexadecimal, as those of files are.
func unescape(text string) string {
	if !strings.HasPrefix(text, `\x`) {
		return text
	}
	return decode(`"` + text + `"`)
}

// decode returns the bytes of a call.
func decode(text string) string {
	var out strings.Builder
	for _, m := range quoted.FindAllStringSubmatch(text, -1) {
		data, err := hex.DecodeString(strings.ReplaceAll(m[1], `\x`, ""))
		if err != nil {
			continue
		}
		out.Write(data)
	}
	return out.String()
}
