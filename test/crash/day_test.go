package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
	"memgraphd/test/table"
)

// TestDay is a day in an hour, or in MEMGRAPHD_DAY (20s): constant writes, a snapshot
// every 1/360 of it (1s at least), each 1/60 (2s at least) a locked copy, which is started, and a kill. Each copy
// equals the ledger at a transaction no older than its lock; memory, files and
// descriptors stay flat.
func TestDay(t *testing.T) {
	day := table.Duration(t, "MEMGRAPHD_DAY", 20*time.Second)
	minute := max(day/60, 2*time.Second)
	y := newYard(t, "day", fmt.Sprintf("a day in %v: writes, snapshots, copies, kills", day), 8, "--storage-wal-file-size-kib=1024",
		"--storage-snapshot-retention-count=2", fmt.Sprintf("--storage-snapshot-interval-sec=%d", max(1, int(minute.Seconds())/6)))
	r := rand.New(rand.NewPCG(y.row.Seed, 5))
	began := time.Now()
	y.start()
	var samples []sample
	for time.Since(began) < day {
		turn := time.Now()
		y.work()
		time.Sleep(minute/4 + time.Duration(r.Int64N(int64(minute/4))))
		y.open(y.lockedCopy(func() { time.Sleep(time.Duration(r.Int64N(int64(minute / 8)))) }))
		time.Sleep(max(0, minute-time.Since(turn)))
		samples = append(samples, measure(t, y.server))
		y.kill()
		y.start()
	}
	y.server.Kill()
	y.report(began)
	flatAll(t, samples)
	t.Logf("%d kills, the slowest start took %v", len(samples), y.slowest)
}

var goroutine = regexp.MustCompile(`(?m)^(?:\[[^\]]*\] )*goroutine \d+ .*\[`)

// TestSoak keeps one server busy for MEMGRAPHD_SOAK (10s), with clients that come and go,
// statements that fail, snapshots and locks: what it takes of the machine stays flat.
func TestSoak(t *testing.T) {
	soak := table.Duration(t, "MEMGRAPHD_SOAK", 10*time.Second)
	y := newYard(t, "R18", fmt.Sprintf("soak of %v, no growth", soak), 8, "--storage-wal-file-size-kib=1024",
		"--storage-snapshot-interval-sec=2", "--storage-snapshot-retention-count=2")
	began := time.Now()
	y.start()
	y.work(
		again("MATCH (c:Ledger)-[:HAS]->(l:Left)-[p:PAIR]->(r:Right) RETURN count(*), max(l.n)"),
		again("MATCH (n) RETURN n.text / 0"),
		again("UNWIND range(1, 2000) AS x WITH collect(x) AS list RETURN size(list)"),
		come,
		lockNowAndThen,
	)
	var samples []sample
	for time.Since(began) < soak {
		time.Sleep(max(100*time.Millisecond, soak/200))
		samples = append(samples, measure(t, y.server))
		y.row.States++
	}
	y.rest()
	y.compare(y.driver, y.book.Acknowledged(), y.book.Issued(), y.server)
	_ = y.driver.Close(context.Background())
	time.Sleep(time.Second) // connections end
	if err := errors.Join(syscall.Kill(y.server.PID(), syscall.SIGQUIT)); err != nil {
		t.Fatal(err)
	}
	_ = y.server.Stop() // it ends with its goroutines on standard error
	n := len(goroutine.FindAllString(y.server.Log(), -1))
	y.report(began)
	flatAll(t, samples)
	t.Logf("%d goroutines at the end", n)
	if n == 0 || n > 100 {
		t.Errorf("%d goroutines of an idle server at the end", n)
	}
}

// come opens connections of its own and leaves.
func come(ctx context.Context, d neo4j.DriverWithContext) {
	target := d.Target()
	for ctx.Err() == nil {
		one, err := neo4j.NewDriverWithContext(target.String(), neo4j.NoAuth())
		if err != nil {
			return
		}
		_, _ = harness.Query(ctx, one, "RETURN 1", nil)
		_ = one.Close(context.Background())
		time.Sleep(5 * time.Millisecond)
	}
}

// lockNowAndThen locks the directory for a moment.
func lockNowAndThen(ctx context.Context, d neo4j.DriverWithContext) {
	for ctx.Err() == nil {
		time.Sleep(700 * time.Millisecond)
		_, _ = harness.Query(ctx, d, "LOCK DATA DIRECTORY", nil)
		time.Sleep(100 * time.Millisecond)
		_, _ = harness.Query(ctx, d, "UNLOCK DATA DIRECTORY", nil)
	}
}
