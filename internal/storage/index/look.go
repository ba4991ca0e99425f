package index

import (
	"math/bits"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/value"
)

// Look fills dst with the entries whose value sorts as v, which must not be null, in the
// order of their nodes, and tells whether these are all; where they are not, a cursor finds
// them. It is what most look-ups need: one value, which few nodes have.
func (p *Property) Look(v value.Value, dst []Entry) (n int, all bool) {
	q := probe{key: keyOf(v), value: v}
	if q.class == classComposite {
		return 0, false // lists compare element by element
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	ref := p.roots[q.class]
	if ref == 0 {
		return 0, true
	}
	blocks := p.arena.Blocks()
	l := (*leaf)(blocks.Pointer(ref))
	for l.kind != kindLeaf {
		at := (*inner)(blocks.Pointer(ref))
		ref = at.child[p.childOf(at, &q)]
		l = (*leaf)(blocks.Pointer(ref))
	}
	for i := p.firstOf(l, &q); ; i++ {
		if i == int(l.count) {
			if l.next == 0 {
				return n, true
			}
			l, i = (*leaf)(blocks.Pointer(l.next)), 0
		}
		if p.compareValue(l.prefix[i], l.rest[i], &q) != 0 {
			return n, true
		}
		if n == len(dst) {
			return n, false
		}
		dst[n] = Entry{l.node[i], q.class, l.prefix[i], l.rest[i]}
		n++
	}
}

// firstOf is placeOf for a probe of the first node, without the search among entries of one prefix
// where the first of them has the value.
func (p *Property) firstOf(l *leaf, q *probe) int {
	if q.exact {
		if at := below(l.prefix[:l.count], q.prefix); at == int(l.count) || l.prefix[at] != q.prefix || l.rest[at] == 0 {
			return at
		}
	}
	at, _ := p.placeOf(l, q)
	return at
}

// childOf returns which child of n q belongs to: how many separators are not greater.
func (p *Property) childOf(n *inner, q *probe) int {
	lo := belowNear(n.prefix[:n.count], q.prefix)
	if lo == int(n.count) || n.prefix[lo] != q.prefix {
		return lo
	}
	hi := lo + 1
	for hi < int(n.count) && n.prefix[hi] == q.prefix {
		hi++
	}
	for lo < hi {
		mid := (lo + hi) / 2
		if p.compare(n.prefix[mid], n.rest[mid], n.node[mid], q) <= 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// placeOf returns the first entry of l that is not less than q, and whether it equals q.
func (p *Property) placeOf(l *leaf, q *probe) (int, bool) {
	lo := below(l.prefix[:l.count], q.prefix)
	hi := lo
	for hi < int(l.count) && l.prefix[hi] == q.prefix {
		hi++
	}
	for lo < hi {
		mid := (lo + hi) / 2
		c := p.compare(l.prefix[mid], l.rest[mid], l.node[mid], q)
		if c == 0 {
			return mid, true
		}
		if c < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, false
}

// below returns how many of the ascending prefixes are less than one. It looks at all of them,
// which is faster than halving: no branch depends on them, and the processor fetches their lines
// of memory at once, not one after the other.
func below(prefixes []uint64, than uint64) int {
	var n uint64
	for _, p := range prefixes {
		_, less := bits.Sub64(p, than, 0)
		n += less
	}
	return int(n)
}

// belowNear is below for prefixes that lie in a near cache, as those of the upper nodes do: it
// halves, without a branch that depends on them.
func belowNear(prefixes []uint64, than uint64) int {
	var at uint
	for n := uint(len(prefixes)); n > 0; {
		half := (n + 1) / 2
		_, less := bits.Sub64(prefixes[at+half-1], than, 0)
		at += half & -uint(less)
		n -= half
	}
	return int(at)
}

// descend returns the leaf that q belongs to and appends the inner nodes above it to path.
func (p *Property) descend(q *probe, path []step) (arena.Ref, []step) {
	ref := p.roots[q.class]
	for !p.isLeaf(ref) {
		n := p.inner(ref)
		i := p.childOf(n, q)
		path = append(path, step{ref, i})
		ref = n.child[i]
	}
	return ref, path
}

// step is one inner node on the way to a leaf.
type step struct {
	ref   arena.Ref
	child int
}
