package exec

import (
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/function"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
)

// An aggregate over a pipeline that begins with one scan can be computed in parts: the ids
// that the scan goes through are cut into morsels, workers run the whole pipeline over a
// morsel at a time into an aggregate of their own, and the statement's goroutine merges
// these in the order of the morsels. So the answer, the order of groups and of collected
// lists included, is that of one processor; only the last digits of a sum of floats may
// differ, because addition of floats depends on how terms are bracketed.
//
// Nothing of this outlives a call of next: a transaction may be read by several
// goroutines only while nothing writes to it.

// morsel is a part of what a scan goes through. The zero morsel is the whole.
type morsel struct {
	leaf     plan.Op
	from, to graph.NodeID
}

// of returns the range of ids that a scan has to go through.
func (m *morsel) of(leaf plan.Op) (from, to graph.NodeID) {
	if m.leaf == nil || m.leaf != leaf {
		return 0, graph.NoNode
	}
	return m.from, m.to
}

// parallel is what the instances of an aggregate share that can be computed in parts.
type parallel struct {
	program *Program
	leaf    plan.Op
	make    factory
	idle    sync.Pool // *instance whose root is the aggregate
}

// parallel tells how o can be computed in parts; nil where it cannot.
func (c *compiler) parallel(o *plan.Aggregate) *parallel {
	if c.program.o.Workers == nil || c.plan.Writes || c.plan.HopsLimited || c.plan.Info.Volatile {
		return nil
	}
	at := o.Input
	for {
		switch x := at.(type) {
		case *plan.Filter, *plan.Project, *plan.Expand, *plan.ExpandInto, *plan.ExpandMeet, *plan.ExpandCount, *plan.ExpandExists,
			*plan.VarExpand, *plan.ExpandReach, *plan.FollowBound, *plan.Path, *plan.Unequal, *plan.Unwind,
			*plan.IndexEqual, *plan.IndexRange, *plan.IndexPrefix, *plan.UniqueEqual:
			at = at.Inputs()[0]
			continue
		case *plan.AllNodes:
			if _, first := x.Input.(*plan.Once); !first {
				at = x.Input
				continue
			}
		case *plan.LabelsScan:
			if _, first := x.Input.(*plan.Once); !first || x.Value != nil {
				at = x.Input
				continue
			}
		case *plan.LabelScan:
			if _, first := x.Input.(*plan.Once); !first {
				at = x.Input
				continue
			}
		default:
			return nil
		}
		return &parallel{program: c.program, leaf: at}
	}
}

// worth reports whether there is enough to do for more than one processor.
func (p *parallel) worth(r *run) bool {
	if p == nil || r.workers == nil {
		return false
	}
	limit := r.tx.NodeLimit()
	return limit > r.workers.size(limit)
}

// loadParallel is load over morsels: alone for a while, then with the workers that are free.
func (o *aggregate) loadParallel(r *run) error {
	w, p := r.workers, o.parallel
	outer := r.morsel
	defer func() { r.morsel = outer }()
	limit := r.tx.NodeLimit()
	size := w.size(limit)
	var began time.Time
	if w.after > 0 && r.clock != nil {
		began = r.clock()
	}
	for from := graph.NodeID(0); from < limit; {
		part := size
		if !began.IsZero() {
			part = w.share(from, limit-from, size, r.clock().Sub(began))
		}
		if part > 0 && limit-from > part {
			if extra := w.take(int((limit - from - 1) / part)); extra > 0 {
				defer w.give(extra)
				return o.share(r, p.crew(r, morsel{p.leaf, from, limit}, part), extra)
			}
		}
		r.morsel = morsel{leaf: p.leaf, from: from, to: min(limit, from+size)}
		from = r.morsel.to
		if err := o.input.open(r); err != nil {
			return err
		}
		if err := o.drain(r); err != nil {
			return err
		}
	}
	return nil
}

