package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"memgraphd/test/pokec"
)

// collected is what the lines of Go's collector add up to.
type collected struct {
	cycles  int
	cpu     time.Duration // of its own goroutines and of those that helped, without idle time
	assists time.Duration // of those that had to help
	pause   time.Duration // the longest in which nothing ran
}

// collector measures what Go's collector takes of the processor while queries run, and the
// longest time in which it stops them.
func (b *bench) collector(ctx context.Context, g *pokec.Graph) error {
	if err := os.Setenv("GODEBUG", "gctrace=1"); err != nil {
		return err
	}
	defer func() { _ = os.Unsetenv("GODEBUG") }()
	return b.withGraph(ctx, g, func(context.Context) error {
		if err := os.Unsetenv("GODEBUG"); err != nil {
			return err
		}
		s := &side{pid: b.server.PID()}
		defer s.close()
		for client, name := range underLoad() {
			q, err := pokec.Find(name)
			if err != nil {
				return err
			}
			if err = s.add(func() (*boltClient, error) { return dialBolt(b.server.Addr) }, client, readingOf(g, q)); err != nil {
				return err
			}
		}
		from := len(b.server.Log())
		if err := s.round(3 * b.each); err != nil {
			return err
		}
		sum, err := collections(b.server.Log()[from:])
		if err != nil {
			return err
		}
		share := 100 * float64(sum.cpu) / float64(s.cpu)
		b.printf("%s: collector beside %d clients that read and write for %s: %d cycles, %.2f %% of the processor time (%s of %s), helping queries %s, "+
			"longest stop %s\n", g.Name, len(s.conns), 3*b.each, sum.cycles, share, sum.cpu.Round(time.Millisecond), s.cpu.Round(time.Millisecond),
			sum.assists.Round(time.Microsecond), sum.pause)
		b.reached("collector, "+g.Name+" graph under queries, percent of processor time", share,
			"%d cycles, longest stop %s, queries helped %s", sum.cycles, sum.pause, sum.assists.Round(time.Microsecond))
		return nil
	})
}

// underLoad are the statements of the clients that keep the server busy.
func underLoad() []string {
	return []string{
		"single_vertex_read", "point_read", "single_vertex_write", "single_edge_write", "single_vertex_property_update",
		"expansion_1", "expansion_2", "expansion_3", "neighbours_2_with_data", "aggregate", "min_max_avg", "shortest_path",
	}
}

// traced is a line of GODEBUG=gctrace=1: clock and processor milliseconds of the phases.
var traced = regexp.MustCompile(`gc \d+ @\S+ \d+%: ([\d.]+)\+([\d.]+)\+([\d.]+) ms clock, ([\d.]+)\+([\d.]+)/([\d.]+)/([\d.]+)\+([\d.]+) ms cpu`)

// collections adds up the lines of a log.
func collections(log string) (collected, error) {
	var sum collected
	for line := range strings.Lines(log) {
		m := traced.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		var ms [9]time.Duration
		for i := 1; i < len(m); i++ {
			f, err := strconv.ParseFloat(m[i], 64)
			if err != nil {
				return sum, fmt.Errorf("%q: %w", line, err)
			}
			ms[i] = time.Duration(f * float64(time.Millisecond))
		}
		sum.cycles++
		sum.pause = max(sum.pause, ms[1], ms[3])
		sum.assists += ms[5]
		sum.cpu += ms[4] + ms[5] + ms[6] + ms[8] // 7 is time that nobody else wanted
	}
	return sum, nil
}
