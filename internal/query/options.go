package query

import (
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/exec"
	"memgraphd/internal/query/procedure"
	"memgraphd/internal/setting"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/temporal"
)

// Options are what an Engine needs.
type Options struct {
	Store            *storage.Store
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
	Now        func() time.Time
	// Since returns how long ago a moment of Now was; nil: the difference to Now. It is asked
	// twice for each statement, and a clock that need not tell the time of day is cheaper.
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