// share works through the morsels of c together with extra workers.
func (o *aggregate) share(r *run, c *crew, extra int) error {
	for range extra {
		c.wait.Go(c.work)
	}
	err := o.gather(r, c)
	c.stop()
	c.wait.Wait()
	if c.own != nil {
		c.dismiss(c.own)
	}
	r.hits += c.hits
	for i := range c.ready {
		c.ready[i].release()
	}
	if c.broken != nil {
		panic(c.broken)
	}
	return err
}

// gather merges the parts in their order.
func (o *aggregate) gather(r *run, c *crew) error {
	for n := range c.count {
		part, err := c.next(n)
		if err != nil {
			return err
		}
		err = o.merge(r, part)
		c.keep(part.groups)
		part.release()
		if err != nil {
			return err
		}
	}
	return nil
}

// merge folds the groups of a part into those of o.
func (o *aggregate) merge(r *run, part *part) error {
	var ids []uint32
	if o.groups != nil {
		for i := range o.columns {
			o.columns[i] = part.groups.Key(i)
		}
		var err error
		if ids, err = o.number(r, &batch.Batch{Len: part.groups.Len()}); err != nil {
			return err
		}
	}
	for i := range o.calls {
		call := &o.calls[i]
		if call.state != nil {
			if err := call.state.Merge(part.states[i], ids); err != nil {
				return placed(err, call.spec.Call)
			}
			continue
		}
		for g, n := range part.counts[i] {
			if ids != nil {
				g = int(ids[g])
			}
			call.counts[g] += n
		}
	}
	return nil
}

// part is the aggregate over one morsel.
type part struct {
	groups *batch.Groups
	states []function.Aggregator // nil where rows are counted
	counts [][]int64
	held   int64
	budget interface{ Release(int64) }
	err    error
	done   bool
}

// release gives the memory of the part back.
func (p *part) release() {
	for i, s := range p.states {
		if s != nil {
			s.Release()
			p.states[i] = nil
		}
	}
	if p.held != 0 {
		p.budget.Release(p.held)
		p.held = 0
	}
}

// detach takes the states out of a worker's aggregate.
func (o *aggregate) detach(r *run, into *part) {
	into.states, into.counts = make([]function.Aggregator, 0, len(o.calls)), make([][]int64, 0, len(o.calls))
	into.groups, into.held, into.budget = o.groups, o.held, r.ec.Budget
	o.groups, o.held = nil, 0
	for i := range o.calls {
		call := &o.calls[i]
		into.states = append(into.states, call.state)
		into.counts = append(into.counts, call.counts)
		call.state, call.counts = nil, nil
	}
	r.held -= into.held
}

// crew is the goroutines that work on one aggregate.
type crew struct {
	of    *parallel
	r     *run // of the statement; only what does not change is read
	whole morsel
	size  graph.NodeID // ids of a morsel
	count int          // morsels
	own   *instance    // of the statement's goroutine, nil until it works
	wait  sync.WaitGroup

	mu      sync.Mutex
	changed sync.Cond
	taken   int    // morsels that somebody works on or has worked on
	merged  int    // parts that were asked for
	stopped bool   // nobody needs further parts
	ready   []part // by morsel, modulo its length
	hits    int64
	broken  any             // what a worker panicked with
	spare   []*batch.Groups // empty tables of parts that were merged
}

// spareBytes bounds a table that is kept for another part: what is not accounted for.
const spareBytes = 1 << 16

// keep takes the table of a part that was merged.
func (c *crew) keep(g *batch.Groups) {
	if g == nil || g.Bytes() > spareBytes {
		return
	}
	g.Reset()
	c.mu.Lock()
	c.spare = append(c.spare, g)
	c.mu.Unlock()
}

// table returns a table that was kept, nil if there is none.
func (c *crew) table() *batch.Groups {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.spare)
	if n == 0 {
		return nil
	}
	g := c.spare[n-1]
	c.spare = c.spare[:n-1]
	return g
}

// ahead is how many parts a crew may have ready or in work.
const ahead = 64

// crew readies the work on whole in morsels of size ids.
func (p *parallel) crew(r *run, whole morsel, size graph.NodeID) *crew {
	count := int((whole.to - whole.from + size - 1) / size)
	c := &crew{of: p, r: r, whole: whole, size: size, count: count, ready: make([]part, min(count, ahead))}
	c.changed.L = &c.mu
	return c
}

