package exec

import (
	"math"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/value"
)

// pairs makes rows of left rows and kept right rows.
type pairs struct {
	right keep
	out   output
	rows  []uint16
	kept  []int32
}

func newPairs(slots int, carry, right []int) pairs {
	return pairs{right: keep{slots: right}, out: newOutput(slots, carry)}
}

// emit makes the batch of the pairs collected.
func (p *pairs) emit(r *run, left *batch.Batch) *batch.Batch {
	b := p.out.gather(left, p.rows)
	for i, s := range p.right.slots {
		col := &b.Columns[s]
		col.Reset(batch.Values, 0)
		for from := 0; from < len(p.kept); {
			chunk, row := p.right.at(r, int(p.kept[from]))
			to := from + 1
			for to < len(p.kept) && p.kept[to] == p.kept[to-1]+1 && int(p.kept[to])%r.size != 0 {
				to++
			}
			if to == from+1 {
				col.AppendRow(&chunk.Columns[i], row)
			} else {
				appendRange(col, &chunk.Columns[i], row, row+to-from)
			}
			from = to
		}
	}
	return b
}

// product makes a row of each pair.
type product struct {
	pairs
	left, from operator
	loaded     bool
	in         *batch.Batch
	at, pos    int
}

func (c *compiler) product(o *plan.Product) (factory, error) {
	sides, err := c.ops(o.Left, o.Right)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		return &product{pairs: newPairs(slots, o.Carry, o.RightSlots), left: sides[0](i), from: sides[1](i)}
	}, nil
}

func (o *product) open(r *run) error {
	o.right.clear(r)
	o.loaded, o.in = false, nil
	return o.left.open(r)
}

func (o *product) next(r *run) (*batch.Batch, error) {
	for {
		if err := r.check(); err != nil {
			return nil, err
		}
		if o.in == nil {
			in, err := o.left.next(r)
			if err != nil || in == nil {
				return nil, err
			}
			o.in, o.at, o.pos = in, 0, 0
		}
		// The right side is read after the first left rows, because those may be the
		// result of writes that it has to see.
		if !o.loaded {
			o.loaded = true
			if err := o.from.open(r); err != nil {
				return nil, err
			}
			if err := load(r, o.from, &o.right); err != nil {
				return nil, err
			}
		}
		o.rows, o.kept = o.rows[:0], o.kept[:0]
		o.fill(r.size)
		in := o.in
		if o.at >= in.Rows() {
			o.in = nil
		}
		if len(o.rows) > 0 {
			return o.emit(r, in), nil
		}
	}
}

func (o *product) fill(most int) {
	for len(o.rows) < most && o.at < o.in.Rows() {
		row := uint16(o.in.Row(o.at))
		n := min(o.right.rows-o.pos, most-len(o.rows))
		for i := range n {
			o.rows = append(o.rows, row)
			o.kept = append(o.kept, int32(o.pos+i))
		}
		if o.pos += n; o.pos == o.right.rows {
			o.at++
			o.pos = 0
		}
	}
}

func (o *product) close(r *run) {
	o.right.clear(r)
	o.left.close(r)
	o.from.close(r)
}

// hashJoin makes a row of each pair whose keys are equal. The right side stands in a
// table: a group for each key, and in each group a chain of rows in their order.
type hashJoin struct {
	pairs
	left, from          operator
	leftKeys, rightKeys []expr.Evaluator
	groups              *batch.Groups
	first, last, after  []int32 // of each group, of each group, of each row
	scratch             []batch.Vector
	columns             []*batch.Vector
	sel                 []uint16
	ids                 []uint32
	held                int64
	loaded              bool
	in                  *batch.Batch
	probe               batch.Batch
	at                  int
	chain               int32
}

func (c *compiler) hashJoin(o *plan.HashJoin) (factory, error) {
	sides, err := c.ops(o.Left, o.Right)
	if err != nil {
		return nil, err
	}
	left, err := c.columns(o.Scope, o.LeftKeys)
	if err != nil {
		return nil, err
	}
	right, err := c.columns(o.Scope, o.RightKeys)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		return &hashJoin{
			pairs: newPairs(slots, o.Carry, o.RightSlots), left: sides[0](i), from: sides[1](i),
			leftKeys: left, rightKeys: right,
			scratch: make([]batch.Vector, len(left)), columns: make([]*batch.Vector, len(left)),
		}
	}, nil
}

