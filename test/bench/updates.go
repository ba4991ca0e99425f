package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"memgraphd/test/pokec"
)

// updates measures each statement that writes alone, every commit synced, beside what the disk
// and an echo do in the same run.
func (b *bench) updates(ctx context.Context, g *pokec.Graph) error {
	counts, err := numbers(b.clients)
	if err != nil {
		return err
	}
	return b.withGraph(ctx, g, func(context.Context) error {
		b.printf("\n%-31s %5s %10s %10s %10s %10s %10s %8s %12s\n", "update, "+g.Name, "conns", "per second", "p50", "p99", "p99.9", "cpu", "refused", "of the disk")
		for _, clients := range counts {
			disk, err := groupCommit(b.dir, clients, b.each)
			if err != nil {
				return err
			}
			for _, q := range pokec.Queries() {
				if !q.Writes || !wants(b.which, q.Name) {
					continue
				}
				if err := b.update(readingOf(g, q), clients, disk); err != nil {
					return fmt.Errorf("%s: %w", q.Name, err)
				}
			}
		}
		return nil
	})
}

// update lets clients write for a while. What meets another one's change is tried again.
func (b *bench) update(q reading, clients int, disk figure) error {
	var refused atomic.Int64
	before, err := cpuOf(b.server.PID())
	if err != nil {
		return err
	}
	f, err := loop(clients, b.each, func(client int) (func(int) error, func(), error) {
		c, refusal := dialBolt(b.server.Addr)
		if refusal != nil {
			return nil, nil, refusal
		}
		var req []byte
		return func(i int) error {
			req = q.request(req[:0], client, i)
			failed := c.exchange(req)
			if failed != nil {
				refused.Add(1)
				return c.again(failed)
			}
			return nil
		}, func() { _ = c.conn.Close() }, nil
	})
	if err != nil {
		return err
	}
	after, err := cpuOf(b.server.PID())
	if err != nil {
		return err
	}
	b.printf("%-31s %5d %10.1f %10s %10s %10s %10s %8d %12.2f\n", q.name, clients, f.perSecond, f.p50.Round(time.Microsecond), f.p99.Round(time.Microsecond),
		f.p999.Round(time.Microsecond), ((after - before) / time.Duration(max(f.count, 1))).Round(10*time.Nanosecond), refused.Load(), f.perSecond/disk.perSecond)
	return nil
}
