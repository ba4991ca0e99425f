package exec

import (
	"slices"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
)

// ask tells whether there is a relationship between the other end of one that is counted
// and a node of the row. The nodes that the latter has relationships with are kept in a set
// where that is less work than to look for each.
type ask struct {
	between
	spec    *plan.Ask
	negated bool
	to      []graph.NodeID
	scratch []graph.NodeID
	segs    []storage.Segment

	few  []graph.NodeID // instead of bits and set, where they are few
	bits nodeBits       // instead of set, where there are not too many nodes; nil where not
	in   []graph.NodeID // what is in bits
	set  nodeMap
	of   graph.NodeID // whose relationships set holds, graph.NoNode for none
	last graph.NodeID // of the row before
	held int64        // bytes reserved for set, bits and in
	// fewSpace is memory for few, where they are not in one piece in the store.
	fewSpace []graph.NodeID
}

// askSetMax bounds the relationships of a node that are put into a set.
const askSetMax = 1 << 16

// bitsNodes is how many nodes a graph may have for a set of nodes to be bits, unless the
// options say otherwise: then it takes at most 512 KiB.
const bitsNodes = 1 << 22

func (c *compiler) ask(o *plan.Ask) (func() *ask, error) {
	h, err := c.hop(&o.Hop)
	if err != nil {
		return nil, err
	}
	return func() *ask { return &ask{between: between{hop: h}, spec: o, negated: o.Negated} }, nil
}

func (a *ask) open(r *run) error {
	a.of, a.last = graph.NoNode, graph.NoNode
	a.reset()
	return a.resolve(r)
}

// column finds the nodes of the rows of in.
func (a *ask) column(r *run, in *batch.Batch) (err error) {
	changed, err := a.refresh(r)
	if err != nil {
		return err
	}
	if changed {
		a.reset()
		a.of = graph.NoNode
	}
	a.to, err = r.nodes(&in.Columns[a.spec.To], in, &a.scratch, a.spec.Place)
	return err
}

// ready fills the set for a row where that pays to ask about ends other ends.
func (a *ask) ready(r *run, row, ends int) {
	a.look(r, a.to[row], ends)
	if ends > fewEnds && len(a.few) > 0 && a.of == a.to[row] {
		a.spill(r)
	}
}

// look finds the nodes that n has relationships with.
func (a *ask) look(r *run, n graph.NodeID, ends int) {
	again := n == a.last
	a.last = n
	if n == a.of || n == graph.NoNode || !a.possible {
		return
	}
	d := a.spec.Direction.Reversed()
	if d != graph.Both {
		if nodes, _, ok := r.tx.Run(n, d, a.types); ok && len(nodes) > 0 && len(nodes) <= pairsFew {
			a.of, a.few = n, nodes
			r.hits += int64(len(nodes))
			return
		}
	}
	a.segs = a.segs[:0]
	if d != graph.In {
		a.segs = a.adjacent(r, a.segs, n, graph.Out)
	}
	if d != graph.Out {
		a.segs = a.adjacent(r, a.segs, n, graph.In)
	}
	degree := size(a.segs)
	if degree > askSetMax || !again && degree > 4*ends+64 {
		return
	}
	r.hits += int64(degree)
	a.of, a.few = graph.NoNode, nil
	a.empty()
	if degree <= pairsFew {
		a.fewSpace = a.fewSpace[:0]
		for _, s := range a.segs {
			a.fewSpace = append(a.fewSpace, s.Nodes...)
		}
		a.of, a.few = n, a.fewSpace
		return
	}
	if a.refused = a.fill(r, degree); a.refused == nil {
		a.of = n
	}
}

// fewEnds is of how many other ends few nodes are asked one by one, and not as bits.
const fewEnds = 16

// spill puts few into the set, if that is bits and there is memory for it.
func (a *ask) spill(r *run) {
	limit := int(r.tx.NodeLimit())
	if limit > r.o.BitsNodes {
		return
	}
	a.empty()
	if a.refused = a.makeBits(r, limit, len(a.few)); a.refused != nil {
		a.of = graph.NoNode
		return
	}
	for _, other := range a.few {
		a.bits.add(other)
	}
	a.in, a.few = append(a.in, a.few...), nil
}

// fill puts the nodes of segs, degree of them, into a set.
func (a *ask) fill(r *run, degree int) (err error) {
	if limit := int(r.tx.NodeLimit()); limit <= r.o.BitsNodes {
		return a.fillBits(r, limit, degree)
	}
	a.bits = nil
	for _, s := range a.segs {
		for _, other := range s.Nodes {
			if a.set.full() {
				if err := a.take(r, a.set.bytesToGrow()); err != nil {
					return err
				}
				a.set.grow()
			}
			if a.set.find(other) < 0 {
				a.set.add(other, 0)
			}
		}
	}
	return nil
}

// fillBits is fill where the set is bits.
func (a *ask) fillBits(r *run, limit, degree int) error {
	if err := a.makeBits(r, limit, degree); err != nil {
		return err
	}
	for _, s := range a.segs {
		for _, other := range s.Nodes {
			a.bits.add(other)
		}
		a.in = append(a.in, s.Nodes...)
	}
	return nil
}

// makeBits makes room for degree nodes below limit in bits and in in.
func (a *ask) makeBits(r *run, limit, degree int) (err error) {
	if words := limit/64 + 1; len(a.bits) < words {
		if err = a.take(r, int64(words)*8); err != nil {
			return err
		}
		a.bits = make(nodeBits, words)
	}
	a.in, err = grownTaken(a, r, a.in, degree)
	return err
}

// empty takes everything out of the set.
func (a *ask) empty() {
	a.set.clear(1)
	for _, n := range a.in {
		a.bits.remove(n)
	}
	a.in = a.in[:0]
}

// there tells whether other has a relationship with the node of a row.
func (a *ask) there(r *run, other graph.NodeID, row int) bool {
	n := a.to[row]
	switch {
	case n != a.of || n == graph.NoNode:
	case len(a.few) > 0:
		return slices.Contains(a.few, other)
	default:
		return a.holds(other)
	}
	return len(a.find(r, other, n, 1)) > 0
}

// holds tells whether other is in the set.
func (a *ask) holds(other graph.NodeID) bool {
	if a.bits != nil {
		return a.bits.has(other)
	}
	return a.set.find(other) >= 0
}

// keep returns those of sel, places in nodes, for which the answer for a row is the one that
// is asked for, in the memory of sel.
func (a *ask) keep(r *run, sel []uint16, nodes []graph.NodeID, row int) []uint16 {
	kept := sel[:0]
	set := a.asBits(row)
	if set == nil {
		for _, i := range sel {
			if a.there(r, nodes[i], row) != a.negated {
				kept = append(kept, i)
			}
		}
		return kept
	}
	for _, i := range sel {
		if set.has(nodes[i]) != a.negated {
			kept = append(kept, i)
		}
	}
	return kept
}

// asBits returns the set for a row as bits, nil where it is not there or not kept so.
func (a *ask) asBits(row int) nodeBits {
	if n := a.to[row]; n != a.of || n == graph.NoNode || len(a.few) > 0 {
		return nil
	}
	return a.bits
}

// take reserves bytes for the set.
func (a *ask) take(r *run, bytes int64) error {
	if err := r.reserve(bytes); err != nil {
		return err
	}
	a.held += bytes
	return nil
}

// close gives the memory back.
func (a *ask) close(r *run) {
	a.forgetTable(r)
	r.release(a.held)
	a.held, a.set, a.bits, a.in, a.of = 0, nodeMap{}, nil, nil, graph.NoNode
}
