package attack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// number returns the value of an environment variable, or what is cheap.
func number(t *testing.T, name string, cheap int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return cheap
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestConnections has many clients that wait and many that ask as fast as they can, and
// stops the server under them.
func TestConnections(t *testing.T) {
	idle, busy := number(t, "MEMGRAPHD_IDLE", 200), number(t, "MEMGRAPHD_BUSY", 20)
	a := start(t, "--memory-limit=4096", "--bolt-max-connections=20000", "--bolt-max-unauthenticated-connections-per-address=20000")
	if err := errors.Join(a.once("CREATE INDEX ON :Point(id)"), a.once("UNWIND range(1, 10000) AS i CREATE (:Point {id: i})")); err != nil {
		t.Fatal(err)
	}
	before := a.resident()
	opening := time.Now()
	waiting := a.open(idle)
	opened := time.Since(opening)
	time.Sleep(2 * time.Second) // until the server has put its buffers away
	each := (a.resident() - before) / int64(idle)
	working := a.open(busy)

	var stop atomic.Bool
	var clients sync.WaitGroup
	times := make([][]time.Duration, busy)
	begun := time.Now()
	for i, p := range working {
		clients.Go(func() {
			for n := 0; !stop.Load(); n++ {
				at := time.Now()
				if err := p.ask(fmt.Sprintf("MATCH (p:Point {id: %d}) RETURN p.id", 1+n%10)); err != nil {
					t.Error(err)
					return
				}
				times[i] = append(times[i], time.Since(at))
			}
		})
	}
	during, cancel := context.WithTimeout(t.Context(), 25*length())
	defer cancel()
	var logins []time.Duration
	for during.Err() == nil {
		at := time.Now()
		if err := a.once("RETURN 1"); err != nil {
			t.Error(err)
		}
		logins = append(logins, time.Since(at))
		time.Sleep(20 * time.Millisecond)
	}
	peak := a.resident()
	stop.Store(true)
	clients.Wait()
	took := time.Since(begun)
	var all []time.Duration
	for _, one := range times {
		all = append(all, one...)
	}
	p := p99(all)
	t.Logf("%d idle connections opened in %.1f s, %.1f KiB of memory each; %d busy ones: %.0f queries a second, median %s, p99 %s; %d new clients meanwhile, p99 %s; %d MiB in all",
		idle, opened.Seconds(), float64(each)/1024, busy, float64(len(all))/took.Seconds(), all[len(all)/2].Round(10*time.Microsecond),
		p.Round(10*time.Microsecond), len(logins), p99(logins).Round(10*time.Microsecond), peak>>20)
	if each > 64<<10 {
		t.Errorf("%d bytes for each idle connection", each)
	}
	stopping := time.Now()
	if err := a.server.Stop(); err != nil {
		t.Errorf("%v\n%s", err, a.server.Log())
	}
	t.Logf("stopped in %.2f s with %d clients", time.Since(stopping).Seconds(), idle+busy)
	for _, p := range append(waiting, working...) {
		if _, err := p.in.ReadByte(); !errors.Is(err, io.EOF) {
			t.Fatalf("a client was not told of the end: %v", err)
		}
	}
}

// open logs in so many clients, each of which asks something once.
func (a *arena) open(count int) []*peer {
	a.t.Helper()
	peers := make([]*peer, count)
	var opening sync.WaitGroup
	const together = 16
	for w := range together {
		opening.Go(func() {
			for i := w; i < count; i += together {
				p, err := login(a.server.Addr)
				if err == nil {
					err = errors.Join(p.SetDeadline(time.Time{}), p.ask("RETURN 1"))
				}
				if err != nil {
					a.t.Error(err)
					return
				}
				a.t.Cleanup(func() { _ = p.Close() })
				peers[i] = p
			}
		})
	}
	opening.Wait()
	if a.t.Failed() {
		a.t.FailNow()
	}
	return peers
}

// once runs a statement on a connection of its own.
func (a *arena) once(statement string) error {
	p, err := login(a.server.Addr)
	if err != nil {
		return err
	}
	return errors.Join(p.ask(statement), p.Close())
}
