package query

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"go.uber.org/zap"

	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/declared"
	"memgraphd/internal/query/exec"
	"memgraphd/internal/query/procedure"
	"memgraphd/internal/setting"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/temporal"
)

// Options are what an Engine needs.
type Options struct {
	Store            *storage.Store        // required
	Budget           *memory.Budget        // parent of every query's budget; nil: unlimited
	QueryMemoryLimit int64                 // bytes for one transaction, its statements and its changes; 0: only Budget
	QueryTimeout     func() time.Duration  // limit of a transaction; nil or 0: none
	IdleTimeout      time.Duration         // idle transactions and unread results end after it; 0: never
	PlanCacheSize    int                   // plans kept; 0: 1000
	BatchSize        int                   // rows that operators aim at; 0, or more than the usual: the usual
	Workers          WorkerOptions         // processors that a statement may use; the zero value: one
	Durability       Durability            // nil: its statements fail with a clear error
	Backups          Backups               // nil: its statements fail with a clear error
	Recoverer        Recoverer             // carries out RECOVER SNAPSHOT; nil: it fails with a clear error
	AccessTimeout    func() time.Duration  // how long a statement that must be alone waits for the others; nil or 0: not at all
	Zone             func() *temporal.Zone // of the clocks that date() and its like read; nil: UTC
	// HopsPartial reports whether a query at its limit of hops returns what it has found, and does not fail; nil: it does.
	HopsPartial func() bool
	Files       exec.Files       // what LOAD CSV reads; nil: it fails with a clear error
	Settings    func() []Setting // rows of SHOW CONFIG
	Database    *setting.Table   // what SET DATABASE SETTING changes; nil: it fails with a clear error
	Auth        *auth.Store      // the users; nil: there are none, and their statements fail with a clear error
	// Audit hears of each statement when it has ended, and of each end of a transaction; nil: nobody does.
	Audit func(Audited)
	// Logging returns which statements are logged; nil: none are.
	Logging func() Logging
	// StatementLog is where they are logged; nil: Log.
	StatementLog *zap.Logger
	// Metrics returns the rows of SHOW METRICS INFO; nil: there are none.
	Metrics func() ([]Metric, error)
	// FreeMemory gives back memory of the process beside that of the store; nil: there is none.
	FreeMemory func()
	// ReloadTLS carries out RELOAD BOLT_SERVER TLS; nil: there is no TLS.
	ReloadTLS func() error
	// Procedures are what CALL can run beside the procedures that are built in.
	Procedures []procedure.Procedure

	Version string
	Build   string
	// Address returns the host:port under which clients reach the server; nil: it is not known.
	Address func() string
	// ServerName returns what clients are told when they connect; nil: nothing.
	ServerName func() string
	Now        func() time.Time // the clock; required
	// Since returns how long ago a moment of Now was; nil: the difference to Now. It is asked
	// twice or more for each statement, and a clock that need not tell the time of day is cheaper.
	Since func(time.Time) time.Duration
	Log   *zap.Logger
}

// WorkerOptions say how many processors a statement may use, and from when on.
type WorkerOptions = exec.WorkerOptions

// Setting is one row of SHOW CONFIG.
type Setting struct {
	Name, Default, Current, Description string
	Source                              string // where the current value came from
}

// Metric is one row of SHOW METRICS INFO.
type Metric struct{ Name, Group, Kind, Value string }

// setDefaults makes what may be absent.
func (o *Options) setDefaults() {
	if now := o.Now; o.Since == nil {
		o.Since = func(t time.Time) time.Duration { return now().Sub(t) }
	}
	if o.QueryTimeout == nil {
		o.QueryTimeout = func() time.Duration { return 0 }
	}
	if o.Budget == nil {
		o.Budget = memory.New("server", 0)
	}
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	if o.Logging == nil {
		o.Logging = NoLogging
	}
	if o.StatementLog == nil {
		o.StatementLog = o.Log
	}
	if o.PlanCacheSize <= 0 {
		o.PlanCacheSize = 1000
	}
	if o.AccessTimeout == nil {
		o.AccessTimeout = func() time.Duration { return 0 }
	}
	if o.Zone == nil {
		o.Zone = func() *temporal.Zone { return nil }
	}
	if o.HopsPartial == nil {
		o.HopsPartial = func() bool { return true }
	}
}

