package exec

import (
	"slices"

	"memgraphd/internal/storage/graph"
)

// expand follows the relationships of the last level of a side.
func (b *bfs) expand(r *run, side int) error {
	if b.asBits {
		if err := b.coverBits(r); err != nil {
			return err
		}
	} else if err := b.mark(r, side); err != nil {
		return err
	}
	if b.brief && b.depth >= PromptPathMax {
		return errNotPrompt
	}
	l := b.levels[side]
	b.levels[side].from, b.work[side] = len(b.reached), -1
	limit := int(graph.NoEdge)
	if b.edges.active() {
		limit = r.size
	}
	warm := warming{next: l.from}
	for at := l.from; at < l.to; at++ {
		if at == warm.next && l.to-l.from >= warmFew/2 {
			b.warm(r, at, warm.more(l.to), side)
		}
		if err := b.expandNode(r, side, at, limit); err != nil {
			return err
		}
		if len(b.meets) > 0 && !b.spec.All {
			return nil
		}
	}
	b.levels[side].to = len(b.reached)
	return nil
}

// expandNode follows the relationships of the node at place at, at most limit of them at once, until there is a
// meeting where one is enough.
func (b *bfs) expandNode(r *run, side, at, limit int) error {
	b.walk.start(r, &b.hops[side], b.reached[at].node)
	for {
		nodes, edges := b.walk.next(r, &b.hops[side], limit)
		if b.walk.late {
			return errNotPrompt
		}
		if nodes == nil {
			return nil
		}
		r.hits += int64(len(nodes))
		r.steps += len(nodes) / 16
		if err := r.step(); err != nil {
			return err
		}
		if b.brief && r.hits > PromptSearchMax {
			return errNotPrompt
		}
		if err := b.follow(r, side, at, nodes, edges); err != nil {
			return err
		}
		if len(b.meets) > 0 && !b.spec.All {
			return nil
		}
	}
}

// markShare says when the nodes that a side is done with are kept as bits too: when that
// takes less memory than what is known of them, or little.
const markShare = 512

// mark keeps the nodes of all levels of a side as bits, which a large search that comes
// back to the same nodes again and again finds without looking for them.
func (b *bfs) mark(r *run, side int) error {
	limit := int(r.tx.NodeLimit())
	if len(b.reached) < max(1024, limit/markShare) {
		return nil
	}
	l := b.levels[side]
	if b.done[side] == nil {
		words := limit/64 + 1
		if cap(b.bits[side]) < words {
			if err := b.take(r, int64(words)*8); err != nil {
				return err
			}
			b.bits[side] = make(nodeBits, words)
		}
		b.done[side] = b.bits[side][:words]
		clear(b.done[side])
		l.from = 0
	}
	for _, x := range b.reached[l.from:l.to] {
		if x.side == uint8(side) {
			b.done[side].add(x.node)
		}
	}
	return nil
}

// nodeBits is a set of nodes.
type nodeBits []uint64

// has tells whether n is in b. What lies beyond its end is not.
func (b nodeBits) has(n graph.NodeID) bool {
	return int(n/64) < len(b) && b[n/64]&(1<<(n%64)) != 0
}

// add puts n into b, unless it lies beyond its end.
func (b nodeBits) add(n graph.NodeID) {
	if int(n/64) < len(b) {
		b[n/64] |= 1 << (n % 64)
	}
}

// warming says which nodes of a level are loaded together: few at first, because their relationships may already lead to the
// other side.
type warming struct{ next, n int }

const warmFew, warmNodes = 16, 64

// more returns the end of those that come next.
func (w *warming) more(last int) int {
	w.n = min(max(warmFew, 2*w.n), warmNodes)
	w.next = min(w.next+w.n, last)
	return w.next
}

// warm loads what expand will look at in the nodes [from, to) of reached.
func (b *bfs) warm(r *run, from, to, side int) {
	b.nodeSpace = b.nodeSpace[:0]
	for _, x := range b.reached[from:to] {
		b.nodeSpace = append(b.nodeSpace, x.node)
	}
	h := &b.hops[side]
	d := h.spec.Direction
	if d != graph.In {
		b.warmed += r.tx.Warm(b.nodeSpace, graph.Out, h.types)
	}
	if d != graph.Out {
		b.warmed += r.tx.Warm(b.nodeSpace, graph.In, h.types)
	}
}

