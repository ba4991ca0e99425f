package exec

import (
	"errors"
	"slices"

	"memgraphd/internal/storage/graph"
)

// bfsBitsMax is how many nodes a graph may have for a search for one path to keep what it has
// reached as bits, one set for each side: then both take at most 256 KiB. To look a node up
// there takes no search, but tells neither its place nor its level.
const bfsBitsMax = 64 * keptNodes

// startBits decides whether the search that begins keeps bits, and empties them.
func (b *bfs) startBits(r *run) {
	if len(b.reached) > len(b.seen[0])/4 {
		clear(b.seen[0])
		clear(b.seen[1])
	} else {
		for _, x := range b.reached {
			b.seen[x.side].remove(x.node)
		}
	}
	b.asBits = !b.spec.All && int(r.tx.NodeLimit()) <= min(bfsBitsMax, r.o.BitsNodes)
}

// coverBits makes room for all nodes, of which the statement itself may have made some.
func (b *bfs) coverBits(r *run) error {
	words := int(r.tx.NodeLimit())/64 + 1
	for side, old := range b.seen {
		if len(old) >= words {
			continue
		}
		if err := b.take(r, int64(words)*8); err != nil {
			return err
		}
		b.seen[side] = make(nodeBits, words)
		copy(b.seen[side], old)
	}
	return nil
}

// followBits is follow where what is reached is bits. Of two sides without conditions it leaves the relationships unread,
// which are far away in memory: track finds those of the path. Then the link of what is reached is the place that leads to it.
func (b *bfs) followBits(side, at int, nodes []graph.NodeID, edges []graph.EdgeID) {
	own, other := b.seen[side], b.seen[1-side]
	other = other[:min(len(own), len(other))]
	level := b.reached[at].level + 1
	list, links, unread := b.reached, b.links, b.unread() // which have room for all
	for i, n := range nodes {
		word, bit := int(n/64), uint64(1)<<(n%64)
		if word >= len(own) || word >= len(other) || own[word]&bit != 0 {
			continue
		}
		if other[word]&bit != 0 {
			m := meeting{edge: b.walk.edge(edges[i], n)}
			m.ends[side], m.ends[1-side] = int32(at), b.placeOf(1-side, n)
			b.meets = append(b.meets, m)
			break
		}
		own[word] |= bit
		if unread {
			list = append(list, reached{node: n, link: int32(at), level: level, side: uint8(side)})
			continue
		}
		list = append(list, reached{node: n, link: int32(len(links)), level: level, side: uint8(side)})
		links = append(links, link{edge: b.walk.edge(edges[i], n), from: int32(at), next: -1})
	}
	b.reached, b.links = list, links
}

// unread tells whether the relationships that lead to what is reached are found only when there is a path.
func (b *bfs) unread() bool {
	return b.asBits && b.to != graph.NoNode && !b.edges.active() && !b.oneSided()
}

// errLost is where a relationship of a path is not found a second time in the same view, as it cannot be but in a brief search.
var errLost = errors.New("exec: a relationship of a path was not found again")

// readLinks makes the links of the path of a meeting: the first relationships that lead from place to place.
func (b *bfs) readLinks(r *run, m meeting) error {
	b.walk.free = true
	defer func() { b.walk.free = false }()
	for side, at := range m.ends {
		for b.reached[at].link >= 0 {
			from := b.reached[at].link
			edge, ok := b.first(r, side, b.reached[from].node, b.reached[at].node)
			if !ok {
				return errLost
			}
			var err error
			if b.links, err = appendTaken(b, r, b.links, link{edge: edge, from: from, next: -1}); err != nil {
				return err
			}
			b.reached[at].link = int32(len(b.links) - 1)
			at = from
		}
	}
	return nil
}

// first returns the first relationship of a node of a side that leads to another.
func (b *bfs) first(r *run, side int, from, to graph.NodeID) (graph.Edge, bool) {
	b.walk.start(r, &b.hops[side], from)
	for {
		nodes, edges := b.walk.next(r, &b.hops[side], int(graph.NoEdge))
		if nodes == nil {
			return graph.Edge{}, false
		}
		if i := slices.Index(nodes, to); i >= 0 {
			return b.walk.edge(edges[i], to), true
		}
	}
}

// placeOf returns the place of a node that a side has reached, most likely in its last level.
func (b *bfs) placeOf(side int, n graph.NodeID) int32 {
	l := b.levels[side]
	for i, x := range b.reached[l.from:l.to] {
		if x.node == n && int(x.side) == side {
			return int32(l.from + i)
		}
	}
	return int32(slices.IndexFunc(b.reached, func(x reached) bool { return x.node == n && int(x.side) == side }))
}
