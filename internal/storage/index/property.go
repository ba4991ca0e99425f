package index

import (
	"cmp"
	"sync"
	"sync/atomic"
	"unsafe"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/property"
	"memgraphd/internal/storage/value"
)

const (
	leafMax  = 32
	innerMax = 31
	depthMax = 24
)

// leaf holds the entries.
type leaf struct {
	count, kind uint16
	next, prev  arena.Ref
	_           uint32
	prefix      [leafMax]uint64
	rest        [leafMax]arena.Ref
	node        [leafMax]graph.NodeID
}

// inner holds separators: child[i] has what is less than separator i, child[i+1] the rest.
type inner struct {
	count, kind uint16
	_           [3]uint32
	prefix      [innerMax]uint64
	rest        [innerMax]arena.Ref
	node        [innerMax]graph.NodeID
	child       [innerMax + 1]arena.Ref
}

// The kinds of nodes of the tree.
const (
	kindHigh uint16 = iota // an inner node above inner nodes
	kindLeaf
	kindLow // an inner node above leaves
)

// Property is the values of one key under one label. Its methods may be called
// concurrently; a scan holds the lock for one batch at a time.
type Property struct {
	arena    *arena.Arena
	mu       sync.RWMutex
	roots    [classes]arena.Ref // guarded by mu
	tails    [classes]arena.Ref // guarded by mu: the last leaf of each tree, 0 if it is not known
	entries  atomic.Int64
	distinct atomic.Int64
}

// Entry is one entry: a node that may have a value.
type Entry struct {
	Node   graph.NodeID
	class  Class
	prefix uint64
	rest   arena.Ref
}

// probe is what a search compares entries with.
type probe struct {
	key
	value value.Value
	node  graph.NodeID
}

// NewProperty returns an empty index in a.
func NewProperty(a *arena.Arena) *Property { return &Property{arena: a} }

// Entries returns the number of entries.
func (p *Property) Entries() int64 { return p.entries.Load() }

// Distinct returns the number of distinct values.
func (p *Property) Distinct() int64 { return p.distinct.Load() }

// AllDistinct reports whether no two entries have the same value.
func (p *Property) AllDistinct() bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.entries.Load() == p.distinct.Load()
}

func (p *Property) leaf(ref arena.Ref) *leaf   { return (*leaf)(p.arena.Pointer(ref)) }
func (p *Property) inner(ref arena.Ref) *inner { return (*inner)(p.arena.Pointer(ref)) }
func (p *Property) isLeaf(ref arena.Ref) bool  { return p.leaf(ref).kind == kindLeaf }

// fullValue returns the value of an entry.
func (p *Property) fullValue(class Class, prefix uint64, rest arena.Ref) value.Value {
	if rest == 0 {
		return valueOf(class, prefix)
	}
	size := p.arena.Words(rest, 2)[1]
	return property.Read(p.arena.Bytes(rest, int(size)+8)[8:])
}

// compareValue compares the value of an entry with that of q.
func (p *Property) compareValue(prefix uint64, rest arena.Ref, q *probe) int {
	if prefix != q.prefix {
		return cmp.Compare(prefix, q.prefix)
	}
	if rest == 0 && q.exact {
		return 0
	}
	return value.Order(p.fullValue(q.class, prefix, rest), q.value)
}

// compare compares an entry with q, by value and then by node.
func (p *Property) compare(prefix uint64, rest arena.Ref, node graph.NodeID, q *probe) int {
	if c := p.compareValue(prefix, rest, q); c != 0 {
		return c
	}
	return cmp.Compare(node, q.node)
}

// newRest stores v in full.
func (p *Property) newRest(v value.Value) arena.Ref {
	packed := property.AppendValue(make([]byte, 8, 64), v)
	ref := p.arena.Alloc(len(packed))
	copy(p.arena.Bytes(ref, len(packed)), packed)
	words := p.arena.Words(ref, 2)
	words[0], words[1] = 1, uint32(len(packed)-8)
	return ref
}

func (p *Property) useRest(rest arena.Ref) arena.Ref {
	if rest != 0 {
		p.arena.Words(rest, 2)[0]++
	}
	return rest
}

// dropRest gives up one use. Scans may still hold the reference, hence the garbage.
func (p *Property) dropRest(rest arena.Ref, g *arena.Garbage) {
	if rest == 0 {
		return
	}
	words := p.arena.Words(rest, 2)
	if words[0]--; words[0] == 0 {
		g.Add(rest, int(words[1])+8)
	}
}

// sameNeighbour reports whether an entry beside place i of l has the value of q.
func (p *Property) sameNeighbour(l *leaf, before, after int, q *probe) bool {
	switch {
	case before >= 0:
		if p.compareValue(l.prefix[before], l.rest[before], q) == 0 {
			return true
		}
	case l.prev != 0:
		b := p.leaf(l.prev)
		if k := b.count - 1; p.compareValue(b.prefix[k], b.rest[k], q) == 0 {
			return true
		}
	}
	switch {
	case after < int(l.count):
		return p.compareValue(l.prefix[after], l.rest[after], q) == 0
	case l.next != 0:
		n := p.leaf(l.next)
		return p.compareValue(n.prefix[0], n.rest[0], q) == 0
	}
	return false
}

func newProbe(v value.Value, id graph.NodeID) probe { return probe{keyOf(v), v, id} }

// Drop puts all blocks aside. The index must not be used afterwards, except by scans
// that have begun.
func (p *Property) Drop(g *arena.Garbage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for class, root := range p.roots {
		if root != 0 {
			p.dropNode(root, g)
		}
		p.roots[class], p.tails[class] = 0, 0
	}
	p.entries.Store(0)
	p.distinct.Store(0)
}

// dropNode recurses as deep as the tree is: at most depthMax.
func (p *Property) dropNode(ref arena.Ref, g *arena.Garbage) {
	if p.isLeaf(ref) {
		l := p.leaf(ref)
		for _, rest := range l.rest[:l.count] {
			p.dropRest(rest, g)
		}
		g.Add(ref, int(unsafe.Sizeof(leaf{})))
		return
	}
	n := p.inner(ref)
	for i := range n.count + 1 {
		p.dropNode(n.child[i], g)
	}
	for _, rest := range n.rest[:n.count] {
		p.dropRest(rest, g)
	}
	g.Add(ref, int(unsafe.Sizeof(inner{})))
}
