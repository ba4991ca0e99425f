// Command bench measures the server beside the machine that it runs on: every figure
// stands next to that of a bare echo, or of the bare disk, of the same run.
//
// It prints the tables of docs/benchmarks.md. The social network is loaded where
// ../shared/data is present.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
	"memgraphd/test/snb"
)

func main() {
	if len(os.Args) == 4 && os.Args[1] == "echo" {
		echoMain(os.Args[2], os.Args[3])
		return
	}
	root := flag.String("root", ".", "the checkout")
	dir := flag.String("dir", "", "where data directories go; default: a temporary directory")
	seconds := flag.Float64("seconds", 3, "length of each closed loop")
	only := flag.String("only", "load,read,write", "the parts to run; also backup")
	writers := flag.String("writers", "1,8,64,512", "the numbers of clients that commit")
	flag.Parse()
	b := &bench{out: os.Stdout, root: *root, dir: *dir, each: time.Duration(*seconds * float64(time.Second)), only: *only, writers: *writers}
	if err := b.run(context.Background()); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

// echoMain is the echo server's process: it prints its address and serves.
func echoMain(request, answer string) {
	r, err1 := strconv.Atoi(request)
	a, err2 := strconv.Atoi(answer)
	l, err3 := net.Listen("tcp", "127.0.0.1:0")
	if err1 != nil || err2 != nil || err3 != nil {
		os.Exit(2)
	}
	_, _ = fmt.Fprintln(os.Stdout, l.Addr())
	serveEcho(l, echoSizes{r, a})
}

// bench is one run of the program.
type bench struct {
	out     io.Writer
	root    string
	dir     string
	each    time.Duration
	only    string
	writers string
	binary  string
	server  *harness.Server
	driver  neo4j.DriverWithContext
}

func (b *bench) printf(format string, args ...any) { _, _ = fmt.Fprintf(b.out, format, args...) }

func (b *bench) run(ctx context.Context) error {
	if b.dir == "" {
		dir, err := os.MkdirTemp("", "memgraphd-bench")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		b.dir = dir
	}
	var err error
	if b.binary, err = harness.Binary(b.dir); err != nil {
		return err
	}
	b.server, err = harness.Start(b.binary, filepath.Join(b.dir, "data"), "--storage-snapshot-interval-sec=0")
	if err != nil {
		return err
	}
	defer b.server.Kill()
	if b.driver, err = b.server.Driver(); err != nil {
		return err
	}
	defer func() { _ = b.driver.Close(ctx) }()
	for _, part := range []struct {
		name string
		run  func(context.Context) error
	}{{"load", b.load}, {"read", b.reads}, {"write", b.writes}, {"backup", b.backups}} {
		if !strings.Contains(b.only, part.name) {
			continue
		}
		if err := part.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

// info returns the rows of SHOW STORAGE INFO.
func (b *bench) info(ctx context.Context) (map[string]string, error) {
	if _, err := harness.Query(ctx, b.driver, "FREE MEMORY", nil); err != nil {
		return nil, err
	}
	rows, err := harness.Query(ctx, b.driver, "SHOW STORAGE INFO", nil)
	if err != nil {
		return nil, err
	}
	out := make(map[string]string, len(rows))
	for _, r := range rows {
		out[fmt.Sprint(r.Values[0])] = fmt.Sprint(r.Values[1])
	}
	out["resident"] = resident(b.server.PID())
	return out, nil
}

// resident returns the resident set of a process as /proc tells it.
func resident(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return strings.TrimSpace(rest)
		}
	}
	return "unknown"
}

// load loads the social network and asks the nine counts.
func (b *bench) load(ctx context.Context) error {
	data, ok := snb.Dir(b.root)
	if !ok {
		b.printf("load: ../shared/data/snb is absent, skipped\n")
		return nil
	}
	before, err := b.info(ctx)
	if err != nil {
		return err
	}
	begin := time.Now()
	for _, text := range append(snb.Indexes(), snb.Load(data)...) {
		if _, err = harness.Query(ctx, b.driver, text, nil); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	took := time.Since(begin)
	after, err := b.info(ctx)
	if err != nil {
		return err
	}
	b.printf("load: %d nodes and %d relationships in %.1f s\n", snb.Nodes, snb.Relationships, took.Seconds())
	for _, key := range []string{
		"resident", "graph_memory_tracked", "node_memory_tracked", "edge_memory_tracked", "adjacency_memory_tracked",
		"property_memory_tracked", "index_memory_tracked", "heap_objects", "heap_in_use", "full_collection",
	} {
		b.printf("  %-26s before %-14s after %s\n", key, before[key], after[key])
	}
	for _, c := range snb.Counts() {
		best := time.Hour
		for range 3 {
			begin := time.Now()
			n, err := harness.Int(ctx, b.driver, c.Text)
			if err != nil {
				return fmt.Errorf("%s: %w", c.Name, err)
			}
			if n != c.Answer {
				return fmt.Errorf("%s: %d, want %d", c.Name, n, c.Answer)
			}
			best = min(best, time.Since(begin))
		}
		b.printf("  %s %12d rows counted in %8.1f ms\n", c.Name, c.Answer, float64(best.Microseconds())/1000)
	}
	return nil
}

// pointNodes is how many nodes the point read chooses from.
const pointNodes = 100_000

// reads measures RETURN 1 and an indexed point read beside a bare echo.
func (b *bench) reads(ctx context.Context) error {
	for _, text := range []string{
		"CREATE INDEX ON :Bench(id)",
		fmt.Sprintf("UNWIND range(0, %d) AS i CREATE (:Bench {id: i + 1000000, age: i %% 100})", pointNodes-1),
	} {
		if _, err := harness.Query(ctx, b.driver, text, nil); err != nil {
			return err
		}
	}
	for _, q := range []struct{ name, text, key string }{
		{"RETURN 1", "RETURN 1 AS n", ""},
		{"point read", "MATCH (n:Bench {id: $id}) RETURN n.age AS age", "id"},
		{"point read, node", "MATCH (n:Bench {id: $id}) RETURN n", "id"},
	} {
		for _, clients := range []int{1, 12, 48} {
			if err := b.read(q.name, q.text, q.key, clients); err != nil {
				return fmt.Errorf("%s: %w", q.name, err)
			}
		}
	}
	return nil
}

func (b *bench) read(name, text, key string, clients int) error {
	sizes := echoSizes{}
	f, err := loop(clients, b.each, func(client int) (func(int) error, func(), error) {
		c, err := dialBolt(b.server.Addr)
		if err != nil {
			return nil, nil, err
		}
		var req []byte
		id := int64(client) * 7919
		once := func(int) error {
			id = (id*48271 + 11) % pointNodes
			req = request(req[:0], text, key, id+1_000_000)
			n, err := c.exchange(req)
			if client == 0 {
				sizes = echoSizes{request: len(req), answer: n}
			}
			return err
		}
		return once, func() { _ = c.conn.Close() }, nil
	})
	if err != nil {
		return err
	}
	bare, err := echo(clients, b.each, sizes)
	if err != nil {
		return err
	}
	b.printf("%-17s %3d connections: %s   echo of %d+%d bytes %s   ratio %.2f\n",
		name, clients, f, sizes.request, sizes.answer, bare, f.perSecond/bare.perSecond)
	return nil
}

// commitRecord is the size of the bare records that durable commits are compared with.
const commitRecord = 200

// writes measures durable single-statement commits beside the disk's own group commit and
// a bare echo of the same messages.
func (b *bench) writes(context.Context) error {
	for text := range strings.SplitSeq(b.writers, ",") {
		clients, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("-writers: %w", err)
		}
		bare, err := groupCommit(b.dir, clients, b.each, commitRecord)
		if err != nil {
			return err
		}
		sizes := &echoSizes{}
		f, err := loop(clients, b.each, func(client int) (func(int) error, func(), error) {
			return b.writer(client, sizes)
		})
		if err != nil {
			return err
		}
		wire, err := echo(clients, b.each, *sizes)
		if err != nil {
			return err
		}
		b.printf("durable commits   %3d clients: %s   bare group commit %s   echo %s   ratio to the lower %.2f\n",
			clients, f, bare, wire, f.perSecond/min(bare.perSecond, wire.perSecond))
	}
	return nil
}

// writer opens a client that creates a node a call, each in a commit of its own. The first
// client notes the sizes of its messages.
func (b *bench) writer(client int, sizes *echoSizes) (once func(i int) error, done func(), err error) {
	c, err := dialBolt(b.server.Addr)
	if err != nil {
		return nil, nil, err
	}
	var req []byte
	once = func(i int) error {
		req = request(req[:0], "CREATE (:Write {n: $n})", "n", int64(client)<<32|int64(i))
		n, err := c.exchange(req)
		if client == 0 {
			*sizes = echoSizes{request: len(req), answer: n}
		}
		return err
	}
	return once, func() { _ = c.conn.Close() }, nil
}
