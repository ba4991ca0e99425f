package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"memgraphd/test/harness"
)

const (
	// pointNodes is how many nodes the point read chooses from.
	pointNodes = 100_000
	// roundLength is how long server and echo are measured before it is the other's turn.
	roundLength = 250 * time.Millisecond
	// allocationRuns is how many statements allocations are averaged over.
	allocationRuns = 2000
)

// reading is a statement that is asked again and again. draw gives the values of its
// parameters, those of the call number i of a client.
type reading struct {
	name, text string
	parameters []string
	draw       func(client, i int) []int64
}

// request encodes the call number i of a client.
func (q reading) request(dst []byte, client, i int) []byte {
	if len(q.parameters) == 0 {
		return request(dst, q.text, nil)
	}
	return request(dst, q.text, q.parameters, q.draw(client, i)...)
}

// reads measures short statements beside a bare echo.
func (b *bench) reads(ctx context.Context) error {
	counts, err := numbers(b.clients)
	if err != nil {
		return err
	}
	for _, text := range []string{
		"CREATE INDEX ON :Bench(id)",
		fmt.Sprintf("UNWIND range(0, %d) AS i CREATE (:Bench {id: i + 1000000, age: i %% 100})", pointNodes-1),
	} {
		if _, err = harness.Query(ctx, b.driver, text, nil); err != nil {
			return err
		}
	}
	draw := func(client, i int) []int64 { return []int64{1_000_000 + int64(client*7919+i*48271)%pointNodes} }
	b.printf("%-17s %5s %9s %9s %6s %13s %9s %9s %9s %9s %9s %8s\n", "read", "conns", "server/s", "echo/s", "ratio",
		"from-to", "p50", "p99", "echo p99", "cpu", "echo cpu", "allocs")
	for _, q := range []reading{
		{"RETURN 1", "RETURN 1 AS n", nil, nil},
		{"point read", "MATCH (n:Bench {id: $id}) RETURN n.age AS age", []string{"id"}, draw},
		{"1,000 rows", "UNWIND range(1, 1000) AS i RETURN i", nil, nil},
		{"point read, node", "MATCH (n:Bench {id: $id}) RETURN n", []string{"id"}, draw},
	} {
		if !wants(b.which, q.name) {
			continue
		}
		for _, clients := range counts {
			if err = b.read(ctx, q, clients); err != nil {
				return fmt.Errorf("%s: %w", q.name, err)
			}
		}
	}
	return nil
}

// read measures one statement by some clients, in turns with an echo of the same bytes.
func (b *bench) read(ctx context.Context, q reading, clients int) error {
	server, plain, err := b.besideEcho(q, clients)
	if err != nil {
		return err
	}
	allocs, err := b.allocations(ctx, q)
	if err != nil {
		return err
	}
	ratios := ratiosOf(server.rates, plain.rates)
	b.printf("%-17s %5d %9.0f %9.0f %6.2f %6.2f-%6.2f %9s %9s %9s %9s %9s %8.1f\n", q.name, clients, median(server.rates), median(plain.rates),
		median(ratios), slices.Min(ratios), slices.Max(ratios), server.at(0.5), server.at(0.99), plain.at(0.99), server.perCall(), plain.perCall(), allocs)
	b.reached(fmt.Sprintf("`%s`, %d connections, of the echo", q.name, clients), median(ratios), "%.0f and %.0f a second", median(server.rates), median(plain.rates))
	return nil
}

// besideEcho measures a statement by some clients, in turns with an echo of as many bytes.
func (b *bench) besideEcho(q reading, clients int) (server, plain *side, err error) {
	s, err := typicalOfAll(b.server.Addr, q)
	if err != nil {
		return nil, nil, err
	}
	bare, err := startEcho(s)
	if err != nil {
		return nil, nil, err
	}
	defer bare.stop()
	server = &side{pid: b.server.PID()}
	defer server.close()
	plain = &side{pid: bare.pid()}
	defer plain.close()
	for client := range clients {
		if err = server.add(func() (*boltClient, error) { return dialBolt(b.server.Addr) }, client, q); err != nil {
			return nil, nil, err
		}
		if err = plain.add(bare.dial, client, q); err != nil {
			return nil, nil, err
		}
	}
	err = alternate(server, plain, max(3, int(b.each/(2*roundLength))))
	slices.Sort(server.took)
	slices.Sort(plain.took)
	return server, plain, err
}

// ratiosOf divides the rates of a round by those of the other side.
func ratiosOf(a, b []float64) []float64 {
	ratios := make([]float64, min(len(a), len(b)))
	for i := range ratios {
		ratios[i] = a[i] / b[i]
	}
	return ratios
}

