package index

import (
	"unsafe"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// Add makes sure that there is an entry for the node with value v, which is not null.
func (p *Property) Add(v value.Value, id graph.NodeID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.addLocked(v, id)
}

// AddAll does what Add does for each value and node that add is called with by each, under one
// lock: each waits for nothing that holds up others.
func (p *Property) AddAll(each func(add func(v value.Value, id graph.NodeID))) {
	p.mu.Lock()
	defer p.mu.Unlock()
	each(p.addLocked)
}

func (p *Property) addLocked(v value.Value, id graph.NodeID) {
	q := newProbe(v, id)
	if p.addLast(&q, v) {
		return
	}
	if p.roots[q.class] == 0 {
		p.roots[q.class], _ = p.newLeaf()
		p.tails[q.class] = p.roots[q.class]
	}
	var space [depthMax]step
	ref, path := p.descend(&q, space[:0])
	l := p.leaf(ref)
	at, found := p.placeOf(l, &q)
	if found {
		return
	}
	p.entries.Add(1)
	if !p.sameNeighbour(l, at-1, at, &q) {
		p.distinct.Add(1)
	}
	rest := arena.Ref(0)
	if !q.exact {
		rest = p.newRest(v)
	}
	if l.count == leafMax {
		l, at = p.splitLeaf(q.class, ref, at, path)
	}
	l.insert(at, q.prefix, rest, id)
}

func (p *Property) newLeaf() (arena.Ref, *leaf) {
	ref := p.arena.Alloc(int(unsafe.Sizeof(leaf{})))
	l := p.leaf(ref)
	*l = leaf{kind: kindLeaf}
	return ref, l
}

func (p *Property) newInner(kind uint16) (arena.Ref, *inner) {
	ref := p.arena.Alloc(int(unsafe.Sizeof(inner{})))
	n := p.inner(ref)
	*n = inner{kind: kind}
	return ref, n
}

func (l *leaf) insert(at int, prefix uint64, rest arena.Ref, id graph.NodeID) {
	n := int(l.count)
	copy(l.prefix[at+1:n+1], l.prefix[at:n])
	copy(l.rest[at+1:n+1], l.rest[at:n])
	copy(l.node[at+1:n+1], l.node[at:n])
	l.prefix[at], l.rest[at], l.node[at] = prefix, rest, id
	l.count++
}

func (l *leaf) remove(at int) {
	n := int(l.count)
	copy(l.prefix[at:], l.prefix[at+1:n])
	copy(l.rest[at:], l.rest[at+1:n])
	copy(l.node[at:], l.node[at+1:n])
	l.count--
}

// splitLeaf makes room in a full leaf and returns where the entry for place at goes now.
// Entries that come in ascending order leave full leaves behind.
func (p *Property) splitLeaf(class Class, ref arena.Ref, at int, path []step) (*leaf, int) {
	right, r := p.newLeaf()
	l := p.leaf(ref)
	half := leafMax / 2
	if at == leafMax && l.next == 0 {
		half = leafMax - 1
	}
	n := copy(r.prefix[:], l.prefix[half:])
	copy(r.rest[:], l.rest[half:])
	copy(r.node[:], l.node[half:])
	r.count, l.count = uint16(n), uint16(half)
	r.next, r.prev, l.next = l.next, ref, right
	if r.next != 0 {
		p.leaf(r.next).prev = right
	} else {
		p.tails[class] = right
	}
	p.insertChild(class, path, r.prefix[0], p.useRest(r.rest[0]), r.node[0], ref, right)
	if at > half {
		return r, at - half
	}
	return l, at
}

// insertChild puts the child right, with its separator, behind the child left.
func (p *Property) insertChild(
	class Class, path []step, prefix uint64, rest arena.Ref, node graph.NodeID, left, right arena.Ref,
) {
	for {
		if len(path) == 0 {
			kind := kindHigh
			if p.isLeaf(left) {
				kind = kindLow
			}
			ref, root := p.newInner(kind)
			root.count = 1
			root.prefix[0], root.rest[0], root.node[0] = prefix, rest, node
			root.child[0], root.child[1] = left, right
			p.roots[class] = ref
			return
		}
		top := path[len(path)-1]
		n := p.inner(top.ref)
		if n.count < innerMax {
			n.insert(top.child, prefix, rest, node, right)
			return
		}
		// The middle separator moves up; the new child goes to its half.
		other, m := p.newInner(n.kind)
		n = p.inner(top.ref)
		const half = innerMax / 2
		upPrefix, upRest, upNode := n.prefix[half], n.rest[half], n.node[half]
		k := copy(m.prefix[:], n.prefix[half+1:])
		copy(m.rest[:], n.rest[half+1:])
		copy(m.node[:], n.node[half+1:])
		copy(m.child[:], n.child[half+1:])
		m.count, n.count = uint16(k), half
		if top.child > half {
			m.insert(top.child-half-1, prefix, rest, node, right)
		} else {
			n.insert(top.child, prefix, rest, node, right)
		}
		prefix, rest, node, left, right = upPrefix, upRest, upNode, top.ref, other
		path = path[:len(path)-1]
	}
}

// insert puts separator at and the child behind it.
func (n *inner) insert(at int, prefix uint64, rest arena.Ref, node graph.NodeID, child arena.Ref) {
	k := int(n.count)
	copy(n.prefix[at+1:k+1], n.prefix[at:k])
	copy(n.rest[at+1:k+1], n.rest[at:k])
	copy(n.node[at+1:k+1], n.node[at:k])
	copy(n.child[at+2:k+2], n.child[at+1:k+1])
	n.prefix[at], n.rest[at], n.node[at], n.child[at+1] = prefix, rest, node, child
	n.count++
}

// Remove takes the entry of the node with value v out, if there is one.
func (p *Property) Remove(v value.Value, id graph.NodeID, g *arena.Garbage) {
	q := newProbe(v, id)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.roots[q.class] == 0 {
		return
	}
	var space [depthMax]step
	ref, path := p.descend(&q, space[:0])
	l := p.leaf(ref)
	at, found := p.placeOf(l, &q)
	if !found {
		return
	}
	p.entries.Add(-1)
	if !p.sameNeighbour(l, at-1, at+1, &q) {
		p.distinct.Add(-1)
	}
	rest := l.rest[at]
	l.remove(at)
	p.dropRest(rest, g)
	if l.count == 0 {
		p.removeLeaf(q.class, ref, path, g)
	}
}

// removeLeaf takes an empty leaf out of its chain and its parents.
func (p *Property) removeLeaf(class Class, ref arena.Ref, path []step, g *arena.Garbage) {
	l := p.leaf(ref)
	if p.tails[class] == ref {
		p.tails[class] = l.prev
	}
	if l.prev != 0 {
		p.leaf(l.prev).next = l.next
	}
	if l.next != 0 {
		p.leaf(l.next).prev = l.prev
	}
	p.arena.Free(ref, int(unsafe.Sizeof(leaf{})))
	for len(path) > 0 {
		top := path[len(path)-1]
		path = path[:len(path)-1]
		n := p.inner(top.ref)
		if n.count > 0 {
			p.removeChild(n, top.child, g)
			if n.count == 0 && len(path) == 0 {
				p.roots[class] = n.child[0]
				p.arena.Free(top.ref, int(unsafe.Sizeof(inner{})))
			}
			return
		}
		p.arena.Free(top.ref, int(unsafe.Sizeof(inner{})))
	}
	p.roots[class] = 0
}

// removeChild takes child i of n out, with the separator before it, or that behind it if
// it is the first.
func (p *Property) removeChild(n *inner, i int, g *arena.Garbage) {
	k := int(n.count)
	copy(n.child[i:], n.child[i+1:k+1])
	s := max(i-1, 0)
	p.dropRest(n.rest[s], g)
	copy(n.prefix[s:], n.prefix[s+1:k])
	copy(n.rest[s:], n.rest[s+1:k])
	copy(n.node[s:], n.node[s+1:k])
	n.count--
}
