package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// sequence is a path as the search found it, without moves that stay at a node.
type sequence struct {
	nodes []graph.NodeID
	edges []graph.Edge
	legs  []int32 // of the machine, of each relationship
	moves []int   // the place of each relationship in the candidate
}

// take makes the sequence of c.
func (q *sequence) take(b *best, c *candidate) {
	q.nodes, q.edges, q.legs, q.moves = append(q.nodes[:0], b.target), q.edges[:0], q.legs[:0], q.moves[:0]
	state := int32(0)
	for i, m := range c.moves {
		if m.edge.ID != graph.NoEdge {
			q.nodes, q.edges = append(q.nodes, m.key.node()), append(q.edges, m.edge)
			q.legs, q.moves = append(q.legs, b.m.states[state].leg), append(q.moves, i)
		}
		state = m.key.state()
	}
}

// trace makes a track of the sequence, from the anchor on.
func (q *sequence) trace(b *best, found *track) {
	found.nodes, found.edges = append(found.nodes[:0], q.nodes...), append(found.edges[:0], q.edges...)
	found.turn()
	found.rounds = found.rounds[:0]
	for range b.spec.Segments {
		found.rounds = append(found.rounds, 0)
	}
	for _, l := range q.legs {
		s := b.spec.Segments[b.m.legs[l].segment]
		if s.Legs[0] == b.m.legs[l].spec {
			found.rounds[s.Pattern]++
		}
	}
}

// repeats returns the first move that uses again what must not be, or -1.
func (b *best) repeats(c *candidate) int {
	u := usage{start: newConfig(0, b.target), mode: b.spec.Mode}
	for i, m := range c.moves {
		if m.edge.ID == graph.NoEdge {
			continue
		}
		u.prefix = c.moves[:i]
		if u.forbids(m) || u.closed() {
			return i
		}
	}
	return -1
}

// roundsFit tells whether the rounds fulfil the conditions that read more than one
// relationship of them. Where one does not, cut is set to its last move.
func (b *best) roundsFit(r *run) (bool, error) {
	for i, s := range b.spec.Segments {
		if !b.round[i].active() {
			continue
		}
		var starts []int
		for at, l := range b.seq.legs {
			if b.m.legs[l].spec == s.Legs[0] {
				starts = append(starts, at)
			}
		}
		for len(starts) > 0 {
			n := min(len(starts), r.size)
			bad, err := b.badRound(r, i, starts[:n])
			if err != nil {
				return false, err
			}
			if bad < n {
				b.cut = b.seq.moves[starts[bad]+len(s.Legs)-1]
				return false, nil
			}
			starts = starts[n:]
		}
	}
	return true, nil
}

// badRound returns the first of the rounds of segment i that does not fulfil the
// conditions, or how many there are.
func (b *best) badRound(r *run, i int, starts []int) (int, error) {
	p := &b.round[i]
	for j, l := range b.spec.Segments[i].Legs {
		before, after := p.nodes(l.Before, len(starts)), p.nodes(l.After, len(starts))
		edges := p.edges(l.Edge, len(starts))
		for k, at := range starts {
			before[k], edges[k], after[k] = b.seq.nodes[at+j], b.seq.edges[at+j], b.seq.nodes[at+j+1]
		}
	}
	pass, err := p.pass(r, len(starts))
	if err != nil {
		return 0, err
	}
	for k := range starts {
		if k >= len(pass) || int(pass[k]) != k {
			return k, nil
		}
	}
	return len(starts), nil
}

// finally tells whether the path as a whole fulfils the conditions.
func (b *best) finally(r *run) (bool, error) {
	f, found := &b.spec.Final, &b.buffer
	b.trace(found)
	if b.spec.Reverse {
		found.turn()
	}
	for i := range f.Found.Groups {
		g := &f.Found.Groups[i]
		b.final.value(g.Slot, found.group(g, b.spec.Hops))
	}
	if f.Rel != plan.NoSlot {
		b.final.value(f.Rel, found.list())
	}
	if f.Found.Path != plan.NoSlot {
		b.final.value(f.Found.Path, found.path())
	}
	b.final.node(f.To, 1, b.target)
	pass, err := b.final.pass(r, 1)
	return len(pass) == 1, err
}

// value makes a column of one value.
func (p *probe) value(slot int, v value.Value) {
	c := &p.batch.Columns[slot]
	c.Reset(batch.Values, 1)
	c.Values[0] = v
}
