package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"memgraphd/cmd/memgraphd/internal/exit"
	commands "memgraphd/internal/command"
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