// Engine runs statements. Its methods may be called concurrently.
type Engine struct {
	o               Options
	born            time.Time // what moments are counted from where only their distance counts
	plans           *planCache
	procedures      *procedure.Registry
	catalogue       *declared.Catalogue
	workers         *exec.Workers
	sessions        *registry[*Session]
	guards          *lru.Cache[string, *storage.Guard] // by auth.Rights.Key
	prompts         sync.Pool                          // of *prompted
	_               [64]byte                           // what everybody reads is not in one line of memory with what changes
	nextTransaction atomic.Uint64
	_               [64]byte
	// alone is set while a statement has the database for itself.
	alone atomic.Bool
	// admins counts the statements that change the database without a transaction.
	admins atomic.Int64
	// stopping is set when the server begins to stop.
	stopping atomic.Bool
	tally    tally
	// queryMemoryLimit is Options.QueryMemoryLimit as it is in force.
	queryMemoryLimit atomic.Int64
	// fullCollection is how long the collection of the last FREE MEMORY took, in nanoseconds.
	fullCollection atomic.Int64

	// sweep is the goroutine that ends idle transactions; Close stops it and waits.
	sweep struct {
		stop chan struct{}
		done sync.WaitGroup
	}
}

// New starts an engine; Close stops it. It fails where a required option is missing, and where one
// of Options.Procedures has the name of another procedure.
func New(o Options) (*Engine, error) {
	if o.Store == nil {
		return nil, errors.New("query: Options.Store is missing")
	}
	if o.Now == nil {
		return nil, errors.New("query: Options.Now is missing")
	}
	o.setDefaults()
	plans, err := newPlanCache(o.PlanCacheSize)
	if err != nil {
		return nil, fmt.Errorf("query: plan cache: %w", err)
	}
	procedures, err := procedure.NewRegistry(o.Version, o.Procedures...)
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	e := &Engine{
		o: o, born: o.Now(), plans: plans, procedures: procedures, catalogue: declared.New(o.Store), workers: exec.NewWorkers(o.Workers),
		sessions: newRegistry[*Session](),
	}
	if e.guards, err = lru.New[string, *storage.Guard](guardsMax); err != nil {
		return nil, fmt.Errorf("query: guards: %w", err)
	}
	e.queryMemoryLimit.Store(o.QueryMemoryLimit)
	e.tally.steps = latencySteps()
	e.sweep.stop = make(chan struct{})
	if o.IdleTimeout > 0 {
		e.sweep.done.Go(e.sweepIdle)
	}
	return e, nil
}

// SetQueryMemoryLimit puts another Options.QueryMemoryLimit in force, for transactions that begin from now on.
func (e *Engine) SetQueryMemoryLimit(bytes int64) { e.queryMemoryLimit.Store(bytes) }

// sweepIdle ends transactions that their clients left alone.
func (e *Engine) sweepIdle() {
	tick := time.NewTicker(max(e.o.IdleTimeout/10, 10*time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-e.sweep.stop:
			return
		case <-tick.C:
			now := e.o.Now()
			for _, s := range e.sessions.all() {
				s.expire(now, e.o.IdleTimeout)
			}
		}
	}
}

// Stopping has those whose statements Interrupt ends from now on be told that the server stops.
func (e *Engine) Stopping() { e.stopping.Store(true) }

// Close stops the engine's goroutines. Sessions must be closed before.
func (e *Engine) Close() {
	close(e.sweep.stop)
	e.sweep.done.Wait()
}

// Stats are the numbers of an Engine at one moment.
type Stats struct {
	Sessions     int   // open
	Transactions int   // open
	Memory       int64 // bytes of the open transactions
}

// Stats returns the current numbers.
func (e *Engine) Stats() Stats {
	return Stats{Sessions: e.sessions.size(), Transactions: len(e.open()), Memory: e.o.Budget.Used()}
}
