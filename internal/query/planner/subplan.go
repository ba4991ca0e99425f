package planner

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
)

// subplans plans every pattern and subquery that stands within an expression.
func (b *builder) subplans() error {
	var err error
	each(b.p.Root, func(o plan.Op) {
		for _, e := range expressions(o) {
			plan.Walk(e.expr, func(x ast.Expr) bool {
				if err != nil {
					return false
				}
				switch x.(type) {
				case *ast.PatternPredicate, *ast.PatternComprehension, *ast.Subquery, *ast.ShortestPath:
					if _, known := e.scope.Slot(b.info, x); !known && b.p.Subplans[x] == nil {
						b.p.Subplans[x], err = b.subplan(x)
					}
					return false
				}
				return true
			})
		}
	})
	return err
}

// subplan plans one of them. Its rows begin with what it reads of the row outside.
func (b *builder) subplan(e ast.Expr) (*plan.Plan, error) {
	s := newBuilder(b.info, b.cat)
	arg := &plan.Argument{Row: plan.NoSlot, Header: plan.Header{Rows: 1}}
	for _, sym := range b.info.Outer[e] {
		s.p.Params = append(s.p.Params, sym)
		s.p.Args = append(s.p.Args, s.slot(sym))
		s.bound[sym] = true
	}
	arg.Slots = s.p.Args
	s.p.Argument = arg
	var root plan.Op
	var err error
	switch e := e.(type) {
	case *ast.PatternPredicate, *ast.Subquery:
		if x, ok := e.(*ast.Subquery); ok && x.Query != nil {
			root, _, err = s.union(x.Query, func() plan.Op { return arg })
			break
		}
		var g *pattern
		if g, err = s.existsPattern(e); err == nil {
			root, err = s.pattern(arg, g)
		}
	case *ast.PatternComprehension:
		root, err = s.comprehension(arg, e)
	case *ast.ShortestPath:
		root, err = s.shortestPath(arg, e)
	default:
		err = failure.Syntax("UnexpectedSyntax", "this expression cannot be planned").At(e.Span())
	}
	if err != nil {
		return nil, err
	}
	s.p.Root = root
	return s.finish()
}

// comprehension plans a pattern comprehension: the result is the only column.
func (b *builder) comprehension(in plan.Op, e *ast.PatternComprehension) (plan.Op, error) {
	g, err := b.newPattern([]*ast.PatternPart{e.Part}, nil)
	if err != nil {
		return nil, err
	}
	at, err := b.pattern(in, g)
	if err != nil {
		return nil, err
	}
	b.define(g, present)
	if e.Where != nil {
		if at, err = b.where(at, e.Where, nil); err != nil {
			return nil, err
		}
	}
	slot := b.newSlot("")
	b.p.Outputs = []int{slot}
	return &plan.Project{
		Input: at, Columns: []plan.Column{{Expr: e.Result, Slot: slot}},
		Header: plan.Header{Rows: at.Head().Rows},
	}, nil
}
