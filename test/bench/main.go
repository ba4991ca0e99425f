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
	if len(os.Args) == 3 && os.Args[1] == "echo" {
		echoMain(os.Args[2])
		return
	}
	root := flag.String("root", ".", "the checkout")
	dir := flag.String("dir", "", "where data directories go; default: a temporary directory")
	seconds := flag.Float64("seconds", 3, "length of each closed loop; of reads, the server's and the echo's together")
	clients := flag.String("clients", "1,12,48,256", "the numbers of clients that read")
	which := flag.String("reads", "", "the statements that are read with, a part of their names; default: all")
	only := flag.String("only", "load,read,write", "the parts to run; also backup and many")
	writers := flag.String("writers", "1,8,64,512", "the numbers of clients that commit")
	count := flag.Int64("count", 24_000_000, "how often many reads")
	flag.Parse()
	b := &bench{out: os.Stdout, root: *root, dir: *dir, each: time.Duration(*seconds * float64(time.Second)), only: *only, writers: *writers, clients: *clients, which: *which, count: *count}
	if err := b.run(context.Background()); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

// bench is one run of the program.
type bench struct {
	out     io.Writer
	root    string
	dir     string
	each    time.Duration
	only    string
	writers string
	clients string
	which   string
	count   int64
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
	}{{"load", b.load}, {"read", b.reads}, {"write", b.writes}, {"backup", b.backups}, {"many", b.many}} {
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
		s, err := sampleOf(b.server.Addr, request(nil, createText, "n", 0))
		if err != nil {
			return err
		}
		f, err := loop(clients, b.each, b.writer)
		if err != nil {
			return err
		}
		wire, err := echo(clients, b.each, s)
		if err != nil {
			return err
		}
		b.printf("durable commits   %3d clients: %s   bare group commit %s   echo %s   ratio to the lower %.2f\n",
			clients, f, bare, wire, f.perSecond/min(bare.perSecond, wire.perSecond))
	}
	return nil
}

// createText is the statement of a durable commit.
const createText = "CREATE (:Write {n: $n})"

// writer opens a client that creates a node a call, each in a commit of its own.
func (b *bench) writer(client int) (once func(i int) error, done func(), err error) {
	c, err := dialBolt(b.server.Addr)
	if err != nil {
		return nil, nil, err
	}
	var req []byte
	once = func(i int) error {
		req = request(req[:0], createText, "n", int64(client)<<32|int64(i))
		return c.exchange(req)
	}
	return once, func() { _ = c.conn.Close() }, nil
}
