package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"memgraphd/test/pokec"
)

// openClients are the connections of an open loop.
const openClients = 48

// openReads are the statements whose tail is measured.
func openReads() []string {
	return []string{"point_read", "expansion_1", "expansion_2", "aggregate", "shortest_path"}
}

// open measures the tail: statements begin when their time has come, by a Poisson process,
// whether or not those before them have ended, and their latency counts from then. The rates
// are shares of what a closed loop of as many clients reaches in the same run.
func (b *bench) open(ctx context.Context, g *pokec.Graph) error {
	return b.withGraph(ctx, g, func(context.Context) error {
		b.printf("\n%-20s %12s %12s %10s %10s %10s %10s\n", "open loop, "+g.Name, "asked/s", "answered/s", "p50", "p99", "p99.9", "most")
		for _, name := range openReads() {
			q, err := pokec.Find(name)
			if err != nil {
				return err
			}
			if !wants(b.which, name) {
				continue
			}
			reads := readingOf(g, q)
			full, err := b.alone(reads, openClients)
			if err != nil {
				return err
			}
			for _, part := range []float64{0.25, 0.5, 0.75} {
				if err = b.openLoop(reads, part*median(full.rates)); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
		}
		return nil
	})
}

// openLoop sends a statement rate times a second.
func (b *bench) openLoop(q reading, rate float64) error {
	var (
		mu   sync.Mutex
		all  []time.Duration
		wg   sync.WaitGroup
		errs = make([]error, openClients)
	)
	begin := time.Now()
	for client := range openClients {
		wg.Go(func() {
			took, err := b.openClient(q, client, rate/openClients, begin)
			errs[client] = err
			mu.Lock()
			defer mu.Unlock()
			all = append(all, took...)
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	elapsed := time.Since(begin)
	slices.Sort(all)
	b.printf("%-20s %12.0f %12.0f %10s %10s %10s %10s\n", q.name, rate, float64(len(all))/elapsed.Seconds(),
		quantile(all, 0.5), quantile(all, 0.99), quantile(all, 0.999), quantile(all, 1))
	return nil
}

// openClient sends its share over one connection, one statement after the other.
func (b *bench) openClient(q reading, client int, rate float64, begin time.Time) ([]time.Duration, error) {
	c, err := dialBolt(b.server.Addr)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.conn.Close() }()
	r := rand.New(rand.NewPCG(uint64(client), 10))
	var took []time.Duration
	var req []byte
	due := time.Duration(0)
	for i := 0; ; i++ {
		due += time.Duration(r.ExpFloat64() / rate * float64(time.Second))
		if due > b.each {
			return took, nil
		}
		if wait := due - time.Since(begin); wait > 0 {
			time.Sleep(wait)
		}
		req = q.request(req[:0], client, i)
		if err := c.exchange(req); err != nil {
			return nil, err
		}
		took = append(took, time.Since(begin)-due)
	}
}
