package exec

import (
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
)

// countColumn is the memory of a branch that counts for many nodes at once. Each branch is
// counted once at a time, whatever is above it.
type countColumn struct {
	ends   storage.EndColumn
	asked  [warmRows]graph.NodeID // the nodes that are not remembered
	places [warmRows]int          // of asked in what was given
}

// together tells whether the relationships of many nodes can be followed at once.
func (b *branch) together() bool {
	return b.possible && b.spec.Direction != graph.Both && (!b.sieves() || b.set != nil && b.set.built)
}

// counts sets dst[i] to what b counts at nodes[i], of which there are at most warmRows: level by
// level for all of them, where of goes through them one by one.
func (b *branch) counts(r *run, dst []int64, nodes []graph.NodeID) error {
	if !b.together() {
		return b.countEach(r, dst, nodes)
	}
	keeps := b.remembers()
	if keeps {
		if err := b.memorize(r); err != nil {
			return err
		}
	}
	c, n := &b.column, 0
	for i, id := range nodes {
		if at := spread(id) & (memoSize - 1); keeps && b.seen[at] == id && id != graph.NoNode {
			dst[i] = b.count[at]
			continue
		}
		c.asked[n], c.places[n], dst[i] = id, i, 0
		n++
	}
	var found [warmRows]int64
	if err := b.follow(r, found[:n], c.asked[:n]); err != nil {
		return err
	}
	for i, id := range c.asked[:n] {
		dst[c.places[i]] = found[i]
		if at := spread(id) & (memoSize - 1); keeps && id != graph.NoNode {
			b.seen[at], b.count[at] = id, found[i]
		}
	}
	return nil
}

// countEach is counts node by node.
func (b *branch) countEach(r *run, dst []int64, nodes []graph.NodeID) (err error) {
	if len(nodes) > 2 && b.possible {
		b.warmNodes(r, nodes)
	}
	for i, n := range nodes {
		if dst[i], err = b.of(r, n); err != nil {
			return err
		}
	}
	return nil
}

// follow is counts without the memory.
func (b *branch) follow(r *run, dst []int64, nodes []graph.NodeID) error {
	var labelled []uint64
	if b.sieves() {
		labelled = b.set.bits
	}
	for len(nodes) > 0 {
		e := &b.column.ends
		n := r.tx.AppendEnds(e, nodes, b.spec.Direction, b.types, labelled, r.size)
		if n == 0 {
			total, err := b.total(r, nodes[0])
			if err != nil {
				return err
			}
			dst[0] = total
			nodes, dst = nodes[1:], dst[1:]
			continue
		}
		r.hits += int64(e.Looked)
		if err := r.stepBy(n + e.Looked); err != nil {
			return err
		}
		if err := b.addEnds(r, dst[:n], e); err != nil {
			return err
		}
		nodes, dst = nodes[n:], dst[n:]
	}
	return nil
}

// addEnds sets dst to the sums of what is below the ends, by the node that they belong to.
func (b *branch) addEnds(r *run, dst []int64, e *storage.EndColumn) (err error) {
	var matched [warmRows]bool
	clear(dst)
	for from := 0; from < len(e.Nodes); from += warmRows {
		to := min(len(e.Nodes), from+warmRows)
		var products [warmRows]int64
		for i := range products {
			products[i] = 1
		}
		for _, c := range b.below {
			if err = c.multiply(r, e.Nodes[from:to], products[:to-from]); err != nil {
				return err
			}
		}
		for i, place := range e.Places[from:to] {
			matched[place] = true
			if dst[place], err = plus(dst[place], products[i]); err != nil {
				return err
			}
		}
	}
	if !b.optional {
		return nil
	}
	for i := range dst {
		if !matched[i] {
			if dst[i], err = b.none(r); err != nil {
				return err
			}
		}
	}
	return nil
}
