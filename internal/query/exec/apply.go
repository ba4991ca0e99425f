package exec

import (
	"slices"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
)

// apply runs an inner plan for batches of outer rows.
//
// The inner plan keeps the order of the outer rows and says, in the Argument's Row
// column, which of them each of its rows belongs to.
type apply struct {
	spec         *plan.Apply
	outer, inner operator
	arg          *argument
	out          output

	in      *batch.Batch
	pending *batch.Batch // inner rows not given yet begin at place pos
	pos     int
	outerAt int  // outer rows before this place are done
	matched bool // the outer row at outerAt has given a row
	drained bool // the inner plan has given all its rows for in
	sel     []uint16
	rows    []uint16    // outer row of each row of the output
	from    []int32     // inner row of each, or -1
	row     batch.Batch // the outer row alone, where the inner plan runs for one at a time
}

func (c *compiler) apply(o *plan.Apply) (factory, error) {
	sides, err := c.ops(o.Outer, o.Inner)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		a := &apply{spec: o, outer: sides[0](i), inner: sides[1](i), out: newOutput(slots, o.Carry)}
		a.arg = i.arguments[o.Argument]
		a.row.Columns = make([]batch.Vector, slots)
		return a
	}, nil
}

func (o *apply) open(r *run) error {
	o.in, o.pending = nil, nil
	return o.outer.open(r)
}

func (o *apply) next(r *run) (*batch.Batch, error) {
	if o.spec.Mode == plan.Semi || o.spec.Mode == plan.Anti {
		return o.semi(r)
	}
	for {
		if o.in == nil {
			in, err := o.outer.next(r)
			if err != nil || in == nil {
				return nil, err
			}
			o.in, o.pending, o.outerAt, o.matched, o.drained = in, nil, 0, false, false
			if err := o.run(r, r.rowsOf(in.Sel, in.Len)); err != nil {
				return nil, err
			}
		}
		b, err := o.join(r)
		if err != nil || b != nil {
			return b, err
		}
		o.in = nil
	}
}

// run begins the inner plan for some of the outer rows.
func (o *apply) run(r *run, rows []uint16) error {
	o.arg.give(o.in, rows)
	return o.inner.open(r)
}

// join makes a batch of inner rows and the outer rows that they belong to; nil at the end
// of the outer batch.
func (o *apply) join(r *run) (*batch.Batch, error) {
	o.rows, o.from = o.rows[:0], o.from[:0]
	if o.pending == nil && !o.drained {
		var err error
		if o.pending, err = o.inner.next(r); err != nil {
			return nil, err
		}
		o.pos, o.drained = 0, o.pending == nil
	}
	outer := r.rowsOf(o.in.Sel, o.in.Len)
	if o.pending != nil {
		numbers := o.pending.Columns[o.spec.Argument.Row].Ints
		for ; o.pos < o.pending.Rows() && len(o.rows) < r.size; o.pos++ {
			row := o.pending.Row(o.pos)
			if !o.reach(outer, uint16(numbers[row]), r.size) {
				break
			}
			o.rows, o.from = append(o.rows, outer[o.outerAt]), append(o.from, int32(row))
			o.matched = true
		}
	} else {
		o.rest(outer, r.size)
	}
	if len(o.rows) == 0 && o.pending == nil {
		return nil, nil
	}
	b := o.emit()
	if o.pending != nil && o.pos == o.pending.Rows() {
		o.pending = nil
	}
	if b.Len == 0 {
		return o.join(r)
	}
	return b, nil
}

// reach goes on to outer row, giving the rows on the way that matched nothing. It reports
// false where the batch is full before.
func (o *apply) reach(outer []uint16, row uint16, most int) bool {
	for outer[o.outerAt] != row {
		if len(o.rows) == most {
			return false
		}
		o.leave(outer)
	}
	return len(o.rows) < most
}

// rest gives the outer rows after the last inner one.
func (o *apply) rest(outer []uint16, most int) {
	for o.outerAt < len(outer) && len(o.rows) < most {
		o.leave(outer)
	}
}

// leave ends the outer row at outerAt.
func (o *apply) leave(outer []uint16) {
	if o.spec.Mode == plan.Optional && !o.matched {
		o.rows, o.from = append(o.rows, outer[o.outerAt]), append(o.from, -1)
	}
	o.outerAt++
	o.matched = false
}

// emit makes the batch of the rows found.
func (o *apply) emit() *batch.Batch {
	b := o.out.gather(o.in, o.rows)
	whole := !slices.Contains(o.from, -1)
	if whole {
		o.sel = o.sel[:0]
		for _, row := range o.from {
			o.sel = append(o.sel, uint16(row))
		}
	}
	for _, s := range o.spec.Binds {
		col := &b.Columns[s]
		if whole && o.pending != nil {
			col.Gather(&o.pending.Columns[s], o.sel)
			continue
		}
		o.mixed(col, s)
	}
	return b
}

// mixed fills a column of which some rows are null.
func (o *apply) mixed(col *batch.Vector, slot int) {
	var src *batch.Vector
	kind := batch.Values
	if o.pending != nil {
		src = &o.pending.Columns[slot]
		kind = src.Kind
	}
	col.Reset(kind, len(o.from))
	for i, row := range o.from {
		switch {
		case row < 0:
			col.SetNull(i)
		case kind == batch.Nodes:
			col.Nodes[i] = src.Nodes[row]
		case kind == batch.Edges:
			col.Edges[i] = src.Edges[row]
		default:
			col.Set(i, src.Value(int(row)))
		}
	}
}

// semi keeps the outer rows for which the inner plan gives a row, or does not.
func (o *apply) semi(r *run) (*batch.Batch, error) {
	for {
		in, err := o.outer.next(r)
		if err != nil || in == nil {
			return nil, err
		}
		o.in = in
		outer := r.rowsOf(in.Sel, in.Len)
		var hits batch.Bitmap
		if o.spec.RowWise {
			err = o.probe(r, outer, &hits)
		} else {
			err = o.collect(r, outer, &hits)
		}
		if err != nil {
			return nil, err
		}
		o.sel = o.sel[:0]
		for _, row := range outer {
			if hits.Has(int(row)) != (o.spec.Mode == plan.Anti) {
				o.sel = append(o.sel, row)
			}
		}
		if len(o.sel) > 0 {
			in.Sel = o.sel
			return in, nil
		}
	}
}

// collect runs all rows at once, until each of them has given a row.
func (o *apply) collect(r *run, outer []uint16, hits *batch.Bitmap) error {
	if err := o.run(r, outer); err != nil {
		return err
	}
	for open := len(outer); open > 0; {
		b, err := o.inner.next(r)
		if err != nil || b == nil {
			return err
		}
		numbers := b.Columns[o.spec.Argument.Row].Ints
		for i := range b.Rows() {
			if n := int(numbers[b.Row(i)]); !hits.Has(n) {
				hits.Add(n)
				open--
			}
		}
	}
	return nil
}

// probe runs one row after the other, each until something is found.
func (o *apply) probe(r *run, outer []uint16, hits *batch.Bitmap) error {
	for _, row := range outer {
		for _, s := range o.spec.Argument.Slots {
			o.row.Columns[s].Repeat(&o.in.Columns[s], int(row), 1)
		}
		o.row.Len = 1
		o.arg.give(&o.row, nil)
		if err := o.inner.open(r); err != nil {
			return err
		}
		b, err := o.inner.next(r)
		if err != nil {
			return err
		}
		if b != nil {
			hits.Add(int(row))
		}
	}
	return nil
}

func (o *apply) close(r *run) {
	o.outer.close(r)
	o.inner.close(r)
}
