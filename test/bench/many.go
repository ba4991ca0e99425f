package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"memgraphd/test/harness"
)

const (
	// manyConnections read at the same time.
	manyConnections = 8
	// manyPipelined is how many statements a connection sends before it reads an answer.
	manyPipelined = 32
	// manyLooks is how often memory is looked at.
	manyLooks = 12
	// manyGrowth is what the process may be larger at the end than in the middle, beside a
	// tenth: what the collector leaves from one cycle to the next.
	manyGrowth = 32 << 20
)

// many reads one indexed node after the other, very often, and fails where the process grows
// by it.
func (b *bench) many(ctx context.Context) error {
	for _, text := range []string{
		"CREATE INDEX ON :Many(id)", fmt.Sprintf("UNWIND range(1, %d) AS i CREATE (:Many {id: i, age: i %% 100})", pointNodes),
	} {
		if _, err := harness.Query(ctx, b.driver, text, nil); err != nil {
			return err
		}
	}
	b.printf("%12s %9s %9s\n", "reads", "reads/s", "resident")
	var sizes []int64
	for look := range manyLooks {
		part := b.count / manyLooks
		began := time.Now()
		if err := b.manyReads(part); err != nil {
			return err
		}
		size, err := residentBytes(b.server.PID())
		if err != nil {
			return err
		}
		sizes = append(sizes, size)
		b.printf("%12d %9.0f %6d MiB\n", part*int64(look+1), float64(part)/time.Since(began).Seconds(), size>>20)
	}
	middle, end := sizes[len(sizes)/2], sizes[len(sizes)-1]
	if end > middle+middle/10+manyGrowth {
		return fmt.Errorf("the process has grown from %d to %d bytes while it was only read", middle, end)
	}
	return nil
}

// manyReads sends count reads over connections of their own.
func (b *bench) manyReads(count int64) error {
	var left atomic.Int64
	left.Store(count)
	failures := make([]error, manyConnections)
	var readers sync.WaitGroup
	for i := range failures {
		readers.Go(func() { failures[i] = b.manyReader(int64(i), &left) })
	}
	readers.Wait()
	return errors.Join(failures...)
}

// manyReader reads over one connection until nothing is left to read.
func (b *bench) manyReader(seed int64, left *atomic.Int64) (err error) {
	c, err := dialBolt(b.server.Addr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.conn.Close()) }()
	id := seed
	var flight []byte
	for left.Add(-manyPipelined) > -manyPipelined {
		flight = flight[:0]
		for range manyPipelined {
			id = (id + 7919) % pointNodes // a prime, so that all have their turn
			flight = request(flight, "MATCH (n:Many {id: $id}) RETURN n.age AS age", []string{"id"}, id+1)
		}
		if _, err = c.conn.Write(flight); err != nil {
			return err
		}
		if err = c.read(2 * manyPipelined); err != nil {
			return err
		}
	}
	return nil
}

// residentBytes returns the resident set of a process.
func residentBytes(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0, fmt.Errorf("/proc/%d/statm has %d fields", pid, len(fields))
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize()), err
}
