package main

import (
	"context"
	"fmt"
	"time"

	"memgraphd/test/harness"
	"memgraphd/test/snb"
)

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
	return b.profiled("load-counts", b.each, func() error { return b.nineCounts(ctx) })
}

// nineCounts asks for each of the nine counts three times.
func (b *bench) nineCounts(ctx context.Context) error {
	all := time.Duration(0) // the least processor time of each
	b.counted = map[string]time.Duration{}
	for _, c := range snb.Counts() {
		best, least := time.Hour, time.Hour
		for range 3 {
			begin := time.Now()
			processor, err := cpuOf(b.server.PID())
			if err != nil {
				return err
			}
			n, err := harness.Int(ctx, b.driver, c.Text)
			if err != nil {
				return fmt.Errorf("%s: %w", c.Name, err)
			}
			if n != c.Answer {
				return fmt.Errorf("%s: %d, want %d", c.Name, n, c.Answer)
			}
			best = min(best, time.Since(begin))
			after, err := cpuOf(b.server.PID())
			if err != nil {
				return err
			}
			least = min(least, after-processor)
		}
		all += least
		b.counted[c.Name] = least
		b.printf("  %s %12d rows counted in %8.1f ms, %8.1f ms of processor time\n", c.Name, c.Answer, milliseconds(best), milliseconds(least))
	}
	b.reached("s1 to s9 together, ms of one core", milliseconds(all), "sum of the least processor times of three runs each")
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }
