package planner

import (
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/sema"
)

// call plans CALL { … }. There are four ways:
//
//   - where each row of the subquery comes from one row outside, its clauses are planned on
//     top of that row, as if they stood there;
//   - what reads nothing of the row outside is computed once and joined to all rows;
//   - an optional subquery of the first kind runs for a batch of rows at once;
//   - everything else, and all that writes, runs for one row after the other.
func (b *builder) call(in plan.Op, c *ast.CallSubquery) (plan.Op, error) {
	facts := b.info.Subqueries[c]
	_, first := in.(*plan.Once)
	rows := len(facts.Parts) == 1 && !facts.Unit && !facts.Writes && b.inlines(facts.Parts[0].Clauses)
	switch {
	case c.Batches != nil:
		return b.callBatches(in, c, facts)
	case !facts.Unit && !c.Optional && (first || rows):
		return b.callInline(in, c, facts)
	case rows:
		return b.callOptional(in, c, facts)
	case !facts.Unit && !c.Optional && !facts.Writes && !b.writes && !b.info.Volatile && len(facts.Uses) == 0:
		return b.callOnce(in, c, facts)
	}
	return b.callRows(in, c, facts)
}

// called plans the query of a CALL on the rows that start makes and returns the slots of
// its columns.
func (b *builder) called(c *ast.CallSubquery, facts *sema.Subquery, start func() plan.Op) (plan.Op, []int, error) {
	q := &ast.Query{All: c.Query.All}
	var names []string
	for _, p := range facts.Parts {
		q.Parts = append(q.Parts, &ast.SingleQuery{Clauses: p.Clauses})
	}
	for _, s := range facts.Outputs {
		names = append(names, s.Name)
	}
	return b.union(q, start, names)
}

// callInline plans the clauses of a subquery on top of the rows outside.
func (b *builder) callInline(in plan.Op, c *ast.CallSubquery, facts *sema.Subquery) (plan.Op, error) {
	start, pending := in, b.pending
	if len(facts.Parts) > 1 {
		b.subqueryEffects(facts, &pending) // before its variables are bound, which hides scans
	}
	at, outputs, err := b.called(c, facts, func() plan.Op {
		if start == nil {
			return &plan.Once{Header: plan.Header{Rows: 1}}
		}
		defer func() { start = nil }()
		return start
	})
	if err != nil {
		return nil, err
	}
	if len(facts.Parts) > 1 { // of the parts, only the last one's effects are pending
		b.pending = pending
	}
	b.results(facts, outputs, present)
	return at, nil
}

// callOptional plans an optional subquery for whole batches of rows.
func (b *builder) callOptional(in plan.Op, c *ast.CallSubquery, facts *sema.Subquery) (plan.Op, error) {
	in = b.fence(in, b.effectsOf(facts))
	known := b.knownSlots()
	arg := &plan.Argument{Row: b.newSlot(""), Header: plan.Header{Rows: in.Head().Rows}}
	pending := b.pending
	b.pending = effects{}
	inner, outputs, err := b.called(c, facts, func() plan.Op { return arg })
	b.pending = pending
	if err != nil {
		return nil, err
	}
	inner, outputs = b.apart(inner, facts, outputs, known)
	b.results(facts, outputs, nullable)
	return &plan.Apply{
		Outer: in, Inner: inner, Argument: arg, Mode: plan.Optional, Binds: unique(outputs),
		Header: plan.Header{Rows: max(in.Head().Rows, inner.Head().Rows)},
	}, nil
}

// callOnce plans a subquery that is the same for all rows.
func (b *builder) callOnce(in plan.Op, c *ast.CallSubquery, facts *sema.Subquery) (plan.Op, error) {
	in = b.fence(in, b.effectsOf(facts))
	pending := b.pending
	b.pending = effects{}
	inner, outputs, err := b.called(c, facts, func() plan.Op { return &plan.Once{Header: plan.Header{Rows: 1}} })
	b.pending = pending
	if err != nil {
		return nil, err
	}
	b.results(facts, outputs, present)
	return &plan.Product{
		Left: in, Right: inner, RightSlots: unique(outputs),
		Header: plan.Header{Rows: in.Head().Rows * inner.Head().Rows},
	}, nil
}

