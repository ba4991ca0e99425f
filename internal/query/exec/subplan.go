package exec

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/value"
)

// subProgram is a plan that runs within an expression.
type subProgram struct {
	plan *plan.Plan
	root factory
}

// subInstance is a subProgram with the state of one execution.
type subInstance struct {
	program *subProgram
	root    operator
	arg     *argument
	args    batch.Batch
	answer  answer
	// known is the answer of a plan whose answer is the same for all rows, once it is there.
	known batch.Vector
	asked bool
}

// subplan is what an evaluator holds: it finds the operators of the execution through the
// graph in its Context.
type subplan struct{ number int }

// subquery compiles the plan of an expression.
func (c *compiler) subquery(e ast.Expr) (expr.Subplan, error) {
	p := c.plan.Subplans[e]
	if p == nil {
		panic("exec: a subquery has no plan")
	}
	s := &subProgram{plan: p}
	number := len(c.program.subs)
	c.program.subs = append(c.program.subs, s)
	inner := &compiler{program: c.program, plan: p}
	var err error
	s.root, err = inner.op(p.Root)
	return &subplan{number}, err
}

// Run answers for the rows of in: for all together, or for one after the other.
func (s *subplan) Run(c *expr.Context, in *batch.Batch, outer []int, out *batch.Vector) error {
	r := c.Graph.(*run)
	i := r.subs[s.number]
	rows := r.rowsOf(in.Sel, in.Len)
	// What outer batches hold stays reserved while the operators of the plan recycle.
	before := c.Hold()
	defer c.Unhold(before)
	p := i.program.plan
	switch {
	case len(rows) == 0:
		i.answer.begin(p, out, in.Len, rows)
		return nil
	case p.Fixed:
		if !i.asked {
			if err := i.one(r); err != nil {
				return err
			}
			i.asked = !r.writes // or a later row may see something else
		}
		out.Repeat(&i.known, 0, in.Len)
		return nil
	}
	i.answer.begin(p, out, in.Len, rows)
	var err error
	if p.Argument.Row != plan.NoSlot {
		err = i.together(r, in, rows, outer)
	} else {
		err = i.apart(r, in, rows, outer)
	}
	if err != nil {
		return err
	}
	return i.answer.end(rows)
}

// one computes the answer of a plan that reads nothing of the rows outside.
func (i *subInstance) one(r *run) error {
	only := r.rowsOf(nil, 1)
	i.answer.begin(i.program.plan, &i.known, 1, only)
	if err := i.drain(r, 0); err != nil {
		return err
	}
	return i.answer.end(only)
}

// apart runs the plan for one row after the other.
func (i *subInstance) apart(r *run, in *batch.Batch, rows []uint16, outer []int) error {
	args := i.program.plan.Args
	for _, row := range rows {
		i.args.Len, i.args.Sel = 1, nil
		for n, slot := range outer {
			if slot == expr.NoSlot {
				i.args.Columns[args[n]].Fill(value.Null, 1)
				continue
			}
			i.args.Columns[args[n]].Repeat(&in.Columns[slot], int(row), 1)
		}
		if i.arg != nil { // nil where nothing is read of the row
			i.arg.give(&i.args, nil)
		}
		if err := i.drain(r, int(row)); err != nil {
			return err
		}
		if err := r.step(); err != nil {
			return err
		}
	}
	return nil
}

// drain takes the rows that the plan gives for an outer row, as many as the answer needs.
func (i *subInstance) drain(r *run, row int) error {
	if err := i.root.open(r); err != nil {
		return err
	}
	for {
		b, err := i.root.next(r)
		if err != nil || b == nil {
			return err
		}
		if err := i.answer.add(r, b, row); err != nil || i.answer.asks == plan.AsksExists || i.answer.asks == plan.AsksFirst {
			return err
		}
	}
}

