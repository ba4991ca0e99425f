package storage

import (
	"fmt"
	"sync/atomic"
	"unsafe"

	"memgraphd/internal/storage/graph"
)

// take returns a free slot of a type, with its generation set.
func (t *edgeTable) take(kind graph.TypeID) (graph.EdgeID, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stale {
		t.rebuildLocked()
	}
	f := t.free[kind]
	if f == nil {
		f = &freeEdges{}
		t.free[kind] = f
	}
	var id graph.EdgeID
	if last := len(f.ids) - 1; last >= 0 {
		id = f.ids[last]
		f.ids = f.ids[:last]
	} else {
		if f.next == f.to {
			first, err := t.takeChunkLocked()
			if err != nil {
				return 0, err
			}
			t.chunk(first).kind.Store(uint32(kind) + 1)
			f.next, f.to = first, first+chunkEdges
		}
		id = f.next
		f.next++
	}
	t.setGeneration(id, max(t.generation(id), t.base.Load()))
	return id, nil
}

// takeChunkLocked returns the first slot of a chunk that no type has.
func (t *edgeTable) takeChunkLocked() (graph.EdgeID, error) {
	if last := len(t.spare) - 1; last >= 0 {
		first := t.spare[last]
		t.spare = t.spare[:last]
		return first, nil
	}
	limit := t.limit.Load()
	if limit+chunkEdges > uint64(graph.NoEdge) {
		return 0, ErrIDsExhausted
	}
	t.growLocked(limit + chunkEdges)
	return graph.EdgeID(limit), nil
}

// growLocked makes the slots below n exist; n is a multiple of chunkEdges.
func (t *edgeTable) growLocked(n uint64) {
	t.sources.Grow(n, func(records []atomic.Uint32) {
		slots := unsafe.Slice(plain(unsafe.SliceData(records)), len(records))
		for i := range slots {
			slots[i] = uint32(graph.NoNode)
		}
	})
	t.chunks.Grow(n>>chunkShift, nil)
	t.limit.Store(n)
}

// growEmptyLocked is growLocked for a bulk load, which has the sources of new slots 0 until
// Bulk.settleEnds.
func (t *edgeTable) growEmptyLocked(n uint64) {
	t.sources.Grow(n, nil)
	t.chunks.Grow(n>>chunkShift, nil)
	t.limit.Store(n)
}

// plain returns a as the word that it is, while nobody else sees it: an atomic store takes ten
// times as long.
func plain(a *atomic.Uint32) *uint32 { return (*uint32)(unsafe.Pointer(a)) }

// hide empties the slot of a dead relationship, which keeps its state until give. In between every view ends that
// was open when it was hidden: who has seen the slot full finds the state, too, and does not take the relationship for
// one that is in every view.
func (t *edgeTable) hide(id graph.EdgeID) { t.sources.At(uint32(id)).Store(uint32(graph.NoNode)) }

// give makes a hidden slot free, which nobody can reach any more.
func (t *edgeTable) give(id graph.EdgeID) {
	t.retire(id)
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.free[t.typeOf(id)]
	if f == nil {
		f = &freeEdges{}
		t.free[t.typeOf(id)] = f
	}
	f.ids = append(f.ids, id)
}

// retire empties a slot and makes sure that its generation is never given again.
func (t *edgeTable) retire(id graph.EdgeID) {
	t.hide(id)
	next := t.generation(id) + 1
	t.setGeneration(id, next)
	raise(&t.floor, next)
}

// claim makes slot id exist, with a type, for recovery.
func (t *edgeTable) claim(id graph.EdgeID, kind graph.TypeID) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stale = true
	if uint64(id) >= t.limit.Load() {
		t.growLocked((uint64(id)>>chunkShift + 1) << chunkShift)
	}
	if t.source(id) != graph.NoNode {
		return fmt.Errorf("relationship %d exists already", id)
	}
	c := t.chunk(id)
	switch c.kind.Load() {
	case uint32(kind) + 1:
		return nil
	case 0:
	default:
		// An empty chunk had lost its type when this slot was filled.
		for other := id &^ (chunkEdges - 1); other <= id|(chunkEdges-1); other++ {
			if t.source(other) != graph.NoNode {
				return fmt.Errorf("relationship %d has another type than its chunk", id)
			}
		}
	}
	c.kind.Store(uint32(kind) + 1)
	return nil
}

// markStale tells that slots became free without give.
func (t *edgeTable) markStale() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stale = true
}

// rebuildLocked finds the free slots, so that the least are used first.
func (t *edgeTable) rebuildLocked() {
	t.stale = false
	clear(t.free)
	t.spare = t.spare[:0]
	for id := int64(t.limit.Load()) - 1; id >= 0; id-- {
		e := graph.EdgeID(id)
		kind := t.chunk(e).kind.Load()
		if t.source(e) != graph.NoNode || t.dead(e) {
			continue
		}
		if kind == 0 {
			if e%chunkEdges == 0 {
				t.spare = append(t.spare, e)
			}
			continue
		}
		f := t.free[graph.TypeID(kind-1)]
		if f == nil {
			f = &freeEdges{}
			t.free[graph.TypeID(kind-1)] = f
		}
		f.ids = append(f.ids, e)
	}
}
