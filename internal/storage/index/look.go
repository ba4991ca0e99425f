package index

import (
	"math/bits"
	"unsafe"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/value"
)

// leafLines is how many lines of memory a leaf lies in, at most.
const leafLines = (int(unsafe.Sizeof(leaf{})) + 127) / 64

// Search is a look-up of one value in two steps: the first finds the leaf and has the processor load it,
// the second reads it. Other work in between is done while the memory is waited for.
type Search struct {
	of     *Property // that is locked for reading; nil: none is
	leaf   *leaf     // where the value would be; nil: nowhere
	blocks arena.Blocks
	probe  probe
}

// Begin begins a look-up of v, which must not be null. It reports false if v is not looked up in this way.
// After true the index is locked for reading until Take or End.
func (p *Property) Begin(s *Search, v value.Value) bool {
	s.probe.key = keyOf(v)
	if s.probe.class == classComposite {
		return false // lists compare element by element
	}
	s.probe.value = v
	p.mu.RLock()
	s.of, s.leaf = p, nil
	ref := p.roots[s.probe.class]
	if ref == 0 {
		return true
	}
	s.blocks = p.arena.Blocks()
	for {
		at := s.blocks.Pointer(ref)
		if (*leaf)(at).kind == kindLeaf {
			s.leaf = (*leaf)(at)
			return true
		}
		n := (*inner)(at)
		ref = n.child[p.childOf(n, &s.probe)]
		if n.kind == kindLow {
			s.leaf = (*leaf)(s.blocks.Pointer(ref))
			arena.Prefetch(unsafe.Pointer(s.leaf), leafLines)
			return true
		}
	}
}

// End ends a look-up; it may have ended before.
func (s *Search) End() {
	if s.of != nil {
		s.of.mu.RUnlock()
		s.of = nil
	}
}

// Take ends a look-up and fills dst with the entries whose value sorts as that one, in the order of their
// nodes. It tells whether these are all; where they are not, a cursor finds them.
func (s *Search) Take(dst []Entry) (n int, all bool) {
	defer s.End()
	p, l, q := s.of, s.leaf, &s.probe
	if l == nil {
		return 0, true
	}
	for i := p.firstOf(l, q); ; i++ {
		if i == int(l.count) {
			if l.next == 0 {
				return n, true
			}
			l, i = (*leaf)(s.blocks.Pointer(l.next)), 0
		}
		if p.compareValue(l.prefix[i], l.rest[i], q) != 0 {
			return n, true
		}
		if n == len(dst) {
			return n, false
		}
		dst[n] = Entry{l.node[i], q.class, l.prefix[i], l.rest[i]}
		n++
	}
}

// Look is Begin and Take; where Begin reports false, it finds nothing, and not all.
func (p *Property) Look(v value.Value, dst []Entry) (n int, all bool) {
	var s Search
	if !p.Begin(&s, v) {
		return 0, false
	}
	return s.Take(dst)
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
