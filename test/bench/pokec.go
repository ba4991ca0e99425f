package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/test/harness"
	"memgraphd/test/pokec"
)

const (
	// pokecSeed is the seed of all graphs.
	pokecSeed = 1
	// drawn is how many sets of parameters clients take turns with.
	drawn = 4096
	// patience is how long a closed loop may take at most, by what one client has met.
	patience = 20 * time.Second
	// restartWait bounds the wait for a server that opens another database.
	restartWait = time.Minute
)

// ofShapes makes a part of what is done with each graph of -shapes.
func (b *bench) ofShapes(fn func(context.Context, *pokec.Graph) error) func(context.Context) error {
	return func(ctx context.Context) error {
		for name := range strings.SplitSeq(b.shapes, ",") {
			shape, err := pokec.ShapeOf(name)
			if err != nil {
				return err
			}
			if err = fn(ctx, pokec.Generate(shape, pokecSeed)); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		return nil
	}
}

// withGraph runs fn while a server has a graph: it recovers an image of it, which is much
// faster than statements, and is started once more, so that its memory is that of a server with
// this graph.
func (b *bench) withGraph(ctx context.Context, g *pokec.Graph, fn func(context.Context) error) error {
	dir := filepath.Join(b.dir, "graph")
	defer func() { _ = os.RemoveAll(dir) }()
	images, data := filepath.Join(dir, "images"), filepath.Join(dir, "data")
	if err := os.MkdirAll(images, 0o750); err != nil {
		return err
	}
	path, err := image(ctx, g, images)
	if err != nil {
		return err
	}
	err = b.serve(ctx, data, func(ctx context.Context) error {
		if _, failed := harness.Query(ctx, b.driver, "RECOVER SNAPSHOT '"+path+"' FORCE", nil); failed != nil {
			return failed
		}
		return b.awaitNodes(ctx, int64(g.Users))
	}, "--storage-backup-roots="+images)
	if err == nil {
		err = b.serve(ctx, data, fn, "--query-execution-timeout-sec=60") // of one statement
	}
	return err
}

// image writes a snapshot of a graph and returns its path.
func image(ctx context.Context, g *pokec.Graph, dir string) (string, error) {
	s := storage.New(storage.Options{})
	if err := g.Fill(ctx, s); err != nil {
		return "", err
	}
	info, err := snapshot.Create(ctx, snapshot.Options{FS: vfs.OS(), Dir: dir, Store: s, Now: time.Now})
	if err != nil {
		return "", err
	}
	err = s.Close()
	debug.FreeOSMemory()
	return info.Path, err
}

// awaitNodes waits until the server has so many nodes.
func (b *bench) awaitNodes(ctx context.Context, want int64) error {
	var n int64
	var err error
	for deadline := time.Now().Add(restartWait); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if n, err = harness.Int(ctx, b.driver, "MATCH (n) RETURN count(n)"); err == nil && n == want {
			return nil
		}
	}
	return fmt.Errorf("after RECOVER SNAPSHOT the server has %d nodes, of %d: %w", n, want, err)
}

// readingOf draws the parameters of a query.
func readingOf(g *pokec.Graph, q pokec.Query) reading {
	r := rand.New(rand.NewPCG(7, 8))
	values := make([][]int64, drawn)
	for i := range values {
		for range q.Parameters {
			values[i] = append(values[i], int64(1+r.IntN(g.Users)))
		}
	}
	return reading{name: q.Name, text: q.Text, parameters: q.Parameters, draw: func(client, i int) []int64 {
		return values[(client*97+i)%drawn]
	}}
}

// besides are the queries that are short enough for an echo beside them to say something.
func besides() []string {
	return []string{
		"single_vertex_read", "point_read", "vertex_on_label_property_index", "expansion_1", "expansion_1_with_filter",
		"pattern_short", "pattern_long", "pattern_cycle", "shortest_path",
	}
}

