package exec

import "slices"

// chain goes through all ways back from a node of each side: one link for each step.
type chain struct {
	links []int32
	split int // before it those of side 0, from it on those of side 1
	meet  meeting
}

// trace makes the path of the chain.
func (b *bfs) trace(found *track) {
	c := &b.chain
	found.reset()
	at := c.meet.ends[0]
	for _, l := range c.links[:c.split] {
		x := &b.links[l]
		found.nodes, found.edges = append(found.nodes, b.reached[at].node), append(found.edges, x.edge)
		at = x.from
	}
	found.nodes = append(found.nodes, b.reached[at].node)
	found.turn()
	if at = c.meet.ends[1]; at < 0 {
		return
	}
	found.step(c.meet.edge, b.reached[at].node)
	for _, l := range c.links[c.split:] {
		x := &b.links[l]
		at = x.from
		found.step(x.edge, b.reached[at].node)
	}
}

// first begins with the first ways back from the nodes of m.
func (c *chain) first(b *bfs, m meeting) {
	c.meet, c.links = m, c.links[:0]
	c.descend(b, m.ends[0])
	c.split = len(c.links)
	c.descend(b, m.ends[1])
}

// descend adds the first way back from the node at place at; -1 is none.
func (c *chain) descend(b *bfs, at int32) {
	for at >= 0 && b.reached[at].link >= 0 {
		l := b.reached[at].link
		c.links = append(c.links, l)
		at = b.links[l].from
	}
}

// next goes on to the next ways back, or reports that there are no others.
func (c *chain) next(b *bfs) bool {
	for i, at := range slices.Backward(c.links) {
		l := b.links[at].next
		if l < 0 {
			continue
		}
		c.links = append(c.links[:i], l)
		c.descend(b, b.links[l].from)
		if i < c.split {
			c.split = len(c.links)
			c.descend(b, c.meet.ends[1])
		}
		return true
	}
	return false
}
