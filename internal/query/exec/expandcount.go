package exec

import (
	"slices"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
)

// expandCount multiplies how often a row counts with the number of relationships that
// match, without making their rows. It works in the batch of its input.
//
// Relationships that the row has used already, and other ends that the row excludes, are
// taken off the number of all, which is remembered by node. Only where something has to be
// asked of each other end the relationships are looked at one by one.
type expandCount struct {
	*branch
	spec    *plan.ExpandCount
	input   operator
	scratch []graph.NodeID
	walk    walker
	sel     []uint16

	pairs    between // between the node and one that is excluded
	excluded []graph.NodeID
	others   [][]graph.NodeID // by place in spec.Unequal
	spare    [][]graph.NodeID
	asks     []*ask
}

func (c *compiler) expandCount(o *plan.ExpandCount) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	made, err := c.branch(&o.Branch)
	if err != nil {
		return nil, err
	}
	pairs := o.Hop
	pairs.Distinct = nil
	h, err := c.hop(&pairs)
	if err != nil {
		return nil, err
	}
	asks := make([]func() *ask, len(o.Asks))
	for i := range o.Asks {
		if asks[i], err = c.ask(&o.Asks[i]); err != nil {
			return nil, err
		}
	}
	return func(i *instance) operator {
		e := &expandCount{branch: made(), spec: o, input: in(i), pairs: between{hop: h}}
		e.others, e.spare = make([][]graph.NodeID, len(o.Unequal)), make([][]graph.NodeID, len(o.Unequal))
		for _, a := range asks {
			e.asks = append(e.asks, a())
		}
		return e
	}, nil
}

func (o *expandCount) open(r *run) error {
	if err := o.begin(r); err != nil {
		return err
	}
	if err := o.pairs.resolve(r); err != nil {
		return err
	}
	o.pairs.reset()
	for _, a := range o.asks {
		if err := a.open(r); err != nil {
			return err
		}
	}
	return o.input.open(r)
}

func (o *expandCount) next(r *run) (*batch.Batch, error) {
	for {
		in, err := o.input.next(r)
		if err != nil || in == nil {
			return nil, err
		}
		if err = o.columns(r, in); err != nil {
			return nil, err
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

// columns looks names up again where that is needed, and finds the columns of nodes that
// the other end is compared with.
func (o *expandCount) columns(r *run, in *batch.Batch) (err error) {
	if _, err = o.renew(r); err != nil {
		return err
	}
	if err = o.pairs.renew(r); err != nil {
		return err
	}
	for i, s := range o.spec.Unequal {
		if o.others[i], err = r.nodes(&in.Columns[s], in, &o.spare[i], o.spec.Place); err != nil {
			return err
		}
	}
	for _, a := range o.asks {
		if err = a.column(r, in); err != nil {
			return err
		}
	}
	return nil
}

func (o *expandCount) multiply(r *run, in *batch.Batch, from []graph.NodeID, sel []uint16) ([]uint16, error) {
	factor := &in.Columns[o.spec.Times]
	factor.Kind = batch.Ints
	factor.Nulls.Clear()
	factor.Ints = grown(factor.Ints, in.Len)
	var before []int64
	if o.spec.Before != plan.NoSlot {
		before = in.Columns[o.spec.Before].Ints
	}
	for i, row := range r.rowsOf(in.Sel, in.Len) {
		o.warm(r, in, from, i)
		count, err := o.row(r, in, int(row), from[row])
		if err != nil {
			return sel, err
		}
		if count == 0 {
			continue
		}
		if before != nil {
			if count, err = times(count, before[row]); err != nil {
				return sel, err
			}
		}
		factor.Ints[row] = count
		sel = append(sel, row)
		if err := r.step(); err != nil {
			return sel, err
		}
	}
	return sel, nil
}

// row counts for one row, whose node is n.
func (o *expandCount) row(r *run, in *batch.Batch, row int, n graph.NodeID) (int64, error) {
	o.excluded = o.excluded[:0]
	for _, others := range o.others {
		other := others[row]
		if other == graph.NoNode {
			return 0, nil // nothing differs from null
		}
		if !slices.Contains(o.excluded, other) {
			o.excluded = append(o.excluded, other)
		}
	}
	if len(o.spec.Distinct) > 0 {
		o.ban(in, row)
	}
	if len(o.asks) > 0 {
		return o.eachEnd(r, n, row)
	}
	count, err := o.of(r, n)
	if err != nil || count == 0 {
		return count, err
	}
	return o.without(r, n, count)
}

// without takes off count what leads to an excluded node, or was used already.
func (o *expandCount) without(r *run, n graph.NodeID, count int64) (int64, error) {
	for _, other := range o.excluded {
		pairs := len(o.pairs.find(r, n, other, int(graph.NoEdge)))
		if pairs == 0 || !o.labelled(r, other) {
			continue
		}
		p, err := o.product(r, other)
		if err != nil {
			return 0, err
		}
		count -= int64(pairs) * p // which are a part of count
	}
	for i := range o.banned {
		other, ok := o.used(r, n, i)
		if !ok || slices.Contains(o.excluded, other) || !o.labelled(r, other) {
			continue
		}
		p, err := o.product(r, other)
		if err != nil {
			return 0, err
		}
		count -= p
	}
	return count, nil
}

// eachEnd counts the relationships of n that nothing speaks against, one by one.
func (o *expandCount) eachEnd(r *run, n graph.NodeID, row int) (int64, error) {
	if n == graph.NoNode || !o.possible {
		return 0, nil
	}
	total := int64(0)
	o.walk.start(r, &o.hop, n)
	for _, a := range o.asks {
		a.ready(r, row, size(o.walk.segs))
	}
	for {
		nodes, edges := o.walk.next(r, &o.hop, r.size)
		if nodes == nil {
			return total, nil
		}
		r.hits += int64(len(nodes))
		if err := r.stepBy(len(nodes)); err != nil {
			return 0, err
		}
		for i, other := range nodes {
			if !o.passes(r, other, edges[i], row) {
				continue
			}
			p, err := o.product(r, other)
			if err != nil {
				return 0, err
			}
			if total, err = plus(total, p); err != nil {
				return 0, err
			}
		}
	}
}

// passes tells whether a relationship counts.
func (o *expandCount) passes(r *run, other graph.NodeID, id graph.EdgeID, row int) bool {
	for _, a := range o.asks {
		if a.there(r, other, row) == a.negated {
			return false
		}
	}
	return !slices.Contains(o.excluded, other) && !o.walk.skips(&o.hop, other) && o.allowed(id) && o.labelled(r, other)
}

func (o *expandCount) close(r *run) { o.input.close(r) }
