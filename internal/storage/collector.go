package storage

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/mvcc"
)

// collector takes away what finished transactions left behind.
//
// Phase one unlinks it from the graph once no view is open that was open when the
// transaction ended. Phase two frees it once no view is open that was open when phase one
// ended. Both take transactions in the order in which they ended, so a version that is
// unlinked is always the oldest of its thing.
type collector struct {
	store *Store
	left  atomic.Int64 // transactions in either queue
	held  atomic.Int64 // bytes that they keep
	ever  atomic.Int64 // bytes that were kept by any transaction so far
	did   collected

	queueMu sync.Mutex
	ended   endings // guarded by queueMu: wait for phase one

	workMu   sync.Mutex
	unlinked endings       // guarded by workMu: wait for phase two
	behind   mvcc.Watch    // the view that the last step waits for; stepped under workMu
	oldest   atomic.Uint64 // the stamp up to which the last step could go

	spare sync.Pool // of *ending, of transactions that are freed

	wake chan struct{}
	quit chan struct{}
	done chan struct{}
}

// stepRecords bounds what a transaction does for the collector when it ends, in records.
const stepRecords = 512

// idleRecords bounds one step of the goroutine.
const idleRecords = 4096

func (c *collector) start(s *Store) {
	c.store = s
	c.wake = make(chan struct{}, 1)
	c.quit = make(chan struct{})
	c.done = make(chan struct{})
	go c.run()
}

func (c *collector) stop() {
	select {
	case <-c.quit:
	default:
		close(c.quit)
	}
	<-c.done
}

func (c *collector) run() {
	defer close(c.done)
	for {
		select {
		case <-c.quit:
			return
		case <-c.wake:
		}
		end := c.round()
		for more := true; more; {
			c.workMu.Lock()
			more = c.stepLocked(idleRecords)
			if !more && (c.store.adjacency.Arena.Sparse() || c.store.blobs.Sparse()) {
				c.store.compactLocked(looseParts)
				c.store.adjacency.Arena.Relax()
				c.store.blobs.Relax()
			}
			c.workMu.Unlock()
			select {
			case <-c.quit:
				return
			default:
			}
		}
		end()
	}
}

// fresh returns an ending for a transaction that begins to write.
func (c *collector) fresh() *ending {
	if e, ok := c.spare.Get().(*ending); ok {
		return e
	}
	return &ending{}
}

// recycle keeps the memory of an ending that was freed. Its transaction, if it had one, has
// closed its view before, and nobody else knows it.
func (c *collector) recycle(e *ending) {
	*e = ending{}
	c.spare.Put(e)
}

// push hands over a transaction whose outcome is out.
func (c *collector) push(e *ending) {
	c.weigh(e.weight(), 1)
	c.queueMu.Lock()
	defer c.queueMu.Unlock()
	e.stamp = c.store.views.Tick() // under the lock, so that stamps ascend
	c.ended.push(e)
}

// pushAll is push for commits that become visible at one moment, by last. That is under the lock: who
// sees them, changes the same things and rolls back at once would else be queued before them, and
// the versions of those things be cut in the wrong order.
func (c *collector) pushAll(settled []*pending, last *atomic.Uint64) {
	held := int64(0)
	for _, p := range settled {
		p.tx.ending.committed = true
		held += p.tx.ending.weight()
	}
	c.weigh(held, int64(len(settled)))
	c.queueMu.Lock()
	defer c.queueMu.Unlock()
	last.Store(settled[len(settled)-1].index)
	stamp := c.store.views.Tick() // after it: views that are opened from here on have them
	for _, p := range settled {
		p.tx.ending.stamp = stamp
		c.ended.push(p.tx.ending)
	}
}

// weight adds what e itself takes to what it keeps in memory, once, and returns that.
func (e *ending) weight() int64 {
	e.held += int64(unsafe.Sizeof(ending{})) + e.log.Bytes()
	return e.held
}

// weigh counts n more transactions that wait, with what they keep.
func (c *collector) weigh(held, n int64) {
	c.held.Add(held)
	c.ever.Add(held)
	c.left.Add(n)
}

// nudge does a small step, or leaves it to the goroutine. While the view is open that the last
// step stopped at there is nothing to do: whoever closes that view nudges, too.
func (c *collector) nudge() {
	if c.left.Load() == 0 {
		return
	}
	if _, open := c.behind.Watched(); open {
		return
	}
	more := true
	if c.workMu.TryLock() {
		more = c.stepLocked(stepRecords)
		c.workMu.Unlock()
	}
	if more {
		select {
		case c.wake <- struct{}{}:
		default:
		}
	}
}

