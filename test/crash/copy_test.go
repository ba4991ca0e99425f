package crash

import (
	"context"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
	"memgraphd/test/ledger"
	"memgraphd/test/table"
)

// yard is a server under the load of a ledger, which is killed, started, locked and copied.
type yard struct {
	t      *testing.T
	binary string
	dir    string
	flags  []string
	book   *ledger.Ledger
	row    table.Row

	server  *harness.Server
	driver  neo4j.DriverWithContext
	stop    context.CancelFunc
	stopped chan struct{}
	copies  int
	slowest time.Duration // start
}

func newYard(t *testing.T, test, what string, clients int, flags ...string) *yard {
	t.Helper()
	binary, err := harness.Binary(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	y := &yard{t: t, binary: binary, dir: filepath.Join(t.TempDir(), "data"), flags: flags}
	y.row = table.Row{Test: test, What: what, Seed: table.Seed(t)}
	y.book = ledger.New(clients, y.row.Seed)
	return y
}

// start starts the server and compares what is there with the ledger.
func (y *yard) start() {
	y.t.Helper()
	y.startFrom(y.book.Acknowledged(), y.book.Issued())
}

// startFrom starts the server and sees that each client has come to a place between marks.
func (y *yard) startFrom(low, high ledger.Mark) {
	y.t.Helper()
	began := time.Now()
	server, err := harness.Start(y.binary, y.dir, y.flags...)
	if err != nil {
		y.t.Fatalf("MEMGRAPHD_SEED=%d: %v", y.row.Seed, err)
	}
	y.slowest = max(y.slowest, time.Since(began))
	driver, err := server.Driver()
	if err != nil {
		y.t.Fatal(err)
	}
	y.server, y.driver = server, driver
	if err := y.book.Prepare(y.t.Context(), driver); err != nil {
		y.t.Fatalf("%v\nits log:\n%s", err, server.Log())
	}
	found := y.compare(driver, low, high, server)
	y.book.Adopt(found)
}

// compare reads a graph and counts what is wrong.
func (y *yard) compare(d neo4j.DriverWithContext, low, high ledger.Mark, s *harness.Server) ledger.Mark {
	y.t.Helper()
	r, err := y.book.Check(y.t.Context(), d, low, high)
	if err != nil {
		y.t.Fatal(err)
	}
	y.row.Lost += r.Lost
	y.row.Undetected += int64(len(r.Problems))
	if r.Lost > 0 || len(r.Problems) > 0 {
		y.t.Fatalf("MEMGRAPHD_SEED=%d: %d transactions are lost; %q\nits log:\n%s", y.row.Seed, r.Lost, r.Problems, s.Log())
	}
	return r.Found
}

// work lets the clients and the others work until rest.
func (y *yard) work(others ...func(ctx context.Context, d neo4j.DriverWithContext)) {
	ctx, cancel := context.WithCancel(y.t.Context())
	y.stop, y.stopped = cancel, make(chan struct{})
	d, stopped := y.driver, y.stopped
	ended := make(chan struct{})
	for _, other := range others {
		go func() {
			other(ctx, d)
			ended <- struct{}{}
		}()
	}
	go func() {
		_ = y.book.Run(ctx, d) // it ends where the server does
		for range others {
			<-ended
		}
		close(stopped)
	}()
}

// kill ends the server at once, and then the clients.
func (y *yard) kill() {
	y.server.Kill()
	y.rest()
	_ = y.driver.Close(context.Background())
}

// rest waits for the clients.
func (y *yard) rest() {
	y.stop()
	<-y.stopped
}

func (y *yard) query(text string) []*neo4j.Record {
	y.t.Helper()
	rows, err := harness.Query(y.t.Context(), y.driver, text, nil)
	if err != nil {
		y.t.Fatalf("MEMGRAPHD_SEED=%d: %s: %v\nits log:\n%s", y.row.Seed, text, err, y.server.Log())
	}
	return rows
}

// lockedCopy locks the directory, copies it, and sees that nothing that was there at the
// lock has changed until the end; while runs between.
func (y *yard) lockedCopy(while func()) (to string, low, high ledger.Mark) {
	y.t.Helper()
	low = y.book.Acknowledged()
	y.query("LOCK DATA DIRECTORY")
	before := prints(y.t, y.dir)
	while()
	y.copies++
	to = filepath.Join(y.t.TempDir(), fmt.Sprintf("copy%d", y.copies))
	if out, err := exec.CommandContext(y.t.Context(), "cp", "-a", y.dir, to).CombinedOutput(); err != nil {
		y.t.Fatalf("MEMGRAPHD_SEED=%d: %v: %s", y.row.Seed, err, out)
	}
	high = y.book.Issued()
	after := prints(y.t, y.dir)
	newest := ""
	for name := range before {
		if strings.HasSuffix(name, ".wal") && name > newest {
			newest = name
		}
	}
	for name, had := range before {
		// The newest segment is the one that is written to; what it had must stay.
		if after[name] != had && name != newest {
			y.row.Undetected++
			y.t.Errorf("MEMGRAPHD_SEED=%d: %s was changed or removed while the directory was locked", y.row.Seed, name)
		}
	}
	y.query("UNLOCK DATA DIRECTORY")
	return to, low, high
}

// prints maps the files of a directory to their checksums; spares mean nothing, and the
// lock of the process is no data.
func prints(t *testing.T, dir string) map[string]uint32 {
	t.Helper()
	out := map[string]uint32{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == ".lock" || strings.HasSuffix(path, ".spare") {
			return err
		}
		data, err := os.ReadFile(path)
		out[path] = crc32.ChecksumIEEE(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// open starts a server on a copy and compares what it finds.
func (y *yard) open(to string, low, high ledger.Mark) {
	y.t.Helper()
	s, err := harness.Start(y.binary, to, y.flags...)
	if err != nil {
		y.row.Lost++
		y.t.Fatalf("MEMGRAPHD_SEED=%d: a copy does not start: %v", y.row.Seed, err)
	}
	defer s.Kill()
	d, err := s.Driver()
	if err != nil {
		y.t.Fatal(err)
	}
	defer func() { _ = d.Close(context.Background()) }()
	y.compare(d, low, high, s)
	y.row.States++
	if err := os.RemoveAll(to); err != nil {
		y.t.Fatal(err)
	}
}

func (y *yard) report(began time.Time) {
	y.t.Helper()
	y.row.Acknowledged = y.book.Total()
	y.row.Took = time.Since(began)
	table.Add(y.t, y.row)
	if y.row.States == 0 || y.row.Acknowledged == 0 {
		y.t.Error("nothing was shown")
	}
}

// again runs a statement until the end; what it answers is of no interest.
func again(text string) func(context.Context, neo4j.DriverWithContext) {
	return func(ctx context.Context, d neo4j.DriverWithContext) {
		for ctx.Err() == nil {
			if _, err := harness.Query(ctx, d, text, nil); err != nil {
				time.Sleep(2 * time.Millisecond)
			}
		}
	}
}

// TestLockedCopies takes MEMGRAPHD_COPIES (2) copies under load while the directory is
// locked, starts each, and finds a state no older than its lock.
func TestLockedCopies(t *testing.T) {
	y := newYard(t, "R10", "locked copies under load, each started", 6,
		"--storage-wal-file-size-kib=64", "--storage-snapshot-interval-sec=1", "--storage-snapshot-retention-count=1")
	began := time.Now()
	r := rand.New(rand.NewPCG(y.row.Seed, 3))
	y.start()
	y.work()
	for range table.Count(t, "MEMGRAPHD_COPIES", 2) {
		time.Sleep(time.Duration(r.IntN(300)) * time.Millisecond)
		y.open(y.lockedCopy(func() {
			time.Sleep(time.Duration(r.IntN(300)) * time.Millisecond)
			switch r.IntN(4) {
			case 0:
				y.query("LOCK DATA DIRECTORY") // a second owner changes nothing
			case 1:
				y.kill()
				y.start()
				y.work()
				if got := fmt.Sprint(y.query("DATA DIRECTORY LOCK STATUS")[0].Values...); !strings.Contains(got, "is locked") {
					t.Errorf("after a restart: %s", got)
				}
			}
		}))
	}
	y.rest()
	y.kill()
	y.report(began)
}

// TestKillDuringAll kills the server MEMGRAPHD_KILLS (3) times under 16 writers, while
// snapshots are written, indexes built and the directory locked.
func TestKillDuringAll(t *testing.T) {
	y := newYard(t, "R6", "kill -9 under 16 writers, snapshots, indexes, locks", 16,
		"--storage-wal-file-size-kib=64", "--storage-snapshot-retention-count=2")
	began := time.Now()
	r := rand.New(rand.NewPCG(y.row.Seed, 4))
	y.start()
	for range table.Count(t, "MEMGRAPHD_KILLS", 3) {
		all := []string{
			"CREATE SNAPSHOT", "CREATE INDEX ON :Right(n)", "DROP INDEX ON :Right(n)",
			"LOCK DATA DIRECTORY", "UNLOCK DATA DIRECTORY",
		}
		var others []func(context.Context, neo4j.DriverWithContext)
		for _, text := range all[:1+r.IntN(len(all))] {
			others = append(others, again(text))
		}
		y.work(others...)
		time.Sleep(time.Duration(20+r.IntN(400)) * time.Millisecond)
		y.kill()
		y.start()
		y.row.States++
	}
	y.server.Kill()
	y.report(began)
	t.Logf("the slowest start took %v", y.slowest)
	if y.slowest > 20*time.Second {
		t.Error("a start took too long for so little data")
	}
}
