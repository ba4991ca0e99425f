package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"memgraphd/test/harness"
)

// TestMetricsToken asks for numbers and profiles with the token of a file, which SIGHUP reads anew.
func TestMetricsToken(t *testing.T) {
	t.Parallel()
	port, file := freePort(t, ""), filepath.Join(t.TempDir(), "token")
	write := func(token string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(token+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// status asks with a token.
	status := func(path, token string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:"+port+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := answer.Body.Close(); err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode
	}
	const first, second = "the-first-token-of-all", "the-second-token-of-all"
	write(first)
	s, _ := start(t, filepath.Join(t.TempDir(), "data"), "--metrics-address=127.0.0.1", "--metrics-port="+port, "--metrics-token-file="+file, "--metrics-pprof")
	for _, path := range []string{"/metrics", "/debug/pprof/goroutine"} {
		if with, without := status(path, first), status(path, ""); with != http.StatusOK || without != http.StatusUnauthorized {
			t.Errorf("%s: %d with the token, %d without", path, with, without)
		}
	}
	if code := status("/health/ready", ""); code != http.StatusOK {
		t.Errorf("the health check asks for a token: %d", code)
	}
	write(second)
	if err := syscall.Kill(s.PID(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the second token", func() bool { return status("/metrics", second) == http.StatusOK })
	if code := status("/metrics", first); code != http.StatusUnauthorized {
		t.Errorf("the first token goes on: %d", code)
	}
	write("short") // stays as it was
	if err := syscall.Kill(s.PID(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a line in the log", func() bool { return strings.Contains(s.Log(), "the former token for metrics stays in force") })
	if code := status("/metrics", second); code != http.StatusOK {
		t.Errorf("the second token has gone: %d", code)
	}
	if strings.Contains(s.Log(), first) || strings.Contains(s.Log(), second) {
		t.Error("the log has a token")
	}
	again, err := harness.Start(binary, filepath.Join(t.TempDir(), "data"), "--metrics-port="+freePort(t, ""), "--metrics-token-file="+file)
	if err == nil {
		again.Kill()
		t.Fatal("started with a token that is too short")
	}
	if !strings.Contains(err.Error(), "--metrics-token-file: "+file+" is to have a token of at least 16 characters") {
		t.Errorf("%v", err)
	}
}