func (o *hashJoin) open(r *run) error {
	o.drop(r)
	o.loaded, o.in = false, nil
	o.groups = batch.NewGroups(len(o.leftKeys))
	o.first, o.last, o.after = o.first[:0], o.last[:0], o.after[:0]
	return o.left.open(r)
}

func (o *hashJoin) drop(r *run) {
	o.right.clear(r)
	r.release(o.held)
	o.held = 0
}

// keys computes the keys of a batch and returns the part of it whose keys can be equal to
// something.
func (o *hashJoin) keys(r *run, in *batch.Batch, exprs []expr.Evaluator) (*batch.Batch, error) {
	for i, e := range exprs {
		var err error
		if o.columns[i], err = expr.View(&r.ec, e, in, &o.scratch[i]); err != nil {
			return nil, err
		}
	}
	o.sel = none(o.sel)
	for _, row := range r.rowsOf(in.Sel, in.Len) {
		if o.usable(int(row)) {
			o.sel = append(o.sel, row)
		}
	}
	o.probe.Len, o.probe.Sel, o.probe.Columns = in.Len, o.sel, in.Columns
	return &o.probe, nil
}

// usable tells that no key of a row is null or NaN.
func (o *hashJoin) usable(row int) bool {
	for _, c := range o.columns {
		if c.IsNull(row) {
			return false
		}
		if v := c.Value(row); v.Kind() == value.KindFloat && math.IsNaN(v.AsFloat()) {
			return false
		}
	}
	return true
}

func (o *hashJoin) build(r *run) error {
	if err := o.from.open(r); err != nil {
		return err
	}
	for {
		in, err := o.from.next(r)
		if err != nil || in == nil {
			return err
		}
		part, err := o.keys(r, in, o.rightKeys)
		if err != nil {
			return err
		}
		o.ids = o.groups.Assign(o.ids[:0], part, o.columns)
		if err := o.account(r, len(o.ids)); err != nil {
			return err
		}
		for _, g := range o.ids {
			row := int32(len(o.after))
			o.after = append(o.after, -1)
			if int(g) == len(o.first) {
				o.first, o.last = append(o.first, row), append(o.last, row)
				continue
			}
			o.after[o.last[g]] = row
			o.last[g] = row
		}
		if err := o.right.add(r, part); err != nil {
			return err
		}
		r.ec.Recycle()
	}
}

func (o *hashJoin) account(r *run, rows int) error {
	more := int64(rows) * 12
	if b := o.groups.Bytes() - o.held; b > 0 {
		more += b
	}
	if err := r.reserve(more); err != nil {
		return err
	}
	o.held += more
	return nil
}

func (o *hashJoin) next(r *run) (*batch.Batch, error) {
	for {
		if err := r.check(); err != nil {
			return nil, err
		}
		if o.in == nil {
			in, err := o.left.next(r)
			if err != nil || in == nil {
				return nil, err
			}
			if err := o.begin(r, in); err != nil {
				return nil, err
			}
		}
		o.rows, o.kept = o.rows[:0], o.kept[:0]
		o.fill(r.size)
		in := o.in
		if o.at >= len(o.ids) {
			o.in = nil
		}
		if len(o.rows) > 0 {
			return o.emit(r, in), nil
		}
	}
}

// begin looks the keys of a left batch up.
func (o *hashJoin) begin(r *run, in *batch.Batch) error {
	if !o.loaded {
		o.loaded = true
		if err := o.build(r); err != nil {
			return err
		}
	}
	part, err := o.keys(r, in, o.leftKeys)
	if err != nil {
		return err
	}
	o.ids = o.groups.Find(o.ids[:0], part, o.columns)
	o.in, o.at, o.chain = in, 0, -1
	if len(o.ids) > 0 {
		o.chain = o.start(0)
	}
	return nil
}

// start returns the first right row for the left row at a place.
func (o *hashJoin) start(at int) int32 {
	if g := o.ids[at]; g != batch.NoGroup {
		return o.first[g]
	}
	return -1
}

func (o *hashJoin) fill(most int) {
	for len(o.rows) < most && o.at < len(o.ids) {
		if o.chain >= 0 {
			o.rows = append(o.rows, o.sel[o.at])
			o.kept = append(o.kept, o.chain)
			o.chain = o.after[o.chain]
			continue
		}
		if o.at++; o.at < len(o.ids) {
			o.chain = o.start(o.at)
		}
	}
}

func (o *hashJoin) close(r *run) {
	o.drop(r)
	o.left.close(r)
	o.from.close(r)
}
