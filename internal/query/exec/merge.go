package exec

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
)

// merge finds a pattern for each row of its input, or creates it. Rows are taken one after
// the other, so that each sees what the ones before it created.
type merge struct {
	spec     *plan.Merge
	input    operator
	match    operator
	arg      *argument
	what     *creation
	onCreate assigns
	onMatch  assigns
	out      output

	in    *batch.Batch
	at    int
	found keep // matches of row at
	given int  // of found
	one   [1]uint16
	rows  []uint16
	view  batch.Batch // row at alone
}

func (c *compiler) merge(o *plan.Merge) (factory, error) {
	inputs, err := c.ops(o.Input, o.Match)
	if err != nil {
		return nil, err
	}
	t, err := c.creation(&o.Creation)
	if err != nil {
		return nil, err
	}
	onCreate, err := c.assigns(o.OnCreate)
	if err != nil {
		return nil, err
	}
	onMatch, err := c.assigns(o.OnMatch)
	if err != nil {
		return nil, err
	}
	slots := c.plan.Slots
	return func(i *instance) operator {
		m := &merge{
			spec: o, input: inputs[0](i), match: inputs[1](i), what: t.clone(),
			onCreate: newAssigns(onCreate), onMatch: newAssigns(onMatch),
			out: newOutput(slots, o.Carry), found: keep{slots: o.Binds},
			view: batch.Batch{Columns: make([]batch.Vector, slots)},
		}
		m.arg = i.arguments[o.Argument]
		return m
	}, nil
}

func (o *merge) open(r *run) error {
	o.in = nil
	return o.input.open(r)
}

// next takes input rows until a batch is full. The rows of the output come from one batch
// of the input.
func (o *merge) next(r *run) (*batch.Batch, error) {
	if o.in == nil {
		in, err := o.input.next(r)
		if err != nil || in == nil {
			return nil, err
		}
		o.in, o.at, o.given = in, 0, 0
		o.found.clear(r)
	}
	b := &o.out.batch
	o.rows = o.rows[:0]
	for _, s := range o.spec.Binds {
		b.Columns[s].Reset(batch.Values, 0)
	}
	for len(o.rows) < r.size && (o.given < o.found.rows || o.at < o.in.Rows()) {
		if o.given == o.found.rows {
			if err := o.row(r); err != nil {
				return nil, err
			}
			continue
		}
		o.take(r)
	}
	in := o.in
	if o.at >= in.Rows() && o.given == o.found.rows {
		o.in = nil
	}
	return o.out.gather(in, o.rows), nil
}

// take gives the next match of the current row.
func (o *merge) take(r *run) {
	chunk, at := o.found.at(r, o.given)
	o.given++
	o.rows = append(o.rows, o.one[0])
	for i, s := range o.spec.Binds {
		o.out.batch.Columns[s].AppendRow(&chunk.Columns[i], at)
	}
}

// row finds or creates the pattern for the next row of the input; what there is then
// stands in found.
func (o *merge) row(r *run) error {
	if err := r.step(); err != nil {
		return err
	}
	o.one[0] = uint16(o.in.Row(o.at))
	o.at++
	o.found.clear(r)
	o.given = 0
	o.view.Len, o.view.Sel = 1, nil
	for _, s := range o.spec.Carry {
		o.view.Columns[s].Gather(&o.in.Columns[s], o.one[:])
	}
	if err := o.refuseNulls(r); err != nil {
		return err
	}
	o.arg.give(&o.view, nil)
	if err := o.match.open(r); err != nil {
		return err
	}
	if err := load(r, o.match, &o.found); err != nil {
		return err
	}
	if o.found.rows > 0 {
		return o.matched(r)
	}
	if err := o.what.apply(r, &o.view); err != nil {
		return err
	}
	for i := range o.what.nodes {
		r.tx.NoteMerged(o.view.Columns[o.what.nodes[i].spec.Slot].Nodes[0])
	}
	if err := o.onCreate.apply(r, &o.view, r.rowsOf(nil, 1)); err != nil {
		return err
	}
	if len(o.spec.Binds) == 0 {
		o.found.rows = 1
		o.found.tail(r).Len = 1
		return nil
	}
	return o.found.add(r, &o.view)
}

// matched carries out ON MATCH SET for every match of the row.
func (o *merge) matched(r *run) error {
	if len(o.onMatch.items) == 0 {
		return nil
	}
	for i := range o.found.rows {
		chunk, at := o.found.at(r, i)
		for n, s := range o.spec.Binds {
			o.view.Columns[s].Repeat(&chunk.Columns[n], at, 1)
		}
		if err := o.onMatch.apply(r, &o.view, r.rowsOf(nil, 1)); err != nil {
			return err
		}
	}
	return nil
}

// refuseNulls fails where a property of the pattern is null: nothing could match it, not
// even what would be created.
func (o *merge) refuseNulls(r *run) error {
	check := func(p *newProps) error {
		if p.whole != nil || len(p.values) == 0 {
			return nil
		}
		if err := p.eval(r, &o.view); err != nil {
			return err
		}
		for i, c := range p.columns[:len(p.values)] {
			if c.IsNull(0) {
				return failure.New(failure.SemanticError, failure.Runtime, "MergeReadOwnWrites",
					"MERGE with null as the property `%s` could never find what it creates", p.keys[i]).
					At(p.at.(*ast.Map).Values[i].Span()).WithHint("leave the property out")
			}
		}
		return nil
	}
	for i := range o.what.nodes {
		if err := check(&o.what.nodes[i].newProps); err != nil {
			return err
		}
	}
	for i := range o.what.rels {
		if err := check(&o.what.rels[i].newProps); err != nil {
			return err
		}
	}
	return nil
}

func (o *merge) close(r *run) {
	o.found.clear(r)
	o.input.close(r)
	o.match.close(r)
}
