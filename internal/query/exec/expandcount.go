package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
)

// expandCount multiplies how often a row counts with the number of relationships that
// match, without making their rows. It works in the batch of its input.
type expandCount struct {
	hop
	spec    *plan.ExpandCount
	input   operator
	scratch []graph.NodeID
	walk    walker
	sel     []uint16
	// memory of counts by node
	seen  []graph.NodeID
	count []int64
}

// memoSize is the number of places in the memory of counts, a power of two.
const memoSize = 1 << 12

func (c *compiler) expandCount(o *plan.ExpandCount) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	h, err := c.hop(&o.Hop)
	if err != nil {
		return nil, err
	}
	return func(i *instance) operator {
		return &expandCount{hop: h, spec: o, input: in(i)}
	}, nil
}

func (o *expandCount) open(r *run) error {
	if err := o.resolve(r); err != nil {
		return err
	}
	o.forget()
	return o.input.open(r)
}

// forget empties the memory of counts.
func (o *expandCount) forget() {
	for i := range o.seen {
		o.seen[i] = graph.NoNode
	}
}

func (o *expandCount) next(r *run) (*batch.Batch, error) {
	for {
		in, err := o.input.next(r)
		if err != nil || in == nil {
			return nil, err
		}
		changed, err := o.refresh(r)
		if err != nil {
			return nil, err
		}
		if changed {
			o.forget()
		}
		from, err := r.nodes(&in.Columns[o.spec.From], in, &o.scratch, o.spec.Place)
		if err != nil {
			return nil, err
		}
		if o.sel, err = o.multiply(r, in, from, o.sel[:0]); err != nil {
			return nil, err
		}
		if len(o.sel) > 0 {
			in.Sel = o.sel
			return in, nil
		}
	}
}

func (o *expandCount) multiply(r *run, in *batch.Batch, from []graph.NodeID, sel []uint16) ([]uint16, error) {
	times := &in.Columns[o.spec.Times]
	times.Kind = batch.Ints
	times.Nulls.Clear()
	times.Ints = grown(times.Ints, in.Len)
	var before []int64
	if o.spec.Before != plan.NoSlot {
		before = in.Columns[o.spec.Before].Ints
	}
	if o.seen == nil && in.Len > 1 {
		o.seen, o.count = make([]graph.NodeID, memoSize), make([]int64, memoSize)
		for i := range o.seen {
			o.seen[i] = graph.NoNode
		}
	}
	for _, row := range r.rowsOf(in.Sel, in.Len) {
		n := from[row]
		count := o.remembered(r, n)
		if count > 0 && len(o.spec.Distinct) > 0 {
			o.ban(in, int(row))
			count -= o.lost(r, n)
		}
		if count == 0 && o.spec.Optional {
			count = 1
		}
		if count == 0 {
			continue
		}
		if before != nil {
			count *= before[row]
		}
		times.Ints[row] = count
		sel = append(sel, row)
		if err := r.step(); err != nil {
			return sel, err
		}
	}
	return sel, nil
}

func (o *expandCount) remembered(r *run, n graph.NodeID) int64 {
	if n == graph.NoNode {
		return 0
	}
	if o.seen == nil {
		return o.total(r, n)
	}
	at := spread(n) & (memoSize - 1)
	if o.seen[at] != n {
		o.seen[at], o.count[at] = n, o.total(r, n)
	}
	return o.count[at]
}

// total counts the relationships of n that match, those used already included.
func (o *expandCount) total(r *run, n graph.NodeID) int64 {
	if n == graph.NoNode || !o.possible {
		return 0
	}
	if len(o.labels) == 0 {
		return int64(r.tx.Degree(n, o.spec.Direction, o.types))
	}
	var total int64
	o.walk.start(r, &o.hop, n)
	for {
		nodes, _ := o.walk.next(r, &o.hop, int(graph.NoEdge))
		if nodes == nil {
			return total
		}
		r.hits += int64(len(nodes))
		for _, other := range nodes {
			if !o.walk.skips(&o.hop, other) && r.hasLabels(other, o.labels) {
				total++
			}
		}
	}
}

func (o *expandCount) close(r *run) { o.input.close(r) }