// claim returns the next morsel; false where there is none. Where wait is what the caller
// wants, it waits for room among the parts.
func (c *crew) claim(w patience) (int, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.taken < c.count && c.taken-c.merged >= len(c.ready) && !c.stopped && w == patient {
		c.changed.Wait()
	}
	if c.taken >= c.count || c.stopped || c.taken-c.merged >= len(c.ready) {
		return 0, false
	}
	c.taken++
	return c.taken - 1, true
}

// patience tells whether claim waits.
type patience uint8

const (
	impatient patience = iota
	patient
)

// work is a worker: it makes parts until none is left.
func (c *crew) work() {
	defer func() {
		if p := recover(); p != nil {
			c.mu.Lock()
			c.broken = fmt.Sprintf("%v\n%s", p, debug.Stack())
			c.stopped = true
			c.changed.Broadcast()
			c.mu.Unlock()
		}
	}()
	w := c.hire()
	defer c.dismiss(w)
	for {
		n, ok := c.claim(patient)
		if !ok {
			return
		}
		c.do(w, n)
	}
}

// do makes the part of morsel n.
func (c *crew) do(w *instance, n int) {
	a := w.root.(*aggregate)
	from := c.whole.from + graph.NodeID(n)*c.size
	w.morsel = morsel{leaf: c.whole.leaf, from: from, to: min(c.whole.to, from+c.size)}
	var made part
	if a.groups == nil && len(a.keys) > 0 {
		a.groups = c.table()
	}
	made.err = a.open(&w.run)
	if made.err == nil {
		a.loaded = true
		made.err = a.load(&w.run)
	}
	a.detach(&w.run, &made)
	made.done = true
	c.mu.Lock()
	c.ready[n%len(c.ready)] = made
	c.changed.Broadcast()
	c.mu.Unlock()
}

// next returns the part of morsel n. While it is not there, the caller works too.
func (c *crew) next(n int) (*part, error) {
	at := &c.ready[n%len(c.ready)]
	c.mu.Lock()
	defer c.mu.Unlock()
	for !at.done && !c.stopped {
		c.mu.Unlock()
		more, ok := c.claim(impatient)
		if ok {
			if c.own == nil {
				c.own = c.hire()
			}
			c.do(c.own, more)
		}
		c.mu.Lock()
		for !ok && !at.done && !c.stopped {
			c.changed.Wait()
		}
	}
	if !at.done {
		return nil, errStopped
	}
	made := *at
	*at = part{}
	c.merged++
	c.changed.Broadcast()
	if made.err != nil {
		made.release()
		return nil, made.err
	}
	return &made, nil
}

// errStopped never reaches a client: a worker panicked, and share panics with the same.
var errStopped = errors.New("a worker stopped")

// stop lets the workers end after the morsel that they are at.
func (c *crew) stop() {
	c.mu.Lock()
	c.stopped = true
	c.changed.Broadcast()
	c.mu.Unlock()
}

// hire readies an instance of the aggregate for the statement.
func (c *crew) hire() *instance {
	i, ok := c.of.idle.Get().(*instance)
	if !ok {
		i = c.of.program.newInstance(c.of.make, nil)
	}
	r := c.r
	i.take(r.ctx, &Run{
		Tx: r.tx, Zone: r.ec.Zone, Params: r.ec.Params, Literals: r.ec.Literals, Budget: r.ec.Budget, Files: r.files, User: r.ec.User, Roles: r.ec.Roles,
	})
	i.ec.Now, i.ec.Began, i.clock = r.ec.Now, r.ec.Began, r.clock
	i.ec.VirtualIDs = r.ec.VirtualIDs
	return i
}

// dismiss gives back what hire made.
func (c *crew) dismiss(i *instance) {
	i.root.close(&i.run)
	for _, s := range i.subs {
		s.root.close(&i.run)
	}
	if i.held != 0 {
		i.release(i.held)
	}
	c.mu.Lock()
	c.hits += i.hits
	c.mu.Unlock()
	i.drop()
	c.of.idle.Put(i)
}