// callRows plans a subquery that runs for one row after the other.
func (b *builder) callRows(in plan.Op, c *ast.CallSubquery, facts *sema.Subquery) (plan.Op, error) {
	in = b.fence(in, b.effectsOf(facts))
	o := &plan.Call{Input: in, Mode: callMode(c, facts)}
	var err error
	o.Inner, o.Argument, o.Binds, err = b.callInner(c, facts, o.Mode != plan.CallRows)
	if err != nil {
		return nil, err
	}
	o.Rows = callSize(in, o.Inner, o.Mode)
	return o, nil
}

// callInner plans a subquery on an Argument of one row, and defines what it returns. Where
// apart is set, what it returns stands in slots of its own, because it may become null.
func (b *builder) callInner(c *ast.CallSubquery, facts *sema.Subquery, apart bool) (plan.Op, *plan.Argument, []int, error) {
	known := b.knownSlots()
	arg := &plan.Argument{Row: plan.NoSlot, Header: plan.Header{Rows: 1}}
	pending, writes, around := b.pending, b.writes, b.outer
	b.pending, b.writes, b.outer = effects{}, false, arg
	inner, outputs, err := b.called(c, facts, func() plan.Op { return arg })
	b.pending, b.writes, b.outer = pending, writes || b.writes, around
	if err != nil {
		return nil, nil, nil, err
	}
	p := present
	if apart {
		p = nullable
		inner, outputs = b.apart(inner, facts, outputs, known)
	}
	b.results(facts, outputs, p)
	binds := slices.DeleteFunc(unique(outputs), func(slot int) bool { return known[slot] })
	return inner, arg, binds, nil
}

func callMode(c *ast.CallSubquery, facts *sema.Subquery) plan.CallMode {
	switch {
	case facts.Unit:
		return plan.CallUnit
	case c.Optional:
		return plan.CallOptional
	}
	return plan.CallRows
}

// callSize estimates how many rows there are after a subquery.
func callSize(in, inner plan.Op, mode plan.CallMode) float64 {
	switch mode {
	case plan.CallUnit:
		return in.Head().Rows
	case plan.CallOptional:
		return in.Head().Rows * max(1, inner.Head().Rows)
	case plan.CallRows:
	}
	return in.Head().Rows * inner.Head().Rows
}

// knownSlots returns the slots of what is bound.
func (b *builder) knownSlots() slotSet {
	known := slotSet{}
	for s := range b.bound {
		if slot := b.p.SymbolSlots[s.ID]; slot != plan.NoSlot {
			known.add(slot)
		}
	}
	return known
}

// apart copies those of the slots outputs that were known before the subquery.
func (b *builder) apart(in plan.Op, facts *sema.Subquery, outputs []int, known slotSet) (plan.Op, []int) {
	o := &plan.Project{Input: in, Header: plan.Header{Rows: in.Head().Rows}}
	out := slices.Clone(outputs)
	for i, slot := range out {
		if known[slot] {
			out[i] = b.newSlot("")
			o.Columns = append(o.Columns, plan.Column{Expr: b.variable(facts.Parts[0].Columns[i]), Slot: out[i]})
		}
	}
	if len(o.Columns) == 0 {
		return in, out
	}
	return o, out
}

// results defines what a subquery returns.
func (b *builder) results(facts *sema.Subquery, outputs []int, p presence) {
	for i, s := range facts.Outputs {
		b.alias(s, outputs[i])
		b.bound[s] = true
		b.present[s] = p == present && len(facts.Parts) == 1 && b.present[facts.Parts[0].Columns[i]]
	}
}

// effectsOf returns what a subquery reads and writes.
func (b *builder) effectsOf(facts *sema.Subquery) *effects {
	e := &effects{}
	b.subqueryEffects(facts, e)
	return e
}

// subqueryEffects adds what the clauses of a subquery read and write.
func (b *builder) subqueryEffects(facts *sema.Subquery, e *effects) {
	for _, p := range facts.Parts {
		for _, c := range p.Clauses {
			b.clauseEffects(c, e)
			if _, ok := c.(*ast.Delete); ok {
				e.deletes = true
			}
		}
	}
}