// Collect frees every version that no view can reach, and gives unused pages back.
func (s *Store) Collect() {
	c := &s.collector
	c.workMu.Lock()
	defer c.workMu.Unlock()
	for c.stepLocked(idleRecords) {
	}
	const rounds = 16
	for range rounds {
		held := s.adjacency.Arena.Held() + s.blobs.Held()
		if !s.compactLocked(tightParts) || s.adjacency.Arena.Held()+s.blobs.Held() >= held {
			break
		}
	}
	s.adjacency.Arena.Relax()
	s.blobs.Relax()
	s.indexArena.Relax()
	s.undo.Relax()
	s.edges.arena.Relax()
	s.nodes.records.Relax()
	s.edges.sources.Relax()
	s.edges.chunks.Relax()
}

// stepLocked takes away up to about n records and reports whether more could go now.
func (c *collector) stepLocked(n int) (more bool) {
	oldest := c.behind.Oldest(&c.store.views)
	for n > 0 {
		e := c.unlinked.first()
		if e != nil && e.stamp > oldest {
			if _, open := c.behind.Watched(); !open { // else it is the oldest still
				oldest = c.behind.Oldest(&c.store.views)
			}
		}
		if e != nil && e.stamp <= oldest {
			n -= c.store.free(e, n)
			if e.pass == passDone {
				c.unlinked.pop()
				c.left.Add(-1)
				c.did.freed.Add(1)
				c.recycle(e)
			}
			continue
		}
		c.queueMu.Lock()
		if e = c.ended.first(); e != nil && e.stamp > oldest {
			e = nil
		}
		c.queueMu.Unlock()
		if watched, open := c.behind.Watched(); e == nil && (open || !watched || c.left.Load() == 0) {
			return false
		} else if e == nil { // its owner may have looked before it could be seen that it is waited for
			oldest = c.behind.Oldest(&c.store.views)
			n--
			continue
		}
		c.oldest.Store(uint64(oldest))
		n -= c.store.unlink(e, n)
		if e.pass != passFree {
			continue
		}
		c.queueMu.Lock()
		c.ended.pop()
		c.queueMu.Unlock()
		e.stamp = c.store.views.Tick()
		c.unlinked.push(e)
	}
	return true
}

// horizon returns a commit that every view has, the newest that the collector knows of, or 0.
func (c *collector) horizon() uint64 {
	oldest := mvcc.Stamp(c.oldest.Load())
	c.queueMu.Lock()
	defer c.queueMu.Unlock()
	if e := c.ended.upTo(oldest); e != nil {
		return uint64(c.store.slots.Get(e.slot))
	}
	return 0
}

// The passes over the records of an ending.
const (
	passMark   = iota // mark dead relationships, cut chains
	passPurge         // take dead relationships out of their ends
	passFree          // wait for phase two, then free
	passDone          //
	purgeCost  = 4    // records that a purge counts for
	recordCost = 1
)

// unlink does phase one for up to n records and returns how many it did.
func (s *Store) unlink(e *ending, n int) int {
	did := 1
	for ; e.pass < passFree && did < n; e.pass++ {
		for ; e.at < e.log.Len(); e.at++ {
			if did >= n {
				return did
			}
			r, ref := e.log.Record(s.undo, e.at)
			if e.pass == passMark {
				s.settleRecord(e, r, ref)
				did += recordCost
			} else if r.Mark == doneDeadEdge {
				s.purgeEnds(e, r)
				s.edges.hide(graph.EdgeID(r.ID))
				did += purgeCost
			}
		}
		e.at = 0
	}
	return did
}

// free does phase two for up to n records and returns how many it did.
func (s *Store) free(e *ending, n int) int {
	did := 1
	for ; e.at < e.log.Len(); e.at++ {
		if did >= n {
			return did
		}
		r, _ := e.log.Record(s.undo, e.at)
		switch r.Mark {
		case doneDeadNode:
			s.freeNode(r.ID)
		case doneDeadEdge:
			s.freeEdge(e, r.ID, &e.late)
		}
		did += recordCost
	}
	for _, p := range e.dropped {
		p.tree.Drop(&e.indexes)
	}
	e.adjacency.Free(s.adjacency.Arena)
	e.blobs.Free(s.blobs)
	e.indexes.Free(s.indexArena)
	e.states.Free(s.edges.arena)
	e.log.Free(s.undo)
	if e.slot != 0 {
		s.slots.Give(e.slot)
	}
	s.collector.held.Add(-e.held)
	e.pass = passDone
	if e.late.Len() > 0 {
		after := &ending{pass: passFree, states: e.late, stamp: s.views.Tick()}
		s.collector.unlinked.push(after)
		s.collector.left.Add(1)
	}
	return did
}

// idle reports whether nothing waits to be collected and no view is open.
func (c *collector) idle() bool {
	return c.left.Load() == 0 && c.store.views.Active() == 0
}

// Values of mvcc.Record.Mark of records that are in no chain.
const (
	doneDeadNode = 1
	doneDeadEdge = 2
)
