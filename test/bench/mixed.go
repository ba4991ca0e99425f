package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"memgraphd/test/pokec"
)

// mix is statements that the same clients send, each with its share.
type mix struct {
	name   string
	shares []share
}

type share struct {
	query   string
	percent int
}

// writesOf are the statements of the writing part of a mix.
func writesOf(percent int) []share {
	return []share{
		{"single_vertex_write", percent / 3}, {"single_edge_write", percent / 3}, {"single_vertex_property_update", percent - 2*(percent/3)},
	}
}

// mixes are 30 % writes with 70 % of one statement that reads, and some of everything.
func mixes() []mix {
	var list []mix
	for _, name := range []string{"single_vertex_read", "aggregate", "expansion_1", "expansion_2", "neighbours_2_with_data", "pattern_short", "shortest_path"} {
		list = append(list, mix{"30 % writes, 70 % " + name, append(writesOf(30), share{name, 70})})
	}
	hops := append(writesOf(30), share{"single_vertex_read", 40}, share{"expansion_1", 30})
	everything := []share{
		{"single_vertex_write", 10},
		{"single_edge_write", 10},
		{"single_vertex_read", 40},
		{"single_vertex_property_update", 30},
		{"expansion_1", 4},
		{"expansion_2", 2},
		{"pattern_cycle", 2},
		{"aggregate", 1},
		{"min_max_avg", 1},
	}
	return append(list, mix{"30 % writes, 70 % point reads and hops", hops}, mix{"writes 20, reads 40, updates 30, analytics 10", everything})
}

// mixed measures closed loops of statements of different kinds, by 12 and by 48 clients.
func (b *bench) mixed(ctx context.Context, g *pokec.Graph) error {
	counts, err := numbers(b.clients)
	if err != nil {
		return err
	}
	return b.withGraph(ctx, g, func(context.Context) error {
		b.printf("\n%-46s %5s %10s   %s\n", "mix, "+g.Name, "conns", "per second", "p50, p99, p99.9 of each")
		for _, m := range mixes() {
			for _, clients := range counts {
				if err := b.mixedLoop(g, m, clients); err != nil {
					return fmt.Errorf("%s: %w", m.name, err)
				}
			}
		}
		return nil
	})
}

// mixedLoop lets clients draw their statements for a while.
func (b *bench) mixedLoop(g *pokec.Graph, m mix, clients int) error {
	var readings []reading
	for _, s := range m.shares {
		q, err := pokec.Find(s.query)
		if err != nil {
			return err
		}
		readings = append(readings, readingOf(g, q))
	}
	var mu sync.Mutex
	took := make([][]time.Duration, len(readings))
	f, err := loop(clients, b.each, func(client int) (func(int) error, func(), error) {
		c, err := dialBolt(b.server.Addr)
		if err != nil {
			return nil, nil, err
		}
		r, mine, req := rand.New(rand.NewPCG(uint64(client), 9)), make([][]time.Duration, len(readings)), []byte(nil)
		once := func(i int) error {
			at := pick(m.shares, r.IntN(100))
			req = readings[at].request(req[:0], client, i)
			begin := time.Now()
			err := c.exchange(req)
			mine[at] = append(mine[at], time.Since(begin))
			if err != nil {
				return c.again(err)
			}
			return nil
		}
		return once, func() {
			_ = c.conn.Close()
			mu.Lock()
			defer mu.Unlock()
			for i := range took {
				took[i] = append(took[i], mine[i]...)
			}
		}, nil
	})
	if err != nil {
		return err
	}
	b.printf("%-46s %5d %10.0f  ", m.name, clients, f.perSecond)
	for i, s := range m.shares {
		slices.Sort(took[i])
		b.printf(" %s %s %s %s;", s.query, quantile(took[i], 0.5), quantile(took[i], 0.99), quantile(took[i], 0.999))
	}
	b.printf("\n")
	return nil
}

// pick returns the share that a number from 0 to 99 falls into.
func pick(shares []share, n int) int {
	for i, s := range shares {
		if n -= s.percent; n < 0 {
			return i
		}
	}
	return len(shares) - 1
}
