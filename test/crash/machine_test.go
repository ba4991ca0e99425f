package crash

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"memgraphd/test/ledger"
	"memgraphd/test/table"
)

// lossMax is how much may be missing after the loss of a machine.
const lossMax = 2 * time.Second

// restored is what the command restore says.
type restored struct {
	Commit      uint64    `json:"commit"`
	Time        time.Time `json:"time"`
	NewTimeline uint32    `json:"newTimeline"`
	Replayed    int64     `json:"replayed"`
}

// command runs the binary and decodes the JSON object that it prints.
func (y *yard) command(into any, args ...string) {
	y.t.Helper()
	out, err := exec.CommandContext(y.t.Context(), y.binary, append(args, "--json", "--quiet")...).Output()
	if err != nil {
		text := ""
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			text = string(exit.Stderr)
		}
		y.t.Fatalf("MEMGRAPHD_SEED=%d: %q: %v\n%s", y.row.Seed, args, err, text)
	}
	if err := json.Unmarshal(out, into); err != nil {
		y.t.Fatalf("%q: %v: %s", args, err, out)
	}
}

// diary notes now and then what was acknowledged.
type diary struct {
	times []time.Time
	marks []ledger.Mark
	stop  chan struct{}
	ended chan struct{}
}

func (y *yard) diary() *diary {
	d := &diary{stop: make(chan struct{}), ended: make(chan struct{})}
	go func() {
		defer close(d.ended)
		for {
			d.marks = append(d.marks, y.book.Acknowledged())
			d.times = append(d.times, time.Now())
			select {
			case <-d.stop:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	return d
}

// before ends the diary and returns what was surely acknowledged at a time.
func (d *diary) before(at time.Time) ledger.Mark {
	close(d.stop)
	<-d.ended
	mark := d.marks[0]
	for i := range d.times {
		if d.times[i].After(at) {
			break
		}
		mark = d.marks[i]
	}
	return mark
}

// TestMachineLoss kills a server that archives MEMGRAPHD_MACHINES (2) times under load, and
// destroys its directory with it. What is restored on an empty directory lacks at most two
// seconds, says how far it got, and goes on archiving to the same place.
func TestMachineLoss(t *testing.T) {
	far := filepath.Join(t.TempDir(), "archive")
	y := newYard(t, "R16", "machines lost under load, restored elsewhere", 8, "--storage-wal-file-size-kib=256",
		"--storage-snapshot-interval-sec=1", "--storage-snapshot-retention-count=1", "--storage-archive="+far)
	r := rand.New(rand.NewPCG(y.row.Seed, 8))
	began := time.Now()
	y.start()
	var worst time.Duration
	machines := table.Count(t, "MEMGRAPHD_MACHINES", 2)
	for i := range machines {
		notes := y.diary()
		y.work()
		time.Sleep(lossMax + time.Duration(r.IntN(1500))*time.Millisecond)
		lost := time.Now()
		y.kill()
		if err := os.RemoveAll(y.dir); err != nil {
			t.Fatal(err)
		}
		y.dir = filepath.Join(t.TempDir(), "machine"+strconv.Itoa(i+2), "data")
		var got restored
		y.command(&got, "restore", "--from="+far, "--data-directory="+y.dir)
		missing := lost.Sub(got.Time)
		worst = max(worst, missing)
		t.Logf("machine %d: restored up to commit %d, %v before the loss, on timeline %d", i+1, got.Commit, missing.Round(time.Millisecond), got.NewTimeline)
		if missing > lossMax || got.Commit == 0 || got.NewTimeline != uint32(i+2) {
			t.Errorf("MEMGRAPHD_SEED=%d: %+v, %v after it", y.row.Seed, got, missing)
		}
		y.flags = append(slices.DeleteFunc(y.flags, func(f string) bool { return f == takeover }), takeover)
		y.startFrom(notes.before(lost.Add(-lossMax)), y.book.Issued())
		y.row.States++
	}
	y.server.Kill()
	y.row.What += fmt.Sprintf(", at most %v missing", worst.Round(10*time.Millisecond))
	y.report(began)
}

const takeover = "--storage-archive-takeover=true"

// backedUp is what the command backup says.
type backedUp struct {
	Kind string `json:"kind"`
	Last uint64 `json:"last"`
}

// TestBackups takes MEMGRAPHD_COPIES (2) backups of a server under load, the first full and
// the others incremental; each is restored and started, and is no older than its beginning.
func TestBackups(t *testing.T) {
	y := newYard(t, "R10", "backups under load, each restored and started", 6,
		"--storage-wal-file-size-kib=64", "--storage-snapshot-interval-sec=1", "--storage-snapshot-retention-count=3")
	far := filepath.Join(t.TempDir(), "backups")
	r := rand.New(rand.NewPCG(y.row.Seed, 9))
	began := time.Now()
	y.start()
	y.work()
	incremental := 0 // where the log that the one before ended in is not given back yet
	for i := range table.Count(t, "MEMGRAPHD_COPIES", 2) {
		time.Sleep(time.Duration(r.IntN(400)) * time.Millisecond)
		if i%3 == 2 {
			y.kill()
			y.start()
			y.work()
		}
		low := y.book.Acknowledged()
		args := []string{"backup", "--to=" + far, "--port=" + y.server.Port()}
		if i > 0 {
			args = append(args, "--incremental")
		}
		var made backedUp
		y.command(&made, args...)
		high := y.book.Issued()
		if made.Kind == "incremental" {
			incremental++
		}
		to := filepath.Join(t.TempDir(), "restored")
		var got restored
		y.command(&got, "restore", "--from="+far, "--data-directory="+to, "--to-commit="+strconv.FormatUint(made.Last, 10))
		if got.Commit != made.Last {
			t.Errorf("MEMGRAPHD_SEED=%d: backup %d goes to commit %d, restored to %d", y.row.Seed, i, made.Last, got.Commit)
		}
		y.open(to, low, high)
	}
	y.rest()
	y.kill()
	y.row.What += fmt.Sprintf(", %d incremental", incremental)
	y.report(began)
}
