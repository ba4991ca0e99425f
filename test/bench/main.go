// Command bench measures the server beside the machine that it runs on: every figure
// stands next to that of a bare echo, or of the bare disk, of the same run.
//
// It prints the tables of docs/benchmarks.md, the last of which says of each aim what was
// reached. The social network is loaded where ../shared/data is present.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "echo" {
		echoMain(os.Args[2])
		return
	}
	b := &bench{out: os.Stdout}
	flag.StringVar(&b.root, "root", ".", "the checkout")
	flag.StringVar(&b.dir, "dir", "", "where data directories go; default: a temporary directory")
	seconds := flag.Float64("seconds", 3, "length of each closed loop; beside an echo or the disk, of both together")
	flag.StringVar(&b.clients, "clients", "1,12,48", "the numbers of clients that read")
	flag.StringVar(&b.which, "reads", "", "names of the statements that are read with; default: all")
	flag.StringVar(&b.only, "only", "", "the parts to run; default: all but backup and many")
	flag.StringVar(&b.writers, "writers", "1,12,48,512", "the numbers of clients that commit")
	flag.StringVar(&b.shapes, "shapes", "medium", "the graphs of Pokec's shape: small, medium, large")
	flag.StringVar(&b.engine, "engine", "", "another engine for the part other: bolt:host:port, resp:host:port/graph or run:program")
	flag.StringVar(&b.profiles, "profiles", "", "a directory for profiles of the processor in the parts load, pokec, image, commit, write and async, whose largest shares are printed")
	flag.Int64Var(&b.count, "count", 24_000_000, "how often many reads")
	flag.Parse()
	b.each = time.Duration(*seconds * float64(time.Second))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := b.run(ctx)
	b.table()
	if err != nil {
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
	shapes  string
	engine  string
	count   int64
	binary  string

	profiles    string // directory for profiles; empty: none
	profilePort int    // of the server, if there are profiles

	server *harness.Server // of the part that runs
	driver neo4j.DriverWithContext

	figures map[string]noted         // by the name of the aim
	counted map[string]time.Duration // the least processor time of each of the nine counts
	memory  float64                  // bytes a second that a core reads; 0: not measured
	pointed time.Duration            // p50 of the point read of one client; 0: not measured
}

func (b *bench) printf(format string, args ...any) { _, _ = fmt.Fprintf(b.out, format, args...) }

// part is what -only names.
type part struct {
	name string
	run  func(context.Context) error
	// alone is set where the part starts no server, or servers of its own.
	alone bool
	// asked is set where it runs only if it is named.
	asked bool
}

func (b *bench) parts() []part {
	return []part{
		{name: "machine", run: b.machine, alone: true},
		{name: "load", run: b.load},
		{name: "read", run: b.reads},
		{name: "pokec", run: b.ofShapes(b.pokecQueries), alone: true},
		{name: "update", run: b.ofShapes(b.updates), alone: true},
		{name: "mixed", run: b.ofShapes(b.mixed), alone: true},
		{name: "open", run: b.ofShapes(b.open), alone: true},
		{name: "csv", run: b.ofShapes(b.csv), alone: true},
		{name: "image", run: b.ofShapes(b.images), alone: true},
		{name: "commit", run: b.commits, alone: true},
		{name: "write", run: b.writes},
		{name: "async", run: b.async, alone: true},
		{name: "hub", run: b.hub},
		{name: "beside", run: b.ofShapes(b.beside), alone: true},
		{name: "replay", run: b.replay, alone: true},
		{name: "collector", run: b.ofShapes(b.collector), alone: true},
		{name: "backup", run: b.backups, asked: true},
		{name: "many", run: b.many, asked: true},
		{name: "other", run: b.ofShapes(b.other), alone: true, asked: true},
	}
}

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
	if b.profiles != "" {
		if err = os.MkdirAll(b.profiles, 0o750); err != nil {
			return err
		}
	}
	if b.binary, err = harness.Binary(b.dir); err != nil {
		return err
	}
	for name := range strings.SplitSeq(b.only, ",") {
		if name != "" && !slices.ContainsFunc(b.parts(), func(p part) bool { return p.name == name }) {
			return fmt.Errorf("-only: there is no part %q", name)
		}
	}
	for _, p := range b.parts() {
		if !wants(b.only, p.name) || b.only == "" && p.asked {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		run := p.run
		if !p.alone {
			run = func(ctx context.Context) error {
				return b.withServer(ctx, filepath.Join(b.dir, p.name), p.run)
			}
		}
		if err := run(ctx); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

// withServer runs fn while a server runs on a directory, which is deleted at the end.
func (b *bench) withServer(ctx context.Context, dir string, fn func(context.Context) error, flags ...string) error {
	defer func() { _ = os.RemoveAll(dir) }()
	return b.serve(ctx, dir, fn, flags...)
}

// serve runs fn while a server runs on a directory, which stays.
func (b *bench) serve(ctx context.Context, dir string, fn func(context.Context) error, flags ...string) error {
	flags = append([]string{"--storage-snapshot-interval-sec=0", "--storage-snapshot-on-exit=false"}, flags...)
	if b.profiles != "" {
		var err error
		if b.profilePort, err = harness.FreePort(); err != nil {
			return err
		}
		flags = append(flags, fmt.Sprintf("--metrics-port=%d", b.profilePort), "--metrics-pprof")
	}
	server, err := harness.Start(b.binary, dir, flags...)
	if err != nil {
		return err
	}
	defer server.Kill()
	driver, err := server.Driver()
	if err != nil {
		return err
	}
	defer func() { _ = driver.Close(ctx) }()
	b.server, b.driver = server, driver
	return fn(ctx)
}

// numbers are those of a list with commas.
func numbers(list string) ([]int, error) {
	var out []int
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is no number of clients", text)
		}
		out = append(out, n)
	}
	return out, nil
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
