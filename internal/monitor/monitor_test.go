package monitor_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"go.uber.org/goleak"

	"memgraphd/internal/bolt"
	"memgraphd/internal/durability"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/monitor"
	"memgraphd/internal/query"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/memory"
)

var update = flag.Bool("update", false, "write the table in docs/monitoring.md instead of comparing it")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var at = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// TestAnswers reads testdata/answers:
//
//	get path=/metrics       status and body
//	is live=why ready=why   from now on the server says why not; nothing for all is well
//	watch name              takes the numbers of the server called so
//	rows                    SHOW METRICS INFO
func TestAnswers(t *testing.T) {
	var live, ready error
	s := monitor.New(monitor.Options{
		Now: func() time.Time { return at }, Version: "v1.2.3",
		Live: func(context.Context) error { return live }, Ready: func() error { return ready },
	})
	datadriven.RunTest(t, "testdata/answers", func(t *testing.T, d *datadriven.TestData) string {
		t.Helper()
		switch d.Cmd {
		case "get":
			var path string
			d.ScanArgs(t, "path", &path)
			w := httptest.NewRecorder()
			s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, http.NoBody))
			return fmt.Sprintf("%d %s\n%s", w.Code, w.Header().Get("Content-Type"), w.Body)
		case "is":
			why := func(key string) error {
				var text string
				if d.MaybeScanArgs(t, key, &text); text == "" {
					return nil
				}
				return errors.New(text)
			}
			live, ready = why("live"), why("ready")
			return ""
		case "watch":
			s.Watch(sources(t, d.CmdArgs[0].Key))
			s.Synced(wal.SyncInfo{Records: 3, Bytes: 300, Took: 2 * time.Millisecond})
			return ""
		case "rows":
			rows, err := s.Rows()
			if err != nil {
				return err.Error()
			}
			var b strings.Builder
			for _, r := range rows {
				fmt.Fprintf(&b, "%s | %s | %s | %s\n", r.Group, r.Name, r.Kind, r.Value)
			}
			return b.String()
		}
		d.Fatalf(t, "unknown command %s", d.Cmd)
		return ""
	})
}

// sources are the numbers of a server that is well, or of one that has every trouble.
func sources(t *testing.T, name string) monitor.Sources {
	t.Helper()
	store := storage.New(storage.Options{})
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	i := durability.Info{WALEnabled: true, FlushEveryN: 1, Committed: 90, Written: 90, Synced: 90, LogBytes: 5000, LogSegments: 2}
	i.LastSync = at.Add(-3 * time.Second)
	i.LastSnapshot = durability.SnapshotInfo{Index: 50, Created: at.Add(-time.Hour), Bytes: 4096}
	i.SnapshotTook, i.Snapshots, i.SnapshotsTook = 2*time.Second, 4, 9*time.Second
	i.NextSnapshot = at.Add(time.Minute)
	i.Recovery.Duration, i.Recovery.Replayed = 1500*time.Millisecond, 17
	i.Space.Free, i.Space.Known, i.Space.Min = 1<<30, true, 1<<20
	if name == "troubled" {
		i = durability.Info{WALEnabled: true, FlushEveryN: 100, Committed: 90, Written: 90, Synced: 80, LogErr: errors.New("stopped")}
		i.SnapshotFailures, i.SnapshotFailed, i.RetentionFailures = 3, at, 1
		i.Lock = durability.LockInfo{Locked: true, Since: at.Add(-48 * time.Hour)}
		i.Running = &durability.RunningSnapshot{Trigger: "periodic", Started: at}
		i.Space = durability.SpaceInfo{Min: 1 << 20, BelowSince: at, Refused: 5}
		i.Writes = durability.WriteInfo{Failures: 6, FailingSince: at}
		i.Recovery.Damaged = []error{errors.New("damaged")}
	}
	budget := memory.New("server", 1<<30)
	return monitor.Sources{
		Certificate: func() time.Time { return at.Add(240 * time.Hour) },
		Durability:  func() durability.Info { return i }, Store: store, Budget: budget,
		Bolt:    func() bolt.Stats { return bolt.Stats{Connections: 5, Unauthenticated: 2, Accepted: 9, Refused: 1} },
		Queries: func() query.Stats { return query.Stats{Transactions: 4, Memory: 1 << 12} },
		Tally:   func() query.Tally { return tally(name) },
		Process: func() monitor.Process {
			return monitor.Process{Resident: 3 << 20, PeakResident: 4 << 20, DiskUsage: 9096}
		},
	}
}

// tally is what the queries of such a server have come to.
func tally(name string) query.Tally {
	y := query.Tally{PlansMade: 3, Committed: 12, RolledBack: 1, FailedPrepares: 1, TransientFailures: 1, Conflicts: 1, NodesDeleted: 2, EdgesDeleted: 1}
	if name == "troubled" {
		y.FailedPulls, y.ServerFailures, y.TransientFailures = 4, 5, 6
	}
	for k := range y.Latencies {
		l := &y.Latencies[k]
		l.Bounds = []time.Duration{time.Millisecond, time.Second}
		l.Counts, l.Sum = []uint64{90, 9, uint64(k)}, time.Duration(k+1)*time.Second
	}
	return y
}

// TestTable holds the documentation to the table of metrics.
func TestTable(t *testing.T) {
	const name, begin, end = "../../docs/monitoring.md", "<!-- metrics -->\n", "<!-- /metrics -->\n"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), begin)
	_, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no %s … %s", name, begin, end)
	}
	want := head + begin + monitor.RenderTable(watchers(t)) + "\n" + end + tail
	if want == string(text) {
		return
	}
	if !*update {
		t.Fatalf("%s differs from the table of metrics: make golden", name)
	}
	if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestServe asks over a port, from more clients than have a place at once.
func TestServe(t *testing.T) {
	s := monitor.New(monitor.Options{Now: time.Now, Process: true})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	var idle []net.Conn
	for range 100 { // of which 64 have a place
		c, dialErr := net.Dial("tcp", l.Addr().String())
		if dialErr != nil {
			t.Fatal(dialErr)
		}
		idle = append(idle, c)
	}
	for _, c := range idle {
		if closeErr := c.Close(); closeErr != nil {
			t.Error(closeErr)
		}
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
	r, err := client.Get("http://" + l.Addr().String() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Body.Close() != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\nmemgraph_ready 1\n", "\ngo_goroutines ", "\nprocess_resident_memory_bytes "} {
		if !strings.Contains(string(body), want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}