// together runs the plan for all rows at once.
func (i *subInstance) together(r *run, in *batch.Batch, rows []uint16, outer []int) error {
	i.args.Len, i.args.Sel = in.Len, nil
	for n, slot := range outer {
		at := &i.args.Columns[i.program.plan.Args[n]]
		if slot == expr.NoSlot {
			at.Fill(value.Null, in.Len)
			continue
		}
		*at = in.Columns[slot] // read only
	}
	i.arg.give(&i.args, rows)
	if err := i.root.open(r); err != nil {
		return err
	}
	number := i.program.plan.Argument.Row
	for i.answer.open > 0 {
		b, err := i.root.next(r)
		if err != nil || b == nil {
			return err
		}
		if err := i.answer.addNumbered(r, b, b.Columns[number].Ints); err != nil {
			return err
		}
	}
	return nil
}

// answer gathers what a plan answers for the rows of a batch.
type answer struct {
	asks   plan.Asks
	times  int // slot, or NoSlot
	column int // slot of the values of a list
	out    *batch.Vector
	lists  [][]value.Value // by row
	open   int             // rows whose answer may still change
}

// begin readies the answers for rows of a batch of n.
func (a *answer) begin(p *plan.Plan, out *batch.Vector, n int, rows []uint16) {
	a.asks, a.times, a.out, a.open = p.Asks, p.Times, out, len(rows)
	switch a.asks {
	case plan.AsksExists:
		out.Reset(batch.Bools, n)
		clear(out.Bools)
	case plan.AsksCount:
		out.Reset(batch.Ints, n)
		clear(out.Ints)
	case plan.AsksFirst:
		out.Reset(batch.Values, n)
		a.column = p.Outputs[0]
	case plan.AsksList:
		out.Reset(batch.Values, n)
		a.column = p.Outputs[0]
		a.lists = grown(a.lists, n)
		for _, row := range rows {
			a.lists[row] = nil
		}
	}
}

// add adds the rows of b to the answer for an outer row.
func (a *answer) add(r *run, b *batch.Batch, row int) error {
	switch a.asks {
	case plan.AsksExists:
		a.out.Bools[row] = true
	case plan.AsksCount:
		if a.times == plan.NoSlot {
			a.out.Ints[row] += int64(b.Rows())
			return nil
		}
		times := b.Columns[a.times].Ints
		for n := range b.Rows() {
			a.out.Ints[row] += times[b.Row(n)]
		}
	case plan.AsksFirst:
		a.out.Values[row] = b.Columns[a.column].Value(b.Row(0))
	case plan.AsksList:
		for n := range b.Rows() {
			if err := a.append(r, row, b.Columns[a.column].Value(b.Row(n))); err != nil {
				return err
			}
		}
	}
	return nil
}

// addNumbered adds each row of b to the answer for the outer row that it belongs to.
func (a *answer) addNumbered(r *run, b *batch.Batch, numbers []int64) error {
	switch a.asks {
	case plan.AsksExists:
		for n := range b.Rows() {
			if row := numbers[b.Row(n)]; !a.out.Bools[row] {
				a.out.Bools[row] = true
				a.open--
			}
		}
	case plan.AsksCount:
		for n := range b.Rows() {
			at, times := b.Row(n), int64(1)
			if a.times != plan.NoSlot {
				times = b.Columns[a.times].Ints[at]
			}
			a.out.Ints[numbers[at]] += times
		}
	case plan.AsksFirst:
		for n := range b.Rows() {
			at := b.Row(n)
			if row := numbers[at]; a.out.Values[row].IsNull() {
				a.out.Values[row] = b.Columns[a.column].Value(at)
				a.open--
			}
		}
	case plan.AsksList:
		for n := range b.Rows() {
			at := b.Row(n)
			if err := a.append(r, int(numbers[at]), b.Columns[a.column].Value(at)); err != nil {
				return err
			}
		}
	}
	return nil
}

// append adds x to the list of an outer row.
func (a *answer) append(r *run, row int, x value.Value) error {
	list := a.lists[row]
	if len(list) == cap(list) {
		if err := r.ec.ReserveElements(max(2*len(list), 4)); err != nil {
			return err
		}
	}
	a.lists[row] = append(list, x)
	return nil
}

// end completes the answers for rows.
func (a *answer) end(rows []uint16) error {
	if a.asks != plan.AsksList {
		return nil
	}
	for _, row := range rows {
		list, err := expr.List(a.lists[row])
		if err != nil {
			return err
		}
		a.out.Values[row], a.lists[row] = list, nil
	}
	return nil
}
