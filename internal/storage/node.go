package storage

import (
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
)

// node is the record of one node slot: 32 bytes.
//
//	 0  state       0: settled and in every view. Otherwise
//	                bit 63: latched by a writer; bit 62: there is no node in place;
//	                bits 0 … 31: newest undo record, 0 for none
//	 8  labels      label set
//	12  out, in     adjacency
//	20  props       property blob, 0 for none
//	24  generation  of the node, or for a free slot of the next node in it
//	28  kinds       types of the relationships (see inKinds)
//
// A reader loads the fields first and the state then. A writer latches the record,
// publishes its undo record in the state, and changes the fields then (see package mvcc).
type node struct {
	state      atomic.Uint64
	labels     atomic.Uint32
	out, in    atomic.Uint32
	props      atomic.Uint32
	generation atomic.Uint32
	kinds      atomic.Uint32
}

const (
	latched  = uint64(1) << 63
	absent   = uint64(1) << 62
	undoBits = uint64(1)<<32 - 1
)

// latch excludes other writers of n and returns the state without the latch. It is held
// for short and never while waiting for another lock that is held for long.
func (n *node) latch() uint64 {
	for spin := 0; ; spin++ {
		state := n.state.Load()
		if state&latched == 0 && n.state.CompareAndSwap(state, state|latched) {
			return state
		}
		if spin > 8 {
			runtime.Gosched()
		}
	}
}

// unlatch ends the latch and leaves the given state.
func (n *node) unlatch(state uint64) { n.state.Store(state &^ latched) }

// plainState is plain for a state.
func plainState(a *atomic.Uint64) *uint64 { return (*uint64)(unsafe.Pointer(a)) }

// undoOf returns the newest undo record that a state refers to.
func undoOf(state uint64) arena.Ref { return arena.Ref(uint32(state)) }

// adjacent returns the field of a direction, Out or In.
func (n *node) adjacent(dir graph.Direction) *atomic.Uint32 {
	if dir == graph.In {
		return &n.in
	}
	return &n.out
}

// inPlace returns the newest version. The caller holds the latch and passes the state.
func (n *node) inPlace(state uint64) image {
	return image{setID(n.labels.Load()), arena.Ref(n.props.Load()), state&absent == 0}
}

// nodeTable is the node slots.
type nodeTable struct {
	records arena.Table[node]
	columns *columns
	limit   atomic.Uint64 // slots 0 … limit-1 were in use once
	base    atomic.Uint32 // least generation of a node in a slot that this process has not used
	floor   atomic.Uint32 // least generation that no freed slot has had

	mu    sync.Mutex
	free  []graph.NodeID // guarded by mu
	stale bool           // guarded by mu: free must be built anew
}

const nodePageShift = 11 // 2,048 nodes, 64 KiB

func (t *nodeTable) init(s *Store) {
	t.records.Init(nodePageShift, s.graphBudget)
	t.columns = &s.columns
}

// at returns the record of id, nil if there is none.
func (t *nodeTable) at(id graph.NodeID) *node {
	if uint64(id) >= t.limit.Load() {
		return nil
	}
	return t.records.At(uint32(id))
}

func (t *nodeTable) growLocked(n uint64) {
	t.records.Grow(n, func(records []node) {
		for i := range records {
			*plainState(&records[i].state) = absent
		}
	})
	t.columns.grow(n)
	t.limit.Store(n)
}

// take returns a free slot and its record with the generation set.
func (t *nodeTable) take() (graph.NodeID, *node, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stale {
		t.rebuildLocked()
	}
	var id graph.NodeID
	if last := len(t.free) - 1; last >= 0 {
		id = t.free[last]
		t.free = t.free[:last]
	} else {
		limit := t.limit.Load()
		if limit >= uint64(graph.NoNode) {
			return 0, nil, ErrIDsExhausted
		}
		id = graph.NodeID(limit)
		t.growLocked(limit + 1)
	}
	n := t.records.At(uint32(id))
	n.generation.Store(max(n.generation.Load(), t.base.Load()))
	return id, n, nil
}

// give makes a slot free, which nobody can reach any more.
func (t *nodeTable) give(id graph.NodeID) {
	n := t.records.At(uint32(id))
	t.retireGeneration(n)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.free = append(t.free, id)
}

// retireGeneration makes sure that the present generation is never given again.
func (t *nodeTable) retireGeneration(n *node) {
	raise(&t.floor, n.generation.Add(1))
}

// claim makes slot id exist for recovery.
func (t *nodeTable) claim(id graph.NodeID) *node {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stale = true
	if uint64(id) >= t.limit.Load() {
		t.growLocked(uint64(id) + 1)
	}
	return t.records.At(uint32(id))
}

// markStale tells that slots became free without give.
func (t *nodeTable) markStale() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stale = true
}

// rebuildLocked finds the free slots, so that the least are used first.
func (t *nodeTable) rebuildLocked() {
	t.stale = false
	t.free = t.free[:0]
	for id := int64(t.limit.Load()) - 1; id >= 0; id-- {
		if t.records.At(uint32(id)).state.Load() == absent {
			t.free = append(t.free, graph.NodeID(id))
		}
	}
}

// raise sets a to n if that is more.
func raise(a *atomic.Uint32, n uint32) {
	for {
		old := a.Load()
		if n <= old || a.CompareAndSwap(old, n) {
			return
		}
	}
}
