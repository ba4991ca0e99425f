package monitor

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/http/pprof"
	"strconv"
	"strings"
)

const (
	profilesMax       = 2   // at once
	profileSecondsMax = 120 // that one may take
)

// Require has requests for numbers and profiles carry the token, as Authorization: Bearer; an empty one lets
// everybody read. The health checks never need it.
func (s *Server) Require(token string) {
	if token == "" {
		s.token.Store(nil)
		return
	}
	sum := sha256.Sum256([]byte(token))
	s.token.Store(&sum)
}

// guarded answers only those who know the token.
func (s *Server) guarded(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if want := s.token.Load(); want != nil {
			scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
			given := sha256.Sum256([]byte(strings.TrimSpace(token)))
			if !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare(given[:], want[:]) != 1 {
				w.Header().Set("WWW-Authenticate", `Bearer realm="memgraphd"`)
				refuse(w, http.StatusUnauthorized, "this needs the token of --metrics-token-file: Authorization: Bearer …")
				return
			}
		}
		h.ServeHTTP(w, r)
	})
}

// refuse answers with a status and a line of text.
func refuse(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, text) // a client that is gone hears nothing
}

// profiles are the pages of Go's profiler.
func (s *Server) profiles() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("POST /debug/pprof/symbol", pprof.Symbol)
	places := make(chan struct{}, profilesMax)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if text := r.URL.Query().Get("seconds"); text != "" {
			if n, err := strconv.ParseFloat(text, 64); err != nil || !(n >= 0 && n <= profileSecondsMax) {
				refuse(w, http.StatusBadRequest, fmt.Sprintf("seconds is to be a number from 0 to %d", profileSecondsMax))
				return
			}
		}
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
		default:
			refuse(w, http.StatusServiceUnavailable, fmt.Sprintf("%d profiles are being taken already", profilesMax))
			return
		}
		mux.ServeHTTP(w, r)
	})
}
