package exec

import (
	"slices"

	"memgraphd/internal/storage/graph"
)

// expand follows the relationships of the last level of a side.
func (b *bfs) expand(r *run, side int) error {
	l := b.levels[side]
	b.levels[side].from = len(b.reached)
	limit := int(graph.NoEdge)
	if b.edges.active() {
		limit = r.size
	}
	for at := l.from; at < l.to; at++ {
		if (at-l.from)%warmNodes == 0 && l.to-l.from > 1 {
			b.warm(r, at, min(l.to, at+warmNodes), side)
		}
		b.walk.start(r, &b.hops[side], b.reached[at].node)
		for {
			nodes, edges := b.walk.next(r, &b.hops[side], limit)
			if nodes == nil {
				break
			}
			r.hits += int64(len(nodes))
			r.steps += len(nodes) / 16
			if err := r.step(); err != nil {
				return err
			}
			if err := b.follow(r, side, at, nodes, edges); err != nil {
				return err
			}
			if len(b.meets) > 0 && !b.spec.All {
				return nil
			}
		}
	}
	b.levels[side].to = len(b.reached)
	return nil
}

// warmNodes is how many nodes are loaded together.
const warmNodes = 64

// warm loads what expand will look at in the nodes [from, to) of reached.
func (b *bfs) warm(r *run, from, to, side int) {
	b.nodeSpace = b.nodeSpace[:0]
	for _, x := range b.reached[from:to] {
		b.nodeSpace = append(b.nodeSpace, x.node)
	}
	d := b.hops[side].spec.Direction
	if d != graph.In {
		b.warmed += r.tx.Warm(b.nodeSpace, graph.Out)
	}
	if d != graph.Out {
		b.warmed += r.tx.Warm(b.nodeSpace, graph.In)
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
	level := b.reached[at].level + 1
	for i, n := range nodes {
		e := b.walk.edge(edges[i], n)
		as := reached{link: int32(len(b.links)), level: level, side: uint8(side)}
		old, err := b.reachOr(r, n, as)
		switch {
		case err != nil:
			return err
		case old < 0:
			b.links, err = appendTaken(b, r, b.links, link{edge: e, from: int32(at), next: -1})
		case b.reached[old].side != uint8(side):
			m := meeting{edge: e}
			m.ends[side], m.ends[1-side] = int32(at), int32(old)
			b.meets, err = appendTaken(b, r, b.meets, m)
			if !b.spec.All {
				return err
			}
		case b.spec.All && b.reached[old].level == level:
			b.links, err = appendTaken(b, r, b.links, link{edge: e, from: int32(at), next: b.reached[old].link})
			b.reached[old].link = int32(len(b.links) - 1)
		}
		if err != nil {
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
