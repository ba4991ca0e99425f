package index

import (
	"math"
	"strings"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// Bound is one end of a range. A null Value leaves that end open.
type Bound struct {
	Value     value.Value
	Inclusive bool
}

// Cursor walks over a range of entries in the order of their values, then of their nodes.
type Cursor struct {
	p           *Property
	class, last Class
	begun       bool
	at          probe // the entry returned last, or the lower bound
	lo, hi      Bound
	prefix      string // only strings that begin with it
}

// Equal returns a cursor over the entries whose value sorts as v.
func (p *Property) Equal(v value.Value) Cursor {
	b := Bound{v, true}
	return p.Range(b, b)
}

// Same returns a cursor over the entries whose value is the same as v, of whatever kind.
func (p *Property) Same(v value.Value) Cursor {
	b := Bound{v, true}
	class := keyOf(v).class
	return Cursor{p: p, lo: b, hi: b, class: class, last: class}
}

// Range returns a cursor over the entries between two bounds of one kind; without bounds,
// over all.
func (p *Property) Range(lo, hi Bound) Cursor {
	c := Cursor{p: p, lo: lo, hi: hi, last: classes - 1}
	switch {
	case !lo.Value.IsNull():
		c.class = keyOf(lo.Value).class
		c.last = c.class
	case !hi.Value.IsNull():
		c.class = keyOf(hi.Value).class
		c.last = c.class
	}
	if c.class == classComposite && c.last == classComposite {
		c.lo, c.hi = Bound{}, Bound{} // lists compare element by element: the reader decides
	}
	return c
}

// Prefix returns a cursor over the entries whose string begins with prefix.
func (p *Property) Prefix(prefix string) Cursor {
	lo := Bound{value.String(prefix), true}
	return Cursor{p: p, lo: lo, class: classString, last: classString, prefix: prefix}
}

// Next fills dst with the next entries and returns how many; 0 is the end.
func (c *Cursor) Next(dst []Entry) int {
	if c.p == nil {
		return 0
	}
	c.p.mu.RLock()
	defer c.p.mu.RUnlock()
	n := 0
	for c.class <= c.last {
		got := c.fill(dst[n:])
		n += got
		if n == len(dst) {
			if got > 0 {
				c.begun, c.at = true, c.p.probeOf(dst[n-1])
			}
			return n
		}
		c.class++
		c.begun = false
	}
	return n
}

// fill takes entries of the current class.
func (c *Cursor) fill(dst []Entry) int {
	p := c.p
	if p.roots[c.class] == 0 {
		return 0
	}
	ref, i := c.seek()
	hi := newBoundProbe(c.hi)
	n := 0
	for ref != 0 {
		l := p.leaf(ref)
		for ; i < int(l.count); i++ {
			if c.past(l, i, &hi) {
				return n
			}
			if n == len(dst) {
				return n
			}
			dst[n] = Entry{l.node[i], c.class, l.prefix[i], l.rest[i]}
			n++
		}
		ref, i = l.next, 0
	}
	return n
}

// seek returns the leaf and place of the first entry behind the position.
func (c *Cursor) seek() (arena.Ref, int) {
	q := c.at
	if !c.begun {
		if c.lo.Value.IsNull() {
			return c.p.first(c.class), 0
		}
		q = newBoundProbe(c.lo)
		if !c.lo.Inclusive {
			q.node = graph.NoNode
		}
	}
	var space [depthMax]step
	ref, _ := c.p.descend(&q, space[:0])
	i, found := c.p.placeOf(c.p.leaf(ref), &q)
	if found && c.begun {
		i++
	}
	return ref, i
}

// first returns the leftmost leaf of a class.
func (p *Property) first(class Class) arena.Ref {
	ref := p.roots[class]
	for !p.isLeaf(ref) {
		ref = p.inner(ref).child[0]
	}
	return ref
}

func newBoundProbe(b Bound) probe {
	if b.Value.IsNull() {
		return probe{}
	}
	return newProbe(b.Value, 0)
}

// past reports whether entry i lies behind the upper bound.
func (c *Cursor) past(l *leaf, i int, hi *probe) bool {
	if c.prefix != "" {
		return !strings.HasPrefix(c.p.fullValue(c.class, l.prefix[i], l.rest[i]).AsString(), c.prefix)
	}
	if c.hi.Value.IsNull() {
		return c.class == classNumber && c.last == c.class && !c.lo.Value.IsNull() && l.prefix[i] == math.MaxUint64
	}
	order := c.p.compareValue(l.prefix[i], l.rest[i], hi)
	return order > 0 || order == 0 && !c.hi.Inclusive
}

// probeOf returns a probe that equals e.
func (p *Property) probeOf(e Entry) probe {
	q := probe{key: key{e.class, e.rest == 0, e.prefix}, node: e.Node}
	if e.rest != 0 {
		q.value = p.fullValue(e.class, e.prefix, e.rest)
	} else if e.class != classString && e.class != classBytes && e.class != classBool {
		q.value = valueOf(e.class, e.prefix)
	}
	return q
}

// Matches reports whether v is the value of the entry, so that a node that has moved on
// to another value is not found under its former one.
func (p *Property) Matches(e Entry, v value.Value) bool {
	if v.IsNull() {
		return false
	}
	k := keyOf(v)
	if k.class != e.class || k.prefix != e.prefix {
		return false
	}
	if k.exact && e.rest == 0 {
		return true
	}
	return value.Order(p.fullValue(e.class, e.prefix, e.rest), v) == 0
}

// Contains reports whether there is an entry for the node with value v.
func (p *Property) Contains(v value.Value, id graph.NodeID) bool {
	q := newProbe(v, id)
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.roots[q.class] == 0 {
		return false
	}
	var space [depthMax]step
	ref, _ := p.descend(&q, space[:0])
	_, found := p.placeOf(p.leaf(ref), &q)
	return found
}
