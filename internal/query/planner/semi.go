package planner

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/plan"
)

// isPatternPredicate tells whether e asks whether a pattern exists, or does not, such that
// whole batches can be asked at once.
func isPatternPredicate(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Unary:
		return e.Op == "NOT" && isPatternPredicate(e.X)
	case *ast.PatternPredicate:
		return true
	case *ast.Subquery:
		return e.Kind == ast.Exists && e.Query == nil
	case *ast.Call:
		return existsCall(e) != nil
	}
	return false
}

// existsCall returns the pattern in exists(pattern), or nil.
func existsCall(e *ast.Call) *ast.PatternPredicate {
	if !isNamed(e.Name, "exists") || len(e.Args) != 1 {
		return nil
	}
	p, _ := e.Args[0].(*ast.PatternPredicate)
	return p
}

// semi plans a condition that isPatternPredicate; everything that it reads is bound.
func (b *builder) semi(in plan.Op, e ast.Expr) (plan.Op, error) {
	mode := plan.Semi
	for {
		not, ok := e.(*ast.Unary)
		if !ok {
			break
		}
		e = not.X
		if mode == plan.Semi {
			mode = plan.Anti
		} else {
			mode = plan.Semi
		}
	}
	g, err := b.existsPattern(e)
	if err != nil {
		return nil, err
	}
	rows := in.Head().Rows * 0.5
	if op := b.existsHop(in, g, mode); op != nil {
		op.Head().Rows = rows
		return op, nil
	}
	inner, arg, err := b.inner(in, g)
	if err != nil {
		return nil, err
	}
	inner = firstRule(inner, newSlotSet(arg.Row))
	return &plan.Apply{
		Outer: in, Inner: inner, Argument: arg, Mode: mode, RowWise: g.unbounded() || oneByOne(inner, rows),
		Header: plan.Header{Rows: rows},
	}, nil
}

// oneByOne tells whether the rows that inner gives for about rows rows are so many that the
// first one of each is better looked for row by row. What inner keeps in memory is not made
// again for each row.
func oneByOne(inner plan.Op, rows float64) bool {
	keeps := false
	each(inner, func(o plan.Op) {
		switch o.(type) {
		case *plan.HashJoin, *plan.Product:
			keeps = true
		}
	})
	return !keeps && inner.Head().Rows > fanoutMax*max(rows, 1)
}

// existsPattern makes the graph of a PatternPredicate or of the short form of Subquery.
func (b *builder) existsPattern(e ast.Expr) (*pattern, error) {
	switch e := e.(type) {
	case *ast.PatternPredicate:
		return b.newPattern([]*ast.PatternPart{e.Part}, nil)
	case *ast.Subquery:
		return b.newPattern(e.Pattern.Parts, e.Where)
	case *ast.Call:
		return b.newPattern([]*ast.PatternPart{existsCall(e).Part}, nil)
	}
	panic("planner: not a pattern predicate")
}

// unbounded tells whether the matches of g may be so many that the first one is better
// looked for row by row.
func (g *pattern) unbounded() bool {
	for _, r := range g.rels {
		if r.length != nil || r.search != nil {
			return true
		}
	}
	for _, n := range g.nodes {
		if n.bound {
			return false
		}
	}
	return true
}

// existsHop plans a pattern of one relationship at a known node.
func (b *builder) existsHop(in plan.Op, g *pattern, mode plan.ApplyMode) plan.Op {
	if len(g.rels) != 1 || len(g.nodes) > 2 || len(g.paths) > 0 {
		return nil
	}
	r := g.rels[0]
	if r.bound || r.length != nil || r.search != nil || len(g.preds) > 0 {
		return nil
	}
	from, to := r.left, r.right
	if !from.bound {
		from, to = to, from
	}
	if !from.bound {
		return nil
	}
	d := r.direction
	if from != r.left {
		d = d.Reversed()
	}
	h := plan.Hop{Place: ast.Place{At: r.at}, From: b.slot(from.symbol), To: plan.NoSlot, Rel: plan.NoSlot, Direction: d, Types: r.types, Is: r.is}
	if to.bound {
		h.To = b.slot(to.symbol)
	} else {
		h.ToLabels = to.labels
	}
	return &plan.ExpandExists{Hop: h, Input: in, Negated: mode == plan.Anti}
}

// where plans a condition on rows, outside of a MATCH.
func (b *builder) where(in plan.Op, e ast.Expr, scope *plan.Scope) (plan.Op, error) {
	var list, patterns []ast.Expr
	rows := in.Head().Rows
	for _, c := range conjuncts(e, nil) {
		if scope.Empty() && isPatternPredicate(c) {
			patterns = append(patterns, c)
			continue
		}
		list = append(list, c)
		rows *= selectivity(c)
	}
	at := in
	if len(list) > 0 {
		at = &plan.Filter{Input: at, Predicates: list, Scope: scope, Header: plan.Header{Rows: rows}}
	}
	for _, p := range patterns {
		var err error
		if at, err = b.semi(at, p); err != nil {
			return nil, err
		}
	}
	return at, nil
}
