package main

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"time"

	"memgraphd/test/harness"
	"memgraphd/test/pokec"
)

const (
	// commitRecord is the size of the bare records that durable commits are compared with.
	commitRecord = 200
	// commitRounds is how often server, disk and echo have their turn.
	commitRounds = 5
	// hubWriters write at one node, and at as many.
	hubWriters = 64
	// createText is the statement of a durable commit.
	createText = "CREATE (:Write {n: $n})"
)

// writes measures durable single-statement commits beside the disk's own group commit and a
// bare echo of the same messages, in turns.
func (b *bench) writes(context.Context) error {
	counts, err := numbers(b.writers)
	if err != nil {
		return err
	}
	for _, clients := range counts {
		var f, disk, wire []figure
		err := b.profiled(fmt.Sprintf("write-%d", clients), b.each, func() (err error) {
			f, disk, wire, err = b.committing(clients, true)
			return err
		})
		if err != nil {
			return err
		}
		ratio := make([]float64, len(f))
		for i := range f {
			ratio[i] = f[i].perSecond / min(disk[i].perSecond, wire[i].perSecond)
		}
		mid := middle(f)
		b.printf("durable commits   %3d clients: %s, %s of processor each   bare group commit %9.0f/s   echo %9.0f/s, %s   ratio to the lower %.2f\n",
			clients, mid, mid.cpu, middle(disk).perSecond, middle(wire).perSecond, middle(wire).cpu, median(ratio))
		b.reached(fmt.Sprintf("commits over Bolt, %d clients, of the lower of disk and echo", clients), median(ratio),
			"%.0f, %.0f and %.0f a second, p99 %s", mid.perSecond, middle(disk).perSecond, middle(wire).perSecond, mid.p99.Round(time.Microsecond))
	}
	return nil
}

// committing lets the server, an echo and, if durable, the disk commit in turns.
func (b *bench) committing(clients int, durable bool) (server, disk, wire []figure, err error) {
	s, err := sampleOf(b.server.Addr, request(nil, createText, []string{"n"}, 0))
	if err != nil {
		return nil, nil, nil, err
	}
	each := max(b.each/commitRounds, 200*time.Millisecond)
	for range commitRounds {
		f, err := loopAt(b.server.PID(), clients, each, b.writer)
		if err != nil {
			return nil, nil, nil, err
		}
		server = append(server, f)
		if durable {
			if f, err = groupCommit(b.dir, clients, each); err != nil {
				return nil, nil, nil, err
			}
			disk = append(disk, f)
		}
		if f, err = echo(clients, each, s); err != nil {
			return nil, nil, nil, err
		}
		wire = append(wire, f)
	}
	return server, disk, wire, nil
}

// middle returns the figure whose rate is the median.
func middle(list []figure) figure {
	var rates []float64
	for _, f := range list {
		rates = append(rates, f.perSecond)
	}
	for _, f := range list {
		if f.perSecond == median(rates) {
			return f
		}
	}
	return figure{}
}

// writer opens a client that creates a node a call, each in a commit of its own.
func (b *bench) writer(client int) (once func(i int) error, done func(), err error) {
	c, err := dialBolt(b.server.Addr)
	if err != nil {
		return nil, nil, err
	}
	var req []byte
	once = func(i int) error {
		req = request(req[:0], createText, []string{"n"}, int64(client)<<32|int64(i))
		return c.exchange(req)
	}
	return once, func() { _ = c.conn.Close() }, nil
}

