package storage

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
)

// Relationship slots are handed out in chunks of 64 that belong to one type.
//
//	sources   u32 per slot: start node, graph.NoNode while the slot is free or hidden (see hide)
//	chunk     32 bytes per 64 slots:
//	           0  type + 1, 0 while no type has the chunk
//	           4  64 × property blob (u32), 0 while none has properties
//	           8  64 × generation (u32), 0 while all are 0
//	          12  –
//	          16  4 × states of 16 slots, 0 while all are settled
//	state     16 bytes: creator, deleter (slots of transactions), undo record, flags
//
// The end node is in the adjacency of the start node and travels with the handle.
type chunk struct {
	kind   atomic.Uint32
	props  atomic.Uint32
	gens   atomic.Uint32
	_      uint32
	states [chunkGroups]atomic.Uint32
}

const (
	chunkShift  = 6
	chunkEdges  = 1 << chunkShift
	groupShift  = 4
	groupEdges  = 1 << groupShift
	chunkGroups = chunkEdges / groupEdges
	columnBytes = 4 * chunkEdges
	groupBytes  = groupEdges * int(unsafe.Sizeof(edgeState{}))

	sourcePageShift = 14 // 16,384 slots, 64 KiB
	chunkPageShift  = 9  // 512 chunks, 16 KiB
	stateStripes    = 64
)

// edgeState is what is unsettled about a relationship.
//
// Its creator and deleter change only while both its ends are latched, so that the marks
// in their adjacency agree with it.
type edgeState struct {
	creator atomic.Uint32 // slot of the transaction that created it; 0: it is in every view
	deleter atomic.Uint32 // slot of the transaction that deleted it; 0: none
	undo    atomic.Uint32 // newest undo record of its properties
	flags   atomic.Uint32
}

// flagDead tells that no view holds the relationship any more.
const flagDead = 1

// edgeTable is the relationship slots.
type edgeTable struct {
	arena   *arena.Arena // columns and states of chunks
	sources arena.Table[atomic.Uint32]
	chunks  arena.Table[chunk]
	limit   atomic.Uint64 // chunks handed out, times 64
	base    atomic.Uint32 // as in nodeTable
	floor   atomic.Uint32

	stripes [stateStripes]sync.Mutex // guard allocation and release of states

	mu    sync.Mutex
	free  map[graph.TypeID]*freeEdges // guarded by mu
	spare []graph.EdgeID              // guarded by mu: first slots of chunks without a type
	stale bool                        // guarded by mu
}

// freeEdges is the free slots of one type.
type freeEdges struct {
	ids      []graph.EdgeID
	next, to graph.EdgeID // rest of the newest chunk
}

func (t *edgeTable) init(s *Store) {
	t.arena = arena.New(s.graphBudget)
	t.sources.Init(sourcePageShift, s.graphBudget)
	t.chunks.Init(chunkPageShift, s.graphBudget)
	t.free = map[graph.TypeID]*freeEdges{}
}

func (t *edgeTable) chunk(id graph.EdgeID) *chunk { return t.chunks.At(uint32(id) >> chunkShift) }

// known reports whether id is the slot of a relationship in some version.
func (t *edgeTable) known(id graph.EdgeID) bool {
	return uint64(id) < t.limit.Load() && t.source(id) != graph.NoNode
}

func (t *edgeTable) source(id graph.EdgeID) graph.NodeID {
	return graph.NodeID(t.sources.At(uint32(id)).Load())
}

func (t *edgeTable) typeOf(id graph.EdgeID) graph.TypeID {
	return graph.TypeID(t.chunk(id).kind.Load() - 1)
}

// word returns entry id of a lazily allocated column, nil if there is none.
func (t *edgeTable) word(column *atomic.Uint32, id graph.EdgeID) *atomic.Uint32 {
	ref := arena.Ref(column.Load())
	if ref == 0 {
		return nil
	}
	return (*atomic.Uint32)(unsafe.Add(t.arena.Pointer(ref), 4*(id%chunkEdges)))
}

