package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"memgraphd/cmd/memgraphd/internal/exit"
	commands "memgraphd/internal/command"
	"memgraphd/internal/config"
)

// TestHealth asks servers of all kinds.
func TestHealth(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	answer := func(path string, status int, text string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			if _, err := w.Write([]byte(text + "\n")); err != nil {
				t.Error(err)
			}
		})
	}
	answer("/health/live", http.StatusOK, "live")
	answer("/health/ready", http.StatusServiceUnavailable, "Recovering: 43 %")
	server := httptest.NewServer(mux)
	defer server.Close()
	gone := httptest.NewServer(mux)
	gone.Close()

	for _, c := range []struct {
		args     []string
		code     int
		out, err string
	}{
		{[]string{"live", "--address", server.Listener.Addr().String()}, exit.OK, "live\n", ""},
		{[]string{"--address", server.Listener.Addr().String()}, exit.Failure, "", "503 Service Unavailable: Recovering: 43 %"},
		{[]string{"--address", gone.Listener.Addr().String()}, exit.Failure, "", "does not answer"},
		{[]string{"--address", "a b"}, exit.Usage, "", "invalid character"},
		{[]string{"well"}, commands.StatusUsage, "", `"well" is not one of live, ready; memgraphd health --help`},
	} {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), append([]string{"health"}, c.args...), &stdout, &stderr)
		if code != c.code || stdout.String() != c.out || !strings.Contains(stderr.String(), c.err) {
			t.Errorf("health %q: code %d, %q, %q", c.args, code, stdout.String(), stderr.String())
		}
	}
}

// TestMetricsAddress finds the port for metrics from this machine.
func TestMetricsAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		metrics config.Metrics
		want    string
	}{
		{config.Metrics{Address: "127.0.0.1", Port: 9091}, "127.0.0.1:9091"},
		{config.Metrics{Address: "0.0.0.0", Port: 9}, "127.0.0.1:9"},
		{config.Metrics{Address: "::", Port: 9}, "localhost:9"},
		{config.Metrics{Address: "db.example", Port: 9}, "db.example:9"},
	} {
		if got, err := metricsAddress(c.metrics); got != c.want || err != nil {
			t.Errorf("%v: %s, %v", c.metrics, got, err)
		}
	}
	if _, err := metricsAddress(config.Metrics{}); err == nil {
		t.Error("port 0 has an address")
	}
}
