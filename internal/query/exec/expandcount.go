package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
)

// expandCount multiplies how often a row counts with the number of relationships that
// match, or of pairs of them, without making their rows. It works in the batch of its input.
type expandCount struct {
	*countSide
	spec  *plan.ExpandCount
	input operator
	pair  *pair // nil: a relationship is counted alone
	sel   []uint16
}

func (c *compiler) expandCount(o *plan.ExpandCount) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	one, err := c.countSide(&o.Counted)
	if err != nil || o.Pair == nil {
		return func(i *instance) operator { return &expandCount{countSide: one(), spec: o, input: in(i)} }, err
	}
	two, err := c.countSide(&o.Pair.Counted)
	if err != nil {
		return nil, err
	}
	return func(i *instance) operator {
		e := &expandCount{countSide: one(), spec: o, input: in(i)}
		e.pair = &pair{one: e.countSide, two: two(), spec: o.Pair}
		e.apart, e.pair.two.apart = o.Pair.Apart, o.Pair.Apart
		return e
	}, nil
}

func (o *expandCount) open(r *run) error {
	if err := o.countSide.open(r); err != nil {
		return err
	}
	if o.pair != nil {
		if err := o.pair.two.open(r); err != nil {
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
		if o.pair != nil {
			if err = o.pair.two.columns(r, in); err != nil {
				return nil, err
			}
		}
		if o.sel, err = o.multiply(r, in, o.sel[:0]); err != nil {
			return nil, err
		}
		if err = o.refused(); err != nil {
			return nil, err
		}
		if len(o.sel) > 0 {
			in.Sel = o.sel
			return in, nil
		}
	}
}

func (o *expandCount) multiply(r *run, in *batch.Batch, sel []uint16) ([]uint16, error) {
	factor := &in.Columns[o.spec.Times]
	factor.Kind = batch.Ints
	factor.Nulls.Clear()
	factor.Ints = grown(factor.Ints, in.Len)
	var before []int64
	if o.spec.Before != plan.NoSlot {
		before = in.Columns[o.spec.Before].Ints
	}
	rows := r.rowsOf(in.Sel, in.Len)
	if o.pair == nil && o.byDegree {
		kept, err := multiplyDegrees(factor.Ints, o.degrees, before, rows, sel)
		if err != nil {
			return kept, err
		}
		return kept, r.stepBy(len(rows))
	}
	for i, row := range rows {
		count, err := o.rowCount(r, in, i, int(row))
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

// multiplyDegrees sets the factors of rows to their degrees, multiplied with what was before
// unless that is nil, and appends those with a factor to sel.
func multiplyDegrees(factors, degrees, before []int64, rows, sel []uint16) ([]uint16, error) {
	for _, row := range rows {
		count := degrees[row]
		if count == 0 {
			continue
		}
		if before != nil {
			var err error
			if count, err = times(count, before[row]); err != nil {
				return sel, err
			}
		}
		factors[row] = count
		sel = append(sel, row)
	}
	return sel, nil
}

// rowCount counts for one row, which is at place i.
func (o *expandCount) rowCount(r *run, in *batch.Batch, i, row int) (int64, error) {
	o.ahead(r, in, i)
	if o.pair == nil {
		return o.row(r, in, row)
	}
	o.pair.two.ahead(r, in, i)
	return o.pair.row(r, in, row)
}

func (o *expandCount) close(r *run) {
	o.countSide.close(r)
	if o.pair != nil {
		o.pair.two.close(r)
	}
	o.input.close(r)
}

// refused returns why there was no memory for what is remembered of some nodes. What was
// counted is right without it.
func (o *expandCount) refused() error {
	if err := o.countSide.refused(); err != nil || o.pair == nil {
		return err
	}
	return o.pair.two.refused()
}
