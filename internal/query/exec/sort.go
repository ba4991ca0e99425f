package exec

import (
	"cmp"
	"slices"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
)

// ordering sorts rows that are kept.
type ordering struct {
	rows  keep
	keys  []plan.SortKey
	cols  []int // place of each key among the kept columns
	order []uint32
	spare []uint32
}

func newOrdering(slots []int, keys []plan.SortKey) ordering {
	o := ordering{rows: keep{slots: slots}, keys: keys}
	for _, k := range keys {
		o.cols = append(o.cols, slices.Index(slots, k.Slot))
	}
	return o
}

// compare orders two kept rows.
func (o *ordering) compare(r *run, x, y uint32) int {
	a, i := o.rows.at(r, int(x))
	b, j := o.rows.at(r, int(y))
	for n, col := range o.cols {
		c := batch.Order(&a.Columns[col], i, &b.Columns[col], j)
		if c == 0 {
			continue
		}
		if o.keys[n].Descending {
			return -c
		}
		return c
	}
	return 0
}

// runLength is how many rows are sorted between two looks at the context.
const runLength = 1 << 14

// sort fills order: sorted runs, then merges of them, stable throughout.
func (o *ordering) sort(r *run) error {
	n := o.rows.rows
	if err := r.reserve(int64(n) * 8); err != nil {
		return err
	}
	o.rows.bytes += int64(n) * 8
	o.order = grown(o.order, n)
	for i := range o.order {
		o.order[i] = uint32(i)
	}
	compare := func(x, y uint32) int {
		if c := o.compare(r, x, y); c != 0 {
			return c
		}
		return cmp.Compare(x, y) // rows that are equal stay in the order in which they came
	}
	for from := 0; from < n; from += runLength {
		if err := r.check(); err != nil {
			return err
		}
		slices.SortFunc(o.order[from:min(from+runLength, n)], compare)
	}
	for width := runLength; width < n; width *= 2 {
		o.spare = grown(o.spare, n)
		for from := 0; from < n; from += 2 * width {
			if err := o.merge(r, from, min(from+width, n), min(from+2*width, n)); err != nil {
				return err
			}
		}
		o.order, o.spare = o.spare, o.order
	}
	return nil
}

// merge joins two sorted runs.
func (o *ordering) merge(r *run, from, middle, to int) error {
	x, y, out := from, middle, from
	for x < middle && y < to {
		if o.compare(r, o.order[y], o.order[x]) < 0 {
			o.spare[out] = o.order[y]
			y++
		} else {
			o.spare[out] = o.order[x]
			x++
		}
		out++
		if err := r.step(); err != nil {
			return err
		}
	}
	out += copy(o.spare[out:], o.order[x:middle])
	copy(o.spare[out:], o.order[y:to])
	return nil
}

// emit makes a batch of the rows order[from:to].
func (o *ordering) emit(r *run, out *batch.Batch, from, to int) *batch.Batch {
	out.Len, out.Sel = to-from, nil
	for i, s := range o.rows.slots {
		col := &out.Columns[s]
		col.Reset(batch.Values, 0)
		for _, row := range o.order[from:to] {
			c, at := o.rows.at(r, int(row))
			col.AppendRow(&c.Columns[i], at)
		}
	}
	return out
}

// sorter orders all rows.
type sorter struct {
	ordering
	input  operator
	out    output
	loaded bool
	at     int
}

func (c *compiler) sort(o *plan.Sort) (factory, error) {
	in, err := c.op(o.Input)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		return &sorter{ordering: newOrdering(o.Carry, o.Keys), input: in(i), out: newOutput(slots, nil)}
	}, nil
}

func (o *sorter) open(r *run) error {
	o.rows.clear(r)
	o.loaded, o.at = false, 0
	return o.input.open(r)
}

func (o *sorter) next(r *run) (*batch.Batch, error) {
	if !o.loaded {
		o.loaded = true
		if err := load(r, o.input, &o.rows); err != nil {
			return nil, err
		}
		if err := o.sort(r); err != nil {
			return nil, err
		}
	}
	if o.at == o.rows.rows {
		return nil, nil
	}
	from := o.at
	o.at = min(from+r.size, o.rows.rows)
	return o.emit(r, &o.out.batch, from, o.at), nil
}

func (o *sorter) close(r *run) {
	o.rows.clear(r)
	if cap(o.order) > 1<<16 {
		o.order, o.spare = nil, nil
	}
	o.input.close(r)
}
