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
		"memgraph_write_queries_total": 1, "memgraph_failed_queries_total": 0, "memgraph_deleted_nodes_total": 0,
	} {
		if got := metric(t, port, name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	for _, name := range []string{"memgraph_memory_res_bytes", "memgraph_disk_usage_bytes"} {
		if n := metric(t, port, name); n < 1000 {
			t.Errorf("%s is %v", name, n)
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

// TestHealthOfABrokenServer starts without data: it lives, and nobody should be sent there.
func TestHealthOfABrokenServer(t *testing.T) {
	t.Parallel()
	dir := prepare(t)
	edit(t, files(t, dir, "wal/*.wal")[0], flip(100))
	port := freePort(t, "")
	start(t, dir, "--storage-allow-recovery-failure", "--metrics-address=127.0.0.1", "--metrics-port="+port)
	if status, body := ask(t, port, "/health/live"); status != http.StatusOK {
		t.Errorf("not alive: %d %s", status, body)
	}
	status, body := ask(t, port, "/health/ready")
	if status != http.StatusServiceUnavailable || !strings.HasPrefix(body, "not ready: ") || !strings.Contains(body, "without data") {
		t.Errorf("%d %s", status, body)
	}
	if ready := metric(t, port, "memgraph_ready"); ready != 0 {
		t.Errorf("memgraph_ready is %v", ready)
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

// TestEndSnapshot watches a slow snapshot among the transactions and ends it.
func TestEndSnapshot(t *testing.T) {
	_, d := start(t, filepath.Join(t.TempDir(), "data"), "--storage-snapshot-throttle-mib-per-sec=1")
	query(t, d, "UNWIND range(1, 100000) AS i CREATE (:N {i: i, text: 'so that a snapshot at one MiB a second takes some seconds ' + toString(i)})")
	ended := make(chan error, 1)
	go func() {
		_, err := harness.Query(t.Context(), d, "CREATE SNAPSHOT", nil)
		ended <- err
	}()
	var row map[string]any
	eventually(t, "progress of a snapshot", func() bool {
		for _, r := range running(t, d) {
			if metadata, ok := r.AsMap()["metadata"].(map[string]any); ok && r.AsMap()["transaction_id"] == "snapshot" && metadata["progress"] != "0.0%" {
				row = r.AsMap()
			}
		}
		return row != nil
	})
	if got := fmt.Sprint(row["query"], " ", row["status"], " ", row["metadata"].(map[string]any)["trigger"]); got != "[CREATE SNAPSHOT] running manual" {
		t.Errorf("the snapshot is shown as %s", got)
	}
	if info := info(t, d, "snapshot_running"); !strings.HasPrefix(info, "manual since ") {
		t.Errorf("SHOW STORAGE INFO says of the running snapshot %q", info)
	}
	if got := fmt.Sprint(query(t, d, "TERMINATE TRANSACTIONS 'snapshot'")[0].Values); got != "[snapshot true]" {
		t.Errorf("ended: %s", got)
	}
	// The driver makes a client error of it, so that nobody tries again.
	wantFailure(t, <-ended, "Neo.ClientError.Transaction.Terminated", "no snapshot was created")
	if got := fmt.Sprint(query(t, d, "TERMINATE TRANSACTIONS 'snapshot'")[0].Values); got != "[snapshot false]" {
		t.Errorf("ended again: %s", got)
	}
	if n := len(query(t, d, "SHOW SNAPSHOTS")); n != 0 {
		t.Errorf("%d snapshots", n)
	}
	if n := info(t, d, "snapshot_failures"); n != "0" {
		t.Errorf("%s failures, though it was ended", n)
	}
}