// ensureWord returns entry id of a column after allocating it.
func (t *edgeTable) ensureWord(column *atomic.Uint32, id graph.EdgeID) *atomic.Uint32 {
	if w := t.word(column, id); w != nil {
		return w
	}
	stripe := &t.stripes[id>>chunkShift%stateStripes]
	stripe.Lock()
	defer stripe.Unlock()
	if column.Load() == 0 {
		ref := t.arena.Alloc(columnBytes)
		clear(t.arena.Words(ref, chunkEdges))
		column.Store(uint32(ref))
	}
	return t.word(column, id)
}

// props returns the property blob of a relationship.
func (t *edgeTable) props(id graph.EdgeID) arena.Ref {
	if w := t.word(&t.chunk(id).props, id); w != nil {
		return arena.Ref(w.Load())
	}
	return 0
}

func (t *edgeTable) setProps(id graph.EdgeID, blob arena.Ref) {
	if blob == 0 && t.chunk(id).props.Load() == 0 {
		return
	}
	t.ensureWord(&t.chunk(id).props, id).Store(uint32(blob))
}

func (t *edgeTable) generation(id graph.EdgeID) uint32 {
	if w := t.word(&t.chunk(id).gens, id); w != nil {
		return w.Load()
	}
	return 0
}

func (t *edgeTable) setGeneration(id graph.EdgeID, n uint32) {
	if n == 0 && t.chunk(id).gens.Load() == 0 {
		return
	}
	t.ensureWord(&t.chunk(id).gens, id).Store(n)
}

func (t *edgeTable) group(id graph.EdgeID) *atomic.Uint32 {
	return &t.chunk(id).states[id>>groupShift%chunkGroups]
}

// state returns what is unsettled about a relationship, nil if nothing is.
func (t *edgeTable) state(id graph.EdgeID) *edgeState {
	ref := arena.Ref(t.group(id).Load())
	if ref == 0 {
		return nil
	}
	return t.stateAt(ref, id)
}

func (t *edgeTable) stateAt(ref arena.Ref, id graph.EdgeID) *edgeState {
	return (*edgeState)(unsafe.Add(t.arena.Pointer(ref), uintptr(id%groupEdges)*unsafe.Sizeof(edgeState{})))
}

// change calls fn with the state of a relationship. States that are all zero afterwards
// are put aside.
func (t *edgeTable) change(id graph.EdgeID, g *arena.Garbage, fn func(st *edgeState)) {
	stripe := &t.stripes[id>>chunkShift%stateStripes]
	stripe.Lock()
	defer stripe.Unlock()
	group := t.group(id)
	ref := arena.Ref(group.Load())
	if ref == 0 {
		ref = t.arena.Alloc(groupBytes)
		clear(t.arena.Words(ref, groupBytes/4))
		group.Store(uint32(ref))
	}
	st := t.stateAt(ref, id)
	fn(st)
	if *st.words() != [4]uint32{} {
		return
	}
	for _, w := range t.arena.Words(ref, groupBytes/4) {
		if w != 0 {
			return
		}
	}
	group.Store(0)
	g.Add(ref, groupBytes)
}

// dead reports whether no view holds a relationship whose slot is not free yet.
func (t *edgeTable) dead(id graph.EdgeID) bool {
	st := t.state(id)
	return st != nil && st.flags.Load()&flagDead != 0
}

// words returns st as plain words. The caller holds the stripe, so that nobody writes.
func (st *edgeState) words() *[4]uint32 { return (*[4]uint32)(unsafe.Pointer(st)) }

// marks returns how many marks the state makes in the adjacency of the two ends.
func (st *edgeState) marks() int {
	n := 0
	if st.creator.Load() != 0 {
		n++
	}
	if st.deleter.Load() != 0 {
		n++
	}
	return n
}
