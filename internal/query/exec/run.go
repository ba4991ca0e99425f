package exec

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/procedure"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// run is what the operators of one execution share. It is also the Graph that
// expressions read.
type run struct {
	ec    expr.Context
	ctx   context.Context
	tx    *storage.Tx
	store *storage.Store
	files Files
	// batches runs CALL { … } IN TRANSACTIONS, which changes tx meanwhile.
	batches Batches
	clock   func() time.Time
	server  procedure.Server
	stats   Stats
	size    int // rows of a batch
	o       *Options
	hits    int64 // reads of nodes, relationships and properties
	// deleted tells that the statement deleted something, so that reads must ask whether
	// the entity is still there.
	deleted bool
	writes  bool   // the statement may write
	views   uint64 // how many transactions were read
	subs    []*subInstance

	held     int64 // bytes reserved in the budget by operators
	identity []uint16
	props    []storage.Property
	labels   []graph.LabelID
	columns  columnReader
	// labelSets are true for the view of tx.
	labelSets []*labelSet
	steps     int // towards the next look at the context
	hops      hops
	morsel    morsel
	workers   *Workers // nil: the statement stays on one processor
}

// instance is a tree of operators with the state of one execution.
type instance struct {
	run
	program   *Program
	root      operator
	random    *rand.PCG
	arguments map[*plan.Argument]*argument // while the operators are made
	profile   *profile                     // nil: nothing is measured
	virtual   atomic.Int64                 // virtual nodes and relationships made
}

// checkEvery is the number of small steps between two looks at the context.
const checkEvery = 4096

// newInstance makes the operators of p from root on.
func (p *Program) newInstance(root factory, measure *profile) *instance {
	i := &instance{program: p, profile: measure, arguments: map[*plan.Argument]*argument{}}
	i.random = rand.NewPCG(0, 0)
	i.ec.Rand = rand.New(i.random)
	i.ec.Graph = &i.run
	i.ec.Interrupted = i.check
	i.ec.Hops = i.hops.count
	i.store = p.o.Store
	i.ec.Catalogue = p.o.Catalogue
	i.size, i.o = p.o.BatchSize, &p.o
	i.subs = make([]*subInstance, len(p.subs))
	i.identity = make([]uint16, i.size)
	for n := range i.identity {
		i.identity[n] = uint16(n)
	}
	i.root = root(i)
	for n, s := range p.subs {
		sub := &subInstance{program: s, root: s.root(i)}
		sub.arg = i.arguments[s.plan.Argument]
		sub.args.Columns = make([]batch.Vector, s.plan.Slots)
		i.subs[n] = sub
	}
	return i
}

// take readies i for an execution.
func (i *instance) take(ctx context.Context, o *Run) {
	i.ctx, i.files, i.batches = ctx, o.Files, o.Batches
	i.use(o.Tx)
	i.clock, i.server = o.Now, o.Server
	i.ec.Params, i.ec.Literals = o.Params, o.Literals
	i.ec.Budget, i.ec.User, i.ec.Roles = o.Budget, o.User, o.Roles
	if i.ec.Now = o.At; o.At.IsZero() && o.Now != nil {
		i.ec.Now = o.Now()
	}
	i.ec.Clock, i.ec.Began, i.ec.Zone = o.Now, o.Began, o.Zone
	if o.Began.IsZero() {
		i.ec.Began = i.ec.Now
	}
	i.random.Seed(o.Seed, uint64(i.ec.Now.UnixNano()))
	i.stats = Stats{}
	i.hits, i.held, i.steps, i.deleted = 0, 0, 0, false
	i.hops = hops{strict: o.HopsStrict}
	i.virtual.Store(0)
	i.ec.VirtualIDs = &i.virtual
	i.writes = i.program.plan.Writes
	for _, s := range i.subs {
		s.asked = false
	}
}

// use makes tx what is read from now on.
func (r *run) use(tx *storage.Tx) {
	r.tx = tx
	r.views++
	for _, s := range r.labelSets {
		s.forget()
	}
}

// drop lets go of what belongs to the execution.
func (i *instance) drop() {
	i.ec.Finish()
	i.use(nil)
	i.ctx, i.files, i.batches, i.clock, i.ec.Clock, i.server = nil, nil, nil, nil, nil, nil
	i.ec.Params, i.ec.Literals, i.ec.Budget, i.ec.Roles = value.Null, nil, nil, nil
}

// check fails when the statement has been ended from outside.
func (r *run) check() error {
	if r.ctx.Err() != nil {
		return interrupted(r.ctx)
	}
	return nil
}

// step is check for the body of a long loop: it looks only now and then.
func (r *run) step() error {
	if r.steps++; r.steps < checkEvery {
		return nil
	}
	r.steps = 0
	return r.check()
}

// stepBy is step for n steps at once.
func (r *run) stepBy(n int) error {
	if r.steps += n; r.steps < checkEvery {
		return nil
	}
	r.steps = 0
	return r.check()
}

// reserve takes bytes from the budget of the statement.
func (r *run) reserve(n int64) error {
	if r.ec.Budget == nil || n == 0 {
		return nil
	}
	if err := r.ec.Budget.Reserve(n); err != nil {
		return r.fail(err)
	}
	r.held += n
	return nil
}

// release gives bytes back.
func (r *run) release(n int64) {
	if r.ec.Budget == nil || n == 0 {
		return
	}
	r.ec.Budget.Release(n)
	r.held -= n
}

// rowsOf returns the rows of a batch that count.
func (r *run) rowsOf(sel []uint16, n int) []uint16 {
	if sel != nil {
		return sel
	}
	for i := len(r.identity); i < n; i++ {
		r.identity = append(r.identity, uint16(i))
	}
	return r.identity[:n]
}

// Cursor is one execution of a Program.
type Cursor struct {
	i      *instance
	opened bool
	ended  bool
	stats  Stats
	tree   *plan.Tree
}
