package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"memgraphd/test/harness"
)

// ask returns the status and the body of an answer at the port for metrics.
func ask(t *testing.T, port, path string) (status int, body string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	r, err := client.Get("http://127.0.0.1:" + port + path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(text)
}

// metric returns one of the numbers at /metrics.
func metric(t *testing.T, port, name string) float64 {
	t.Helper()
	_, body := ask(t, port, "/metrics")
	found := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindStringSubmatch(body)
	if found == nil {
		t.Fatalf("no %s in\n%s", name, body)
	}
	n, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestMonitor asks a server for its health and its numbers.
func TestMonitor(t *testing.T) {
	port := freePort(t, "")
	_, d := start(t, filepath.Join(t.TempDir(), "data"), "--metrics-address=127.0.0.1", "--metrics-port="+port)
	for path, want := range map[string]string{"/health/live": "200 alive\n", "/health/ready": "200 ready\n"} {
		status, body := ask(t, port, path)
		if got := fmt.Sprintf("%d %s", status, body); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	query(t, d, "UNWIND range(1, 10) AS i CREATE (:N)")
	query(t, d, "CREATE INDEX ON :N")
	for name, want := range map[string]float64{
		"memgraph_ready": 1, "memgraph_vertex_count": 10, "memgraph_active_label_indices": 1, "memgraph_wal_enabled": 1,
		"memgraph_wal_flush_every_n_tx": 1, "memgraph_wal_failed": 0, "memgraph_wal_unsynced_commits": 0,
		"memgraph_snapshot_backlog_commits": 2, "memgraph_snapshot_creation_latency_seconds_count": 0, "memgraph_data_directory_locked": 0,
	} {
		if got := metric(t, port, name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if n := metric(t, port, "memgraph_wal_synced_commits_total"); n < 2 {
		t.Errorf("%v commits were synced", n)
	}
	query(t, d, "CREATE SNAPSHOT")
	query(t, d, "LOCK DATA DIRECTORY")
	for name, want := range map[string]float64{
		"memgraph_snapshot_backlog_commits": 0, "memgraph_snapshot_creation_latency_seconds_count": 1, "memgraph_data_directory_locked": 1,
	} {
		if got := metric(t, port, name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if age := time.Since(time.Unix(int64(metric(t, port, "memgraph_snapshot_last_timestamp_seconds")), 0)); age > patience {
		t.Errorf("the snapshot is %v old", age)
	}
	rows := map[string]string{}
	for _, row := range query(t, d, "SHOW METRICS INFO") {
		rows[fmt.Sprint(row.Values[0])] = strings.Trim(fmt.Sprint(row.Values[1:]), "[]")
	}
	if got := rows["vertex_count"]; got != "General Gauge 10" {
		t.Errorf("SHOW METRICS INFO tells of %q nodes", got)
	}
}

// TestMetricsPortTaken starts where another program has the port: the server goes on only if nobody chose it.
func TestMetricsPortTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	_, port, err := net.SplitHostPort(taken.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s, err := harness.Start(binary, filepath.Join(t.TempDir(), "data"), "--metrics-address=127.0.0.1", "--metrics-port="+port)
	if err == nil {
		s.Kill()
		t.Fatal("started without the port that was asked for")
	}
	if want := "127.0.0.1:" + port + " is taken: another program listens there; --metrics-port and --metrics-address choose another place"; !strings.Contains(err.Error(), want) {
		t.Errorf("%v", err)
	}
}
