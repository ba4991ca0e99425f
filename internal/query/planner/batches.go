package planner

import (
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/sema"
)

// callBatches plans CALL { … } IN TRANSACTIONS.
//
// What comes before reads the view that the statement began with, whatever the batches
// commit, so that nothing has to keep the two apart; only another CALL { … } IN
// TRANSACTIONS before may have to be at its end. What comes after and reads the graph waits
// until all batches are done, and then reads a view that has them (see stale).
func (b *builder) callBatches(in plan.Op, c *ast.CallSubquery, facts *sema.Subquery) (plan.Op, error) {
	e := b.effectsOf(facts)
	if b.batched {
		in = b.fence(in, e)
	}
	o := &plan.CallBatches{
		Input: in, Mode: callMode(c, facts), Size: c.Batches.Rows, Status: plan.NoSlot,
		OnError: c.Batches.OnError, Retry: c.Batches.Retry, RetryFor: c.Batches.RetryFor,
		Moving: facts.Unit && !b.batched && b.offGraph(in),
	}
	var err error
	o.Inner, o.Argument, o.Binds, err = b.callInner(c, facts, true)
	if err != nil {
		return nil, err
	}
	if facts.Status != nil {
		o.Status = b.slot(facts.Status)
		b.bound[facts.Status], b.present[facts.Status] = true, true
	}
	o.Rows = callSize(in, o.Inner, o.Mode)
	b.pending = *e
	b.batched, b.stale = true, true
	return o, nil
}

// renewed puts an Eager before the first clause that looks at the graph after batches, so
// that it looks at the view that has all of them.
func (b *builder) renewed(in plan.Op, c ast.Clause) plan.Op {
	if !b.stale || !b.looks(c) {
		return in
	}
	b.stale = false
	return b.eager(in)
}

// looks tells whether a clause looks at the graph in the transaction of the statement.
func (b *builder) looks(c ast.Clause) bool {
	switch c := c.(type) {
	case *ast.Unwind:
		return b.looksAt(c.List, nil)
	case *ast.Projection:
		calls := b.info.Projections[c].Aggregates
		for _, item := range b.info.Projections[c].Items {
			if b.looksAt(item.Expr, calls) {
				return true
			}
		}
		for _, item := range c.OrderBy {
			if b.looksAt(item.Expr, calls) {
				return true
			}
		}
		return b.looksAt(c.Where, calls)
	case *ast.CallSubquery:
		return c.Batches == nil
	default:
		return true
	}
}

// looksAt tells whether an expression may look at a node, a relationship or a pattern.
func (b *builder) looksAt(e ast.Expr, aggregates []*ast.Call) bool {
	found := false
	plan.Walk(e, func(x ast.Expr) bool {
		switch x := x.(type) {
		case *ast.Literal, *ast.Param, *ast.Variable, *ast.List, *ast.Map,
			*ast.Unary, *ast.Binary, *ast.Comparison, *ast.IsNull, *ast.Case:
		case *ast.Property:
			found = found || b.onGraph(x.X)
		case *ast.Call:
			if !slices.Contains(aggregates, x) {
				found = found || slices.ContainsFunc(x.Args, b.onGraph)
			}
		default:
			found = true
		}
		return !found
	})
	return found
}

// onGraph tells whether e may be something that the graph knows more about.
func (b *builder) onGraph(e ast.Expr) bool {
	t := b.info.Types[e]
	return t == 0 || t&(sema.Node|sema.Edge|sema.Path|sema.EdgeList) != 0
}

// offGraph tells whether o and what is below does not look at the graph.
func (b *builder) offGraph(o plan.Op) bool {
	off := true
	each(o, func(o plan.Op) {
		switch o.(type) {
		case *plan.Once, *plan.Unwind, *plan.LoadCSV, *plan.Project, *plan.Filter, *plan.Distinct,
			*plan.Sort, *plan.Top, *plan.Skip, *plan.Limit:
		default:
			off = false
		}
		for _, e := range expressions(o) {
			off = off && !b.looksAt(e.expr, nil)
		}
	})
	return off
}
