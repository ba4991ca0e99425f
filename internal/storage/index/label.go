package index

import (
	"cmp"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
)

const (
	chunkShift = 12
	chunkNodes = 1 << chunkShift
	chunkWords = chunkNodes / 64
	chunkBytes = chunkWords * 8
)

// Label is the set of nodes that may have one label. Contains and Scan take no lock.
type Label struct {
	arena *arena.Arena
	list  atomic.Pointer[[]chunk]
	mu    sync.Mutex // one chunk is added at a time
}

// chunk is the bits of the nodes from number<<chunkShift on.
type chunk struct {
	number uint32
	page   arena.Ref
}

type page [chunkWords]atomic.Uint64

// NewLabel returns an empty set in a.
func NewLabel(a *arena.Arena) *Label {
	l := &Label{arena: a}
	l.list.Store(new([]chunk))
	return l
}

func (l *Label) page(ref arena.Ref) *page { return (*page)(l.arena.Pointer(ref)) }

func find(list []chunk, number uint32) (int, bool) {
	if n := len(list); n > 0 && list[n-1].number == number {
		return n - 1, true
	}
	return slices.BinarySearchFunc(list, number, func(c chunk, n uint32) int { return cmp.Compare(c.number, n) })
}

// Add puts a node into the set.
func (l *Label) Add(id graph.NodeID) { l.AddWord(id, 1<<(id%64)) }

// AddWord puts those nodes into the set whose bits are set in nodes, among the 64 from the
// multiple of 64 on that id is not below.
func (l *Label) AddWord(id graph.NodeID, nodes uint64) {
	number := uint32(id) >> chunkShift
	list := *l.list.Load()
	i, ok := find(list, number)
	if !ok {
		list, i = l.addChunk(number)
	}
	l.page(list[i].page)[id%chunkNodes/64].Or(nodes)
}

func (l *Label) addChunk(number uint32) ([]chunk, int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := *l.list.Load()
	i, ok := find(list, number)
	if ok {
		return list, i
	}
	ref := l.arena.Alloc(chunkBytes)
	clear(l.arena.Words(ref, chunkBytes/4))
	if i == len(list) {
		list = append(list, chunk{number, ref}) // readers' slices end before it
	} else {
		list = slices.Insert(slices.Clone(list), i, chunk{number, ref})
	}
	l.list.Store(&list)
	return list, i
}

// Remove takes a node out of the set.
func (l *Label) Remove(id graph.NodeID) {
	list := *l.list.Load()
	if i, ok := find(list, uint32(id)>>chunkShift); ok {
		l.page(list[i].page)[id%chunkNodes/64].And(^uint64(1 << (id % 64)))
	}
}

// Contains reports whether the node may have the label.
func (l *Label) Contains(id graph.NodeID) bool {
	list := *l.list.Load()
	i, ok := find(list, uint32(id)>>chunkShift)
	return ok && l.page(list[i].page)[id%chunkNodes/64].Load()>>(id%64)&1 == 1
}

// Scan fills dst with the members from id on, ascending, and returns how many there are;
// fewer than len(dst) means the end.
func (l *Label) Scan(dst []graph.NodeID, from graph.NodeID) int {
	list := *l.list.Load()
	i, _ := find(list, uint32(from)>>chunkShift)
	n := 0
	for ; i < len(list); i++ {
		base := graph.NodeID(list[i].number) << chunkShift
		p := l.page(list[i].page)
		start := 0
		if from > base {
			start = int(from-base) / 64
		}
		for w := start; w < chunkWords; w++ {
			word := p[w].Load()
			at := base + graph.NodeID(w)*64
			if from > at {
				word &= ^uint64(0) << (from - at)
			}
			for ; word != 0; word &= word - 1 {
				if n == len(dst) {
					return n
				}
				dst[n] = at + graph.NodeID(bits.TrailingZeros64(word))
				n++
			}
		}
	}
	return n
}

// groupShift is the number of bits of the ids of a group.
const groupShift = 10

// CountGroup returns the number of members among the 1,024 ids of a group.
func (l *Label) CountGroup(group uint32) int {
	list := *l.list.Load()
	i, ok := find(list, group>>(chunkShift-groupShift))
	if !ok {
		return 0
	}
	const words = 1 << (groupShift - 6)
	from := group % (chunkWords / words) * words
	n := 0
	for w := from; w < from+words; w++ {
		n += bits.OnesCount64(l.page(list[i].page)[w].Load())
	}
	return n
}

// Bytes returns the size of the pages and their list.
func (l *Label) Bytes() int64 {
	list := *l.list.Load()
	return int64(len(list))*chunkBytes + int64(cap(list))*int64(unsafe.Sizeof(chunk{}))
}
