// Package history records what clients of the built server saw, over kills and restarts,
// and checks that it can be so: rings stay rings, sums stay the same, and the order of
// transactions has no cycle that snapshot isolation forbids.
package history

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
	"memgraphd/test/table"
)

// site is a server that is killed and started again on its directory while clients work.
type site struct {
	t      *testing.T
	binary string
	dir    string
	seed   uint64

	mu     sync.RWMutex
	server *harness.Server
	driver neo4j.DriverWithContext
	kills  int
	tried  atomic.Int64 // transactions that the server began for transact
}

func newSite(t *testing.T) *site {
	t.Helper()
	binary, err := harness.Binary(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, binary: binary, dir: filepath.Join(t.TempDir(), "data"), seed: table.Seed(t)}
	s.start()
	t.Cleanup(s.stop)
	return s
}

func (s *site) start() {
	server, err := harness.Start(s.binary, s.dir, "--storage-wal-file-size-kib=256", "--storage-snapshot-interval-sec=1", "--storage-snapshot-retention-count=2")
	if err != nil {
		s.t.Fatal(err)
	}
	driver, err := server.Driver()
	if err != nil {
		s.t.Fatal(err)
	}
	s.server, s.driver = server, driver
}

func (s *site) stop() {
	s.server.Kill()
	_ = s.driver.Close(context.Background())
}

// restart kills the server and starts it again.
func (s *site) restart() {
	s.server.Kill() // while the clients are at it
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.driver.Close(context.Background())
	s.start()
	s.kills++
}

// now returns the driver to the server that runs.
func (s *site) now() neo4j.DriverWithContext {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.driver
}

// run runs a statement and fails the test where it fails.
func (s *site) run(text string, params map[string]any) []*neo4j.Record {
	s.t.Helper()
	rows, err := harness.Query(context.Background(), s.now(), text, params)
	if err != nil {
		s.t.Fatalf("%s: %v", text, err)
	}
	return rows
}

// clients runs n clients until all have ended; with kills, the server is killed now and
// then meanwhile.
func (s *site) clients(n int, kills bool, client func(id int, r *rand.Rand)) {
	kill := make(chan struct{})
	ended := make(chan struct{})
	defer close(ended)
	if kills {
		r := rand.New(rand.NewPCG(s.seed, 1<<32+uint64(s.kills)))
		go func() {
			for {
				s.wait(time.Duration(60+r.IntN(300))*time.Millisecond, 50+r.Int64N(200))
				select {
				case <-ended:
					return
				case kill <- struct{}{}:
				}
			}
		}()
	}
	s.clientsAndKills(n, kill, client)
}

// wait waits for a time, or until so many transactions were begun: clients that are to make
// a number of them may be through before the time is.
func (s *site) wait(d time.Duration, transactions int64) {
	limit, until := time.Now().Add(d), s.tried.Load()+transactions
	for time.Now().Before(limit) && s.tried.Load() < until {
		time.Sleep(time.Millisecond)
	}
}

// clientsAndKills runs n clients until all have ended, and kills the server at each message.
func (s *site) clientsAndKills(n int, kill <-chan struct{}, client func(id int, r *rand.Rand)) {
	var running sync.WaitGroup
	for id := range n {
		running.Go(func() { client(id, rand.New(rand.NewPCG(s.seed, uint64(id)))) })
	}
	done := make(chan struct{})
	go func() {
		running.Wait()
		close(done)
	}()
	for {
		select {
		case <-done:
			return
		case <-kill:
			s.restart()
		}
	}
}

// outcome is what a client knows of a transaction.
type outcome uint8

const (
	committed outcome = iota
	aborted           // told that it is not there, or never asked for the commit
	unknown           // the connection was lost in the commit
)

// judge tells the outcome by the error of a commit.
func judge(err error) outcome {
	var told *neo4j.Neo4jError
	switch {
	case err == nil:
		return committed
	case errors.As(err, &told):
		return aborted
	}
	return unknown
}

// transact runs fn in a transaction of its own.
func (s *site) transact(fn func(run func(text string, params map[string]any) ([]*neo4j.Record, error)) error) outcome {
	ctx := context.Background()
	session := s.now().NewSession(ctx, neo4j.SessionConfig{})
	defer func() { _ = session.Close(ctx) }()
	tx, err := session.BeginTransaction(ctx)
	if err != nil {
		time.Sleep(2 * time.Millisecond) // the server is down
		return aborted
	}
	defer func() { _ = tx.Close(ctx) }()
	s.tried.Add(1)
	err = fn(func(text string, params map[string]any) ([]*neo4j.Record, error) {
		r, failed := tx.Run(ctx, text, params)
		if failed != nil {
			return nil, failed
		}
		return r.Collect(ctx)
	})
	if err != nil {
		return aborted
	}
	return judge(tx.Commit(ctx))
}
