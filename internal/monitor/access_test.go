package monitor_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/monitor"
)

// TestToken asks with the token, without one, and with others.
func TestToken(t *testing.T) {
	t.Parallel()
	s := monitor.New(monitor.Options{Now: time.Now, Profiles: true})
	ask := func(path, authorization string) (code int, body string) {
		r := httptest.NewRequest(http.MethodGet, path, http.NoBody)
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		if w.Code == http.StatusUnauthorized && !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Bearer ") {
			t.Errorf("%s does not say how to come in", path)
		}
		return w.Code, w.Body.String()
	}
	want := func(code int, path, authorization string) {
		t.Helper()
		if got, body := ask(path, authorization); got != code {
			t.Errorf("%s with %q: %d %s, want %d", path, authorization, got, body, code)
		}
	}
	want(200, "/metrics", "")
	want(200, "/debug/pprof/", "")
	s.Require("the-token-of-today")
	for _, path := range []string{"/metrics", "/debug/pprof/", "/debug/pprof/heap"} {
		want(401, path, "")
		want(401, path, "Bearer the-token-of-yesterday")
		want(401, path, "Bearer")
		want(401, path, "Basic the-token-of-today")
		want(200, path, "Bearer the-token-of-today")
		want(200, path, "bearer  the-token-of-today ")
	}
	want(200, "/health/live", "")
	want(200, "/health/ready", "")
	want(200, "/", "")
	s.Require("the-token-of-tomorrow")
	want(401, "/metrics", "Bearer the-token-of-today")
	s.Require("")
	want(200, "/metrics", "")
}

// TestProfiles takes profiles, more at once than may be, and for longer than may be.
func TestProfiles(t *testing.T) {
	t.Parallel()
	get := func(s *monitor.Server, path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, http.NoBody))
		return w
	}
	if w := get(monitor.New(monitor.Options{Now: time.Now}), "/debug/pprof/"); w.Code != http.StatusNotFound {
		t.Errorf("the profiler answers though nobody asked for it: %d", w.Code)
	}
	s := monitor.New(monitor.Options{Now: time.Now, Profiles: true})
	for _, path := range []string{"/debug/pprof/", "/debug/pprof/heap", "/debug/pprof/goroutine?debug=1", "/debug/pprof/symbol"} {
		if w := get(s, path); w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	for _, seconds := range []string{"-1", "121", "NaN", "Inf", "long", "1e99"} {
		if w := get(s, "/debug/pprof/trace?seconds="+seconds); w.Code != http.StatusBadRequest {
			t.Errorf("%s seconds: %d", seconds, w.Code)
		}
	}
	codes := make(chan int, 3)
	for range cap(codes) {
		go func() { codes <- get(s, "/debug/pprof/goroutine?seconds=1").Code }()
	}
	refused := 0
	for range cap(codes) {
		if <-codes == http.StatusServiceUnavailable {
			refused++
		}
	}
	if refused != 1 {
		t.Errorf("of three profiles at once, %d were refused", refused)
	}
}
