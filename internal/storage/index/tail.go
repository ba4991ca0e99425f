package index

import (
	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/value"
)

// addLast adds an entry behind all others of its class without a search, where it belongs
// there and the last leaf has room, and reports whether it did. Values that grow, as ids and
// times do, come this way. The caller holds the lock.
func (p *Property) addLast(q *probe, v value.Value) bool {
	ref := p.tails[q.class]
	if ref == 0 {
		return false
	}
	l := p.leaf(ref)
	n := int(l.count)
	if n == 0 || n == leafMax {
		return false
	}
	c := p.compareValue(l.prefix[n-1], l.rest[n-1], q)
	if c > 0 || c == 0 && l.node[n-1] >= q.node {
		return false
	}
	p.entries.Add(1)
	if c != 0 {
		p.distinct.Add(1)
	}
	rest := arena.Ref(0)
	if !q.exact {
		rest = p.newRest(v)
	}
	l.prefix[n], l.rest[n], l.node[n] = q.prefix, rest, q.node
	l.count++
	return true
}
