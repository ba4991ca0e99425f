package storage

import (
	"sync"
	"sync/atomic"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/index"
)

// labelBitmaps is the bitmap of each label, made when its first node comes.
type labelBitmaps struct {
	arena *arena.Arena
	mu    sync.Mutex
	list  atomic.Pointer[[]*index.Label]
}

func (b *labelBitmaps) init(a *arena.Arena) {
	b.arena = a
	b.list.Store(new([]*index.Label))
}

// get returns the bitmap of l, nil if it never had a node.
func (b *labelBitmaps) get(l graph.LabelID) *index.Label {
	list := *b.list.Load()
	if int(l) >= len(list) {
		return nil
	}
	return list[l]
}

func (b *labelBitmaps) add(l graph.LabelID, id graph.NodeID) { b.ensure(l).Add(id) }

// addWord adds the nodes first … first+63 whose bits are set; first is a multiple of 64.
func (b *labelBitmaps) addWord(l graph.LabelID, first graph.NodeID, nodes uint64) {
	b.ensure(l).AddWord(first, nodes)
}

// ensure returns the bitmap of l.
func (b *labelBitmaps) ensure(l graph.LabelID) *index.Label {
	if bits := b.get(l); bits != nil {
		return bits
	}
	return b.create(l)
}

func (b *labelBitmaps) create(l graph.LabelID) *index.Label {
	b.mu.Lock()
	defer b.mu.Unlock()
	if bits := b.get(l); bits != nil {
		return bits
	}
	old := *b.list.Load()
	list := make([]*index.Label, max(len(old), int(l)+1))
	copy(list, old)
	list[l] = index.NewLabel(b.arena)
	b.list.Store(&list)
	return list[l]
}
