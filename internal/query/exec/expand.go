package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
)

// expand makes a row of every relationship of a node.
type expand struct {
	hop
	fanOut
	spec *plan.Expand

	from    []graph.NodeID
	scratch []graph.NodeID
	busy    bool // walk is on row at
	found   bool // row at has given something
	walk    walker
	ends    storage.EndColumn
	nodes   []graph.NodeID
	edges   []graph.Edge
}

func (c *compiler) expand(o *plan.Expand) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	h, err := c.hop(&o.Hop)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		return &expand{hop: h, spec: o, fanOut: newFanOut(in(i), newOutput(slots, o.Carry))}
	}, nil
}

func (o *expand) open(r *run) error {
	o.rewind()
	if err := o.resolve(r); err != nil {
		return err
	}
	return o.input.open(r)
}

func (o *expand) next(r *run) (*batch.Batch, error) { return o.made(r, o) }

func (o *expand) begin(r *run, in *batch.Batch) (err error) {
	if _, err = o.refresh(r); err != nil {
		return err
	}
	o.busy = false
	o.from, err = r.nodes(&in.Columns[o.spec.From], in, &o.scratch, o.spec.Place)
	return err
}

func (o *expand) emit(b *batch.Batch) {
	if s := o.spec.To; s != plan.NoSlot {
		v := &b.Columns[s]
		v.Kind, v.Nodes, o.nodes = batch.Nodes, o.nodes, v.Nodes
	}
	if s := o.spec.Rel; s != plan.NoSlot {
		v := &b.Columns[s]
		v.Kind, v.Edges, o.edges = batch.Edges, o.edges, v.Edges
	}
}

// fill follows the relationships of as many rows as fit.
func (o *expand) fill(r *run) error {
	o.nodes, o.edges = o.nodes[:0], o.edges[:0]
	for o.room(r) {
		if !o.busy && o.together(r) {
			if some, err := o.many(r); some || err != nil {
				if err != nil {
					return err
				}
				continue
			}
		}
		row := o.in.Row(o.at)
		if !o.busy {
			o.warm(r, o.in, o.from, o.at)
			o.walk.start(r, &o.hop, o.from[row])
			o.ban(o.in, row)
			o.busy, o.found = true, false
		}
		nodes, edges := o.walk.next(r, &o.hop, r.size-len(o.rows))
		if nodes == nil {
			if o.spec.Optional && !o.found {
				o.add(row, graph.NoNode, graph.Edge{ID: graph.NoEdge})
			}
			o.at++
			o.busy = false
			continue
		}
		r.hits += int64(len(nodes))
		o.take(r, row, nodes, edges)
		if err := r.step(); err != nil {
			return err
		}
	}
	return nil
}

// together tells whether the relationships of many rows can be followed at once.
func (o *expand) together(r *run) bool {
	return o.possible && o.spec.Direction != graph.Both && !o.spec.Optional && len(o.spec.Distinct) == 0 && !r.hops.limited &&
		(!o.sieves() || o.set != nil && o.set.built)
}

// many follows the relationships of the next rows, and reports whether it did for any.
func (o *expand) many(r *run) (bool, error) {
	var from [warmRows]graph.NodeID
	var rows [warmRows]uint16
	n := min(warmRows, o.in.Rows()-o.at)
	for i := range n {
		row := o.in.Row(o.at + i)
		from[i], rows[i] = o.from[row], uint16(row)
	}
	var labelled []uint64
	if o.sieves() {
		labelled = o.set.bits
	}
	e := &o.ends
	n = r.tx.AppendEnds(e, from[:n], o.spec.Direction, o.types, labelled, r.size-len(o.rows))
	o.at += n
	r.hits += int64(e.Looked)
	for _, place := range e.Places {
		o.rows = append(o.rows, rows[place])
	}
	o.nodes = append(o.nodes, e.Nodes...)
	if o.spec.Rel != plan.NoSlot {
		for i, id := range e.Edges {
			end := e.Nodes[i]
			if o.spec.Direction == graph.In {
				end = from[e.Places[i]]
			}
			o.edges = append(o.edges, graph.Edge{ID: id, Dst: end})
		}
	}
	return n > 0, r.stepBy(n + e.Looked)
}

// take adds those of a run of relationships that match.
func (o *expand) take(r *run, row int, nodes []graph.NodeID, edges []graph.EdgeID) {
	before := len(o.rows)
	if o.plain() && (o.walk.d == graph.Out || o.spec.Direction != graph.Both) {
		o.nodes = append(o.nodes, nodes...)
		for range nodes {
			o.rows = append(o.rows, uint16(row))
		}
		if o.spec.Rel != plan.NoSlot {
			for i, id := range edges {
				o.edges = append(o.edges, o.walk.edge(id, nodes[i]))
			}
		}
	} else if o.sieves() {
		for _, i := range o.pick(r, nodes) {
			o.offer(row, nodes[i], edges[i])
		}
	} else {
		for i, n := range nodes {
			o.offer(row, n, edges[i])
		}
	}
	o.found = o.found || len(o.rows) > before
}

// offer adds a relationship, whose other end has the labels, unless it was used already.
func (o *expand) offer(row int, n graph.NodeID, id graph.EdgeID) {
	if !o.walk.skips(&o.hop, n) && o.allowed(id) {
		o.add(row, n, o.walk.edge(id, n))
	}
}

func (o *expand) add(row int, n graph.NodeID, e graph.Edge) {
	o.rows = append(o.rows, uint16(row))
	o.nodes = append(o.nodes, n)
	if o.spec.Rel != plan.NoSlot {
		o.edges = append(o.edges, e)
	}
}