// async measures commits that are acknowledged before they are synced, beside an echo.
func (b *bench) async(ctx context.Context) error {
	counts, err := numbers(b.writers)
	if err != nil {
		return err
	}
	return b.withServer(ctx, filepath.Join(b.dir, "async"), func(context.Context) error {
		for _, clients := range counts {
			var f, wire []figure
			err := b.profiled(fmt.Sprintf("async-%d", clients), b.each, func() (err error) {
				f, _, wire, err = b.committing(clients, false)
				return err
			})
			if err != nil {
				return err
			}
			ratio := make([]float64, len(f))
			for i := range f {
				ratio[i] = f[i].perSecond / wire[i].perSecond
			}
			b.printf("unsynced commits  %3d clients: %s   echo %9.0f/s   ratio %.2f\n", clients, middle(f), middle(wire).perSecond, median(ratio))
			b.reached(fmt.Sprintf("unsynced commits, %d clients, of the echo", clients), median(ratio),
				"%.0f and %.0f a second", middle(f).perSecond, middle(wire).perSecond)
		}
		return nil
	}, "--storage-wal-file-flush-every-n-tx=100000")
}

// hub lets clients add relationships to one node, and to one each, in turns.
func (b *bench) hub(ctx context.Context) error {
	for _, text := range []string{
		"CREATE INDEX ON :Hub(id)", fmt.Sprintf("UNWIND range(0, %d) AS i CREATE (:Hub {id: i})", hubWriters),
	} {
		if _, err := harness.Query(ctx, b.driver, text, nil); err != nil {
			return err
		}
	}
	var refused atomic.Int64
	open := func(of func(client int) int64) func(int) (func(int) error, func(), error) {
		return func(client int) (func(int) error, func(), error) {
			c, err := dialBolt(b.server.Addr)
			if err != nil {
				return nil, nil, err
			}
			req := request(nil, "MATCH (h:Hub {id: $id}) CREATE (h)-[:TO]->(:Leaf)", []string{"id"}, of(client))
			return func(int) error {
				err := c.exchange(req)
				if err != nil {
					refused.Add(1)
					return c.again(err)
				}
				return nil
			}, func() { _ = c.conn.Close() }, nil
		}
	}
	var one, spread, ratio []float64
	var last figure
	for range commitRounds {
		f, err := loop(hubWriters, max(b.each/commitRounds, 200*time.Millisecond), open(func(int) int64 { return hubWriters }))
		if err != nil {
			return err
		}
		one, last = append(one, f.perSecond), f
		if f, err = loop(hubWriters, max(b.each/commitRounds, 200*time.Millisecond), open(func(client int) int64 { return int64(client) })); err != nil {
			return err
		}
		spread = append(spread, f.perSecond)
		ratio = append(ratio, one[len(one)-1]/f.perSecond)
	}
	b.printf("one node by %d writers: %.0f a second, p99 %s, %d refused; a node each: %.0f a second; ratio %.2f\n",
		hubWriters, median(one), last.p99.Round(time.Microsecond), refused.Load(), median(spread), median(ratio))
	b.reached("64 writers at one node, of 64 writers at as many", median(ratio), "%.0f and %.0f a second, %d refused", median(one), median(spread), refused.Load())
	return nil
}

// beside measures durable commits by 8 writers without and beside snapshots that follow each
// other, at the default throttle.
func (b *bench) beside(ctx context.Context, g *pokec.Graph) error {
	return b.withGraph(ctx, g, func(ctx context.Context) error {
		var quiet, during []figure
		snapshots := 0
		for range commitRounds {
			f, err := b.writersMeanwhile(func() error { time.Sleep(b.each); return nil })
			if err != nil {
				return err
			}
			quiet = append(quiet, f)
			f, err = b.writersMeanwhile(func() error {
				for begin := time.Now(); time.Since(begin) < b.each; snapshots++ {
					if _, failed := harness.Query(ctx, b.driver, "CREATE SNAPSHOT", nil); failed != nil {
						return failed
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
			during = append(during, f)
		}
		ratio := make([]float64, len(quiet))
		for i := range ratio {
			ratio[i] = float64(during[i].p99) / float64(quiet[i].p99)
		}
		b.printf("%d writers: %s; beside %d snapshots: %s; p99 %.2f times as long\n", backupWriters, middle(quiet), snapshots, middle(during), median(ratio))
		b.reached("writers' p99 during a snapshot, of that without", median(ratio), "p99 %s and %s",
			middle(during).p99.Round(time.Microsecond), middle(quiet).p99.Round(time.Microsecond))
		return nil
	})
}
