package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/value"
)

// call runs a subquery for each row of its input, one row after the other.
type call struct {
	spec  *plan.Call
	input operator
	body  body
	out   output

	in      *batch.Batch
	at      int  // rows of in before this place have been begun
	running bool // the subquery runs for the row before at
	matched bool // and has given a row
	pending *batch.Batch
	pos     int // rows of pending before this place were given
	rows    []uint16
	held    int64 // bytes reserved for the columns of out that the subquery made
}

// body is a subquery that runs for one row at a time.
type body struct {
	inner operator
	arg   *argument
	row   batch.Batch // the row
}

func newBody(inner operator, arg *argument, slots int) body {
	return body{inner: inner, arg: arg, row: batch.Batch{Len: 1, Columns: make([]batch.Vector, slots)}}
}

// begin opens the subquery for a row of columns, of which column(s) has slot s.
func (b *body) begin(r *run, row int, column func(slot int) *batch.Vector) error {
	if b.arg != nil { // nil where nothing is read of the row
		for _, s := range b.arg.spec.Slots {
			b.row.Columns[s].Repeat(column(s), row, 1)
		}
		b.row.Sel = nil
		b.arg.give(&b.row, nil)
	}
	return b.inner.open(r)
}

func (c *compiler) call(o *plan.Call) (factory, error) {
	inputs, err := c.ops(o.Input, o.Inner)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		f := &call{spec: o, input: inputs[0](i), out: newOutput(slots, o.Carry)}
		inner := inputs[1](i)
		f.body = newBody(inner, i.arguments[o.Argument], slots)
		return f
	}, nil
}

func (o *call) open(r *run) error {
	o.in, o.running = nil, false
	return o.input.open(r)
}

func (o *call) next(r *run) (*batch.Batch, error) {
	for {
		if o.in == nil {
			in, err := o.input.next(r)
			if err != nil || in == nil {
				return nil, err
			}
			o.in, o.at, o.running = in, 0, false
		}
		// What the rows outside hold stays reserved while the subquery recycles.
		before := r.ec.Hold()
		err := o.fill(r)
		r.ec.Unhold(before)
		if err != nil {
			return nil, err
		}
		in := o.in
		if o.at == in.Rows() && !o.running {
			o.in = nil
		}
		if o.spec.Mode == plan.CallUnit {
			return in, nil
		}
		if len(o.rows) > 0 {
			return o.out.gather(in, o.rows), nil
		}
	}
}

// fill runs the subquery for rows until there is a batch of results, or no row left.
func (o *call) fill(r *run) error {
	o.rows = o.rows[:0]
	r.release(o.held)
	o.held = 0
	for _, s := range o.spec.Binds {
		o.out.batch.Columns[s].Reset(batch.Values, 0)
	}
	for len(o.rows) < r.size {
		if !o.running {
			if o.at == o.in.Rows() {
				break
			}
			if err := o.begin(r); err != nil {
				return err
			}
			continue
		}
		if err := o.take(r); err != nil {
			return err
		}
	}
	return o.account(r)
}

// begin starts the subquery for the next row; one that returns nothing ends at once.
func (o *call) begin(r *run) error {
	if err := r.step(); err != nil {
		return err
	}
	row := o.in.Row(o.at)
	o.at++
	if err := o.body.begin(r, row, func(s int) *batch.Vector { return &o.in.Columns[s] }); err != nil {
		return err
	}
	if o.spec.Mode == plan.CallUnit {
		return drain(r, o.body.inner)
	}
	o.running, o.matched, o.pending = true, false, nil
	return nil
}

// take appends what fits of the next rows of the subquery.
func (o *call) take(r *run) error {
	row := uint16(o.in.Row(o.at - 1))
	if o.pending == nil {
		var err error
		if o.pending, err = o.body.inner.next(r); err != nil {
			return err
		}
		o.pos = 0
	}
	if o.pending == nil {
		o.running = false
		if o.spec.Mode == plan.CallOptional && !o.matched {
			o.rows = append(o.rows, row)
			for _, s := range o.spec.Binds {
				o.out.batch.Columns[s].AppendValue(value.Null)
			}
		}
		return nil
	}
	n := min(o.pending.Rows()-o.pos, r.size-len(o.rows))
	sel := r.rowsOf(o.pending.Sel, o.pending.Len)[o.pos : o.pos+n]
	for _, s := range o.spec.Binds {
		o.out.batch.Columns[s].AppendRows(&o.pending.Columns[s], sel)
	}
	for range n {
		o.rows = append(o.rows, row)
	}
	o.matched = true
	if o.pos += n; o.pos == o.pending.Rows() {
		o.pending = nil
	}
	return nil
}

// account reserves the bytes of the values that the subquery made: the operators that made
// them have given theirs back.
func (o *call) account(r *run) error {
	if r.ec.Budget == nil {
		return nil
	}
	bytes := int64(0)
	rows := r.rowsOf(nil, len(o.rows))
	for _, s := range o.spec.Binds {
		if col := &o.out.batch.Columns[s]; col.Kind == batch.Values {
			bytes += weight(col, rows)
		}
	}
	if err := r.reserve(bytes); err != nil {
		return err
	}
	o.held = bytes
	return nil
}

func (o *call) close(r *run) {
	r.release(o.held)
	o.held = 0
	o.input.close(r)
	o.body.inner.close(r)
}
