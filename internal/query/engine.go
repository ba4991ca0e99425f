package query

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"memgraphd/internal/query/declared"
	"memgraphd/internal/query/exec"
	"memgraphd/internal/query/procedure"
	"memgraphd/internal/storage"
)

// Engine runs statements. Its methods may be called concurrently.
type Engine struct {
	o               Options
	plans           *planCache
	procedures      *procedure.Registry
	catalogue       *declared.Catalogue
	workers         *exec.Workers
	sessions        *registry[*Session]
	guards          *lru.Cache[string, *storage.Guard] // by auth.Rights.Key
	_               [64]byte                           // what everybody reads is not in one line of memory with what changes
	nextTransaction atomic.Uint64
	_               [64]byte
	// alone is set while a statement has the database for itself.
	alone atomic.Bool
	// admins counts the statements that change the database without a transaction.
	admins atomic.Int64
	tally  tally
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

// New starts an engine; Close stops it.
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
		o: o, plans: plans, procedures: procedures, catalogue: declared.New(o.Store), workers: exec.NewWorkers(o.Workers),
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

// Drain waits until no transaction is open, or ctx is done; then it ends the rest.
func (e *Engine) Drain(ctx context.Context) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		open := e.open()
		if len(open) == 0 {
			return
		}
		select {
		case <-ctx.Done():
			for i := range open {
				open[i].end(errShutdown)
			}
			return
		case <-tick.C:
		}
	}
}

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
