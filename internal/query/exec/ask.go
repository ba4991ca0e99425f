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

	few  []graph.NodeID // instead of set, where they are few
	set  nodeMap
	of   graph.NodeID // whose relationships set holds, graph.NoNode for none
	last graph.NodeID // of the row before
	held int64        // bytes reserved for set
}

// askSetMax bounds the relationships of a node that are put into a set.
const askSetMax = 1 << 16

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
	n := a.to[row]
	again := n == a.last
	a.last = n
	if n == a.of || n == graph.NoNode || !a.possible {
		return
	}
	d := opposite(a.spec.Direction)
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
	a.of = n
	r.hits += int64(degree)
	a.few = a.few[:0]
	a.set.clear(1)
	if degree <= pairsFew {
		for _, s := range a.segs {
			a.few = append(a.few, s.Nodes...)
		}
		return
	}
	for _, s := range a.segs {
		for _, other := range s.Nodes {
			if a.set.full() {
				if a.refused = a.grow(r); a.refused != nil {
					a.of = graph.NoNode
					return
				}
			}
			if a.set.find(other) < 0 {
				a.set.add(other, 0)
			}
		}
	}
}

// there tells whether other has a relationship with the node of a row.
func (a *ask) there(r *run, other graph.NodeID, row int) bool {
	n := a.to[row]
	switch {
	case n != a.of || n == graph.NoNode:
	case len(a.few) > 0:
		return slices.Contains(a.few, other)
	default:
		return a.set.find(other) >= 0
	}
	return len(a.find(r, other, n, 1)) > 0
}

// keep returns those of sel, places in nodes, for which the answer for a row is the one that
// is asked for, in the memory of sel.
func (a *ask) keep(r *run, sel []uint16, nodes []graph.NodeID, row int) []uint16 {
	kept := sel[:0]
	if n := a.to[row]; n != a.of || n == graph.NoNode || len(a.few) > 0 {
		for _, i := range sel {
			if a.there(r, nodes[i], row) != a.negated {
				kept = append(kept, i)
			}
		}
		return kept
	}
	for _, i := range sel {
		if a.set.find(nodes[i]) >= 0 != a.negated {
			kept = append(kept, i)
		}
	}
	return kept
}

// grow makes room in the set.
func (a *ask) grow(r *run) error {
	bytes := a.set.bytesToGrow()
	if err := r.reserve(bytes); err != nil {
		return err
	}
	a.held += bytes
	a.set.grow()
	return nil
}

// close gives the memory back.
func (a *ask) close(r *run) {
	a.forgetTable(r)
	r.release(a.held)
	a.held, a.set, a.of = 0, nodeMap{}, graph.NoNode
}
