package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/plan"
)

// top orders the rows and keeps the first of them. What it holds is at most about twice
// the rows that it will give, or a few batches.
type top struct {
	ordering
	spec        *plan.Top
	input       operator
	skip, limit expr.Evaluator
	out         output
	other       keep // takes the best rows when the others are thrown away
	most        int64
	loaded      bool
	bounded     bool // the first most rows kept are the best so far, in their order
	sel, first  []uint16
	at, end     int
}

func (c *compiler) top(o *plan.Top) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	counts, err := c.exprs(nil, o.Skip, o.Limit)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		return &top{
			ordering: newOrdering(o.Carry, o.Keys), other: keep{slots: o.Carry},
			spec: o, input: in(i), skip: counts[0], limit: counts[1], out: newOutput(slots, nil),
		}
	}, nil
}

func (o *top) open(r *run) error {
	o.rows.clear(r)
	o.other.clear(r)
	o.loaded, o.bounded, o.at, o.end = false, false, 0, 0
	skip, err := count(r, o.skip, o.spec.Skip, "SKIP")
	if err != nil {
		return err
	}
	limit, err := count(r, o.limit, o.spec.Limit, "LIMIT")
	if err != nil {
		return err
	}
	if o.most = skip + limit; o.most < 0 {
		o.most = limit // more than can be: nothing will be left after SKIP anyway
	}
	return o.input.open(r)
}

func (o *top) next(r *run) (*batch.Batch, error) {
	if !o.loaded {
		o.loaded = true
		if err := o.load(r); err != nil {
			return nil, err
		}
		o.end = int(min(o.most, int64(o.rows.rows)))
	}
	if o.at == o.end {
		return nil, nil
	}
	from := o.at
	o.at = min(from+r.size, o.end)
	return o.emit(r, &o.out.batch, from, o.at), nil
}

// load takes every row and throws away what cannot be among the first.
func (o *top) load(r *run) error {
	for {
		in, err := o.input.next(r)
		if err != nil {
			return err
		}
		if in == nil {
			return o.sort(r)
		}
		if o.bounded {
			o.below(r, in)
		}
		if err := o.rows.add(r, in); err != nil {
			return err
		}
		if int64(o.rows.rows) > 2*min(o.most, 1<<40)+int64(r.size) {
			if err := o.shrink(r); err != nil {
				return err
			}
		}
		r.ec.Recycle()
	}
}

// below keeps the rows of in that come before the last of the best rows so far.
func (o *top) below(r *run, in *batch.Batch) {
	o.sel = none(o.sel)
	if o.most > 0 {
		last, at := o.rows.at(r, int(o.most)-1)
		for _, row := range o.candidates(in, r.rowsOf(in.Sel, in.Len), last, at) {
			if o.before(in, int(row), last, at) {
				o.sel = append(o.sel, row)
			}
		}
	}
	in.Sel = o.sel
}

// candidates returns the rows that may come before a kept one: those that the first key does
// not put behind it, where that is an integer.
func (o *top) candidates(in *batch.Batch, rows []uint16, last *batch.Batch, at int) []uint16 {
	x, y := &in.Columns[o.keys[0].Slot], &last.Columns[o.cols[0]]
	if x.Kind != batch.Ints || y.Kind != batch.Ints || !x.Nulls.Empty() || y.Nulls.Has(at) {
		return rows
	}
	o.first = grown(o.first, len(rows))
	bound, n := y.Ints[at], 0
	if o.keys[0].Descending {
		for _, row := range rows {
			o.first[n] = row
			if x.Ints[row] >= bound {
				n++
			}
		}
		return o.first[:n]
	}
	for _, row := range rows {
		o.first[n] = row
		if x.Ints[row] <= bound {
			n++
		}
	}
	return o.first[:n]
}

// before tells whether a row comes before a kept one that came earlier.
func (o *top) before(in *batch.Batch, row int, last *batch.Batch, at int) bool {
	for n, k := range o.keys {
		c := batch.Order(&in.Columns[k.Slot], row, &last.Columns[o.cols[n]], at)
		if c != 0 {
			return (c < 0) != k.Descending
		}
	}
	return false
}

// shrink keeps only the best rows, in their order.
func (o *top) shrink(r *run) error {
	if err := o.sort(r); err != nil {
		return err
	}
	best := int(o.most)
	for from := 0; from < best; from += r.size {
		b := o.emit(r, &o.out.batch, from, min(from+r.size, best))
		if err := o.other.add(r, b); err != nil {
			return err
		}
	}
	o.rows.clear(r)
	o.rows, o.other = o.other, o.rows
	o.bounded = true
	return nil
}

func (o *top) close(r *run) {
	o.rows.clear(r)
	o.other.clear(r)
	o.input.close(r)
}