// follow takes the relationships of the node at place at that fulfil the conditions.
func (b *bfs) follow(r *run, side, at int, nodes []graph.NodeID, edges []graph.EdgeID) error {
	if b.edges.active() {
		var err error
		if nodes, edges, err = b.test(r, side, at, nodes, edges); err != nil {
			return err
		}
	}
	if err := b.room(r, len(nodes)); err != nil {
		return err
	}
	if b.asBits {
		b.followBits(side, at, nodes, edges)
		return nil
	}
	level := b.reached[at].level + 1
	done := b.done[side]
	for i, n := range nodes {
		if done.has(n) {
			continue
		}
		old := b.ids.add(n, len(b.reached))
		if old < 0 {
			b.reached = append(b.reached, reached{node: n, link: int32(len(b.links)), level: level, side: uint8(side)})
			b.links = append(b.links, link{edge: b.walk.edge(edges[i], n), from: int32(at), next: -1})
			continue
		}
		x := &b.reached[old]
		if x.side == uint8(side) && (!b.spec.All || x.level != level) {
			continue
		}
		if x.side == uint8(side) {
			b.links = append(b.links, link{edge: b.walk.edge(edges[i], n), from: int32(at), next: x.link})
			x.link = int32(len(b.links) - 1)
			continue
		}
		m := meeting{edge: b.walk.edge(edges[i], n)}
		m.ends[side], m.ends[1-side] = int32(at), int32(old)
		var err error
		if b.meets, err = appendTaken(b, r, b.meets, m); err != nil || !b.spec.All {
			return err
		}
	}
	return nil
}

// test returns those of a run of relationships that lead on and fulfil the conditions.
func (b *bfs) test(r *run, side, at int, nodes []graph.NodeID, edges []graph.EdgeID) ([]graph.NodeID, []graph.EdgeID, error) {
	b.nodeSpace, b.edgeSpace = b.nodeSpace[:0], b.edgeSpace[:0]
	level := b.reached[at].level + 1
	for i, n := range nodes {
		if b.done[side].has(n) || b.asBits && b.seen[side].has(n) {
			continue
		}
		if b.asBits {
			b.nodeSpace, b.edgeSpace = append(b.nodeSpace, n), append(b.edgeSpace, edges[i])
			continue
		}
		if old := b.ids.find(n); old >= 0 {
			x := &b.reached[old]
			if x.side == uint8(side) && (!b.spec.All || x.level != level) {
				continue
			}
		}
		b.nodeSpace, b.edgeSpace = append(b.nodeSpace, n), append(b.edgeSpace, edges[i])
	}
	if len(b.nodeSpace) == 0 {
		return nil, nil, nil
	}
	b.candidates(side, at)
	pass, err := b.edges.pass(r, len(b.nodeSpace))
	if err != nil {
		return nil, nil, err
	}
	for i, row := range pass {
		b.nodeSpace[i], b.edgeSpace[i] = b.nodeSpace[row], b.edgeSpace[row]
	}
	return b.nodeSpace[:len(pass)], b.edgeSpace[:len(pass)], nil
}

// candidates fills the columns that the conditions read.
func (b *bfs) candidates(side, at int) {
	t, n := &b.spec.Test, len(b.nodeSpace)
	here, there := t.Start, t.End
	if (side == 0) == b.spec.Reverse {
		here, there = there, here
	}
	b.edges.node(here, n, b.reached[at].node)
	copy(b.edges.nodes(there, n), b.nodeSpace)
	copy(b.edges.nodes(t.Node, n), b.nodeSpace)
	for i := range b.edges.edges(t.Rel, n) {
		b.edges.batch.Columns[t.Rel].Edges[i] = b.walk.edge(b.edgeSpace[i], b.nodeSpace[i])
	}
	if paths := b.edges.values(t.Path, n); paths != nil {
		b.buffer.reset()
		b.chain.first(b, meeting{ends: [2]int32{int32(at), -1}})
		b.trace(&b.buffer)
		for i, other := range b.nodeSpace {
			b.buffer.step(b.walk.edge(b.edgeSpace[i], other), other)
			if b.spec.Reverse {
				turned := track{nodes: slices.Clone(b.buffer.nodes), edges: slices.Clone(b.buffer.edges)}
				turned.turn()
				paths[i] = turned.path()
			} else {
				paths[i] = b.buffer.path()
			}
			last := len(b.buffer.edges) - 1
			b.buffer.nodes, b.buffer.edges = b.buffer.nodes[:last+1], b.buffer.edges[:last]
		}
	}
}