// pokecQueries measures each statement that reads alone: by each number of clients, in a closed
// loop.
func (b *bench) pokecQueries(ctx context.Context, g *pokec.Graph) error {
	return b.withGraph(ctx, g, func(ctx context.Context) error {
		after, err := b.info(ctx)
		if err != nil {
			return err
		}
		b.printf("\n%s: %d users, %d relationships, resident %s\n", g.Name, g.Users, g.Relationships, after["resident"])
		b.printf("%-31s %5s %10s %10s %10s %10s %10s %8s %10s %6s %9s\n",
			"query", "conns", "per second", "p50", "p99", "p99.9", "cpu", "allocs", "ns a row", "echo", "its p99")
		counts, err := numbers(b.clients)
		if err != nil {
			return err
		}
		for _, q := range pokec.Queries() {
			if q.Writes || !wants(b.which, q.Name) {
				continue
			}
			if err := b.pokecQuery(ctx, g, q, counts); err != nil {
				b.printf("%-31s failed: %.150s\n", q.Name, strings.ReplaceAll(err.Error(), "\n", " "))
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		return nil
	})
}

func (b *bench) pokecQuery(ctx context.Context, g *pokec.Graph, q pokec.Query, counts []int) error {
	reads := readingOf(g, q)
	each := time.Duration(0) // of one client
	for _, clients := range counts {
		if each*time.Duration(clients)/2 > patience {
			b.printf("%-31s %5d left out: %s each for one client\n", q.Name, clients, each.Round(time.Millisecond))
			continue
		}
		var server, plain *side
		err := b.profiled(fmt.Sprintf("%s-%s-%d", g.Name, q.Name, clients), b.each, func() (err error) {
			if slices.Contains(besides(), q.Name) {
				server, plain, err = b.besideEcho(reads, clients)
			} else {
				server, err = b.alone(reads, clients)
			}
			return err
		})
		if err != nil {
			return err
		}
		if each == 0 {
			each = time.Duration(float64(clients) / median(server.rates) * float64(time.Second))
		}
		b.printf("%-31s %5d %10.1f %10s %10s %10s %10s", q.Name, clients, median(server.rates),
			server.at(0.5), server.at(0.99), server.at(0.999), server.perCall())
		if err = b.pokecBesides(ctx, g, q, reads, server, plain); err != nil {
			return err
		}
		b.judge(g, q, clients, server, plain)
	}
	return nil
}

// pokecBesides ends a line: allocations where a statement is short, what a user costs where all
// are looked at, the echo where it was measured.
func (b *bench) pokecBesides(ctx context.Context, g *pokec.Graph, q pokec.Query, reads reading, server, plain *side) error {
	allocs := "-"
	if server.at(0.5) < time.Millisecond {
		n, err := b.allocations(ctx, reads)
		if err != nil {
			return err
		}
		allocs = fmt.Sprintf("%.1f", n)
	}
	row := "-"
	if q.Scans {
		row = fmt.Sprintf("%.2f", float64(server.perCall().Nanoseconds())/float64(g.Users))
	}
	b.printf(" %8s %10s", allocs, row)
	if plain != nil {
		b.printf(" %6.2f %9s", median(ratiosOf(server.rates, plain.rates)), plain.at(0.99))
	}
	b.printf("\n")
	return nil
}

// judge notes the figures of aims.
func (b *bench) judge(g *pokec.Graph, q pokec.Query, clients int, server, plain *side) {
	cpu := milliseconds(server.perCall())
	tail := fmt.Sprintf("p50 %s, p99 %s of %d at a time", server.at(0.5), server.at(0.99), clients)
	if plain != nil && clients > 1 && g.Name == "medium" {
		text := fmt.Sprintf("%.0f and %.0f a second", median(server.rates), median(plain.rates))
		for name, as := range map[string]string{"point_read": "point read", "expansion_1": "one hop"} {
			if q.Name == name {
				b.reached(fmt.Sprintf("%s, %d connections, of the echo", as, clients), median(ratiosOf(server.rates, plain.rates)), "%s", text)
				b.reached(fmt.Sprintf("%s, %d connections, p99 of the echo's", as, clients),
					float64(server.at(0.99))/float64(max(plain.at(0.99), 1)), "%s and %s", server.at(0.99), plain.at(0.99))
			}
		}
	}
	if clients != 1 {
		return
	}
	for name, as := range map[string]string{"aggregate": "group by age", "aggregate_with_filter": "group by with a filter", "min_max_avg_of_label": "min, max, avg"} {
		if q.Name == name {
			row, memory := cpu*1e6/float64(g.Users), ""
			if b.memory > 0 {
				memory = fmt.Sprintf(", %.1f times what memory takes for 8 bytes", row/(8e9/b.memory))
			}
			b.reached(as+", "+g.Name+", ns a row and core", row, "%s%s", tail, memory)
		}
	}
	if g.Name != "medium" {
		return
	}
	for name, as := range map[string]string{
		"expansion_3": "ends of 3 hops, medium, ms of one core", "expansion_4": "ends of 4 hops, medium, ms of one core",
		"neighbours_4": "ends of 1 to 4 hops, medium, ms of one core", "count_two_paths": "paths of two relationships counted, medium, ms of one core",
	} {
		if q.Name == name {
			b.reached(as, cpu, "%s", tail)
		}
	}
	switch q.Name {
	case "point_read":
		b.pointed = server.at(0.5)
	case "shortest_path":
		if b.pointed > 0 {
			b.reached("shortest path, of the point read's latency", float64(server.at(0.5))/float64(b.pointed), "p50 %s and %s", server.at(0.5), b.pointed)
		}
	}
}

// alone measures a statement by some clients without anything beside it.
func (b *bench) alone(q reading, clients int) (*side, error) {
	s := &side{pid: b.server.PID()}
	defer s.close()
	for client := range clients {
		if err := s.add(func() (*boltClient, error) { return dialBolt(b.server.Addr) }, client, q); err != nil {
			return nil, err
		}
	}
	if err := s.calls[0](); err != nil { // the plan
		return nil, err
	}
	if err := s.round(b.each); err != nil {
		return nil, err
	}
	slices.Sort(s.took)
	return s, nil
}
