package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
)

// once gives one row without columns.
type once struct {
	out  output
	done bool
}

func (c *compiler) once(*plan.Once) (factory, error) {
	slots := c.plan.Slots
	return func(*instance) operator { return &once{out: newOutput(slots, nil)} }, nil
}

func (o *once) open(*run) error {
	o.done = false
	return nil
}

func (o *once) next(*run) (*batch.Batch, error) {
	if o.done {
		return nil, nil
	}
	o.done = true
	o.out.batch.Len, o.out.batch.Sel = 1, nil
	return &o.out.batch, nil
}

// over tells that the row was given.
func (o *once) over() bool { return o.done }

func (o *once) close(*run) {}

// argument gives the rows that an enclosing operator sets.
type argument struct {
	spec  *plan.Argument
	out   output
	rows  []uint16
	ready bool
}

func (c *compiler) argument(o *plan.Argument) (factory, error) {
	slots := c.plan.Slots
	return func(i *instance) operator { return i.argument(o, slots) }, nil
}

// argument returns the operator of o, of which there is one in an instance.
func (i *instance) argument(o *plan.Argument, slots int) *argument {
	if a := i.arguments[o]; a != nil {
		return a
	}
	a := &argument{spec: o, out: newOutput(slots, nil)}
	i.arguments[o] = a
	return a
}

// only returns the place of the row, where one is given at a time.
func (a *argument) only() int {
	if len(a.rows) > 0 {
		return int(a.rows[0])
	}
	return 0
}

// open readies the rows that were given before it.
func (a *argument) open(*run) error {
	a.out.batch.Sel = a.rows
	a.ready = true
	return nil
}

// give sets the rows of in, of which only rows count, as what comes after the next open.
func (a *argument) give(in *batch.Batch, rows []uint16) {
	b := &a.out.batch
	b.Len, a.rows = in.Len, rows
	for _, s := range a.spec.Slots {
		b.Columns[s] = in.Columns[s]
	}
	if a.spec.Row != plan.NoSlot {
		numbers := &b.Columns[a.spec.Row]
		if numbers.Kind != batch.Ints || len(numbers.Ints) < in.Len {
			numbers.Reset(batch.Ints, in.Len)
			for i := range numbers.Ints {
				numbers.Ints[i] = int64(i)
			}
		}
	}
}

func (a *argument) next(*run) (*batch.Batch, error) {
	if !a.ready {
		return nil, nil
	}
	a.ready = false
	return &a.out.batch, nil
}

func (a *argument) close(*run) {}