// allocations returns how many objects the server allocates for a statement.
func (b *bench) allocations(ctx context.Context, q reading) (float64, error) {
	c, err := dialBolt(b.server.Addr)
	if err != nil {
		return 0, err
	}
	defer func() { _ = c.conn.Close() }()
	var counts [2]float64
	for i := range counts {
		if counts[i], err = b.allocated(ctx); err != nil {
			return 0, err
		}
		for n := range int64(allocationRuns * (1 - i)) {
			if err = c.exchange(q.request(nil, 0, int(n))); err != nil {
				return 0, err
			}
		}
	}
	again, err := b.allocated(ctx) // what asking costs
	if err != nil {
		return 0, err
	}
	return max(0, (counts[1]-counts[0])-(again-counts[1])) / allocationRuns, nil
}

// allocated returns how many objects the server has allocated since its start.
func (b *bench) allocated(ctx context.Context) (float64, error) {
	rows, err := harness.Query(ctx, b.driver, "SHOW STORAGE INFO", nil)
	if err != nil {
		return 0, err
	}
	for _, r := range rows {
		if r.Values[0] == "heap_allocations" {
			return strconv.ParseFloat(fmt.Sprint(r.Values[1]), 64)
		}
	}
	return 0, errors.New("SHOW STORAGE INFO has no heap_allocations")
}

// side is the server or the echo: its process, its clients and what was measured.
type side struct {
	pid   int
	conns []*boltClient
	calls []func() error
	rates []float64
	took  []time.Duration
	count int64
	cpu   time.Duration
}

// add opens a client. Its requests all have the same length.
func (s *side) add(dial func() (*boltClient, error), client int, q reading) error {
	c, err := dial()
	if err != nil {
		return err
	}
	s.conns = append(s.conns, c)
	i, req := 0, []byte(nil)
	s.calls = append(s.calls, func() error {
		i++
		req = q.request(req[:0], client, i)
		return c.exchange(req)
	})
	return nil
}

func (s *side) close() {
	for _, c := range s.conns {
		_ = c.conn.Close()
	}
}

// perCall is the processor time of the process for a call.
func (s *side) perCall() time.Duration {
	return (s.cpu / time.Duration(max(s.count, 1))).Round(10 * time.Nanosecond)
}

// at returns a quantile of the latencies, which are sorted.
func (s *side) at(q float64) time.Duration { return quantile(s.took, q) }

// quantile returns a quantile of sorted latencies.
func quantile(took []time.Duration, q float64) time.Duration {
	if len(took) == 0 {
		return 0
	}
	return took[int(q*float64(len(took)-1))].Round(time.Microsecond)
}

// alternate measures both sides in turns; who comes first alternates too.
func alternate(a, b *side, rounds int) error {
	for _, s := range []*side{a, b} { // to be warm
		if err := s.round(roundLength); err != nil {
			return err
		}
		s.rates, s.took, s.count, s.cpu = nil, nil, 0, 0
	}
	for range rounds {
		for _, s := range []*side{a, b} {
			if err := s.round(roundLength); err != nil {
				return err
			}
		}
		a, b = b, a
	}
	return nil
}

// round lets all clients call for d.
func (s *side) round(d time.Duration) error {
	var (
		stop  atomic.Bool
		mu    sync.Mutex
		wg    sync.WaitGroup
		first error
		count int64
	)
	before, err := cpuOf(s.pid)
	if err != nil {
		return err
	}
	begin := time.Now()
	for _, call := range s.calls {
		wg.Go(func() {
			var took []time.Duration
			var failed error
			for failed == nil && !stop.Load() {
				called := time.Now()
				failed = call()
				took = append(took, time.Since(called))
			}
			mu.Lock()
			defer mu.Unlock()
			count += int64(len(took))
			s.took = append(s.took, took...)
			if first == nil {
				first = failed
			}
		})
	}
	time.Sleep(d)
	stop.Store(true)
	wg.Wait()
	elapsed := time.Since(begin)
	after, err := cpuOf(s.pid)
	if err != nil {
		return err
	}
	s.rates = append(s.rates, float64(count)/elapsed.Seconds())
	s.count += count
	s.cpu += after - before
	return first
}

// cpuOf returns the processor time of a process, its system calls included.
func cpuOf(pid int) (time.Duration, error) {
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return 0, err
	}
	var sum time.Duration
	for _, t := range tasks {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/schedstat", pid, t.Name()))
		if err != nil {
			continue // the thread has ended meanwhile
		}
		ran, _, _ := strings.Cut(string(text), " ")
		n, err := strconv.ParseInt(ran, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("schedstat of %d: %w", pid, err)
		}
		sum += time.Duration(n)
	}
	return sum, nil
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
