package planner

import (
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/sema"
)

// projection plans WITH and RETURN and returns the slots of its items.
func (b *builder) projection(in plan.Op, c *ast.Projection) (plan.Op, []int, error) {
	facts := b.info.Projections[c]
	scope := plan.NewScope()
	at := in
	if len(facts.Aggregates) > 0 {
		at = b.aggregate(at, facts, scope)
	}
	at, outputs := b.items(at, facts, scope)
	rows := at.Head().Rows
	if c.Distinct {
		at = &plan.Distinct{Input: at, Slots: unique(outputs), Header: plan.Header{Rows: rows}}
	}
	at = b.order(at, c, scope)
	for _, item := range facts.Items {
		b.bound[item.Symbol] = true
	}
	if c.Where != nil {
		var err error
		if at, err = b.where(at, c.Where, scope); err != nil {
			return nil, nil, err
		}
	}
	return at, outputs, nil
}

func unique(slots []int) []int {
	var out []int
	seen := map[int]bool{}
	for _, s := range slots {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// aggregate plans the groups and their aggregates; scope learns where they are.
func (b *builder) aggregate(in plan.Op, facts *sema.Projection, scope *plan.Scope) plan.Op {
	o := &plan.Aggregate{Input: in, Times: plan.NoSlot, Outer: b.outer}
	for _, e := range facts.Grouping {
		if v, ok := e.(*ast.Variable); ok {
			slot := b.slot(b.info.Uses[v])
			if !slices.ContainsFunc(o.Groups, func(c plan.Column) bool { return c.Slot == slot }) {
				o.Groups = append(o.Groups, plan.Column{Expr: e, Slot: slot, Name: v.Name})
			}
			continue
		}
		if _, known := scope.Slot(b.info, e); known {
			continue
		}
		slot := b.newSlot(plan.Text(b.p, e))
		o.Groups = append(o.Groups, plan.Column{Expr: e, Slot: slot})
		scope.Add(b.info, e, slot)
	}
	for _, call := range facts.Aggregates {
		if _, known := scope.Slot(b.info, call); known {
			continue
		}
		slot := b.newSlot("")
		o.Calls = append(o.Calls, plan.AggregateCall{Call: call, Slot: slot, Star: b.countsRows(call)})
		scope.Add(b.info, call, slot)
	}
	o.Rows = 1
	if len(o.Groups) > 0 {
		o.Rows = max(1, in.Head().Rows/10)
	}
	b.pending = effects{}
	return o
}

// items computes the columns of a projection and returns their slots.
func (b *builder) items(in plan.Op, facts *sema.Projection, scope *plan.Scope) (plan.Op, []int) {
	o := &plan.Project{Input: in, Scope: scope, Header: plan.Header{Rows: in.Head().Rows}}
	outputs := make([]int, 0, len(facts.Items))
	type known struct {
		expr ast.Expr
		slot int
	}
	var added []known
	for _, item := range facts.Items {
		if v, ok := item.Expr.(*ast.Variable); ok {
			from := b.info.Uses[v]
			slot := b.slot(from)
			if item.Symbol != from {
				b.alias(item.Symbol, slot)
				b.present[item.Symbol] = b.present[from]
			}
			outputs = append(outputs, slot)
			continue
		}
		if slot, ok := scope.Slot(b.info, item.Expr); ok {
			b.alias(item.Symbol, slot)
			outputs = append(outputs, slot)
			continue
		}
		slot := b.slot(item.Symbol)
		o.Columns = append(o.Columns, plan.Column{Expr: item.Expr, Slot: slot, Name: item.Name})
		outputs = append(outputs, slot)
		added = append(added, known{item.Expr, slot})
	}
	if len(o.Columns) == 0 {
		return in, outputs
	}
	// The operator itself must not find its own columns: the operators above get a scope
	// that knows more.
	o.Scope = scope.Clone()
	for _, k := range added {
		if _, ok := k.expr.(*ast.Literal); !ok {
			scope.Add(b.info, k.expr, k.slot)
		}
	}
	return o, outputs
}

// order plans ORDER BY, SKIP and LIMIT.
func (b *builder) order(in plan.Op, c *ast.Projection, scope *plan.Scope) plan.Op {
	at := in
	rows := at.Head().Rows
	if len(c.OrderBy) > 0 {
		var keys []plan.SortKey
		at, keys = b.sortKeys(at, c.OrderBy, scope)
		b.pending = effects{}
		if c.Limit != nil {
			at = &plan.Top{Input: at, Keys: keys, Skip: c.Skip, Limit: c.Limit, Header: plan.Header{Rows: rows}}
		} else {
			at = &plan.Sort{Input: at, Keys: keys, Header: plan.Header{Rows: rows}}
		}
	}
	if c.Skip != nil {
		at = &plan.Skip{Input: at, Count: c.Skip, Header: plan.Header{Rows: rows}}
	}
	if c.Limit != nil {
		at = &plan.Limit{Input: at, Count: c.Limit, Exhaust: b.writes, Header: plan.Header{Rows: min(rows, limitGuess(c.Limit))}}
	}
	return at
}

func limitGuess(e ast.Expr) float64 {
	if l, ok := e.(*ast.Literal); ok && l.Auto == 0 && l.Value.IsNumber() {
		return max(1, l.Value.Number())
	}
	return 100
}

// sortKeys finds or computes the columns to sort by.
func (b *builder) sortKeys(in plan.Op, items []*ast.SortItem, scope *plan.Scope) (plan.Op, []plan.SortKey) {
	o := &plan.Project{Input: in, Scope: scope, Header: plan.Header{Rows: in.Head().Rows}}
	keys := make([]plan.SortKey, 0, len(items))
	for _, item := range items {
		var slot int
		if v, ok := item.Expr.(*ast.Variable); ok {
			slot = b.slot(b.info.Uses[v])
		} else if known, ok := scope.Slot(b.info, item.Expr); ok {
			slot = known
		} else {
			slot = b.newSlot(plan.Text(b.p, item.Expr))
			o.Columns = append(o.Columns, plan.Column{Expr: item.Expr, Slot: slot})
		}
		keys = append(keys, plan.SortKey{Slot: slot, Descending: item.Descending})
	}
	if len(o.Columns) == 0 {
		return in, keys
	}
	return o, keys
}

// countsRows tells whether a call counts every row once: count(*), or count(x) of an x
// that is never null.
func (b *builder) countsRows(call *ast.Call) bool {
	if call.Star {
		return true
	}
	if call.Distinct || len(call.Args) != 1 || !isNamed(call.Name, "count") {
		return false
	}
	v, ok := call.Args[0].(*ast.Variable)
	return ok && b.present[b.info.Uses[v]]
}
