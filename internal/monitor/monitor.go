// Package monitor tells machines how the server is: a port with metrics for Prometheus and
// with two questions that whoever starts and stops servers asks.
//
//	GET /metrics       the metrics, in OpenMetrics or Prometheus' text format
//	GET /health/live   200 while the server answers; 503 means that only a restart helps
//	GET /health/ready  200 while clients should be sent here, else 503 with the reason
//	GET /debug/pprof/  Go's profiler, where Options ask for it
//
// The port has no encryption, and tells numbers only. Where a token is set, numbers and profiles
// need it. The port opens before the recovery, which is alive and not ready.
//
// The other packages keep plain numbers and hand them out; only this one knows Prometheus.
// Without it nothing else changes.
package monitor

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap"

	"memgraphd/internal/bolt"
	"memgraphd/internal/durability"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/query"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/memory"
)

const (
	connectionsMax  = 64               // at once
	headerBytesMax  = 16 << 10         // of a request
	scrapesMax      = 4                // at once
	scrapeTimeout   = 10 * time.Second // of one request
	idleTimeout     = time.Minute      // of a connection
	aliveTimeout    = 5 * time.Second  // for the store to answer
	shutdownTimeout = time.Second      // for requests that still run
)

// Options configure a Server.
type Options struct {
	Now func() time.Time // required
	Log *zap.Logger      // nil: nobody hears

	// Live returns why only a restart helps; nil: nothing is wrong. Its context ends after
	// some seconds.
	Live func(ctx context.Context) error
	// Ready returns why no clients should be sent here; nil: they should.
	Ready func() error
	// Version is that of the server, for the metric that tells it; "": there is none.
	Version string
	// Process adds the metrics of Go and of the process.
	Process bool
	// Profiles adds the pages of Go's profiler.
	Profiles bool
}

// Sources are what the numbers are taken from. A nil field has none.
type Sources struct {
	Durability func() durability.Info
	Store      *storage.Store
	Budget     *memory.Budget // of the server
	Bolt       func() bolt.Stats
	Queries    func() query.Stats
	Tally      func() query.Tally
	Process    func() Process
	// Certificate returns when the certificate of the Bolt port ends; the zero time without.
	Certificate func() time.Time
}

// Server answers at the port. Its methods may be called concurrently.
type Server struct {
	o        Options
	http     *http.Server
	registry *prometheus.Registry
	sources  atomic.Pointer[Sources]
	syncs    *syncs
	token    atomic.Pointer[[sha256.Size]byte] // hash of what requests for numbers must carry; nil: nothing
}

// New returns a Server; Serve answers.
func New(o Options) *Server {
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	s := &Server{o: o, registry: prometheus.NewRegistry(), syncs: newSyncs()}
	s.sources.Store(&Sources{})
	s.registry.MustRegister(&collector{server: s, descriptions: describe()}, s.syncs)
	if o.Version != "" {
		s.registry.MustRegister(newBuild(o.Version))
	}
	if o.Process {
		s.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	}
	s.http = &http.Server{
		Handler: s.routes(), ReadTimeout: scrapeTimeout, WriteTimeout: 2 * scrapeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: headerBytesMax, ErrorLog: zap.NewStdLog(o.Log.WithOptions(zap.IncreaseLevel(zap.ErrorLevel))),
	}
	return s
}

// Watch takes the numbers from src from now on.
func (s *Server) Watch(src Sources) { s.sources.Store(&src) }

// Synced hears of every sync of the log.
func (s *Server) Synced(i wal.SyncInfo) { s.syncs.add(i) }

// Serve answers requests until Close. It takes the listener over.
func (s *Server) Serve(l net.Listener) error {
	if err := s.http.Serve(limit(l, connectionsMax)); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Close ends Serve, and shortly after it the requests that still run.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	if err := s.http.Shutdown(ctx); err == nil {
		return nil
	}
	return s.http.Close()
}

// Handler returns what answers the requests.
func (s *Server) Handler() http.Handler { return s.http.Handler }

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", s.guarded(promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{
		EnableOpenMetrics: true, MaxRequestsInFlight: scrapesMax, Timeout: scrapeTimeout, ErrorHandling: promhttp.ContinueOnError,
	})))
	if s.o.Profiles {
		mux.Handle("/debug/pprof/", s.guarded(s.profiles()))
	}
	mux.HandleFunc("GET /health/live", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), aliveTimeout)
		defer cancel()
		answer(w, "alive", s.live(ctx))
	})
	mux.HandleFunc("GET /health/ready", func(w http.ResponseWriter, _ *http.Request) { answer(w, "ready", s.ready()) })
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, "memgraphd\n\n/metrics\n/health/live\n/health/ready\n") // a client that is gone hears nothing
	})
	return mux
}

func (s *Server) live(ctx context.Context) error {
	if s.o.Live == nil {
		return nil
	}
	return s.o.Live(ctx)
}

func (s *Server) ready() error {
	if s.o.Ready == nil {
		return nil
	}
	return s.o.Ready()
}

// answer says yes, or no and why not.
func answer(w http.ResponseWriter, what string, err error) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	text := what
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		text = fmt.Sprintf("not %s: %v", what, err)
	}
	_, _ = fmt.Fprintln(w, text) // a client that is gone hears nothing
}
