package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
)

// expand makes a row of every relationship of a node.
type expand struct {
	hop
	spec  *plan.Expand
	input operator
	out   output

	in      *batch.Batch
	from    []graph.NodeID
	scratch []graph.NodeID
	at      int
	busy    bool // walk is on row at
	found   bool // row at has given something
	walk    walker
	rows    []uint16
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
		return &expand{hop: h, spec: o, input: in(i), out: newOutput(slots, o.Carry)}
	}, nil
}

func (o *expand) open(r *run) error {
	o.in = nil
	if err := o.resolve(r); err != nil {
		return err
	}
	return o.input.open(r)
}

func (o *expand) next(r *run) (*batch.Batch, error) {
	for {
		if err := r.check(); err != nil {
			return nil, err
		}
		if o.in == nil {
			in, err := o.input.next(r)
			if err != nil || in == nil {
				return nil, err
			}
			if _, err = o.refresh(r); err != nil {
				return nil, err
			}
			if o.from, err = r.nodes(&in.Columns[o.spec.From], in, &o.scratch, o.spec.Place); err != nil {
				return nil, err
			}
			o.in, o.at, o.busy = in, 0, false
		}
		o.rows, o.nodes, o.edges = o.rows[:0], o.nodes[:0], o.edges[:0]
		if err := o.fill(r); err != nil {
			return nil, err
		}
		in := o.in
		if o.at >= in.Rows() {
			o.in = nil
		}
		if len(o.rows) > 0 {
			return o.emit(in), nil
		}
	}
}

// emit makes the batch of what was found.
func (o *expand) emit(in *batch.Batch) *batch.Batch {
	b := o.out.gather(in, o.rows)
	if s := o.spec.To; s != plan.NoSlot {
		v := &b.Columns[s]
		v.Kind, v.Nodes, o.nodes = batch.Nodes, o.nodes, v.Nodes
	}
	if s := o.spec.Rel; s != plan.NoSlot {
		v := &b.Columns[s]
		v.Kind, v.Edges, o.edges = batch.Edges, o.edges, v.Edges
	}
	return b
}

// fill follows the relationships of as many rows as fit.
func (o *expand) fill(r *run) error {
	for len(o.rows) < r.size && o.at < o.in.Rows() {
		row := o.in.Row(o.at)
		if !o.busy {
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
	} else {
		for i, n := range nodes {
			if o.walk.skips(&o.hop, n) || !o.allowed(edges[i]) || !r.hasLabels(n, o.labels) {
				continue
			}
			o.add(row, n, o.walk.edge(edges[i], n))
		}
	}
	o.found = o.found || len(o.rows) > before
}

func (o *expand) add(row int, n graph.NodeID, e graph.Edge) {
	o.rows = append(o.rows, uint16(row))
	o.nodes = append(o.nodes, n)
	if o.spec.Rel != plan.NoSlot {
		o.edges = append(o.edges, e)
	}
}

func (o *expand) close(r *run) { o.input.close(r) }
